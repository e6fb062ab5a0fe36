# SPDX-License-Identifier: Apache-2.0
"""Tables, TLBs, faults, and which pages are live."""

import pytest
from arch_bench import DATA, NC, PA, SECOND, TABLE, WB, ArchBench, run

from dmasan.arch.faults import AlignmentFault, ExternalAbort, PermissionFault, TranslationFault
from dmasan.arch.short_descriptor import Access, Kind, Leaf, Table, decode_first, decode_second, encode
from dmasan.events import AliasChange, DescriptorWrite, MemoryType

PAGES = 0x5000_0000  # a virtual section that a second-level table translates


def live(b: ArchBench) -> list[tuple[int, int, bool]]:
    return [(e.address, e.length, e.live) for e in b.events if isinstance(e, AliasChange)]


def test_words_of_linux() -> None:
    """A lowmem section of an SMP kernel, Write-Back write-allocate, shared; and a Non-cacheable DMA page."""
    assert encode(Leaf(Kind.SECTION, 0x8000_0000, MemoryType.WB, execute_never=False)) == 0x8001_140E
    assert encode(Leaf(Kind.SMALL_PAGE, 0x8010_0000, MemoryType.NC)) == 0x8010_0417
    assert encode(Table(0x8000_4400)) == 0x8000_4401


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize(
    "type_", [MemoryType.WB, MemoryType.NC, MemoryType.DEVICE, MemoryType.STRONGLY_ORDERED]
)
@pytest.mark.parametrize("access", list(Access))
def test_encode_and_decode_agree(kind: Kind, type_: MemoryType, access: Access) -> None:
    for flags in range(8):
        leaf = Leaf(kind, 0x8100_0000, type_, access, bool(flags & 1), bool(flags & 2), bool(flags & 4))
        decode = decode_first if kind in (Kind.SECTION, Kind.SUPERSECTION) else decode_second
        assert decode(encode(leaf)) == leaf


def test_large_pages_and_supersections_translate_their_own_slice() -> None:
    b = ArchBench()
    b.link(PAGES)
    run(b.cpu.str_(WB + DATA + 0x5010, 77))
    run(b.cpu.dccmvac(WB + DATA + 0x5010))
    for i in range(16):
        word = encode(Leaf(Kind.LARGE_PAGE, PA + DATA, MemoryType.NC))
        run(b.cpu.set_descriptor(SECOND + 4 * i, word, va=PAGES + 4096 * i, level=2))
    assert run(b.cpu.ldr(PAGES + 0x5010)) == 77
    word = encode(Leaf(Kind.SUPERSECTION, PA, MemoryType.NC))
    run(b.cpu.set_descriptor(TABLE + (0x6010_0000 >> 20) * 4, word, va=0x6010_0000, level=1))
    assert run(b.cpu.ldr(0x6010_5010)) == 77


def test_faults_name_va_cpu_access_and_reason() -> None:
    b = ArchBench()
    b.link(PAGES)
    b.page(PAGES, PA + DATA, access=Access.READ_ONLY)
    b.page(PAGES + 0x1000, 0x1000)
    with pytest.raises(
        TranslationFault, match=r"STR at 0x10000000 on cpu1: first-level descriptor 0x00000000 is invalid"
    ):
        run(b.other.str_(0x1000_0000, 1))
    with pytest.raises(TranslationFault, match="second-level"):
        run(b.cpu.dccmvac(PAGES + 0x2000))
    with pytest.raises(PermissionFault, match="read-only"):
        run(b.cpu.write(PAGES, b"x"))
    assert run(b.cpu.ldr(PAGES)) == 0
    with pytest.raises(ExternalAbort, match="0x00001000"):
        run(b.cpu.ldr(PAGES + 0x1000))
    with pytest.raises(TranslationFault, match="32 bits"):
        run(b.cpu.ldr(1 << 32))


