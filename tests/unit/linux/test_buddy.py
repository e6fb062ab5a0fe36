# SPDX-License-Identifier: Apache-2.0
"""Blocks that follow from which pages are free, against an allocator that really splits and merges."""

from random import Random

import numpy as np
import pytest

from dmasan.linux import buddy
from dmasan.linux.allocator import PageAllocator
from dmasan.linux.frames import MigrateType, Owner, PageFrames
from dmasan.linux.layout import MAX_ORDER, Layout, Zone
from dmasan.linux.movable import MovableUser

PAGES = 4096


class Splitting:
    """__free_one_page and expand with free lists, as the kernel has them."""

    def __init__(self) -> None:
        self.free: list[set[int]] = [set() for _ in range(MAX_ORDER + 1)]
        for first in range(0, PAGES, 1 << MAX_ORDER):
            self.free[MAX_ORDER].add(first)

    def alloc(self, order: int) -> int | None:
        for k in range(order, MAX_ORDER + 1):
            if self.free[k]:
                first = min(self.free[k])
                self.free[k].remove(first)
                while k > order:
                    k -= 1
                    self.free[k].add(first + (1 << k))
                return first
        return None

    def release(self, first: int, order: int) -> None:
        while order < MAX_ORDER and (first ^ 1 << order) in self.free[order]:
            self.free[order].remove(first ^ 1 << order)
            first &= ~(1 << order)
            order += 1
        self.free[order].add(first)

    def orders(self) -> np.ndarray:
        found = np.full(PAGES, -1, np.int8)
        for order, blocks in enumerate(self.free):
            for first in blocks:
                found[first : first + (1 << order)] = order
        return found


def test_the_same_blocks_as_an_allocator_that_splits_and_merges() -> None:
    draw, real, free = Random(5), Splitting(), np.ones(PAGES, np.bool_)
    held: list[tuple[int, int]] = []
    refused = 0
    for n in range(6000):
        if held and draw.random() < 0.45:
            first, order = held.pop(draw.randrange(len(held)))
            real.release(first, order)
            free[first : first + (1 << order)] = True
        else:
            order = draw.choice((0, 0, 0, 1, 2, 3, 5, 8))
            first = real.alloc(order)
            assert buddy.smallest_block(free, order) == first
            if first is None:
                refused += 1
                continue
            free[first : first + (1 << order)] = False
            held.append((first, order))
        if not n % 50:
            assert (buddy.orders(free) == real.orders()).all()
    assert refused and len(held) > 100


def test_single_pages_come_out_of_fragments_first() -> None:
    free = np.zeros(64, np.bool_)
    free[8:16] = free[33] = free[40:42] = True
    assert buddy.singles(free, 4).tolist() == [33, 40, 41, 8]
    assert buddy.singles(free, 99).size == 11
    assert buddy.largest_block(free, 1) == (8, 3) and buddy.largest_block(free, 4) is None


@pytest.fixture
def frames() -> PageFrames:
    """Lowmem of two pageblocks, all free and movable."""
    frames = PageFrames(Layout(0x8000_0000, 2048, 2048, 2048, 0))
    frames.release(frames.disown(frames.firmware))
    return frames


@pytest.mark.parametrize(("held", "type_"), [(400, MigrateType.UNMOVABLE), (600, MigrateType.MOVABLE)])
def test_a_pageblock_is_claimed_if_half_of_it_is_to_be_had(frames: PageFrames, held: int, type_: MigrateType) -> None:
    for block in (0, 1024):
        pages = block + np.arange(held)
        frames.take(pages)
        frames.adopt(MovableUser("file"), pages)
    first = int(PageAllocator(frames, "v6.19").unmovable(4)[0])
    frames.adopt(Owner("kernel"), np.arange(first, first + 4))
    assert frames.block_type[first >> 10] == type_
    frames.check()


def test_v3_5_uses_its_own_list_up_before_cma(frames: PageFrames) -> None:
    frames.set_block_type(1, MigrateType.CMA)
    for era, from_cma in (("v3.5", 0), ("v6.19", 100)):
        allocator = PageAllocator(frames, era)
        pages = allocator.movable(200)
        assert abs(int((pages >= 1024).sum()) - from_cma) <= 1
        frames.release(pages)
    assert frames.free_count(Zone.LOWMEM) == 2048
