# SPDX-License-Identifier: Apache-2.0
"""Which free list an allocation is served from (mm/page_alloc.c:__rmqueue, v6.19), and what it falls back to.

Movable pages come from CMA first while that holds more than half of a zone's free pages (v5.8; before, the zone's own
list is used up first: fallbacks[MIGRATE_MOVABLE] of v3.5). Unmovable ones never do: they claim a movable pageblock if
most of it is theirs to have, else they steal a block of pages out of one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dmasan.linux import buddy
from dmasan.linux.eras import since
from dmasan.linux.errors import OutOfMemory
from dmasan.linux.frames import MigrateType, PageFrames, Pages
from dmasan.linux.layout import MAX_ORDER, PAGE_SIZE, PAGEBLOCK_ORDER, PAGEBLOCK_PAGES, Zone, get_order
from dmasan.linux.pcp import PerCpuPages


class PageAllocator:
    """Takes pages off the free lists. The caller adopts them for an owner."""

    def __init__(self, frames: PageFrames, era: str, pcp: PerCpuPages | None = None) -> None:
        self.frames = frames
        self.era = era
        self.pcp = pcp or PerCpuPages(frames, 1)
        self.cpu: Callable[[], int] = lambda: 0  # that runs now
        self.reclaim: Callable[[], int] = lambda: 0  # frees what it can of a few pages; returns how many

    def movable(self, count: int, *, highmem: bool = True) -> Pages:
        """`count` single pages for a movable user: highmem first if allowed. Raises OutOfMemory, and then takes nothing."""
        zones = [Zone.HIGHMEM, Zone.LOWMEM] if highmem else [Zone.LOWMEM]
        parts: list[Pages] = []
        wanted = count
        for zone in zones:
            part = self._movable_in(zone, wanted)
            parts.append(part)
            wanted -= part.size
        while wanted and self.reclaim():  # __alloc_pages_direct_reclaim; the page cache lies in lowmem
            parts.append(self._movable_in(Zone.LOWMEM, wanted))
            wanted -= parts[-1].size
        pages = np.concatenate(parts)
        if wanted:
            self.frames.release(pages)
            raise OutOfMemory(
                f"no memory for {count} movable pages: {count - wanted} are free in {_names(zones)}"
            )
        return pages

    def _movable_in(self, zone: Zone, count: int) -> Pages:
        """Up to `count` pages of a zone: the CPU's own, then CMA's and others' in the order of the era.

        Where that is not enough the other CPUs' lists are drained (__alloc_pages_direct_reclaim).
        """
        hot = self.pcp.alloc(count, self.cpu(), zone)
        self.frames.take(hot)
        cold = self._from_lists(zone, count - hot.size)
        if cold.size < count - hot.size and self.pcp.held.any():
            self.pcp.drain()
            cold = np.concatenate((cold, self._from_lists(zone, count - hot.size - cold.size)))
        return np.concatenate((hot, cold))

    def _from_lists(self, zone: Zone, count: int) -> Pages:
        cma, own, other = (
            self._free(zone, type_) for type_ in (MigrateType.CMA, MigrateType.MOVABLE, MigrateType.UNMOVABLE)
        )
        in_cma, in_own = int(cma.sum()), int(own.sum())
        if since(self.era, "v6.0"):
            free = in_cma + in_own + int(other.sum())
            first = min(count, max(0, 2 * in_cma - free))
            from_cma = min(first + (count - first) // 2, in_cma)
        else:
            from_cma = 0
        from_own = min(count - from_cma, in_own)
        from_cma = min(count - from_own, in_cma)
        rest = count - from_cma - from_own
        parts = ((cma, from_cma), (own, from_own), (other, rest))
        pages = np.concatenate([buddy.singles(free, wanted) for free, wanted in parts])
        self.frames.take(pages)
        return pages

    def _free(self, zone: Zone, type_: MigrateType) -> NDArray[np.bool_]:
        """The pages of a list that no CPU keeps for itself."""
        return np.logical_and(self.frames.lists[zone, type_].member, ~self.pcp.held)

    def unmovable(self, count: int, *, align: int = 1, zone: Zone = Zone.LOWMEM) -> Pages:
        """A run of `count` pages for the kernel itself, aligned to `align` pages, a power of two.

        A block of the next power of two is taken, and its tail given back (split_page, alloc_pages_exact). Raises
        OutOfMemory.
        """
        order = max(get_order(count * PAGE_SIZE), (align - 1).bit_length())
        if order > MAX_ORDER:
            raise OutOfMemory(
                f"no memory for {count * PAGE_SIZE >> 10} KiB in one piece: the page allocator gives at most "
                f"{PAGE_SIZE << MAX_ORDER >> 10} KiB"
            )
        first = self._rmqueue_unmovable(zone, order)
        if first is None and self.pcp.held.any():
            self.pcp.drain()
            first = self._rmqueue_unmovable(zone, order)
        while first is None and zone is Zone.LOWMEM and self.reclaim():
            first = self._rmqueue_unmovable(zone, order)
        if first is None:
            raise OutOfMemory(
                f"no memory for {count} consecutive pages in {zone.name.lower()} outside the CMA area"
            )
        pages = np.arange(first, first + count)
        self.frames.take(pages)
        return pages

    def _rmqueue_unmovable(self, zone: Zone, order: int) -> int | None:
        """__rmqueue of MIGRATE_UNMOVABLE: own list, claim of a pageblock, theft of a block."""
        first = buddy.smallest_block(self._free(zone, MigrateType.UNMOVABLE), order)
        if first is not None:
            return first
        movable = self._free(zone, MigrateType.MOVABLE)
        largest = buddy.largest_block(movable, order)
        if largest is None:
            return None
        block = largest[0] >> PAGEBLOCK_ORDER
        if self._may_claim(block, largest[1]):
            self.frames.set_block_type(block, MigrateType.UNMOVABLE)
            return buddy.smallest_block(self._free(zone, MigrateType.UNMOVABLE), order)
        return buddy.smallest_block(movable, order)

    def _may_claim(self, block: int, order: int) -> bool:
        """try_to_claim_block: a whole free pageblock, or one at least half of which is free or unmovable."""
        if order >= PAGEBLOCK_ORDER:
            return True
        frames = self.frames
        pages = np.arange(block << PAGEBLOCK_ORDER, (block + 1) << PAGEBLOCK_ORDER)
        owners = (frames.owner_of(int(page)) for page in pages)
        held = sum(owner is not None and owner.movable for owner in owners)
        return PAGEBLOCK_PAGES - held >= PAGEBLOCK_PAGES // 2


def _names(zones: list[Zone]) -> str:
    return " and ".join(zone.name.lower() for zone in zones)
