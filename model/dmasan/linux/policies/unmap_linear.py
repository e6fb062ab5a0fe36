# SPDX-License-Identifier: Apache-2.0
"""unmap_linear: the pages leave the linear map for as long as they are DMA memory ("remedy 2" of the thread of July 2011).

Never merged on ARM32; the nearest relative is set_direct_map_invalid_noflush of arm64 (arch/arm64/mm/pageattr.c,
v6.19). This is the lax order: nothing is flushed after the linear mapping is gone, so that a line that was filled
between the flush and the TLB maintenance survives. The linear map of the area is made of small pages: at boot where
the era has dma_contiguous_remap (v3.5 and later), before that by splitting sections when they are first touched, which
walks all page tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.linux import cache_ops
from dmasan.linux.eras import since
from dmasan.linux.errors import OutOfMemory
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.policies.base import Mapping, Policy, detail, require_lowmem, split
from dmasan.linux.protections import Protection

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


class UnmapLinear(Policy):
    """No alias while the buffer lives; small pages in the linear map are the price."""

    name = "unmap_linear"
    summary = "pages leave the linear map while they are DMA memory, lax order (remedy 2 of July 2011; never merged)"

    def small_pages_at_boot(self, era: str) -> bool:
        return since(era, "v3.5")

    @classmethod
    def hypothetical(cls, profile: str, era: str) -> str | None:
        return "it was proposed in July 2011 and never merged on ARM32"

    async def alloc(self, kernel: Kernel, count: int, name: str) -> Mapping:
        kernel.step("alloc 1: take pages", f"{count} pages")
        first = await kernel.dma_memory.take(count, name)
        require_lowmem(kernel, self.name, first)
        where, linear, size = detail(kernel, first, count), kernel.linear.va(first), count * PAGE_SIZE
        await split(kernel, first, count)
        kernel.step("alloc 2: clear through the linear map", where)
        await kernel.cpu.fill(linear, size, 0)
        kernel.step("alloc 3: clean and invalidate L1 by VA, L2 by PA", where)
        await cache_ops.dmac_flush_range(kernel, linear, size)
        await cache_ops.outer_flush_range(kernel, kernel.layout.pa(first), size)
        kernel.step("alloc 4: clear the linear map's entries", where)
        await kernel.linear.unmap(first, count)
        kernel.step("alloc 5: dsb, TLB invalidation on all CPUs, dsb, isb", where)
        await kernel.linear.flush_tlb(first, count)
        kernel.step("alloc 6: map non-cacheable", where)
        try:
            area = await kernel.vmalloc.vmap(first, count, Protection.DMACOHERENT)
        except OutOfMemory:
            await self._give_back(kernel, first, count, where)
            raise
        # Step 7, the second flush, belongs to `strict`.
        return Mapping(first, count, area.va)

    async def free(self, kernel: Kernel, mapping: Mapping) -> None:
        where = detail(kernel, mapping.first, mapping.count)
        # 1 clear the entries; 2 TLB invalidation and dsb, at once in every era.
        kernel.step("free 1: unmap the non-cacheable mapping, TLB invalidation", where)
        await kernel.vmalloc.vunmap(mapping.va, eager=True)
        await self._give_back(kernel, mapping.first, mapping.count, where)

    @staticmethod
    async def _give_back(kernel: Kernel, first: int, count: int, where: str) -> None:
        kernel.step("free 3: write the linear map's entries, cacheable", where)
        await kernel.linear.protect(first, count, Protection.KERNEL)
        kernel.step("free 4: dsb, isb", where)
        await kernel.cpu.dsb("ish")
        await kernel.cpu.isb()
        kernel.step("free 5: release the pages", where)
        kernel.dma_memory.release(first)
