# SPDX-License-Identifier: Apache-2.0
"""The vmalloc area: vmap of pages with other attributes, and what vunmap leaves in the TLBs.

Up to v3.14 the DMA code unmaps eagerly (2.6.39 __dma_free_remap: clear the entries, flush_tlb_kernel_range; 3.5 and
3.14: unmap_kernel_range). Since then vunmap is lazy: the entries are cleared, no TLB is invalidated, and the addresses
stay reserved until a purge (mm/vmalloc.c:free_vmap_area_noflush, __purge_vmap_area_lazy, v6.19). 2.6.39 had a window of
its own for DMA, 2 MiB from 0xffc00000; here it uses this area, in which a frame has room.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dmasan.linux import cache_ops, cacheflush, protections
from dmasan.linux.eras import since
from dmasan.linux.errors import DmaApiError, OutOfMemory
from dmasan.linux.frames import Owner, Pages
from dmasan.linux.layout import PAGE_SHIFT, PAGE_SIZE, pages_of
from dmasan.linux.page_tables import faults
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
        self._lazy_pages = 0
        self._taken: list[tuple[int, int]] = []  # start and end of all areas, ascending
        self._owners: dict[int, Owner] = {}  # of vmalloc memory

    async def vmap(self, first: int, count: int, prot: Protection) -> VmArea:
        """Maps frames [first, first + count) at new addresses: entries go from invalid to valid, so no TLB maintenance.

        Raises OutOfMemory.
        """
        return await self.vmap_pages(np.arange(first, first + count), prot)

    async def vmap_pages(self, frames: Pages, prot: Protection) -> VmArea:
        """vmap of single frames, in the given order; vmap_pages_range ends with flush_cache_vmap. Raises OutOfMemory."""
        area = await self.vmap_noflush(frames, prot)
        await cacheflush.flush_cache_vmap(self.kernel)
        return area

    async def vmap_noflush(self, frames: Pages, prot: Protection) -> VmArea:
        """vmap_pages_range_noflush: the entries are written, and nothing says when a walk sees them. Raises OutOfMemory."""
        tables, count = self.kernel.tables, len(frames)
        area = VmArea(await self._find(count), count)
        for va in range(area.va & ~0xF_FFFF, area.va + (count << PAGE_SHIFT), 1 << 20):
            await tables.populate(tables.init_mm, max(va, area.va))
        self.areas[area.va] = area
        insort(self._taken, (area.va, area.end))
        words = protections.pages(self.kernel.layout.base + (frames << PAGE_SHIFT), prot)
        await tables.set_ptes(tables.init_mm, area.va, words)
        return area

    async def vmalloc(self, size: int, name: str = "vmalloc") -> int:
        """vmalloc: single pages of highmem or lowmem, mapped side by side; content undefined. Raises OutOfMemory."""
        kernel = self.kernel
        owner, frames = Owner(name), kernel.allocator.movable(pages_of(size))
        kernel.give(owner, frames)
        try:
            area = await self.vmap_pages(frames, Protection.KERNEL)
        except OutOfMemory:
            kernel.free_owner(owner)
            raise
        self._owners[area.va] = owner
        return area.va

    async def vfree(self, va: int) -> None:
        """vfree: the mapping goes as with vunmap, the pages go back. Raises DmaApiError for another address."""
        if va not in self._owners:
            raise DmaApiError(f"vfree of {va:#010x}, which vmalloc did not return")
        await self.vunmap(va)
        self.kernel.free_owner(self._owners.pop(va))

    def frame_of(self, va: int) -> int:
        """vmalloc_to_page: the frame behind a mapped address of the area."""
        return self.kernel.layout.page(self.kernel.cpu.physical(va))

    async def ioremap(self, pa: int, size: int, prot: Protection = Protection.DEVICE, *, force: bool = False) -> int:
        """ioremap: another mapping of a physical range, with Device attributes unless told otherwise.

        Since v2.6.36 RAM is refused (309caa9cc6f): raises DmaApiError then; `force` is the kernel before.
        """
        layout = self.kernel.layout
        page = layout.page(pa)
        if not force and not layout.nomap_first <= page < layout.nomap_first + layout.nomap_pages:
            raise DmaApiError(f"ioremap of {pa:#010x}: it is RAM that the kernel manages")
        area = await self.vmap(page, pages_of(pa % PAGE_SIZE + size), prot)
        return area.va + pa % PAGE_SIZE

    async def vunmap(self, va: int, *, eager: bool | None = None) -> None:
        """Unmaps the area at `va`; `eager` forces TLB maintenance, None leaves it to the era."""
        kernel = self.kernel
        area = self.areas.pop(va)
        await cacheflush.flush_cache_vunmap(kernel)
        await kernel.tables.set_ptes(kernel.tables.init_mm, va, faults(area.count))
        if eager if eager is not None else not since(kernel.era, "v6.0"):
            await cache_ops.flush_tlb_kernel_range(kernel, va, area.count * PAGE_SIZE)
            self._taken.remove((area.va, area.end))
            return
        self.lazy[va] = area
        self._lazy_pages += area.count
        if self._lazy_pages > self.lazy_max_pages:
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
            self._taken = [each for each in self._taken if each[0] not in self.lazy]
            self.lazy.clear()
            self._lazy_pages = 0

    async def _find(self, count: int) -> int:
        """The lowest gap with room for `count` pages and a guard page; purges when there is none."""
        space = self.kernel.layout.space
        for _ in range(2):
            va = space.vmalloc_start
            for start, end in self._taken:
                if start - va >= (count + 1) * PAGE_SIZE:
                    break
                va = end
            if space.vmalloc_end - va >= (count + 1) * PAGE_SIZE:
                return va
            await self.purge()
        raise OutOfMemory(f"no room for {count} pages in the vmalloc area")
