# SPDX-License-Identifier: Apache-2.0
"""Free memory as blocks of 2^order pages (mm/page_alloc.c, v6.19: __free_one_page, __rmqueue_smallest, expand).

Freed pages always merge with their buddies, up to MAX_ORDER, so that the blocks follow from which pages are free: a block
of order k is a run of 2^k free pages, aligned to its size, that is not half of a larger one. Taking part of a block
leaves the halves that `expand` would put back. Pages are counted from the base of RAM, which is aligned to a block.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dmasan.linux.layout import MAX_ORDER


def orders(free: NDArray[np.bool_]) -> NDArray[np.int8]:
    """For each page the order of the free block that it lies in, -1 for pages that are not free."""
    found = np.where(free, 0, -1).astype(np.int8)
    whole: NDArray[np.bool_] = free
    for order in range(1, MAX_ORDER + 1):
        whole = np.logical_and(whole[: whole.size // 2 * 2 : 2], whole[1 : whole.size // 2 * 2 : 2])
        if not whole.any():
            break
        found[: whole.size << order].reshape(-1, 1 << order)[whole] = order
    return found


def smallest_block(free: NDArray[np.bool_], order: int) -> int | None:
    """First page of the smallest free block of `order` or more, the lowest of equals (__rmqueue_smallest)."""
    return _block(orders(free), order, smallest=True)


def largest_block(free: NDArray[np.bool_], order: int) -> tuple[int, int] | None:
    """(first page, order) of the largest free block of `order` or more: what a fallback claims (__rmqueue_claim)."""
    found = orders(free)
    first = _block(found, order, smallest=False)
    return None if first is None else (first, int(found[first]))


def singles(free: NDArray[np.bool_], count: int) -> NDArray[np.int64]:
    """Up to `count` single pages in the order in which they would be handed out: fragments before large blocks."""
    pages = np.flatnonzero(free)
    if count < pages.size:
        pages = pages[np.argsort(orders(free)[pages], kind="stable")]
    return pages[:count]


def _block(found: NDArray[np.int8], order: int, *, smallest: bool) -> int | None:
    large = np.flatnonzero(found >= order)
    if not large.size:
        return None
    sizes = found[large]
    wanted = sizes.min() if smallest else sizes.max()
    return int(large[np.argmax(sizes == wanted)])
