# SPDX-License-Identifier: Apache-2.0
"""Memory at the point of coherency: one array of bytes, and beside it the versions of the checking mode."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dmasan.arch.faults import BusError
from dmasan.config import UsageError
from dmasan.zeroed import zeroed

RAM_BASE = 0x8000_0000
PAGE = 4096

Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]

# The version that follows, byte by byte: `data.translate(NEXT_VERSION)`.
NEXT_VERSION = bytes((i + 1) & 0xFF for i in range(256))


def lines_of(data: Bytes, line: int) -> NDArray[np.void]:
    """The same contiguous bytes with one item a line, shape (n,): numpy moves it as one, five times faster than a row."""
    return data.reshape(-1).view(np.dtype((np.void, line)))


class Memory:
    """RAM as devices see it.

    `data` is uint8 of shape (size,), contiguous and never reallocated, since the simulator holds its address. With
    `versions`, `version` is the version of each byte of `data`, and `latest` the version of the last write to that byte
    in program order, wherever its value is; both uint8, modulo 256. A copy is stale if its version is not `latest`.
    """

    def __init__(self, size: int, *, base: int = RAM_BASE, versions: bool = True) -> None:
        if size <= 0 or size % PAGE or base % PAGE:
            raise UsageError(
                f"memory of {size} bytes at {base:#x}: base and size must be positive multiples of {PAGE}"
            )
        if base + size > 1 << 32:
            raise UsageError(f"memory of {size} bytes at {base:#x} does not fit below 4 GiB")
        self.base = base
        self.size = size
        self.data: Bytes = zeroed(size, np.uint8)
        self.version: Bytes | None = zeroed(size, np.uint8) if versions else None
        self.latest: Bytes | None = zeroed(size, np.uint8) if versions else None

    def offset(self, pa: int, length: int = 1) -> int:
        """Index of `pa` in the arrays. Raises BusError unless [pa, pa + length) lies inside."""
        offset = pa - self.base
        if offset < 0 or offset + length > self.size:
            raise BusError(pa, f"outside the RAM {self.base:#010x} to {self.base + self.size - 1:#010x}")
        return offset

    def write(self, pa: int, data: Bytes, strobe: Mask | None = None) -> None:
        """A write that reaches memory at once, as the latest value of its bytes; `strobe` marks the bytes written."""
        offset = self.offset(pa, len(data))
        here = slice(offset, offset + len(data))
        if strobe is None:
            self.data[here] = data
        else:
            np.copyto(self.data[here], data, where=strobe)
        if self.version is not None and self.latest is not None:
            where: Mask | bool = True if strobe is None else strobe
            np.add(self.latest[here], 1, out=self.latest[here], where=where)
            np.copyto(self.version[here], self.latest[here], where=where)

    def stale(self, pa: int, length: int) -> Mask | None:
        """The bytes of [pa, pa + length) at the PoC that are not the latest ones; None if there are none, or unknown."""
        if self.version is None or self.latest is None:
            return None
        offset = self.offset(pa, length)
        mask = self.version[offset : offset + length] != self.latest[offset : offset + length]
        return mask if mask.any() else None
