# SPDX-License-Identifier: Apache-2.0
"""Fills the groups from the events of a SoC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocotbext.dmasan.coverage.group import Group
from cocotbext.dmasan.coverage.groups import ALIGNMENTS, KINDS, LENGTHS, LINES, fields
from dmasan import events as ev
from dmasan.device import registers as reg
from dmasan.device.backend import REGISTERS_BASE
from dmasan.events import MemoryType
from dmasan.soc import Soc

UNTOUCHED, LOADED, STORED = range(3)
CACHED = (MemoryType.WB, MemoryType.WT)


@dataclass
class _Life:
    """A mapping while it lives."""

    event: ev.DmaMap
    lines: str
    touched: list[str] = field(default_factory=list)  # "cpu" and "device", in the order of their first touch

    @property
    def memory(self) -> int:
        """Where the CPU's own bytes are: behind a bounce slot, the buffer."""
        return self.event.address if self.event.buffer is None else self.event.buffer

    def touch(self, who: str, begin: int, address: int, length: int) -> None:
        """An access to [address, address + length), where the mapping begins at `begin`."""
        if begin < address + length and address < begin + self.event.length and who not in self.touched:
            self.touched.append(who)


class Observer:
    """Subscribe it to `soc.bus`; `finish` samples the mappings that still live."""

    def __init__(self, soc: Soc, groups: dict[str, Group]) -> None:
        self.groups = groups
        self.policy = soc.kernel.policy.name
        self.beat = soc.backend.beat
        memory, self.line = soc.machine.memory, soc.machine.profile.l1.line
        self.base = memory.base
        self.state: NDArray[np.uint8] = np.zeros(memory.size // self.line + 1, np.uint8)
        self.lives: dict[tuple[int, int], _Life] = {}
        self._fields = [(name, r, b) for name, (r, b) in fields().items()]
        self._handlers: dict[type[ev.Event], Callable[[Any], None]] = {
            ev.Store: lambda e: self._cpu(e, STORED),
            ev.Load: lambda e: self._cpu(e, LOADED),
            ev.DmaMap: self._map,
            ev.DmaUnmap: self._unmap,
            ev.DeviceRead: lambda e: self._burst(e, "read"),
            ev.DeviceWrite: lambda e: None if e.done else self._burst(e, "write"),
            ev.MmioRead: lambda e: self._register(e, True),
            ev.MmioWrite: lambda e: self._register(e, False),
        }

    def __call__(self, event: ev.Event) -> None:
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    def finish(self) -> None:
        for life in self.lives.values():
            self._sample(life)
        self.lives.clear()

    def _at(self, address: int, length: int) -> slice:
        return slice((address - self.base) // self.line, (address + max(length, 1) - 1 - self.base) // self.line + 1)

    def _cpu(self, event: ev.Store | ev.Load, state: int) -> None:
        if event.type in CACHED:
            lines = self.state[self._at(event.address, event.length)]
            np.maximum(lines, state, out=lines)
        for life in self.lives.values():
            life.touch("cpu", life.memory, event.address, event.length)

    def _map(self, event: ev.DmaMap) -> None:
        if event.kind.value not in KINDS:
            return
        life = _Life(event, "")
        lines = self.state[self._at(life.memory, event.length)]
        life.lines = LINES[int(lines.max()) if lines.size else UNTOUCHED]
        lines[:] = UNTOUCHED
        self.lives[event.address, event.length] = life

    def _unmap(self, event: ev.DmaUnmap) -> None:
        life = self.lives.pop((event.address, event.length), None)
        if life is not None:
            self.state[self._at(life.memory, event.length)] = UNTOUCHED
            self._sample(life)

    def _sample(self, life: _Life) -> None:
        event = life.event
        whole = event.address % self.line == 0 and event.length % self.line == 0
        order = ", ".join(life.touched) or "nobody"
        self.groups["mappings"].sample(
            self.policy, event.kind.value, event.direction.name, ALIGNMENTS[not whole], life.lines, order
        )

    def _burst(self, event: ev.DeviceRead | ev.DeviceWrite, way: str) -> None:
        beats = -(-(event.address % self.beat + event.length) // self.beat)
        length = LENGTHS[0 if beats == 1 else 1 if beats < 16 else 2 if beats == 16 else 3]
        start = "aligned" if event.address % self.beat == 0 else "within a beat"
        self.groups["bursts"].sample(way, event.kind.value, length, start)
        for life in self.lives.values():
            life.touch("device", life.event.address, event.address, event.length)

    def _register(self, event: ev.MmioRead | ev.MmioWrite, read: bool) -> None:
        offset = event.address - REGISTERS_BASE
        channel = offset >= reg.CHANNEL_BASE
        if channel:
            offset = (offset - reg.CHANNEL_BASE) % reg.CHANNEL_STRIDE
        known = reg.CHANNEL_REGISTERS if channel else reg.GLOBAL_REGISTERS
        register = known.get(offset)
        for name, owner, bits in self._fields:
            if owner is register:
                use = "read" if read else f"written {int(bool(event.value & bits.mask))}"
                if read or (owner.WRITABLE | owner.ACTING) & bits.mask:
                    self.groups["registers"].sample(name, use)
