# SPDX-License-Identifier: Apache-2.0
"""The cacheable paths: the L1s and their snoop control unit, the L2, memory.

Each CPU has an L1; the SCU keeps them coherent: a line that is dirty in one L1 is in no other, a miss takes the line
from another L1 if one has it (a dirty line migrates), and a store removes the other copies (DDI 0407, 2.1). An access
through a Non-shareable translation is not seen by the SCU, nor does it see the other L1s (`snooping`).

The L2 is "non-inclusive": an L1 miss that misses it allocates in both, a dirty L1 victim is allocated in it;
"inclusive": what leaves it leaves the L1s too, dirty data of theirs with it (DDI 0438, 7.2); or a "victim" cache: filled
by what L1 gives up, clean or dirty, and not by fetches (DDI 0500, 7.2; exclusive mode of DDI 0246, 2.3.3).

Addresses are physical. Where L1 is virtually indexed those of the accesses carry the colour above (`VirtualCache`).
What a fill reads, or a write-back passes, on its way to memory waits for the outer buffer (`before_memory`), as the
hazard checks of the PL310 make it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dmasan.arch.cache import PHYSICAL, Cache, Indices, VirtualCache
from dmasan.arch.counters import Counters
from dmasan.arch.geometry import CacheGeometry
from dmasan.arch.indexed_cache import IndexedCache
from dmasan.arch.memory import NEXT_VERSION, Bytes, Mask, Memory, lines_of
from dmasan.arch.processor import Profile


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
        self.virtual = profile.colours != 1
        kind = VirtualCache if self.virtual else self._indexed
        self.l1 = [
            kind(profile.l1, versions=versions, replacement=profile.replacement, seed=seed * 16 + i)
            for i in range(cpus)
        ]
        policy = profile.l2_replacement or profile.replacement
        self.l2 = (
            self._indexed(profile.l2, versions=versions, replacement=policy, seed=seed * 16 + 15) if profile.l2 else None
        )
        self.inclusive = profile.l2_content == "inclusive"
        self.victim = profile.l2_content == "victim"
        self.write_allocate = profile.write_allocate
        self.write_streaming = profile.write_streaming
        self.snooping = True  # the access that is under way is Shareable
        self._lru = profile.replacement == "lru"
        self.inner_l2 = self.l2 if not profile.outer else None  # the L2 that operations by VA reach
        self.outer_l2 = self.l2 if profile.outer else None
        self.before_memory: Callable[[Indices], None] = _ready
        self.cycles = 0
        self._base_line = memory.base >> self.shift
        self._address_mask = (1 << 40) - 1  # of the physical part of an address
        self._memory_lines = lines_of(memory.data, self.line)
        self._version_lines = None if memory.version is None else lines_of(memory.version, self.line)
        self._memory_rows = memory.data.reshape(-1, self.line)
        self._version_rows = None if memory.version is None else memory.version.reshape(-1, self.line)
        self._latest = None if memory.latest is None else memory.latest.data

    def _indexed(self, geometry: CacheGeometry, *, versions: bool, replacement: str, seed: int) -> Cache:
        first, count = self.memory.base >> self.shift, self.memory.size >> self.shift
        ram = range(first, first + count)
        return IndexedCache(geometry, ram, versions=versions, replacement=replacement, seed=seed)

    def _physical(self, lines: Indices) -> Indices:
        """The numbers of lines of an L1, without their colours."""
        return lines & PHYSICAL if self.virtual else lines

    # --- memory ---

    def _read_memory(self, lines: Indices, run: bool = False) -> tuple[Bytes, Bytes | None]:
        """Bytes and versions of `lines`, for whoever copies them at once: of consecutive ones (`run`) they are memory itself."""
        self.before_memory(lines)
        if run:
            start = int(lines[0]) - self._base_line
            here = slice(start, start + len(lines))
            return self._memory_rows[here], None if self._version_rows is None else self._version_rows[here]
        rows = lines - self._base_line
        version = None if self._version_rows is None else self._version_rows.take(rows, axis=0)
        return self._memory_rows.take(rows, axis=0), version

    def _write_memory(self, lines: Indices, data: Bytes, version: Bytes | None, mask: Mask | None = None) -> None:
        rows = lines - self._base_line
        if mask is not None:
            data = np.where(mask, data, self._memory_rows[rows])
            if self._version_rows is not None and version is not None:
                version = np.where(mask, version, self._version_rows[rows])
        self._memory_lines.put(rows, data.view(self._memory_lines.dtype))
        if self._version_lines is not None and version is not None:
            self._version_lines.put(rows, version.view(self._version_lines.dtype))

    # --- L2 ---

    def write_back(self, l2: Cache, slots: Indices) -> None:
        """Writes the dirty ones of `slots` to memory; they stay marked."""
        dirty = slots[l2.dirty[slots]]
        if len(dirty):
            self.counters.write_backs += len(dirty)
            self.cycles += len(dirty) * self.costs.memory // 4  # posted
            self._write_memory(l2.tags[dirty], *l2.rows(dirty), l2.dirty_bytes(dirty))

    def _fetch(self, lines: Indices, run: bool = False, whole: bool = False) -> tuple[Bytes | None, Bytes | None]:
        """The bytes of `lines` below L1; what misses in L2 is allocated there. `run` and `whole` as in `ensure`."""
        l2 = self.l2
        if l2 is None:
            self.cycles += len(lines) * self.costs.memory
            return self._read_memory(lines, run)
        if run and not self.victim and l2.lacks(lines):
            self.cycles += len(lines) * self.costs.l2_hit
            slots = self.allocate_l2(l2, lines, run)
            return (None, None) if whole else l2.rows(slots)
        slots = l2.locate(lines, run)
        miss = slots < 0
        self.cycles += len(lines) * self.costs.l2_hit
        if l2.lru:
            l2.touch(slots[~miss])
        if miss.any():
            if self.victim:
                return self._fetch_past(l2, lines, slots, miss)
            slots[miss] = self.allocate_l2(l2, lines[miss])
        return (None, None) if whole else l2.rows(slots)

    def _fetch_past(self, l2: Cache, lines: Indices, slots: Indices, miss: Mask) -> tuple[Bytes, Bytes | None]:
        """As `_fetch`, but what misses in L2 is not allocated there."""
        data, version = l2.rows(slots)  # the rows of those that miss are replaced
        self.cycles += int(np.count_nonzero(miss)) * self.costs.memory
        data[miss], fetched = self._read_memory(lines[miss])
        if version is not None and fetched is not None:
            version[miss] = fetched
        return data, version

    def make_room(self, l2: Cache, slots: Indices) -> None:
        """What `slots` of L2 hold is about to go: dirty data to memory, copies in the L1s too if L2 is inclusive."""
        if self.inclusive:
            self._back_invalidate(l2, slots[l2.tags[slots] >= 0])
        self.write_back(l2, slots)

    def _back_invalidate(self, l2: Cache, slots: Indices) -> None:
        """The L1s give up what `slots` of L2 hold; their dirty data is taken into L2 first."""
        for l1 in self.l1:
            theirs = l1.locate(l2.tags[slots])
            found = theirs >= 0
            dirty = found.copy()
            dirty[found] = l1.dirty[theirs[found]]
            if dirty.any():
                mask = l1.dirty_bytes(theirs[dirty])
                if mask is None:
                    l2.install(slots[dirty], l2.tags[slots[dirty]], *l1.rows(theirs[dirty]), True)
                else:
                    l2.merge(slots[dirty], *l1.rows(theirs[dirty]), mask)
            l1.drop(theirs[found])

    def allocate_l2(self, l2: Cache, lines: Indices, run: bool = False) -> Indices:
        """Brings `lines`, absent from L2, in from memory; returns their slots."""
        slots = l2.victims(lines, run)
        self.make_room(l2, slots)
        l2.install(slots, lines, *self._read_memory(lines, run), False, run)
        self.counters.l2_fills += len(lines)
        self.cycles += len(lines) * self.costs.memory
        return slots

    def write_beneath_l1(self, lines: Indices, data: Bytes, version: Bytes | None, mask: Mask | None = None) -> None:
        """Dirty lines of L1 go down: into L2 (allocated, dirty), or to memory where there is none. `mask`: these bytes alone."""
        self.counters.write_backs += len(lines)
        self.before_memory(lines)
        l2 = self.l2
        if l2 is None:
            self.cycles += len(lines) * self.costs.memory // 4
            self._write_memory(lines, data, version, mask)
            return
        self.cycles += len(lines) * self.costs.l2_hit // 4
        slots = l2.locate(lines)
        miss = slots < 0
        if mask is not None:
            self._merge_beneath(l2, slots, lines, data, version, mask)
            return
        if np.count_nonzero(miss):
            taken = l2.victims(lines[miss])
            self.make_room(l2, taken)
            slots[miss] = taken
        l2.install(slots, lines, data, version, True)

    def _merge_beneath(
        self, l2: Cache, slots: Indices, lines: Indices, data: Bytes, version: Bytes | None, mask: Mask
    ) -> None:
        """Dirty granules go into the lines of L2 that they hit; for want of the rest of the line, the others to memory."""
        for at, write in ((np.flatnonzero(slots >= 0), True), (np.flatnonzero(slots < 0), False)):
            part = data[at], None if version is None else version[at], mask[at]
            if len(at) and write:
                l2.merge(slots[at], *part)
            elif len(at):
                self._write_memory(lines[at], *part)

    # --- L1 ---

    def _give_up(self, l1: Cache, slots: Indices) -> None:
        """`slots` of an L1, of which no two share a set, are to be used anew: their lines go to the level below."""
        dirty = slots[l1.dirty[slots]]
        if len(dirty):
            self.write_beneath_l1(self._physical(l1.tags[dirty]), *l1.rows(dirty), l1.dirty_bytes(dirty))
        if self.victim and self.l2 is not None:
            self._keep_below(self.l2, l1, slots[(l1.tags[slots] >= 0) & ~l1.dirty[slots]])

    def _keep_below(self, l2: Cache, l1: Cache, clean: Indices) -> None:
        """Clean lines that L1 gives up are allocated in L2, those that it does not have."""
        missing = clean[l2.locate(l1.tags[clean]) < 0]
        if len(missing):
            slots = l2.victims(l1.tags[missing])
            self.write_back(l2, slots)
            l2.install(slots, l1.tags[missing], *l1.rows(missing), False)

    def evict_l1(self, l1: Cache, slots: Indices) -> None:
        """`slots` of an L1, ascending by line, are given up."""
        self.write_back_l1(l1, slots)
        if self.victim and self.l2 is not None:
            for part in self._parts(l1.tags[slots], slots):
                self._keep_below(self.l2, l1, part)
        l1.drop(slots)

    def _parts(self, lines: Indices, slots: Indices) -> list[Indices]:
        """Cuts `slots` where the aligned window of L2's sets changes: within one, no two lines share a set."""
        if not len(slots):
            return []
        cuts = np.flatnonzero(np.diff(lines // self.l2.sets)) + 1 if self.l2 is not None else ()
        return list(np.split(slots, cuts))

    def write_back_l1(self, l1: Cache, slots: Indices) -> None:
        """Cleans the dirty ones of `slots`, ascending by line, to the level below."""
        dirty = slots[l1.dirty[slots]]
        l1.dirty[dirty] = False
        for part in self._parts(l1.tags[dirty], dirty):
            self.write_beneath_l1(l1.tags[part] & PHYSICAL, *l1.rows(part), l1.dirty_bytes(part))

    def ensure(self, cpu: int, lines: Indices, run: bool = False, whole: bool = False) -> Indices:
        """The slots of `lines` in the L1 of `cpu`, filled where absent.

        `run`: the lines are consecutive. `whole`: they are written in full next, so that the bytes that are filled do not
        matter; a line that no other L1 has comes in dirty.
        """
        l1 = self.l1[cpu]
        if run and l1.lacks(lines):  # the usual case of a stream
            slots = self._fill(cpu, lines, run, whole)
        else:
            slots = l1.locate(lines, run)
            miss = slots < 0
            if miss.any():
                slots[miss] = self._fill(cpu, lines[miss], False, whole)
        if self._lru:
            l1.touch(slots)
        return slots

    def _fill(self, cpu: int, lines: Indices, run: bool, whole: bool) -> Indices:
        """Brings absent `lines` into the L1 of `cpu`: from another L1, or from below."""
        l1 = self.l1[cpu]
        slots = l1.victims(lines, run)
        self._give_up(l1, slots)
        self.counters.l1_fills += len(lines)
        missing = self._take_from_others(cpu, lines, slots, run) if self.snooping else None
        if missing is None:
            l1.install(slots, lines, *self._fetch(self._physical(lines), run, whole), whole, run)
        elif missing.any():
            l1.install(slots[missing], lines[missing], *self._fetch(lines[missing]), False)
        if not self.snooping:
            l1.make_private(slots)
        return slots

    def _take_from_others(self, cpu: int, lines: Indices, slots: Indices, run: bool) -> np.ndarray | None:
        """The SCU: installs what another L1 holds; returns which lines none held (None: all of them)."""
        missing: np.ndarray | None = None
        l1 = self.l1[cpu]
        for other in self.l1:
            if other is l1 or (run and other.lacks(lines)):
                continue
            theirs = other.snooped(lines, run)
            found = theirs >= 0
            if missing is not None:
                found &= missing
            if not found.any():
                continue
            source = theirs[found]
            dirty = other.dirty[source]
            l1.install(slots[found], lines[found], *other.rows(source), dirty)
            if l1.parts is not None and other.parts is not None:
                l1.parts[slots[found]] = other.parts[source]
            other.drop(source[dirty])
            missing = ~found if missing is None else missing & ~found
        return missing

    def _own(self, cpu: int, lines: Indices, slots: Indices) -> None:
        """Makes the L1 of `cpu` the only holder of `lines`, before it dirties them; which bytes is the caller's to tell."""
        l1 = self.l1[cpu]
        if len(self.l1) > 1 and self.snooping:
            shared = lines[~l1.dirty[slots]]
            if len(shared):
                for other in self.l1:
                    if other is not l1:
                        theirs = other.snooped(shared)
                        other.drop(theirs[theirs >= 0])
        l1.dirty[slots] = True

    # --- accesses ---

    def _lines(self, pa: int, length: int) -> Indices:
        return np.arange(pa >> self.shift, (pa + length + self.line - 1) >> self.shift, dtype=np.int64)

    def load(self, cpu: int, pa: int, length: int) -> tuple[Bytes, Bytes | None]:
        """Bytes and versions of [pa, pa + length), which lies in one piece."""
        slots = self.ensure(cpu, self._lines(pa, length), run=True)
        l1 = self.l1[cpu]
        self.cycles += (length + 7) // 8 * self.costs.l1_hit
        start = pa & (self.line - 1)
        data = l1.data.take(slots, axis=0).reshape(-1)[start : start + length]
        if l1.version is None:
            return data, None
        return data, l1.version.take(slots, axis=0).reshape(-1)[start : start + length]

    def take(self, cpu: int, pa: int, length: int, *, write: bool) -> None:
        """The lines of [pa, pa + length), within one piece, are in the L1 of `cpu`; with `write` dirty, and in no other."""
        lines = self._lines(pa, length)
        slots = self.ensure(cpu, lines)
        if write:
            self._own(cpu, lines, slots)
            if (parts := self.l1[cpu].parts) is not None:
                parts[slots] = True

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
        lines, rows = self._lines(pa, len(data)), data.reshape(-1, self.line)
        version: Bytes | None = None
        if self.memory.latest is not None:
            offset = (pa & self._address_mask) - self.memory.base
            here = self.memory.latest[offset : offset + len(data)]
            np.add(here, 1, out=here)
            version = here.reshape(-1, self.line)
        self.cycles += len(data) // 8 * self.costs.l1_hit
        past = self._past_l1(lines)
        if past is not None:
            self.write_beneath_l1(
                lines[past] & PHYSICAL, rows[past], None if version is None else version[past]
            )
            lines, rows = lines[~past], rows[~past]
            version = None if version is None else version[~past]
        if len(lines):
            l1 = self.l1[cpu]
            slots = self.ensure(cpu, lines, run=past is None, whole=True)
            self._own(cpu, lines, slots)
            if l1.parts is not None:
                l1.parts[slots] = True
            l1.put(slots, rows, version)

    def _past_l1(self, lines: Indices) -> Mask | None:
        """Which of the lines that are to be written in full go past L1: no L1 has them, and they do not allocate there."""
        streamed = self.write_streaming and len(lines) > self.write_streaming
        if self.write_allocate and not streamed:
            return None
        past: Mask = np.ones(len(lines), np.bool_)
        for l1 in self.l1:
            past &= l1.locate(lines) < 0
        if self.write_allocate:
            past[: self.write_streaming] = False
        return past if past.any() else None

    def _slot(self, cpu: int, line: int) -> int:
        l1 = self.l1[cpu]
        slot = l1.find(line)
        if slot < 0:
            return int(self.ensure(cpu, np.array((line,), np.int64))[0])
        if self._lru:
            l1.touch(slot)
        return slot

    def load_scalar(self, cpu: int, pa: int, size: int) -> tuple[memoryview, memoryview | None]:
        """The bytes and versions of an access within one line."""
        l1 = self.l1[cpu]
        at = self._slot(cpu, pa >> self.shift) * self.line + (pa & (self.line - 1))
        self.cycles += self.costs.l1_hit
        versions = l1.version_view
        return l1.data_view[at : at + size], None if versions is None else versions[at : at + size]

    def next_version(self, pa: int, length: int) -> bytes | None:
        """A store of these bytes is the latest from now on: its version, None without versions."""
        if self._latest is None:
            return None
        offset = (pa & self._address_mask) - self.memory.base
        version = self._latest[offset : offset + length].tobytes().translate(NEXT_VERSION)
        self._latest[offset : offset + length] = version
        return version

    def store_scalar(self, cpu: int, pa: int, data: bytes, version: bytes | None = None) -> None:
        """A store within one line; with the `version` that it had when it went into the CPU's buffer."""
        l1 = self.l1[cpu]
        if not self.write_allocate and all(each.find(pa >> self.shift) < 0 for each in self.l1):
            self._store_past_l1(pa & self._address_mask, data, version)
            return
        slot = self._slot(cpu, pa >> self.shift)
        start = pa & (self.line - 1)
        if l1.parts is not None:
            l1.soil(slot, start, start + len(data))
        if not l1.dirty_view[slot]:
            only = np.array((slot,), np.int64)
            self._own(cpu, l1.tags[only], only)
        at = slot * self.line + start
        end = at + len(data)
        l1.data_view[at:end] = data
        if l1.version_view is not None:
            l1.version_view[at:end] = version or self.next_version(pa, len(data)) or b""
        self.cycles += self.costs.l1_hit

    def _store_past_l1(self, pa: int, data: bytes, version: bytes | None) -> None:
        """A store within one line that no L1 has and that does not allocate there: into L2 (allocated), or memory."""
        only, offset, length = self._lines(pa, 1), pa - self.memory.base, len(data)
        self.before_memory(only)
        version = version or self.next_version(pa, length) or bytes(length)
        self.cycles += self.costs.nc_store
        l2 = self.l2
        if l2 is None:
            self.memory.data.data[offset : offset + length] = data
            if self.memory.version is not None:
                self.memory.version.data[offset : offset + length] = version
            return
        slot = l2.find(pa >> self.shift)
        if slot < 0:
            slot = int(self.allocate_l2(l2, only)[0])
        start = pa & (self.line - 1)
        l2.soil(slot, start, start + length)
        l2.dirty_view[slot] = True
        at = slot * self.line + start
        l2.data_view[at : at + length] = data
        if l2.version_view is not None:
            l2.version_view[at : at + length] = version

    def write_hits(self, pa: int, data: Bytes, version: Bytes) -> None:
        """A Write-Through store updates the lines that an L1 has, within one piece; it allocates none."""
        lines = self._lines(pa, len(data))
        for l1 in self.l1:
            slots = l1.locate(lines)
            for slot in slots[slots >= 0].tolist():
                at = (int(l1.tags[slot]) << self.shift) - pa
                low, high = max(at, 0), min(at + self.line, len(data))
                l1.data[slot, low - at : high - at] = data[low:high]
                if l1.version is not None:
                    l1.version[slot, low - at : high - at] = version[low:high]

    def look(self, cpu: int, pa: int) -> tuple[Bytes, Bytes | None]:
        """Copies of the bytes, and versions, that a load of `cpu` would find in the caches of the line at `pa`, without a trace."""
        line, own = pa >> self.shift, self.l1[cpu]
        for cache in (own, *self.l1, self.l2):
            slot = -1 if cache is None else cache.find(line)
            if cache is None or slot < 0 or (cache is not own and cache.private is not None and cache.private[slot]):
                continue
            return cache.data[slot].copy(), None if cache.version is None else cache.version[slot].copy()
        offset = pa - self.memory.base
        here = slice(offset, offset + self.line)
        return self.memory.data[here].copy(), None if self.memory.version is None else self.memory.version[here].copy()

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
            for slot in cache.copies(first, end).tolist():
                at = (int(cache.tags[slot] & PHYSICAL) << self.shift) - pa
                low, high = max(at, 0), min(at + self.line, length)
                data[low:high] = cache.data[slot, low - at : high - at]
        return data
