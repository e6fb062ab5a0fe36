# SPDX-License-Identifier: Apache-2.0
"""Which bytes the device may touch, and who owns them: permissions per byte, mappings by range.

A sync for the CPU lends it the bytes. What it only reads the device may have back without a call: "CPU should not write to
DMA_FROM_DEVICE-mapped area, so dma_sync_single_for_device() is not needed here. It would be required for DMA_BIDIRECTIONAL
mapping if the memory was modified" (Documentation/core-api/dma-api-howto.rst, v6.19). What it stores to is its own until a
sync for the device.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from dmasan.events import Direction, MappingKind, Site
from dmasan.zeroed import zeroed


class Permission(IntFlag):
    """What the port may let the device do with a byte (one uint8 a byte).

    The last three speak of its page, and are the same for all bytes of it: so an access elsewhere is told by one look.
    """

    READ = 1
    WRITE = 2
    OWNED = 4  # a streaming mapping that the device owns now
    ALLOCATED = 8  # coherent memory
    DECLARED = 16  # an ownership word
    NEAR_MAPPING = 32  # the page has something that was given to the device
    NEAR_STREAMING = 64  # ... in a mapping with an owner
    NEAR_WORD = 128  # the page has an ownership word


# As plain integers: numpy would widen the bytes for an enumeration.
_READ, _WRITE, _OWNED = int(Permission.READ), int(Permission.WRITE), int(Permission.OWNED)
_DECLARED = int(Permission.DECLARED)
_MAPPING, _STREAMING, _WORD = int(Permission.NEAR_MAPPING), int(Permission.NEAR_STREAMING), int(Permission.NEAR_WORD)
_NEAR = _MAPPING | _STREAMING | _WORD
_PAGE = 4096
_SHARED = (MappingKind.COHERENT, MappingKind.STATIC)  # nobody's own: CPU and device may both use it
# The permissions under which the CPU may read, and write. Reading what the device only reads is harmless on every machine
# modelled (OK9 of the controls).
_CPU_MAY_READ = bytes(p for p in range(256) if not p & _OWNED or not p & _WRITE)
_CPU_MAY_WRITE = bytes(p for p in range(256) if not p & _OWNED)
_UNDECLARED = bytes(p for p in range(256) if not p & _DECLARED)
# Not lent: the device's, nobody's own, or what the device may not touch.
_NOT_LENT = bytes(p for p in range(256) if p & (_OWNED | int(Permission.ALLOCATED)) or not p & (_READ | _WRITE))
_BY_DIRECTION = {
    Direction.TO_DEVICE: Permission.READ,
    Direction.FROM_DEVICE: Permission.WRITE,
    Direction.BIDIRECTIONAL: Permission.READ | Permission.WRITE,
}


@dataclass
class Mapping:
    """A buffer that was given to the device."""

    kind: MappingKind
    address: int
    length: int
    direction: Direction
    name: str
    site: Site
    policy: str = ""
    alive: bool = True
    end: int = field(init=False)

    def __post_init__(self) -> None:
        self.end = self.address + self.length

    def overlaps(self, address: int, length: int) -> bool:
        return address < self.end and self.address < address + length


class Buffers:
    """All mappings, live and past, and the permissions (uint8 a byte of RAM from `base`, a multiple of 4 KiB)."""

    def __init__(self, base: int, size: int) -> None:
        self.base = base
        self.permissions: NDArray[np.uint8] = zeroed(size, np.uint8)
        self._memory = self.permissions.data  # a few bytes are read faster so
        self.live: list[Mapping] = []
        self.past: list[Mapping] = []
        self.words: dict[int, int] = {}  # declared words: address and length

    def _view(self, address: int, length: int) -> NDArray[np.uint8]:
        start = max(0, address - self.base)  # what lies outside of RAM has no permissions
        return self.permissions[start : max(0, address - self.base + length)]

    def _pages(self, address: int, length: int) -> NDArray[np.uint8]:
        """The permissions of the pages of a range."""
        first = address & -_PAGE
        return self._view(first, (address + length + _PAGE - 1 & -_PAGE) - first)

    def _survey(self, address: int, length: int) -> None:
        """Says of each page of a range what there is in it."""
        first, end = address & -_PAGE, address + length + _PAGE - 1 & -_PAGE
        self._pages(address, length)[:] &= ~_NEAR & 0xFF
        for m in self.live:
            low, high = max(first, m.address & -_PAGE), min(end, m.end)
            if low < high:
                self._mark(low, high - low, _MAPPING if m.kind in _SHARED else _MAPPING | _STREAMING)
        for word in self.words:
            if first <= word < end:
                self._mark(word, 1, _WORD)

    def _mark(self, address: int, length: int, marks: int) -> None:
        pages = self._pages(address, length)
        pages |= np.uint8(marks)

    def _any(self, mark: int, address: int, length: int) -> bool:
        """Whether some page of a range has a mark."""
        first, last = address - self.base, address + length - 1 - self.base
        memory = self._memory
        if memory[first] & mark or memory[last] & mark:
            return True
        for at in range(first + _PAGE, last, _PAGE):
            if memory[at] & mark:
                return True
        return False

    def given(self, address: int, length: int) -> bool:
        """Whether a page of the range has something that was given to the device."""
        return self._any(_MAPPING, address, length)

    def holds(self, address: int, length: int) -> bool:
        """Whether a range is RAM."""
        return 0 <= address - self.base and address + length - self.base <= len(self.permissions)

    def add(self, mapping: Mapping) -> None:
        """A new mapping. Memory of dma_alloc_pages is the CPU's until it is synced for the device."""
        self.live.append(mapping)
        self._mark(mapping.address, mapping.length, _MAPPING if mapping.kind in _SHARED else _MAPPING | _STREAMING)
        if mapping.kind in _SHARED:
            view = self._view(mapping.address, mapping.length)
            view[:] = (view & _NEAR) | int(Permission.READ | Permission.WRITE | Permission.ALLOCATED)
        elif mapping.kind is not MappingKind.NONCOHERENT:
            self.give_to_device(mapping.address, mapping.length, mapping.direction)

    def remove(self, address: int, length: int) -> Mapping | None:
        """Ends the mapping of exactly this range; None if there is none."""
        mapping = self.find(address, length)
        if mapping is not None:
            self.live.remove(mapping)
            mapping.alive = False
            self.past.append(mapping)
            self._close(address, length)
            self._survey(address, length)
        return mapping

    def find(self, address: int, length: int) -> Mapping | None:
        """The live mapping of exactly this range."""
        return next((m for m in self.live if m.address == address and m.length == length), None)

    def alone_in(self, mapping: Mapping) -> list[tuple[int, int]]:
        """The parts (address, length) of a live mapping that no other one has."""
        others = [m for m in self.live if m is not mapping and m.overlaps(mapping.address, mapping.length)]
        parts = [(mapping.address, mapping.end)]
        for other in others:
            parts = [
                (start, end)
                for a, b in parts
                for start, end in ((a, min(b, other.address)), (max(a, other.end), b))
                if start < end
            ]
        return [(start, end - start) for start, end in parts]

    def _close(self, address: int, length: int) -> None:
        """Nothing is permitted any more, but what other mappings of the same bytes permit."""
        view = self._view(address, length)
        before = view.copy()
        if self.words and (view & _DECLARED).any():
            for word in self.words_in(address, length):
                del self.words[word]
        view &= _NEAR
        for start, count in self.overlapping(address, length):
            part = slice(start - address, start - address + count)
            view[part] = before[part]

    def give_to_device(self, address: int, length: int, direction: Direction) -> None:
        view = self._view(address, length)
        view[:] = (view & (_DECLARED | _NEAR)) | int(_BY_DIRECTION[direction] | Permission.OWNED)

    def give_to_cpu(self, address: int, length: int) -> None:
        """Lends the CPU what is the device's."""
        view = self._view(address, length)
        view &= np.uint8(0xFF & ~_OWNED)

    def _lent(self, address: int, length: int) -> NDArray[np.bool_] | None:
        """Which bytes of a range are lent to the CPU; None: no byte is."""
        start = max(0, address - self.base)
        end = max(0, address - self.base + length)
        if not self._memory[start:end].tobytes().translate(None, _NOT_LENT):
            return None
        view = self.permissions[start:end]
        lent: NDArray[np.bool_] = ((view & (_OWNED | int(Permission.ALLOCATED))) == 0) & ((view & (_READ | _WRITE)) != 0)
        return lent

    def keep(self, address: int, length: int) -> None:
        """The CPU stores to a range: what was lent to it is its own now."""
        if (lent := self._lent(address, length)) is not None:
            self._view(address, length)[lent] &= np.uint8(0xFF & ~(_READ | _WRITE))

    def take_back(self, address: int, length: int) -> None:
        """The device comes to a range: what was lent is its own again."""
        if (lent := self._lent(address, length)) is not None:
            self._view(address, length)[lent] |= np.uint8(_OWNED)

    def withhold(self, address: int, length: int) -> None:
        """Part of a coherent mapping that the device may not touch for now."""
        view = self._view(address, length)
        view &= np.uint8(0xFF & ~(_READ | _WRITE))

    def restore(self, address: int, length: int) -> None:
        """The device may touch it again."""
        view = self._view(address, length)
        view |= np.uint8(_READ | _WRITE)

    def declare(self, address: int, length: int, stride: int, count: int) -> None:
        """Makes words ownership words, until their mapping ends."""
        for start in range(address, address + max(1, count * stride), stride or 1):
            view = self._view(start, length)
            view |= _DECLARED
            self._mark(start, 1, _WORD)
            self.words[start] = length

    def words_in(self, address: int, length: int) -> list[int]:
        """Addresses of the declared words that a range touches."""
        if not self._has_word(address, length):
            return []
        if length <= 64:
            near = range(address - 7, address + length)
            return [word for word in near if word in self.words and word + self.words[word] > address]
        return [w for w, size in self.words.items() if w < address + length and address < w + size]

    def undeclared(self, address: int, length: int) -> list[tuple[int, int]]:
        """The parts (address, length) of a range that are no ownership words."""
        if not self._has_word(address, length):
            return [(address, length)]
        plain = (self._view(address, length) & _DECLARED) == 0
        return [(address + start, end - start) for start, end in runs(plain)]

    def _has_word(self, address: int, length: int) -> bool:
        """Whether a byte of a range belongs to an ownership word."""
        if not self._any(_WORD, address, length):
            return False
        start = max(0, address - self.base)
        return bool(self._memory[start : max(0, address - self.base + length)].tobytes().translate(None, _UNDECLARED))

    def permits(self, address: int, length: int, write: bool) -> NDArray[np.bool_]:
        """The bytes that the device may touch in this way."""
        permitted: NDArray[np.bool_] = (self._view(address, length) & (_WRITE if write else _READ)) != 0
        return permitted

    def permission(self, address: int) -> int:
        return int(self.permissions[address - self.base])

    def live_at(self, address: int) -> Mapping | None:
        """The live mapping that holds an address."""
        return next((m for m in self.live if m.address <= address < m.end), None)

    def ending_at(self, address: int) -> Mapping | None:
        """The live mapping behind whose last byte an address is."""
        return next((m for m in self.live if m.end == address), None)

    def declared(self, address: int, length: int) -> NDArray[np.bool_]:
        """Which bytes belong to ownership words."""
        found: NDArray[np.bool_] = (self._view(address, length) & _DECLARED) != 0
        return found

    def at(self, address: int, length: int = 1) -> Mapping | None:
        """The live mapping that overlaps a range, else the most recent past one, else None."""
        for mapping in self.live:
            if mapping.overlaps(address, length):
                return mapping
        for mapping in reversed(self.past):
            if mapping.overlaps(address, length):
                return mapping
        return None

    def overlapping(self, address: int, length: int) -> list[tuple[int, int]]:
        """The parts (address, length) of a range that lie in live mappings."""
        if not self.holds(address, length) or not self.given(address, length):
            return []
        end = address + length
        return [
            (max(address, m.address), min(end, m.end) - max(address, m.address))
            for m in self.live
            if address < m.end and m.address < end
        ]

    def streaming(self, address: int, length: int) -> bool:
        """Whether a page of the range has a live streaming mapping: only then must ownership be looked up."""
        return self._any(_STREAMING, address, length)

    def violations(self, address: int, length: int, write: bool) -> NDArray[np.int64] | None:
        """Offsets of the bytes that the CPU must not touch now: the device owns them. None: it may touch all."""
        start = address - self.base
        if not self._memory[start : start + length].tobytes().translate(None, _CPU_MAY_WRITE if write else _CPU_MAY_READ):
            return None
        view = self._view(address, length)
        owned = (view & _OWNED) != 0
        if not write:
            owned &= (view & _WRITE) != 0
        return np.flatnonzero(owned)

    def forbidden(self, address: int, length: int, write: bool) -> NDArray[np.int64]:
        """Offsets of the bytes that the device must not touch in this way now."""
        needed = _WRITE if write else _READ
        return np.flatnonzero((self._view(address, length) & needed) == 0)

    def given_lanes(self, address: int, length: int, beat: int) -> tuple[int, int]:
        """The part (offset, length) of a read burst that is judged.

        A bus rounds a read to whole beats: lanes of the first and the last beat beside the buffers that the device was given
        do not count. A beat of which it was given nothing counts in full. `beat` is in bytes.
        """
        view = self._view(address, length)
        given = (view & _READ) != 0
        if given[0] and given[-1]:
            return 0, length
        for m in self.live if self.streaming(address, length) else ():
            if m.kind not in _SHARED and m.overlaps(address, length):  # what the CPU has kept of it counts
                part = slice(max(0, m.address - address), m.end - address)
                given[part] |= (view[part] & (_READ | _WRITE)) == 0
        first, last = min(length, beat - address % beat), (address + length - 1) // beat * beat - address
        head, tail = np.flatnonzero(given[:first]), np.flatnonzero(given[max(last, 0) :])
        start = int(head[0]) if head.size else 0
        end = max(last, 0) + int(tail[-1]) + 1 if tail.size else length
        return start, end - start


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The runs [start, end) of True."""
    marks, found, end = mask.tobytes(), [], 0
    while (start := marks.find(1, end)) >= 0:
        end = marks.find(0, start)
        end = end if end >= 0 else len(marks)
        found.append((start, end))
    return found
