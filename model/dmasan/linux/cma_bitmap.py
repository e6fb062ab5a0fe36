# SPDX-License-Identifier: Apache-2.0
"""The bitmap of a CMA area (mm/cma.c, v6.19): one bit for 2^order_per_bit pages, searched for aligned runs of zeros.

cma_bitmap_aligned_mask, cma_bitmap_aligned_offset, cma_bitmap_pages_to_bits, and bitmap_find_next_zero_area_off of
lib/bitmap.c.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class CmaBitmap:
    """Bits of `pages` pages from page frame number `base_pfn` (physical address / 4096) on."""

    def __init__(self, base_pfn: int, pages: int, order_per_bit: int = 0) -> None:
        self.base_pfn = base_pfn
        self.order_per_bit = order_per_bit
        self.bits: NDArray[np.bool_] = np.zeros(pages >> order_per_bit, np.bool_)

    def mask(self, align_order: int) -> int:
        """cma_bitmap_aligned_mask: bits of a bit's number that must be clear, the offset added."""
        return 0 if align_order <= self.order_per_bit else (1 << (align_order - self.order_per_bit)) - 1

    def offset(self, align_order: int) -> int:
        """cma_bitmap_aligned_offset: how far the first bit is from an aligned page."""
        return (self.base_pfn & ((1 << align_order) - 1)) >> self.order_per_bit

    def count(self, pages: int) -> int:
        """cma_bitmap_pages_to_bits: rounded up to whole bits."""
        return -(-pages >> self.order_per_bit)

    def find(self, start: int, count: int, align_order: int) -> int | None:
        """The first run of `count` clear bits from bit `start` on, aligned to 2^align_order pages."""
        mask, offset = self.mask(align_order), self.offset(align_order)
        first = start + (-(start + offset) & mask)
        candidates = np.arange(first, self.bits.size - count + 1, mask + 1)
        if not candidates.size:
            return None
        set_before = np.concatenate(([0], np.cumsum(self.bits)))
        found = candidates[set_before[candidates + count] == set_before[candidates]]
        return int(found[0]) if found.size else None

    def set(self, first: int, count: int) -> None:
        assert not self.bits[first : first + count].any(), "a bit of the CMA bitmap was set twice"
        self.bits[first : first + count] = True

    def clear(self, first: int, count: int) -> None:
        assert self.bits[first : first + count].all(), "a bit of the CMA bitmap was cleared twice"
        self.bits[first : first + count] = False

    @property
    def used(self) -> int:
        """Pages whose bits are set (cma_used_get)."""
        return int(self.bits.sum()) << self.order_per_bit

    @property
    def largest_free(self) -> int:
        """Pages of the longest run of clear bits (cma_maxchunk_get)."""
        edges = np.flatnonzero(np.diff(np.concatenate(([True], self.bits, [True]))))
        lengths = np.diff(edges)[::2] if edges.size else np.zeros(1, np.int64)
        return int(lengths.max(initial=0)) << self.order_per_bit
