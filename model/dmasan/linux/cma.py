# SPDX-License-Identifier: Apache-2.0
"""A CMA area: the bitmap, and the search for a slot whose pages can be had (mm/cma.c:cma_alloc, v6.19).

v3.5 looked at the bitmap under one mutex and set the bits only after success (drivers/base/dma-contiguous.c); with one
thread in the kernel that makes no difference. One bit is one page (order_per_bit 0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dmasan.linux.contig import alloc_contig_range
from dmasan.linux.errors import CmaBusy, OutOfMemory
from dmasan.linux.frames import Owner
from dmasan.linux.layout import PAGE_SIZE, get_order

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel

CONFIG_CMA_ALIGNMENT = 8  # largest order that a request is aligned to: 1 MiB


class CmaArea:
    """`struct cma` with a single range: frames [first, first + count)."""

    def __init__(self, kernel: Kernel, name: str, first: int, count: int) -> None:
        self.kernel = kernel
        self.name = name
        self.first = first
        self.count = count
        self.available = count
        self.bitmap = np.zeros(count, np.bool_)

    def __contains__(self, frame: int) -> bool:
        return self.first <= frame < self.first + self.count

    def find(self, start: int, count: int, order: int) -> int | None:
        """bitmap_find_next_zero_area_off: the first run of `count` clear bits from `start` on, aligned to 2^order frames."""
        base_pfn = self.kernel.layout.pa(self.first) // PAGE_SIZE
        offset = base_pfn & ((1 << order) - 1)
        candidates = np.arange(0, self.count - count + 1)
        candidates = candidates[(candidates >= start) & ((candidates + offset) % (1 << order) == 0)]
        set_before = np.concatenate(([0], np.cumsum(self.bitmap)))
        found = candidates[set_before[candidates + count] == set_before[candidates]]
        return int(found[0]) if found.size else None

    async def alloc(self, count: int, name: str) -> int:
        """`count` consecutive frames, emptied of their movable users. Returns the first.

        Raises OutOfMemory (no run of clear bits, or no room for the pages that must move) or CmaBusy (every slot has a
        page that cannot be moved); then the bitmap is as before, and pages that were moved stay moved.
        """
        order = min(get_order(count * PAGE_SIZE), CONFIG_CMA_ALIGNMENT)
        mask = (1 << order) - 1
        start, busy = 0, False
        while count <= self.available:
            bit = self.find(start, count, order)
            if bit is None:
                break
            self.bitmap[bit : bit + count] = True  # reserve first, then migrate
            self.available -= count
            try:
                await alloc_contig_range(self.kernel, self.first + bit, count, Owner(name))
            except (CmaBusy, OutOfMemory) as error:
                self.bitmap[bit : bit + count] = False
                self.available += count
                if isinstance(error, OutOfMemory):
                    raise self._failure(count, -12, str(error)) from None
                busy = True
                self.kernel.counters.cma_retries += 1
                start = bit + mask + 1
                continue
            self.kernel.counters.cma_allocations += 1
            return self.first + bit
        if busy:
            raise self._failure(count, -16, "every slot holds a page that cannot be moved")
        raise self._failure(
            count, -12, f"{self.available} of its {self.count} pages are free, in no run that is long enough"
        )

    def release(self, first: int) -> None:
        """cma_release: the frames that `alloc` returned as `first` go back to the free lists, and their bits are cleared."""
        owner = self.kernel.frames.owner_of(first)
        assert owner is not None and int(owner.pages[0]) == first, (
            "cma_release of a range that cma_alloc did not return"
        )
        count = owner.pages.size
        self.kernel.free_owner(owner)
        self.bitmap[first - self.first : first - self.first + count] = False
        self.available += count

    def _failure(self, count: int, status: int, why: str) -> CmaBusy | OutOfMemory:
        text = f"cma: cma_alloc: {self.name}: alloc failed, req-size: {count} pages, ret: {status} ({why})"
        return CmaBusy(text) if status == -16 else OutOfMemory(text)