def test_unaligned_accesses_are_for_normal_memory() -> None:
    b = ArchBench()
    b.link(PAGES)
    b.page(PAGES, PA + DATA, MemoryType.DEVICE)
    run(b.cpu.str_(WB + DATA + 0x1FFE, 0x44332211))
    assert run(b.cpu.ldr(WB + DATA + 0x1FFE)) == 0x44332211
    assert run(b.cpu.ldrb(WB + DATA + 0x2000)) == 0x33
    with pytest.raises(AlignmentFault, match="Device"):
        run(b.cpu.ldr(PAGES + 2))


def test_with_the_mmu_off_accesses_are_flat_and_strongly_ordered() -> None:
    b = ArchBench()
    b.cpu.ttbr = None
    b.cpu.tlb.invalidate(0, 0)
    run(b.cpu.str_(PA + DATA, 3))
    assert b.device(PA + DATA) == 3


def test_a_tlb_is_stale_until_maintenance_completes() -> None:
    b = ArchBench()
    b.link(PAGES)
    b.page(PAGES, PA + DATA)
    run(b.cpu.str_(PAGES, 1))
    run(b.other.ldr(PAGES))
    b.page(PAGES, PA + DATA + 0x1000)
    assert run(b.cpu.ldr(PAGES)) == 1
    run(b.cpu.tlbimva(PAGES))
    assert run(b.cpu.ldr(PAGES)) == 1  # no DSB yet
    run(b.cpu.dsb())
    assert run(b.cpu.ldr(PAGES)) == 0
    assert run(b.other.ldr(PAGES)) == 1  # the operation was local
    run(b.cpu.tlbimvais(PAGES))
    run(b.cpu.dsb())
    assert run(b.other.ldr(PAGES)) == 0


def test_non_global_entries_belong_to_their_table() -> None:
    b = ArchBench()
    b.link(PAGES)
    b.page(PAGES, PA + DATA, non_global=True)
    run(b.cpu.str_(PAGES, 5))
    second = PA + 0x8000
    b.cpu.ttbr = second
    with pytest.raises(TranslationFault):
        run(b.cpu.ldr(PAGES))
    b.cpu.ttbr = TABLE
    assert run(b.cpu.ldr(PAGES)) == 5


def test_sections_are_live_from_their_entry_on() -> None:
    b = ArchBench(sections=2)
    assert list(b.machine.aliases.live_ranges()) == [(PA, 2 << 20)]
    b.section(WB + (3 << 20), PA + (3 << 20))
    assert live(b) == [(PA + (3 << 20), 1 << 20, True)]
    assert b.machine.aliases.exposed(PA, 16 << 20) == 2 * 256


def test_a_page_dies_when_every_cpu_has_been_told() -> None:
    b = ArchBench(sections=1)
    b.link(PAGES)
    page = PA + (2 << 20)
    b.page(PAGES, page)
    b.page(PAGES, None)
    assert b.machine.aliases.is_live(page)
    run(b.cpu.tlbimva(PAGES))
    run(b.cpu.dsb())
    assert b.machine.aliases.is_live(page)  # cpu1 may hold it
    run(b.other.tlbimva(PAGES))
    assert b.machine.aliases.is_live(page)  # no DSB yet
    run(b.cpu.dsb())
    assert b.machine.aliases.is_live(page)  # a DSB of the wrong CPU
    run(b.other.dsb())
    assert not b.machine.aliases.is_live(page)
    assert live(b) == [(page, 4096, True), (page, 4096, False)]


def test_broadcast_maintenance_reaches_all_cpus() -> None:
    b = ArchBench(sections=1)
    b.link(PAGES)
    for i in range(8):
        b.page(PAGES + i * 4096, PA + (2 << 20) + i * 4096)
    for i in range(8):
        b.page(PAGES + i * 4096, None)
    run(b.cpu.tlbimvais(PAGES + 2 * 4096, 3 * 4096))
    run(b.cpu.dsb())
    assert live(b)[-1] == (PA + (2 << 20) + 2 * 4096, 3 * 4096, False)
    assert list(b.machine.aliases.live_ranges())[1:] == [
        (PA + (2 << 20), 2 * 4096),
        (PA + (2 << 20) + 5 * 4096, 3 * 4096),
    ]
    run(b.cpu.tlbiallis())
    run(b.cpu.dsb())
    assert list(b.machine.aliases.live_ranges()) == [(PA, 1 << 20)]


