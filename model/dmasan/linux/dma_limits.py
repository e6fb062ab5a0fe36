# SPDX-License-Identifier: Apache-2.0
"""Masks and limits of a device. Sources: kernel/dma/mapping.c, dma_direct_supported in kernel/dma/direct.c, v6.19."""

from __future__ import annotations

from dmasan.events import DmaDeviceReleased
from dmasan.linux.dma_calls import DmaCalls
from dmasan.linux.errors import DmaApiError
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.swiotlb import IO_TLB_SIZE, MAX_MAPPING

EIO = -5


class LimitCalls(DmaCalls):
    """What the driver says of its device, and what it is told of the machine."""

    def set_mask(self, mask: int) -> int:
        """dma_set_mask: 0, or -EIO where memory would be out of reach; then the mask stays as it was."""
        if not self._supported(mask):
            return EIO
        self.device.mask = mask
        return 0

    def set_coherent_mask(self, mask: int) -> int:
        """dma_set_coherent_mask."""
        if not self._supported(mask):
            return EIO
        self.device.coherent_mask = mask
        return 0

    def set_mask_and_coherent(self, mask: int) -> int:
        """dma_set_mask_and_coherent."""
        return self.set_mask(mask) or self.set_coherent_mask(mask)

    def coerce_mask_and_coherent(self, mask: int) -> int:
        """dma_coerce_mask_and_coherent: also where the bus had set no mask."""
        return self.set_mask_and_coherent(mask)

    def required_mask(self) -> int:
        """dma_get_required_mask: enough for the last byte of RAM."""
        last = self.device.to_bus(self.kernel.layout.pa(self.kernel.layout.pages) - 1)
        return (1 << (last or 0xFFFF_FFFF).bit_length()) - 1

    def addressing_limited(self) -> bool:
        """dma_addressing_limited: some of RAM can only be reached through a bounce buffer, or not at all."""
        layout = self.kernel.layout
        ends = (self.device.to_bus(layout.base), self.device.to_bus(layout.pa(layout.pages) - 1))
        return any(bus is None or bus > self.device.limit(self.device.mask) for bus in ends)

    def set_max_seg_size(self, size: int) -> None:
        """dma_set_max_seg_size, bytes. Raises DmaApiError for none."""
        if size <= 0:
            raise DmaApiError(f"a longest segment of {size} bytes: allowed is 1 byte and more")
        self.device.max_segment = size

    def set_seg_boundary(self, mask: int) -> None:
        """dma_set_seg_boundary: address bits below it may vary within a segment."""
        self.device.boundary = mask

    def set_min_align_mask(self, mask: int) -> None:
        """dma_set_min_align_mask: low address bits that a bounce buffer keeps."""
        self.device.min_align_mask = mask

    def max_mapping_size(self) -> int:
        """dma_max_mapping_size: a bounced mapping has at most 128 slots, less what min_align_mask may need."""
        if not (self.kernel.swiotlb.active and (self.device.bounce or self.addressing_limited())):
            return 0xFFFF_FFFF
        return MAX_MAPPING - -(-self.device.min_align_mask // IO_TLB_SIZE) * IO_TLB_SIZE

    def opt_mapping_size(self) -> int:
        """dma_opt_mapping_size: no better size without an IOMMU."""
        return self.max_mapping_size()

    def merge_boundary(self) -> int:
        """dma_get_merge_boundary: 0, nothing is merged without an IOMMU."""
        return PAGE_SIZE - 1 if self.device.iommu is not None else 0

    def cache_alignment(self) -> int:
        """dma_get_cache_alignment: ARCH_DMA_MINALIGN, to which buffers of their own are to be aligned."""
        return self.kernel.slab.dma_alignment

    def release_driver(self) -> None:
        """The driver is unbound: what it has not unmapped is a leak."""
        if self.kernel.machine.bus.active:
            self.kernel.emit(DmaDeviceReleased(*self.kernel.stamp(), self.device.name))

    def _supported(self, mask: int) -> bool:
        """dma_direct_supported: 32 bits always are; else all of RAM must be in reach, for there is no ZONE_DMA."""
        if mask >= 0xFFFF_FFFF or self.device.iommu is not None:
            return True
        first = self.device.to_bus(self.kernel.layout.base)
        last = self.device.to_bus(self.kernel.layout.pa(self.kernel.layout.pages) - 1)
        return first is not None and last is not None and max(first, last) <= mask

