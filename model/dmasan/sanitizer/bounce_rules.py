# SPDX-License-Identifier: Apache-2.0
"""Bounce buffers: the memory that the CPU uses and the slot that the device uses hold the same bytes only after a copy.

Caches may be right on both sides and the data still old: which side is newer is kept here, byte by byte. The kernel's
own copies are neither accesses of the driver nor accesses without ownership.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dmasan import events as ev
from dmasan.sanitizer.buffers import Mapping
from dmasan.sanitizer.codes import Code
from dmasan.sanitizer.reporting import Core
from dmasan.sanitizer.rules import Handlers


@dataclass(eq=False)
class Bounced:
    """A mapping through a bounce buffer; `cpu` and `device` mark the bytes that this side alone has the latest of."""

    slot: int
    buffer: int
    length: int
    name: str
    alive: bool = True
    cpu: NDArray[np.bool_] = field(init=False)
    device: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.cpu, self.device = np.zeros(self.length, np.bool_), np.zeros(self.length, np.bool_)

    def part(self, base: int, address: int, length: int) -> slice | None:
        """The bytes of [address, address + length) in a side that begins at `base`."""
        start, end = max(0, address - base), min(self.length, address + length - base)
        return slice(start, end) if start < end else None


class BounceRules:
    """Follows the copies. To be told of events after the rules that judge accesses."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.mappings: list[Bounced] = []
        self._copy: ev.BounceCopy | None = None
        self._left = 0  # bytes that the copy has still to store

    def handlers(self) -> Handlers:
        return {
            ev.DmaMap: self._map,
            ev.DmaUnmap: self._unmap,
            ev.DmaSync: self._sync,
            ev.BounceCopy: self._copies,
            ev.Store: self._store,
            ev.Load: self._load,
        }

    def device(self, e: ev.DeviceRead | ev.DeviceWrite) -> None:
        """A burst of the device."""
        if isinstance(e, ev.DeviceRead):
            self._device_read(e)
        else:
            self._device_write(e)

    def copying(self, address: int) -> bool:
        """Whether the kernel's own copy is under way there."""
        copy = self._copy
        if copy is None:
            return False
        return any(side <= address < side + copy.length for side in (copy.buffer, copy.slot))

    def _map(self, e: ev.DmaMap) -> None:
        if e.buffer is None or e.buffer == e.address:
            return
        self.mappings = [
            m
            for m in self.mappings
            if m.alive or not (_meet(m.buffer, m.length, e.buffer, e.length) or _meet(m.slot, m.length, e.address, e.length))
        ]
        self.mappings.append(Bounced(e.address, e.buffer, e.length, e.name))
        self.core.buffers.add(Mapping(e.kind, e.buffer, e.length, e.direction, e.name, e.site))

    def _unmap(self, e: ev.DmaUnmap) -> None:
        for m in self.mappings:
            if m.alive and m.slot == e.address:
                m.alive = False
                self.core.buffers.remove(m.buffer, m.length)

    def _sync(self, e: ev.DmaSync) -> None:
        for m in self.mappings:
            part = m.part(m.slot, e.address, e.length) if m.alive else None
            if part is not None:
                start, length = m.buffer + part.start, part.stop - part.start
                if e.for_cpu:
                    self.core.buffers.give_to_cpu(start, length)
                else:
                    found = self.core.buffers.at(start, length)
                    self.core.buffers.give_to_device(start, length, found.direction if found else e.direction)

    def _copies(self, e: ev.BounceCopy) -> None:
        self._copy, self._left = e, e.length
        if e.to_slot:  # a new mapping begins with a copy to its slot
            self.mappings = [m for m in self.mappings if m.alive or not _meet(m.slot, m.length, e.slot, e.length)]
        for m in self.mappings:
            part = m.part(m.slot, e.slot, e.length)
            if part is None:
                continue
            if e.buffer - m.buffer != e.slot - m.slot:
                self._report(e, m, part, "the copy has another offset in the buffer than in its slot")
            lost = (m.device if e.to_slot else m.cpu)[part]
            if lost.any():
                text = (
                    "the sync copies the CPU's older bytes over what the device has written"
                    if e.to_slot
                    else "the copy from the slot overwrites what the CPU has written since the last sync_for_device"
                )
                self._report(e, m, part, text, lost)
            m.cpu[part] = m.device[part] = False

    def _store(self, e: ev.Store) -> None:
        if self._copy is not None and self.copying(e.address):
            self._left -= e.length
            if self._left <= 0:
                self._copy = None
            return
        for m in self.mappings:
            part = m.part(m.buffer, e.address, e.length)
            if part is not None:
                m.cpu[part], m.device[part] = m.alive, False

    def _load(self, e: ev.Load) -> None:
        if self.mappings and not self.copying(e.address):
            for m in self.mappings:
                part = m.part(m.buffer, e.address, e.length)
                if part is not None and m.device[part].any():
                    text = "the CPU reads the buffer, and the device's data is only in the bounce slot"
                    self._report(e, m, part, text, m.device[part])

    def _device_read(self, e: ev.DeviceRead) -> None:
        for m in self.mappings:
            part = m.part(m.slot, e.address, e.length) if m.alive else None
            if part is not None and m.cpu[part].any():
                text = "the device reads the bounce slot, and the CPU's data is only in the buffer"
                self._report(e, m, part, text, m.cpu[part])

    def _device_write(self, e: ev.DeviceWrite) -> None:
        for m in self.mappings:
            part = m.part(m.slot, e.address, e.length) if m.alive and not e.done else None
            if part is not None:
                m.device[part], m.cpu[part] = True, False

    def _report(
        self, e: ev.Event, m: Bounced, part: slice, text: str, which: NDArray[np.bool_] | None = None
    ) -> None:
        offsets = np.arange(part.start, part.stop)
        if which is not None:
            offsets = offsets[which]
        self.core.add(Code.BOUNCE_SYNC, e, text, m.buffer, offsets, buffer=m.name or "bounced buffer")


def _meet(a: int, length_a: int, b: int, length_b: int) -> bool:
    return a < b + length_b and b < a + length_a
