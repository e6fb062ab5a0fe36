# SPDX-License-Identifier: Apache-2.0
"""highmem_only: DMA memory comes from highmem, which has no linear mapping ("remedy 1" of the thread of July 2011).

Kernel: arch/arm/mm/dma-mapping.c:__alloc_from_contiguous, __dma_clear_buffer, __free_from_contiguous and
kernel/dma/remap.c:dma_common_contiguous_remap, v6.19. Up to v3.14 the default CMA area was limited to lowmem; only an
area that a board declared could lie in highmem. In v3.5 __dma_clear_buffer skipped clearing and flushing where
page_address() is NULL, so that such pages came with their former owner's data and dirty lines; the mapping itself would
have used the NULL address, which the model mends.
Not free of aliases: a line may be filled through the kmap mapping after its flush, and its TLB invalidation is local.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.arch.profile import find_profile
from dmasan.config import Cell, UsageError
from dmasan.linux import cache_ops
from dmasan.linux.eras import since
from dmasan.linux.errors import DmaApiError
from dmasan.linux.layout import PAGE_SIZE, Zone
from dmasan.linux.policies.base import Mapping, Policy, detail, vmap

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


class HighmemOnly(Policy):
    """No permanent alias; the temporary mappings that clear the pages leave traces."""

    name = "highmem_only"
    summary = (
        "the CMA area lies in highmem, which has no linear mapping (remedy 1 of July 2011; highmem CMA today)"
    )
    cma_zone = Zone.HIGHMEM

    @classmethod
    def of(cls, cell: Cell) -> Policy:
        if not find_profile(cell.profile).highmem:
            raise UsageError(
                f"policy highmem_only needs highmem, which a kernel for {cell.profile} drops: one page could be in its "
                "virtually indexed cache under several colours"
            )
        return cls()

    @classmethod
    def hypothetical(cls, profile: str, era: str) -> str | None:
        if since(era, "v6.0"):
            return None
        return f"{era} limits the default CMA area to lowmem" if since(era, "v3.5") else f"{era} has no CMA"

    def clears(self, era: str) -> bool:
        return era != "v3.5"

    async def alloc(self, kernel: Kernel, count: int, name: str) -> Mapping:
        kernel.step("alloc 1: take pages", f"{count} pages")
        first = await kernel.dma_memory.take(count, name)
        if kernel.layout.zone(first) is not Zone.HIGHMEM:
            kernel.dma_memory.release(first)
            raise DmaApiError(f"policy {self.name} needs its CMA area in highmem")
        where = detail(kernel, first, count)
        if not self.clears(kernel.era):
            kernel.step("alloc 2: neither clear nor flush, for there is no page_address (__dma_clear_buffer)", where)
        else:
            await self._clear(kernel, first, count, where)
        kernel.step("alloc 4: vmap non-cacheable, flush_cache_vmap", where)
        return Mapping(first, count, await vmap(kernel, first, count))

    async def _clear(self, kernel: Kernel, first: int, count: int, where: str) -> None:
        """__dma_clear_buffer of highmem pages."""
        kernel.step("alloc 2: for each page kmap, clear, clean and invalidate L1 by VA, kunmap", where)
        for frame in range(first, first + count):
            va = await kernel.kmap.map(frame)
            await kernel.cpu.fill(va, PAGE_SIZE, 0)
            await cache_ops.dmac_flush_range(kernel, va, PAGE_SIZE)
            await kernel.kmap.unmap(va)
        kernel.step("alloc 3: clean and invalidate L2 by PA (outer_flush_range)", where)
        await cache_ops.outer_flush_range(kernel, kernel.layout.pa(first), count * PAGE_SIZE)

    async def free(self, kernel: Kernel, mapping: Mapping) -> None:
        where = detail(kernel, mapping.first, mapping.count)
        kernel.step("free 1: vunmap", where)
        await kernel.vmalloc.vunmap(mapping.va)
        kernel.step("free 2: release the pages (dma_release_from_contiguous)", where)
        kernel.dma_memory.release(mapping.first)
