# SPDX-License-Identifier: Apache-2.0
"""Mappings into processes: dma_mmap_* with the right attributes, remap_pfn_range with those that a driver chose.

Sources: dma_common_mmap, kernel/dma/ops_helpers.c; dma_pgprot, kernel/dma/mapping.c; remap_pfn_range, mm/memory.c,
v6.19. A wrong choice makes the second, differently cached mapping that the architecture forbids.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.linux import cache_ops, cacheflush
from dmasan.linux.errors import OutOfMemory
from dmasan.linux.layout import PAGE_SIZE, SECTION_SIZE
from dmasan.linux.page_tables import Mm, Words, faults, words_of
from dmasan.linux.protections import Protection

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


class UserMappings:
    """Makes and ends mappings of given frames in a process."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel

    async def remap_pfn_range(
        self, first: int, count: int, prot: Protection = Protection.USER, mm: Mm | None = None
    ) -> int:
        """Maps frames [first, first + count) into `mm` (the first process) with `prot`; returns the user address."""
        return await self.insert(words_of(self.kernel.layout.pa(first), count, prot), mm)

    async def insert(self, words: Words, mm: Mm | None = None) -> int:
        """Maps pages by their second-level words into `mm` (the first process) where nothing is; the user address.

        Raises OutOfMemory if there is none for page tables.
        """
        kernel = self.kernel
        mm = mm or kernel.tables.mms[0]
        va = mm.reserve(words.size)
        await cacheflush.flush_cache_range(kernel, va, words.size * PAGE_SIZE)
        try:
            for start in range(va & -SECTION_SIZE, va + words.size * PAGE_SIZE, SECTION_SIZE):
                await kernel.tables.populate(mm, start)
        except OutOfMemory:
            mm.give_back(va, words.size)
            raise
        await kernel.tables.set_ptes(mm, va, words)
        await kernel.cpu.dsb("ishst")
        return va

    async def munmap(self, va: int, count: int, mm: Mm | None = None) -> None:
        """Clears the entries and invalidates the TLBs on all CPUs."""
        kernel = self.kernel
        mm = mm or kernel.tables.mms[0]
        await cacheflush.flush_cache_range(kernel, va, count * PAGE_SIZE)
        await kernel.tables.set_ptes(mm, va, faults(count))
        await cache_ops.flush_tlb_kernel_range(kernel, va, count * PAGE_SIZE)
        mm.give_back(va, count)

    def using(self, mm: Mm | None = None) -> UsingMm:
        """`async with`: the running CPU is in the process, and may use its addresses."""
        return UsingMm(self.kernel, mm or self.kernel.tables.mms[0])


class UsingMm:
    """kthread_use_mm: the running CPU translates through `mm` inside the block, through init_mm after it.

    A class, not a generator of contextlib: a frame of the standard library would pass for the driver program's.
    """

    def __init__(self, kernel: Kernel, mm: Mm) -> None:
        self._kernel, self._mm = kernel, mm

    async def __aenter__(self) -> None:
        await self._kernel.switch_mm(self._mm)

    async def __aexit__(self, *error: object) -> None:
        await self._kernel.switch_mm(self._kernel.tables.init_mm)
