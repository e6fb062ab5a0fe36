# SPDX-License-Identifier: Apache-2.0
"""Scatter-gather lists: pieces of memory, and what the device is told of each (include/linux/scatterlist.h)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Segment:
    """`struct scatterlist`: `length` bytes from physical `pa`; `dma_address` and `dma_length` once mapped."""

    pa: int
    length: int
    cpu_address: int = 0
    dma_address: int = 0
    dma_length: int = 0


@dataclass
class SgTable:
    """`struct sg_table`: its entries, and how many the device was given (`nents`; 0 if not mapped)."""

    entries: list[Segment]
    nents: int = 0

    @property
    def orig_nents(self) -> int:
        return len(self.entries)

    @property
    def size(self) -> int:
        """Bytes of all entries."""
        return sum(each.length for each in self.entries)
