# SPDX-License-Identifier: Apache-2.0
"""The linear map of lowmem: 1 MiB sections at boot, small pages where someone asked for them.

Sources: arch/arm/mm/mmu.c:map_lowmem, arch/arm/mm/dma-mapping.c:dma_contiguous_remap and __dma_remap. ARM32 never
splits a section at run time; `split` is what "walks all page tables" in the mail thread of July 2011 would have been.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dmasan.linux import cache_ops, protections
from dmasan.linux.eras import since
from dmasan.linux.layout import PAGE_OFFSET, PAGE_SHIFT, PAGE_SIZE, SECTION_SIZE
from dmasan.linux.page_tables import faults, words_of
from dmasan.linux.protections import FAULT, Protection

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel

SECTION_PAGES = SECTION_SIZE // PAGE_SIZE


class LinearMap:
    """Changes of the kernel's own mapping of lowmem. Pages are frames; ranges are (first, count)."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.layout = kernel.layout

    def va(self, page: int) -> int:
        """page_address of a lowmem page."""
        return self.layout.linear(self.layout.pa(page))

    async def boot(self) -> None:
        """map_lowmem: one section for each MiB, none where memory is marked no-map (memblock_mark_nomap).

        The MMU is off, so the words go straight to memory.
        """
        kernel, layout = self.kernel, self.layout
        mm = kernel.tables.init_mm
        pa = range(layout.base, layout.pa(layout.lowmem_pages), SECTION_SIZE)
        mapped = [layout.is_linear(layout.linear(start)) for start in pa]
        words = np.array(
            [protections.section(start) if there else FAULT for start, there in zip(pa, mapped, strict=True)],
            np.uint32,
        )
        await kernel.cpu.set_descriptors(mm.first_level(PAGE_OFFSET), words, va=PAGE_OFFSET, level=1)
        await kernel.io.mb()

    async def remap_small_pages(self, first: int, count: int) -> None:
        """dma_contiguous_remap, at boot: the sections of a range become tables of small pages with equal attributes.

        Between pmd_clear and the new entries the TLBs are invalidated since v3.16, and in the stable v3.14.57 that the
        era v3.14 follows; v3.5 did not.
        """
        kernel, tables = self.kernel, self.kernel.tables
        sections = range(self.va(first), self.va(first) + (count << PAGE_SHIFT), SECTION_SIZE)
        for va in sections:
            await tables.set_first_level(tables.init_mm, va, FAULT)
        if since(kernel.era, "v3.14"):
            await cache_ops.flush_tlb_kernel_range(kernel, self.va(first), count << PAGE_SHIFT)
        for va in sections:
            await tables.pmd_populate(tables.init_mm, va, await self._table_like_section(va))

    async def split_range(self, first: int, count: int) -> None:
        """Splits the sections that hold pages [first, first + count), those that are still sections."""
        for va in range(self.va(first) & -SECTION_SIZE, self.va(first + count - 1) + 1, SECTION_SIZE):
            if va >> 20 not in self.kernel.tables.init_mm.tables:
                await self.split(va)

    async def split(self, va: int) -> None:
        """Splits the section at `va` while the machine runs, by break-before-make.

        The section's word was copied into every mm, and do_translation_fault only fills in absent words, so that every
        first-level table must be walked: 256 words, two for each mm, TLB maintenance on all CPUs. The other CPUs wait
        in stop_machine.
        """
        kernel, tables = self.kernel, self.kernel.tables
        counters = kernel.machine.counters
        others = len(kernel.machine.cpus) - 1
        counters.ipis += others
        kernel.machine.hierarchy.cycles += others * kernel.machine.profile.costs.ipi
        table = await self._table_like_section(va)
        for mm in tables.everywhere():
            await tables.set_first_level(mm, va, FAULT)
        await kernel.cpu.dsb("ish")
        await kernel.cpu.tlbiallis()
        await kernel.cpu.dsb("ish")
        await kernel.cpu.isb()
        for mm in tables.everywhere():
            await tables.set_first_level(mm, va, protections.table(table))
            counters.tables_walked += 1
        await kernel.cpu.dsb("ish")
        await kernel.cpu.isb()
        counters.sections_split += 1

    async def protect(self, first: int, count: int, prot: Protection) -> None:
        """Writes the small pages of a range with `prot`. Neither barrier nor TLB maintenance: the caller's order counts."""
        words = words_of(self.layout.pa(first), count, prot)
        await self.kernel.tables.set_ptes(self.kernel.tables.init_mm, self.va(first), words)

    async def unmap(self, first: int, count: int) -> None:
        """Clears the small pages of a range. Neither barrier nor TLB maintenance."""
        await self.kernel.tables.set_ptes(self.kernel.tables.init_mm, self.va(first), faults(count))

    async def flush_tlb(self, first: int, count: int) -> None:
        """flush_tlb_kernel_range of the linear addresses of a range."""
        await cache_ops.flush_tlb_kernel_range(self.kernel, self.va(first), count << PAGE_SHIFT)

    async def _table_like_section(self, va: int) -> int:
        tables, counters = self.kernel.tables, self.kernel.counters
        first_of_pair = va >> 20 ^ 1 not in tables.init_mm.tables
        words = words_of(self.layout.physical(va), SECTION_PAGES, Protection.KERNEL)
        table = await tables.new_table(tables.init_mm, va, words)
        if first_of_pair:
            counters.lowmem_lost_bytes += PAGE_SIZE  # tables come in pairs, one page for 2 MiB
        return table
