# SPDX-License-Identifier: Apache-2.0
"""A CPU: loads and stores (`Accesses`), barriers, cache and TLB maintenance, descriptors, device registers.

Operations are named as the ARM ISA names them (DDI 0406C, A8 and B4.2). They are coroutines, since simulated time may
pass in them. A range stands for the loop that software writes: over lines for cache maintenance, over pages for TLB
maintenance; barriers after it are the caller's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.arch.descriptors import Descriptors
from dmasan.arch.faults import AlignmentFault
from dmasan.arch.maintenance import Operation
from dmasan.arch.mpu import MpuRegion
from dmasan.arch.short_descriptor import SMALL_PAGE_SIZE
from dmasan.config import UsageError, choose
from dmasan.events import (
    Barrier,
    CacheOp,
    EntireMaintenance,
    Level,
    Maintenance,
    MmioRead,
    MmioWrite,
    OuterSync,
    SetWayMaintenance,
    TlbMaintenance,
)

if TYPE_CHECKING:
    pass

# ARMv7's options and ARMv8's load-only ones (DDI 0406C, A8.8.43; DDI 0487, C6.2 DMB).
OPTIONS = ("sy", "st", "ld", "ish", "ishst", "ishld", "nsh", "nshst", "nshld", "osh", "oshst", "oshld")

_MAINTENANCE_UNIT = 1 << 20
_OUTER_OPERATION = {
    CacheOp.CLEAN: "outer_clean",
    CacheOp.INVALIDATE: "outer_invalidate",
    CacheOp.CLEAN_INVALIDATE: "outer_clean_invalidate",
}
_INNER_OPERATION = {
    CacheOp.CLEAN: "issue_clean",
    CacheOp.INVALIDATE: "issue_invalidate",
    CacheOp.CLEAN_INVALIDATE: "issue_clean_invalidate",
}


class Cpu(Descriptors):
    """One CPU of a machine."""

    # --- barriers ---

    async def dmb(self, option: str = "sy") -> None:
        """DMB: orders what this CPU's store buffer holds before its later accesses (DDI 0406C, A3.8.3).

        A load-only option (ARMv8) orders no stores; a store-only one orders stores before later stores, and nothing else.
        """
        choose("DMB option", option, OPTIONS)
        site = self._begin("dmb", 0, 0)
        if not option.endswith("ld"):
            self._noncacheable.dmb(self.index, stores_only=option.endswith("st"))
        if not option.endswith("st") or self._hierarchy.virtual:
            self._early.end()
        self.machine.counters.barriers += 1
        self._charge(self._costs.dmb)
        if self._bus.active:
            self._bus.emit(Barrier(self._now(), site, self.index, "dmb", option))
        await self.catch_up()

    async def dsb(self, option: str = "sy") -> None:
        """DSB: the store buffer is drained, cache and TLB maintenance complete. It does not reach the PL310's buffer."""
        choose("DSB option", option, OPTIONS)
        site = self._begin("dsb", 0, 0)
        machine = self.machine
        self._noncacheable.dsb(self.index)
        self._early.end()
        machine.counters.barriers += 1
        self._charge(self._costs.dsb)
        if self._bus.active:
            self._bus.emit(Barrier(self._now(), site, self.index, "dsb", option))
        for done in machine.aliases.complete(self.index):
            for cpu in machine.cpus:
                if done.cpus >> cpu.index & 1:
                    cpu.tlb.invalidate(done.va, done.length)
        await self.catch_up()

    async def isb(self) -> None:
        """ISB: later instructions see the completed changes of context."""
        site = self._begin("isb", 0, 0)
        self._charge(self._costs.dmb)
        if self._bus.active:
            self._bus.emit(Barrier(self._now(), site, self.index, "isb"))
        await self._finish()

    # --- cache maintenance ---

    async def dccmvac(self, va: int, length: int = 1) -> None:
        """DCCMVAC on each line of [va, va + length): clean by VA to the PoC. Raises a Fault where `va` is unmapped."""
        await self._inner(CacheOp.CLEAN, va, length, "DCCMVAC")

    async def dcimvac(self, va: int, length: int = 1) -> None:
        """DCIMVAC: invalidate by VA to the PoC; dirty data is lost. Raises a Fault where `va` is unmapped."""
        await self._inner(CacheOp.INVALIDATE, va, length, "DCIMVAC")

    async def dccimvac(self, va: int, length: int = 1) -> None:
        """DCCIMVAC: clean and invalidate by VA to the PoC. Raises a Fault where `va` is unmapped."""
        await self._inner(CacheOp.CLEAN_INVALIDATE, va, length, "DCCIMVAC")

    async def _inner(self, op: CacheOp, va: int, length: int, access: str) -> None:
        site = None
        self._check_length(access, length)
        # DC IVAC needs permission to write, as a store would (DDI 0487, C5.3; from memory). DCIMVAC of AArch32 does not.
        write = op is CacheOp.INVALIDATE and self.regime is not None and self.regime.bits == 64
        for pa, run, entry in self._pieces(va, length, access, write, _MAINTENANCE_UNIT):
            site = site or self._begin(_INNER_OPERATION[op], pa, length)
            self._noncacheable.after_dmb(self.index)
            if self._buffered and self.machine.profile.maintenance_waits:
                self._noncacheable.drain_lines(self.index, pa, run)
            broadcast = self.machine.profile.maintenance_broadcast and entry.shareable
            only = None if broadcast else self.index
            at_once = not self._benign and self._cannot_wait(pa, run)
            self.machine.maintenance.issue(self.index, Operation(op, pa, run, only, entry.colour), at_once=at_once)
            if self._early_lines:
                self._early.changed(pa, run)
            self._charge()
            if self._bus.active:
                self._bus.emit(Maintenance(self._now(), site, self.index, op, Level.INNER, pa, run, broadcast, entry.colour))
            await self._finish()

    def _cannot_wait(self, pa: int, length: int) -> bool:
        """Whether the relation has this maintenance complete when it returns: where L1s are not coherent, and where a store to
        the lines waits in another CPU's buffer (`semantics.domains`, `semantics.other_cpu`)."""
        machine = self.machine
        pages = range(pa & -SMALL_PAGE_SIZE, pa + length, SMALL_PAGE_SIZE)
        if machine.aliases.private is not None and any(map(machine.aliases.is_mixed, pages)):
            return True
        line = self._hierarchy.line
        first, end = pa & -line, (pa + length + line - 1) & -line
        others = (b for b in machine.noncacheable.buffers if b is not self._buffer)
        return any(first <= entry.address < end for buffer in others for entry in buffer.entries)

    async def dcciall(self) -> None:
        """Clean and Invalidate Entire Data Cache, of this CPU (CP15 c7, c14, 0; on ARM926 a loop of c7, c14, 3).

        Raises UsageError where the architecture has no such operation: ARMv7 and later, and ARMv7-M.
        """
        profile = self.machine.profile
        if not profile.architecture.startswith(("ARMv5", "ARMv6")):
            raise UsageError(f"{profile.name} is {profile.architecture}: no operation acts on the entire cache")
        site = self._begin("clean_invalidate_all", 0, 0)
        self._noncacheable.after_dmb(self.index)
        self.machine.maintenance.entire(self.index)
        self._early.end()
        self._charge()
        if self._bus.active:
            self._bus.emit(EntireMaintenance(self._now(), site, self.index))
        await self._finish()

    async def dccsw(self, level: int, set_: int, way: int) -> None:
        """DCCSW: cleans one slot, of this CPU's L1 (level 1) or the integrated L2 (2). Raises UsageError for no slot.

        By set and way nothing is broadcast, and an outer cache is not reached (DDI 0406C, B2.2.6): for switching a cache
        off, not for DMA.
        """
        await self._set_way(CacheOp.CLEAN, level, set_, way)

    async def dcisw(self, level: int, set_: int, way: int) -> None:
        """DCISW: invalidates one slot; dirty data is lost. As `dccsw`."""
        await self._set_way(CacheOp.INVALIDATE, level, set_, way)

    async def dccisw(self, level: int, set_: int, way: int) -> None:
        """DCCISW: cleans and invalidates one slot. As `dccsw`."""
        await self._set_way(CacheOp.CLEAN_INVALIDATE, level, set_, way)

    async def _set_way(self, op: CacheOp, level: int, set_: int, way: int) -> None:
        h = self._hierarchy
        caches = {1: h.l1[self.index], 2: h.inner_l2}
        cache = caches.get(level)
        if cache is None or not (0 <= set_ < cache.sets and 0 <= way < cache.ways):
            raise UsageError(f"set/way maintenance of level {level}, set {set_}, way {way}: there is no such slot")
        site = self._begin("set_way", 0, 0)
        pa = self.machine.maintenance.set_way(op, self.index, level, set_, way)
        self._charge()
        stride = 0 if level == 1 and h.virtual else cache.sets << h.shift
        if pa is None and stride and op is CacheOp.INVALIDATE:  # in another run there may be one of its set
            base = self.machine.memory.base
            pa = base + ((set_ - (base >> h.shift)) % cache.sets << h.shift)
        if pa is not None and self._bus.active:
            self._bus.emit(SetWayMaintenance(self._now(), site, self.index, op, level, pa, h.line, stride))
        await self._finish()

    async def outer_clean(self, pa: int, length: int) -> None:
        """PL310 Clean Line by PA on each line of the range. No effect without an outer cache, nor are the next three."""
        await self._outer(CacheOp.CLEAN, pa, length)

    async def outer_invalidate(self, pa: int, length: int) -> None:
        """PL310 Invalidate Line by PA on each line that the range touches, dirty data included.

        The kernel's l2c210_inv_range flushes a first or last partial line instead: that choice is its own.
        """
        await self._outer(CacheOp.INVALIDATE, pa, length)

    async def outer_flush(self, pa: int, length: int) -> None:
        """PL310 Clean and Invalidate Line by PA on each line of the range."""
        await self._outer(CacheOp.CLEAN_INVALIDATE, pa, length)

    async def _outer(self, op: CacheOp, pa: int, length: int) -> None:
        self._check_length(f"outer {op.value}", length)
        if not self.machine.profile.outer or not length:
            return
        self.machine.memory.offset(pa, length)
        site = self._begin(_OUTER_OPERATION[op], pa, length)
        self._noncacheable.before_store(self.index)  # the operation is a store to the PL310's registers
        self.machine.maintenance.outer(op, pa, length)
        self._charge()
        if self._bus.active:
            self._bus.emit(Maintenance(self._now(), site, self.index, op, Level.OUTER, pa, length))
        await self._finish()

    async def outer_sync(self) -> None:
        """PL310 Cache Sync: its store buffer is drained to memory (DDI 0246, 3.3.10)."""
        if not self.machine.profile.outer:
            return
        site = self._begin("outer_sync", 0, 0)
        self._noncacheable.before_store(self.index)
        self._noncacheable.outer_sync()
        self.machine.counters.outer_syncs += 1
        self._charge(self._costs.outer_sync)
        if self._bus.active:
            self._bus.emit(OuterSync(self._now(), site, self.index))
        await self._finish()

    # --- TLB maintenance ---

    async def tlbimva(self, va: int, length: int = SMALL_PAGE_SIZE) -> None:
        """TLBIMVAA on this CPU for each page of the range, in effect from its next DSB. All ASIDs."""
        await self._tlbi(va, length, broadcast=False)

    async def tlbimvais(self, va: int, length: int = SMALL_PAGE_SIZE) -> None:
        """TLBIMVAAIS: the same on all CPUs of the Inner Shareable domain.

        On a processor whose TLB maintenance is not broadcast this stands for what the kernel does instead: an interrupt
        to each other CPU, which invalidates locally (arch/arm/kernel/smp_tlb.c:ipi_flush_tlb_kernel_range, v6.19).
        """
        await self._tlbi(va, length, broadcast=True)

    async def tlbiall(self) -> None:
        """TLBIALL: everything, on this CPU, from its next DSB."""
        await self._tlbi(0, 0, broadcast=False)

    async def tlbiallis(self) -> None:
        """TLBIALLIS: everything, on all CPUs of the Inner Shareable domain; without broadcast as `tlbimvais`."""
        await self._tlbi(0, 0, broadcast=True)

    async def _tlbi(self, va: int, length: int, broadcast: bool) -> None:
        site = self._begin("tlbi", va, length)
        pages = max(1, (length + SMALL_PAGE_SIZE - 1) // SMALL_PAGE_SIZE)
        counters = self.machine.counters
        if broadcast:
            counters.tlbi_broadcast += pages
        else:
            counters.tlbi_local += pages
        self.machine.aliases.issue_invalidation(self.index, va, length, broadcast)
        each = self._costs.tlbi_broadcast if broadcast else self._costs.tlbi_local
        others = len(self.machine.cpus) - 1
        if broadcast and not self.machine.profile.tlb_broadcast:
            counters.ipis += others
            self._charge(pages * self._costs.tlbi_local + others * self._costs.ipi)
        else:
            self._charge(pages * each)
        if self._bus.active:
            self._bus.emit(TlbMaintenance(self._now(), site, self.index, va, length, broadcast))
        await self._finish()

    # --- the same by their AArch64 names (DDI 0487, C5.3 and C5.5) ---

    dc_cvac = dccmvac
    dc_ivac = dcimvac
    dc_civac = dccimvac
    tlbi_vaae1 = tlbimva
    tlbi_vaae1is = tlbimvais
    tlbi_vmalle1 = tlbiall
    tlbi_vmalle1is = tlbiallis

    # --- memory protection unit ---

    async def mpu_set(self, number: int, region: MpuRegion | None) -> None:
        """MPU_RNR, MPU_RBAR, MPU_RASR: sets region `number`, or disables it (DDI 0403E, B3.5). In effect at once.

        Raises UsageError on a processor without an MPU. Content of the caches stays where it is.
        """
        if self.mpu is None:
            raise UsageError(f"profile {self.machine.profile.name} has translation tables, and no MPU")
        self._begin("mpu", 0, 0)
        self.mpu.set(number, region)
        self.tlb.invalidate(0, 0)
        self.machine.paint_regions()
        await self._finish(self._costs.mmio)

    # --- device registers ---

    async def load_device(self, pa: int, size: int = 4) -> int:
        """A 32-bit load from a device register: simulated time catches up first. Raises AlignmentFault."""
        self._check_register(pa, size, "device load")
        site = self._begin("load_device", pa, size)
        self._noncacheable.after_dmb(self.index)
        self._charge(self._costs.mmio)
        await self.catch_up()
        value = await self.machine.mmio.read32(pa)
        if self._bus.active:
            self._bus.emit(MmioRead(self._now(), site, self.index, pa, value))
        return value

    async def store_device(self, pa: int, value: int) -> None:
        """A 32-bit store to a device register. Stores that a DMB ordered have left the CPU; others may not have.

        The event is told before the device sees the store, since the device may act while it is on its way.
        """
        self._check_register(pa, 4, "device store")
        site = self._begin("doorbell", pa, 4)
        self._noncacheable.before_store(self.index)
        self._charge(self._costs.mmio)
        await self.catch_up()
        if self._bus.active:
            self._bus.emit(MmioWrite(self._now(), site, self.index, pa, value))
        await self.machine.mmio.write32(pa, value)

    def _check_register(self, pa: int, size: int, access: str) -> None:
        if size != 4 or pa & 3:
            raise AlignmentFault(pa, self.index, access, "device registers have 32 bits, aligned")
