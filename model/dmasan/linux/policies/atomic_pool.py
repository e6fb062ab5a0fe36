# SPDX-License-Identifier: Apache-2.0
"""atomic_pool: coherent memory for callers that must not sleep, cut from a pool that was mapped at boot.

Kernel: atomic_pool_init, __alloc_from_pool, __free_from_pool, arch/arm/mm/dma-mapping.c, v3.5 to v6.19 (a bitmap in
v3.5, genpool with first-fit-order-align since v3.15): no memset at each allocation, as the source shows, so that a block
holds what its last user left. arm64: kernel/dma/pool.c, which clears through the Non-cacheable mapping.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dmasan.config import Cell
from dmasan.linux.architecture import Architecture, architecture_of
from dmasan.linux.eras import since
from dmasan.linux.errors import DmaApiError, OutOfMemory
from dmasan.linux.layout import PAGE_SIZE, get_order
from dmasan.linux.policies.base import Mapping, Policy, detail
from dmasan.linux.policies.choice import kernel_choice

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


class AtomicPool(Policy):
    """A buffer of the kernel's own policy, shared out page by page. `base` made it."""

    name = "atomic_pool"
    summary = "a pool that is mapped at boot, for callers that must not sleep (GFP_ATOMIC)"

    def __init__(self, base: Policy) -> None:
        self.base = base
        self.cma_zone = base.cma_zone
        self.pool: Mapping | None = None
        self.bitmap: NDArray[np.bool_] = np.zeros(0, np.bool_)

    @classmethod
    def of(cls, cell: Cell) -> Policy:
        return cls(kernel_choice(cell)())

    @classmethod
    def hypothetical(cls, profile: str, era: str) -> str | None:
        return None if since(era, "v3.5") else f"{era} has no atomic pool; the order of v3.5 is followed"

    def clears(self, era: str) -> bool:
        return False

    def small_pages_at_boot(self, era: str) -> bool:
        return self.base.small_pages_at_boot(era)

    async def boot(self, kernel: Kernel) -> None:
        """atomic_pool_init: `coherent_pool=` bytes. Raises OutOfMemory or CmaBusy."""
        count = kernel.knobs.coherent_pool_kib * 1024 // PAGE_SIZE
        with kernel.acting_as(self.base, kernel.acting_device):
            self.pool = await self.base.alloc(kernel, count, "coherent pool")
        self.bitmap = np.zeros(count, np.bool_)
        kernel.atomic_pool = self

    async def alloc(self, kernel: Kernel, count: int, name: str) -> Mapping:
        if self.pool is None:
            raise DmaApiError("coherent pool not initialised!")
        kernel.step("alloc 1: cut it from the pool (gen_pool_alloc)", f"{count} pages")
        align = 1 << get_order(count * PAGE_SIZE)
        page = self._find(count, align)
        if page is None:
            raise OutOfMemory(
                f"the coherent pool of {self.bitmap.size * PAGE_SIZE >> 10} KiB has no room for {count} pages"
            )
        self.bitmap[page : page + count] = True
        mapping = Mapping(self.pool.first + page, count, self.pool.va + page * PAGE_SIZE)
        if architecture_of(kernel.machine.profile) is Architecture.ARM64:
            kernel.step("alloc 2: clear through the non-cacheable mapping", detail(kernel, mapping.first, count))
            await kernel.cpu.fill(mapping.va, count * PAGE_SIZE, 0)
        return mapping

    async def free(self, kernel: Kernel, mapping: Mapping) -> None:
        assert self.pool is not None
        kernel.step("free 1: give it back to the pool", detail(kernel, mapping.first, mapping.count))
        page = mapping.first - self.pool.first
        kernel.undefined(mapping.first + np.arange(mapping.count), "given back to the coherent pool")
        self.bitmap[page : page + mapping.count] = False

    def _find(self, count: int, align: int) -> int | None:
        """gen_pool_first_fit_order_align."""
        before = np.concatenate(([0], np.cumsum(self.bitmap)))
        starts = np.arange(0, self.bitmap.size - count + 1, align)
        found = starts[before[starts + count] == before[starts]]
        return int(found[0]) if found.size else None
