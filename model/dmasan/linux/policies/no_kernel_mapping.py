# SPDX-License-Identifier: Apache-2.0
"""DMA_ATTR_NO_KERNEL_MAPPING: pages that the kernel does not map for the driver; the linear mapping stays, cacheable.

Kernel: __dma_alloc with want_vaddr=false, arch/arm/mm/dma-mapping.c, up to v5.x: cleared and flushed, not remapped.
Since v6.0 dma_direct_alloc branches to dma_direct_alloc_no_mapping before arch_dma_alloc, and its only cache operation,
arch_dma_prep_coherent, is an empty stub on ARM32 (ARM does not select ARCH_HAS_DMA_PREP_COHERENT): the pages come with
whatever dirty lines their last owner left (source reading of v6.0 and v6.19; not tried on hardware). arm64 cleans.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.linux import cache_ops
from dmasan.linux.architecture import Architecture, architecture_of
from dmasan.linux.eras import since
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.policies.base import Mapping, Policy, detail, flush, require_lowmem

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


class NoKernelMapping(Policy):
    """No policy to be chosen: what the attribute makes of any. `Mapping.va` is 0."""

    name = "no_kernel_mapping"
    summary = "DMA_ATTR_NO_KERNEL_MAPPING: nothing is remapped"

    async def alloc(self, kernel: Kernel, count: int, name: str) -> Mapping:
        kernel.step("alloc 1: take pages", f"{count} pages")
        first = await kernel.dma_memory.take(count, name)
        require_lowmem(kernel, self.name, first)
        where, linear, size = detail(kernel, first, count), kernel.linear.va(first), count * PAGE_SIZE
        if architecture_of(kernel.machine.profile) is Architecture.ARM64:
            kernel.step("alloc 2: clean the linear mapping (arch_dma_prep_coherent)", where)
            await cache_ops.dmac_clean_range(kernel, linear, size)
        elif not since(kernel.era, "v6.0"):
            kernel.step("alloc 2: clear through the linear map, clean and invalidate L1 and L2", where)
            await kernel.cpu.fill(linear, size, 0)
            await flush(kernel, linear, first, count)
        return Mapping(first, count, 0)

    async def free(self, kernel: Kernel, mapping: Mapping) -> None:
        kernel.step("free 1: release the pages", detail(kernel, mapping.first, mapping.count))
        kernel.dma_memory.release(mapping.first)
