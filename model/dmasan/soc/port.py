# SPDX-License-Identifier: Apache-2.0
"""The device's way to memory: every burst is judged, then served.

The RTL's port serves bursts without Python as long as nothing can be wrong with them and the schedule is benign; what
it serves itself it reports afterwards (`drain`). Everything else comes here, one call for each phase of a burst.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from dmasan import events as ev
from dmasan.arch.machine import Machine
from dmasan.device.backend import Backend
from dmasan.device.burst import DECERR, KINDS, OKAY, Burst
from dmasan.events import BurstKind
from dmasan.sanitizer import Sanitizer
from dmasan.schedule import Footprint, Point

_READ, _WRITE = 0, 1  # phases of a burst in the records of the RTL's port
_POINT_OF_READ = {BurstKind.DATA: "read", BurstKind.DESCRIPTOR: "descriptor", BurstKind.STATUS: "status"}
_POINT_OF_WRITE = {BurstKind.DATA: "write", BurstKind.DESCRIPTOR: "descriptor", BurstKind.STATUS: "status"}


class Port:
    """A `MemoryPort` on a machine, watched by a sanitizer. Lengths are bytes."""

    def __init__(self, machine: Machine, sanitizer: Sanitizer, backend: Backend) -> None:
        self.machine = machine
        self.sanitizer = sanitizer
        self.backend = backend
        self.bytes_moved = 0
        self._count: Counter[tuple[str, str]] = Counter()

    def _next_point(self, channel: int, kind: str) -> Point:
        agent = f"dma{channel}"
        n = self._count[agent, kind]
        self._count[agent, kind] = n + 1
        return Point(agent, kind, n)

    def read(self, burst: Burst) -> tuple[int, NDArray[np.uint8]]:
        """Serves a read burst; DECERR and zeros outside of RAM."""
        machine, address, length = self.machine, burst.address, burst.length
        point = self._next_point(burst.channel, _POINT_OF_READ[burst.kind])
        if not self._in_ram(burst):
            return DECERR, np.zeros(length, np.uint8)
        machine.make_moves(point, Footprint("dev_read", address, length))
        now = self.backend.now_ns
        stale = machine.device_stale(address, length)
        self.sanitizer.device_read(address, length, burst.snoop, now, stale)
        data = machine.device_read(address, length)
        self._emit(
            ev.DeviceRead(now, ev.NOWHERE, address, length, burst.kind, burst.channel, burst.tag, burst.snoop)
        )
        self.bytes_moved += length
        return OKAY, data

    def write(self, burst: Burst, data: NDArray[np.uint8], strobe: NDArray[np.bool_] | None) -> int:
        """Accepts a write burst's data; DECERR outside of RAM."""
        machine, address, length = self.machine, burst.address, burst.length
        point = self._next_point(burst.channel, _POINT_OF_WRITE[burst.kind])
        if not self._in_ram(burst):
            return DECERR
        machine.make_moves(point, Footprint("dev_write", address, length))
        self.sanitizer.device_write(address, length, burst.snoop, self.backend.now_ns, strobe)
        machine.device_write(address, data, strobe)
        self._emit_write(burst, done=False)
        self.bytes_moved += length
        return OKAY

    def write_done(self, burst: Burst) -> None:
        """The B response of a write burst."""
        if self._in_ram(burst):
            self.sanitizer.device_done(burst.address, burst.length)
            self._emit_write(burst, done=True)

    def drain(self, records: NDArray[np.void]) -> None:
        """Takes note of bursts that the RTL's port served by itself, oldest first."""
        for record in records:
            phase, channel, kind = int(record["phase"]), int(record["channel"]), KINDS[record["kind"]]
            address, length = int(record["address"]), int(record["length"])
            if phase == _READ:
                self._next_point(channel, _POINT_OF_READ[kind])
            elif phase == _WRITE:
                self._next_point(channel, _POINT_OF_WRITE[kind])
                self.sanitizer.device_wrote(address, length)
            if phase in (_READ, _WRITE):
                self.bytes_moved += length

    def _in_ram(self, burst: Burst) -> bool:
        memory = self.machine.memory
        if memory.base <= burst.address and burst.address + burst.length <= memory.base + memory.size:
            return True
        self.sanitizer.device_strayed(burst.address, burst.length, self.backend.now_ns)
        return False

    def _emit(self, event: ev.Event) -> None:
        if self.machine.bus.active:
            self.machine.bus.emit(event)

    def _emit_write(self, burst: Burst, done: bool) -> None:
        self._emit(
            ev.DeviceWrite(
                self.backend.now_ns,
                ev.NOWHERE,
                burst.address,
                burst.length,
                burst.kind,
                burst.channel,
                burst.tag,
                burst.snoop,
                done,
            )
        )


