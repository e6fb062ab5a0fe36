# SPDX-License-Identifier: Apache-2.0
"""DMA memory in processes: dma_mmap_* and dma_get_sgtable. Source: kernel/dma/mapping.c and ops_helpers.c, v6.19."""

from __future__ import annotations

from dmasan.linux.dma_coherent import CoherentBuffer, CoherentCalls
from dmasan.linux.dma_pages import NonCoherentBuffer
from dmasan.linux.layout import pages_of
from dmasan.linux.page_tables import Mm
from dmasan.linux.protections import Protection
from dmasan.linux.scatterlist import Segment, SgTable


class UserCalls(CoherentCalls):
    """Mappings whose attributes the DMA layer chooses (dma_pgprot), not the driver."""

    def can_mmap(self) -> bool:
        """dma_can_mmap: there is an MMU, and memory has pages."""
        return True

    def pgprot(self) -> Protection:
        """dma_pgprot: cacheable for a coherent device, else as the kernel's own mapping."""
        return Protection.USER if self.device.coherent else Protection.USER_DMACOHERENT

    async def mmap_coherent(self, buffer: CoherentBuffer, mm: Mm | None = None) -> int:
        """dma_mmap_coherent, dma_mmap_attrs, dma_mmap_wc: the user address. Raises DmaApiError for no such buffer."""
        layout = self.kernel.layout
        first = layout.page(self.physical(buffer))
        return await self.kernel.user.remap_pfn_range(first, pages_of(buffer.size), self.pgprot(), mm)

    async def mmap_wc(self, buffer: CoherentBuffer, mm: Mm | None = None) -> int:
        """dma_mmap_wc."""
        return await self.mmap_coherent(buffer, mm)

    async def mmap_pages(self, buffer: NonCoherentBuffer, mm: Mm | None = None) -> int:
        """dma_mmap_pages, dma_mmap_noncontiguous: cacheable, as the pages are."""
        count = pages_of(buffer.size)
        return await self.kernel.user.remap_pfn_range(buffer.frame, count, Protection.USER, mm)

    def get_sgtable(self, buffer: CoherentBuffer) -> SgTable:
        """dma_get_sgtable: one entry. It must not be given to the streaming calls of another device."""
        pa = self.physical(buffer)
        return SgTable([Segment(pa, buffer.size, buffer.cpu_addr, buffer.dma_handle, buffer.size)], 1)
