# SPDX-License-Identifier: Apache-2.0
"""double_map: a second, Non-cacheable mapping beside the cacheable linear one (v2.6.39 to v3.4; the CMA series of July 2011).

Kernel: arch/arm/mm/dma-mapping.c:__dma_alloc, __dma_alloc_buffer, __dma_alloc_remap, __dma_free_remap, v2.6.39; today
__alloc_remap_buffer where there is no CMA area, v6.19. The pages come from CMA here, as in the series of July 2011;
2.6.39 itself took them from the page allocator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dmasan.linux import cache_ops, cacheflush
from dmasan.linux.eras import since
from dmasan.linux.errors import OutOfMemory
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.policies.base import Mapping, Policy, detail, require_lowmem
from dmasan.linux.protections import Protection

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


class DoubleMap(Policy):
    """The alias stays, cacheable, for as long as the buffer lives: lines may be filled through it at any moment."""

    name = "double_map"
    summary = (
        "second, non-cacheable mapping; the cacheable linear one stays (2.6.39, the series of July 2011)"
    )

    async def alloc(self, kernel: Kernel, count: int, name: str) -> Mapping:
        kernel.step("alloc 1: take pages", f"{count} pages")
        first = await kernel.dma_memory.take(count, name)
        require_lowmem(kernel, self.name, first)
        where, linear, size = detail(kernel, first, count), kernel.linear.va(first), count * PAGE_SIZE
        kernel.step("alloc 2: clear through the linear map", where)
        await kernel.cpu.fill(linear, size, 0)
        kernel.step("alloc 3: clean and invalidate L1 by VA (dmac_flush_range)", where)
        await cache_ops.dmac_flush_range(kernel, linear, size)
        kernel.step("alloc 4: clean and invalidate L2 by PA (outer_flush_range)", where)
        await cache_ops.outer_flush_range(kernel, kernel.layout.pa(first), size)
        kernel.step("alloc 5: map non-cacheable at a second address", where)
        try:
            area = await kernel.vmalloc.vmap_noflush(first + np.arange(count), Protection.DMACOHERENT)
        except OutOfMemory:
            kernel.dma_memory.release(first)
            raise
        if since(kernel.era, "v3.5"):  # ioremap_page_range, later vmap
            kernel.step("alloc 6: flush_cache_vmap", where)
            await cacheflush.flush_cache_vmap(kernel)
        else:
            kernel.step("alloc 6: dsb", where)
            await kernel.cpu.dsb()
        return Mapping(first, count, area.va)

    async def free(self, kernel: Kernel, mapping: Mapping) -> None:
        where = detail(kernel, mapping.first, mapping.count)
        # 1 clear the entries; 2 flush_tlb_kernel_range, which newer kernels leave to a later purge.
        kernel.step("free 1: unmap the second mapping", where)
        await kernel.vmalloc.vunmap(mapping.va)
        kernel.step("free 2: release the pages", where)
        kernel.dma_memory.release(mapping.first)
