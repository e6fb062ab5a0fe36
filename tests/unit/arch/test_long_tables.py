# SPDX-License-Identifier: Apache-2.0
"""A machine with the tables of AArch64, and one with those of LPAE."""

from __future__ import annotations

import numpy as np
import pytest
from arch_bench import run

from dmasan.arch.cpu import Cpu
from dmasan.arch.faults import (
    AccessFlagFault,
    AlignmentFault,
    ExternalAbort,
    PermissionFault,
    TranslationFault,
)
from dmasan.arch.long_descriptor import (
    INDEX_ARM64,
    INDEX_LPAE,
    MAIR_LPAE,
    LongLeaf,
    LongTable,
    decode_long,
    encode_long,
    entry_bytes,
    type_of,
)
from dmasan.arch.long_walk import ADDRESS_SIZE, LongFault, LongRegime, walk_long
from dmasan.arch.machine import Machine
from dmasan.arch.memory import RAM_BASE
from dmasan.arch.profile import find_profile
from dmasan.config import Knobs, UsageError
from dmasan.events import AliasChange, DescriptorWrite, Event, EventBus, MemoryType
from dmasan.schedule import Move, MoveKind, Replay

WB, NC = MemoryType.WB, MemoryType.NC
ROOT, NEXT, PAGES = (RAM_BASE + 0x1000 * n for n in range(3))
DATA = RAM_BASE + (4 << 20)
LINEAR = 0xFFFF_FF80_0000_0000  # TTBR1 with T1SZ = 25: level 1 starts here
SMALL = LINEAR + (2 << 20)  # where the table of pages translates


class Arm64:
    """RAM in blocks of 2 MiB from LINEAR on, but for the second one, which has pages."""

    def __init__(self, profile: str = "cortex-a53", lpae: bool = False) -> None:
        self.bus, self.events = EventBus(), list[Event]()
        self.machine = Machine(find_profile(profile), Knobs(cpus=2, ram_mib=16), Replay(), self.bus, 1)
        self.cpu, self.other = self.machine.cpus
        self.index = INDEX_LPAE if lpae else INDEX_ARM64
        self.base = 0 if lpae else LINEAR
        self.small = self.base + (2 << 20)
        blocks = [encode_long(self.leaf(2, RAM_BASE + (n << 21))) for n in range(8)]
        blocks[1] = encode_long(LongTable(PAGES))
        self.set(ROOT, [encode_long(LongTable(NEXT))], self.base, 1)
        self.set(NEXT, blocks, self.base, 2)
        regime = LongRegime(0, ROOT, 25, 25) if not lpae else LongRegime(ROOT, 0, 0, None, MAIR_LPAE, bits=32)
        for cpu in self.machine.cpus:
            cpu.use(regime)
        self.bus.subscribe(self.events.append)

    def leaf(self, level: int, base: int, kind: MemoryType = WB, **more: object) -> LongLeaf:
        return LongLeaf(level, base, self.index[kind], **more)  # type: ignore[arg-type]

    def set(self, at: int, words: list[int], va: int, level: int) -> None:
        run(self.cpu.set_long_descriptors(at, np.array(words, np.uint64), va=va, level=level))

    def page(self, n: int, leaf: LongLeaf | None) -> int:
        word = 0 if leaf is None else encode_long(leaf)
        self.set(PAGES + 8 * n, [word], self.small + 4096 * n, 3)
        return self.small + 4096 * n

    async def flush(self, cpu: Cpu, va: int) -> None:
        await cpu.tlbimvais(va)
        await cpu.dsb()


@pytest.mark.parametrize("lpae", [False, True])
def test_blocks_pages_and_types(lpae: bool) -> None:
    b = Arm64("cortex-a15" if lpae else "cortex-a53", lpae)
    at = b.base + DATA - RAM_BASE
    run(b.cpu.str_(at, 7))
    assert run(b.other.ldr(at)) == 7
    va = b.page(3, b.leaf(3, DATA, NC))
    assert run(b.cpu.ldr(va)) == 0  # Non-cacheable: it bypasses the caches
    run(b.cpu.dccmvac(at))
    assert run(b.cpu.ldr(va)) == 7 and b.cpu.physical(va + 5) == DATA + 5


