# SPDX-License-Identifier: Apache-2.0
"""The families of calls beside the plain ones: lists, pages, pools, limits, attributes, processes."""

import numpy as np
import pytest

from dmasan.events import CacheOp, Direction, DmaMap, DmaUnmap, Level, Maintenance, MappingKind, MemoryType
from dmasan.linux import DmaApiError, OutOfMemory, Zone
from dmasan.linux.dma_attributes import DmaAttr
from dmasan.linux.dma_device import DMA_MAPPING_ERROR, DmaDevice, DmaRange
from dmasan.linux.iommu import Iommu
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.protections import Protection

TO, FROM, BOTH = Direction.TO_DEVICE, Direction.FROM_DEVICE, Direction.BIDIRECTIONAL


def maintained(log) -> list[tuple[CacheOp, Level, int, int]]:
    return [(e.op, e.level, e.address, e.length) for e in log if isinstance(e, Maintenance)]


def of(log, kind) -> list:
    return [e for e in log if isinstance(e, kind)]


def test_a_list_is_mapped_entry_by_entry(make) -> None:
    world = make("double_map")
    dma, kernel = world.kernel.dma, world.kernel
    first, second = (world.run(kernel.kmalloc(size)) for size in (4096, 512))
    table = dma.sg_of([(first, 4096), (second, 512)])
    log = world.watch(dma.map_sg(table, TO, name="list"))
    mapped = of(log, DmaMap)
    assert [(e.kind, e.length, e.entries, e.name) for e in mapped] == [
        (MappingKind.SG, 4096, 2, "list[0]"),
        (MappingKind.SG, 512, 2, "list[1]"),
    ]
    assert [each.dma_address for each in table.entries] == [kernel.layout.physical(va) for va in (first, second)]
    assert table.nents == 2 and table.size == 4608
    lines = maintained(world.watch(dma.sync_sgtable_for_device(table, TO)))
    assert [(op, length) for op, level, _, length in lines if level is Level.INNER] == [
        (CacheOp.CLEAN, 4096),
        (CacheOp.CLEAN, 512),
    ]
    assert not maintained(world.watch(dma.sync_sgtable_for_cpu(table, TO)))
    assert [e.entries for e in of(world.watch(dma.unmap_sgtable(table, TO)), DmaUnmap)] == [2, 2]
    with pytest.raises(DmaApiError, match="3 entries of a scatter-gather list that has 2"):
        world.run(dma.map_sg(table, TO, 3))


def test_highmem_pages_are_maintained_through_temporary_mappings(make) -> None:
    """No mapping does not mean no line: the tags are physical."""
    world = make("double_map")
    kernel, dma = world.kernel, world.kernel.dma
    user = world.run(kernel.movable.anonymous(2))
    frame = int(user.pages[0])
    assert kernel.layout.zone(frame) is Zone.HIGHMEM
    table = dma.sg_of_pages([(frame, 0, PAGE_SIZE), (int(user.pages[1]), 64, 128)])
    log = world.watch(dma.map_sg(table, TO))
    inner = [(address, length) for _, level, address, length in maintained(log) if level is Level.INNER]
    assert inner == [(kernel.layout.pa(frame), PAGE_SIZE), (kernel.layout.pa(int(user.pages[1])) + 64, 128)]
    pattern = user.pattern(0, 1)
    assert (world.machine.device_read(table.entries[0].dma_address, PAGE_SIZE) == pattern).all()
    handle = world.run(dma.map_page(frame, 256, 64, FROM))
    assert handle == kernel.layout.pa(frame) + 256
    world.run(dma.unmap_page(handle, 64, FROM))


def test_non_coherent_pages_come_with_dirty_zeros(make) -> None:
    world = make("double_map")
    dma, machine = world.kernel.dma, world.machine
    machine.memory.write(machine.memory.base + (8 << 20), np.full(1 << 20, 7, np.uint8))
    log = world.watch(dma.alloc_noncoherent(3 * PAGE_SIZE, FROM, "frame"))
    (mapped,) = of(log, DmaMap)
    assert mapped.kind is MappingKind.NONCOHERENT and not maintained(log)
    assert world.kernel.cpu.translate(mapped.cpu_address).type is MemoryType.WB
    table, buffer = world.run(dma.alloc_noncontiguous(2 * PAGE_SIZE, BOTH))
    assert (table.nents, table.entries[0].length) == (1, 2 * PAGE_SIZE)
    world.run(dma.sync_sgtable_for_device(table, BOTH))
    assert not machine.device_read(buffer.dma_handle, 2 * PAGE_SIZE).any()
    assert world.run(dma.vmap_noncontiguous(buffer)) == buffer.cpu_addr
    free = world.kernel.frames.free_count()
    world.run(dma.free_noncontiguous(buffer))
    assert world.kernel.frames.free_count() == free + 2
    world.run(dma.free_pages(buffer))
    assert world.kernel.messages[-1].startswith("trying to free invalid pages")


