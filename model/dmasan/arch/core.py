# SPDX-License-Identifier: Apache-2.0
"""What all operations of a CPU share: its time, its points of hidden moves, its translations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from dmasan.arch.attributes import effective
from dmasan.arch.faults import (
    AccessFlagFault,
    BusError,
    ExternalAbort,
    FirewallAbort,
    PermissionFault,
    TranslationFault,
)
from dmasan.arch.long_walk import ACCESS_FLAG, LongFault, LongRegime, walk_long
from dmasan.arch.memory import PAGE
from dmasan.arch.mpu import Mpu
from dmasan.arch.tlb import Tlb, Translation, WalkFailure, long_translation, translation, walk
from dmasan.events import NOWHERE, MemoryType, Site, TableWalk, call_site
from dmasan.schedule import Footprint, Point

if TYPE_CHECKING:
    from dmasan.arch.machine import Machine

_FLAT_SIZE = 1 << 20


class Core:
    """One CPU's time, TLB and translation table base.

    `ttbr` is the physical address of the first-level table, None with the MMU off: then every data access is
    Strongly-ordered at VA = PA (DDI 0406C, B3.2.1). The table's address serves as the ASID of non-global entries.
    `cycles` counts what the CPU has used; `owed_ns` the part of it that simulated time has not seen yet.
    """

    def __init__(self, machine: Machine, index: int) -> None:
        self.machine = machine
        self.index = index
        self.name = f"cpu{index}"
        self.tlb = Tlb()
        self.mpu = Mpu() if machine.profile.translation == "regions" else None
        self.ttbr: int | None = None
        self.regime: LongRegime | None = None  # tables of long descriptors, instead of `ttbr`: see `use`
        self.cycles = 0
        self.owed_ns = 0.0
        self.operations = 0  # public operations so far: the number of the next point
        self._base = machine.memory.base
        self._latest = memoryview(b"") if machine.memory.latest is None else machine.memory.latest.data
        self._bus = machine.bus
        self._hierarchy = machine.hierarchy
        self._noncacheable = machine.noncacheable
        self._buffer = machine.noncacheable.buffers[index]
        self._forbidden = machine.forbidden
        self._early = machine.early
        self._early_lines = machine.early.lines
        self._buffered = machine.profile.buffered_stores and not machine.schedule.benign
        self._benign = machine.schedule.benign
        self._ns_per_cycle = 1000 / machine.profile.cpu_mhz
        self._ram = range(machine.memory.base, machine.memory.base + machine.memory.size)
        self.set_quantum(machine.knobs.quantum_ns)

    # --- time ---

    def set_quantum(self, ns: float) -> None:
        """From now on this CPU runs `ns` ahead of the device before it yields; 0: it yields at every access."""
        self._quantum_ns = ns
        # An operation on a range is one event, and one moment for the device, for each such piece of it.
        self._piece = self._hierarchy.piece if ns else self._hierarchy.line

    def _begin(self, operation: str, address: int, length: int) -> Site:
        """Starts a public operation: place, point, and the hidden moves before it. Returns the program's line."""
        machine, watched = self.machine, self._bus.active
        site = call_site() if watched else NOWHERE
        if machine.in_turn and machine.active_cpu is not self:
            machine.noncacheable.before_store(machine.active_cpu.index)
        machine.active_cpu, machine.site = self, site
        if watched or not self._benign:
            point = Point(self.name, "op", self.operations)
            if not self._benign:
                machine.maintenance.before(self.index, operation)
                machine.make_moves(point, Footprint(operation, address, length))
            machine.operation = point
        self.operations += 1
        return site

    def _charge(self, cycles: int = 0) -> None:
        """Books `cycles` and what the memory system has charged meanwhile."""
        cycles += self._hierarchy.cycles
        self._hierarchy.cycles = 0
        self.cycles += cycles
        self.owed_ns += cycles * self._ns_per_cycle

    async def catch_up(self) -> None:
        """Lets simulated time catch up with what this CPU has used."""
        owed, self.owed_ns = self.owed_ns, 0.0
        await self.machine.clock.advance(owed)

    def _now(self) -> float:
        return self.machine.clock.now_ns + self.owed_ns

    # --- translation ---

    def translate(self, va: int, access: str = "translation", write: bool = False) -> Translation:
        """The TLB entry for `va`, walked if need be. Raises a Fault that names `access`."""
        entry = self.tlb.lookup(va, self.ttbr)
        if entry is None:
            entry = self._walk(va, access)
        if not (entry.writable if write else entry.readable):
            raise PermissionFault(
                va, self.index, access, "the translation is " + ("read-only" if write else "no-access")
            )
        if not entry.in_ram:
            pa = va + entry.delta
            raise ExternalAbort(va, self.index, access, f"nothing answers at physical address {pa:#010x}")
        if self._forbidden:
            self.check_allowed(va, va + entry.delta, 1, access)
        return entry

    def check_allowed(self, va: int, pa: int, length: int, access: str) -> None:
        """Raises FirewallAbort if [pa, pa + length) touches a region whose mere access faults."""
        for region in self._forbidden:
            if pa < region.end and region.base < pa + length:
                raise FirewallAbort(va, self.index, access, region.base, region.end)

    def physical(self, va: int) -> int:
        """The physical address of `va`, as AT/ATS1CPR would tell. Raises a Fault."""
        return va + self.translate(va).delta

    def use(self, regime: LongRegime) -> None:
        """Translates by the long descriptors of `regime` from now on (LPAE, AArch64).

        The TLB forgets what it held, unless only TTBR0 changes: that address stands for the ASID of non-global entries.
        """
        same = self.regime is not None and replace(self.regime, ttbr0=regime.ttbr0) == regime
        self.regime = regime
        self.ttbr = regime.ttbr0
        if not same:
            self.tlb.invalidate(0, 0)
        self.machine.long_tables.use(regime)

    def _walk(self, va: int, access: str) -> Translation:
        if self.regime is not None:
            return self._walk_long(self.regime, va, access)
        if not 0 <= va < 1 << 32:
            raise TranslationFault(va, self.index, access, "the address has more than 32 bits")
        ttbr = self.ttbr
        if self.mpu is not None:
            return self._protected(self.mpu, va)
        if ttbr is None:
            start = va & -_FLAT_SIZE
            in_ram = va in self._ram
            return Translation(
                start, _FLAT_SIZE, 0, MemoryType.STRONGLY_ORDERED, False, True, True, in_ram, None
            )
        try:
            leaf, fetched = walk(ttbr, va, self._fetch)
        except WalkFailure as failure:
            raise TranslationFault(va, self.index, access, str(failure)) from None
        except BusError as error:
            raise ExternalAbort(va, self.index, access, f"on the table walk, {error}") from None
        return self._walked(translation(leaf, va, ttbr, self._ram, self.machine.profile), fetched)

    def _walked(self, entry: Translation, fetched: int) -> Translation:
        counters = self.machine.counters
        cycles = fetched * self.machine.profile.costs.walk_step
        counters.tlb_misses += 1
        counters.walk_cycles += cycles
        self._charge(cycles)
        self.tlb.insert(entry)
        return entry

    def _walk_long(self, regime: LongRegime, va: int, access: str) -> Translation:
        if not 0 <= va < 1 << regime.bits:
            raise TranslationFault(va, self.index, access, f"the address has more than {regime.bits} bits")
        try:
            found = walk_long(regime, va, lambda pa: self._fetch(pa, 8))
        except LongFault as fault:
            kind = AccessFlagFault if fault.kind == ACCESS_FLAG else TranslationFault
            raise kind(va, self.index, access, str(fault)) from None
        except BusError as error:
            raise ExternalAbort(va, self.index, access, f"on the table walk, {error}") from None
        return self._walked(long_translation(found, va, regime, self._ram, self.machine.profile), found.fetched)

    def _protected(self, mpu: Mpu, va: int) -> Translation:
        """What the MPU says about the page of `va`, which is not translated."""
        region, _ = mpu.find(va)
        start, profile = va & -PAGE, self.machine.profile
        kind = effective(region.type, profile.write_through)
        in_ram = start in self._ram
        access = region.access
        entry = Translation(
            start, PAGE, 0, kind, kind.cacheable, access.readable, access.writable, in_ram, None,
            region.shareable or not kind.cacheable, 0, kind is MemoryType.WT,
        )  # fmt: skip
        self.tlb.insert(entry)
        return entry

    def _fetch(self, pa: int, size: int = 4) -> int:
        """A descriptor word, as the walker sees it: coherently with the caches (ARMv7 SMP), or in memory."""
        if self._bus.active and pa in self._ram:
            speculative = self.machine.moves.walking
            self._bus.emit(TableWalk(self._now(), call_site(), self.index, pa, size, speculative))
        if not self.machine.profile.walker_cached:
            offset = self.machine.memory.offset(pa, size)
            return int.from_bytes(self.machine.memory.data[offset : offset + size], "little")
        return int.from_bytes(self._hierarchy.peek(pa, size), "little")

    def _pieces(
        self, va: int, length: int, access: str, write: bool = False, unit: int | None = None
    ) -> Iterator[tuple[int, int, Translation]]:
        """Cuts [va, va + length) into (pa, length, translation): physically contiguous runs of one memory type.

        No run crosses a multiple of `unit` bytes (physical), by default the piece of the caches.
        """
        unit = unit or self._piece
        end = va + length
        while va < end:
            entry = self.translate(va, access, write)
            pa = va + entry.delta
            limit = min(end - va, unit - pa % unit)
            run = min(limit, entry.va + entry.size - va)
            while run < limit:
                following = self.translate(va + run, access, write)
                same = following.delta == entry.delta and following.type is entry.type
                if not same or following.shareable is not entry.shareable:
                    break
                run = min(limit, following.va + following.size - va)
            if self._forbidden:
                self.check_allowed(va, pa, run, access)
            yield pa, run, entry
            va += run