def test_lpae_has_write_through_where_the_profile_has() -> None:
    assert type_of(MAIR_LPAE >> 16 & 0xFF) is MemoryType.WT
    assert [type_of(attr) for attr in (0x00, 0x04, 0x44, 0xFF, 0xF4, 0xBB)] == [
        MemoryType.STRONGLY_ORDERED,
        MemoryType.DEVICE,
        NC,
        WB,
        NC,
        MemoryType.WT,
    ]


def test_faults_are_typed() -> None:
    b = Arm64()
    with pytest.raises(TranslationFault, match=r"LDR at 0xffffff8000203000 on cpu0: translation fault, level 3"):
        run(b.cpu.ldr(SMALL + 0x3000))
    with pytest.raises(TranslationFault, match="level 0"):
        run(b.cpu.ldr(1 << 45))
    with pytest.raises(TranslationFault, match="64 bits"):
        run(b.cpu.ldr(1 << 64))
    with pytest.raises(AccessFlagFault, match="level 3"):
        run(b.cpu.ldr(b.page(0, b.leaf(3, DATA, accessed=False))))
    with pytest.raises(PermissionFault, match="read-only"):
        run(b.cpu.str_(b.page(1, b.leaf(3, DATA, read_only=True)), 1))
    read_only = b.page(4, b.leaf(3, DATA, read_only=True))
    run(b.cpu.dc_civac(read_only))
    with pytest.raises(PermissionFault, match="DCIMVAC at 0xffffff8000204000"):
        run(b.cpu.dc_ivac(read_only))
    with pytest.raises(TranslationFault, match="DCCMVAC"):
        run(b.cpu.dc_cvac(SMALL + 0x9000))
    with pytest.raises(ExternalAbort, match="0x00001000"):
        run(b.cpu.ldr(b.page(2, b.leaf(3, 0x1000))))
    with pytest.raises(AlignmentFault, match="not inside one table"):
        b.set(PAGES + 8 * 511, [0, 0], SMALL, 3)
    with pytest.raises(UsageError, match="t0sz of 15: allowed is 16 to 39"):
        LongRegime(0, t0sz=15)


def test_address_size_faults_name_the_level() -> None:
    word = encode_long(LongLeaf(1, 1 << 44, 0))
    with pytest.raises(LongFault, match="address size fault, level 1") as fault:
        walk_long(LongRegime(0, t0sz=25, pa_bits=44), 5, lambda pa: word)
    assert fault.value.status == ADDRESS_SIZE | 1
    assert walk_long(LongRegime(0, t0sz=25), 5, lambda pa: word).pa == 1 << 44 | 5


@pytest.mark.parametrize("level", [1, 2, 3])
def test_encode_and_decode_agree(level: int) -> None:
    for flags in range(128):
        bits = [bool(flags >> n & 1) for n in range(7)]
        leaf = LongLeaf(level, 3 * entry_bytes(level), flags & 7, (0, 2, 3)[flags % 3], *bits)
        assert decode_long(encode_long(leaf), level) == leaf
    assert decode_long(1, 3) is None and decode_long(1, 0) is None and decode_long(2, 2) is None
    with pytest.raises(ValueError, match="not aligned"):
        encode_long(LongLeaf(level, 0x800, 0))
    with pytest.raises(ValueError, match="no blocks"):
        encode_long(LongLeaf(0, 0, 0))


def test_pages_are_live_while_their_entry_can_be_reached() -> None:
    b = Arm64()
    assert b.machine.aliases.is_live(DATA) and not b.machine.aliases.is_live(RAM_BASE + (2 << 20))
    page = RAM_BASE + (2 << 20)
    va = b.page(0, b.leaf(3, page))
    assert b.machine.aliases.is_live(page)
    b.page(0, None)
    assert b.machine.aliases.is_live(page)  # a TLB may still hold it
    run(b.flush(b.cpu, va))
    assert not b.machine.aliases.is_live(page)
    b.page(5, b.leaf(3, page))
    b.set(NEXT + 8, [0], SMALL, 2)  # the whole table goes
    run(b.flush(b.cpu, SMALL + 5 * 4096))
    assert not b.machine.aliases.is_live(page)
    changes = [(e.address, e.live) for e in b.events if isinstance(e, AliasChange)]
    assert changes == [(page, True), (page, False)] * 2


