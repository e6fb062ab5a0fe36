# SPDX-License-Identifier: Apache-2.0
"""Bounce buffers: which way bytes are copied when, and what the pool has room for."""

import numpy as np
import pytest

from dmasan.events import BounceCopy, Direction, DmaMap, Maintenance
from dmasan.linux.dma_attributes import DmaAttr
from dmasan.linux.dma_device import DMA_MAPPING_ERROR
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.swiotlb import IO_TLB_SIZE, MAX_MAPPING

TO, FROM, BOTH = Direction.TO_DEVICE, Direction.FROM_DEVICE, Direction.BIDIRECTIONAL


def story(log) -> list[str]:
    words = []
    for e in log:
        if isinstance(e, BounceCopy):
            words.append("to slot" if e.to_slot else "from slot")
        elif isinstance(e, Maintenance):
            words.append(f"{e.level.value} {e.op.value}")
    return words


CLEAN, INVALIDATE = ["inner clean", "outer clean"], ["inner invalidate", "outer invalidate"]
BACK = ["outer invalidate", "inner invalidate"]


@pytest.mark.parametrize(
    ("direction", "era", "map_", "for_device", "for_cpu"),
    [
        (TO, "v6.19", ["to slot", *CLEAN], ["to slot", *CLEAN], []),
        (FROM, "v6.19", ["to slot", *INVALIDATE], INVALIDATE, [*BACK, "from slot"]),
        (FROM, "v3.14", INVALIDATE, INVALIDATE, [*BACK, "from slot"]),
        (BOTH, "v6.19", ["to slot", *CLEAN], ["to slot", *CLEAN], [*BACK, "from slot"]),
    ],
)
def test_the_order_of_copies_and_maintenance(make, direction, era, map_, for_device, for_cpu) -> None:
    world = make("bounce", era)
    dma, kernel = world.kernel.dma, world.kernel
    va = world.run(kernel.kmalloc(8192))
    log = world.watch(dma.map_single(va, 8192, direction, "packet"))
    assert story(log) == map_
    mapped = next(e for e in log if isinstance(e, DmaMap))
    assert mapped.buffer == kernel.layout.physical(va) and kernel.swiotlb.holds(mapped.address)
    log = world.watch(dma.sync_single_for_device(mapped.handle + 1024, 512, direction))
    assert story(log) == for_device
    assert [(e.buffer - mapped.buffer, e.slot - mapped.address, e.length) for e in log if isinstance(e, BounceCopy)] == (
        [(1024, 1024, 512)] if "to slot" in for_device else []
    )
    assert story(world.watch(dma.sync_single_for_cpu(mapped.handle + 1024, 512, direction))) == for_cpu
    assert story(world.watch(dma.unmap_single(mapped.handle, 8192, direction))) == for_cpu
    assert not kernel.swiotlb.used_slots


def test_the_data_goes_both_ways(make) -> None:
    world = make("bounce")
    kernel, dma, machine = world.kernel, world.kernel.dma, world.machine
    va = world.run(kernel.kmalloc(3000))
    world.run(kernel.cpu.fill(va, 3000, 0x11))
    handle = world.run(dma.map_single(va, 3000, BOTH))
    assert (machine.device_read(handle, 3000) == 0x11).all()
    machine.device_write(handle + 100, np.full(50, 0x22, np.uint8))
    world.run(dma.sync_single_for_cpu(handle + 100, 50, BOTH))
    found = world.run(kernel.cpu.read(va, 3000))
    assert (found[100:150] == 0x22).all() and (found[:100] == 0x11).all() and (found[150:] == 0x11).all()
    machine.device_write(handle, np.full(3000, 0x33, np.uint8))
    world.run(dma.unmap_single(handle, 3000, BOTH, DmaAttr.SKIP_CPU_SYNC))
    assert (world.run(kernel.cpu.read(va, 100)) == 0x11).all()  # the copy back was skipped as well


