# SPDX-License-Identifier: Apache-2.0
"""Loads and stores of a CPU, single and in bulk.

Every operation makes the schedule's hidden moves first, then acts, then tells the observers. A bulk operation is one
event and one moment in time for each cache piece (`Hierarchy.piece`, 8 KiB with 256 sets of 32 bytes; with a quantum of
0, each line), and lets simulated time pass between pieces. All addresses that callers give are virtual.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dmasan.arch.core import Core
from dmasan.arch.faults import AlignmentFault
from dmasan.arch.memory import Bytes, Mask
from dmasan.arch.tlb import Translation
from dmasan.config import UsageError
from dmasan.events import LinesTaken, Load, MemoryType, Site, Store

_GATHERING = (MemoryType.WB, MemoryType.WT, MemoryType.NC)
_EARLY = (MemoryType.WB, MemoryType.NC)  # what the machine loads early; of Write-Through only the relation does


def as_bytes(data: bytes | bytearray | memoryview | NDArray[np.generic]) -> Bytes:
    """The bytes of `data` as a flat uint8 array, without a copy where possible."""
    if isinstance(data, np.ndarray):
        return np.ascontiguousarray(data).reshape(-1).view(np.uint8)
    return np.frombuffer(data, np.uint8)


class Accesses(Core):
    """The load and store instructions, and memcpy and memset as loops of them.

    All raise a typed Fault (translation, permission, alignment, external abort).
    """

    async def ldr(self, va: int) -> int:
        """LDR: a 32-bit load."""
        value = self._load(va, 4, "LDR")
        if self.owed_ns >= self._quantum_ns:
            await self.catch_up()
        return value

    async def ldrh(self, va: int) -> int:
        """LDRH: a 16-bit load."""
        value = self._load(va, 2, "LDRH")
        if self.owed_ns >= self._quantum_ns:
            await self.catch_up()
        return value

    async def ldrb(self, va: int) -> int:
        """LDRB: an 8-bit load."""
        value = self._load(va, 1, "LDRB")
        if self.owed_ns >= self._quantum_ns:
            await self.catch_up()
        return value

    async def str_(self, va: int, value: int) -> None:
        """STR: a 32-bit store (`str` is Python's)."""
        self._store(va, 4, value, "STR")
        if self.owed_ns >= self._quantum_ns:
            await self.catch_up()

    async def strh(self, va: int, value: int) -> None:
        """STRH: a 16-bit store."""
        self._store(va, 2, value, "STRH")
        if self.owed_ns >= self._quantum_ns:
            await self.catch_up()

    async def strb(self, va: int, value: int) -> None:
        """STRB: an 8-bit store."""
        self._store(va, 1, value, "STRB")
        if self.owed_ns >= self._quantum_ns:
            await self.catch_up()

    async def read(self, va: int, length: int) -> Bytes:
        """Loads [va, va + length) in bulk."""
        self._check_length("read", length)
        out = np.empty(length, np.uint8)
        done, site = 0, None
        for pa, run, entry in self._pieces(va, length, "load"):
            site = site or self._begin(_loads(entry), pa, length)
            out[done : done + run] = self._load_piece(pa, run, entry, site)
            done += run
            if self.owed_ns >= self._quantum_ns:
                await self.catch_up()
        return out

    async def write(self, va: int, data: bytes | bytearray | memoryview | NDArray[np.generic]) -> None:
        """Stores `data` in bulk at `va`."""
        source = as_bytes(data)
        done, site = 0, None
        for pa, run, entry in self._pieces(va, len(source), "store", write=True):
            site = site or self._begin(_stores(entry), pa, len(source))
            self._store_piece(pa, source[done : done + run], entry, site)
            done += run
            if self.owed_ns >= self._quantum_ns:
                await self.catch_up()

    async def fill(self, va: int, length: int, value: int) -> None:
        """memset: stores the byte `value` over [va, va + length)."""
        self._check_length("fill", length)
        pattern = np.full(min(length, self._piece), value & 0xFF, np.uint8)
        site = None
        for pa, run, entry in self._pieces(va, length, "store", write=True):
            site = site or self._begin(_stores(entry), pa, length)
            self._store_piece(pa, pattern[:run], entry, site)
            if self.owed_ns >= self._quantum_ns:
                await self.catch_up()

    async def copy(self, dst: int, src: int, length: int) -> None:
        """memcpy: loads from `src` and stores to `dst`, piece by piece; the ranges must not overlap."""
        self._check_length("copy", length)
        done, site = 0, None
        for pa, run, entry in self._pieces(src, length, "load"):
            site = site or self._begin(_loads(entry), pa, length)
            data, at = self._load_piece(pa, run, entry, site), 0
            for to, part, target in self._pieces(dst + done, run, "store", write=True):
                self._store_piece(to, data[at : at + part], target, site)
                at += part
            done += run
            if self.owed_ns >= self._quantum_ns:
                await self.catch_up()

    async def take_lines(self, va: int, length: int, *, write: bool) -> None:
        """A loop of LDR over the lines of the range, with `write` of STR of what was read: read, write for ownership.

        The SCU brings the lines into this CPU's L1, with `write` into no other (arch/arm/mm/cache-v6.S, v6.0). Through a
        translation that is not cacheable it brings in nothing.
        """
        self._check_length("take_lines", length)
        site, line = None, self._hierarchy.line
        for pa, run, entry in self._pieces(va, length, "store" if write else "load", write):
            if not entry.cacheable or entry.through:
                continue
            site = site or self._begin("neighbour_wb" if write else "load_wb", pa, length)
            if self._buffer.entries:
                self._before_load(pa, run, entry)
                if self._buffered:
                    self._noncacheable.drain_lines(self.index, pa, run)
            self._hierarchy.snooping = entry.shareable
            if write and self._early_lines:
                self._early.changed(pa, run)
            self._hierarchy.take(self.index, pa + entry.colour, run, write=write)
            self._charge(-(-run // line) * self._hierarchy.costs.l1_hit * (1 + write))
            if self._bus.active:
                self._bus.emit(LinesTaken(self._now(), site, self.index, pa, run, write))
            if self.owed_ns >= self._quantum_ns:
                await self.catch_up()

    # --- single accesses ---

    def _aligned(self, va: int, size: int, entry: Translation, access: str) -> bool:
        """Whether the scalar path will do. Raises AlignmentFault where only aligned accesses are allowed.

        Unaligned accesses to Normal memory are allowed with SCTLR.A = 0 (DDI 0406C, A3.2.1).
        """
        if not va & (size - 1):
            return True
        if entry.type not in _GATHERING:
            raise AlignmentFault(
                va, self.index, access, f"{entry.type.value} memory needs {size}-byte alignment"
            )
        return False

    def _load(self, va: int, size: int, access: str) -> int:
        entry = self.translate(va, access)
        pa = va + entry.delta
        if not self._aligned(va, size, entry, access):
            return self._load_unaligned(va, size, access)
        data: bytes | memoryview
        version: bytes | memoryview | None
        site = self._begin("load_wb" if entry.cacheable else "load_nc", pa, size)
        early = self._taken_early(pa, size, entry) if self._early_lines else None
        if early is not None:
            data, version = early
        elif not entry.cacheable:
            data, version = self._noncacheable.load_scalar(self.index, pa, size)
        else:
            if self._buffer.entries:
                self._before_load(pa, size, entry)
            self._hierarchy.snooping = entry.shareable
            data, version = self._hierarchy.load_scalar(self.index, pa + entry.colour, size)
            if self._buffered and self._buffer.entries:
                data, version = self._forwarded(pa, data, version)
        value = int.from_bytes(data, "little")
        self._charge()
        if self._bus.active:
            stale = None
            if version is not None and version != self._latest[pa - self._base : pa - self._base + size]:
                stale = self._stale(pa, np.frombuffer(version, np.uint8))
            self._bus.emit(Load(self._now(), site, self.index, pa, size, entry.type, stale, entry.colour))
        return value

    def _load_unaligned(self, va: int, size: int, access: str) -> int:
        value, site = b"", None
        for pa, run, entry in self._pieces(va, size, access):
            site = site or self._begin(_loads(entry), pa, size)
            value += self._load_piece(pa, run, entry, site).tobytes()
        return int.from_bytes(value, "little")

    def _store(self, va: int, size: int, value: int, access: str) -> None:
        entry = self.translate(va, access, True)
        pa = va + entry.delta
        data = (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")
        if not self._aligned(va, size, entry, access):
            done, site = 0, None
            for pa, run, entry in self._pieces(va, size, access, write=True):
                site = site or self._begin(_stores(entry), pa, size)
                self._store_piece(pa, np.frombuffer(data[done : done + run], np.uint8), entry, site)
                done += run
            return
        if not entry.cacheable:
            site = self._begin("store_nc", pa, size)
            self._noncacheable.store_scalar(self.index, pa, data)
        elif entry.through:
            site = self._begin("store_wt", pa, size)
            self._noncacheable.store_through(self.index, pa, np.frombuffer(data, np.uint8), entry.colour)
        else:
            site = self._begin("store_wb", pa, size)
            if self._buffered:
                self._noncacheable.store_cacheable(self.index, pa, data, entry.colour)
            else:
                if self._buffer.entries:
                    self._noncacheable.before_store(self.index)
                self._hierarchy.snooping = entry.shareable
                self._hierarchy.store_scalar(self.index, pa + entry.colour, data)
        if self._early_lines:
            self._early.changed(pa, size)
        self._charge()
        if self._bus.active:
            self._bus.emit(Store(self._now(), site, self.index, pa, size, entry.type, entry.colour))

    # --- pieces ---

    def _stale(self, pa: int, version: Bytes) -> Mask | None:
        """Which bytes of a load were not the latest."""
        memory = self.machine.memory
        assert memory.latest is not None
        offset = pa - memory.base
        mask = version != memory.latest[offset : offset + len(version)]
        return mask if mask.any() else None

    def _load_piece(self, pa: int, length: int, entry: Translation, site: Site) -> Bytes:
        if entry.cacheable:
            if self._buffer.entries:
                self._before_load(pa, length, entry)
            self._hierarchy.snooping = entry.shareable
            data, version = self._hierarchy.load(self.index, pa + entry.colour, length)
            if self._buffered and self._buffer.entries:
                self._buffer.overlay(pa, data, version, cacheable=True)
        else:
            data, version = self._noncacheable.load(self.index, pa, length)
        if self._early_lines and entry.type in _EARLY:
            self._early.overlay(self.index, pa, data, version, entry.cacheable)
        self._charge()
        if self._bus.active:
            stale = None if version is None else self._stale(pa, version)
            self._bus.emit(Load(self._now(), site, self.index, pa, length, entry.type, stale, entry.colour))
        return data

    def _store_piece(self, pa: int, data: Bytes, entry: Translation, site: Site) -> None:
        if entry.through:
            self._noncacheable.store_through(self.index, pa, data, entry.colour)
        elif entry.cacheable:
            if self._buffer.entries:
                self._noncacheable.before_store(self.index)
                if self._buffered:  # a bulk store does not wait, and pushes what waits of its lines
                    self._noncacheable.drain_lines(self.index, pa, len(data))
            self._hierarchy.snooping = entry.shareable
            self._hierarchy.store(self.index, pa + entry.colour, data)
        else:
            self._noncacheable.store(self.index, pa, data)
        if self._early_lines:
            self._early.changed(pa, len(data))
        self._charge()
        if self._bus.active:
            self._bus.emit(Store(self._now(), site, self.index, pa, len(data), entry.type, entry.colour))

    def _taken_early(self, pa: int, size: int, entry: Translation) -> tuple[bytes, bytes | None] | None:
        """What an early load has found for this one."""
        return self._early.taken(self.index, pa, size, entry.cacheable) if entry.type in _EARLY else None

    def _forwarded(
        self, pa: int, data: memoryview, version: memoryview | None
    ) -> tuple[bytes, bytes | None]:
        """What a load got, with the CPU's own Write-Back stores that wait."""
        merged = np.array(data, np.uint8)
        versions = None if version is None else np.array(version, np.uint8)
        self._buffer.overlay(pa, merged, versions, cacheable=True)
        return merged.tobytes(), None if versions is None else versions.tobytes()

    def _before_load(self, pa: int, length: int, entry: Translation) -> None:
        """What the CPU's buffer must have handed on before a cacheable load: what a DMB ordered before it, and its own
        Write-Through stores to the lines, which the fill would miss."""
        self._noncacheable.after_dmb(self.index)
        if entry.through:
            self._noncacheable.drain_lines(self.index, pa, length)

    def _check_length(self, what: str, length: int) -> None:
        if length < 0:
            raise UsageError(f"{what} of {length} bytes: a length cannot be negative")


def _loads(entry: Translation) -> str:
    return "load_wb" if entry.cacheable else "load_nc"


def _stores(entry: Translation) -> str:
    if entry.through:
        return "store_wt"
    return "store_wb" if entry.cacheable else "store_nc"
