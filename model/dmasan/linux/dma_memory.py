# SPDX-License-Identifier: Apache-2.0
"""Where the pages of coherent memory come from: a CMA area, or the page allocator.

The two paths of the mail thread of July 2011: __alloc_from_contiguous and __alloc_system_pages; today
__alloc_from_contiguous and __dma_alloc_buffer (arch/arm/mm/dma-mapping.c, v6.19). The knob `system_pages` chooses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.linux.cma import CmaArea
from dmasan.linux.frames import Owner
from dmasan.linux.layout import PAGE_SIZE, Zone, get_order

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


class DmaMemory:
    """Takes and releases runs of page frames for coherent buffers."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel

    async def take(self, count: int, name: str, area: CmaArea | None = None) -> int:
        """`count` consecutive frames from `area`, the device's own area or the default one, or from the page allocator.

        Raises OutOfMemory or CmaBusy.
        """
        kernel = self.kernel
        area = area or kernel.acting_area or kernel.acting_device.cma
        if area is None and (kernel.knobs.system_pages or not kernel.cma.count):
            return self.take_system(count, name, kernel.policy.cma_zone)
        return await (area or kernel.cma).alloc(count, name)

    def take_system(self, count: int, name: str, zone: Zone = Zone.LOWMEM) -> int:
        """__dma_alloc_buffer: alloc_pages of the order, whose tail goes back. Raises OutOfMemory."""
        align = 1 << get_order(count * PAGE_SIZE)
        return int(self.kernel.take_unmovable(Owner(name), count, align=align, zone=zone)[0])

    def release(self, first: int) -> None:
        """Gives the frames back to where they came from."""
        kernel = self.kernel
        area = kernel.area_of(first)
        if area is not None:
            area.release(first)
            return
        owner = kernel.frames.owner_of(first)
        assert owner is not None
        kernel.free_owner(owner)
