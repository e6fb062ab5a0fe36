# SPDX-License-Identifier: Apache-2.0
"""Ranges that wait for a barrier, kept for each CPU so that a barrier acts on its own CPU's."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator


class Ranges:
    """A set of bytes as disjoint ranges in order: where they start, and where they end."""

    __slots__ = ("_ends", "_starts")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, address: int, length: int) -> None:
        starts, ends, end = self._starts, self._ends, address + length
        first = bisect_left(ends, address)  # the first range that the new one touches
        last = bisect_right(starts, end, first)  # behind the last one
        if last - first == 1:  # the usual case: a store behind or inside another one
            if address < starts[first]:
                starts[first] = address
            if end > ends[first]:
                ends[first] = end
        elif first == last:
            starts.insert(first, address)
            ends.insert(first, end)
        else:
            starts[first:last] = [min(address, starts[first])]
            ends[first:last] = [max(end, ends[last - 1])]

    def remove(self, address: int, length: int) -> None:
        """The bytes of a range wait no longer; what is left of a range that they were part of does."""
        end = address + length
        first = bisect_right(self._ends, address)
        last = bisect_left(self._starts, end, first)
        if first == last:
            return
        before, behind = self._starts[first], self._ends[last - 1]
        left = [(start, stop) for start, stop in ((before, address), (end, behind)) if start < stop]
        self._starts[first:last] = [start for start, _ in left]
        self._ends[first:last] = [stop for _, stop in left]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """The ranges as (address, length), without overlap."""
        return iter([(start, end - start) for start, end in zip(self._starts, self._ends, strict=True)])

    def touching(self, address: int, length: int) -> list[tuple[int, int]]:
        """The ranges [start, end) that share a byte with the given one."""
        first = bisect_right(self._ends, address)
        last = bisect_left(self._starts, address + length, first)
        return list(zip(self._starts[first:last], self._ends[first:last], strict=True))

    def touch(self, address: int, length: int) -> bool:
        """Whether a range shares a byte with one that waits."""
        first = bisect_right(self._ends, address)
        return first < len(self._starts) and self._starts[first] < address + length

    def cover(self, address: int, length: int) -> bool:
        """Whether every byte of a range waits."""
        at = bisect_right(self._starts, address) - 1
        return at >= 0 and self._ends[at] >= address + length

    def take(self) -> Iterator[tuple[int, int]]:
        """The ranges, which wait no longer."""
        ranges = iter(self)
        self._starts, self._ends = [], []
        return ranges

    def __bool__(self) -> bool:
        return bool(self._starts)
