# SPDX-License-Identifier: Apache-2.0
"""remap_in_place: the linear mapping itself becomes Non-cacheable (ARM32 with CMA in lowmem, v3.5 and later).

Kernel: arch/arm/mm/dma-mapping.c:dma_contiguous_remap (boot), __alloc_from_contiguous, __dma_clear_buffer,
__dma_remap, __free_from_contiguous, v3.5 to v6.19. The entries change from one valid memory type to another without
break-before-make, and nothing is flushed after the TLB invalidation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.arch.profile import find_profile
from dmasan.linux import cache_ops
from dmasan.linux.architecture import Architecture, architecture_of
from dmasan.linux.eras import since
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.policies.base import Mapping, Policy, detail, require_lowmem, split
from dmasan.linux.protections import Protection

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


class RemapInPlace(Policy):
    """One mapping with one address, whose attributes change."""

    name = "remap_in_place"
    summary = "the linear mapping itself becomes non-cacheable (ARM32 with CMA in lowmem since 3.5)"

    def small_pages_at_boot(self, era: str) -> bool:
        return True

    @classmethod
    def hypothetical(cls, profile: str, era: str) -> str | None:
        if not since(era, "v3.5"):
            return f"{era} has no CMA; the order of v3.5 is followed"
        if architecture_of(find_profile(profile)) is Architecture.ARMV5 and not since(era, "v6.0"):
            return f"{era} has CMA on ARMv6 and later only (HAVE_DMA_CONTIGUOUS, arch/arm/Kconfig)"
        return None

    async def alloc(self, kernel: Kernel, count: int, name: str) -> Mapping:
        kernel.step("alloc 1: take pages", f"{count} pages")
        first = await kernel.dma_memory.take(count, name)
        require_lowmem(kernel, self.name, first)
        where, linear, size = detail(kernel, first, count), kernel.linear.va(first), count * PAGE_SIZE
        await split(kernel, first, count)  # small pages already, in a CMA area
        kernel.step("alloc 2: clear through the linear map", where)
        await kernel.cpu.fill(linear, size, 0)
        kernel.step("alloc 3: clean and invalidate L1 by VA (dmac_flush_range)", where)
        await cache_ops.dmac_flush_range(kernel, linear, size)
        kernel.step("alloc 4: clean and invalidate L2 by PA (outer_flush_range)", where)
        await cache_ops.outer_flush_range(kernel, kernel.layout.pa(first), size)
        kernel.step("alloc 5: change the linear map's entries to non-cacheable (__dma_remap)", where)
        await kernel.linear.protect(first, count, Protection.DMACOHERENT)
        if not since(kernel.era, "v3.14"):
            await kernel.cpu.dsb()
        kernel.step("alloc 6: flush_tlb_kernel_range", where)
        await kernel.linear.flush_tlb(first, count)
        return Mapping(first, count, linear)

    async def free(self, kernel: Kernel, mapping: Mapping) -> None:
        where = detail(kernel, mapping.first, mapping.count)
        kernel.step("free 1: change the linear map's entries to cacheable (__dma_remap)", where)
        await kernel.linear.protect(mapping.first, mapping.count, Protection.KERNEL)
        if not since(kernel.era, "v3.14"):
            await kernel.cpu.dsb()
        kernel.step("free 2: flush_tlb_kernel_range", where)
        await kernel.linear.flush_tlb(mapping.first, mapping.count)
        kernel.step("free 3: release the pages", where)
        kernel.dma_memory.release(mapping.first)
