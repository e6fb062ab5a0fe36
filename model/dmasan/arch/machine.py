# SPDX-License-Identifier: Apache-2.0
"""The concrete machine: memory, caches, buffers and CPUs under one schedule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dmasan.arch.alias import AliasTracker
from dmasan.arch.copies import Copies, copies_of
from dmasan.arch.core import Core
from dmasan.arch.counters import Counters
from dmasan.arch.cpu import Cpu
from dmasan.arch.early_loads import EarlyLoads
from dmasan.arch.geometry import Region, disjoint
from dmasan.arch.hierarchy import Hierarchy
from dmasan.arch.long_descriptor import TABLE_BYTES
from dmasan.arch.long_tables import LongTables
from dmasan.arch.maintenance import CacheMaintenance
from dmasan.arch.memory import Bytes, Mask, Memory
from dmasan.arch.moves import HiddenMoves
from dmasan.arch.noncacheable import NonCacheable
from dmasan.arch.processor import Profile
from dmasan.arch.short_descriptor import SECOND_LEVEL_BYTES
from dmasan.config import Knobs, RunError, UsageError
from dmasan.events import NOWHERE, AliasChange, EventBus, Firewall, Site, call_site
from dmasan.schedule import Footprint, Move, Point, Schedule

_MIB = 1 << 20


class Clock(Protocol):
    """Simulated time, given by the backend."""

    @property
    def now_ns(self) -> float:
        """Simulated time, ns."""

    async def advance(self, ns: float) -> None:
        """Lets `ns` of simulated time pass; the device runs meanwhile."""


class Mmio(Protocol):
    """Where accesses to device registers go, by physical address."""

    async def read32(self, pa: int) -> int: ...

    async def write32(self, pa: int, value: int) -> None: ...


class FreeClock:
    """A clock of a machine without a device: time is what the CPUs used."""

    def __init__(self) -> None:
        self.now_ns = 0.0

    async def advance(self, ns: float) -> None:
        self.now_ns += ns


class NoDevice:
    """No device is attached. Every access raises RunError."""

    async def read32(self, pa: int) -> int:
        raise RunError(f"load from the device register at {pa:#010x}: the machine has no device")

    async def write32(self, pa: int, value: int) -> None:
        raise RunError(f"store to the device register at {pa:#010x}: the machine has no device")


class Machine:
    """A machine of `profile` with `knobs`.

    The same profile, knobs, schedule, seed and program give the same states and the same events. `clock` and `mmio` are
    replaced by the backend. Raises UsageError for knobs that do not fit the profile.
    """

    def __init__(self, profile: Profile, knobs: Knobs, schedule: Schedule, bus: EventBus, seed: int) -> None:
        if knobs.cpus > profile.max_cpus:
            raise UsageError(f"profile {profile.name} has at most {profile.max_cpus} CPUs, not {knobs.cpus}")
        self.profile = profile
        self.knobs = knobs
        self.schedule = schedule
        self.bus = bus
        self.counters = Counters()
        self.clock: Clock = FreeClock()
        self.mmio: Mmio = NoDevice()
        self.tables_at: Callable[[int], int] | None = None  # the virtual address of a table's physical one, if software tells
        self.forbidden: list[Region] = list(profile.forbidden)  # may change while the machine runs
        self.memory = Memory(knobs.ram_mib * _MIB, versions=knobs.versions)
        self.hierarchy = Hierarchy(profile, self.memory, knobs.cpus, self.counters, seed)
        self.noncacheable = NonCacheable(
            profile, self.hierarchy, shared_override=knobs.shared_override, hold=not schedule.benign
        )
        self.maintenance = CacheMaintenance(self.hierarchy, self.noncacheable)
        self.aliases = AliasTracker(
            self.memory.base, self.memory.size, knobs.cpus, self._alias_changed, self._read_table, profile.write_through
        )
        self.long_tables = LongTables(self.aliases, self._read_long_table, profile.write_through)
        self.early = EarlyLoads(self.hierarchy, self.noncacheable, self.maintenance, self.aliases)
        self.moves = HiddenMoves(self)
        self.site: Site = NOWHERE  # the line of the program that the present operation belongs to
        self.cpus = [Cpu(self, index) for index in range(knobs.cpus)]
        self.active_cpu: Core = self.cpus[0]  # whose operation that is
        # The CPUs run one program in turn: what one stored before a DMB has landed when another goes on, since something
        # told it to (DDI 0406C, A3.8.3). Else they are independent of each other.
        self.in_turn = False
        self.operation = Point(self.active_cpu.name, "op", -1)  # its point; not kept up where nobody watches
        if profile.translation == "regions":
            self.paint_regions()

    def paint_regions(self) -> None:
        """The MPU has changed: tells which pages are cacheable now. One CPU has one."""
        mpu = self.cpus[0].mpu
        if mpu is not None:
            through = self.profile.write_through
            self.aliases.repaint(mpu.cacheable(self.memory.base, self.memory.size, through))

    # --- devices ---

    def device_read(self, pa: int, length: int) -> Bytes:
        """What a device that does not snoop reads. Raises BusError outside RAM."""
        offset = self.memory.offset(pa, length)
        return self.memory.data[offset : offset + length].copy()

    def device_stale(self, pa: int, length: int) -> Mask | None:
        """The bytes of [pa, pa + length) at the PoC that are not the latest; None if none are, or without versions."""
        return self.memory.stale(pa, length)

    def device_write(self, pa: int, data: Bytes, strobe: Mask | None = None) -> None:
        """A write of a device that does not snoop; `strobe` marks the bytes written. Raises BusError outside RAM."""
        self.memory.write(pa, data, strobe)

    # --- firewall ---

    def forbid(self, region: Region) -> None:
        """From now on any access to the region faults, a speculative one too. Raises UsageError if it overlaps one."""
        disjoint("forbidden", (*self.forbidden, region))
        self.forbidden.append(region)
        self._tell_firewall(region, True)

    def allow(self, region: Region) -> None:
        """Ends `forbid`. Raises UsageError if the region is not forbidden."""
        if region not in self.forbidden:
            raise UsageError(f"the region at {region.base:#x} is not forbidden")
        self.forbidden.remove(region)
        self._tell_firewall(region, False)

    def _tell_firewall(self, region: Region, closed: bool) -> None:
        if self.bus.active:
            self.bus.emit(Firewall(self.now_ns(), call_site(), region.base, region.size, closed))

    # --- interrupts ---

    def interrupt(self) -> None:
        """A CPU takes an interrupt: what it loads after it was not loaded before it."""
        self.early.end()

    # --- hidden moves ---

    def make_moves(self, point: Point, footprint: Footprint) -> None:
        """The schedule's moves before the operation at `point`. Raises IllegalMove for one that hardware cannot make."""
        if not self.schedule.benign:
            for move in self.schedule.moves(point, footprint, self.moves):
                self.moves.apply(move)

    def apply(self, move: Move) -> bool:
        """One hidden move; False if it had no effect. Raises IllegalMove."""
        return self.moves.apply(move)

    # --- observation ---

    def copies(self, pa: int) -> Copies:
        """Where the copies of the byte at `pa` are. Raises UsageError without versions, BusError outside RAM."""
        return copies_of(self.hierarchy, self.noncacheable, self.early, pa)

    def now_ns(self) -> float:
        """Time of an event of the CPU that acts now: the clock, and what that CPU has used since its last yield."""
        return self.clock.now_ns + self.active_cpu.owed_ns

    def point(self) -> Point:
        """The point of the operation that some CPU has begun last."""
        return self.operation

    def _alias_changed(self, pa: int, length: int, live: bool, mixed: bool) -> None:
        if self.bus.active:
            self.bus.emit(AliasChange(self.now_ns(), self.site, pa, length, live, mixed))

    def _read_table(self, table: int) -> NDArray[np.uint32]:
        if not 0 <= table - self.memory.base <= self.memory.size - SECOND_LEVEL_BYTES:
            return np.zeros(SECOND_LEVEL_BYTES // 4, np.uint32)  # nothing can be read there: a walk aborts
        return self.hierarchy.peek(table, SECOND_LEVEL_BYTES).view(np.uint32)

    def _read_long_table(self, table: int) -> NDArray[np.uint64]:
        if not 0 <= table - self.memory.base <= self.memory.size - TABLE_BYTES:
            return np.zeros(TABLE_BYTES // 8, np.uint64)
        return self.hierarchy.peek(table, TABLE_BYTES).view(np.uint64)
