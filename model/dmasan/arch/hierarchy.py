# SPDX-License-Identifier: Apache-2.0
"""The cacheable paths: the L1s and their snoop control unit, the L2, memory.

Each CPU has an L1; the SCU keeps them coherent: a line that is dirty in one L1 is in no other, a miss takes the line
from another L1 if one has it (a dirty line migrates), and a store removes the other copies (DDI 0407, 2.1). The L2 is
neither inclusive nor exclusive: an L1 miss that misses it allocates in both, a dirty L1 victim is allocated in it.
What a fill reads, or a write-back passes, on its way to memory waits for the outer buffer (`before_memory`), as the
hazard checks of the PL310 make it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dmasan.arch.cache import Cache, Indices
from dmasan.arch.counters import Counters
from dmasan.arch.memory import NEXT_VERSION, Bytes, Memory
from dmasan.arch.profile import Profile


def _ready(lines: Indices) -> None:
    """Without an outer buffer nothing is pending before memory."""


class Hierarchy:
    """Caches of a machine. Addresses are physical and lie in RAM; `cycles` accumulates what accesses cost."""

    def __init__(self, profile: Profile, memory: Memory, cpus: int, counters: Counters, seed: int) -> None:
        versions = memory.version is not None
        self.memory = memory
        self.counters = counters
        self.costs = profile.costs
        self.line = profile.l1.line
        self.shift = self.line.bit_length() - 1
        self.piece = profile.l1.sets * self.line  # bytes in which no two lines share a set of any level
        self.l1 = [
            Cache(profile.l1, versions=versions, replacement=profile.replacement, seed=seed * 16 + i)
            for i in range(cpus)
        ]
        self.l2 = (
            Cache(profile.l2, versions=versions, replacement=profile.replacement, seed=seed * 16 + 15)
            if profile.l2
            else None
        )
        self.inner_l2 = self.l2 if not profile.outer else None  # the L2 that operations by VA reach
        self.outer_l2 = self.l2 if profile.outer else None
        self.before_memory: Callable[[Indices], None] = _ready
        self.cycles = 0
        self._base_line = memory.base >> self.shift
        self._memory_rows = memory.data.reshape(-1, self.line)
        self._version_rows = None if memory.version is None else memory.version.reshape(-1, self.line)
        self._latest = None if memory.latest is None else memory.latest.data

    # --- memory ---

    def _read_memory(self, lines: Indices) -> tuple[Bytes, Bytes | None]:
        self.before_memory(lines)
        rows = lines - self._base_line
        version = None if self._version_rows is None else self._version_rows.take(rows, axis=0)
        return self._memory_rows.take(rows, axis=0), version

    def _write_memory(self, lines: Indices, data: Bytes, version: Bytes | None) -> None:
        rows = lines - self._base_line
        self._memory_rows[rows] = data
        if self._version_rows is not None and version is not None:
            self._version_rows[rows] = version

    # --- L2 ---

    def write_back(self, l2: Cache, slots: Indices) -> None:
        """Writes the dirty ones of `slots` to memory; they stay marked."""
        dirty = slots[l2.dirty[slots]]
        if len(dirty):
            self.counters.write_backs += len(dirty)
            self.cycles += len(dirty) * self.costs.memory // 4  # posted
            self._write_memory(l2.tags[dirty], *l2.rows(dirty))

    def _fetch(self, lines: Indices) -> tuple[Bytes, Bytes | None]:
        """The bytes of `lines` below L1; what misses in L2 is allocated there."""
        l2 = self.l2
        if l2 is None:
            self.cycles += len(lines) * self.costs.memory
            return self._read_memory(lines)
        slots = l2.locate(lines)
        miss = slots < 0
        self.cycles += len(lines) * self.costs.l2_hit
        if miss.any():
            slots[miss] = self.allocate_l2(l2, lines[miss])
        return l2.rows(slots)

    def allocate_l2(self, l2: Cache, lines: Indices) -> Indices:
        """Brings `lines`, absent from L2, in from memory; returns their slots."""
        slots = l2.victims(lines)
        self.write_back(l2, slots)
        l2.install(slots, lines, *self._read_memory(lines), False)
        self.counters.l2_fills += len(lines)
        self.cycles += len(lines) * self.costs.memory
        return slots

    def write_beneath_l1(self, lines: Indices, data: Bytes, version: Bytes | None) -> None:
        """Dirty lines of L1 go down: into L2 (allocated, dirty), or to memory where there is none."""
        self.counters.write_backs += len(lines)
        self.before_memory(lines)
        l2 = self.l2
        if l2 is None:
            self.cycles += len(lines) * self.costs.memory // 4
            self._write_memory(lines, data, version)
            return
        self.cycles += len(lines) * self.costs.l2_hit // 4
        slots = l2.locate(lines)
        miss = slots < 0
        if miss.any():
            taken = l2.victims(lines[miss])
            self.write_back(l2, taken)
            slots[miss] = taken
        l2.install(slots, lines, data, version, True)

    # --- L1 ---

    def write_back_l1(self, l1: Cache, slots: Indices) -> None:
        """Cleans the dirty ones of `slots`, ascending by line, to the level below."""
        dirty = slots[l1.dirty[slots]]
        l1.dirty[dirty] = False
        lines = l1.tags[dirty]
        # Cut where the aligned window of L2's sets changes: within one, no two lines share a set.
        cuts = np.flatnonzero(np.diff(lines // self.l2.sets)) + 1 if self.l2 is not None else ()
        for part in np.split(dirty, cuts) if len(dirty) else ():
            self.write_beneath_l1(l1.tags[part], *l1.rows(part))

    def ensure(self, cpu: int, lines: Indices) -> Indices:
        """The slots of `lines` in the L1 of `cpu`, filled where absent."""
        l1 = self.l1[cpu]
        slots = l1.locate(lines)
        miss = slots < 0
        if miss.any():
            slots[miss] = self._fill(cpu, lines if miss.all() else lines[miss])
        return slots

    def _fill(self, cpu: int, lines: Indices) -> Indices:
        """Brings absent `lines` into the L1 of `cpu`: from another L1, or from below."""
        l1 = self.l1[cpu]
        slots = l1.victims(lines)
        dirty = slots[l1.dirty[slots]]
        if len(dirty):
            self.write_beneath_l1(l1.tags[dirty], *l1.rows(dirty))
        self.counters.l1_fills += len(lines)
        missing = self._take_from_others(cpu, lines, slots)
        if missing is None:
            l1.install(slots, lines, *self._fetch(lines), False)
        elif missing.any():
            l1.install(slots[missing], lines[missing], *self._fetch(lines[missing]), False)
        return slots

    def _take_from_others(self, cpu: int, lines: Indices, slots: Indices) -> np.ndarray | None:
        """The SCU: installs what another L1 holds; returns which lines none held (None: all of them)."""
        missing: np.ndarray | None = None
        l1 = self.l1[cpu]
        for other in self.l1:
            if other is l1:
                continue
            theirs = other.locate(lines)
            found = theirs >= 0
            if missing is not None:
                found &= missing
            if not found.any():
                continue
            source = theirs[found]
            dirty = other.dirty[source]
            l1.install(slots[found], lines[found], *other.rows(source), dirty)
            other.drop(source[dirty])
            missing = ~found if missing is None else missing & ~found
        return missing

    def _own(self, cpu: int, lines: Indices, slots: Indices) -> None:
        """Makes the L1 of `cpu` the only holder of `lines`, before it dirties them."""
        l1 = self.l1[cpu]
        if len(self.l1) > 1:
            shared = lines[~l1.dirty[slots]]
            if len(shared):
                for other in self.l1:
                    if other is not l1:
                        theirs = other.locate(shared)
                        other.drop(theirs[theirs >= 0])
        l1.dirty[slots] = True

    # --- accesses ---

    def _lines(self, pa: int, length: int) -> Indices:
        return np.arange(pa >> self.shift, (pa + length + self.line - 1) >> self.shift, dtype=np.int64)

    def load(self, cpu: int, pa: int, length: int) -> tuple[Bytes, Bytes | None]:
        """Bytes and versions of [pa, pa + length), which lies in one piece."""
        slots = self.ensure(cpu, self._lines(pa, length))
        l1 = self.l1[cpu]
        self.cycles += (length + 7) // 8 * self.costs.l1_hit
        start = pa & (self.line - 1)
        data = l1.data.take(slots, axis=0).reshape(-1)[start : start + length]
        if l1.version is None:
            return data, None
        return data, l1.version.take(slots, axis=0).reshape(-1)[start : start + length]

    def store(self, cpu: int, pa: int, data: Bytes) -> None:
        """Stores `data` at `pa`, within one piece; lines are allocated and dirty."""
        done, length = 0, len(data)
        while done < length:
            start = (pa + done) & (self.line - 1)
            if start or length - done < self.line:
                step = min(self.line - start, length - done)
                self.store_scalar(cpu, pa + done, data[done : done + step].tobytes())
            else:
                step = (length - done) & ~(self.line - 1)
                self._store_lines(cpu, pa + done, data[done : done + step])
            done += step

    def _store_lines(self, cpu: int, pa: int, data: Bytes) -> None:
        lines = self._lines(pa, len(data))
        l1 = self.l1[cpu]
        slots = self.ensure(cpu, lines)
        self._own(cpu, lines, slots)
        l1.data[slots] = data.reshape(-1, self.line)
        latest = self.memory.latest
        if latest is not None and l1.version is not None:
            offset = pa - self.memory.base
            here = latest[offset : offset + len(data)]
            np.add(here, 1, out=here)
            l1.version[slots] = here.reshape(-1, self.line)
        self.cycles += len(data) // 8 * self.costs.l1_hit

    def _slot(self, cpu: int, line: int) -> int:
        slot = self.l1[cpu].find(line)
        return slot if slot >= 0 else int(self.ensure(cpu, np.array((line,), np.int64))[0])

    def load_scalar(self, cpu: int, pa: int, size: int) -> tuple[memoryview, memoryview | None]:
        """The bytes and versions of an access within one line."""
        l1 = self.l1[cpu]
        at = self._slot(cpu, pa >> self.shift) * self.line + (pa & (self.line - 1))
        self.cycles += self.costs.l1_hit
        versions = l1.version_view
        return l1.data_view[at : at + size], None if versions is None else versions[at : at + size]

    def store_scalar(self, cpu: int, pa: int, data: bytes) -> None:
        """A store within one line."""
        l1 = self.l1[cpu]
        slot = self._slot(cpu, pa >> self.shift)
        if not l1.dirty_view[slot]:
            only = np.array((slot,), np.int64)
            self._own(cpu, l1.tags[only], only)
        at = slot * self.line + (pa & (self.line - 1))
        end = at + len(data)
        l1.data_view[at:end] = data
        if self._latest is not None and l1.version_view is not None:
            offset = pa - self.memory.base
            version = self._latest[offset : offset + len(data)].tobytes().translate(NEXT_VERSION)
            self._latest[offset : offset + len(data)] = version
            l1.version_view[at:end] = version
        self.cycles += self.costs.l1_hit

    def peek(self, pa: int, length: int) -> Bytes:
        """What a coherent reader sees of [pa, pa + length), without a trace: the page-table walker's view.

        Walks are Inner and Outer Write-Back Shareable on ARMv7 SMP (TTB_FLAGS_SMP, arch/arm/mm/proc-v7-2level.S).
        """
        offset = self.memory.offset(pa, length)
        data = self.memory.data[offset : offset + length].copy()
        first, end = pa >> self.shift, (pa + length + self.line - 1) >> self.shift
        for cache in (self.l2, *self.l1):  # the last copy that is put in wins: L1 over L2 over memory
            if cache is None:
                continue
            for slot in cache.resident(first, end).tolist():
                at = (int(cache.tags[slot]) << self.shift) - pa
                low, high = max(at, 0), min(at + self.line, length)
                data[low:high] = cache.data[slot, low - at : high - at]
        return data
