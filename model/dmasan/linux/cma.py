# SPDX-License-Identifier: Apache-2.0
"""A CMA area: the bitmap, and the search for a slot whose pages can be had (mm/cma.c:cma_alloc, v6.19).

v3.5 looked at the bitmap under one mutex and set the bits only after success (drivers/base/dma-contiguous.c); with one
thread in the kernel that makes no difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dmasan.linux.cma_bitmap import CmaBitmap
from dmasan.linux.contig import alloc_contig_range
from dmasan.linux.errors import CmaBusy, Interrupted, OutOfMemory
from dmasan.linux.frames import Owner
from dmasan.linux.layout import PAGE_SIZE, get_order

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel
    from dmasan.linux.policies.base import Policy

CONFIG_CMA_ALIGNMENT = 8  # largest order that a request is aligned to: 1 MiB


class CmaArea:
    """`struct cma` with a single range: frames [first, first + count)."""

    def __init__(self, kernel: Kernel, name: str, first: int, count: int, order_per_bit: int = 0) -> None:
        self.kernel = kernel
        self.name = name
        self.first = first
        self.count = count
        self.available = count
        self.policy: Policy | None = None  # of buffers from this area; None: the kernel's
        self.map = CmaBitmap(kernel.layout.pa(first) // PAGE_SIZE, count, order_per_bit)
        self.alloc_pages_success = self.alloc_pages_fail = self.release_pages_success = 0

    def __contains__(self, frame: int) -> bool:
        return self.first <= frame < self.first + self.count

    @property
    def bitmap(self) -> NDArray[np.bool_]:
        return self.map.bits

    def statistics(self) -> dict[str, int]:
        """What debugfs (cma/<area>/) and sysfs (kernel/mm/cma/<area>/) show, in pages."""
        return {
            "base_pfn": self.map.base_pfn,
            "count": self.count,
            "order_per_bit": self.map.order_per_bit,
            "used": self.map.used,
            "maxchunk": self.map.largest_free,
            "available_pages": self.available,
            "alloc_pages_success": self.alloc_pages_success,
            "alloc_pages_fail": self.alloc_pages_fail,
            "release_pages_success": self.release_pages_success,
        }

    async def alloc(self, count: int, name: str) -> int:
        """`count` consecutive frames, emptied of their movable users. Returns the first.

        Raises OutOfMemory (no run of clear bits, or no room for the pages that must move) or CmaBusy (every slot has a
        page that cannot be moved), or Interrupted (a fatal signal); then the bitmap is as before, and pages that were moved stay moved.
        """
        order = min(get_order(count * PAGE_SIZE), CONFIG_CMA_ALIGNMENT)
        bits = self.map.count(count)
        start, busy = 0, False
        while count <= self.available:
            bit = self.map.find(start, bits, order)
            if bit is None:
                break
            self.map.set(bit, bits)  # reserve first, then migrate
            self.available -= count
            first = self.first + (bit << self.map.order_per_bit)
            try:
                await alloc_contig_range(self.kernel, first, count, Owner(name))
            except (CmaBusy, OutOfMemory, Interrupted) as error:
                self.map.clear(bit, bits)
                self.available += count
                if not isinstance(error, CmaBusy):  # -EINTR, -ENOMEM: final
                    raise self._failure(count, -4 if isinstance(error, Interrupted) else -12, str(error)) from None
                busy = True
                self.kernel.counters.cma_retries += 1
                start = bit + self.map.mask(order) + 1
                continue
            self.kernel.counters.cma_allocations += 1
            self.alloc_pages_success += count
            return first
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
        self.map.clear((first - self.first) >> self.map.order_per_bit, self.map.count(count))
        self.available += count
        self.release_pages_success += count

    def _failure(self, count: int, status: int, why: str) -> CmaBusy | OutOfMemory | Interrupted:
        self.alloc_pages_fail += count
        text = f"cma: cma_alloc: {self.name}: alloc failed, req-size: {count} pages, ret: {status} ({why})"
        self.kernel.message(text)
        if status == -16:
            return CmaBusy(text)
        return Interrupted(text) if status == -4 else OutOfMemory(text)
