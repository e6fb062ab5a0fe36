# SPDX-License-Identifier: Apache-2.0
"""keep_alias: clean the linear mapping once, leave it cacheable, and use a Non-cacheable one (arm64, all eras).

Kernel: kernel/dma/direct.c:dma_direct_alloc with DMA_DIRECT_REMAP, kernel/dma/remap.c, and arch_dma_prep_coherent in
arch/arm64/mm/dma-mapping.c, v6.19: clean only; up to v6.1 clean and invalidate. It is sound where Non-cacheable accesses
do not look up the caches. On a profile with an outer cache, which arm64 never had, the outer cache is cleaned as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.arch.profile import find_profile
from dmasan.linux import cache_ops
from dmasan.linux.architecture import Architecture, architecture_of
from dmasan.linux.eras import since
from dmasan.linux.errors import CmaBusy, OutOfMemory
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.policies.base import Mapping, Policy, detail, flush, require_lowmem, vmap

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


class KeepAlias(Policy):
    """The alias stays, cacheable and clean, because nobody writes through it."""

    name = "keep_alias"
    summary = "the linear mapping is cleaned once and stays cacheable beside a non-cacheable one (arm64)"

    @classmethod
    def hypothetical(cls, profile: str, era: str) -> str | None:
        if architecture_of(find_profile(profile)) is Architecture.ARM64:
            return None if since(era, "v3.14") else f"{era} has no CMA on arm64"
        return f"it is arm64's, and {profile} is an ARM32 machine"

    async def alloc(self, kernel: Kernel, count: int, name: str) -> Mapping:
        kernel.step("alloc 1: take pages, from CMA if more than one", f"{count} pages")
        first = await self._take(kernel, count, name)
        where, linear, size = detail(kernel, first, count), kernel.linear.va(first), count * PAGE_SIZE
        if since(kernel.era, "v6.19"):
            kernel.step("alloc 2: clean the linear mapping (arch_dma_prep_coherent)", where)
            await cache_ops.dmac_clean_range(kernel, linear, size)
            await cache_ops.outer_clean_range(kernel, kernel.layout.pa(first), size)
        else:
            kernel.step("alloc 2: clean and invalidate the linear mapping (arch_dma_prep_coherent)", where)
            await flush(kernel, linear, first, count)
        kernel.step("alloc 3: vmap non-cacheable, flush_cache_vmap", where)
        va = await vmap(kernel, first, count)
        kernel.step("alloc 4: clear through the non-cacheable mapping", where)
        await kernel.cpu.fill(va, size, 0)
        return Mapping(first, count, va)

    async def free(self, kernel: Kernel, mapping: Mapping) -> None:
        where = detail(kernel, mapping.first, mapping.count)
        kernel.step("free 1: vunmap", where)
        await kernel.vmalloc.vunmap(mapping.va)
        kernel.step("free 2: release the pages", where)
        kernel.dma_memory.release(mapping.first)

    async def _take(self, kernel: Kernel, count: int, name: str) -> int:
        """dma_alloc_contiguous, else the page allocator: one page never comes from the default area (v6.19)."""
        if count > 1 or kernel.acting_device.cma is not None:
            try:
                first = await kernel.dma_memory.take(count, name)
            except (CmaBusy, OutOfMemory):
                pass
            else:
                require_lowmem(kernel, self.name, first)
                return first
        return kernel.dma_memory.take_system(count, name)
