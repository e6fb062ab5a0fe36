# SPDX-License-Identifier: Apache-2.0
"""Streaming mappings: ownership of a buffer moves to the device and back.

Sources: kernel/dma/mapping.c and kernel/dma/direct.h (dma_direct_map_phys, dma_direct_unmap_phys,
dma_direct_sync_single_for_cpu), v6.19; drivers/iommu/dma-iommu.c behind an IOMMU. Up to v3.14 arm_dma_ops checked
neither mask nor address (arch/arm/mm/dma-mapping.c:arm_dma_map_page): a wrong call got a wrong bus address.
"""

from __future__ import annotations

from typing import NamedTuple

from dmasan.events import CacheOp, Direction, DmaErrorChecked, DmaMapFailed, MappingKind
from dmasan.linux import dma_areas
from dmasan.linux.architecture import Architecture, architecture_of
from dmasan.linux.dma_attributes import DmaAttr
from dmasan.linux.dma_calls import DmaCalls
from dmasan.linux.dma_device import DMA_MAPPING_ERROR
from dmasan.linux.dma_sync import operation_for_device, sync_for_cpu, sync_for_device
from dmasan.linux.eras import since
from dmasan.linux.errors import DmaApiError, OutOfMemory
from dmasan.linux.layout import Zone

NONE = DmaAttr.NONE


class Given(NamedTuple):
    """A mapping as it was asked for: what the caller knows of its memory."""

    kind: MappingKind
    cpu_address: int = 0
    area: str = dma_areas.LINEAR
    name: str = ""
    entries: int = 0


