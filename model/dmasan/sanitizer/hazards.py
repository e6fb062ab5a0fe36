# SPDX-License-Identifier: Apache-2.0
"""What the sanitizer keeps while a program runs: incidents, folded by access, and what it reports of them: hazards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dmasan.events import NOWHERE, Site
from dmasan.sanitizer.codes import Code, Effect, State
from dmasan.sanitizer.witness import Witness

DEVICE = Site("device", 0)  # the place of an access that no line of the program started

__all__ = ["DEVICE", "Code", "Consequence", "Effect", "Finding", "Hazard", "HazardLog", "Incident", "Repair", "State"]


@dataclass(frozen=True)
class Repair:
    """The smallest edit that removes a hazard, as one sentence; `verified` under every schedule, on every byte."""

    text: str
    verified: bool


@dataclass(kw_only=True)
class Incident:
    """An access whose outcome is wrong under at least one schedule, or a broken rule; repetitions are folded.

    `start` is the offset in the buffer of the first wrong byte, `length` the number of bytes from it to the last wrong
    one, `wrong` how many of them are wrong, `manifest_bytes` how many were so in this run. `site` is the access in the
    driver program, `writer` the write whose value may be missed, `culprit` the policy or the line to blame. Addresses
    are physical. `rule` is the code if a rule was broken, `kernel_sees` whether the kernel's own DMA API debugging
    (`kernel/dma/debug.c`) reports it.
    """

    id: int
    effect: Effect
    state: State
    site: Site
    writer: Site
    culprit: str
    buffer: str
    address: int
    start: int
    length: int
    wrong: int
    manifest_bytes: int
    alias: str
    copies: str
    time_ns: float
    step: str = ""
    rule: Code | None = None
    kernel_sees: bool = False
    seen: int = 0  # number of steps of the history when it was first seen, itself included
    late: int = 0  # where not 0, the steps between this one and the last seen came too late: it may have been before them
    byte: int = 0  # physical address of the first byte then found wrong

    @property
    def file(self) -> str:
        return self.site.file

    @property
    def line(self) -> int:
        return self.site.line

    def lines(self, size: int) -> list[int]:
        """Addresses of the first and the last cache line (of `size` bytes) concerned."""
        return [self.address & -size, (self.address + self.length - 1) & -size]


@dataclass(frozen=True)
class Consequence:
    """Another incident of the same root."""

    code: Code
    effect: Effect
    site: Site


@dataclass(kw_only=True)
class Hazard(Incident):
    """One root: its incident with the first code of the table, why it has that code, its consequences, its repair."""

    code: Code
    because: str = ""
    consequences: tuple[Consequence, ...] = ()
    find_repair: Callable[[], Repair | None] = field(default=lambda: None, compare=False, repr=False)
    find_witness: Callable[[], Witness | None] = field(default=lambda: None, compare=False, repr=False)
    _repair: Repair | None = field(default=None, compare=False, repr=False)
    _searched: bool = field(default=False, compare=False, repr=False)

    def _found(self) -> Repair | None:
        if not self._searched:
            self._repair, self._searched = self.find_repair(), True
        return self._repair

    def witness(self) -> Witness | None:
        """A schedule under which a read of this run shows it, searched now; None where no read does."""
        return self.find_witness()

    @property
    def repair(self) -> str | None:
        """The smallest edit that removes it, in a sentence; searched when first asked for. None if none was found."""
        found = self._found()
        return found.text if found else None

    @property
    def repair_verified(self) -> bool:
        """Whether the repair was shown to remove the hazard on every byte of its lines under every schedule."""
        found = self._found()
        return found is not None and found.verified


@dataclass
class Finding:
    """One access found wrong, before it is folded into an incident.

    `bytes` are the offsets of the wrong bytes from `address`. `buffer` is empty where no mapping names it.
    """

    effect: Effect
    address: int
    bytes: NDArray[np.int64]
    manifest: NDArray[np.bool_] | None
    site: Site
    writer: Site
    culprit: str
    buffer: str
    buffer_address: int
    alias: str
    copies: str
    time_ns: float
    step: Callable[[], str] = str  # asked once, for the first finding of a root
    seen: int = 0
    rule: Code | None = None
    kernel_sees: bool = False
    late: int = 0


_Root = tuple[Effect, Code | None, str, Site, Site]


@dataclass
class HazardLog:
    """The incidents of a run, in order of first sight. Findings of one access are one incident.

    `told` are those that nothing can take back. A finding is held while it may prove to be a matter of the device's pace:
    a read of what was taken from the device, which may write there yet.
    """

    told: list[Incident] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)
    _roots: dict[_Root, Incident] = field(default_factory=dict)
    _held: list[Finding] = field(default_factory=list)

    @property
    def incidents(self) -> list[Incident]:
        """All incidents; what was held is told now."""
        held, self._held = self._held, []
        for finding in held:
            self.add(finding)
        return self.told

    def hold(self, finding: Finding) -> None:
        step = finding.step()  # of the policy, as of now
        finding.step = lambda: step
        self._held.append(finding)

    def withdraw(self, start: int, end: int) -> None:
        """The device has written [start, end): what the CPU read there was a race, which is told as such."""
        for finding in self._held:
            where = finding.address + finding.bytes
            finding.bytes = finding.bytes[(where < start) | (where >= end)]
        self._held = [finding for finding in self._held if finding.bytes.size]

    def note(self, text: str) -> None:
        """Counts a broken rule from which no wrong value can follow."""
        self.notes[text] = self.notes.get(text, 0) + 1

    def add(self, finding: Finding) -> Incident:
        """Folds a finding into the incident of its access, or makes a new one."""
        first = finding.address + int(finding.bytes[0])
        last = finding.address + int(finding.bytes[-1])
        wrong = len(finding.bytes)
        manifest = 0 if finding.manifest is None else int(np.count_nonzero(finding.manifest[finding.bytes]))
        site = finding.site if finding.site != NOWHERE else DEVICE
        writer = finding.writer if finding.rule is None else NOWHERE
        root = (finding.effect, finding.rule, finding.buffer, site, writer)
        incident = self._roots.get(root)
        if incident is None:
            incident = self._roots[root] = _new(len(self.told) + 1, finding, site, first, last)
            self.told.append(incident)
        end = max(incident.address + incident.length, last + 1)
        if first < incident.address:
            incident.start = max(0, incident.start - (incident.address - first))
            incident.address = first
        incident.length = end - incident.address
        incident.wrong += wrong
        incident.manifest_bytes += manifest
        if manifest:
            incident.state = State.MANIFEST
        return incident


def _new(number: int, finding: Finding, site: Site, first: int, last: int) -> Incident:
    """An incident of a finding whose bytes are not counted yet."""
    return Incident(
        id=number,
        effect=finding.effect,
        state=State.LATENT,
        site=site,
        writer=finding.writer,
        culprit=finding.culprit,
        buffer=finding.buffer or f"{first:#x}",
        address=first,
        start=first - finding.buffer_address,
        length=last - first + 1,
        wrong=0,
        manifest_bytes=0,
        alias=finding.alias,
        copies=finding.copies,
        time_ns=finding.time_ns,
        step=finding.step(),
        rule=finding.rule,
        kernel_sees=finding.kernel_sees,
        seen=finding.seen,
        late=finding.late,
        byte=first,
    )
