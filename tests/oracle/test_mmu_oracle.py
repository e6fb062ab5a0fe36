# SPDX-License-Identifier: Apache-2.0
"""The walker of long descriptors against Unicorn's MMU: random tables, AT S1E1R and S1E1W, PAR_EL1 compared.

Unicorn 2.1 differs from the architecture in two places, which are not drawn: it takes a block at level 0 (reserved with
the 4 KiB granule, DDI 0487, D8.3.1), and never raises an address size fault.
"""

from __future__ import annotations

import os
import random
import struct
from dataclasses import dataclass, field, replace

import pytest

from dmasan.arch.long_descriptor import CONTIGUOUS_ENTRIES, LongLeaf, LongTable, encode_long, entry_bytes
from dmasan.arch.long_walk import LongFault, LongRegime, walk_long

unicorn = pytest.importorskip("unicorn", reason="unicorn is not installed: install the extra `oracle`")

BASE, SIZE = 0x4000_0000, 8 << 20  # RAM that holds code, addresses, results and tables
ADDRESSES, RESULTS, TABLES = BASE + 0x10_0000, BASE + 0x18_0000, BASE + 0x20_0000
TABLE_COUNT = 24
PER_SET = 250

# ldr x4,[x0],#8; at s1e1r,x4; isb; mrs x5,par_el1; str x5,[x1],#8; subs x2,x2,#1; b.ne back
_AT = {False: 0xD508_7804, True: 0xD508_7824}
_START = [0xD518_A206, 0xD518_2047, 0xD518_2008, 0xD518_2029, 0xD503_3F9F, 0xD508_871F, 0xD503_3F9F, 0xD503_3FDF]
_START += [0xD518_100A, 0xD503_3FDF]  # mair x6, tcr x7, ttbr0 x8, ttbr1 x9, tlbi vmalle1, sctlr x10


def code(write: bool) -> bytes:
    loop = [0xF840_8404, _AT[write], 0xD503_3FDF, 0xD538_7405, 0xF800_8425, 0xF100_0442]
    loop.append(0x5400_0001 | (-6 & 0x7FFFF) << 5)
    return struct.pack(f"<{len(_START) + len(loop)}I", *_START, *loop)


