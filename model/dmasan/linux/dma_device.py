# SPDX-License-Identifier: Apache-2.0
"""What the DMA API knows of a device: its masks, its view of memory, and where its coherent memory comes from.

Sources: include/linux/device.h (`struct device`), include/linux/dma-direct.h (phys_to_dma, dma_capable), v6.19.
Addresses and sizes are in bytes. A *bus address* is what the device puts on its address lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dmasan.linux.cma import CmaArea
    from dmasan.linux.iommu import Iommu
    from dmasan.linux.policies.base import Policy

MASK_32 = 0xFFFF_FFFF
DMA_MAPPING_ERROR = 0xFFFF_FFFF
MAX_SEGMENT = 64 << 10  # dma_get_max_seg_size without a limit of the driver's


@dataclass(frozen=True)
class DmaRange:
    """An entry of `dma-ranges` (struct bus_dma_region): `size` bytes at physical `cpu` are at bus address `bus`."""

    cpu: int
    bus: int
    size: int


@dataclass(eq=False)
class DmaDevice:
    """A bus master.

    `coherent` is `dma-coherent` of the device tree; `bus_limit` is the last bus address that its bus passes on, 0 for
    no limit; `ranges` are empty where bus addresses are physical ones; `bounce` forces bounce buffers
    (swiotlb=force); `pool` is a reserved region (`dev->dma_mem`), `cma` its own CMA area. `address_bits` is what the
    hardware really decodes, which no kernel knows: a wrong mask shows by it.
    """

    name: str = "dma0"
    coherent: bool = False
    mask: int = MASK_32
    coherent_mask: int = MASK_32
    bus_limit: int = 0
    ranges: tuple[DmaRange, ...] = ()
    max_segment: int = MAX_SEGMENT
    boundary: int = MASK_32
    min_align_mask: int = 0
    bounce: bool = False
    address_bits: int = 32
    pool: Policy | None = None
    cma: CmaArea | None = None
    iommu: Iommu | None = None

    def to_bus(self, pa: int) -> int | None:
        """phys_to_dma; None for memory that its bus does not show."""
        if not self.ranges:
            return pa
        for each in self.ranges:
            if each.cpu <= pa < each.cpu + each.size:
                return pa - each.cpu + each.bus
        return None

    def to_physical(self, bus: int) -> int | None:
        """dma_to_phys; None for a bus address behind which there is nothing."""
        if not self.ranges:
            return bus
        for each in self.ranges:
            if each.bus <= bus < each.bus + each.size:
                return bus - each.bus + each.cpu
        return None

    @property
    def direct(self) -> bool:
        """Whether every bus address is the physical address that it leads to."""
        return not self.ranges and self.iommu is None and self.address_bits >= 32

    def limit(self, mask: int) -> int:
        """min_not_zero(mask, bus_dma_limit): the last bus address that may be used."""
        return min(each for each in (mask, self.bus_limit) if each) if mask or self.bus_limit else 0

    def capable(self, bus: int, size: int) -> bool:
        """dma_capable: the last byte counts, not the one behind it."""
        return bus + size - 1 <= self.limit(self.mask)

    def decode(self, bus: int) -> int | None:
        """Where an access of the device arrives: the physical address; None where nothing answers."""
        seen = bus & ((1 << self.address_bits) - 1)
        if self.iommu is not None:
            return self.iommu.translate(seen)
        return self.to_physical(seen)
