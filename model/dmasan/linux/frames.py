# SPDX-License-Identifier: Apache-2.0
"""Page frames: who owns each page, the type of each pageblock, and one free list per zone and pageblock type.

State only; which list to take from is decided in `allocator.py`. A free page is on exactly one list, the one of its
zone and of its pageblock's type, and has no owner.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from dmasan.linux.layout import PAGEBLOCK_ORDER, PAGEBLOCK_PAGES, Layout, Zone

Pages = NDArray[np.int64]


class MigrateType(IntEnum):
    """`enum migratetype` of a pageblock (include/linux/mmzone.h)."""

    UNMOVABLE = 0
    MOVABLE = 1
    CMA = 2
    ISOLATE = 3


@dataclass(eq=False)
class Owner:
    """Whoever holds pages: `pages[i]` is the page frame of its page i."""

    name: str
    pages: Pages = field(default_factory=lambda: np.zeros(0, np.int64))
    movable: bool = False
    number: int = 0  # given by PageFrames.adopt


@dataclass
class FreeList:
    """The free pages of one zone and one pageblock type."""

    zone: Zone
    type: MigrateType
    member: NDArray[np.bool_]  # by page
    count: int = 0


def runs(pages: Pages) -> list[tuple[int, int]]:
    """`pages` as (first, count) runs of consecutive frames, in the given order."""
    if not pages.size:
        return []
    cuts = np.flatnonzero(np.diff(pages) != 1) + 1
    starts = np.concatenate(([0], cuts))
    counts = np.diff(np.concatenate((starts, [pages.size])))
    return [(int(pages[s]), int(c)) for s, c in zip(starts, counts, strict=True)]


class PageFrames:
    """`struct page` of every frame, as arrays, and the free lists. All pages start out owned by `firmware`."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.owner = np.zeros(layout.pages, np.int32)  # Owner.number, 0 is free
        self.index = np.zeros(layout.pages, np.int32)  # position in Owner.pages
        self.pins = np.zeros(layout.pages, np.int16)  # references that forbid migration
        self.block_type = np.full(layout.pages >> PAGEBLOCK_ORDER, MigrateType.MOVABLE, np.uint8)
        self.owners: dict[int, Owner] = {}
        self.lists = {
            (zone, type_): FreeList(zone, type_, np.zeros(layout.pages, np.bool_))
            for zone in Zone
            for type_ in MigrateType
        }
        self._numbers = 0
        self.firmware = self.adopt(Owner("firmware"), np.arange(layout.pages))

    def adopt(self, owner: Owner, pages: Pages) -> Owner:
        """Makes `owner` the owner of `pages`, which must not be on a free list; they become its pages 0, 1, ..."""
        self._numbers += 1
        owner.number = self._numbers
        owner.pages = pages.copy()
        self.owners[owner.number] = owner
        self.owner[pages] = owner.number
        self.index[pages] = np.arange(pages.size)
        return owner

    def disown(self, owner: Owner) -> Pages:
        """Ends `owner`; its pages are nobody's until they are released or adopted."""
        del self.owners[owner.number]
        pages, owner.pages = owner.pages, np.zeros(0, np.int64)
        self.owner[pages] = 0
        return pages

    def replace(self, old: int, new: int) -> None:
        """Migration's last step: `new`, which is nobody's, takes the place of `old`, which becomes nobody's."""
        owner, index = self.owners[int(self.owner[old])], int(self.index[old])
        owner.pages[index] = new
        self.owner[new], self.index[new] = owner.number, index
        self.owner[old] = 0

    def leave(self, page: int) -> None:
        """The owner of `page` gives it up; its later pages move up, and an owner of none is forgotten."""
        owner, index = self.owners[int(self.owner[page])], int(self.index[page])
        owner.pages = np.delete(owner.pages, index)
        self.index[owner.pages[index:]] -= 1
        self.owner[page] = 0
        if not owner.pages.size:
            del self.owners[owner.number]

    def take(self, pages: Pages) -> None:
        """Removes free `pages` from their lists."""
        for free_list, chosen in self._by_list(pages):
            assert free_list.member[chosen].all(), "a page that is not free was taken"
            free_list.member[chosen] = False
            free_list.count -= chosen.size

    def release(self, pages: Pages) -> None:
        """Puts nobody's `pages` onto the lists of their zones and pageblocks."""
        assert not self.owner[pages].any(), "a page with an owner was freed"
        for free_list, chosen in self._by_list(pages):
            assert not free_list.member[chosen].any(), "a page was freed twice"
            free_list.member[chosen] = True
            free_list.count += chosen.size

    def set_block_type(self, block: int, type_: MigrateType) -> None:
        """Changes the type of a pageblock and moves its free pages to the list of that type (move_freepages_block)."""
        first = block << PAGEBLOCK_ORDER
        pages = np.arange(first, first + PAGEBLOCK_PAGES)
        free = pages[self.free_mask()[pages]]
        self.take(free)
        self.block_type[block] = type_
        self.release(free)

    def free_mask(self) -> NDArray[np.bool_]:
        """Which pages are on a free list."""
        free: NDArray[np.bool_] = np.logical_or.reduce(
            [free_list.member for free_list in self.lists.values()]
        )
        return free

    def free_count(self, zone: Zone | None = None, type_: MigrateType | None = None) -> int:
        """Free pages of a zone or type, isolated ones included; None means all."""
        return sum(
            free_list.count
            for key, free_list in self.lists.items()
            if (zone is None or key[0] is zone) and (type_ is None or key[1] is type_)
        )

    def owner_of(self, page: int) -> Owner | None:
        return self.owners.get(int(self.owner[page]))

    def check(self) -> None:
        """Raises AssertionError unless every page has one owner or lies on the one right free list, and counts are exact."""
        member = np.stack([free_list.member for free_list in self.lists.values()])
        free = member.sum(0)
        assert ((self.owner == 0) == (free == 1)).all() and (free <= 1).all(), (
            "a page is lost or doubly owned"
        )
        zones = np.arange(self.layout.pages) >= self.layout.lowmem_pages
        types = np.repeat(self.block_type, PAGEBLOCK_PAGES)
        for (zone, type_), free_list in self.lists.items():
            assert free_list.count == int(free_list.member.sum()), "a free count is wrong"
            assert not (free_list.member & ((zones != bool(zone)) | (types != type_))).any(), (
                "a page is on the wrong list"
            )
        owners = list(self.owners.values())
        held = np.concatenate([np.zeros(0, np.int64), *(owner.pages for owner in owners)])
        sizes = np.array([owner.pages.size for owner in owners], np.int64)
        assert (self.owner[held] == np.repeat(np.array(list(self.owners), np.int64), sizes)).all(), (
            "an owner's page is somebody else's"
        )
        places = np.arange(held.size) - np.repeat(np.cumsum([0, *sizes])[:-1], sizes)
        assert (self.index[held] == places).all(), "an owner's page lost its place"
        assert held.size == int((self.owner != 0).sum()), "a page has an owner that does not know it"

    def _by_list(self, pages: Pages) -> list[tuple[FreeList, Pages]]:
        if not pages.size:
            return []
        key = (pages >= self.layout.lowmem_pages) * len(MigrateType) + self.block_type[
            pages >> PAGEBLOCK_ORDER
        ]
        if (key == key[0]).all():
            kinds = [int(key[0])]
        else:
            kinds = [int(k) for k in np.flatnonzero(np.bincount(key))]  # np.unique imports numpy.ma
        return [
            (self.lists[Zone(k // len(MigrateType)), MigrateType(k % len(MigrateType))], pages[key == k])
            for k in kinds
        ]
