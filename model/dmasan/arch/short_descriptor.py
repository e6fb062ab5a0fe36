# SPDX-License-Identifier: Apache-2.0
"""Short-descriptor translation tables: entries to words and back (DDI 0406C, B3.5.1).

A first-level table has 4096 words of 1 MiB each, a second-level table 256 words of 4 KiB each. A supersection and a large
page are repeated in 16 consecutive words; each word is decoded here as its own 16th of the range.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from dmasan.arch.attributes import INDEX_OF, TYPES, shareable
from dmasan.events import MemoryType

SECTION_SIZE = 1 << 20
SMALL_PAGE_SIZE = 1 << 12
FIRST_LEVEL_BYTES = 4096 * 4
SECOND_LEVEL_BYTES = 256 * 4
FAULT = 0


class Kind(Enum):
    """A leaf entry; the value is the bytes that it translates in all."""

    SUPERSECTION = 16 << 20
    SECTION = 1 << 20
    LARGE_PAGE = 64 << 10
    SMALL_PAGE = 4 << 10


class Access(Enum):
    """AP[2:0] at PL1 (DDI 0406C, B3.7.1). Unprivileged accesses are not modelled apart."""

    NONE = 0b000
    KERNEL = 0b001
    USER_READ = 0b010
    USER = 0b011
    KERNEL_READ_ONLY = 0b101
    READ_ONLY = 0b111

    @property
    def readable(self) -> bool:
        return self is not Access.NONE

    @property
    def writable(self) -> bool:
        return self in (Access.KERNEL, Access.USER_READ, Access.USER)


_ACCESS = {access.value: access for access in Access} | {0b100: Access.NONE, 0b110: Access.READ_ONLY}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A section or a page: base address, kind and attributes. `s` is the descriptor's S bit."""

    kind: Kind
    base: int
    type: MemoryType
    access: Access = Access.KERNEL
    s: bool = True
    non_global: bool = False
    execute_never: bool = True
    domain: int = 0

    @property
    def shareable(self) -> bool:
        return shareable(INDEX_OF[self.type], int(self.s))


@dataclass(frozen=True, slots=True)
class Table:
    """A first-level entry that points to a second-level table of 256 words."""

    base: int
    domain: int = 0


def _require(what: str, base: int, size: int) -> None:
    if base % size or not 0 <= base < 1 << 32:
        raise ValueError(f"{what} at {base:#x} is not aligned to {size:#x} below 4 GiB")


def encode(entry: Leaf | Table) -> int:
    """The word of an entry. Raises ValueError for a base that is not aligned."""
    if isinstance(entry, Table):
        _require("second-level table", entry.base, SECOND_LEVEL_BYTES)
        return entry.base | entry.domain << 5 | 0b01
    _require(entry.kind.name.lower(), entry.base, entry.kind.value)
    n = INDEX_OF[entry.type]
    ap, tex0, cb = entry.access.value, n >> 2, (n & 3) << 2
    if entry.kind in (Kind.SECTION, Kind.SUPERSECTION):
        word = entry.base | cb | tex0 << 12 | (ap & 3) << 10 | (ap >> 2) << 15 | 0b10
        word |= entry.s << 16 | entry.non_global << 17 | entry.execute_never << 4
        return word | (1 << 18 if entry.kind is Kind.SUPERSECTION else entry.domain << 5)
    word = entry.base | cb | (ap & 3) << 4 | (ap >> 2) << 9 | entry.s << 10 | entry.non_global << 11
    if entry.kind is Kind.LARGE_PAGE:
        return word | tex0 << 12 | entry.execute_never << 15 | 0b01
    return word | tex0 << 6 | 0b10 | entry.execute_never


def decode_first(word: int) -> Leaf | Table | None:
    """The entry of a first-level word; None if it faults (0b00; 0b11 needs PXN support and is a section)."""
    if not word & 3:
        return None
    if word & 3 == 1:
        return Table(word & 0xFFFF_FC00, word >> 5 & 15)
    supersection = bool(word >> 18 & 1)
    kind = Kind.SUPERSECTION if supersection else Kind.SECTION
    return Leaf(
        kind,
        word & (0x1_0000_0000 - kind.value),
        TYPES[(word >> 12 & 1) << 2 | word >> 2 & 3],
        _ACCESS[(word >> 15 & 1) << 2 | word >> 10 & 3],
        bool(word >> 16 & 1),
        bool(word >> 17 & 1),
        bool(word >> 4 & 1),
        0 if supersection else word >> 5 & 15,
    )


def decode_second(word: int) -> Leaf | None:
    """The entry of a second-level word; None if it faults."""
    if not word & 3:
        return None
    small = bool(word & 2)
    kind = Kind.SMALL_PAGE if small else Kind.LARGE_PAGE
    tex0 = word >> (6 if small else 12) & 1
    return Leaf(
        kind,
        word & (0x1_0000_0000 - kind.value),
        TYPES[tex0 << 2 | word >> 2 & 3],
        _ACCESS[(word >> 9 & 1) << 2 | word >> 4 & 3],
        bool(word >> 10 & 1),
        bool(word >> 11 & 1),
        bool(word & 1 if small else word >> 15 & 1),
    )


def first_level_entry(table: int, va: int) -> int:
    """Physical address of the first-level word that translates `va`."""
    return table + (va >> 20) * 4


def second_level_entry(table: int, va: int) -> int:
    """Physical address of the second-level word that translates `va`."""
    return table + (va >> 12 & 0xFF) * 4


def slice_base(leaf: Leaf, va: int) -> int:
    """Physical address to which a word translates the start of its own slice (1 MiB or 4 KiB) at `va`."""
    size = SECTION_SIZE if leaf.kind in (Kind.SECTION, Kind.SUPERSECTION) else SMALL_PAGE_SIZE
    return leaf.base + (va & (leaf.kind.value - 1) & ~(size - 1))
