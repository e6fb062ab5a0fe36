# SPDX-License-Identifier: Apache-2.0
"""The Non-cacheable path: CPU store buffer, the PL310's store buffer, look-ups in the L2, memory.

L1 is bypassed. The PL310 treats shareable Non-cacheable accesses as cacheable without allocation unless its shared
attribute override is set (auxiliary control bit 22; DDI 0246, 2.3.2): a read hits in L2, a write that hits updates L2 and
memory. All Non-cacheable memory counts as shareable, as Linux SMP kernels map it. Under the benign schedule buffers
drain at once; under others an entry leaves for want of room, at a DSB (CPU) or a Cache Sync (PL310), or by a hidden move.
"""

from __future__ import annotations

import numpy as np

from dmasan.arch.cache import Indices
from dmasan.arch.hierarchy import Hierarchy
from dmasan.arch.memory import NEXT_VERSION, Bytes
from dmasan.arch.processor import Profile
from dmasan.arch.write_buffer import Entry, WriteBuffer


class NonCacheable:
    """Buffers and look-ups of Normal Non-cacheable (and, in RAM, Device) accesses. Addresses are physical, in RAM."""

    def __init__(self, profile: Profile, hierarchy: Hierarchy, *, shared_override: bool, hold: bool) -> None:
        self.hierarchy = hierarchy
        self.memory = hierarchy.memory
        self.line = hierarchy.line
        self.costs = profile.costs
        self.hold = hold
        self.looked_up = None if shared_override else hierarchy.outer_l2
        self.drops_full_lines = profile.full_line_invalidates and self.looked_up is not None
        self._data = self.memory.data.data
        self._version = None if self.memory.version is None else self.memory.version.data
        self._latest = None if self.memory.latest is None else self.memory.latest.data
        cpus = len(hierarchy.l1)
        self.epochs = [0] * cpus  # of each CPU: its DMBs so far, of stores alone and of all accesses
        self.orders_all = [0] * cpus  # the epoch that its last DMB of all accesses began
        self.outer: WriteBuffer | None = None
        if profile.outer:
            self.outer = WriteBuffer(self.line, profile.outer_buffer_entries, self._land_entry)
            hierarchy.before_memory = self._settle_lines
        sink = self._enter_outer if self.outer else self._land_entry
        granule, capacity = profile.store_buffer_bytes, profile.store_buffer_entries
        self._beyond = sink
        self.buffers = [WriteBuffer(granule, capacity, self._leave_cpu) for _ in range(cpus)]
        # A bulk store leaves at most this much in the buffers, with one line of slack at either end.
        in_cpu = granule * capacity
        self._tail = in_cpu + (profile.outer_buffer_entries + 2) * self.line

    # --- draining ---

    def _leave_cpu(self, entry: Entry) -> None:
        if not entry.cacheable:
            self._beyond(entry)
            return
        self.hierarchy.snooping = True
        for start, end in entry.runs():
            at = entry.address + entry.colour + start
            self.hierarchy.store_scalar(entry.cpu, at, bytes(entry.data[start:end]), bytes(entry.version[start:end]))

    def _enter_outer(self, entry: Entry) -> None:
        assert self.outer is not None
        for start, end in entry.runs():
            data, version = bytes(entry.data[start:end]), bytes(entry.version[start:end])
            self.outer.put(entry.address + start, data, version, entry.cpu, entry.epoch)

    def _land_entry(self, entry: Entry) -> None:
        for start, end in entry.runs():
            self._land_word(entry.address + start, bytes(entry.data[start:end]), bytes(entry.version[start:end]))

    def _land(self, pa: int, data: Bytes, version: Bytes) -> None:
        """A store reaches memory, and the L2 where that is looked up and hits."""
        self.hierarchy.cycles += self.costs.memory // 4
        offset, length = pa - self.memory.base, len(data)
        self.memory.data[offset : offset + length] = data
        if self.memory.version is not None:
            self.memory.version[offset : offset + length] = version
        l2 = self.looked_up
        if l2 is None:
            return
        shift = self.hierarchy.shift
        slots = l2.resident(pa >> shift, (pa + length + self.line - 1) >> shift)
        if not len(slots):
            return
        at = (l2.tags[slots] << shift) - pa  # where each line begins in `data`; the first may begin before it
        whole = (at >= 0) & (at + self.line <= length)
        if self.drops_full_lines:  # dirty or not (auxiliary control bit 13)
            l2.drop(slots[whole])
            slots, at, whole = slots[~whole], at[~whole], whole[~whole]
        rows = at[whole, None] + np.arange(self.line)
        l2.data[slots[whole]] = data[rows]
        if l2.version is not None:
            l2.version[slots[whole]] = version[rows]
        for slot, start in zip(slots[~whole].tolist(), at[~whole].tolist(), strict=True):
            low, high = max(start, 0), min(start + self.line, length)
            l2.data[slot, low - start : high - start] = data[low:high]
            if l2.version is not None:
                l2.version[slot, low - start : high - start] = version[low:high]

    def _land_word(self, pa: int, data: bytes, version: bytes) -> None:
        """As `_land`, within one line, by way of memoryviews."""
        self.hierarchy.cycles += self.costs.memory // 4
        offset, length = pa - self.memory.base, len(data)
        self._data[offset : offset + length] = data
        if self._version is not None:
            self._version[offset : offset + length] = version
        l2 = self.looked_up
        slot = l2.find(pa >> self.hierarchy.shift) if l2 is not None else -1
        if l2 is not None and slot >= 0:
            if self.drops_full_lines and length == self.line:
                l2.drop(np.array((slot,), np.int64))
                return
            at = slot * self.line + (pa & (self.line - 1))
            l2.data_view[at : at + length] = data
            if l2.version_view is not None:
                l2.version_view[at : at + length] = version

    def _settle_lines(self, lines: Indices) -> None:
        """Hazard check of the PL310: what its buffer holds of `lines` goes to memory first."""
        outer = self.outer
        if outer is not None and outer.entries:
            shift = self.hierarchy.shift
            for entry in list(outer.entries):
                if entry in outer.entries and entry.address >> shift in lines:
                    outer.leave(entry)

    def settle(self, pa: int, length: int) -> None:
        """What the outer buffer holds of the lines of [pa, pa + length) goes to memory."""
        if self.outer is not None and self.outer.entries:
            self.outer.drain_range(pa, pa + length)

    def own_access(self, cpu: int, pa: int, length: int) -> None:
        """Stores that a DMB ordered leave before a later store of their CPU to their lines (DDI 0406C, A3.8.3)."""
        buffer = self.buffers[cpu]
        if buffer.entries:
            first, end = pa & ~(self.line - 1), (pa + length + self.line - 1) & ~(self.line - 1)
            for entry in list(buffer.entries):
                ordered = entry.epoch < self.epochs[cpu] and first <= entry.address < end
                if ordered and entry in buffer.entries:
                    buffer.leave(entry)

    def after_dmb(self, cpu: int) -> None:
        """Stores that a DMB of all accesses ordered have left before a load or maintenance of their CPU (DDI 0406C, A3.8.3)."""
        buffer = self.buffers[cpu]
        if buffer.entries:
            buffer.drain_before(self.orders_all[cpu])

    def dmb(self, cpu: int, stores_only: bool = False) -> None:
        """What `cpu` has buffered is ordered before what it does from now on, or before its stores only (DMB ST)."""
        self.epochs[cpu] += 1
        if not stores_only or self.hierarchy.virtual:  # ARMv6 and older have one barrier (DDI 0100I, B2.6; from memory)
            self.orders_all[cpu] = self.epochs[cpu]

    def before_store(self, cpu: int) -> None:
        """Stores that a DMB ordered have left the CPU before a store of it that does not wait: to L1, to a device register."""
        self.buffers[cpu].drain_before(self.epochs[cpu])

    def dsb(self, cpu: int) -> None:
        self.buffers[cpu].drain()

    def outer_sync(self) -> None:
        if self.outer is not None:
            self.outer.drain()

    # --- accesses ---

    def store(self, cpu: int, pa: int, data: Bytes) -> None:
        """A store of any length. Its bytes are the latest from now on, wherever they wait."""
        length = len(data)
        version = np.zeros(length, np.uint8)
        if self.memory.latest is not None:
            here = self.memory.latest[pa - self.memory.base : pa - self.memory.base + length]
            np.add(here, 1, out=here)
            version = here.copy()
        self.hierarchy.cycles += (length + 7) // 8 * self.costs.nc_store
        if not self.hold:
            self._land(pa, data, version)
            return
        self.own_access(cpu, pa, length)
        head = 0
        if length > 2 * self._tail:  # all but the end is pushed through the buffers
            self.buffers[cpu].drain()
            self.outer_sync()
            head = length - self._tail
            self._land(pa, data[:head], version[:head])
        self.buffers[cpu].put(
            pa + head, data[head:].tobytes(), version[head:].tobytes(), cpu, self.epochs[cpu]
        )

    def store_through(self, cpu: int, pa: int, data: Bytes, colour: int) -> None:
        """A Write-Through store: the lines that L1 has are updated, clean ones stay clean; memory follows by the buffer."""
        self.store(cpu, pa, data)
        latest = self.memory.latest
        version = data if latest is None else latest[pa - self.memory.base : pa - self.memory.base + len(data)]
        self.hierarchy.write_hits(pa + colour, data, version)

    def store_cacheable(self, cpu: int, pa: int, data: bytes, colour: int) -> None:
        """A Write-Back store within one line that waits in the CPU's buffer."""
        self.own_access(cpu, pa, len(data))
        version = self.hierarchy.next_version(pa, len(data)) or bytes(len(data))
        self.hierarchy.cycles += self.costs.nc_store
        self.buffers[cpu].put(pa, data, version, cpu, self.epochs[cpu], cacheable=True, colour=colour)

    def drain_lines(self, cpu: int, pa: int, length: int) -> None:
        """What `cpu` has buffered of the lines of [pa, pa + length) is handed on."""
        first, end = pa & -self.line, (pa + length + self.line - 1) & -self.line
        self.buffers[cpu].drain_range(first, end)

    def store_scalar(self, cpu: int, pa: int, data: bytes) -> None:
        """A store within one line."""
        length = len(data)
        version = bytes(length)
        if self._latest is not None:
            offset = pa - self.memory.base
            version = self._latest[offset : offset + length].tobytes().translate(NEXT_VERSION)
            self._latest[offset : offset + length] = version
        self.hierarchy.cycles += self.costs.nc_store
        if not self.hold:
            self._land_word(pa, data, version)
            return
        self.own_access(cpu, pa, length)
        self.buffers[cpu].put(pa, data, version, cpu, self.epochs[cpu])

    def load_scalar(self, cpu: int, pa: int, size: int) -> tuple[bytes, bytes | None]:
        """Bytes and versions of a load within one line."""
        waiting = self.hold and bool(self.buffers[cpu].entries or (self.outer is not None and self.outer.entries))
        if waiting:
            self.after_dmb(cpu)
        self.hierarchy.cycles += self.costs.memory + 1
        at, source, versions = pa - self.memory.base, self._data, self._version
        l2 = self.looked_up
        slot = l2.find(pa >> self.hierarchy.shift) if l2 is not None else -1
        if l2 is not None and slot >= 0:
            at = slot * self.line + (pa & (self.line - 1))
            source, versions = l2.data_view, l2.version_view
        data, version = source[at : at + size], None if versions is None else versions[at : at + size]
        if waiting:
            return self._forwarded(cpu, pa, bytearray(data), None if version is None else bytearray(version))
        return data.tobytes(), None if version is None else version.tobytes()

    def _forwarded(
        self, cpu: int, pa: int, data: bytearray, version: bytearray | None
    ) -> tuple[bytes, bytes | None]:
        """A load's bytes with what waits in the buffers put over them."""
        if self.outer is not None:
            self.outer.overlay(pa, data, version)
        self.buffers[cpu].overlay(pa, data, version)
        return bytes(data), None if version is None else bytes(version)

    def load(self, cpu: int, pa: int, length: int) -> tuple[Bytes, Bytes | None]:
        """Bytes and versions of [pa, pa + length): memory, over it L2 where looked up, the buffers, own stores."""
        self.hierarchy.cycles += self.costs.memory + (length + 7) // 8
        self.after_dmb(cpu)
        shift = self.hierarchy.shift
        first, end = pa >> shift, (pa + length + self.line - 1) >> shift
        start, offset = first << shift, (first << shift) - self.memory.base
        span = (end - first) << shift
        data = self.memory.data[offset : offset + span].copy()
        version = None if self.memory.version is None else self.memory.version[offset : offset + span].copy()
        l2 = self.looked_up
        if l2 is not None:
            slots = l2.resident(first, end)
            if len(slots):
                rows = l2.tags[slots] - first
                data.reshape(-1, self.line)[rows] = l2.data[slots]
                if version is not None and l2.version is not None:
                    version.reshape(-1, self.line)[rows] = l2.version[slots]
        if self.outer is not None and self.outer.entries:
            self.outer.overlay(start, data, version)
        if self.buffers[cpu].entries:
            self.buffers[cpu].overlay(start, data, version)
        cut = slice(pa - start, pa - start + length)
        return data[cut], None if version is None else version[cut]