def test_a_contiguous_group_is_one_entry_of_a_tlb() -> None:
    b = Arm64()
    base = RAM_BASE + (6 << 20)
    group = [encode_long(b.leaf(3, base + 4096 * n, contiguous=True)) for n in range(16)]
    b.set(PAGES, group, SMALL, 3)
    run(b.cpu.ldr(SMALL + 4096))
    assert [entry.size for entry in b.cpu.tlb.holding(base)] == [65536]
    b.set(PAGES, [0] * 16, SMALL, 3)
    assert run(b.cpu.ldr(SMALL + 15 * 4096)) == 0  # still held
    run(b.flush(b.cpu, SMALL + 4096))  # any address of the group
    with pytest.raises(TranslationFault):
        run(b.cpu.ldr(SMALL + 15 * 4096))


def test_a_block_that_reaches_beyond_memory_translates_what_is_there() -> None:
    b = Arm64()
    b.set(ROOT + 16, [encode_long(LongLeaf(1, RAM_BASE, 0))], LINEAR + (2 << 30), 1)
    run(b.cpu.str_(LINEAR + (2 << 30) + 0x10_0000, 5))
    assert run(b.other.ldr(LINEAR + 0x10_0000)) == 5
    with pytest.raises(ExternalAbort):
        run(b.cpu.ldr(LINEAR + (2 << 30) + (64 << 20)))


def test_a_tlb_takes_in_and_forgets_unasked() -> None:
    b = Arm64()
    va = b.page(0, b.leaf(3, DATA))
    assert b.machine.apply(Move(MoveKind.FILL, "tlb", 1, va))
    assert not b.machine.apply(Move(MoveKind.FILL, "tlb", 1, va))
    b.page(0, b.leaf(3, DATA + 4096))
    run(b.cpu.str_(va, 9))  # cpu0 walks anew, cpu1 has the old translation
    assert run(b.other.ldr(va)) == 0
    assert b.machine.apply(Move(MoveKind.EVICT, "tlb", 1, va))
    assert run(b.other.ldr(va)) == 9
    assert not b.machine.apply(Move(MoveKind.FILL, "tlb", 0, SMALL + 0x8000))


def test_changes_that_need_break_before_make_are_marked() -> None:
    b = Arm64()
    b.page(0, b.leaf(3, DATA))
    b.page(0, b.leaf(3, DATA, read_only=True))
    b.page(0, b.leaf(3, DATA, NC, read_only=True))
    b.page(0, None)
    b.page(0, b.leaf(3, DATA))
    marks = [e.valid_to_valid for e in b.events if isinstance(e, DescriptorWrite)]
    assert marks == [False, False, True, False, False]


def test_exclusives() -> None:
    b = Arm64()
    at = LINEAR + DATA - RAM_BASE
    assert run(b.cpu.strex(at, 1)) == 1  # without a mark
    assert run(b.cpu.ldrex(at)) == 0 and run(b.cpu.strex(at, 1)) == 0
    assert run(b.cpu.strex(at, 2)) == 1 and run(b.cpu.ldr(at)) == 1
    run(b.cpu.ldrex(at))
    run(b.other.str_(at + 8, 3))  # the same line
    assert run(b.cpu.strex(at, 2)) == 1
    run(b.cpu.ldrex(at))
    b.machine.device_write(DATA, np.zeros(4, np.uint8))
    assert run(b.cpu.strex(at, 2)) == 1
    run(b.cpu.ldrex(at))
    run(b.cpu.clrex())
    assert run(b.cpu.strex(at, 2)) == 1
    with pytest.raises(AlignmentFault, match="LDREX"):
        run(b.cpu.ldrex(at + 2))
