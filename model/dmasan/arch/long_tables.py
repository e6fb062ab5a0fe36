# SPDX-License-Identifier: Apache-2.0
"""Which tables of long descriptors can be reached, and so which of their translations are live."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from dmasan.arch.alias import AliasTracker
from dmasan.arch.attributes import effective
from dmasan.arch.long_descriptor import (
    MAIR_ARM64,
    TABLE_BYTES,
    LongTable,
    attribute,
    decode_long,
    entry_bytes,
    type_of,
)
from dmasan.arch.long_walk import LongRegime
from dmasan.arch.residues import Span

Words = NDArray[np.uint64]
_SHAREABLE = np.uint64(3 << 8)  # SH[1:0]: 0 is Non-shareable
_ACCESSED = np.uint64(1 << 10)
_ADDRESS = 0x0000_FFFF_FFFF_F000
Place = tuple[int, int]  # first address that the table translates, level


class LongTables:
    """Feeds an `AliasTracker` from tables of long descriptors. `mair` is that of all CPUs; `read(pa)` gives 512 words."""

    def __init__(self, aliases: AliasTracker, read: Callable[[int], Words], write_through: bool) -> None:
        self.mair = MAIR_ARM64
        self._aliases = aliases
        self._read = read
        self._write_through = write_through
        self._places: dict[int, list[Place]] = {}  # table -> where it is used

    def use(self, regime: LongRegime) -> None:
        """The tables of a regime are reachable from now on, once for each root however many CPUs name it."""
        self.mair = regime.mair
        upper = (1 << regime.bits) - (1 << (regime.bits - (regime.t1sz or 0)))
        roots = [(regime.ttbr0, regime.bits - regime.t0sz, 0)]
        if regime.ttbr1 and regime.t1sz is not None:
            roots.append((regime.ttbr1, regime.bits - regime.t1sz, upper))
        for root, size, va in roots:
            if root not in self._places:
                self._link(root, (va, 4 - -(-(size - 12) // 9)))

    def written(self, entry_pa: int, old: Words, new: Words) -> None:
        """Consecutive words of one table changed, from that at `entry_pa` on."""
        table = entry_pa & -TABLE_BYTES
        for va, level in list(self._places.get(table, ())):
            first = va + (entry_pa - table) // 8 * entry_bytes(level)
            for span in self._spans(new, first, level):
                self._aliases.gain(span)
            for span in self._spans(old, first, level):
                self._aliases.retire(span)
            for at, base in self._tables(new, first, level):
                self._link(base, (at, level + 1))
            for at, base in self._tables(old, first, level):
                self._unlink(base, (at, level + 1))

    def _link(self, table: int, place: Place) -> None:
        self._places.setdefault(table, []).append(place)
        words, (va, level) = self._read(table), place
        for span in self._spans(words, va, level):
            self._aliases.gain(span)
        for at, base in self._tables(words, va, level):
            self._link(base, (at, level + 1))

    def _unlink(self, table: int, place: Place) -> None:
        self._places[table].remove(place)
        words, (va, level) = self._read(table), place
        for span in self._spans(words, va, level):
            self._aliases.retire(span)
        for at, base in self._tables(words, va, level):
            self._unlink(base, (at, level + 1))

    def _tables(self, words: Words, va: int, level: int) -> Iterator[tuple[int, int]]:
        """(address, table) of the entries that point to a table."""
        for index in np.flatnonzero(words & np.uint64(3)).tolist() if level < 3 else ():
            entry = decode_long(int(words[index]), level)
            if isinstance(entry, LongTable):
                yield va + index * entry_bytes(level), entry.base

    def _spans(self, words: Words, va: int, level: int) -> Iterator[Span]:
        """The translations of the leaves, joined where virtually and physically contiguous and of one kind."""
        leaf, size = np.uint64(3 if level == 3 else 1), entry_bytes(level)
        index = np.flatnonzero(((words & np.uint64(3)) == leaf) & ((words & _ACCESSED) != 0)) if level else ()
        if not len(index):
            return
        word = words[index]
        base = (word & np.uint64(_ADDRESS & -size)).astype(np.int64)
        cacheable = self._cacheable[(word >> np.uint64(2) & np.uint64(7)).astype(np.int64)]
        shared = (word & _SHAREABLE != 0) | ~cacheable
        same = (cacheable[1:] == cacheable[:-1]) & (shared[1:] == shared[:-1])
        breaks = np.flatnonzero((np.diff(index) != 1) | (np.diff(base) != size) | ~same) + 1
        for start, end in zip([0, *breaks.tolist()], [*breaks.tolist(), len(index)], strict=True):
            at = va + int(index[start]) * size
            yield Span(at, int(base[start]), (end - start) * size, bool(cacheable[start]), size, bool(shared[start]))

    @property
    def _cacheable(self) -> NDArray[np.bool_]:
        """Of each AttrIndx."""
        kinds = [type_of(attribute(self.mair, index)) for index in range(8)]
        return np.array([effective(kind, self._write_through).cacheable for kind in kinds])
