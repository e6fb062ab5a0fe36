# SPDX-License-Identifier: Apache-2.0
"""The DMA API of one device, as a driver sees it (include/linux/dma-mapping.h, v6.19).

The families of calls are in files of their own: `dma_coherent`, `dma_streaming`, `dma_scatter`, `dma_pages`, `dma_user`,
`dma_limits`; small coherent blocks come from a `dma_pool.DmaPool`.
"""

from __future__ import annotations

from dmasan.linux.dma_coherent import CoherentBuffer, CoherentCalls
from dmasan.linux.dma_device import DMA_MAPPING_ERROR
from dmasan.linux.dma_limits import LimitCalls
from dmasan.linux.dma_pages import PageCalls
from dmasan.linux.dma_pool import DmaPool
from dmasan.linux.dma_scatter import ScatterCalls
from dmasan.linux.dma_user import UserCalls
from dmasan.linux.layout import PAGE_SHIFT

__all__ = ["DMA_MAPPING_ERROR", "CoherentBuffer", "DmaApi"]


class DmaApi(UserCalls, CoherentCalls, ScatterCalls, PageCalls, LimitCalls):
    """All calls of one device. Named mappings are named so in reports."""

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
