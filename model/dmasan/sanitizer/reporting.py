# SPDX-License-Identifier: Apache-2.0
"""What all rules of the sanitizer share: the shadow, the history, and how a wrong verdict becomes a hazard."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dmasan import events as ev
from dmasan.arch.family import Family
from dmasan.events import MemoryType
from dmasan.sanitizer.automaton import Automaton
from dmasan.sanitizer.blame import blames_policy, step_to_blame
from dmasan.sanitizer.buffers import Buffers
from dmasan.sanitizer.codes import Code, Effect
from dmasan.sanitizer.describe import describe
from dmasan.sanitizer.happens_before import HappensBefore, mask
from dmasan.sanitizer.hazards import Finding, HazardLog
from dmasan.sanitizer.history import EARLIER, SEEN, History, Step
from dmasan.sanitizer.late import CURES, INVALIDATES, Late
from dmasan.sanitizer.pending import Ranges
from dmasan.sanitizer.shadow import Shadow, Verdicts
from dmasan.schedule import Point

NO_POINT = Point("", "", 0)


class Core:
    """May-sets of `size` bytes of RAM from `base`, cache lines of `line` bytes, on a machine of `family` with `cpus` CPUs."""

    def __init__(
        self, family: Family, base: int, size: int, line: int, cpus: int, automaton: Automaton | None = None
    ) -> None:
        """`automaton`: that of `family` which the process has already, where no other shadow is in use with it."""
        self.family = family
        self.cpus = cpus
        self.automaton = automaton if automaton is not None else Automaton(family)
        self.shadow = Shadow(self.automaton, base, size, line)
        self.buffers = Buffers(base, size)
        self.log = HazardLog()
        self.history = History(line)
        self.unseen = [Ranges() for _ in range(cpus)]  # of each CPU: what a load of it may have found too early
        self.copying: Callable[[int], bool] = lambda address: False  # the kernel's own copy of a bounced buffer
        self.point: Callable[[], Point] = lambda: NO_POINT  # of the CPU's operation that is told now
        self.policy_steps: list[tuple[int, ev.PolicyStep]] = []  # each with the history's count when it began
        self.device_site = ev.NOWHERE  # of the MMIO write that the device acts upon
        self.order = HappensBefore(base, size, line)
        self.late = Late(self.automaton, self.buffers, self.order)
        self.raced: list[tuple[int, int]] = []  # ranges [start, end) of the event in hand for which two agents race
        self.hold: list[Finding] | None = None  # where findings go that are not to be told yet

    def apply(
        self, name: str, address: int, length: int, event: ev.Event, by: str, point: Point | None = None
    ) -> Verdicts | None:
        """An operation on a range, in the history and on the shadow. Returns the verdicts; None where nothing is wrong.

        An invalidate under the device's unobserved writes may have come before them: where lines are filled by speculation
        it is nothing to rely on then, and is told as if it had.
        """
        if name in INVALIDATES and self.family.speculates and (writing := self.order.writing(address, length)):
            return self._apply_parts(name, writing, address, length, event, by)
        return self._apply(name, address, length, event, by, point)

    def _apply_parts(
        self, name: str, writing: list[tuple[int, int, int]], address: int, length: int, event: ev.Event, by: str
    ) -> Verdicts | None:
        """As `apply`, beside the parts [start, end) that the device writes; in those it is only told."""
        verdicts = np.zeros(length, np.uint8)
        at = address
        for start, end, step in (*writing, (address + length, address + length, 0)):
            if at < start:
                wrong = self._apply(name, at, start - at, event, by, None)
                if wrong is not None:
                    verdicts[at - address : start - address] = wrong
            if start < end:
                self.remember(name + EARLIER, start, end - start, event, by, before=step)
            at = end
        return verdicts if verdicts.any() else None

    def _apply(
        self, name: str, address: int, length: int, event: ev.Event, by: str, point: Point | None
    ) -> Verdicts | None:
        self.remember(name, address, length, event, by, point)
        if name not in CURES or not self.order.started or not self.buffers.given(address, length):
            return self.shadow.apply(name, address, length)
        before, numbered = self.shadow.found(address, length), self.automaton.renumbered
        verdicts = self.shadow.apply(name, address, length)
        if numbered == self.automaton.renumbered:  # else the states before have no numbers any more
            self.late.note(address, before, self.shadow.found(address, length), self.history.count)
        return verdicts

    def remember(
        self, name: str, address: int, length: int, event: ev.Event, by: str, point: Point | None = None, before: int = 0
    ) -> None:
        named = (event.address, event.length) if type(event) is ev.Maintenance else None
        where = point or self.point()
        self.history.add(Step(where, name, address, length, event.site, event.time_ns, by, 0, named, before))

    def may_load_early(self, address: int, length: int) -> None:
        """What changed here may not be seen by loads that were executed early, up to a barrier of their CPU."""
        if self.family.loads_early:
            for ranges in self.unseen:
                ranges.add(address, length)

    def states(self, address: int, length: int) -> NDArray[np.uint16]:
        start = address - self.shadow.base
        return self.shadow.states[start : start + length].copy()

    def report(
        self,
        effect: Effect,
        address: int,
        verdicts: NDArray[np.uint8],
        event: ev.Event,
        alias: MemoryType | None,
        stale: NDArray[np.bool_] | None = None,
        operation: str = "",
        states: NDArray[np.uint16] | None = None,
        late: int = 0,
    ) -> None:
        """An access whose outcome is wrong under some schedule; the diagnosis finds its code later.

        `late`: where not 0, the step behind which others came too late: the access may have been before them.
        """
        where = np.flatnonzero(verdicts)
        if self.raced and (racing := mask(self.raced, address, len(verdicts))) is not None:
            where = where[~racing[where]]
            if not where.size:
                return
        config = None
        copies = "an older dirty copy may be written back over it"
        if operation and states is not None:
            config = self.automaton.witness(operation, int(states[where[0]]))
            shown = self.automaton.shown(operation, int(states[where[0]]))
            copies = describe(shown) if shown is not None else ""
        first = address + int(where[0])
        mapping = self.buffers.at(first, int(where[-1]) - int(where[0]) + 1)
        by_policy = mapping is not None and bool(mapping.policy) and blames_policy(effect, config)
        finding = self._finding(effect, event, copies, address, where, alias)
        finding.manifest, finding.late = stale, late
        if by_policy and mapping is not None:
            finding.culprit = f"policy {mapping.policy}"
            finding.step = lambda: step_to_blame(self.history, self.policy_steps, first)
        elif effect is Effect.STALE_DEVICE_READ and finding.writer != ev.NOWHERE:
            finding.culprit = str(finding.writer)
        last = address + int(where[-1])
        if effect is Effect.STALE_CPU_READ and self.hold is None and self.order.taken_lately(first, last + 1):
            self.log.hold(finding)
        else:
            self._tell(finding)

    def _tell(self, finding: Finding) -> None:
        if self.hold is None:
            self.log.add(finding)
        else:
            self.hold.append(finding)

    def add(
        self,
        code: Code,
        event: ev.Event,
        text: str,
        address: int,
        where: NDArray[np.int64] | int,
        alias: MemoryType | None = None,
        *,
        kernel_sees: bool = False,
        buffer: str = "",
    ) -> None:
        """A rule is broken: of the DMA API, of ownership, of the architecture.

        `text` says in half a sentence what was done against which rule. `where` are the offsets from physical `address` of
        the bytes concerned, or how many bytes from it. `kernel_sees`: the kernel's DMA API debugging reports it too.
        `buffer` names the buffer where no mapping at `address` does.
        """
        offsets = np.arange(max(1, where)) if isinstance(where, int) else where
        finding = self._finding(Effect.CONTRACT, event, text, address, offsets, alias)
        finding.rule, finding.kernel_sees = code, kernel_sees
        if buffer:
            finding.buffer = buffer
        self._tell(finding)

    def _finding(
        self,
        effect: Effect,
        event: ev.Event,
        text: str,
        address: int,
        where: NDArray[np.int64],
        alias: MemoryType | None,
    ) -> Finding:
        """What rules and verdicts have in common; the line of the event is to blame."""
        first = address + int(where[0])
        mapping = self.buffers.at(first, int(where[-1]) - int(where[0]) + 1)
        return Finding(
            effect=effect,
            address=address,
            bytes=where,
            manifest=None,
            site=event.site,
            writer=self.writer_of(first, event),
            culprit=str(event.site),
            buffer=mapping.name if mapping else "",
            buffer_address=mapping.address if mapping else first,
            alias=alias.value if alias else "device",
            copies=text,
            time_ns=event.time_ns,
            seen=self.history.count,
        )

    def give_up_raced(self, event: ev.Event) -> None:
        """The bytes for which two agents have raced have no latest value any more."""
        raced, self.raced = self.raced, []
        for start, end in raced:
            self.apply("give_up", start, end - start, event, "race")

    def saw_latest(self, name: str, address: int, event: ev.Event, point: Point | None) -> None:
        """The byte at `address` was seen to be read as its latest value: the history says so."""
        self.remember(name + SEEN, address, 1, event, "seen", point)

    def writer_of(self, address: int, event: ev.Event) -> ev.Site:
        """The last write to an address before this event: a line of the program, for a device the one that started it."""
        writes = self.history.writes_to(address)
        if isinstance(event, ev.Store):
            next(writes, None)  # the store that is reported, not the one that it may lose
        found = next(writes, None)
        return found.site if found is not None else ev.NOWHERE
