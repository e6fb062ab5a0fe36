# SPDX-License-Identifier: Apache-2.0
import pytest

from dmasan.arch.faults import TranslationFault
from dmasan.arch.short_descriptor import Leaf, Table, decode_first
from dmasan.events import DescriptorWrite, MemoryType, TlbMaintenance
from dmasan.linux import OutOfMemory, Zone
from dmasan.linux.layout import FIXMAP_START, PAGE_SIZE
from dmasan.linux.protections import Protection
from dmasan.sanitizer import Code
from dmasan.soc import Soc

SMALL = {"ram_mib": 24, "lowmem_mib": 16, "cma_mib": 4, "processes": 1}


def first_level(world, mm, va: int) -> Leaf | Table | None:
    return decode_first(int.from_bytes(bytes(world.machine.hierarchy.peek(mm.first_level(va), 4)), "little"))


def test_lowmem_is_mapped_by_sections_in_every_mm(make) -> None:
    world = make("double_map")
    tables = world.kernel.tables
    assert len(tables.mms) == 3
    for mm in tables.everywhere():
        for mib in range(16):
            entry = first_level(world, mm, 0xC000_0000 + (mib << 20))
            assert (
                isinstance(entry, Leaf)
                and entry.base == 0x8000_0000 + (mib << 20)
                and entry.type is MemoryType.WB
            )
        assert first_level(world, mm, 0xC100_0000) is None


def test_a_split_reaches_every_mm_and_keeps_the_data(make) -> None:
    world = make("strict")
    kernel, counters = world.kernel, world.machine.counters
    world.run(kernel.cpu.str_(0xC040_0004, 0x1234_5678))
    before = counters.pte_writes
    log = world.watch(kernel.linear.split(0xC040_0000))
    assert (counters.sections_split, counters.tables_walked, counters.ipis) == (1, 4, 1)
    assert counters.pte_writes - before == 256 + 2 * 4
    assert not any(e.valid_to_valid for e in log if isinstance(e, DescriptorWrite))
    assert [(e.length, e.broadcast) for e in log if isinstance(e, TlbMaintenance)] == [(0, True)]
    entries = [first_level(world, mm, 0xC040_0000) for mm in kernel.tables.everywhere()]
    assert all(isinstance(entry, Table) and entry == entries[0] for entry in entries)
    assert world.run(kernel.cpu.ldr(0xC040_0004)) == 0x1234_5678
    assert kernel.counters.lowmem_lost_bytes == PAGE_SIZE
    world.run(
        kernel.linear.split_range(1024, 512)
    )  # the same MiB and its neighbour, whose table is in the same page
    assert (counters.sections_split, kernel.counters.lowmem_lost_bytes) == (2, PAGE_SIZE)


@pytest.mark.parametrize(("era", "flushed"), [("v3.5", False), ("v3.14", True), ("v6.19", True)])
def test_small_pages_at_boot(make, era: str, flushed: bool) -> None:
    world = make("remap_in_place", era, boot=False)
    kernel = world.kernel
    log = world.watch(kernel.boot())
    for mm in kernel.tables.everywhere():
        kinds = [type(first_level(world, mm, 0xC000_0000 + (mib << 20))) for mib in range(16)]
        assert kinds == [Leaf] * 12 + [Table] * 4
    assert world.machine.counters.sections_split == 0  # nobody had a copy yet
    assert any(isinstance(e, TlbMaintenance) for e in log) is flushed
    assert kernel.counters.lowmem_lost_bytes == 2 * PAGE_SIZE


@pytest.mark.parametrize(
    ("era", "eager"), [("v2.6.39", True), ("v3.14", True), ("v6.0", False), ("v6.19", False)]
)
def test_vunmap(make, era: str, eager: bool) -> None:
    world = make("double_map", era)
    kernel = world.kernel
    area = world.run(kernel.vmalloc.vmap(2000, 300, Protection.DMACOHERENT))
    world.run(kernel.cpu.str_(area.va + 8, 7))
    log = world.watch(kernel.vmalloc.vunmap(area.va))
    tlbi = [(e.va, e.length, e.broadcast) for e in log if isinstance(e, TlbMaintenance)]
    if eager:
        assert tlbi == [(area.va, 300 * PAGE_SIZE, True)]
        with pytest.raises(TranslationFault):
            world.run(kernel.cpu.ldr(area.va + 8))
        assert world.run(kernel.vmalloc.vmap(2000, 1, Protection.DMACOHERENT)).va == area.va
        return
    assert tlbi == []
    assert world.run(kernel.cpu.ldr(area.va + 8)) == 7  # a stale pointer still works
    assert world.run(kernel.vmalloc.vmap(2000, 1, Protection.DMACOHERENT)).va == area.end
    world.run(kernel.vmalloc.purge())
    with pytest.raises(TranslationFault):
        world.run(kernel.cpu.ldr(area.va + 8))
    assert world.run(kernel.vmalloc.vmap(2000, 1, Protection.DMACOHERENT)).va == area.va


