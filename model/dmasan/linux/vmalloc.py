# SPDX-License-Identifier: Apache-2.0
"""The vmalloc area: vmap of pages with other attributes, and what vunmap leaves in the TLBs.

Up to v3.14 the DMA code unmaps eagerly (2.6.39 __dma_free_remap: clear the entries, flush_tlb_kernel_range; 3.5 and
3.14: unmap_kernel_range). Since then vunmap is lazy: the entries are cleared, no TLB is invalidated, and the addresses
stay reserved until a purge (mm/vmalloc.c:free_vmap_area_noflush, __purge_vmap_area_lazy, v6.19). 2.6.39 had a window of
its own for DMA, 2 MiB from 0xffc00000; here it uses this area, in which a frame has room.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dmasan.linux import cache_ops
from dmasan.linux.eras import since
from dmasan.linux.errors import OutOfMemory
from dmasan.linux.layout import PAGE_SHIFT, PAGE_SIZE, VMALLOC_END, VMALLOC_START
from dmasan.linux.page_tables import faults, words_of
from dmasan.linux.protections import Protection

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


@dataclass(frozen=True)
class VmArea:
    """`struct vm_struct`: `count` mapped pages at `va`, followed by a guard page."""

    va: int
    count: int

    @property
    def end(self) -> int:
        return self.va + (self.count + 1 << PAGE_SHIFT)


class Vmalloc:
    """Addresses between VMALLOC_START and VMALLOC_END, first fit."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.areas: dict[int, VmArea] = {}
        self.lazy: dict[int, VmArea] = {}  # unmapped, perhaps still in a TLB

    async def vmap(self, first: int, count: int, prot: Protection) -> VmArea:
        """Maps frames [first, first + count) at new addresses: entries go from invalid to valid, so no TLB maintenance.

        flush_cache_vmap is the caller's (a DSB on caches without aliasing). Raises OutOfMemory.
        """
        tables = self.kernel.tables
        area = VmArea(await self._find(count), count)
        self.areas[area.va] = area
        for va in range(area.va & ~0xF_FFFF, area.va + (count << PAGE_SHIFT), 1 << 20):
            await tables.populate(tables.init_mm, max(va, area.va))
        await tables.set_ptes(tables.init_mm, area.va, words_of(self.kernel.layout.pa(first), count, prot))
        return area

    async def vunmap(self, va: int, *, eager: bool | None = None) -> None:
        """Unmaps the area at `va`; `eager` forces TLB maintenance, None leaves it to the era."""
        kernel = self.kernel
        area = self.areas.pop(va)
        await kernel.tables.set_ptes(kernel.tables.init_mm, va, faults(area.count))
        if eager if eager is not None else not since(kernel.era, "v6.0"):
            await cache_ops.flush_tlb_kernel_range(kernel, va, area.count * PAGE_SIZE)
            return
        self.lazy[va] = area
        if sum(a.count for a in self.lazy.values()) > self.lazy_max_pages:
            await self.purge()

    @property
    def lazy_max_pages(self) -> int:
        """mm/vmalloc.c:lazy_max_pages: 32 MiB for each bit of the number of CPUs online."""
        return len(self.kernel.machine.cpus).bit_length() * (32 << 20 >> PAGE_SHIFT)

    async def purge(self) -> None:
        """One TLB invalidation over all lazily freed areas, whose addresses are free again."""
        if self.lazy:
            start, end = min(self.lazy), max(area.end for area in self.lazy.values())
            await cache_ops.flush_tlb_kernel_range(self.kernel, start, end - start)
            self.lazy.clear()

    async def _find(self, count: int) -> int:
        """The lowest gap with room for `count` pages and a guard page; purges when there is none."""
        for _ in range(2):
            va = VMALLOC_START
            for start, area in sorted((self.areas | self.lazy).items()):
                if start - va >= (count + 1) * PAGE_SIZE:
                    break
                va = area.end
            if VMALLOC_END - va >= (count + 1) * PAGE_SIZE:
                return va
            await self.purge()
        raise OutOfMemory(f"no room for {count} pages in the vmalloc area")
