# SPDX-License-Identifier: Apache-2.0
"""Streaming mappings of scatter-gather lists. Sources: dma_direct_map_sg, dma_direct_unmap_sg, kernel/dma/direct.c, v6.19.

Without an IOMMU each entry is a mapping of its own. Unmap and sync want the number of entries that was given to map,
not the one that it returned; the kernel goes by what it is told.
"""

from __future__ import annotations

from collections.abc import Sequence

from dmasan.events import Direction, MappingKind
from dmasan.linux import dma_areas
from dmasan.linux.dma_attributes import DmaAttr
from dmasan.linux.dma_device import DMA_MAPPING_ERROR
from dmasan.linux.dma_streaming import Given, StreamingCalls
from dmasan.linux.errors import DmaApiError
from dmasan.linux.scatterlist import Segment, SgTable

NONE = DmaAttr.NONE


class ScatterCalls(StreamingCalls):
    """dma_map_sg and its family."""

    def sg_of(self, pieces: Sequence[tuple[int, int]]) -> SgTable:
        """sg_init_table and sg_set_buf: a list of (linear address, bytes)."""
        physical = self.kernel.layout.physical
        return SgTable([Segment(physical(va), length, va) for va, length in pieces])

    def sg_of_pages(self, pieces: Sequence[tuple[int, int, int]]) -> SgTable:
        """sg_set_page: a list of (frame, offset, bytes); highmem is allowed."""
        pa = self.kernel.layout.pa
        return SgTable([Segment(pa(frame) + offset, length) for frame, offset, length in pieces])

    async def map_sg(
        self,
        table: SgTable,
        direction: Direction,
        nents: int | None = None,
        name: str = "",
        attrs: DmaAttr = NONE,
    ) -> int:
        """dma_map_sg of the first `nents` entries (all): how many mappings the device has; 0 if it failed."""
        self._check_direction(direction)
        count = self._count(table, nents)
        for index, each in enumerate(table.entries[:count]):
            area = dma_areas.area_of(self.kernel, each.cpu_address, each.length) if each.cpu_address else "linear"
            given = Given(MappingKind.SG, each.cpu_address, area, f"{name or 'sg'}[{index}]", count)
            each.dma_address = await self._map(each.pa, each.length, direction, attrs, given)
            each.dma_length = each.length
            if each.dma_address == DMA_MAPPING_ERROR:
                for done in table.entries[:index]:
                    await self._unmap(done.dma_address, done.length, direction, attrs, MappingKind.SG, count)
                return 0
        table.nents = count
        return count

    async def map_sgtable(
        self, table: SgTable, direction: Direction, name: str = "", attrs: DmaAttr = NONE
    ) -> int:
        """dma_map_sgtable: 0, or a negative error number."""
        return 0 if await self.map_sg(table, direction, None, name, attrs) else -5

    async def unmap_sg(
        self, table: SgTable, direction: Direction, nents: int | None = None, attrs: DmaAttr = NONE
    ) -> None:
        """dma_unmap_sg of the first `nents` entries (all)."""
        self._check_direction(direction)
        count = self._count(table, nents)
        for each in table.entries[:count]:
            await self._unmap(each.dma_address, each.length, direction, attrs, MappingKind.SG, count)
        table.nents = 0

    async def unmap_sgtable(self, table: SgTable, direction: Direction, attrs: DmaAttr = NONE) -> None:
        """dma_unmap_sgtable."""
        await self.unmap_sg(table, direction, None, attrs)

    async def sync_sg_for_cpu(
        self, table: SgTable, direction: Direction, nents: int | None = None
    ) -> None:
        """dma_sync_sg_for_cpu of the first `nents` entries (all)."""
        self._check_direction(direction)
        count = self._count(table, nents)
        for each in table.entries[:count]:
            await self._sync_for_cpu(each.dma_address, each.length, direction, count)

    async def sync_sg_for_device(
        self, table: SgTable, direction: Direction, nents: int | None = None
    ) -> None:
        """dma_sync_sg_for_device of the first `nents` entries (all)."""
        self._check_direction(direction)
        count = self._count(table, nents)
        for each in table.entries[:count]:
            await self._sync_for_device(each.dma_address, each.length, direction, count)

    async def sync_sgtable_for_cpu(self, table: SgTable, direction: Direction) -> None:
        """dma_sync_sgtable_for_cpu."""
        await self.sync_sg_for_cpu(table, direction)

    async def sync_sgtable_for_device(self, table: SgTable, direction: Direction) -> None:
        """dma_sync_sgtable_for_device."""
        await self.sync_sg_for_device(table, direction)

    @staticmethod
    def _count(table: SgTable, nents: int | None) -> int:
        count = table.orig_nents if nents is None else nents
        if not 0 < count <= table.orig_nents:
            raise DmaApiError(f"{count} entries of a scatter-gather list that has {table.orig_nents}")
        return count