def test_a_pool_cuts_pages_into_blocks(make) -> None:
    world = make("double_map")
    dma = world.kernel.dma
    pool = world.run(dma.pool_create("descriptors", 48, 32, 1024))
    blocks = [world.run(pool.alloc()) for _ in range(64)]
    assert len(pool.pages) == 1 and pool.size == 64
    assert {b.dma_handle % 64 for b in blocks} == {0} and len({b.dma_handle for b in blocks}) == 64
    assert all(b.dma_handle // 1024 == (b.dma_handle + 63) // 1024 for b in blocks)
    assert world.run(pool.alloc()).dma_handle // PAGE_SIZE != blocks[0].dma_handle // PAGE_SIZE
    world.run(world.kernel.cpu.fill(blocks[3].cpu_addr, 64, 9))
    world.run(pool.free(blocks[3]))
    again = world.run(pool.alloc())  # last freed, first used, with what it held
    assert again == blocks[3] and world.run(world.kernel.cpu.ldr(again.cpu_addr)) == 0x09090909
    world.run(pool.free(again))
    assert world.run(world.kernel.cpu.ldr(world.run(pool.zalloc()).cpu_addr)) == 0
    world.run(pool.free(blocks[5]))
    world.run(pool.free(blocks[5]))
    assert "already free" in world.kernel.messages[-1]
    world.run(pool.destroy())
    assert len([m for m in world.kernel.messages if m.endswith("busy")]) == 2


@pytest.mark.parametrize(
    ("size", "align", "boundary", "text"),
    [(0, 1, 0, "blocks of 0 bytes"), (64, 48, 0, "alignment 48"), (64, 64, 32, "boundary 32"), (64, 64, 96, "boundary 96")],
)
def test_pools_that_cannot_be(make, size: int, align: int, boundary: int, text: str) -> None:
    world = make("double_map")
    with pytest.raises(DmaApiError, match=text):
        world.run(world.kernel.dma.pool_create("bad", size, align, boundary))


def test_masks(make) -> None:
    """The last byte counts: a mapping may end exactly at the mask."""
    world = make("double_map")
    dma, layout = world.kernel.dma, world.kernel.layout
    end = layout.pa(layout.pages)
    assert dma.required_mask() == 0xFFFF_FFFF and not dma.addressing_limited()
    assert dma.set_mask_and_coherent(0xFFFF_FFFF) == 0
    assert dma.set_mask((1 << 30) - 1) == -5 and dma.device.mask == 0xFFFF_FFFF
    assert dma.set_mask(end - 1) == 0 and dma.set_coherent_mask(end - 2) == -5
    va = world.run(world.kernel.kmalloc(4096))
    pa = layout.physical(va)
    dma.device.mask = pa + 63
    assert world.run(dma.map_single(va, 64, TO)) == pa
    failed = world.run(dma.map_single(va, 65, TO))
    assert failed == DMA_MAPPING_ERROR and dma.mapping_error(failed)
    assert dma.addressing_limited()
    assert world.kernel.messages[-1] == f"DMA addr {pa:#010x}+65 overflow (mask {pa + 63:x}, bus limit 0)."


def test_old_kernels_do_not_look_at_the_mask(make) -> None:
    world = make("double_map", "v3.14")
    va = world.run(world.kernel.kmalloc(64))
    world.kernel.dma.device.mask = 0xFFFF
    assert world.run(world.kernel.dma.map_single(va, 64, TO)) == world.kernel.layout.physical(va)


def test_a_window_of_the_bus(make) -> None:
    """dma-ranges: the device sees RAM at 0, and only the first 20 MiB of it."""
    world = make("remap_in_place")
    kernel, base = world.kernel, world.kernel.layout.base
    device = DmaDevice("windowed", ranges=(DmaRange(base, 0, 20 << 20),), bus_limit=(12 << 20) - 1)
    dma = kernel.dma_of(device)
    va = world.run(kernel.kmalloc(64))
    handle = world.run(dma.map_single(va, 64, TO))
    assert handle == kernel.layout.physical(va) - base
    assert device.decode(handle) == kernel.layout.physical(va) and device.decode(24 << 20) is None
    free = kernel.frames.free_count()
    with pytest.raises(OutOfMemory, match=r"coherent DMA mask 0xffffffff \(bus limit 0xbfffff\) of windowed does not"):
        world.run(dma.alloc_coherent(PAGE_SIZE))  # the CMA area is at the end of lowmem, beyond the limit
    assert kernel.frames.free_count() == free
    kernel.frames.check()


def test_attributes(make) -> None:
    world = make("double_map")
    kernel, dma = world.kernel, world.kernel.dma
    va = world.run(kernel.kmalloc(4096))
    log = world.watch(dma.map_single(va, 4096, FROM, attrs=DmaAttr.SKIP_CPU_SYNC | DmaAttr.WEAK_ORDERING))
    assert not maintained(log) and of(log, DmaMap)[0].attrs == {"SKIP_CPU_SYNC", "WEAK_ORDERING"}
    handle = kernel.layout.physical(va)
    assert not maintained(world.watch(dma.unmap_single(handle, 4096, FROM, DmaAttr.SKIP_CPU_SYNC)))
    assert maintained(world.watch(dma.unmap_single(handle, 4096, FROM)))
    log = world.watch(dma.map_resource(0x4000_0000, 4096, TO))
    assert not maintained(log) and of(log, DmaMap)[0].kind is MappingKind.RESOURCE
    wc = world.run(dma.alloc_wc(PAGE_SIZE))
    assert kernel.cpu.translate(wc.cpu_addr).type is MemoryType.NC
    world.run(dma.free_wc(wc))


@pytest.mark.parametrize(
    ("era", "words"),
    [("v3.14", [CacheOp.CLEAN_INVALIDATE] * 2), ("v6.0", []), ("v6.19", [])],
)
def test_no_kernel_mapping_by_era(make, era: str, words: list[CacheOp]) -> None:
    """Since ARM32 uses dma-direct, such memory comes without any maintenance."""
    world = make("remap_in_place", era)
    kernel = world.kernel
    log = world.watch(kernel.dma.alloc_attrs(PAGE_SIZE, "frame", DmaAttr.NO_KERNEL_MAPPING))
    assert [op for op, *_ in maintained(log)] == words
    (mapped,) = of(log, DmaMap)
    assert mapped.cpu_address == 0 and mapped.attrs == {"NO_KERNEL_MAPPING"}
    assert kernel.cpu.translate(kernel.layout.linear(mapped.address)).type is MemoryType.WB


def test_dirty_lines_of_a_former_owner_survive_no_kernel_mapping(make) -> None:
    for era, clean in (("v3.14", True), ("v6.19", False)):
        world = make("remap_in_place", era)
        kernel, machine = world.kernel, world.machine
        world.run(kernel.movable.fill(kernel.cma.first, 8))
        for user in kernel.movable.all():
            world.run(kernel.movable.free(user))
        buffer = world.run(kernel.dma.alloc_attrs(PAGE_SIZE, "frame", DmaAttr.NO_KERNEL_MAPPING))
        machine.device_write(buffer.dma_handle, np.full(PAGE_SIZE, 0x5A, np.uint8))
        world.run(kernel.cpu.dccmvac(kernel.layout.linear(buffer.dma_handle), PAGE_SIZE))  # as an eviction would
        world.run(kernel.cpu.outer_clean(buffer.dma_handle, PAGE_SIZE))
        assert bool((machine.device_read(buffer.dma_handle, PAGE_SIZE) == 0x5A).all()) is clean


def test_a_coherent_device_needs_no_maintenance(make) -> None:
    world = make("coherent")
    kernel, dma = world.kernel, world.kernel.dma
    assert dma.device.coherent and not dma.need_sync()
    buffer = world.run(dma.alloc_coherent(2 * PAGE_SIZE, "ring"))
    assert kernel.cpu.translate(buffer.cpu_addr).type is MemoryType.WB
    va = world.run(kernel.kmalloc(4096))
    handle = kernel.layout.physical(va)
    for call in (
        dma.map_single(va, 4096, BOTH),
        dma.sync_single_for_cpu(handle, 64, BOTH),
        dma.sync_single_for_device(handle, 64, BOTH),
        dma.unmap_single(handle, 4096, BOTH),
        dma.free_coherent(buffer),
    ):
        assert not maintained(world.watch(call))


def test_memory_of_processes(make) -> None:
    world = make("double_map")
    kernel, dma = world.kernel, world.kernel.dma
    buffer = world.run(dma.alloc_coherent(2 * PAGE_SIZE, "frame"))
    user = world.run(dma.mmap_coherent(buffer))

    async def types(va: int) -> MemoryType:
        async with kernel.user.using():
            return kernel.cpu.translate(va).type

    assert world.run(types(user)) is MemoryType.NC
    wrong = world.run(kernel.user.remap_pfn_range(kernel.layout.page(buffer.dma_handle), 2, Protection.USER))
    assert world.run(types(wrong)) is MemoryType.WB
    world.run(kernel.user.munmap(wrong, 2))
    assert dma.get_sgtable(buffer).entries[0].dma_address == buffer.dma_handle
    pages = world.run(dma.alloc_pages(PAGE_SIZE, TO))
    assert world.run(types(world.run(dma.mmap_pages(pages)))) is MemoryType.WB


def test_memory_for_callers_that_must_not_sleep(make) -> None:
    """ARM32's atomic pool is mapped at boot and not cleared again; a kernel without one has only the policy."""
    world = make("atomic_pool", coherent_pool_kib=64)
    dma = world.kernel.dma
    first = world.run(dma.alloc_coherent(2 * PAGE_SIZE, atomic=True))
    world.run(world.kernel.cpu.fill(first.cpu_addr, PAGE_SIZE, 3))
    world.run(dma.free_coherent(first))
    again = world.run(dma.alloc_coherent(PAGE_SIZE))
    assert again.cpu_addr == first.cpu_addr and world.run(world.kernel.cpu.ldr(again.cpu_addr)) == 0x03030303
    with pytest.raises(OutOfMemory, match="coherent pool of 64 KiB has no room for 16 pages"):
        world.run(dma.alloc_coherent(16 * PAGE_SIZE))


def test_a_carveout_is_in_no_linear_map_and_lost_for_good(make) -> None:
    world = make("nomap_carveout", carveout_mib=4)
    kernel, layout = world.kernel, world.kernel.layout
    assert kernel.counters.lowmem_lost_bytes == 4 << 20
    buffer = world.run(kernel.dma.alloc_coherent(3 * PAGE_SIZE, "frame"))
    assert not layout.is_linear(layout.linear(buffer.dma_handle))
    assert not world.machine.aliases.exposed(buffer.dma_handle, 3 * PAGE_SIZE)
    second = world.run(kernel.dma.alloc_coherent(PAGE_SIZE))
    assert second.dma_handle == buffer.dma_handle + 4 * PAGE_SIZE  # a power of two pages was taken
    with pytest.raises(OutOfMemory, match="no free run of 1024 pages"):
        world.run(kernel.dma.alloc_coherent(4 << 20))
    for each in (second, buffer):
        world.run(kernel.dma.free_coherent(each))
    assert world.run(kernel.dma.alloc_coherent(4 << 20)).dma_handle == buffer.dma_handle


def test_which_views_of_memory_are_direct(make) -> None:
    """Where every bus address is the physical one: the RTL's fast path depends on it."""
    device = DmaDevice()
    assert device.direct and all(device.decode(pa) == pa for pa in (0x8000_0000, 0xFFFF_FFFF))
    device.ranges = (DmaRange(0x8000_0000, 0x8040_0000, 16 << 20),)
    assert not device.direct and device.decode(0x8040_0000) == 0x8000_0000
    device.ranges, device.address_bits = (), 31
    assert not device.direct and device.decode(0x8000_0000) == 0
    device.address_bits, device.iommu = 32, Iommu(make("double_map").kernel, device.name)
    assert not device.direct and device.decode(0x8000_0000) is None
