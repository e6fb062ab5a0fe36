# SPDX-License-Identifier: Apache-2.0
"""A physically addressed cache that also knows, for each line of RAM, the slot that holds it.

It answers as `Cache` does; a line is found by one look instead of a comparison with all ways of its set. This is where a
stream of accesses spends its time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dmasan.arch.cache import EMPTY, Cache, Indices
from dmasan.arch.geometry import CacheGeometry
from dmasan.arch.memory import Bytes, Mask
from dmasan.zeroed import zeroed


class IndexedCache(Cache):
    """`ram` are the numbers of the lines that there are; no other may be looked for."""

    def __init__(
        self, geometry: CacheGeometry, ram: range, *, versions: bool, replacement: str, seed: int
    ) -> None:
        super().__init__(geometry, versions=versions, replacement=replacement, seed=seed)
        self._first = ram.start
        self._index: NDArray[np.int32] = zeroed(len(ram), np.int32)  # by line: its slot + 1, or 0
        self._index_view = self._index.data
        self._index_bytes = self._index.view(np.uint8).data
        self._held = 0  # slots in use
        self._bases = np.arange(self.sets) * self.ways  # by set: its first slot

    def find(self, line: int) -> int:
        return self._index_view[line - self._first] - 1

    def lacks(self, lines: Indices) -> bool:
        start, count = 4 * (int(lines[0]) - self._first), 4 * len(lines)
        return self._index_bytes[start : start + count].tobytes() == bytes(count)

    def locate(self, lines: Indices, run: bool = False) -> Indices:
        return np.subtract(self._index[lines - self._first], 1, dtype=np.int64)

    def resident(self, first: int, end: int) -> Indices:
        if end - first > len(self.tags):
            return super().resident(first, end)
        held = self._index[first - self._first : end - self._first]
        return np.subtract(held[held.nonzero()[0]], 1, dtype=np.int64)

    def victims(self, lines: Indices, run: bool = False) -> Indices:
        if self._held < len(self.tags) or self.kept:
            return super().victims(lines, run)
        first = int(lines[0]) & self.set_mask if run else self.sets
        beside = first + len(lines) <= self.sets
        where = slice(first, first + len(lines)) if beside else self.sets_of(lines)
        slots: Indices = self._bases[where] + self._ways_to_replace(where)
        return slots

    def install(
        self,
        slots: Indices,
        lines: Indices,
        data: Bytes | None,
        version: Bytes | None,
        dirty: Mask | bool,
        run: bool = False,
    ) -> None:
        self._forget(slots)
        super().install(slots, lines, data, version, dirty, run)
        self._held += len(slots)
        if run:
            start = int(lines[0]) - self._first
            self._index[start : start + len(lines)] = slots + 1
        else:
            self._index[lines - self._first] = slots + 1

    def drop(self, slots: Indices) -> None:
        self._forget(slots)
        super().drop(slots)

    def reindex(self) -> None:
        """The tags were put there by other means than these."""
        used = (self.tags != EMPTY).nonzero()[0]
        self._held = len(used)
        self._index[:] = 0
        self._index[self.tags[used] - self._first] = used + 1

    def _forget(self, slots: Indices) -> None:
        """What `slots` hold is held no longer."""
        lines = self.tags[slots] - self._first
        if self._held < len(self.tags):
            lines = lines[lines >= 0]  # not what was empty
        self._held -= len(lines)
        self._index[lines] = 0
