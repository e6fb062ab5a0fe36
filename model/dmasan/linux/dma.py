# SPDX-License-Identifier: Apache-2.0
"""The DMA API of one device, as a driver sees it (include/linux/dma-mapping.h, v6.19).

The families of calls are in files of their own: `dma_coherent`, `dma_streaming`, `dma_scatter`, `dma_pages`, `dma_user`,
`dma_limits`, `dma_managed`; small coherent blocks come from a `dma_pool.DmaPool`. The calls of an IOMMU's user alone
(dma_iova_*) are not here: the devices of the comparison have none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.linux.dma_coherent import CoherentBuffer, CoherentCalls
from dmasan.linux.dma_device import DMA_MAPPING_ERROR, DmaDevice
from dmasan.linux.dma_limits import LimitCalls
from dmasan.linux.dma_managed import Managed
from dmasan.linux.dma_pages import PageCalls
from dmasan.linux.dma_pool import DmaPool
from dmasan.linux.dma_scatter import ScatterCalls
from dmasan.linux.dma_user import UserCalls
from dmasan.linux.layout import PAGE_SHIFT

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel

__all__ = ["DMA_MAPPING_ERROR", "CoherentBuffer", "DmaApi"]


class DmaApi(UserCalls, CoherentCalls, ScatterCalls, PageCalls, LimitCalls):
    """All calls of one device. Named mappings are named so in reports; `managed` are the dmam_* calls."""

    def __init__(self, kernel: Kernel, device: DmaDevice) -> None:
        super().__init__(kernel, device)
        self.managed = Managed(self)

    async def unbind_driver(self) -> None:
        """__device_release_driver: managed resources go (device_unbind_cleanup), then leaks are looked for."""
        await self.managed.release_all()
        self.release_driver()

    async def pool_create(self, name: str, size: int, align: int = 1, boundary: int = 0) -> DmaPool:
        """dma_pool_create: blocks of `size` bytes, aligned to `align`, that cross no multiple of `boundary`."""
        return DmaPool(self, name, size, align, boundary)

    def name_of(self, pa: int) -> str | None:
        """The name of the mapping that holds physical address `pa`, and the offset in it."""
        for held in self._coherent.values():
            start = self.kernel.layout.pa(held.mapping.first)
            if start <= pa < start + (held.mapping.count << PAGE_SHIFT):
                return f"{held.buffer.name or 'coherent buffer'}+{pa - start:#x}"
        for (start, size), name in self._names.items():
            if start <= pa < start + size:
                return f"{name or 'streaming buffer'}+{pa - start:#x}"
        return None
