# SPDX-License-Identifier: Apache-2.0
"""Ranges that wait for a barrier, kept for each CPU so that a barrier acts on its own CPU's."""

from __future__ import annotations

from collections.abc import Iterator

_MERGE_AT = 64  # ranges at which neighbours are merged


class Ranges:
    """A set of byte ranges, merged now and then."""

    __slots__ = ("_ranges",)

    def __init__(self) -> None:
        self._ranges: list[tuple[int, int]] = []

    def add(self, address: int, length: int) -> None:
        ranges = self._ranges
        if ranges:
            start, end = ranges[-1]
            if start <= address <= end:  # the usual case: a store behind or inside the last one
                ranges[-1] = (start, max(end, address + length))
                return
        ranges.append((address, address + length))
        if len(ranges) % _MERGE_AT == 0:
            self._merge()

    def _merge(self) -> None:
        merged: list[tuple[int, int]] = []
        for start, end in sorted(self._ranges):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], end))
            else:
                merged.append((start, end))
        self._ranges = merged

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """The ranges as (address, length), without overlap."""
        self._merge()
        return iter([(start, end - start) for start, end in self._ranges])

    def touch(self, address: int, length: int) -> bool:
        """Whether a range shares a byte with one that waits."""
        end = address + length
        return any(start < end and address < stop for start, stop in self._ranges)

    def take(self) -> Iterator[tuple[int, int]]:
        """The ranges, which wait no longer."""
        ranges = iter(self)
        self._ranges = []
        return ranges

    def __bool__(self) -> bool:
        return bool(self._ranges)
