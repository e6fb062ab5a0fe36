# SPDX-License-Identifier: Apache-2.0
"""What nobody meant to be in a bounce slot, and comes to the CPU all the same.

A slot holds what its last user left until a copy or the device overwrites it. Up to v5.17 a FROM_DEVICE mapping copied
nothing to its slot (ddbd89deb7d3, aa6f8dcbab47), and on ARM32 a later one copies in vain: the map invalidates the slot's
dirty lines. Where the device then writes less than the mapping, the copy back puts the rest over what the CPU had in its
buffer. It is reported when the CPU reads it; bytes without content of their own (`defined_bytes`) lose nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from dmasan import events as ev
from dmasan.sanitizer.codes import Code
from dmasan.sanitizer.defined_bytes import SEARCHED, Copied, Mask, defined
from dmasan.sanitizer.reporting import Core
from dmasan.sanitizer.rules import Handlers


@dataclass(eq=False)
class _Slot:
    """A bounced mapping; `old` marks the bytes of its slot that neither its buffer nor the device has put there, `by_device`
    those that the device has."""

    slot: int
    buffer: int
    length: int
    name: str
    old: Mask
    by_device: Mask = field(init=False)

    def __post_init__(self) -> None:
        self.by_device = np.zeros(self.length, np.bool_)


@dataclass(eq=False)
class _Leak:
    """Bytes of a buffer over which a copy has put what was `old`."""

    address: int
    which: Mask
    name: str

    def part(self, address: int, length: int) -> slice | None:
        start, end = max(0, address - self.address), min(len(self.which), address + length - self.address)
        return slice(start, end) if start < end and self.which[start:end].any() else None


class SlotLeftovers:
    """To be told of stores and loads before the rules that forget the kernel's own copy (`BounceRules`)."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._slots: list[_Slot] = []
        self._leaks: list[_Leak] = []
        self._copied: tuple[int, int] | None = None  # the slot (address, length) that was last copied to
        self._copying: _Slot | None = None  # whose copy back is under way
        self._copies: dict[int, Copied] = {}  # by number of the step, the oldest first

    def handlers(self) -> Handlers:
        return {
            ev.DmaMap: self._map,
            ev.BounceCopy: self._copy,
            ev.ContentUndefined: self._undefined,
            ev.Store: self._store,
            ev.Load: self._load,
        }

    def _map(self, e: ev.DmaMap) -> None:
        if e.buffer is None or e.buffer == e.address:
            return
        old = np.full(e.length, e.direction is ev.Direction.FROM_DEVICE, np.bool_)
        if self._copied is not None and self._copied[0] <= e.address < sum(self._copied):
            old[: sum(self._copied) - e.address] = False
        # The copy back comes behind the event of the unmap: a slot is forgotten when it is mapped anew.
        end = e.address + e.length
        self._slots = [slot for slot in self._slots if slot.slot >= end or slot.slot + slot.length <= e.address]
        self._slots.append(_Slot(e.address, e.buffer, e.length, e.name, old))

    def _undefined(self, e: ev.ContentUndefined) -> None:
        if self._copied is not None and e.address < sum(self._copied) and self._copied[0] < e.address + e.length:
            self._copied = None
        self._end(e.address, e.length)

    def _copy(self, e: ev.BounceCopy) -> None:
        self._copying = None
        if e.to_slot:
            self._copied = (e.slot, e.length)
        for slot in self._slots:
            start, end = max(0, e.slot - slot.slot), min(slot.length, e.slot + e.length - slot.slot)
            if start >= end:
                continue
            if e.to_slot:
                slot.old[start:end] = slot.by_device[start:end] = False
            else:
                self._copying = slot
                self._bring(slot, start, end)

    def _bring(self, slot: _Slot, start: int, end: int) -> None:
        """A copy back, perhaps of old bytes."""
        buffer, lost = slot.buffer + start, slot.old[start:end].copy()
        if lost.any():
            lost &= defined(self.core.history, buffer, end - start, self._copies) | self._leaked(buffer, end - start)
        self._end(buffer, end - start)
        if lost.any():
            self._leaks.append(_Leak(buffer, lost, slot.name))

    def _leaked(self, address: int, length: int) -> Mask:
        """Bytes whose content was lost to a leftover before."""
        found = np.zeros(length, np.bool_)
        for leak in self._leaks:
            part = leak.part(address, length)
            if part is not None:
                start = leak.address + part.start - address
                found[start : start + part.stop - part.start] |= leak.which[part]
        return found

    def _store(self, e: ev.Store) -> None:
        if not (self._leaks or self._copying):
            return
        if not self.core.copying(e.address):
            self._copying = None
            self._end(e.address, e.length)
            return
        slot = self._copying
        if slot is not None and slot.buffer <= e.address < slot.buffer + slot.length:
            start, count = e.address - slot.buffer, self.core.history.count
            part = slice(start, start + e.length)
            self._copies[count] = Copied(e.address, slot.by_device[part].copy(), slot.old[part].copy())
            while next(iter(self._copies)) < count - SEARCHED:
                del self._copies[next(iter(self._copies))]

    def _load(self, e: ev.Load) -> None:
        if not self._leaks or self.core.copying(e.address):
            return
        for leak in self._leaks:
            part = leak.part(e.address, e.length)
            if part is not None:
                text = "the CPU reads what the bounce slot's last user left: the device wrote less than was mapped and copied back"
                offsets = np.arange(part.start, part.stop)[leak.which[part]]
                self.core.add(Code.BOUNCE_SYNC, e, text, leak.address, offsets, buffer=leak.name or "bounced buffer")

    def device(self, e: ev.DeviceRead | ev.DeviceWrite) -> None:
        """A burst of the device."""
        for slot in self._slots if isinstance(e, ev.DeviceWrite) else ():
            start, end = max(0, e.address - slot.slot), min(slot.length, e.address + e.length - slot.slot)
            if start < end:
                slot.old[start:end] = False
                slot.by_device[start:end] = True

    def _end(self, address: int, length: int) -> None:
        """What is in these bytes now is no leftover."""
        if not self._leaks:
            return
        for leak in self._leaks:
            part = leak.part(address, length)
            if part is not None:
                leak.which[part] = False
        self._leaks = [leak for leak in self._leaks if leak.which.any()]
