# SPDX-License-Identifier: Apache-2.0
from random import Random

import numpy as np
import pytest

from dmasan.events import ContentUndefined, TlbMaintenance
from dmasan.linux import CmaBusy, OutOfMemory, Zone
from dmasan.linux.frames import MigrateType


def naive_find(bits: list[bool], base_pfn: int, start: int, count: int, order: int) -> int | None:
    """bitmap_find_next_zero_area_off, one bit at a time."""
    for bit in range(start, len(bits) - count + 1):
        if (base_pfn + bit) % (1 << order) == 0 and not any(bits[bit : bit + count]):
            return bit
    return None


def test_the_bitmap_search_against_a_naive_one(make) -> None:
    cma = make(boot=False, ram_mib=16, lowmem_mib=12).kernel.cma
    cma.count = 96
    draw = Random(7)
    found = 0
    for base in (0, 4, 37):
        cma.first = base
        for _ in range(600):
            bits = [draw.random() < 0.35 for _ in range(cma.count)]
            cma.bitmap = np.array(bits)
            start, count, order = draw.randrange(20), draw.randint(1, 12), draw.randint(0, 4)
            expected = naive_find(bits, 0x80000 + base, start, count, order)
            assert cma.find(start, count, order) == expected
            found += expected is not None
    assert 300 < found < 1500  # both outcomes were met often


@pytest.mark.parametrize("zone", Zone)
def test_pages_are_migrated_out_with_their_data(make, zone: Zone) -> None:
    world = make(zone=zone)
    kernel = world.kernel
    users = world.run(kernel.movable.fill(kernel.cma.first, 128))
    free = kernel.frames.free_count()
    first = world.run(kernel.cma.alloc(100, "frame"))
    kernel.frames.check()
    assert first == kernel.cma.first
    assert kernel.counters.pages_migrated == 100
    assert kernel.frames.owner_of(first).name == "frame"
    assert kernel.frames.free_count() == free - 100
    assert sum(world.run(kernel.movable.damaged(user)) for user in users) == 0
    assert kernel.frames.block_type[kernel.cma.first >> 10] == MigrateType.CMA
    kernel.cma.release(first)
    kernel.frames.check()
    assert kernel.frames.free_count() == free and kernel.cma.available == kernel.cma.count


def test_migration_unmaps_with_tlb_maintenance_before_it_copies(make) -> None:
    world = make(zone=Zone.HIGHMEM)
    kernel = world.kernel
    (user,) = (u for u in world.run(kernel.movable.fill(kernel.cma.first, 8)) if kernel.cma.first in u.pages)
    index = int(kernel.frames.index[kernel.cma.first])
    log = world.watch(kernel.cma.alloc(1, "page"))
    broadcast = [e for e in log if isinstance(e, TlbMaintenance) and e.broadcast]
    assert [e.va for e in broadcast] == [user.address(index)]
    assert int(user.pages[index]) != kernel.cma.first
    assert [e.why for e in log if isinstance(e, ContentUndefined)] == [
        "page allocated",
        "page freed",
        "page allocated",
    ]


def test_a_pinned_page_costs_a_slot(make) -> None:
    world = make()
    kernel = world.kernel
    users = world.run(kernel.movable.fill(kernel.cma.first, 200))
    kernel.pin(kernel.cma.first + 5)
    first = world.run(kernel.cma.alloc(64, "frame"))
    assert first == kernel.cma.first + 64 and kernel.counters.cma_retries == 1
    assert not kernel.cma.bitmap[:64].any() and kernel.cma.bitmap[64:128].all()
    kernel.frames.check()
    kernel.unpin(kernel.cma.first + 5)
    assert world.run(kernel.cma.alloc(64, "frame")) == kernel.cma.first
    assert sum(world.run(kernel.movable.damaged(user)) for user in users) == 0


def test_pinned_pages_in_every_slot(make) -> None:
    world = make()
    kernel = world.kernel
    world.run(kernel.movable.fill(kernel.cma.first, kernel.cma.count))
    free = kernel.frames.free_count()
    for page in range(kernel.cma.first, kernel.cma.first + kernel.cma.count, 256):
        kernel.pin(page)
    with pytest.raises(CmaBusy, match=r"cma_alloc: reserved: alloc failed, req-size: 256 pages, ret: -16"):
        world.run(kernel.cma.alloc(256, "frame"))
    assert kernel.cma.available == kernel.cma.count and not kernel.cma.bitmap.any()
    assert kernel.frames.free_count() == free
    kernel.frames.check()


def test_no_run_is_long_enough(make) -> None:
    world = make()
    kernel = world.kernel
    taken = [world.run(kernel.cma.alloc(256, "frame")) for _ in range(4)]
    kernel.cma.release(taken[0])
    kernel.cma.release(taken[2])
    with pytest.raises(OutOfMemory, match=r"req-size: 512 pages, ret: -12 \(512 of its 1024 pages are free"):
        world.run(kernel.cma.alloc(512, "frame"))


def test_no_room_for_the_pages_that_must_move(make) -> None:
    world = make(ram_mib=16, lowmem_mib=16)
    kernel = world.kernel
    users = world.run(kernel.movable.fill(0, kernel.layout.pages))
    room = kernel.frames.free_count()  # UNMOVABLE blocks, which movable pages may fall back to
    with pytest.raises(OutOfMemory, match=r"ret: -12 \(no memory for"):
        world.run(kernel.cma.alloc(room + 64, "frame"))
    assert kernel.cma.available == kernel.cma.count
    kernel.frames.check()
    assert sum(world.run(kernel.movable.damaged(user)) for user in users) == 0


def test_requests_are_aligned_to_their_order_up_to_1_mib(make) -> None:
    world = make()
    kernel = world.kernel
    world.run(kernel.cma.alloc(1, "page"))
    assert world.run(kernel.cma.alloc(3, "three")) == kernel.cma.first + 4
    assert world.run(kernel.cma.alloc(300, "frame")) == kernel.cma.first + 256