def test_maintenance_issued_before_the_entry_went_does_not_count() -> None:
    b = ArchBench(sections=1)
    b.link(PAGES)
    b.page(PAGES, PA + (2 << 20))
    run(b.cpu.tlbimvais(PAGES))
    b.page(PAGES, None)
    run(b.cpu.dsb())
    assert b.machine.aliases.is_live(PA + (2 << 20))


def test_a_split_section_stays_live_through_its_pages() -> None:
    b = ArchBench()
    section = WB + (3 << 20)
    for i in range(256):
        b.page(section + i * 4096, PA + (3 << 20) + i * 4096)
    assert not live(b)
    b.link(section)
    b.page(section + 0x5000, None)
    page = PA + (3 << 20) + 0x5000
    assert b.machine.aliases.is_live(page)  # through the section, which TLBs may still hold
    run(b.cpu.tlbimvais(section + 0x5000))
    run(b.cpu.dsb())
    assert live(b) == [(page, 4096, False)]
    b.section(section, None)
    run(b.cpu.tlbimvais(section, 1 << 20))
    run(b.cpu.dsb())
    assert not b.machine.aliases.live[3 * 256 : 4 * 256].any()


def test_a_table_linked_twice_counts_once() -> None:
    b = ArchBench(sections=1)
    b.page(PAGES, PA + (2 << 20))
    b.link(PAGES)
    other = PA + 0x8000  # another process's first-level table
    run(b.cpu.set_descriptor(other + (PAGES >> 20) * 4, encode(Table(SECOND)), va=PAGES, level=1))
    assert b.machine.aliases.live[2 * 256] == 1
    b.section(PAGES, None)
    run(b.cpu.tlbiallis())
    run(b.cpu.dsb())
    assert b.machine.aliases.is_live(PA + (2 << 20))
    run(b.cpu.set_descriptor(other + (PAGES >> 20) * 4, 0, va=PAGES, level=1))
    run(b.cpu.tlbiallis())
    run(b.cpu.dsb())
    assert not b.machine.aliases.is_live(PA + (2 << 20))


def test_sections_of_several_tables_each_count() -> None:
    b = ArchBench(sections=1)
    other = PA + 0x8000
    word = encode(Leaf(Kind.SECTION, PA, MemoryType.WB))
    run(b.cpu.set_descriptor(other + (WB >> 20) * 4, word, va=WB, level=1))
    b.section(WB, None)
    run(b.cpu.tlbiallis())
    run(b.cpu.dsb())
    assert b.machine.aliases.is_live(PA)


def test_descriptor_writes_are_told_and_reach_memory() -> None:
    b = ArchBench()
    b.section(WB + DATA, PA + DATA, MemoryType.NC)
    (event,) = b.of(DescriptorWrite)
    assert isinstance(event, DescriptorWrite) and event.valid_to_valid and event.va == WB + DATA
    run(b.cpu.dccmvac(WB, 0x8000))
    assert b.device(TABLE + ((WB + DATA) >> 20) * 4) == event.new
    with pytest.raises(AlignmentFault):
        run(b.cpu.set_descriptor(TABLE + 2, 0, va=0, level=1))


def test_the_walker_sees_what_the_cache_holds() -> None:
    b = ArchBench("cortex-a9-pl310")
    b.link(PAGES)
    b.page(PAGES, PA + DATA)
    assert b.device(SECOND) == 0  # the entry is dirty in L1
    run(b.cpu.str_(NC + DATA, 8))
    assert run(b.cpu.ldr(PAGES)) == 8
