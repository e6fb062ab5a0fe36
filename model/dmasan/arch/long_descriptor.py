# SPDX-License-Identifier: Apache-2.0
"""Long descriptors: 64-bit translation table entries to words and back (DDI 0487, D8.3; DDI 0406C, B3.6, LPAE).

The AArch64 tables with the 4 KiB granule and the LPAE tables of AArch32 have one format: 512 words a table, levels 0 to
3; an entry of level 1, 2 or 3 translates 1 GiB, 2 MiB or 4 KiB. The Contiguous bit says that 16 neighbouring entries
translate contiguous memory with equal attributes, so that a TLB may hold them as one.
"""

from __future__ import annotations

from dataclasses import dataclass

from dmasan.events import MemoryType

TABLE_BYTES = 4096
WORDS = 512
CONTIGUOUS_ENTRIES = 16
_ADDRESS = 0x0000_FFFF_FFFF_F000

# Linux, arch/arm64/include/asm/sysreg.h:MAIR_EL1_SET, v6.19: Normal, Normal tagged, Normal Non-cacheable, nGnRnE, nGnRE.
MAIR_ARM64 = 0x0000_0004_0044_F0FF
# Linux, arch/arm/mm/proc-v7-3level.S, v6.19: MAIR0 and MAIR1.
MAIR_LPAE = 0xFF00_0004_EEAA_4400
INDEX_ARM64 = {
    MemoryType.WB: 0,
    MemoryType.NC: 2,
    MemoryType.STRONGLY_ORDERED: 3,
    MemoryType.DEVICE: 4,
}
INDEX_LPAE = {
    MemoryType.STRONGLY_ORDERED: 0,
    MemoryType.NC: 1,
    MemoryType.WT: 2,
    MemoryType.DEVICE: 4,
    MemoryType.WB: 7,
}


def entry_bytes(level: int) -> int:
    """What an entry of `level` translates, bytes."""
    return 1 << (12 + 9 * (3 - level))


@dataclass(frozen=True, slots=True)
class LongLeaf:
    """A block (level 1, 2) or a page (level 3). `index` is AttrIndx; `sh` 0 Non-, 2 Outer, 3 Inner Shareable.

    `read_only` is AP[2], `user` AP[1]; `accessed` is the Access flag, without which an access faults.
    """

    level: int
    base: int
    index: int
    sh: int = 3
    read_only: bool = False
    user: bool = False
    accessed: bool = True
    non_global: bool = False
    contiguous: bool = False
    privileged_execute_never: bool = True
    execute_never: bool = True


@dataclass(frozen=True, slots=True)
class LongTable:
    """An entry that points to the table of the next level; `read_only` is APTable[1]."""

    base: int
    read_only: bool = False


def encode_long(entry: LongLeaf | LongTable) -> int:
    """The word of an entry. Raises ValueError for a base that is not aligned to what the entry translates."""
    if isinstance(entry, LongTable):
        _require("table", entry.base, TABLE_BYTES)
        return entry.base | entry.read_only << 62 | 0b11
    _require(f"level {entry.level} entry", entry.base, entry_bytes(entry.level))
    if entry.level not in (1, 2, 3):
        raise ValueError(f"level {entry.level} has no blocks: allowed is 1 to 3")
    word = entry.base | entry.index << 2 | entry.user << 6 | entry.read_only << 7 | entry.sh << 8
    word |= entry.accessed << 10 | entry.non_global << 11 | entry.contiguous << 52
    word |= entry.privileged_execute_never << 53 | entry.execute_never << 54
    return word | (0b11 if entry.level == 3 else 0b01)


def decode_long(word: int, level: int) -> LongLeaf | LongTable | None:
    """The entry of a word of a table of `level`; None if it faults: invalid, or reserved at that level."""
    kind = word & 3
    if kind == 3 and level < 3:
        return LongTable(word & _ADDRESS, bool(word >> 62 & 1))
    if kind != (3 if level == 3 else 1) or level == 0:
        return None
    return LongLeaf(
        level,
        word & _ADDRESS & -entry_bytes(level),
        word >> 2 & 7,
        word >> 8 & 3,
        bool(word >> 7 & 1),
        bool(word >> 6 & 1),
        bool(word >> 10 & 1),
        bool(word >> 11 & 1),
        bool(word >> 52 & 1),
        bool(word >> 53 & 1),
        bool(word >> 54 & 1),
    )


def attribute(mair: int, index: int) -> int:
    """The byte of MAIR that AttrIndx selects."""
    return mair >> 8 * index & 0xFF


def type_of(attr: int) -> MemoryType:
    """The memory type of a byte of MAIR (DDI 0487, D19.2.100). The inner attributes count; if inner and outer differ in
    cacheability the memory is treated as Non-cacheable, as Cortex-A53 does (DDI 0500, 6.2)."""
    outer, inner = attr >> 4, attr & 15
    if outer == 0:
        return MemoryType.STRONGLY_ORDERED if inner == 0 else MemoryType.DEVICE
    kinds = {_cacheability(outer), _cacheability(inner)}
    return kinds.pop() if len(kinds) == 1 else MemoryType.NC


def _cacheability(nibble: int) -> MemoryType:
    """0b0100 is Non-cacheable; 0b00RW and 0b10RW are Write-Through, 0b01RW and 0b11RW Write-Back."""
    if nibble == 4:
        return MemoryType.NC
    return MemoryType.WB if nibble & 4 else MemoryType.WT


def _require(what: str, base: int, size: int) -> None:
    if base % size or not 0 <= base <= _ADDRESS:
        raise ValueError(f"{what} at {base:#x} is not aligned to {size:#x} below 2^48")
