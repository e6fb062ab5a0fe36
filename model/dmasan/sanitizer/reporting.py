# SPDX-License-Identifier: Apache-2.0
"""What all rules of the sanitizer share: the shadow, the history, and how a wrong verdict becomes a hazard."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dmasan import events as ev
from dmasan.arch.configuration import Config
from dmasan.arch.family import Family
from dmasan.events import MemoryType
from dmasan.sanitizer.automaton import Automaton
from dmasan.sanitizer.blame import blames_policy, step_to_blame
from dmasan.sanitizer.buffers import Buffers
from dmasan.sanitizer.describe import describe
from dmasan.sanitizer.hazards import Code, Finding, HazardLog
from dmasan.sanitizer.history import History, Step
from dmasan.sanitizer.shadow import Shadow, Verdicts
from dmasan.schedule import Point

NO_POINT = Point("", "", 0)


class Core:
    """May-sets of `size` bytes of RAM from `base`, cache lines of `line` bytes, on a machine of `family` with `cpus` CPUs."""

    def __init__(self, family: Family, base: int, size: int, line: int, cpus: int) -> None:
        self.family = family
        self.cpus = cpus
        self.automaton = Automaton(family)
        self.shadow = Shadow(self.automaton, base, size, line)
        self.buffers = Buffers(base, size)
        self.log = HazardLog()
        self.history = History(line)
        self.point: Callable[[], Point] = lambda: NO_POINT  # of the CPU's operation that is told now
        self.policy_steps: list[tuple[int, ev.PolicyStep]] = []  # each with the history's count when it began
        self.device_site = ev.NOWHERE  # of the MMIO write that the device acts upon

    def apply(
        self, name: str, address: int, length: int, event: ev.Event, by: str, point: Point | None = None
    ) -> Verdicts | None:
        self.remember(name, address, length, event, by, point)
        return self.shadow.apply(name, address, length)

    def remember(
        self, name: str, address: int, length: int, event: ev.Event, by: str, point: Point | None = None
    ) -> None:
        self.history.add(Step(point or self.point(), name, address, length, event.site, event.time_ns, by))

    def states(self, address: int, length: int) -> NDArray[np.uint16]:
        start = address - self.shadow.base
        return self.shadow.states[start : start + length].copy()

    def report(
        self,
        code: Code,
        address: int,
        verdicts: NDArray[np.uint8],
        event: ev.Event,
        alias: MemoryType | None,
        stale: NDArray[np.bool_] | None = None,
        operation: str = "",
        states: NDArray[np.uint16] | None = None,
    ) -> None:
        where = np.flatnonzero(verdicts)
        config = None
        copies = "an older dirty copy may be written back over it"
        if operation and states is not None:
            config = self.automaton.witness(operation, int(states[where[0]]))
            copies = describe(config) if config is not None else ""
        self.add(code, address, where, stale, event, copies, alias, config)

    def add(
        self,
        code: Code,
        address: int,
        where: NDArray[np.int64],
        stale: NDArray[np.bool_] | None,
        event: ev.Event,
        copies: str,
        alias: MemoryType | None,
        config: Config | None = None,
    ) -> None:
        first = address + int(where[0])
        mapping = self.buffers.at(first, int(where[-1]) - int(where[0]) + 1)
        writer = self.writer_of(first, event)
        by_policy = mapping is not None and bool(mapping.policy) and blames_policy(code, config)
        own = writer if code is Code.STALE_DEVICE_READ and writer != ev.NOWHERE else event.site
        self.log.add(
            Finding(
                code=code,
                address=address,
                bytes=where,
                manifest=stale,
                site=event.site,
                writer=writer,
                culprit=f"policy {mapping.policy}" if mapping and by_policy else str(own),
                buffer=mapping.name if mapping and mapping.name else f"{first:#x}",
                buffer_address=mapping.address if mapping else first,
                alias=alias.value if alias else "device",
                copies=copies,
                time_ns=event.time_ns,
                seen=self.history.count,
                step=(lambda: step_to_blame(self.history, self.policy_steps, first)) if by_policy else str,
            )
        )

    def writer_of(self, address: int, event: ev.Event) -> ev.Site:
        """The last write to an address before this event: a line of the program, for a device the one that started it."""
        writes = self.history.writes_to(address)
        if isinstance(event, ev.Store):
            next(writes, None)  # the store that is reported, not the one that it may lose
        found = next(writes, None)
        return found.site if found is not None else ev.NOWHERE