def test_lazily_freed_addresses_are_purged_at_the_limit(make) -> None:
    world = make("double_map", cpus=1)
    kernel = world.kernel
    assert kernel.vmalloc.lazy_max_pages == 8192  # 32 MiB with one CPU
    for _ in range(5):
        area = world.run(kernel.vmalloc.vmap(0, 2048, Protection.KERNEL))
        world.run(kernel.vmalloc.vunmap(area.va))
    assert not kernel.vmalloc.lazy and world.machine.counters.tlbi_broadcast > 8192


def test_the_vmalloc_area_has_an_end(make) -> None:
    world = make("double_map")
    with pytest.raises(OutOfMemory, match="no room for 63488 pages in the vmalloc area"):
        world.run(world.kernel.vmalloc.vmap(0, 63488, Protection.KERNEL))


def test_kmap_is_local(make) -> None:
    world = make(zone=Zone.HIGHMEM)
    kernel = world.kernel
    frame = kernel.layout.lowmem_pages + 3
    with kernel.on(1):
        log = world.watch(kernel.kmap.map(frame))
        outer = FIXMAP_START + 16 * PAGE_SIZE
        assert [(e.va, e.cpu, e.broadcast) for e in log if isinstance(e, TlbMaintenance)] == [
            (outer, 1, False)
        ]
        inner = world.run(kernel.kmap.map(frame + 1))
        assert inner == outer + PAGE_SIZE
        world.run(kernel.cpu.str_(outer, 0x55))
        world.run(kernel.kmap.unmap(inner))
        log = world.watch(kernel.kmap.unmap(outer))
    assert [(e.va, e.broadcast) for e in log if isinstance(e, TlbMaintenance)] == [(outer, False)]
    assert kernel.tables.pte(kernel.tables.init_mm, outer) == 0
    assert world.machine.aliases.is_live(kernel.layout.pa(frame))  # CPU 0 may hold what it never used
    world.run(kernel.kmap.flush_residues())
    assert not world.machine.aliases.is_live(kernel.layout.pa(frame))


def test_kmap_of_lowmem_is_its_linear_address(make) -> None:
    world = make()
    log = world.watch(world.kernel.kmap.map(77))
    assert log == [] and world.run(world.kernel.kmap.map(77)) == 0xC000_0000 + 77 * PAGE_SIZE


def test_kunmap_left_the_entry_in_3_14(make) -> None:
    world = make("highmem_only", "v3.14", cpus=1)
    kernel = world.kernel
    frame = kernel.layout.lowmem_pages + 3
    va = world.run(kernel.kmap.map(frame))
    world.run(kernel.kmap.unmap(va))
    assert world.run(kernel.cpu.ldr(va)) == 0 and world.machine.aliases.is_live(kernel.layout.pa(frame))
    world.run(kernel.kmap.map(frame + 1))
    assert not world.machine.aliases.is_live(kernel.layout.pa(frame))


@pytest.mark.parametrize("era", ["v2.6.39", "v3.5", "v6.19"])
@pytest.mark.parametrize("profile", ["cortex-a9-pl310", "cortex-a8", "arm1176"])
def test_vmap_may_be_used_at_once(profile: str, era: str) -> None:
    """vmap_page_range ends with flush_cache_vmap, mm/vmalloc.c: its DSB is what makes a walk see the entries."""
    soc = Soc(policy="auto", profile=profile, era=era, **SMALL)

    async def program(soc: Soc) -> None:
        pages = await soc.kernel.alloc_pages(3, movable=True)
        area = await soc.kernel.vmalloc.vmap_pages(pages, Protection.KERNEL)
        await soc.cpu().fill(area.va, 3 * PAGE_SIZE, 7)

    soc.run(program)
    soc.expect_clean()


def test_entries_without_a_barrier_may_not_be_used() -> None:
    soc = Soc(**SMALL)

    async def program(soc: Soc) -> None:
        pages = await soc.kernel.alloc_pages(1, movable=True)
        area = await soc.kernel.vmalloc.vmap_noflush(pages, Protection.KERNEL)
        await soc.cpu().fill(area.va, PAGE_SIZE, 7)

    soc.run(program)
    assert [hazard.code for hazard in soc.hazards] == [Code.TLB_BBM]
