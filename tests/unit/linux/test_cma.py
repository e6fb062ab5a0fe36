# SPDX-License-Identifier: Apache-2.0
from random import Random

import pytest

from dmasan.arch.faults import TranslationFault
from dmasan.config import UsageError
from dmasan.events import ContentUndefined, TlbMaintenance
from dmasan.linux import CmaBusy, OutOfMemory, Zone
from dmasan.linux.cma_bitmap import CmaBitmap
from dmasan.linux.cma_parameter import parse_cma
from dmasan.linux.dma_device import DmaDevice
from dmasan.linux.frames import MigrateType
from dmasan.linux.policies.remap_in_place import RemapInPlace

OPERATIONS = 100_000


class NaiveBitmap:
    """The same as a string of characters, one page at a time."""

    def __init__(self, base_pfn: int, pages: int, order_per_bit: int) -> None:
        self.base, self.unit = base_pfn, 1 << order_per_bit
        self.pages = bytearray(pages)

    def find(self, start: int, pages: int, order: int) -> int | None:
        """By pages: the first run of free ones, in whole units, that begins at an aligned page frame."""
        wanted = -(-pages // self.unit) * self.unit
        step = max(self.unit, 1 << order)
        first = -(self.base + start * self.unit) % step + start * self.unit
        for page in range(first, len(self.pages) - wanted + 1, step):
            if not self.pages.find(1, page, page + wanted) + 1:
                return page // self.unit
        return None


@pytest.mark.parametrize(("base", "order_per_bit"), [(0x80000, 0), (0x80400, 2), (0x80C00, 3)])
def test_the_bitmap_against_a_naive_one(base: int, order_per_bit: int) -> None:
    """Random allocations and releases; after each the two agree on what is found, used and free in one piece."""
    draw, pages = Random(7), 512
    bitmap, naive = CmaBitmap(base, pages, order_per_bit), NaiveBitmap(base, pages, order_per_bit)
    held: list[tuple[int, int]] = []
    found = missed = 0
    for n in range(OPERATIONS // 3):
        if held and draw.random() < 0.45:
            first, count = held.pop(draw.randrange(len(held)))
            bitmap.clear(first, count)
            naive.pages[first * naive.unit : (first + count) * naive.unit] = bytes(count * naive.unit)
            continue
        wanted, order = draw.choice((1, 2, 3, 5, 16, 40)), draw.choice((0, 0, 1, 4, 6))
        start = draw.choice((0, 0, draw.randrange(pages // naive.unit)))
        count = bitmap.count(wanted)
        first = bitmap.find(start, count, order)
        assert first == naive.find(start, wanted, order), (n, start, wanted, order)
        if first is None:
            missed += 1
            continue
        found += 1
        held.append((first, count))
        bitmap.set(first, count)
        naive.pages[first * naive.unit : (first + count) * naive.unit] = b"\1" * (count * naive.unit)
        if not n % 64:
            free = bytes(naive.pages).split(b"\1")
            assert bitmap.used == naive.pages.count(1) and bitmap.largest_free == max(map(len, free))
    assert found > 1000 and missed > 100


@pytest.mark.parametrize(
    ("text", "size", "base", "limit", "fixed"),
    [
        ("16M", 16 << 20, 0, 0, False),
        ("0", 0, 0, 0, False),
        ("0x400000", 4 << 20, 0, 0, False),
        ("64k", 64 << 10, 0, 0, False),
        ("8M@0x80800000", 8 << 20, 0x8080_0000, 0, False),
        ("8M@0x80000000-0x81000000", 8 << 20, 0x8000_0000, 0x8100_0000, False),
        ("8M@2G-2056M", 8 << 20, 2 << 30, 2056 << 20, True),
    ],
)
def test_the_parameter_of_the_command_line(text: str, size: int, base: int, limit: int, fixed: bool) -> None:
    found = parse_cma(text)
    assert (found.size, found.base, found.limit, found.fixed) == (size, base, limit, fixed)


@pytest.mark.parametrize("text", ["", "16X", "16M@", "M", "16M@8M-", "-1M", "16M@0-8M"])
def test_parameters_that_are_none(text: str) -> None:
    with pytest.raises(UsageError, match="cma="):
        parse_cma(text)


@pytest.mark.parametrize(
    ("text", "first_mib", "mib"),
    [
        ("4M", 12, 4),
        ("5M", 8, 8),  # whole pageblocks
        ("4M@0x80400000-0x80800000", 4, 4),
        ("4M@0x81000000-0x81400000", 16, 4),  # highmem
        ("4M@0-0x80a00000", 4, 4),
        ("8M@0x81000000", 16, 8),
        ("0", 16, 0),
    ],
)
def test_where_the_area_is(make, text: str, first_mib: int, mib: int) -> None:
    cma = make("double_map", cma=text, boot=False).kernel.cma
    assert (cma.first // 256, cma.count // 256) == (first_mib, mib)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("8M@0x80c00000-0x81400000", "defined on low/high memory boundary"),
        ("4M@0x80500000-0x80900000", "must be aligned to 4 MiB"),
        ("64M", "Failed to reserve 64 MiB"),
        ("4M@0x80000000-0x80400000", "Failed to reserve"),  # the kernel is there
    ],
)
def test_areas_that_cannot_be(make, text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        make("double_map", cma=text, boot=False)


def test_without_an_area_the_kernel_maps_system_pages_twice(make) -> None:
    world = make("auto", cma="0")
    assert world.kernel.policy.name == "double_map"
    buffer = world.run(world.kernel.dma.alloc_coherent(3 * 4096))
    page = world.kernel.layout.page(buffer.dma_handle)
    assert world.kernel.area_of(page) is None and page % 4 == 0
    world.run(world.kernel.dma.free_coherent(buffer))
    world.kernel.frames.check()


def test_an_area_of_its_own(make) -> None:
    """dma_declare_contiguous: the device takes from its area, others do not; bits of four pages."""
    world = make("remap_in_place", boot=False)
    kernel = world.kernel
    area = kernel.declare_contiguous("camera", 4, order_per_bit=2)
    assert area.first == kernel.cma.first - 1024
    world.run(kernel.boot())
    camera = DmaDevice("camera", cma=area)
    buffer = world.run(kernel.dma_of(camera).alloc_coherent(5 * 4096, "frame"))
    assert kernel.layout.page(buffer.dma_handle) in area
    shown = area.statistics()
    assert (shown["used"], shown["available_pages"], shown["alloc_pages_success"], shown["maxchunk"]) == (8, 1019, 5, 1016)
    assert kernel.layout.page(world.run(kernel.dma.alloc_coherent(4096)).dma_handle) in kernel.cma
    with pytest.raises(OutOfMemory, match="cma_alloc: camera: alloc failed, req-size: 1024 pages, ret: -12"):
        world.run(kernel.dma_of(camera).alloc_coherent(4 << 20))
    assert area.statistics()["alloc_pages_fail"] == 1024 and "req-size: 1024" in kernel.messages[-1]
    kernel.frames.check()
    with pytest.raises(UsageError, match="CMA area big: 64 MiB do not fit in lowmem"):
        kernel.declare_contiguous("big", 64)


def test_v3_5_forgets_areas_behind_one_in_highmem(make) -> None:
    for era, lost in (("v3.5", 0), ("v3.14", 8192)):
        world = make("highmem_only", era, boot=False)
        kernel = world.kernel
        kernel.declare_contiguous("low", 4, policy=RemapInPlace())
        world.run(kernel.boot())
        assert kernel.counters.lowmem_lost_bytes == lost


def test_both_remedies_by_area(make) -> None:
    """Highmem while there is some; then lowmem that leaves the linear map."""
    world = make("both", ram_mib=20, lowmem_mib=16)
    kernel = world.kernel
    high, low = (world.run(kernel.dma.alloc_coherent(3 << 20, "frame")) for _ in range(2))
    zones = [kernel.layout.zone(kernel.layout.page(b.dma_handle)) for b in (high, low)]
    assert zones == [Zone.HIGHMEM, Zone.LOWMEM]
    with pytest.raises(TranslationFault):
        world.run(kernel.cpu.ldr(kernel.layout.linear(low.dma_handle)))
    for buffer in (low, high):
        world.run(kernel.dma.free_coherent(buffer))
    assert all(area.available == area.count for area in kernel.areas)
    kernel.frames.check()


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
    assert [e.va for e in broadcast] == [user.mappings[0].address(index)]
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
