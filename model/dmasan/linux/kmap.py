# SPDX-License-Identifier: Apache-2.0
"""Temporary kernel mappings of single pages: a few fixmap slots for each CPU, used as a stack.

v6.0 and later: kmap_local_page; unmapping clears the entry, and mapping and unmapping invalidate the page in the TLB of
the CPU that runs, no other (mm/highmem.c:__kmap_local_pfn_prot, kunmap_local_indexed; arch/arm/include/asm/highmem.h).
Up to v3.14: kmap_atomic; without CONFIG_DEBUG_HIGHMEM unmapping leaves the entry as it is until the slot is used again
(arch/arm/mm/highmem.c:__kunmap_atomic). A page that kmap has mapped keeps that address (kmap_high_get).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.linux import cache_ops, cacheflush
from dmasan.linux.eras import since
from dmasan.linux.layout import KMAP_SLOTS, PAGE_SIZE, Zone
from dmasan.linux.protections import FAULT, Protection, page

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


class KmapLocal:
    """The slots of all CPUs. Lowmem pages have their linear address and take no slot."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self._depth = [0] * len(kernel.machine.cpus)
        self._shared: dict[int, int] = {}  # addresses that kmap had given, and their frames

    async def boot(self) -> None:
        """The second-level table of the fixmap region."""
        await self.kernel.tables.populate(self.kernel.tables.init_mm, self.kernel.layout.space.fixmap_start)

    async def flush_residues(self) -> None:
        """Clears unused slots and invalidates all slots on all CPUs: no earlier temporary mapping survives anywhere."""
        tables = self.kernel.tables
        for cpu, depth in enumerate(self._depth):
            for slot in range(depth, KMAP_SLOTS):
                va = self.kernel.layout.space.fixmap_start + (cpu * KMAP_SLOTS + slot) * PAGE_SIZE
                if tables.pte(tables.init_mm, va):
                    await tables.set_pte(tables.init_mm, va, FAULT)
        length = len(self._depth) * KMAP_SLOTS * PAGE_SIZE
        await cache_ops.flush_tlb_kernel_range(self.kernel, self.kernel.layout.space.fixmap_start, length)

    async def map(self, frame: int) -> int:
        """A cacheable address of page `frame`, valid on this CPU until `unmap`."""
        kernel = self.kernel
        if kernel.layout.zone(frame) is Zone.LOWMEM:
            return kernel.linear.va(frame)
        if (shared := kernel.pkmap.get(frame)) is not None:
            self._shared[shared] = frame
            return shared
        cpu = kernel.cpu.index
        slot = self._depth[cpu]
        assert slot < KMAP_SLOTS, "more nested kmap_local than slots"
        self._depth[cpu] += 1
        va = self.kernel.layout.space.fixmap_start + (cpu * KMAP_SLOTS + slot) * PAGE_SIZE
        await kernel.tables.set_pte(
            kernel.tables.init_mm, va, page(kernel.layout.pa(frame), Protection.KERNEL)
        )
        await cache_ops.local_flush_tlb_kernel_page(kernel, va)
        return va

    async def unmap(self, va: int) -> None:
        """Ends the innermost mapping of this CPU."""
        kernel = self.kernel
        if kernel.layout.is_linear(va):
            return
        if va in self._shared:
            kernel.pkmap.unmap(self._shared[va])
            return
        await cacheflush.flush_kunmap(kernel, kernel.layout.page(kernel.cpu.physical(va)), va)
        self._depth[kernel.cpu.index] -= 1
        if since(kernel.era, "v6.0"):
            await kernel.tables.set_pte(kernel.tables.init_mm, va, FAULT)
            await cache_ops.local_flush_tlb_kernel_page(kernel, va)
