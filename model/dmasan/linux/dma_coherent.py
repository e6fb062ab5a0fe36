# SPDX-License-Identifier: Apache-2.0
"""Coherent memory: shared by CPU and device for as long as it lives.

Source: dma_alloc_attrs, kernel/dma/mapping.c, and dma_direct_alloc, kernel/dma/direct.c, v6.19, which choose in this
order: the device's own pool; no mapping at all; a coherent device; and for the others, on ARM32, __dma_alloc: the
atomic pool if the caller must not sleep, else the policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dmasan.events import Direction, MappingKind, OwnershipWords
from dmasan.linux.dma_attributes import DmaAttr
from dmasan.linux.dma_calls import DmaCalls
from dmasan.linux.dma_device import DmaDevice
from dmasan.linux.errors import DmaApiError, OutOfMemory
from dmasan.linux.layout import PAGE_SIZE, pages_of
from dmasan.linux.policies.atomic_pool import AtomicPool
from dmasan.linux.policies.base import Mapping, Policy
from dmasan.linux.policies.coherent import Coherent
from dmasan.linux.policies.no_kernel_mapping import NoKernelMapping

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel

NONE = DmaAttr.NONE
BOTH = Direction.BIDIRECTIONAL


@dataclass(frozen=True)
class CoherentBuffer:
    """What dma_alloc_coherent returned: the CPU's address, the device's address, and the size that was asked for.

    Without a kernel mapping (DmaAttr.NO_KERNEL_MAPPING) `cpu_addr` is 0, and the buffer is for dma_mmap_attrs.
    """

    cpu_addr: int
    dma_handle: int
    size: int
    name: str


@dataclass(frozen=True)
class Held:
    """An allocation: its pages, and the policy that made and will end it."""

    buffer: CoherentBuffer
    mapping: Mapping
    policy: Policy
    attrs: DmaAttr


class CoherentCalls(DmaCalls):
    """dma_alloc_coherent, dma_alloc_attrs, dma_alloc_wc and their frees."""

    def __init__(self, kernel: Kernel, device: DmaDevice) -> None:
        super().__init__(kernel, device)
        self._coherent: dict[int, Held] = {}  # by bus address

    async def alloc_coherent(self, size: int, name: str = "", *, atomic: bool = False) -> CoherentBuffer:
        """dma_alloc_coherent: zeroed memory, aligned to a page at least; `atomic` is GFP_ATOMIC.

        Raises DmaApiError for a size of nothing, OutOfMemory or CmaBusy where the kernel returns NULL.
        """
        return await self.alloc_attrs(size, name, atomic=atomic)

    async def alloc_wc(self, size: int, name: str = "") -> CoherentBuffer:
        """dma_alloc_wc: the same memory type as coherent memory on ARMv7 and arm64."""
        return await self.alloc_attrs(size, name, DmaAttr.WRITE_COMBINE)

    async def alloc_attrs(
        self, size: int, name: str = "", attrs: DmaAttr = NONE, *, atomic: bool = False
    ) -> CoherentBuffer:
        """dma_alloc_attrs. Raises as `alloc_coherent` does."""
        if size <= 0:
            raise DmaApiError(f"dma_alloc_coherent of {size} bytes: allowed is 1 byte and more")
        policy = self._policy(attrs, atomic)
        mapping = await self._allocate(policy, size, name or "coherent buffer")
        pa = self.kernel.layout.pa(mapping.first)
        handle = await self._reach(policy, mapping, pa, size)
        buffer = CoherentBuffer(mapping.va, handle, size, name)
        self._coherent[handle] = Held(buffer, mapping, policy, attrs)
        self._tell_map(
            MappingKind.COHERENT, pa, size, BOTH, name, handle=handle, cpu_address=mapping.va, attrs=attrs
        )
        return buffer

    async def free_coherent(self, buffer: CoherentBuffer) -> None:
        """dma_free_coherent. What is no such buffer is reported, as in the kernel, and nothing is freed."""
        await self.free_attrs(buffer)

    async def free_wc(self, buffer: CoherentBuffer) -> None:
        """dma_free_wc."""
        await self.free_attrs(buffer)

    async def free_attrs(self, buffer: CoherentBuffer) -> None:
        """dma_free_attrs."""
        kernel, held = self.kernel, self._coherent.get(buffer.dma_handle)
        known = held is not None and held.buffer.cpu_addr == buffer.cpu_addr
        pa = kernel.layout.pa(held.mapping.first) if held is not None else buffer.dma_handle
        self._tell_unmap(
            MappingKind.COHERENT, pa, buffer.size, BOTH, handle=buffer.dma_handle, cpu_address=buffer.cpu_addr
        )
        if held is None or not known:
            kernel.message(f"trying to free invalid coherent area: {buffer.cpu_addr:#010x}", pa, buffer.size)
            return
        del self._coherent[buffer.dma_handle]
        # The way back to the allocator takes locks, and an unlock begins with smp_mb (asm/spinlock.h, asm/mutex.h): a
        # Non-cacheable store of the driver stays ahead of whatever the next owner does through another mapping.
        await kernel.io.smp_mb()
        if self.device.iommu is not None:
            self.device.iommu.unmap(buffer.dma_handle, pages_of(held.buffer.size) * PAGE_SIZE)
        with kernel.acting_as(held.policy, self.device):
            await held.policy.free(kernel, held.mapping)

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
            where = self.physical(buffer) + offset
            kernel.emit(OwnershipWords(*kernel.stamp(), where, length, stride, count))

    def physical(self, buffer: CoherentBuffer) -> int:
        """Where the first byte of a live coherent buffer is. Raises DmaApiError if it is not allocated."""
        held = self._coherent.get(buffer.dma_handle)
        if held is None:
            raise DmaApiError(f"no coherent buffer at bus address {buffer.dma_handle:#010x}")
        return self.kernel.layout.pa(held.mapping.first)

    def _policy(self, attrs: DmaAttr, atomic: bool) -> Policy:
        """The order of dma_alloc_attrs and dma_direct_alloc."""
        device, kernel = self.device, self.kernel
        if device.pool is not None:
            return device.pool
        if DmaAttr.NO_KERNEL_MAPPING in attrs:
            return NoKernelMapping()
        if device.coherent:
            return Coherent()
        if atomic and kernel.atomic_pool is not None and not isinstance(kernel.policy, AtomicPool):
            return kernel.atomic_pool
        return kernel.policy

    async def _allocate(self, policy: Policy, size: int, name: str) -> Mapping:
        with self.kernel.acting_as(policy, self.device):
            return await policy.alloc(self.kernel, pages_of(size), name)

    async def _reach(self, policy: Policy, mapping: Mapping, pa: int, size: int) -> int:
        """The bus address; memory that the device cannot reach is given back. Raises OutOfMemory then."""
        device = self.device
        if device.iommu is not None:
            return device.iommu.map(pa, pages_of(size) * PAGE_SIZE)
        bus = device.to_bus(pa)
        if bus is not None and bus + size - 1 <= device.limit(device.coherent_mask):
            return bus
        with self.kernel.acting_as(policy, device):
            await policy.free(self.kernel, mapping)
        raise OutOfMemory(
            f"coherent DMA mask {device.coherent_mask:#x} (bus limit {device.bus_limit:#x}) of {device.name} does not "
            f"reach the memory at {pa:#010x}"
        )
