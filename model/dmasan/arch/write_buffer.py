# SPDX-License-Identifier: Apache-2.0
"""A write buffer that merges: the CPU's store buffer (Non-cacheable stores, and others where a profile says so), and the PL310's.

Cortex-A9 has four 64-bit merging slots (DDI 0388, 2.1); the PL310's store buffer has three slots of a line (DDI 0246,
2.5, from memory). Entries leave in any order, except that one never overtakes an entry of its own CPU that a DMB put
before it: its `epoch` is the number of that CPU's DMBs so far.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dmasan.arch.memory import Bytes


@dataclass(slots=True)
class Entry:
    """Buffered bytes of one granule: `mask` has 1 for each byte held. `version` is all zero without checking mode."""

    address: int
    cpu: int
    epoch: int
    data: bytearray
    version: bytearray
    mask: bytearray
    cacheable: bool = False  # through a Write-Back translation: it goes to L1
    colour: int = 0  # of that translation, where L1 is virtually indexed

    def holds(self, address: int) -> bool:
        """Whether the byte at `address` is held."""
        offset = address - self.address
        return 0 <= offset < len(self.mask) and bool(self.mask[offset])

    def runs(self) -> Iterator[tuple[int, int]]:
        """The held bytes as [start, end) offsets into the granule."""
        start = self.mask.find(1)
        while start >= 0:
            end = self.mask.find(0, start)
            end = len(self.mask) if end < 0 else end
            yield start, end
            start = self.mask.find(1, end)


class WriteBuffer:
    """Up to `capacity` entries of `granule` bytes; `sink` takes each entry that leaves."""

    def __init__(self, granule: int, capacity: int, sink: Callable[[Entry], None]) -> None:
        self.granule = granule
        self.capacity = capacity
        self.sink = sink
        self.entries: list[Entry] = []

    def put(
        self,
        address: int,
        data: bytes,
        version: bytes,
        cpu: int,
        epoch: int,
        *,
        cacheable: bool = False,
        colour: int = 0,
    ) -> None:
        """Buffers `data` at `address`, cut at granules; merges, and makes room by draining the oldest entry."""
        done = 0
        while done < len(data):
            base = (address + done) & ~(self.granule - 1)
            offset = address + done - base
            length = min(self.granule - offset, len(data) - done)
            entry = self._entry(base, cpu, epoch, cacheable, colour)
            entry.data[offset : offset + length] = data[done : done + length]
            entry.version[offset : offset + length] = version[done : done + length]
            entry.mask[offset : offset + length] = b"\x01" * length
            done += length

    def _entry(self, base: int, cpu: int, epoch: int, cacheable: bool, colour: int) -> Entry:
        """The entry of the granule at `base` that a store of `cpu` in `epoch` may join, made if need be."""
        for entry in self.entries:
            if entry.address == base:
                same = entry.cacheable is cacheable and entry.colour == colour
                if entry.cpu == cpu and entry.epoch == epoch and same:
                    return entry
                self.leave(entry)  # not merged: it must reach memory first
                break
        if len(self.entries) >= self.capacity:
            self.leave(self.entries[0])
        size = self.granule
        entry = Entry(
            base, cpu, epoch, bytearray(size), bytearray(size), bytearray(size), cacheable, colour
        )
        self.entries.append(entry)
        return entry

    def leave(self, entry: Entry) -> None:
        """Drains `entry`, and before it those of its CPU that a DMB put before it, oldest first."""
        for other in [e for e in self.entries if e.cpu == entry.cpu and e.epoch < entry.epoch]:
            self.entries.remove(other)
            self.sink(other)
        self.entries.remove(entry)
        self.sink(entry)

    def drain(self) -> bool:
        """Drains everything, oldest first; False if there was nothing."""
        had = bool(self.entries)
        while self.entries:
            self.sink(self.entries.pop(0))
        return had

    def drain_range(self, first: int, end: int) -> bool:
        """Drains what touches [first, end), in the order of DMBs; False if there was nothing."""
        hit = [e for e in self.entries if e.address < end and first < e.address + self.granule]
        for entry in hit:
            if entry in self.entries:
                self.leave(entry)
        return bool(hit)

    def drain_before(self, epoch: int) -> None:
        """Drains the entries of epochs before `epoch`: a DMB ordered them before what comes now."""
        while self.entries and self.entries[0].epoch < epoch:
            self.sink(self.entries.pop(0))

    def overlay(self, address: int, data: Bytes | bytearray, version: Bytes | bytearray | None, *, cacheable: bool = False) -> None:
        """Puts the buffered bytes of [address, address + len(data)) over `data` and `version`: store forwarding.

        Only stores of one kind are forwarded: those through the other alias are not (DDI 0406C, A3.5.7).
        """
        end = address + len(data)
        for entry in self.entries:
            if entry.cacheable is not cacheable or entry.address >= end or address >= entry.address + self.granule:
                continue
            for start, stop in entry.runs():
                first, last = max(address, entry.address + start), min(end, entry.address + stop)
                if first >= last:
                    continue
                source = slice(first - entry.address, last - entry.address)
                here = slice(first - address, last - address)
                data[here] = memoryview(entry.data)[source]
                if version is not None:
                    version[here] = memoryview(entry.version)[source]

    def version_of(self, pa: int) -> int | None:
        """The version of the buffered byte at `pa`, None if it is not buffered."""
        for entry in self.entries:
            offset = pa - entry.address
            if 0 <= offset < self.granule and entry.mask[offset]:
                return entry.version[offset]
        return None
