# SPDX-License-Identifier: Apache-2.0
"""nomap_carveout: memory that the device tree reserves, without any linear mapping (`shared-dma-pool`, `no-map`).

Kernel: kernel/dma/coherent.c (rmem_dma_device_init, __dma_alloc_from_coherent, __dma_release_from_coherent),
early_init_dt_reserve_memory in drivers/of/of_reserved_mem.c, v6.19; arm_memblock_steal before it. ARM32 refuses such a
pool without `no-map`. The region is lost to everybody else for good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dmasan.config import Knobs
from dmasan.linux.errors import OutOfMemory
from dmasan.linux.layout import PAGE_SIZE, get_order
from dmasan.linux.policies.base import Mapping, Policy, detail
from dmasan.linux.protections import Protection

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


class NomapCarveout(Policy):
    """One mapping for good, made at probe; no alias ever was. Buffers are cut from it by a bitmap."""

    name = "nomap_carveout"
    summary = "reserved memory that was never in the linear map (device tree: shared-dma-pool, no-map)"

    def __init__(self) -> None:
        self.first = 0
        self.va = 0
        self.bitmap: NDArray[np.bool_] = np.zeros(0, np.bool_)

    @classmethod
    def nomap_mib(cls, knobs: Knobs) -> int:
        return knobs.carveout_mib

    async def boot(self, kernel: Kernel) -> None:
        """dma_init_coherent_memory: memremap(MEMREMAP_WC) of the region, once."""
        layout = kernel.layout
        self.first = layout.nomap_first
        self.bitmap = np.zeros(layout.nomap_pages, np.bool_)
        area = await kernel.vmalloc.vmap(self.first, layout.nomap_pages, Protection.DMACOHERENT)
        self.va = area.va
        kernel.counters.lowmem_lost_bytes += layout.nomap_pages * PAGE_SIZE
        kernel.dma.device.pool = self

    async def alloc(self, kernel: Kernel, count: int, name: str) -> Mapping:
        kernel.step("alloc 1: find a free region, a power of two pages (bitmap_find_free_region)", f"{count} pages")
        size = 1 << get_order(count * PAGE_SIZE)
        page = self._find(size)
        if page is None:
            raise OutOfMemory(f"the reserved region has no free run of {size} pages left")
        self.bitmap[page : page + size] = True
        mapping = Mapping(self.first + page, count, self.va + page * PAGE_SIZE)
        kernel.step("alloc 2: clear through the one mapping, write-combining", detail(kernel, mapping.first, count))
        await kernel.cpu.fill(mapping.va, count * PAGE_SIZE, 0)
        return mapping

    async def free(self, kernel: Kernel, mapping: Mapping) -> None:
        kernel.step("free 1: release the region", detail(kernel, mapping.first, mapping.count))
        page, size = mapping.first - self.first, 1 << get_order(mapping.count * PAGE_SIZE)
        kernel.undefined(mapping.first + np.arange(mapping.count), "reserved memory released")
        self.bitmap[page : page + size] = False

    def _find(self, size: int) -> int | None:
        """The lowest aligned region of `size` pages that is free."""
        whole = self.bitmap.size - self.bitmap.size % size
        regions = self.bitmap[:whole].reshape(-1, size).any(1)
        free = np.flatnonzero(~regions)
        return int(free[0]) * size if free.size else None
