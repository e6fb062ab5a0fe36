# SPDX-License-Identifier: Apache-2.0
"""Non-coherent memory: cacheable pages that the driver hands over by explicit syncs.

Sources: dma_alloc_pages, dma_alloc_noncoherent, dma_alloc_noncontiguous, kernel/dma/mapping.c; dma_direct_alloc_pages,
kernel/dma/direct.c, v6.19. The pages are never highmem; they are cleared through the linear map, so that they come with
dirty lines: the first sync_for_device is needed even for DMA_FROM_DEVICE.
"""

from __future__ import annotations

from dataclasses import dataclass

from dmasan.events import Direction, MappingKind
from dmasan.linux.dma_attributes import DmaAttr
from dmasan.linux.dma_calls import DmaCalls
from dmasan.linux.errors import DmaApiError, OutOfMemory
from dmasan.linux.frames import Owner
from dmasan.linux.layout import PAGE_SIZE, get_order, pages_of
from dmasan.linux.protections import Protection
from dmasan.linux.scatterlist import Segment, SgTable

NONE = DmaAttr.NONE


@dataclass(frozen=True)
class NonCoherentBuffer:
    """`frame` is the first page, `cpu_addr` its linear address."""

    cpu_addr: int
    dma_handle: int
    size: int
    frame: int
    direction: Direction
    name: str = ""


class PageCalls(DmaCalls):
    """dma_alloc_pages, dma_alloc_noncoherent, dma_alloc_noncontiguous."""

    async def alloc_pages(self, size: int, direction: Direction, name: str = "") -> NonCoherentBuffer:
        """dma_alloc_pages: cleared cacheable pages of lowmem, the CPU's until they are synced. Raises OutOfMemory."""
        self._check_direction(direction)
        if size <= 0:
            raise DmaApiError(f"dma_alloc_pages of {size} bytes: allowed is 1 byte and more")
        kernel, count = self.kernel, pages_of(size)
        owner = Owner(name or "non-coherent pages")
        pages = kernel.take_unmovable(owner, count, align=1 << get_order(size))
        first = int(pages[0])
        pa, va = kernel.layout.pa(first), kernel.linear.va(first)
        bus = self.device.to_bus(pa)
        if bus is None or bus + size - 1 > self.device.limit(self.device.coherent_mask):
            kernel.free_owner(owner)
            raise OutOfMemory(f"no pages within the DMA mask {self.device.coherent_mask:#x} of {self.device.name}")
        await kernel.cpu.fill(va, count * PAGE_SIZE, 0)
        if self.device.iommu is not None:
            bus = self.device.iommu.map(pa, size)
        kind = MappingKind.NONCOHERENT
        self._tell_map(kind, pa, size, direction, name, handle=bus, cpu_address=va)
        return NonCoherentBuffer(va, bus, size, first, direction, name)

    async def free_pages(self, buffer: NonCoherentBuffer) -> None:
        """dma_free_pages."""
        kernel, kind = self.kernel, MappingKind.NONCOHERENT
        pa = kernel.layout.pa(buffer.frame)
        owner = kernel.frames.owner_of(buffer.frame)
        self._tell_unmap(
            kind, pa, buffer.size, buffer.direction, handle=buffer.dma_handle, cpu_address=buffer.cpu_addr
        )
        if owner is None or int(owner.pages[0]) != buffer.frame:
            kernel.message(f"trying to free invalid pages: {buffer.cpu_addr:#010x}", pa, buffer.size)
            return
        if self.device.iommu is not None:
            self.device.iommu.unmap(buffer.dma_handle, buffer.size)
        kernel.free_owner(owner)

    async def alloc_noncoherent(self, size: int, direction: Direction, name: str = "") -> NonCoherentBuffer:
        """dma_alloc_noncoherent: dma_alloc_pages by its linear address."""
        return await self.alloc_pages(size, direction, name)

    async def free_noncoherent(self, buffer: NonCoherentBuffer) -> None:
        """dma_free_noncoherent."""
        await self.free_pages(buffer)

    async def alloc_noncontiguous(
        self, size: int, direction: Direction, name: str = ""
    ) -> tuple[SgTable, NonCoherentBuffer]:
        """dma_alloc_noncontiguous: one contiguous segment without an IOMMU (alloc_single_sgt)."""
        buffer = await self.alloc_pages(size, direction, name)
        segment = Segment(self.kernel.layout.pa(buffer.frame), size, buffer.cpu_addr, buffer.dma_handle, size)
        return SgTable([segment], 1), buffer

    async def free_noncontiguous(self, buffer: NonCoherentBuffer) -> None:
        """dma_free_noncontiguous."""
        await self.free_pages(buffer)

    async def vmap_noncontiguous(self, buffer: NonCoherentBuffer) -> int:
        """dma_vmap_noncontiguous without an IOMMU: the linear address. Behind one: a cacheable vmap."""
        if self.device.iommu is None:
            return buffer.cpu_addr
        area = await self.kernel.vmalloc.vmap(buffer.frame, pages_of(buffer.size), Protection.KERNEL)
        return area.va

    async def vunmap_noncontiguous(self, va: int) -> None:
        """dma_vunmap_noncontiguous."""
        if va in self.kernel.vmalloc.areas:
            await self.kernel.vmalloc.vunmap(va)
