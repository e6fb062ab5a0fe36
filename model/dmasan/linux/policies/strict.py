# SPDX-License-Identifier: Apache-2.0
"""strict: the reference that leaves nothing to chance. No kernel does this.

Lowmem: flush, change the linear mapping to Non-cacheable by break-before-make, flush again through it. On free: drain
the Non-cacheable stores, change back by break-before-make. Highmem: as `highmem_only`, but the kmap mappings are
invalidated on all CPUs, and the pages are flushed again through the Non-cacheable mapping. The rule for the entries is
that of the ARM ARM (DDI 0406C, B3.10.1, and break-before-make of DDI 0487, D8.14): invalid, DSB, TLBI, DSB, new, DSB, ISB.
Sections are split at run time, which walks all page tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.linux import cache_ops
from dmasan.linux.layout import PAGE_SIZE, Zone
from dmasan.linux.policies.base import Mapping, Policy, detail, flush, split, vmap
from dmasan.linux.protections import Protection

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


class Strict(Policy):
    """flush, remap, flush."""

    name = "strict"
    summary = (
        "reference: flush, break-before-make to non-cacheable, flush again; drained before it is given back"
    )

    @classmethod
    def hypothetical(cls, profile: str, era: str) -> str | None:
        return "no kernel does this; it is the reference"

    async def alloc(self, kernel: Kernel, count: int, name: str) -> Mapping:
        kernel.step("alloc 1: take pages", f"{count} pages")
        first = await kernel.dma_memory.take(count, name)
        if kernel.layout.zone(first) is Zone.HIGHMEM:
            return await self._alloc_highmem(kernel, first, count)
        where, linear = detail(kernel, first, count), kernel.linear.va(first)
        kernel.step("alloc 2: split the sections of the linear map", where)
        await split(kernel, first, count)
        kernel.step("alloc 3: clear through the linear map", where)
        await kernel.cpu.fill(linear, count * PAGE_SIZE, 0)
        kernel.step("alloc 4: clean and invalidate L1 by VA, L2 by PA", where)
        await flush(kernel, linear, first, count)
        kernel.step("alloc 5: break-before-make of the linear mapping to non-cacheable", where)
        await self._break_before_make(kernel, first, count, Protection.DMACOHERENT)
        kernel.step("alloc 6: clean and invalidate again, through the non-cacheable mapping", where)
        await flush(kernel, linear, first, count)
        return Mapping(first, count, linear)

    async def free(self, kernel: Kernel, mapping: Mapping) -> None:
        where = detail(kernel, mapping.first, mapping.count)
        kernel.step("free 1: drain the non-cacheable stores (dsb, outer_sync)", where)
        await kernel.io.mb()
        if kernel.layout.zone(mapping.first) is Zone.HIGHMEM:
            kernel.step("free 2: unmap, TLB invalidation on all CPUs", where)
            await kernel.vmalloc.vunmap(mapping.va, eager=True)
        else:
            kernel.step("free 2: break-before-make of the linear mapping to cacheable", where)
            await self._break_before_make(kernel, mapping.first, mapping.count, Protection.KERNEL)
        kernel.step("free 3: release the pages", where)
        kernel.dma_memory.release(mapping.first)

    async def _alloc_highmem(self, kernel: Kernel, first: int, count: int) -> Mapping:
        where = detail(kernel, first, count)
        kernel.step("alloc 2: for each page kmap, clear, clean and invalidate L1 by VA, kunmap", where)
        for frame in range(first, first + count):
            va = await kernel.kmap.map(frame)
            await kernel.cpu.fill(va, PAGE_SIZE, 0)
            await cache_ops.dmac_flush_range(kernel, va, PAGE_SIZE)
            await kernel.kmap.unmap(va)
        kernel.step("alloc 3: TLB invalidation of all kmap slots on all CPUs", where)
        await kernel.kmap.flush_residues()
        kernel.step("alloc 4: vmap non-cacheable", where)
        va = await vmap(kernel, first, count)
        await kernel.cpu.dsb("ish")
        await kernel.cpu.isb()
        kernel.step("alloc 5: clean and invalidate L1 and L2 through the non-cacheable mapping", where)
        await flush(kernel, va, first, count)
        return Mapping(first, count, va)

    @staticmethod
    async def _break_before_make(kernel: Kernel, first: int, count: int, prot: Protection) -> None:
        await kernel.linear.unmap(first, count)
        await kernel.linear.flush_tlb(first, count)  # dsb; TLBI on all CPUs; dsb; isb
        await kernel.linear.protect(first, count, prot)
        await kernel.cpu.dsb("ish")
        await kernel.cpu.isb()