class StreamingCalls(DmaCalls):
    """dma_map_*, dma_unmap_* and dma_sync_single_*. A map that fails returns DMA_MAPPING_ERROR, as in the kernel."""

    async def map_single(
        self, cpu_addr: int, size: int, direction: Direction, name: str = "", attrs: DmaAttr = NONE
    ) -> int:
        """dma_map_single of `size` bytes at a linear address: hands them to the device, returns their bus address.

        Other memory is mapped wrongly, or refused since v5.0 if it is vmalloc memory. Raises DmaApiError for no size
        and for what is no direction.
        """
        self._check_call(size, direction)
        kernel = self.kernel
        area = dma_areas.area_of(kernel, cpu_addr, size)
        vmalloc = kernel.layout.space.is_vmalloc(cpu_addr)
        if vmalloc and since(kernel.era, "v6.0"):
            why = f"rejecting DMA map of vmalloc memory: {cpu_addr:#010x}"
            return self._failed(cpu_addr, size, direction, area, why)
        given = Given(MappingKind.SINGLE, cpu_addr, area, name)
        return await self._map(kernel.layout.physical(cpu_addr), size, direction, attrs, given)

    async def map_page(
        self, frame: int, offset: int, size: int, direction: Direction, name: str = "", attrs: DmaAttr = NONE
    ) -> int:
        """dma_map_page of `size` bytes from `offset` in page `frame`, highmem or lowmem."""
        self._check_call(size, direction)
        layout = self.kernel.layout
        area = dma_areas.HIGHMEM if layout.zone(frame) is Zone.HIGHMEM else dma_areas.LINEAR
        return await self._map(layout.pa(frame) + offset, size, direction, attrs, Given(MappingKind.PAGE, area=area, name=name))

    async def map_phys(
        self, pa: int, size: int, direction: Direction, name: str = "", attrs: DmaAttr = NONE
    ) -> int:
        """dma_map_phys (v6.19). With DmaAttr.MMIO no memory is behind the address, and no cache is touched."""
        self._check_call(size, direction)
        kind = MappingKind.RESOURCE if DmaAttr.MMIO in attrs else MappingKind.PAGE
        return await self._map(pa, size, direction, attrs, Given(kind, name=name))

    async def map_resource(self, pa: int, size: int, direction: Direction, name: str = "") -> int:
        """dma_map_resource: registers of another device."""
        return await self.map_phys(pa, size, direction, name, DmaAttr.MMIO)

    def mapping_error(self, handle: int) -> bool:
        """dma_mapping_error: True for the address that a failed map returned."""
        if self.kernel.machine.bus.active:
            self.kernel.emit(DmaErrorChecked(*self.kernel.stamp(), self.device.name, handle))
        return handle == DMA_MAPPING_ERROR

    async def unmap_single(
        self, handle: int, size: int, direction: Direction, attrs: DmaAttr = NONE
    ) -> None:
        """dma_unmap_single: the bytes are the CPU's again. Address, size and direction are taken on trust."""
        self._check_call(size, direction)
        await self._unmap(handle, size, direction, attrs, MappingKind.SINGLE)

    async def unmap_page(self, handle: int, size: int, direction: Direction, attrs: DmaAttr = NONE) -> None:
        """dma_unmap_page."""
        self._check_call(size, direction)
        await self._unmap(handle, size, direction, attrs, MappingKind.PAGE)

    async def unmap_phys(self, handle: int, size: int, direction: Direction, attrs: DmaAttr = NONE) -> None:
        """dma_unmap_phys."""
        self._check_call(size, direction)
        kind = MappingKind.RESOURCE if DmaAttr.MMIO in attrs else MappingKind.PAGE
        await self._unmap(handle, size, direction, attrs, kind)

    async def unmap_resource(self, handle: int, size: int, direction: Direction) -> None:
        """dma_unmap_resource."""
        await self.unmap_phys(handle, size, direction, DmaAttr.MMIO)

    async def sync_single_for_cpu(self, handle: int, size: int, direction: Direction) -> None:
        """dma_sync_single_for_cpu of all or part of a mapping."""
        self._check_call(size, direction)
        await self._sync_for_cpu(handle, size, direction)

    async def sync_single_for_device(self, handle: int, size: int, direction: Direction) -> None:
        """dma_sync_single_for_device of all or part of a mapping."""
        self._check_call(size, direction)
        await self._sync_for_device(handle, size, direction)

    async def sync_single_range_for_cpu(
        self, handle: int, offset: int, size: int, direction: Direction
    ) -> None:
        """dma_sync_single_range_for_cpu."""
        await self.sync_single_for_cpu(handle + offset, size, direction)

    async def sync_single_range_for_device(
        self, handle: int, offset: int, size: int, direction: Direction
    ) -> None:
        """dma_sync_single_range_for_device."""
        await self.sync_single_for_device(handle + offset, size, direction)

    def need_sync(self) -> bool:
        """dma_need_sync: False if every sync of this device does nothing (dev->dma_skip_sync)."""
        return not self.device.coherent or self.device.bounce

    # --- the paths

    async def _map(
        self, pa: int, size: int, direction: Direction, attrs: DmaAttr, given: Given
    ) -> int:
        """dma_direct_map_phys, iommu_dma_map_phys."""
        device = self.device
        if device.iommu is not None:
            return await self._map_iommu(pa, size, direction, attrs, given)
        bus = device.to_bus(pa)
        mmio = DmaAttr.MMIO in attrs
        reachable = bus is not None and device.capable(bus, size)
        if not mmio and (device.bounce or self._too_small(size, direction) or not reachable):
            if self.kernel.swiotlb.active and since(self.kernel.era, "v3.5"):
                return await self._map_bounced(pa, size, direction, attrs, given)
        if bus is None or (not reachable and since(self.kernel.era, "v6.0")):
            why = (
                f"DMA addr {(bus if bus is not None else pa):#010x}+{size} overflow "
                f"(mask {device.mask:x}, bus limit {device.bus_limit:x})."
            )
            return self._failed(given.cpu_address, size, direction, given.area, why)
        await self._maintain(pa, size, direction, attrs)
        self._tell_map(
            given.kind,
            pa,
            size,
            direction,
            given.name,
            handle=bus,
            cpu_address=given.cpu_address,
            area=given.area,
            entries=given.entries,
            attrs=attrs,
        )
        return bus

    async def _maintain(self, pa: int, size: int, direction: Direction, attrs: DmaAttr) -> None:
        """arch_sync_dma_for_device, unless someone else sees to it; memory that is no RAM has no cache lines."""
        layout = self.kernel.layout
        in_ram = layout.base <= pa and pa + size <= layout.pa(layout.pages)
        if self.device.coherent or attrs & (DmaAttr.SKIP_CPU_SYNC | DmaAttr.MMIO) or not in_ram:
            return
        await sync_for_device(self.kernel, pa, size, direction)

    async def _map_bounced(
        self, pa: int, size: int, direction: Direction, attrs: DmaAttr, given: Given
    ) -> int:
        """swiotlb_map: a slot with a copy takes the place of the buffer."""
        device, pool = self.device, self.kernel.swiotlb
        slots = await pool.map(device, pa, size)
        bus = device.to_bus(slots.slot) if slots is not None else None
        if slots is None or bus is None:
            why = f"swiotlb buffer is full (sz: {size} bytes), {pool.used_slots} slots are used"
            return self._failed(given.cpu_address, size, direction, given.area, why)
        if not device.capable(bus, size):
            pool.release(slots)
            why = f"swiotlb addr {bus:#010x}+{size} overflow (mask {device.mask:x}, bus limit {device.bus_limit:x})."
            return self._failed(given.cpu_address, size, direction, given.area, why)
        if pool.copies_always() or direction is not Direction.FROM_DEVICE:
            await pool.copy(slots, slots.slot, size, to_slot=True)
        if not device.coherent and DmaAttr.SKIP_CPU_SYNC not in attrs:
            if operation_for_device(self.kernel, direction) is CacheOp.INVALIDATE:
                self.kernel.undefined_bytes(slots.slot, size, "mapped DMA_FROM_DEVICE")  # a copy to the slot is lost
            await self._maintain(slots.slot, size, direction, attrs)
        self._tell_map(
            given.kind,
            slots.slot,
            size,
            direction,
            given.name,
            handle=bus,
            buffer=pa,
            cpu_address=given.cpu_address,
            area=given.area,
            entries=given.entries,
            attrs=attrs,
        )
        return bus

    async def _map_iommu(
        self, pa: int, size: int, direction: Direction, attrs: DmaAttr, given: Given
    ) -> int:
        """iommu_dma_map_phys: maintenance first, then the translation."""
        iommu = self.device.iommu
        assert iommu is not None
        await self._maintain(pa, size, direction, attrs)
        try:
            iova = iommu.map(pa, size)
        except OutOfMemory as error:
            return self._failed(given.cpu_address, size, direction, given.area, str(error))
        self._tell_map(
            given.kind,
            pa,
            size,
            direction,
            given.name,
            handle=iova,
            cpu_address=given.cpu_address,
            area=given.area,
            entries=given.entries,
            attrs=attrs,
        )
        return iova

    async def _unmap(
        self,
        handle: int,
        size: int,
        direction: Direction,
        attrs: DmaAttr,
        kind: MappingKind,
        entries: int = 0,
    ) -> None:
        """dma_direct_unmap_phys, iommu_dma_unmap_phys: caches first, then the copy back, then the mapping goes."""
        pa = self._physical(handle)
        told = handle if pa is None else pa
        self._tell_unmap(kind, told, size, direction, handle=handle, entries=entries, attrs=attrs)
        if pa is None or not self._in_ram(pa, size):
            return  # nothing is behind the address: a kernel would touch what is not there
        skip = bool(attrs & (DmaAttr.SKIP_CPU_SYNC | DmaAttr.MMIO))
        if not skip and not self.device.coherent:
            await sync_for_cpu(self.kernel, pa, size, direction)
        slots = self.kernel.swiotlb.find(pa)
        if slots is not None:
            if not skip:
                await self.kernel.swiotlb.from_slot(slots, pa, size, direction)
            self.kernel.swiotlb.release(slots)
        if self.device.iommu is not None:
            self.device.iommu.unmap(handle, size)

    async def _sync_for_cpu(
        self, handle: int, size: int, direction: Direction, entries: int = 0
    ) -> None:
        """dma_direct_sync_single_for_cpu: caches, then the copy from the slot."""
        pa = self._physical(handle)
        inside = pa is not None and self._in_ram(pa, size)
        if inside and pa is not None and not self.device.coherent:
            await sync_for_cpu(self.kernel, pa, size, direction)
        self._tell_sync(
            handle if pa is None else pa, size, direction, True, handle=handle, entries=entries
        )
        slots = self.kernel.swiotlb.find(pa) if inside and pa is not None else None
        if slots is not None and pa is not None:
            await self.kernel.swiotlb.from_slot(slots, pa, size, direction)

    async def _sync_for_device(
        self, handle: int, size: int, direction: Direction, entries: int = 0
    ) -> None:
        """dma_direct_sync_single_for_device: the copy to the slot, then caches."""
        pa = self._physical(handle)
        if pa is not None and self._in_ram(pa, size):
            slots = self.kernel.swiotlb.find(pa)
            if slots is not None:
                await self.kernel.swiotlb.to_slot(slots, pa, size, direction)
            if not self.device.coherent:
                await sync_for_device(self.kernel, pa, size, direction)
        self._tell_sync(
            handle if pa is None else pa, size, direction, False, handle=handle, entries=entries
        )

    # --- small things

    def _physical(self, handle: int) -> int | None:
        """What the kernel takes a bus address for."""
        device = self.device
        return device.iommu.physical(handle) if device.iommu is not None else device.to_physical(handle)

    def _in_ram(self, pa: int, size: int) -> bool:
        layout = self.kernel.layout
        return layout.base <= pa and pa + size <= layout.pa(layout.pages)

    def _too_small(self, size: int, direction: Direction) -> bool:
        """dma_kmalloc_needs_bounce of arm64, v6.5 and later: a small object may share its line with others."""
        kernel, line = self.kernel, self.kernel.machine.profile.l1.line
        arm64 = architecture_of(kernel.machine.profile) is Architecture.ARM64
        if not arm64 or not since(kernel.era, "v6.19") or self.device.coherent:
            return False
        small = size < 2 * kernel.slab.dma_alignment
        return small and direction is not Direction.TO_DEVICE and kernel.slab.rounded(size) % line != 0

    def _failed(self, cpu_address: int, size: int, direction: Direction, area: str, why: str) -> int:
        self.kernel.message(why, cpu_address, size)
        if self.kernel.machine.bus.active:
            stamp = self.kernel.stamp()
            self.kernel.emit(DmaMapFailed(*stamp, self.device.name, cpu_address, size, direction, area, why))
        return DMA_MAPPING_ERROR

    def _check_call(self, size: int, direction: object) -> None:
        self._check_direction(direction)
        if size <= 0:
            raise DmaApiError(f"a DMA mapping of {size} bytes: allowed is 1 byte and more")

