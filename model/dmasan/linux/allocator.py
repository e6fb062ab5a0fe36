# SPDX-License-Identifier: Apache-2.0
"""Which free list an allocation is served from.

The rules are those of mm/page_alloc.c:__rmqueue, v6.19, without buddies and per-CPU lists: a run of pages is found on
one list of its zone and type, lowest address first.
"""

from __future__ import annotations

import numpy as np

from dmasan.linux.errors import OutOfMemory
from dmasan.linux.frames import MigrateType, PageFrames, Pages
from dmasan.linux.layout import MAX_ORDER, PAGE_SIZE, PAGEBLOCK_ORDER, PAGEBLOCK_PAGES, Zone


class PageAllocator:
    """Takes pages off the free lists. The caller adopts them for an owner."""

    def __init__(self, frames: PageFrames) -> None:
        self.frames = frames

    def movable(self, count: int, *, highmem: bool = True) -> Pages:
        """`count` single pages for a movable user: highmem first if allowed. Raises OutOfMemory, and then takes nothing."""
        zones = [Zone.HIGHMEM, Zone.LOWMEM] if highmem else [Zone.LOWMEM]
        parts: list[Pages] = []
        wanted = count
        for zone in zones:
            part = self._movable_in(zone, wanted)
            parts.append(part)
            wanted -= part.size
        pages = np.concatenate(parts)
        if wanted:
            self.frames.release(pages)
            raise OutOfMemory(
                f"no memory for {count} movable pages: {count - wanted} are free in {_names(zones)}"
            )
        return pages

    def _movable_in(self, zone: Zone, count: int) -> Pages:
        """Up to `count` pages of a zone: from CMA while it holds more than half of the free pages, then in turn."""
        lists = self.frames.lists
        cma, own = lists[zone, MigrateType.CMA], lists[zone, MigrateType.MOVABLE]
        other = lists[zone, MigrateType.UNMOVABLE]
        free = cma.count + own.count + other.count
        first = min(count, max(0, 2 * cma.count - free))
        rest = count - first
        from_cma = min(first + rest // 2, cma.count)
        from_own = min(count - from_cma, own.count)
        from_cma = min(count - from_own, cma.count)
        chosen = [cma.lowest(from_cma), own.lowest(from_own), other.lowest(count - from_cma - from_own)]
        pages = np.concatenate(chosen)
        self.frames.take(pages)
        return pages

    def unmovable(self, count: int, *, align: int = 1, zone: Zone = Zone.LOWMEM) -> Pages:
        """A run of `count` consecutive pages of a zone for the kernel itself, aligned to `align` pages.

        Never from CMA blocks. A wholly free MOVABLE pageblock is converted when the UNMOVABLE ones have no room; failing
        that, the run is taken from inside MOVABLE blocks (try_to_steal_block). Raises OutOfMemory.
        """
        if count > 1 << MAX_ORDER:
            raise OutOfMemory(
                f"no memory for {count * PAGE_SIZE >> 10} KiB in one piece: the page allocator gives at most "
                f"{PAGE_SIZE << MAX_ORDER >> 10} KiB"
            )
        lists = self.frames.lists
        first = lists[zone, MigrateType.UNMOVABLE].run(count, align)
        if first is None:
            block = lists[zone, MigrateType.MOVABLE].run(PAGEBLOCK_PAGES, PAGEBLOCK_PAGES)
            if block is not None:
                self.frames.set_block_type(block >> PAGEBLOCK_ORDER, MigrateType.UNMOVABLE)
                first = block
            else:
                first = lists[zone, MigrateType.MOVABLE].run(count, align)
        if first is None:
            raise OutOfMemory(
                f"no memory for {count} consecutive pages in {zone.name.lower()} outside the CMA area"
            )
        pages = np.arange(first, first + count)
        self.frames.take(pages)
        return pages


def _names(zones: list[Zone]) -> str:
    return " and ".join(zone.name.lower() for zone in zones)
