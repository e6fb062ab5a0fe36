# SPDX-License-Identifier: Apache-2.0
"""Memory runs short: what is given up, what is refused, and that a refusal leaves nothing behind."""

import numpy as np
import pytest

from dmasan.linux import OutOfMemory, Zone
from dmasan.linux.frames import MigrateType, Owner
from dmasan.linux.layout import PAGE_SIZE

CMA_PAGES = 8


def files_in_cma(world):
    """Two files of four pages at the start of the area; the first one is on the disk."""
    kernel = world.kernel
    first = [world.run(kernel.movable.fill(kernel.cma.first + n, 4))[0] for n in (0, 4)]
    world.run(kernel.movable.write_back(first[0]))
    return first


def use_up_lowmem(world):
    """A file and the kernel itself take all pages of lowmem but the CMA area's; returns the file."""
    kernel = world.kernel
    end = min(kernel.cma.first, kernel.layout.lowmem_pages)
    (file,) = world.run(kernel.movable.fill(0, end))
    for count in (256, 16, 1):
        with pytest.raises(OutOfMemory):
            while True:
                kernel.take_unmovable(Owner("kernel's own"), count)
    return file


@pytest.mark.parametrize(("era", "moved"), [("v3.5", 8), ("v3.14", 4), ("v6.19", 4)])
def test_the_area_drops_clean_pages_and_moves_dirty_ones(make, era: str, moved: int) -> None:
    """reclaim_clean_pages_from_list, since v3.7."""
    world = make("remap_in_place", era)
    kernel = world.kernel
    clean, dirty = files_in_cma(world)
    world.run(kernel.cma.alloc(CMA_PAGES, "range"))
    assert kernel.counters.pages_migrated == moved and kernel.counters.pages_reclaimed == 8 - moved
    assert clean.pages.size == moved - 4 and dirty.pages.size == 4
    assert (clean in kernel.movable.all()) is (moved == 8)
    assert world.run(kernel.movable.damaged(dirty)) == 0
    kernel.frames.check()


def test_a_file_that_is_written_again_is_dirty_again(make) -> None:
    world = make("remap_in_place")
    clean, _ = files_in_cma(world)
    world.run(world.kernel.movable.write(clean))
    assert world.kernel.reclaim.shrink() == 0


def test_what_is_written_back_is_in_memory(make) -> None:
    """The disk's device reads at the point of coherency."""
    world = make("remap_in_place")
    clean, _ = files_in_cma(world)
    pa = world.kernel.layout.pa(int(clean.pages[0]))
    assert (world.machine.device_read(pa, 4 * PAGE_SIZE) == clean.pattern(0, 4)).all()


def test_a_file_keeps_its_other_pages(make) -> None:
    world = make("remap_in_place")
    kernel = world.kernel
    clean, _ = files_in_cma(world)
    pinned = int(clean.pages[2])
    kernel.pin(pinned)
    assert kernel.reclaim.shrink(count=2) == 2 and clean.offsets.tolist() == [2, 3]
    assert world.run(kernel.movable.damaged(clean)) == 0
    assert kernel.reclaim.shrink() == 1 and clean.pages.tolist() == [pinned]
    kernel.frames.check()


def test_the_allocator_reclaims_before_it_refuses(make) -> None:
    world = make("remap_in_place")
    kernel = world.kernel
    file = use_up_lowmem(world)
    with pytest.raises(OutOfMemory):
        world.run(kernel.alloc_pages(1))
    world.run(kernel.movable.write_back(file))
    world.run(kernel.alloc_pages(1))
    assert 0 < kernel.counters.pages_reclaimed <= 32
    kernel.frames.check()


def test_movable_pages_are_reclaimed_too(make) -> None:
    world = make("remap_in_place")
    kernel = world.kernel
    file = use_up_lowmem(world)
    world.run(kernel.movable.write_back(file))
    free = kernel.frames.free_count()
    user = world.run(kernel.movable.anonymous(free + 100))
    assert user.pages.size == free + 100
    assert world.run(kernel.movable.damaged(user)) == world.run(kernel.movable.damaged(file)) == 0
    kernel.frames.check()


ON_LOWMEM = ["double_map", "unmap_linear", "keep_alias", "strict"]


@pytest.mark.parametrize(
    ("policy", "zone"), [*((policy, Zone.LOWMEM) for policy in ON_LOWMEM), ("highmem_only", Zone.HIGHMEM), ("strict", Zone.HIGHMEM)]
)
def test_no_memory_for_page_tables(make, policy: str, zone: Zone) -> None:
    """__alloc_from_contiguous, __dma_alloc: no mapping, so no buffer, and the pages are where they were."""
    world = make(policy, "v6.19", zone=zone)
    kernel = world.kernel
    use_up_lowmem(world)
    owners, free = list(kernel.frames.owners), kernel.frames.free_count()
    with pytest.raises(OutOfMemory):
        world.run(kernel.dma.alloc_coherent(3 * PAGE_SIZE))
    assert list(kernel.frames.owners) == owners and kernel.frames.free_count() == free
    assert not kernel.cma.bitmap.any() and not kernel.vmalloc.areas
    kernel.frames.check()
    if zone is Zone.LOWMEM:
        assert world.run(kernel.cpu.ldr(kernel.linear.va(kernel.cma.first))) is not None  # still mapped


def test_no_memory_to_map_a_user(make) -> None:
    world = make("remap_in_place")
    kernel = world.kernel
    use_up_lowmem(world)
    owners = list(kernel.frames.owners)
    before = {mm: mm.next_va for mm in kernel.tables.mms}
    with pytest.raises(OutOfMemory):
        world.run(kernel.movable.anonymous(4))
    assert list(kernel.frames.owners) == owners
    assert all(sum(map(len, mm.holes.values())) == (mm.next_va - before[mm]) >> 20 for mm in kernel.tables.mms)
    with pytest.raises(OutOfMemory):
        world.run(kernel.vmalloc.vmalloc(PAGE_SIZE))
    assert list(kernel.frames.owners) == owners
    assert np.count_nonzero(kernel.frames.block_type == MigrateType.CMA)
    kernel.frames.check()
