# SPDX-License-Identifier: Apache-2.0
"""What the sanitizer reports: hazards, folded so that one cause is one report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from dmasan.events import NOWHERE, Site


class Code(Enum):
    """The effect that a hazard has."""

    STALE_DEVICE_READ = "the device may read a value that is not the latest"
    STALE_CPU_READ = "the CPU may read a value that is not the latest"
    LOST_UPDATE = "the latest value may be left without any copy"
    OWNERSHIP = "an access to a buffer by the side that does not own it"


class State(Enum):
    """`LATENT`: wrong under at least one schedule; `MANIFEST`: wrong in this run."""

    LATENT = "latent"
    MANIFEST = "manifest"


@dataclass
class Hazard:
    """One hazard: an access whose outcome is wrong under at least one schedule, or an access without ownership.

    `start` is the offset in the buffer of the first wrong byte, `length` the number of bytes from it to the last wrong
    one, `wrong` how many of them are wrong, `manifest_bytes` how many were so in this run. `site` is the access in the
    driver program, `writer` the write whose value may be missed, `culprit` the policy or the line to blame. Addresses
    are physical.
    """

    id: int
    code: Code
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
    repair: str | None = None
    seen: int = 0  # number of steps of the history when it was first seen, itself included
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


@dataclass
class Finding:
    """One access found wrong, before it is folded into a hazard. `bytes` are the offsets of the wrong bytes from `address`."""

    code: Code
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


@dataclass
class HazardLog:
    """The hazards of a run, in order of first sight. Findings of one root are one hazard."""

    hazards: list[Hazard] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)
    _roots: dict[tuple[Code, str, Site, Site], Hazard] = field(default_factory=dict)

    def note(self, text: str) -> None:
        """Counts a broken rule from which no wrong value can follow."""
        self.notes[text] = self.notes.get(text, 0) + 1

    def add(self, finding: Finding) -> Hazard:
        """Folds a finding into the hazard of its root, or makes a new one."""
        first = finding.address + int(finding.bytes[0])
        last = finding.address + int(finding.bytes[-1])
        wrong = len(finding.bytes)
        manifest = 0 if finding.manifest is None else int(np.count_nonzero(finding.manifest[finding.bytes]))
        site = finding.site if finding.site != NOWHERE else Site("device", 0)
        root = (finding.code, finding.buffer, site, finding.writer)
        hazard = self._roots.get(root)
        if hazard is None:
            hazard = Hazard(
                id=len(self.hazards) + 1,
                code=finding.code,
                state=State.LATENT,
                site=site,
                writer=finding.writer,
                culprit=finding.culprit,
                buffer=finding.buffer,
                address=first,
                start=first - finding.buffer_address,
                length=last - first + 1,
                wrong=0,
                manifest_bytes=0,
                alias=finding.alias,
                copies=finding.copies,
                time_ns=finding.time_ns,
                step=finding.step(),
                seen=finding.seen,
                byte=first,
            )
            self._roots[root] = hazard
            self.hazards.append(hazard)
        end = max(hazard.address + hazard.length, last + 1)
        hazard.start -= hazard.address - min(hazard.address, first)
        hazard.address = min(hazard.address, first)
        hazard.length = end - hazard.address
        hazard.wrong += wrong
        hazard.manifest_bytes += manifest
        if manifest:
            hazard.state = State.MANIFEST
        return hazard
