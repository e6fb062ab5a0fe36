# SPDX-License-Identifier: Apache-2.0
"""The TLB of a CPU, and the walk that fills it (DDI 0406C, B3.5 and B3.9).

A TLB keeps what it once read until maintenance removes it, whatever the tables say by then. It never drops an entry by
itself: that a CPU may hold, or read, any reachable translation at any time is `alias.AliasTracker`'s view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dmasan.arch.attributes import effective
from dmasan.arch.cache import COLOUR_BIT
from dmasan.arch.long_descriptor import type_of
from dmasan.arch.long_walk import LongRegime, LongResult
from dmasan.arch.processor import Profile
from dmasan.arch.short_descriptor import (
    SECTION_SIZE,
    SMALL_PAGE_SIZE,
    Kind,
    Leaf,
    Table,
    decode_first,
    decode_second,
    first_level_entry,
    second_level_entry,
    slice_base,
)
from dmasan.events import MemoryType


@dataclass(frozen=True, slots=True)
class Translation:
    """What a TLB entry says about [va, va + size): physical address is virtual address + `delta`."""

    va: int
    size: int
    delta: int
    type: MemoryType  # as the core treats it
    cacheable: bool
    readable: bool
    writable: bool
    in_ram: bool
    asid: int | None  # None: global
    shareable: bool = True
    colour: int = 0  # added to the physical address where L1 is virtually indexed (`cache.VirtualCache`)
    through: bool = False  # cached, and stores are written through


class WalkFailure(Exception):
    """A walk that ends without a translation; the argument is the reason."""


def walk(table: int, va: int, fetch: Callable[[int], int]) -> tuple[Leaf, int]:
    """The leaf that translates `va` in the first-level table at physical address `table`, and the words fetched.

    `fetch` reads a descriptor word by physical address. Raises WalkFailure where no valid entry leads on.
    """
    word = fetch(first_level_entry(table, va))
    entry = decode_first(word)
    if entry is None:
        raise WalkFailure(f"first-level descriptor {word:#010x} is invalid")
    if not isinstance(entry, Table):
        return entry, 1
    word = fetch(second_level_entry(entry.base, va))
    leaf = decode_second(word)
    if leaf is None:
        raise WalkFailure(f"second-level descriptor {word:#010x} is invalid")
    return leaf, 2


def translation(leaf: Leaf, va: int, asid: int, ram: range, profile: Profile) -> Translation:
    """The TLB entry made of a leaf for the slice that holds `va`; `ram` is the physical range of memory."""
    size = SECTION_SIZE if leaf.kind in (Kind.SECTION, Kind.SUPERSECTION) else SMALL_PAGE_SIZE
    start = va & ~(size - 1)
    pa = slice_base(leaf, start)
    kind = effective(leaf.type, profile.write_through)
    return Translation(
        start,
        size,
        pa - start,
        kind,
        kind.cacheable,
        leaf.access.readable,
        leaf.access.writable,
        ram.start <= pa and pa + size <= ram.stop,
        asid if leaf.non_global else None,
        leaf.shareable or not kind.cacheable,
        colour_of(profile, start - pa),
        kind is MemoryType.WT,
    )


def long_translation(found: LongResult, va: int, regime: LongRegime, ram: range, profile: Profile) -> Translation:
    """The TLB entry made of a walk of long descriptors: a page, a block, or a contiguous group of either as one.

    Of what reaches beyond memory a TLB takes one page, as it is free to do.
    """
    size = found.size
    whole = found.pa - (va & (size - 1))
    if not (ram.start <= whole and whole + size <= ram.stop):
        size = SMALL_PAGE_SIZE
    start = va & -size
    pa = found.pa - (va - start)
    kind = effective(type_of(found.attr), profile.write_through)
    return Translation(
        start,
        size,
        pa - start,
        kind,
        kind.cacheable,
        True,
        found.writable,
        ram.start <= pa and pa + size <= ram.stop,
        regime.ttbr0 if found.leaf.non_global else None,
        found.sh in (2, 3) or not kind.cacheable,
        colour_of(profile, start - pa),
        kind is MemoryType.WT,
    )


def colour_of(profile: Profile, ahead: int) -> int:
    """What a translation whose virtual address lies `ahead` bytes before its physical one adds to the address in L1."""
    if profile.colours == 1:
        return 0
    pages = (ahead >> 12) & ((profile.colours or 1 << 20) - 1)
    return pages << (COLOUR_BIT + profile.l1.line.bit_length() - 1)


class Tlb:
    """Translations by virtual page and by virtual section; those of other sizes apart, since few machines have any."""

    def __init__(self) -> None:
        self.pages: dict[int, Translation] = {}
        self.sections: dict[int, Translation] = {}
        self.larger: dict[int, dict[int, Translation]] = {}  # by the logarithm of their size

    def lookup(self, va: int, asid: int | None) -> Translation | None:
        """The entry that translates `va` for `asid`, if one is held. A small page is found before a section."""
        entry = self.pages.get(va >> 12) or self.sections.get(va >> 20)
        if entry is None and self.larger:
            entry = self._find_larger(va)
        if entry is None or (entry.asid is not None and entry.asid != asid):
            return None
        return entry

    def holding(self, pa: int) -> Iterator[Translation]:
        """The entries that translate to the physical address `pa`, newest first."""
        larger = [entry for held in self.larger.values() for entry in reversed(held.values())]
        for entry in [*reversed(self.pages.values()), *reversed(self.sections.values()), *larger]:
            if entry.va <= pa - entry.delta < entry.va + entry.size:
                yield entry

    def insert(self, entry: Translation) -> None:
        if entry.size == SMALL_PAGE_SIZE:
            self.pages[entry.va >> 12] = entry
        elif entry.size == SECTION_SIZE:
            self.sections[entry.va >> 20] = entry
        else:
            shift = entry.size.bit_length() - 1
            self.larger.setdefault(shift, {})[entry.va >> shift] = entry

    def _find_larger(self, va: int) -> Translation | None:
        """Among the blocks and contiguous groups of long descriptors."""
        found = (held.get(va >> shift) for shift, held in sorted(self.larger.items()))
        return next((entry for entry in found if entry is not None), None)

    def invalidate(self, va: int, length: int) -> None:
        """Removes what translates any byte of [va, va + length); everything if `length` is 0. All ASIDs."""
        if not length:
            self.pages.clear()
            self.sections.clear()
            self.larger.clear()
            return
        larger = [(held, shift) for shift, held in self.larger.items()]
        for held, shift in ((self.pages, 12), (self.sections, 20), *larger):
            keys = range(va >> shift, ((va + length - 1) >> shift) + 1)
            for key in keys if len(keys) < len(held) else [k for k in held if k in keys]:
                held.pop(key, None)