@dataclass
class Tables:
    """Random tables; each is used at one place or several, also as its own child's child."""

    draw: random.Random
    words: dict[int, list[int]] = field(default_factory=dict)

    def make(self, level: int) -> int:
        """A table of `level` with about a dozen entries; the same number of tables serves all."""
        at = TABLES + 4096 * len(self.words)
        entries = self.words[at] = [0] * 512
        for index in [0, 511, *(self.draw.randrange(512) for _ in range(12))]:
            entries[index] = self.entry(level)
        if level and self.draw.random() < 0.5:
            self.group(entries, level)
        return at

    def entry(self, level: int) -> int:
        draw = self.draw
        kind = draw.random()
        if level < 3 and kind < 0.75 and len(self.words) < TABLE_COUNT:
            return encode_long(LongTable(self.make(level + 1), draw.random() < 0.2))
        if kind < 0.05 or level == 0:
            return draw.getrandbits(62) << 2 | (1 if level == 3 and draw.random() < 0.5 else 0)
        return encode_long(self.leaf(level))

    def leaf(self, level: int) -> LongLeaf:
        draw, size = self.draw, entry_bytes(level)
        bits = 46 if draw.random() < 0.04 else 40
        return LongLeaf(
            level,
            draw.getrandbits(bits) & -size,
            draw.randrange(8),
            draw.choice((0, 2, 3)),
            draw.random() < 0.3,
            draw.random() < 0.3,
            draw.random() < 0.9,
            draw.random() < 0.5,
        )

    def group(self, entries: list[int], level: int) -> None:
        """16 entries with the Contiguous bit."""
        first = self.draw.randrange(512 // CONTIGUOUS_ENTRIES) * CONTIGUOUS_ENTRIES
        span = entry_bytes(level) * CONTIGUOUS_ENTRIES
        leaf = replace(self.leaf(level), base=self.draw.getrandbits(40) & -span, contiguous=True)
        for n in range(CONTIGUOUS_ENTRIES):
            entries[first + n] = encode_long(replace(leaf, base=leaf.base + n * entry_bytes(level)))

    def address(self, root: int, size: int) -> int:
        """An address that follows entries that are there, most of the time."""
        va, level, table = 0, 4 - -(-(size - 12) // 9), root
        top = size
        while True:
            low = 12 + 9 * (3 - level)
            here = [i for i, word in enumerate(self.words[table][: 1 << (top - low)]) if word]
            index = self.draw.choice(here) if here and self.draw.random() < 0.95 else self.draw.randrange(1 << (top - low))
            va |= index << low
            word = self.words[table][index]
            if word & 3 != 3 or level == 3 or (word & 0xFFFF_FFFF_F000) not in self.words:
                break
            table, top, level = word & 0xFFFF_FFFF_F000, low, level + 1
        return va | self.draw.getrandbits(low)


def expected(regime: LongRegime, va: int, words: dict[int, list[int]], write: bool) -> int:
    """PAR_EL1 as the walker has it, without the bits that are IMPLEMENTATION DEFINED or RES1 (NS, bit 9; bit 11)."""
    try:
        found = walk_long(regime, va, lambda pa: words[pa & -4096][(pa & 4095) // 8], write)
    except LongFault as fault:
        return fault.status << 1 | 1
    return found.attr << 56 | found.pa & 0xFFFF_FFFF_F000 | found.sh << 7


def par(word: int) -> int:
    return word & 0x7F if word & 1 else word & (0xFF << 56 | 0xFFFF_FFFF_F000 | 3 << 7)


def translate(tables: Tables, regime: LongRegime, addresses: list[int], write: bool) -> list[int]:
    """What AT leaves in PAR_EL1 for each address."""
    uc = unicorn.Uc(unicorn.UC_ARCH_ARM64, unicorn.UC_MODE_ARM)
    uc.ctl_set_cpu_model(unicorn.arm64_const.UC_CPU_ARM64_A57)
    uc.ctl_set_tlb_mode(unicorn.UC_TLB_CPU)
    uc.mem_map(BASE, SIZE)
    program = code(write)
    uc.mem_write(BASE, program)
    uc.mem_write(ADDRESSES, struct.pack(f"<{len(addresses)}Q", *addresses))
    for at, words in tables.words.items():
        uc.mem_write(at, struct.pack("<512Q", *words))
    # TG1 = 4 KiB is 0b10, 0 is reserved; IPS = 48 bits; walks write-back, Inner Shareable
    tcr = regime.t0sz | (regime.t1sz or 0) << 16 | 0b10 << 30 | 0b101 << 32 | 0x3500 | 0x3500 << 16
    values = [ADDRESSES, RESULTS, len(addresses), 0, 0, 0, regime.mair, tcr, regime.ttbr0, regime.ttbr1, 0x30D0_1805]
    for n, value in enumerate(values):
        uc.reg_write(getattr(unicorn.arm64_const, f"UC_ARM64_REG_X{n}"), value)
    # SCR_EL3.RW and HCR_EL2.RW: EL1 is AArch64. Without them the tables are read as those of AArch32.
    wide = int(regime.bits == 64)
    for register, value in (((1, 1, 3, 6, 0), wide << 10), ((1, 1, 3, 4, 0), wide << 31)):
        uc.reg_write(unicorn.arm64_const.UC_ARM64_REG_CP_REG, (*register, value))
    uc.emu_start(BASE, BASE + len(program))
    return list(struct.unpack(f"<{len(addresses)}Q", uc.mem_read(RESULTS, 8 * len(addresses))))


# T0SZ and T1SZ. The code must lie below 2^31.
SIZES = {
    64: ((16, 16), (25, 25), (25, 16), (20, 28), (30, 33)),
    32: ((0, 0), (1, 0), (1, 1), (0, 2), (1, 3), (0, 6)),
}


def one_set(seed: int, bits: int) -> list[tuple[int, int, int]]:
    """Random tables and addresses; (address, got, wanted) of each translation."""
    draw = random.Random(seed)
    sizes = draw.choice(SIZES[bits])
    tables = Tables(draw)
    starts = [4 - -(-(bits - size - 12) // 9) for size in sizes]
    lower, upper = (tables.make(level) for level in starts)
    _identity(tables, lower, sizes[0], starts[0])
    mair = int.from_bytes([draw.choice(_ATTRIBUTES) for _ in range(7)] + [0xFF], "little")
    regime = LongRegime(lower, upper, *sizes, mair=mair, bits=bits)
    write = draw.random() < 0.4
    addresses = []
    for _ in range(PER_SET):
        high = draw.random() < 0.5
        va = tables.address(upper if high else lower, bits - sizes[high])
        if high:
            va |= (1 << bits) - (1 << bits - (sizes[1] or sizes[0]))
        addresses.append(va ^ 1 << draw.randrange(bits * 5 // 8, bits) if draw.random() < 0.04 else va)
    got = translate(tables, regime, addresses, write)
    return [(va, par(word), expected(regime, va, tables.words, write)) for va, word in zip(addresses, got, strict=True)]


_ATTRIBUTES = (0x00, 0x04, 0x08, 0x0C, 0x44, 0xFF, 0xEE, 0xAA, 0xBB, 0x4F, 0xF4)


def _identity(tables: Tables, root: int, tsz: int, level: int) -> None:
    """Maps the GiB (or 2 MiB blocks) of the code onto itself, so that it runs with the MMU on: AttrIndx 7 is Write-Back."""
    table = root
    while level < 2:
        low = 12 + 9 * (3 - level)
        index = BASE >> low & 511
        child = TABLES + 4096 * len(tables.words)
        tables.words[child] = [0] * 512
        tables.words[table][index] = encode_long(LongTable(child))
        table, level = child, level + 1
    for block in range(BASE, BASE + SIZE, 1 << 21):
        leaf = LongLeaf(2, block, 7, execute_never=False, privileged_execute_never=False)
        tables.words[table][block >> 21 & 511] = encode_long(leaf)


@pytest.mark.parametrize("bits", [64, 32], ids=["AArch64", "LPAE"])
def test_the_walker_agrees_with_unicorn(bits: int) -> None:
    """At least 5,000 translations that succeed, or DMASAN_MMU_SETS times 250 in all."""
    sets = int(os.environ.get("DMASAN_MMU_SETS", 50))
    valid = faults = 0
    for seed in range(sets):
        for va, got, wanted in one_set(seed, bits):
            assert got == wanted, f"seed {seed}, address {va:#018x}: PAR_EL1 {got:#x}, the walker says {wanted:#x}"
            valid += not got & 1
            faults += got & 1
    print(f"{valid} translations and {faults} faults of {sets} sets of tables agree")
    assert valid >= sets * 100 and faults >= sets * 20
