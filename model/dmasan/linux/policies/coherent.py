# SPDX-License-Identifier: Apache-2.0
"""coherent: the device snoops the CPUs' caches (`dma-coherent`, through ACP or ACE-Lite), so nothing is remapped.

Kernel: dma_direct_alloc, kernel/dma/direct.c, v6.19; arm_coherent_dma_ops up to v5.x, arch_is_coherent() before v3.x.
Barriers are needed as ever. A device that is marked so and does not snoop gets neither maintenance nor coherence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.arch.profile import find_profile
from dmasan.config import Cell, UsageError
from dmasan.linux.layout import PAGE_SIZE, Zone
from dmasan.linux.policies.base import Mapping, Policy, detail, vmap
from dmasan.linux.protections import Protection

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


class Coherent(Policy):
    """The cacheable mapping is the mapping."""

    name = "coherent"
    summary = "the device snoops the caches (dma-coherent): cacheable memory, no maintenance"

    @classmethod
    def of(cls, cell: Cell) -> Policy:
        if not find_profile(cell.profile).snoop_port:
            raise UsageError(f"policy coherent needs a port that snoops the caches, and {cell.profile} has none")
        return cls()

    async def boot(self, kernel: Kernel) -> None:
        kernel.dma.device.coherent = True

    async def alloc(self, kernel: Kernel, count: int, name: str) -> Mapping:
        kernel.step("alloc 1: take pages", f"{count} pages")
        first = await kernel.dma_memory.take(count, name)
        where = detail(kernel, first, count)
        if kernel.layout.zone(first) is Zone.HIGHMEM:
            kernel.step("alloc 2: vmap with unchanged attributes, for there is no linear address", where)
            va = await vmap(kernel, first, count, Protection.KERNEL)
        else:
            kernel.step("alloc 2: use the linear address", where)
            va = kernel.linear.va(first)
        kernel.step("alloc 3: clear through the cacheable mapping", where)
        await kernel.cpu.fill(va, count * PAGE_SIZE, 0)
        return Mapping(first, count, va)

    async def free(self, kernel: Kernel, mapping: Mapping) -> None:
        where = detail(kernel, mapping.first, mapping.count)
        if mapping.va in kernel.vmalloc.areas:
            kernel.step("free 1: vunmap", where)
            await kernel.vmalloc.vunmap(mapping.va)
        kernel.step("free 2: release the pages", where)
        kernel.dma_memory.release(mapping.first)
