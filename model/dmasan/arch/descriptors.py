# SPDX-License-Identifier: Apache-2.0
"""Writing translation tables: stores of descriptors, and what the alias tracker and the observers are told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dmasan.arch.break_before_make import must_break_long, must_break_short
from dmasan.arch.exclusives import Exclusives
from dmasan.arch.faults import AlignmentFault, BusError, ExternalAbort
from dmasan.arch.long_descriptor import TABLE_BYTES, entry_bytes
from dmasan.arch.short_descriptor import SECOND_LEVEL_BYTES, SECTION_SIZE, SMALL_PAGE_SIZE
from dmasan.arch.tlb import colour_of
from dmasan.config import choose
from dmasan.events import CacheOp, DescriptorWrite, Level, Maintenance, MemoryType, Site, Store

if TYPE_CHECKING:
    from dmasan.arch.machine import Machine


class Descriptors(Exclusives):
    """Stores to translation tables of both formats."""

    def __init__(self, machine: Machine, index: int) -> None:
        super().__init__(machine, index)
        self._costs = machine.profile.costs

    async def _finish(self, cycles: int = 0) -> None:
        self._charge(cycles)
        if self.owed_ns >= self._quantum_ns:
            await self.catch_up()

    async def set_descriptor(self, entry_pa: int, word: int, *, va: int, level: int) -> None:
        """Writes one translation table entry; `va` is the first address that it translates, `level` 1 or 2.

        As `set_descriptors` with one word.
        """
        await self.set_descriptors(entry_pa, np.array((word,), np.uint32), va=va, level=level)

    async def set_descriptors(self, entry_pa: int, words: NDArray[np.uint32], *, va: int, level: int) -> None:
        """Writes consecutive entries of one table, from physical address `entry_pa` on.

        The walkers see them at once: they are coherent on ARMv7 SMP; on a processor whose walkers do not look up L1 the
        words, and a second-level table when it is linked, are cleaned, as flush_pmd_entry, cpu_v6_set_pte_ext and
        clean_pte_table do (arch/arm/mm/tlb-v6.S, proc-v6.S, arch/arm/include/asm/pgalloc.h, v6.19). The alias tracker
        sees them too: entries must be written in no other way once a table is linked, and a new second-level table must
        be zeroed before. First-level tables count as reachable from their first entry on; a second-level one while it is
        linked. Raises AlignmentFault for an unaligned entry, ExternalAbort outside RAM.
        """
        choose("level of a translation table", str(level), ("1", "2"))
        new = np.ascontiguousarray(words, np.uint32)
        size = new.nbytes
        if entry_pa & 3 or (level == 2 and (entry_pa & (SECOND_LEVEL_BYTES - 1)) + size > SECOND_LEVEL_BYTES):
            raise AlignmentFault(
                va, self.index, "descriptor store", f"entry at {entry_pa:#010x} is not inside one table"
            )
        self._check_table(entry_pa, size, va)
        site = self._begin("store_wb", entry_pa, size)
        old = self._hierarchy.peek(entry_pa, size).view(np.uint32).copy()
        kind = self._store_descriptors(entry_pa, new)
        self.machine.counters.pte_writes += len(new)
        self._charge(len(new) * self._costs.pte_write)
        step = SECTION_SIZE if level == 1 else SMALL_PAGE_SIZE
        if self._bus.active:
            self._bus.emit(Store(self._now(), site, self.index, entry_pa, size, kind, self._colour(entry_pa)))
            for index, (before, after) in enumerate(zip(old.tolist(), new.tolist(), strict=True)):
                replaced = must_break_short(before, after, level) is not None
                at = va + index * step
                self._bus.emit(DescriptorWrite(self._now(), site, self.index, at, before, after, replaced))
        if not self.machine.profile.walker_cached:
            self._clean_tables(site, entry_pa, new, level)
        if level == 2:
            self.machine.aliases.second_level_written(entry_pa, old, new)
        else:
            for index, (before, after) in enumerate(zip(old.tolist(), new.tolist(), strict=True)):
                self.machine.aliases.first_level_written(before, after, va + index * step)
        await self._finish()

    async def set_long_descriptors(
        self, entry_pa: int, words: NDArray[np.uint64], *, va: int, level: int
    ) -> None:
        """As `set_descriptors`, for 64-bit entries of a table of `level` 0 to 3 (LPAE, AArch64).

        Tables count as reachable from a root that a CPU's `regime` names, once the links to them are written; a new
        table must be filled, or zeroed, before. Raises AlignmentFault for entries outside one table.
        """
        choose("level of a translation table", str(level), ("0", "1", "2", "3"))
        new = np.ascontiguousarray(words, np.uint64)
        size = new.nbytes
        if entry_pa & 7 or (entry_pa & (TABLE_BYTES - 1)) + size > TABLE_BYTES:
            raise AlignmentFault(
                va, self.index, "descriptor store", f"entry at {entry_pa:#010x} is not inside one table"
            )
        self._check_table(entry_pa, size, va)
        site = self._begin("store_wb", entry_pa, size)
        old = self._hierarchy.peek(entry_pa, size).view(np.uint64).copy()
        kind = self._store_descriptors(entry_pa, new)
        self.machine.counters.pte_writes += len(new)
        self._charge(len(new) * self._costs.pte_write)
        if self._bus.active:
            self._bus.emit(Store(self._now(), site, self.index, entry_pa, size, kind, self._colour(entry_pa)))
            for index, (before, after) in enumerate(zip(old.tolist(), new.tolist(), strict=True)):
                replaced = must_break_long(before, after, level, self.machine.long_tables.mair) is not None
                at = va + index * entry_bytes(level)
                self._bus.emit(DescriptorWrite(self._now(), site, self.index, at, before, after, replaced))
        self.machine.long_tables.written(entry_pa, old, new)
        await self._finish()

    def _check_table(self, entry_pa: int, size: int, va: int) -> None:
        try:
            self.machine.memory.offset(entry_pa, size)
        except BusError as error:
            raise ExternalAbort(va, self.index, "descriptor store", str(error)) from None

    def _store_descriptors(
        self, entry_pa: int, words: NDArray[np.uint32] | NDArray[np.uint64]
    ) -> MemoryType:
        """The stores: through the cache where a cacheable translation of the table is live, else straight to memory."""
        h = self._hierarchy
        data = words.view(np.uint8)
        self._early.changed(entry_pa, len(data))
        first, end = entry_pa >> h.shift, (entry_pa + len(data) + h.line - 1) >> h.shift
        cached = any(len(c.copies(first, end)) for c in (*h.l1, h.l2) if c is not None)
        if not cached and not self.machine.aliases.is_live(entry_pa):
            self.machine.memory.write(entry_pa, data)
            return MemoryType.STRONGLY_ORDERED
        entry_pa += self._colour(entry_pa)
        for start in range(0, len(data), h.piece):
            h.store(self.index, entry_pa + start, data[start : start + h.piece])
        return MemoryType.WB

    def _colour(self, pa: int) -> int:
        """Under which colour this CPU stores to the table at `pa` in a virtually indexed L1.

        The program says where its tables are mapped (`Machine.tables_at`); else a translation that the TLB holds tells.
        """
        if not self._hierarchy.virtual or self.ttbr is None:
            return 0
        if self.machine.tables_at is not None:
            return colour_of(self.machine.profile, self.machine.tables_at(pa) - pa)
        held = (entry.colour for entry in self.tlb.holding(pa) if entry.cacheable)
        return next(held, 0)

    def _clean_tables(self, site: Site, pa: int, words: NDArray[np.uint32], level: int) -> None:
        """DCCMVAC on the words, and on the second-level tables that they link."""
        ranges = [(pa, words.nbytes)]
        if level == 1:
            tables = {word & -SECOND_LEVEL_BYTES for word in words.tolist() if word & 3 == 1}
            ranges += [(table, SECOND_LEVEL_BYTES) for table in sorted(tables) if table in self._ram]
        broadcast = self.machine.profile.maintenance_broadcast
        for start, length in ranges:
            only = None if broadcast else self.index
            colour = self._colour(start)
            self.machine.maintenance.inner(CacheOp.CLEAN, start, length, only, colour)
            if self._bus.active:
                told = (self._now(), site, self.index, CacheOp.CLEAN, Level.INNER, start, length, broadcast, colour)
                self._bus.emit(Maintenance(*told))
        self._charge()
