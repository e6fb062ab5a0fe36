# SPDX-License-Identifier: Apache-2.0
"""Shapes that a profile is made of: caches, regions of addresses. Impossible ones are refused when they are made."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from dmasan.config import UsageError

REPLACEMENTS = ("round-robin", "pseudo-random", "lru")


def power_of_two(n: int) -> bool:
    return n > 0 and n & (n - 1) == 0


@dataclass(frozen=True)
class CacheGeometry:
    """Size, ways, line and granule of a cache, all but the ways in bytes. Raises UsageError if no such cache can exist.

    The granule is the part of a line that has a dirty bit of its own, and that a write-back writes: by default the line.
    """

    size: int
    ways: int
    line: int
    granule: int = 0  # 0: the line

    def __post_init__(self) -> None:
        if not power_of_two(self.line) or not 16 <= self.line <= 256:
            raise UsageError(f"cache line of {self.line} bytes: allowed is a power of two from 16 to 256")
        object.__setattr__(self, "granule", self.granule or self.line)
        if not power_of_two(self.granule) or self.granule > self.line:
            raise UsageError(
                f"dirty granule of {self.granule} bytes: allowed is a power of two up to the line of {self.line} bytes"
            )
        if not 1 <= self.ways <= 64:
            raise UsageError(f"cache of {self.ways} ways: allowed is 1 to 64")
        sets, rest = divmod(self.size, self.ways * self.line)
        if rest or not power_of_two(sets):
            raise UsageError(
                f"cache of {self.size} bytes with {self.ways} ways of {self.line}-byte lines: "
                f"size / (ways x line) must be a power of two"
            )

    @property
    def sets(self) -> int:
        return self.size // (self.ways * self.line)

    @property
    def granules(self) -> int:
        """Dirty bits of a line."""
        return self.line // self.granule

    @property
    def way_size(self) -> int:
        """Bytes of one way: the part of the address that selects set and byte."""
        return self.sets * self.line


@dataclass(frozen=True)
class Region:
    """A range of physical addresses, in bytes. Raises UsageError unless it is whole pages."""

    base: int
    size: int

    def __post_init__(self) -> None:
        if self.size <= 0 or self.size % 4096 or self.base % 4096 or self.base < 0:
            raise UsageError(
                f"region of {self.size:#x} bytes at {self.base:#x}: base and size must be positive multiples of 4096"
            )

    @property
    def end(self) -> int:
        return self.base + self.size


def disjoint(what: str, regions: tuple[Region, ...]) -> None:
    """Raises UsageError that names the first two regions that overlap."""
    ordered = sorted(regions, key=lambda region: region.base)
    for one, other in pairwise(ordered):
        if other.base < one.end:
            raise UsageError(
                f"{what}: the regions {one.base:#x} to {one.end - 1:#x} and {other.base:#x} to {other.end - 1:#x} overlap"
            )
