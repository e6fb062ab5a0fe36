# SPDX-License-Identifier: Apache-2.0
"""The linear map of arm64: blocks of 2 MiB, with the Contiguous bit where 16 of them lie together, or small pages.

Sources: arch/arm64/mm/mmu.c:map_mem, alloc_init_cont_pmd, init_pmd; with rodata=full, the default since v5.0, everything is in
pages (can_set_direct_map). Contiguous hints came with v4.11 (from memory). No kernel up to v6.0 splits a block at run time; the
policies that change the linear map of single pages do it here by break-before-make, on one table for all address spaces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from dmasan.arch.long_descriptor import CONTIGUOUS_ENTRIES, LongTable, encode_long
from dmasan.linux.eras import since
from dmasan.linux.layout import PAGE_SHIFT, PAGE_SIZE
from dmasan.linux.linear_map import LinearMap
from dmasan.linux.long_page_tables import BLOCK_SHIFT, LongPageTables, LongWords, leaf
from dmasan.linux.page_tables import Mm, words_of
from dmasan.linux.protections import Protection

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel

BLOCK = 1 << BLOCK_SHIFT
_GROUP = CONTIGUOUS_ENTRIES * BLOCK


class LongLinearMap(LinearMap):
    """Changes of the linear map in units of blocks and pages."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self.blocks = not (kernel.knobs.rodata_full and since(kernel.era, "v6.0"))
        self.hints = since(kernel.era, "v6.0")

    @property
    def _tables(self) -> LongPageTables:
        return cast("LongPageTables", self.kernel.tables)

    @property
    def _mm(self) -> Mm:
        return self.kernel.tables.init_mm

    async def boot(self) -> None:
        """map_mem, with the MMU off: none where memory is marked no-map."""
        layout = self.layout
        for start in range(layout.base, layout.pa(layout.lowmem_pages), _GROUP):
            end = min(start + _GROUP, layout.pa(layout.lowmem_pages))
            there = [pa for pa in range(start, end, BLOCK) if layout.is_linear(layout.linear(pa))]
            hint = self.hints and len(there) == CONTIGUOUS_ENTRIES and not layout.linear(start) % _GROUP
            for pa in there:
                await self._map_block(pa, hint)
        await self.kernel.io.mb()

    async def _map_block(self, pa: int, hint: bool) -> None:
        va = self.layout.linear(pa)
        if self.blocks:
            word = encode_long(leaf(2, pa, contiguous=hint))
        else:
            word = encode_long(LongTable(await self._pages_like_block(va)))
        await self._set(va, np.array((word,), np.uint64))

    async def remap_small_pages(self, first: int, count: int) -> None:
        """What dma_contiguous_remap would be: at boot, before anything runs that could use the old translations."""
        await self._split_all(first, count)

    async def split_range(self, first: int, count: int) -> None:
        """Splits the blocks that hold pages [first, first + count), those that are still blocks."""
        counters, machine = self.kernel.machine.counters, self.kernel.machine
        split = await self._split_all(first, count)
        if split:
            others = len(machine.cpus) - 1
            counters.ipis += others  # stop_machine
            machine.hierarchy.cycles += others * machine.profile.costs.ipi
            counters.sections_split += split
            counters.tables_walked += 1

    async def split(self, va: int) -> None:
        """Splits the block at `va` while the machine runs."""
        await self.split_range(self.layout.page(self.layout.physical(va)), 1)

    async def _split_all(self, first: int, count: int) -> int:
        """How many blocks were split."""
        start, end = self.va(first) & -BLOCK, self.va(first + count - 1) + 1
        wanted = [va for va in range(start, end, BLOCK) if va >> BLOCK_SHIFT not in self._mm.tables]
        for va in wanted:
            await self._split_block(va)
        return len(wanted)

    async def _split_block(self, va: int) -> None:
        """Break-before-make of the block, or of the whole group of which it is a part: one TLB entry may hold all of that."""
        table = await self._pages_like_block(va)
        group = va & -_GROUP
        words = await self._tables.entries(self._mm, group, CONTIGUOUS_ENTRIES)
        hinted = words >> np.uint64(52) & np.uint64(1) != 0
        index = (va - group) // BLOCK
        at, old = (group, words) if hinted[index] else (va, words[index : index + 1])
        new = np.where(hinted, words & ~np.uint64(1 << 52), words) if hinted[index] else old.copy()
        new[index if hinted[index] else 0] = encode_long(LongTable(table))
        kernel = self.kernel
        await self._set(at, np.zeros(len(old), np.uint64))
        await kernel.cpu.dsb("ish")
        await kernel.cpu.tlbi_vaae1is(at, len(old) * BLOCK)
        await kernel.cpu.dsb("ish")
        await kernel.cpu.isb()
        await self._set(at, new)
        await kernel.cpu.dsb("ish")
        await kernel.cpu.isb()

    async def _set(self, va: int, words: LongWords) -> None:
        await self._tables.set_entry(self._mm, va, 2, words)

    async def _pages_like_block(self, va: int) -> int:
        self.kernel.counters.lowmem_lost_bytes += PAGE_SIZE
        start = va & -BLOCK
        words = words_of(self.layout.physical(start), BLOCK >> PAGE_SHIFT, Protection.KERNEL)
        return await self._tables.new_table(self._mm, start, words)
