# SPDX-License-Identifier: Apache-2.0
"""The DMA API as a driver sees it: coherent allocations and streaming mappings of one device without IOMMU.

Bus addresses are physical addresses. Sizes are in bytes. Sources: kernel/dma/mapping.c, kernel/dma/direct.c and
arch/arm/mm/dma-mapping.c (arch_sync_dma_for_device, arch_sync_dma_for_cpu), v6.19; the orders are the same in v2.6.39.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dmasan.events import Direction, DmaMap, DmaSync, DmaUnmap, MappingKind, OwnershipWords
from dmasan.linux import cache_ops
from dmasan.linux.errors import DmaApiError
from dmasan.linux.layout import FIXMAP_START, PAGE_SHIFT, VMALLOC_END, VMALLOC_START, pages_of
from dmasan.linux.policies.base import Mapping

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel

DMA_MAPPING_ERROR = 0xFFFF_FFFF


@dataclass(frozen=True)
class CoherentBuffer:
    """What dma_alloc_coherent returned: the CPU's address, the device's address, and the size that was asked for."""

    cpu_addr: int
    dma_handle: int
    size: int
    name: str


class DmaApi:
    """Coherent and streaming DMA. Named mappings are named so in reports."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self._coherent: dict[int, tuple[CoherentBuffer, Mapping]] = {}
        self._streaming: dict[tuple[int, int], str] = {}

    async def alloc_coherent(self, size: int, name: str = "") -> CoherentBuffer:
        """dma_alloc_coherent: zeroed memory, aligned to a page at least.

        Raises DmaApiError for a size of nothing, OutOfMemory or CmaBusy where the kernel returns NULL.
        """
        if size <= 0:
            raise DmaApiError(f"dma_alloc_coherent of {size} bytes: allowed is 1 byte and more")
        kernel = self.kernel
        mapping = await kernel.policy.alloc(kernel, pages_of(size), name or "coherent buffer")
        handle = kernel.layout.pa(mapping.first)
        buffer = CoherentBuffer(mapping.va, handle, size, name)
        self._coherent[handle] = (buffer, mapping)
        if kernel.machine.bus.active:
            kernel.emit(
                DmaMap(*kernel.stamp(), MappingKind.COHERENT, handle, size, Direction.BIDIRECTIONAL, name)
            )
        return buffer

    async def free_coherent(self, buffer: CoherentBuffer) -> None:
        """dma_free_coherent. Raises DmaApiError if `buffer` is not allocated, with the kernel's message."""
        if self._coherent.get(buffer.dma_handle, (None,))[0] != buffer:
            raise DmaApiError(f"trying to free invalid coherent area: {buffer.cpu_addr:#010x}")
        kernel = self.kernel
        _, mapping = self._coherent.pop(buffer.dma_handle)
        if kernel.machine.bus.active:
            both = Direction.BIDIRECTIONAL
            kernel.emit(DmaUnmap(*kernel.stamp(), MappingKind.COHERENT, buffer.dma_handle, buffer.size, both))
        # The way back to the allocator takes locks, and an unlock begins with smp_mb (asm/spinlock.h, asm/mutex.h): a
        # Non-cacheable store of the driver stays ahead of whatever the next owner does through another mapping.
        await kernel.io.smp_mb()
        await kernel.policy.free(kernel, mapping)

    def ownership_words(
        self, buffer: CoherentBuffer, offset: int, stride: int = 0, count: int = 1, length: int = 4
    ) -> None:
        """Declares words of a coherent buffer that are polled while the other side writes them, a race by design.

        No call of the kernel, and nothing happens: it says what a descriptor's layout says. `length` bytes from
        `offset`, `count` times, `stride` bytes apart. Raises DmaApiError for words outside of the buffer.
        """
        if length <= 0 or count <= 0 or not 0 <= offset <= buffer.size - (count - 1) * stride - length:
            raise DmaApiError(
                f"{count} ownership words of {length} bytes from offset {offset}, {stride} apart, do not lie in a "
                f"buffer of {buffer.size} bytes"
            )
        kernel = self.kernel
        if kernel.machine.bus.active:
            where = buffer.dma_handle + offset
            kernel.emit(OwnershipWords(*kernel.stamp(), where, length, stride, count))

    async def map_single(self, cpu_addr: int, size: int, direction: Direction, name: str = "") -> int:
        """dma_map_single of `size` bytes at a linear address: hands them to the device, returns their bus address.

        Raises DmaApiError for an address without a place in the linear map.
        """
        self._check_direction(direction)
        pa = self._lowmem(cpu_addr, size)
        if direction is Direction.FROM_DEVICE:
            self.kernel.undefined_bytes(pa, size, "mapped DMA_FROM_DEVICE")
        await sync_for_device(self.kernel, pa, size, direction)
        self._streaming[pa, size] = name
        kernel = self.kernel
        if kernel.machine.bus.active:
            kernel.emit(DmaMap(*kernel.stamp(), MappingKind.SINGLE, pa, size, direction, name))
        return pa

    def mapping_error(self, handle: int) -> bool:
        """dma_mapping_error. A map that the model cannot make raises instead, so this is False for what was returned."""
        return handle == DMA_MAPPING_ERROR

    async def unmap_single(self, handle: int, size: int, direction: Direction) -> None:
        """dma_unmap_single: the bytes are the CPU's again. As in the kernel, size and direction are taken on trust."""
        self._check_direction(direction)
        self._check_handle(handle, size)
        kernel = self.kernel
        if kernel.machine.bus.active:
            kernel.emit(DmaUnmap(*kernel.stamp(), MappingKind.SINGLE, handle, size, direction))
        await sync_for_cpu(self.kernel, handle, size, direction)
        self._streaming.pop((handle, size), None)

    async def sync_single_for_cpu(self, handle: int, size: int, direction: Direction) -> None:
        """dma_sync_single_for_cpu of all or part of a mapping."""
        await self._sync(handle, size, direction, for_cpu=True)

    async def sync_single_for_device(self, handle: int, size: int, direction: Direction) -> None:
        """dma_sync_single_for_device of all or part of a mapping."""
        await self._sync(handle, size, direction, for_cpu=False)

    def name_of(self, pa: int) -> str | None:
        """The name of the mapping that holds physical address `pa`, and the offset in it."""
        for buffer, mapping in self._coherent.values():
            if buffer.dma_handle <= pa < buffer.dma_handle + (mapping.count << PAGE_SHIFT):
                return f"{buffer.name or 'coherent buffer'}+{pa - buffer.dma_handle:#x}"
        for (start, size), name in self._streaming.items():
            if start <= pa < start + size:
                return f"{name or 'streaming buffer'}+{pa - start:#x}"
        return None

    async def _sync(self, handle: int, size: int, direction: Direction, *, for_cpu: bool) -> None:
        self._check_direction(direction)
        self._check_handle(handle, size)
        await (sync_for_cpu if for_cpu else sync_for_device)(self.kernel, handle, size, direction)
        kernel = self.kernel
        if kernel.machine.bus.active:
            kernel.emit(DmaSync(*kernel.stamp(), handle, size, direction, for_cpu))

    def _lowmem(self, va: int, size: int) -> int:
        """virt_to_phys, for addresses that streaming DMA may use."""
        layout = self.kernel.layout
        if size <= 0:
            raise DmaApiError(f"dma_map_single of {size} bytes: allowed is 1 byte and more")
        if layout.is_linear(va) and layout.is_linear(va + size - 1):
            return layout.physical(va)
        if VMALLOC_START <= va < VMALLOC_END:
            raise DmaApiError(f"rejecting DMA map of vmalloc memory: {va:#010x}")
        if va >= FIXMAP_START:
            raise DmaApiError(
                f"rejecting DMA map of kmap memory: {va:#010x}, only linear addresses of lowmem are allowed"
            )
        raise DmaApiError(f"rejecting DMA map of {size} bytes at {va:#010x}: not in the linear map of lowmem")

    def _check_handle(self, handle: int, size: int) -> None:
        layout = self.kernel.layout
        end = layout.pa(layout.lowmem_pages)
        if size <= 0 or not layout.base <= handle <= end - size:
            raise DmaApiError(f"no streaming mapping can be {size} bytes at bus address {handle:#010x}")

    @staticmethod
    def _check_direction(direction: object) -> None:
        if not isinstance(direction, Direction):
            allowed = ", ".join(d.value for d in Direction)
            raise DmaApiError(f"invalid DMA direction {direction!r}: allowed are {allowed}")


async def sync_for_device(kernel: Kernel, pa: int, size: int, direction: Direction) -> None:
    """arch_sync_dma_for_device: inner, then outer; dirty lines must reach L2 before L2 is cleaned.

    FROM_DEVICE invalidates, so that no dirty line is evicted onto the device's data; the others clean.
    """
    va = kernel.layout.linear(pa)
    if direction is Direction.FROM_DEVICE:
        await cache_ops.dmac_inv_range(kernel, va, size)
        await cache_ops.outer_inv_range(kernel, pa, size)
    else:
        await cache_ops.dmac_clean_range(kernel, va, size)
        await cache_ops.outer_clean_range(kernel, pa, size)


async def sync_for_cpu(kernel: Kernel, pa: int, size: int, direction: Direction) -> None:
    """arch_sync_dma_for_cpu: outer, then inner, so that no speculative fill brings a stale L2 line into L1 again."""
    if direction is not Direction.TO_DEVICE:
        await cache_ops.outer_inv_range(kernel, pa, size)
        await cache_ops.dmac_inv_range(kernel, kernel.layout.linear(pa), size)
