# SPDX-License-Identifier: Apache-2.0
"""A machine for tests: RAM mapped twice, Write-Back at 0xC0000000 and Non-cacheable at 0x40000000, in sections."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from dmasan.arch.machine import Machine
from dmasan.arch.memory import RAM_BASE
from dmasan.arch.profile import PROFILES, CacheGeometry, Profile
from dmasan.arch.short_descriptor import Kind, Leaf, Table, encode, first_level_entry
from dmasan.config import Knobs
from dmasan.events import Event, EventBus, MemoryType
from dmasan.schedule import Benign, Replay, Schedule

T = TypeVar("T")
WB = 0xC000_0000
NC = 0x4000_0000
PA = RAM_BASE
TABLE = RAM_BASE  # the first-level table
SECOND = RAM_BASE + 0x4000  # room for second-level tables
DATA = 0x10_0000  # offset of the first section that tests write to


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine that never really suspends."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    coroutine.close()
    raise AssertionError("the machine suspended without a simulator")


def tiny(name: str, *, l1_lines: int = 4, l2_lines: int = 8, ways: int = 2) -> Profile:
    """The profile `name` with caches of a few lines, so that short programs evict; Cortex-M7 with tables.

    A VIPT cache keeps two colours, and so has 8 KiB a way.
    """
    profile = PROFILES[name]
    line = profile.l1.line
    l1 = CacheGeometry(l1_lines * line, ways, line, profile.l1.granule)
    if profile.indexing == "vipt":
        l1 = CacheGeometry(ways * 8192, ways, line, profile.l1.granule)
    l2 = CacheGeometry(l2_lines * line, ways, line, profile.l2.granule) if profile.l2 else None
    return replace(profile, name=f"tiny-{name}", l1=l1, l2=l2, translation="short", max_cpus=profile.max_cpus)


def held() -> Schedule:
    """Buffers hold, and no hidden move happens unless a test makes it."""
    return Replay()


class ArchBench:
    def __init__(
        self,
        profile: str | Profile = "one-level",
        *,
        schedule: Schedule | None = None,
        observe: bool = True,
        sections: int = 8,
        seed: int = 1,
        **knobs: object,
    ) -> None:
        self.events: list[Event] = []
        self.bus = EventBus()
        chosen = PROFILES[profile] if isinstance(profile, str) else profile
        settings = Knobs(ram_mib=16).with_settings(chosen.fitted(knobs))
        self.machine = Machine(chosen, settings, schedule or Benign(), self.bus, seed)
        for base, kind in ((WB, MemoryType.WB), (NC, MemoryType.NC)):
            words = [encode(Leaf(Kind.SECTION, PA + (i << 20), kind)) for i in range(sections)]
            entry = first_level_entry(TABLE, base)
            run(self.machine.cpus[0].set_descriptors(entry, np.array(words, np.uint32), va=base, level=1))
        for cpu in self.machine.cpus:
            cpu.ttbr = TABLE
        self.cpu = self.machine.cpus[0]
        self.other = self.machine.cpus[1] if settings.cpus > 1 else self.cpu
        if observe:
            self.bus.subscribe(self.events.append)

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if type(event) is kind]

    def link(self, va: int, table: int = SECOND) -> None:
        """Links a second-level table at `va`."""
        run(self.cpu.set_descriptor(first_level_entry(TABLE, va), encode(Table(table)), va=va, level=1))

    def section(self, va: int, pa: int | None, kind: MemoryType = MemoryType.WB) -> None:
        word = 0 if pa is None else encode(Leaf(Kind.SECTION, pa, kind))
        run(self.cpu.set_descriptor(first_level_entry(TABLE, va), word, va=va, level=1))

    def page(
        self, va: int, pa: int | None, kind: MemoryType = MemoryType.WB, table: int = SECOND, **more: Any
    ) -> None:
        """Writes a small page's entry for `va`, or a fault where `pa` is None."""
        word = 0 if pa is None else encode(Leaf(Kind.SMALL_PAGE, pa, kind, **more))
        entry = table + (va >> 12 & 0xFF) * 4
        run(self.cpu.set_descriptor(entry, word, va=va, level=2))

    def device(self, pa: int, length: int = 4) -> int:
        return int.from_bytes(self.machine.device_read(pa, length).tobytes(), "little")

    def device_write(self, pa: int, value: int, length: int = 4) -> None:
        self.machine.device_write(pa, np.frombuffer(value.to_bytes(length, "little"), np.uint8), None)
