# SPDX-License-Identifier: Apache-2.0
"""kmap: longer mappings of highmem pages, shared by all CPUs (mm/highmem.c:kmap_high, kunmap_high, v6.19).

There are 512 slots below the linear map. kunmap only counts down: the entry stays, cacheable, until the slots have been
gone through once and flush_all_zero_pkmaps clears all that nobody uses, with TLB maintenance on all CPUs. Until then a
page that was given to a device has an alias that nobody remembers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.linux import cache_ops, cacheflush
from dmasan.linux.errors import OutOfMemory
from dmasan.linux.layout import LAST_PKMAP, PAGE_SIZE, Zone
from dmasan.linux.protections import FAULT, Protection, page

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


class Pkmap:
    """`pkmap_count` and `page_address` of the slots: count 0 is free, 1 is mapped and unused, more is in use."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.count = [0] * LAST_PKMAP
        self._slot_of: dict[int, int] = {}  # by frame
        self._last = 0

    async def map(self, frame: int) -> int:
        """kmap: the address of a page; a lowmem page has its linear one. Raises OutOfMemory when all slots are in use."""
        kernel = self.kernel
        if kernel.layout.zone(frame) is Zone.LOWMEM:
            return kernel.linear.va(frame)
        slot = self._slot_of.get(frame)
        if slot is None:
            slot = await self._new(frame)
        self.count[slot] += 1
        return self.kernel.layout.space.pkmap_base + slot * PAGE_SIZE

    def unmap(self, frame: int) -> None:
        """kunmap: one user less. Entry and TLBs keep the mapping."""
        slot = self._slot_of.get(frame)
        if slot is not None:
            assert self.count[slot] > 1, "kunmap without kmap"
            self.count[slot] -= 1

    def get(self, frame: int) -> int | None:
        """kmap_high_get: the address, if the page has one, used or not; counts as a use."""
        slot = self._slot_of.get(frame)
        if slot is None:
            return None
        self.count[slot] += 1
        return self.kernel.layout.space.pkmap_base + slot * PAGE_SIZE

    async def flush_all_zero_pkmaps(self) -> None:
        """Clears the entries that nobody uses."""
        kernel = self.kernel
        await cacheflush.flush_cache_kmaps(kernel)
        unused = {frame: slot for frame, slot in self._slot_of.items() if self.count[slot] == 1}
        for frame, slot in unused.items():
            await kernel.tables.set_pte(kernel.tables.init_mm, self.kernel.layout.space.pkmap_base + slot * PAGE_SIZE, FAULT)
            self.count[slot] = 0
            del self._slot_of[frame]
        if unused:
            await cache_ops.flush_tlb_kernel_range(kernel, self.kernel.layout.space.pkmap_base, LAST_PKMAP * PAGE_SIZE)

    async def _new(self, frame: int) -> int:
        """map_new_virtual: the next slot; at the end of a round the unused ones are flushed."""
        kernel = self.kernel
        for _ in range(2 * LAST_PKMAP):
            self._last = (self._last + 1) % LAST_PKMAP
            if not self._last:
                await self.flush_all_zero_pkmaps()
            if not self.count[self._last]:
                break
        else:
            raise OutOfMemory(f"all {LAST_PKMAP} slots of kmap are in use")
        va = self.kernel.layout.space.pkmap_base + self._last * PAGE_SIZE
        await kernel.tables.populate(kernel.tables.init_mm, va)
        await kernel.tables.set_pte(kernel.tables.init_mm, va, page(kernel.layout.pa(frame), Protection.KERNEL))
        await kernel.cpu.dsb("ishst")
        self.count[self._last] = 1
        self._slot_of[frame] = self._last
        return self._last