def test_what_the_device_leaves_alone_by_architecture(make) -> None:
    """arm64 cleans the slot and keeps it; ARM32 invalidates it, and what memory held before comes back."""
    for profile, kept in (("cortex-a53", True), ("cortex-a9-pl310", False)):
        world = make("bounce", profile=profile)
        kernel, dma = world.kernel, world.kernel.dma
        va = world.run(kernel.kmalloc(4096))
        world.run(kernel.cpu.fill(va, 4096, 0x44))
        handle = world.run(dma.map_single(va, 4096, FROM))
        world.machine.device_write(handle, np.full(64, 0x55, np.uint8))
        world.run(dma.unmap_single(handle, 4096, FROM))
        found = world.run(kernel.cpu.read(va, 4096))
        assert (found[:64] == 0x55).all() and bool((found[64:] == 0x44).all()) is kept


def test_highmem_is_copied_page_by_page(make) -> None:
    world = make("bounce")
    kernel, dma = world.kernel, world.kernel.dma
    user = world.run(kernel.movable.anonymous(2))
    table = dma.sg_of_pages([(int(user.pages[0]), 0, PAGE_SIZE), (int(user.pages[1]), 0, PAGE_SIZE)])
    assert world.run(dma.map_sg(table, TO)) == 2
    read = np.concatenate([world.machine.device_read(e.dma_address, e.length) for e in table.entries])
    assert (read == user.pattern(0, 2)).all()
    world.run(dma.unmap_sg(table, TO))
    assert not kernel.swiotlb.used_slots


def test_the_pool_has_an_end(make) -> None:
    world = make("bounce", swiotlb_mib=1)
    kernel, dma = world.kernel, world.kernel.dma
    assert dma.max_mapping_size() == MAX_MAPPING == 256 << 10
    dma.set_min_align_mask(0xFFF)
    assert dma.max_mapping_size() == (256 << 10) - 4096
    va = world.run(kernel.kmalloc(1 << 20))
    assert world.run(dma.map_single(va, MAX_MAPPING + 1, TO)) == DMA_MAPPING_ERROR
    dma.set_min_align_mask(0)
    handles = [world.run(dma.map_single(va + n * MAX_MAPPING, MAX_MAPPING, TO)) for n in range(4)]
    assert kernel.swiotlb.used_slots == (1 << 20) // IO_TLB_SIZE
    assert world.run(dma.map_single(va, 64, TO)) == DMA_MAPPING_ERROR
    assert kernel.messages[-1] == "swiotlb buffer is full (sz: 64 bytes), 512 slots are used"
    world.run(dma.unmap_single(handles[1], MAX_MAPPING, TO))
    assert world.run(dma.map_single(va, 64, TO)) == handles[1]


def test_low_address_bits_are_kept_where_the_device_wants_them(make) -> None:
    world = make("bounce")
    world.kernel.dma.set_min_align_mask(0xFFF)
    va = world.run(world.kernel.kmalloc(8192))
    handle = world.run(world.kernel.dma.map_single(va + 0x123, 64, TO))
    assert handle & 0xFFF == 0x123


def test_a_sync_beyond_the_mapping_is_cut_and_told(make) -> None:
    world = make("bounce")
    va = world.run(world.kernel.kmalloc(4096))
    handle = world.run(world.kernel.dma.map_single(va, 4096, FROM))
    log = world.watch(world.kernel.dma.sync_single_for_cpu(handle + 4000, 200, FROM))
    assert [e.length for e in log if isinstance(e, BounceCopy)] == [96]
    assert world.kernel.messages[-1].startswith("Buffer overflow detected. Allocation size: 96. Mapping size: 200.")


@pytest.mark.parametrize(("size", "era", "bounced"), [(8, "v6.19", True), (64, "v6.19", False), (8, "v6.0", False)])
def test_small_objects_of_arm64_bounce(make, size: int, era: str, bounced: bool) -> None:
    world = make("keep_alias", era, profile="cortex-a53")
    kernel = world.kernel
    world.run(kernel.swiotlb.allocate(1 << 20))
    va = world.run(kernel.kmalloc(size))
    handle = world.run(kernel.dma.map_single(va, size, FROM))
    assert kernel.swiotlb.holds(handle) is bounced
