# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from dmasan.config import Knobs
from dmasan.linux.allocator import PageAllocator
from dmasan.linux.errors import OutOfMemory
from dmasan.linux.frames import MigrateType, Owner, PageFrames, runs
from dmasan.linux.layout import PAGEBLOCK_ORDER, Layout, Zone

KNOBS = Knobs(ram_mib=24, lowmem_mib=16, cma_mib=4)


@pytest.fixture
def frames() -> PageFrames:
    """All pages free: lowmem blocks UNMOVABLE, MOVABLE, MOVABLE, CMA, highmem blocks MOVABLE."""
    frames = PageFrames(Layout.of(KNOBS, 0x8000_0000, Zone.LOWMEM))
    pages = frames.disown(frames.firmware)
    frames.block_type[0] = MigrateType.UNMOVABLE
    frames.block_type[3] = MigrateType.CMA
    frames.release(pages)
    frames.check()
    return frames


def test_each_list_holds_its_own_pages(frames: PageFrames) -> None:
    assert frames.free_count() == 6 * 1024
    assert frames.free_count(Zone.LOWMEM, MigrateType.CMA) == 1024
    assert frames.free_count(Zone.LOWMEM, MigrateType.MOVABLE) == 2048
    assert frames.free_count(Zone.HIGHMEM) == 2048


def test_a_block_takes_its_free_pages_along(frames: PageFrames) -> None:
    frames.take(np.arange(3072, 3082))
    frames.adopt(Owner("user"), np.arange(3072, 3082))
    frames.set_block_type(3, MigrateType.ISOLATE)
    frames.check()
    assert frames.free_count(Zone.LOWMEM, MigrateType.ISOLATE) == 1014
    assert frames.free_count(Zone.LOWMEM, MigrateType.CMA) == 0


def test_wrong_use_is_caught(frames: PageFrames) -> None:
    with pytest.raises(AssertionError, match="freed twice"):
        frames.release(np.array([5]))
    frames.take(np.array([5]))
    with pytest.raises(AssertionError, match="not free"):
        frames.take(np.array([5]))
    with pytest.raises(AssertionError, match="lost or doubly owned"):
        frames.check()
    frames.adopt(Owner("user"), np.array([5]))
    with pytest.raises(AssertionError, match="with an owner"):
        frames.release(np.array([5]))
    frames.check()
    frames.lists[Zone.LOWMEM, MigrateType.CMA].count += 1
    with pytest.raises(AssertionError, match="free count"):
        frames.check()


def test_replace_keeps_the_place(frames: PageFrames) -> None:
    owner = frames.adopt(Owner("user"), _take(frames, [10, 20, 30]))
    _take(frames, [99])
    frames.replace(20, 99)
    assert owner.pages.tolist() == [10, 99, 30] and int(frames.index[99]) == 1 and frames.owner_of(20) is None
    frames.release(np.array([20]))
    frames.check()


def _take(frames: PageFrames, pages: list[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    found = np.array(pages)
    frames.take(found)
    return found


def test_runs() -> None:
    assert runs(np.array([3, 4, 5, 9, 8, 1])) == [(3, 3), (9, 1), (8, 1), (1, 1)]
    assert runs(np.zeros(0, np.int64)) == []


def test_movable_pages_come_from_cma_while_it_holds_more_than_half(frames: PageFrames) -> None:
    allocator = PageAllocator(frames, "v6.19")
    allocator.unmovable(1000)  # of the UNMOVABLE block
    frames.take(np.arange(1024, 2560))  # leaves 24 + 512 + 1024 in lowmem
    cma = frames.lists[Zone.LOWMEM, MigrateType.CMA]
    free = 24 + 512 + 1024
    # One page at a time, the kernel's rule: CMA first while NR_FREE_CMA > NR_FREE / 2.
    expected = 0
    cma_left, left = 1024, free
    for _ in range(700):
        if cma_left > left / 2:
            cma_left -= 1
            expected += 1
        left -= 1
    pages = allocator.movable(700, highmem=False)
    assert int((pages >= 3072).sum()) == pytest.approx(expected, abs=1)
    assert cma.count == 1024 - int((pages >= 3072).sum())


def test_movable_pages_prefer_highmem_and_overflow(frames: PageFrames) -> None:
    pages = PageAllocator(frames, "v6.19").movable(2050)
    assert int((pages >= frames.layout.lowmem_pages).sum()) == 2048 and np.unique(pages).size == 2050


def test_nothing_is_taken_when_there_is_not_enough(frames: PageFrames) -> None:
    with pytest.raises(OutOfMemory, match="7000 movable pages: 6144 are free in highmem and lowmem"):
        PageAllocator(frames, "v6.19").movable(7000)
    assert frames.free_count() == 6144
    frames.check()


def test_unmovable_pages_never_come_from_cma(frames: PageFrames) -> None:
    allocator = PageAllocator(frames, "v6.19")
    for _ in range(3):
        assert int(allocator.unmovable(1024, align=1024)[0]) < 3072
    assert (
        frames.block_type[: 3 * 1024 >> PAGEBLOCK_ORDER].tolist() == [MigrateType.UNMOVABLE] * 3
    )  # two were stolen
    with pytest.raises(OutOfMemory, match="outside the CMA area"):
        allocator.unmovable(1)


def test_unmovable_pages_claim_a_block_that_is_mostly_free(frames: PageFrames) -> None:
    allocator = PageAllocator(frames, "v6.19")
    allocator.unmovable(1024)
    frames.take(np.array([1030, 2050]))
    assert int(allocator.unmovable(16, align=16)[0]) == 1040  # the smallest block that is large enough
    assert frames.block_type[1] == MigrateType.UNMOVABLE


def test_largest_order(frames: PageFrames) -> None:
    with pytest.raises(OutOfMemory, match="at most 4096 KiB"):
        PageAllocator(frames, "v6.19").unmovable(1025)
