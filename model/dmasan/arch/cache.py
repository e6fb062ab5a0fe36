# SPDX-License-Identifier: Apache-2.0
"""One set-associative, physically tagged cache that carries data, as numpy arrays over its slots.

A slot is set * ways + way; a line is its number (address / line size). Vector operations take lines of which no two
share a set, so that their order does not matter and each is a handful of array operations.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dmasan.arch.geometry import CacheGeometry
from dmasan.arch.memory import PAGE, Bytes, Mask, lines_of

Indices = NDArray[np.int64]

EMPTY = -1

# The linear congruential generator of Numerical Recipes, and where its upper bits begin.
_MULTIPLIER, _INCREMENT, _UPPER = np.uint32(1664525), np.uint32(1013904223), np.uint32(16)

# Above the bits of a physical line number: the distance of virtual from physical page, modulo the colours.
COLOUR_BIT = 40
PHYSICAL = (1 << COLOUR_BIT) - 1


class Cache:
    """Tags, dirtiness, data and (in checking mode) versions of one cache.

    `tags` int64 of shape (slots,), -1 where empty; `dirty` bool (slots,); `data` and `version` uint8 (slots, line).
    Where a line has several dirty bits `parts`, bool of shape (slots, granules), says which of a dirty line are set, and a
    write-back writes these granules alone; None: a line is dirty as a whole. Replacement takes an empty way if there is one, else
    round-robin, pseudo-random from a generator of each set (so that a vector and its elements one by one agree), or the
    least recently used one: then `touch` tells what is used.
    """

    def __init__(self, geometry: CacheGeometry, *, versions: bool, replacement: str, seed: int) -> None:
        self.line = geometry.line
        self.sets = geometry.sets
        self.ways = geometry.ways
        self.set_mask = geometry.sets - 1
        slots = geometry.sets * geometry.ways
        self.tags: Indices = np.full(slots, EMPTY, np.int64)
        self.dirty: Mask = np.zeros(slots, np.bool_)
        self.data: Bytes = np.zeros((slots, geometry.line), np.uint8)
        self.version: Bytes | None = np.zeros((slots, geometry.line), np.uint8) if versions else None
        self._data_lines = lines_of(self.data, geometry.line)
        self._version_lines = None if self.version is None else lines_of(self.version, geometry.line)
        self.private: Mask | None = None  # slots filled by Non-shareable accesses, which snoops pass over; None: never any
        self.granule = geometry.granule
        self.parts: Mask | None = np.zeros((slots, geometry.granules), np.bool_) if geometry.granules > 1 else None
        self.kept: set[int] = set()  # lines that replacement passes over
        self._by_set = self.tags.reshape(geometry.sets, geometry.ways)
        self._random = replacement == "pseudo-random"
        self.lru = replacement == "lru"
        self._used: Indices = np.zeros(slots if self.lru else 0, np.int64)  # when each slot was used last
        self._uses = 0
        self._turn = np.zeros(geometry.sets, np.uint32)
        self._way_mask = np.uint32(geometry.ways - 1)
        if self._random:
            self._turn[:] = np.random.default_rng(seed).integers(0, 1 << 32, geometry.sets, np.uint32)
        # Scalar accesses go through memoryviews: several times faster than indexing an array.
        self._tag_view = self.tags.data
        self.dirty_view = self.dirty.data
        self.data_view = self.data.reshape(-1).data
        self.version_view = self.version.reshape(-1).data if self.version is not None else None

    def sets_of(self, lines: Indices) -> Indices:
        """The sets that `lines` belong to."""
        return lines & self.set_mask

    def find(self, line: int) -> int:
        """The slot that holds `line`, or -1."""
        base = (line & self.set_mask) * self.ways
        ways = self._tag_view[base : base + self.ways].tolist()
        return base + ways.index(line) if line in ways else -1

    def _rows(self, sets: Indices, run: bool) -> slice | None:
        """The rows of `sets`, where they lie side by side: then nothing need be gathered."""
        first, end = int(sets[0]) if run and len(sets) else 0, len(sets)
        return slice(first, first + end) if run and first + end <= self.sets else None

    def _tags_of(self, sets: Indices, run: bool) -> Indices:
        """The tags in `sets`, of shape (n, ways)."""
        rows = self._rows(sets, run)
        return self._by_set.take(sets, axis=0) if rows is None else self._by_set[rows]

    def locate(self, lines: Indices, run: bool = False) -> Indices:
        """The slots that hold `lines`, -1 where absent. `run`: the lines are consecutive."""
        sets = self.sets_of(lines)
        hits = self._tags_of(sets, run) == lines[:, None]
        found = np.count_nonzero(hits)
        if not found:  # the usual case of a stream: nothing to look up line by line
            return np.full(len(lines), EMPTY, np.int64)
        slots: Indices = sets * self.ways + hits.argmax(axis=1)
        if found < len(lines):
            slots[self.tags.take(slots) != lines] = EMPTY
        return slots

    def lacks(self, lines: Indices) -> bool:
        """Whether none of the consecutive `lines` is held."""
        return not (self.locate(lines, run=True) >= 0).any()

    def locate_any(self, lines: Indices) -> Indices:
        """As `locate`, for consecutive physical lines, under whatever virtual address; a dirty copy rather than a clean one."""
        return self.locate(lines)

    def resident(self, first: int, end: int) -> Indices:
        """The slots that hold lines of [first, end), in order of their lines."""
        if end - first == 1:  # a word of a page table
            slot = self.find(first)
            return np.array([slot]) if slot >= 0 else np.empty(0, np.int64)
        if end - first <= self.sets:
            slots = self.locate(np.arange(first, end))
            return slots[slots >= 0]
        slots = np.flatnonzero((self.tags >= first) & (self.tags < end))
        return slots[np.argsort(self.tags[slots])]

    def copies(self, first: int, end: int) -> Indices:
        """The slots that hold the physical lines [first, end), under whatever virtual address."""
        return self.resident(first, end)

    def victims(self, lines: Indices, run: bool = False) -> Indices:
        """The slot that each of `lines`, absent so far, is to take; the replacement state moves on. `run` as in `locate`."""
        sets = self.sets_of(lines)
        empty = self._tags_of(sets, run) < 0
        free = np.count_nonzero(empty)
        if free:
            slots: Indices = sets * self.ways + empty.argmax(axis=1)
            full = self.tags.take(slots) >= 0
            used = sets[full]
            slots[full] = used * self.ways + self._ways_to_replace(used)
        else:  # the usual case of a stream
            used = sets
            slots = sets * self.ways + self._ways_to_replace(self._rows(sets, run) or sets)
        if self.kept and len(used):
            self._pass_over_kept(slots)
        return slots

    def next_victims(self) -> Indices:
        """The physical line numbers that full sets would give up next; the replacement state stays."""
        full = np.flatnonzero((self._by_set >= 0).all(axis=1))
        turn = self._turn[full].copy()
        ways = self._ways_to_replace(full)
        self._turn[full] = turn
        return self.tags[full * self.ways + ways] & PHYSICAL

    def _ways_to_replace(self, where: Indices | slice) -> NDArray[np.integer]:
        """The way that each of the sets `where`, all full, is to give up."""
        if self.lru:
            oldest: Indices = self._used.reshape(self.sets, self.ways)[where].argmin(axis=1)
            return oldest
        turn = self._turn[where]
        if self._random:
            turn = turn * _MULTIPLIER
            turn += _INCREMENT
            self._turn[where] = turn
            turn >>= _UPPER
            return turn % np.uint32(self.ways) if self.ways & (self.ways - 1) else turn & self._way_mask
        turn = turn.copy()
        self._turn[where] = (turn + np.uint32(1)) % np.uint32(self.ways)
        return turn

    def touch(self, slots: Indices | int) -> None:
        """`slots` are used: of no two lines in one set, so that their order does not matter."""
        self._uses += 1
        self._used[slots] = self._uses

    def _pass_over_kept(self, slots: Indices) -> None:
        """Moves each victim on to the next way whose line is not to be kept, if its set has one."""
        for _ in range(self.ways - 1):
            held = np.isin(self.tags[slots], list(self.kept))
            if not held.any():
                return
            slots[held] += np.where(slots[held] % self.ways == self.ways - 1, 1 - self.ways, 1)

    def install(
        self,
        slots: Indices,
        lines: Indices,
        data: Bytes | None,
        version: Bytes | None,
        dirty: Mask | bool,
        run: bool = False,
    ) -> None:
        """Puts `lines` with their bytes (n, line) into `slots`, whatever was there; `dirty` ones are dirty as a whole.

        None: the bytes are put there next. `run` as in `locate`.
        """
        self.tags[slots] = lines
        self.dirty[slots] = dirty
        if self.parts is not None:
            self.parts[slots] = True
        if data is not None:
            self.put(slots, data, version)
        if self.lru:
            self.touch(slots)
        if self.private is not None:
            self.private[slots] = False

    def make_private(self, slots: Indices) -> None:
        """The lines in `slots` belong to no shareability domain but this CPU's own."""
        if self.private is None:
            self.private = np.zeros(len(self.tags), np.bool_)
        self.private[slots] = True

    def snooped(self, lines: Indices, run: bool = False) -> Indices:
        """As `locate`, as another CPU of the domain sees it."""
        slots = self.locate(lines, run)
        if self.private is not None:
            slots[self.private[slots]] = EMPTY
        return slots

    def put(self, slots: Indices, data: Bytes, version: Bytes | None) -> None:
        """Replaces the bytes, and the versions, of `slots` by contiguous rows of shape (n, line)."""
        self._data_lines.put(slots, data.view(self._data_lines.dtype))
        if self._version_lines is not None and version is not None:
            self._version_lines.put(slots, version.view(self._version_lines.dtype))

    def soil(self, slot: int, start: int, end: int) -> None:
        """The bytes [start, end) of the line in `slot` are written now: sets their dirty bits, before `dirty` is set."""
        if self.parts is not None:
            if not self.dirty_view[slot]:
                self.parts[slot] = False
            self.parts[slot, start // self.granule : -(-end // self.granule)] = True

    def dirty_bytes(self, slots: Indices) -> Mask | None:
        """Which bytes of dirty lines are to be written back, of shape (n, line); None: all."""
        return None if self.parts is None else np.repeat(self.parts[slots], self.granule, axis=1)

    def merge(self, slots: Indices, data: Bytes, version: Bytes | None, mask: Mask) -> None:
        """Dirty granules from above, the bytes of `mask`, are put over what `slots` hold, and are dirty there."""
        mine = self.rows(slots)
        np.copyto(mine[0], data, where=mask)
        if mine[1] is not None and version is not None:
            np.copyto(mine[1], version, where=mask)
        self.put(slots, *mine)
        if self.parts is not None:
            held = self.parts[slots] & self.dirty[slots, None]
            self.parts[slots] = held | mask.reshape(len(slots), -1, self.granule).any(axis=2)
        self.dirty[slots] = True

    def is_dirty(self, slot: int, byte: int) -> bool:
        """Whether a byte of the line in `slot` would be written back."""
        return bool(self.dirty[slot]) and (self.parts is None or bool(self.parts[slot, byte // self.granule]))

    def drop(self, slots: Indices) -> None:
        """Empties `slots`; dirty data is lost."""
        self.tags[slots] = EMPTY
        self.dirty[slots] = False

    def rows(self, slots: Indices) -> tuple[Bytes, Bytes | None]:
        """Copies of the bytes, and of the versions, of `slots`, each of shape (n, line)."""
        return self.data.take(slots, axis=0), None if self.version is None else self.version.take(
            slots, axis=0
        )

    def held(self) -> Indices:
        """The line numbers held, in no order."""
        return self.tags[self.tags >= 0]

    def lines(self) -> Indices:
        """The line numbers held, ascending."""
        return np.sort(self.held())


class VirtualCache(Cache):
    """A cache that is indexed by virtual address, so that one physical line may be in it more than once.

    A line's number carries, from bit `COLOUR_BIT` up, by how many pages its virtual address lies ahead of its physical
    one: modulo the colours of a VIPT cache, whole for a VIVT cache. It is constant over a contiguous mapping. Two
    physical lines under one virtual address stay apart: software that remaps a virtually tagged address cleans first.
    """

    def __init__(self, geometry: CacheGeometry, *, versions: bool, replacement: str, seed: int) -> None:
        super().__init__(geometry, versions=versions, replacement=replacement, seed=seed)
        self._lines_of_page = PAGE // geometry.line

    def sets_of(self, lines: Indices) -> Indices:
        return (lines + (lines >> COLOUR_BIT) * self._lines_of_page) & self.set_mask

    def find(self, line: int) -> int:
        base = ((line + (line >> COLOUR_BIT) * self._lines_of_page) & self.set_mask) * self.ways
        ways = self._tag_view[base : base + self.ways].tolist()
        return base + ways.index(line) if line in ways else -1

    def copies(self, first: int, end: int) -> Indices:
        physical = self.tags & PHYSICAL
        slots = np.flatnonzero((self.tags >= 0) & (physical >= first) & (physical < end))
        return slots[np.argsort(physical[slots], kind="stable")]

    def locate_any(self, lines: Indices) -> Indices:
        found = np.full(len(lines), EMPTY, np.int64)
        if len(lines):
            slots = self.copies(int(lines[0]), int(lines[-1]) + 1)
            slots = slots[np.argsort(self.dirty[slots], kind="stable")]
            found[(self.tags[slots] & PHYSICAL) - lines[0]] = slots
        return found

    def held(self) -> Indices:
        return np.unique(self.tags[self.tags >= 0] & PHYSICAL)
