# SPDX-License-Identifier: Apache-2.0
"""The device's way to memory: every burst is judged, then served.

The RTL's port serves bursts without Python as long as nothing can be wrong with them and the schedule is benign; what
it serves itself it reports afterwards (`drain`). Everything else comes here, one call for each phase of a burst.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dmasan import events as ev
from dmasan.arch.machine import Machine
from dmasan.device.backend import Backend
from dmasan.device.burst import DECERR, KIND_CODES, KINDS, OKAY, Burst
from dmasan.events import BurstKind
from dmasan.sanitizer import Sanitizer
from dmasan.sanitizer.device_rules import DeviceAccess
from dmasan.schedule import Footprint, Point
from dmasan.soc.snoop import snoop_read, snoop_stale, snoop_write

_READ, _WRITE, _DONE = range(3)  # phases of a burst in the records of the RTL's port: data read, accepted, its B
_STATUS = KIND_CODES[BurstKind.STATUS]
LONGEST = 1 << 14  # more than the bytes of any burst, 256 beats of 32
NOWHERE = 0xFFFF_F000  # an address without RAM: the IOMMU or the bus has nothing behind the device's
_OPERATIONS = ("dev_read", "dev_write_posted", "dev_write_done")
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
        self.decode: Callable[[int], int | None] = lambda bus: bus  # bus address to physical address
        self.direct: Callable[[], bool] = lambda: True  # `decode` gives every address back as it is, now

    def read(self, burst: Burst) -> tuple[int, NDArray[np.uint8]]:
        """Serves a read burst; DECERR and zeros outside of RAM."""
        burst = self._decoded(burst)
        machine, address, length = self.machine, burst.address, burst.length
        access = self._access(burst, _POINT_OF_READ[burst.kind])
        if not self._in_ram(access):
            return DECERR, np.zeros(length, np.uint8)
        machine.make_moves(access.point, Footprint("dev_read", address, length))
        stale = (snoop_stale if burst.snoop else Machine.device_stale)(machine, address, length)
        data = (snoop_read if burst.snoop else Machine.device_read)(machine, address, length)
        if burst.kind is BurstKind.DESCRIPTOR:
            access = access._replace(interrupts=self._interrupts(data))
        self.sanitizer.device.read(access, stale)
        self._emit(ev.DeviceRead, burst)
        self.bytes_moved += length
        return OKAY, data

    def write(self, burst: Burst, data: NDArray[np.uint8], strobe: NDArray[np.bool_] | None) -> int:
        """Accepts a write burst's data; DECERR outside of RAM."""
        burst = self._decoded(burst)
        machine, address, length = self.machine, burst.address, burst.length
        access = self._access(burst, _POINT_OF_WRITE[burst.kind])
        if not self._in_ram(access):
            return DECERR
        machine.make_moves(access.point, Footprint("dev_write", address, length))
        self.sanitizer.device.write(access, strobe)
        (snoop_write if burst.snoop else Machine.device_write)(machine, address, data, strobe)
        self._emit(ev.DeviceWrite, burst, False)
        self.bytes_moved += length
        return OKAY

    def write_done(self, burst: Burst) -> None:
        """The B response of a write burst; its point is that of the last burst of its kind whose data was accepted."""
        burst = self._decoded(burst)
        agent, kind = f"dma{burst.channel}", _POINT_OF_WRITE[burst.kind]
        point = Point(agent, kind, self._count[agent, kind] - 1)
        memory = self.machine.memory
        if memory.base <= burst.address and burst.address + burst.length <= memory.base + memory.size:
            self.sanitizer.device.done(self._at(point, burst))
            self._emit(ev.DeviceWrite, burst, True)

    def drain(self, records: NDArray[np.void]) -> None:
        """Takes note of bursts that the RTL's port served by itself, oldest first; neighbours are told as one.

        Not across the status of a job: whether the job's data was complete by then must be seen. Between two of them
        what was accepted comes before its B, although a batch may begin with the B of a burst of the batch before.
        """
        for first, length in merged(records):
            self._served(records[first], length)

    def _served(self, record: np.void, length: int) -> None:
        """A run of bursts that began with `record`."""
        phase, channel, kind, burst = (
            int(record["phase"]),
            int(record["channel"]),
            KINDS[record["kind"]],
            int(record["length"]),
        )
        agent = f"dma{channel}"
        name = _POINT_OF_READ[kind] if phase == _READ else _POINT_OF_WRITE[kind]
        n = self._count[agent, name]
        if phase in (_READ, _WRITE):
            self._count[agent, name] = n + length // burst
            self.bytes_moved += length
        access = DeviceAccess(
            Point(agent, name, n),
            int(record["address"]),
            length,
            bool(record["snoop"]),
            float(record["time_ns"]),
            kind,
            channel,
            int(record["tag"]),
        )
        if kind is BurstKind.DESCRIPTOR:  # read since, and its control word is as it was
            access = access._replace(interrupts=self._interrupts(self.machine.device_read(access.address, burst)))
        self.sanitizer.device.served(access, _OPERATIONS[phase], burst)

    def _access(self, burst: Burst, kind: str) -> DeviceAccess:
        """The burst at its point, which is now used up."""
        agent = f"dma{burst.channel}"
        n = self._count[agent, kind]
        self._count[agent, kind] = n + 1
        return self._at(Point(agent, kind, n), burst)

    def _at(self, point: Point, burst: Burst) -> DeviceAccess:
        where = (point, burst.address, burst.length, burst.snoop, self.backend.now_ns)
        return DeviceAccess(*where, burst.kind, burst.channel, burst.tag)

    def _decoded(self, burst: Burst) -> Burst:
        """The burst at the physical address that its bus address leads to; nowhere, if it leads nowhere."""
        address = self.decode(burst.address)
        if address == burst.address:
            return burst
        return burst._replace(address=NOWHERE if address is None else address)

    def _interrupts(self, descriptor: NDArray[np.uint8]) -> bool | None:
        return self.sanitizer.order.registers.interrupts(descriptor.tobytes())

    def _in_ram(self, access: DeviceAccess) -> bool:
        memory = self.machine.memory
        if memory.base <= access.address and access.address + access.length <= memory.base + memory.size:
            return True
        self.sanitizer.device.strayed(access)
        return False

    def _emit(self, kind: type[ev.DeviceRead] | type[ev.DeviceWrite], burst: Burst, *done: bool) -> None:
        if self.machine.bus.active:
            where = (self.backend.now_ns, ev.NOWHERE, burst.address, burst.length)
            self.machine.bus.emit(kind(*where, burst.kind, burst.channel, burst.tag, burst.snoop, *done))


def merged(records: NDArray[np.void]) -> list[tuple[int, int]]:
    """Runs of neighbours among the records of a batch: (first record, bytes), in the order in which they are told.

    A run is of one stream: same phase, channel, kind, length and tag, between the same two statuses.
    """
    ended = np.cumsum(records["kind"] == _STATUS)
    address, length = records["address"], records["length"].astype(np.uint64)
    stream = ended.astype(np.uint64)
    for name, most in (("phase", 4), ("channel", 256), ("kind", 4), ("tag", 1 << 16), ("length", LONGEST)):
        stream = stream * np.uint64(most) + records[name].astype(np.uint64)
    order = np.argsort(stream, kind="stable")
    stream, address, length = stream[order], address[order], length[order]
    starts = np.ones(len(records), np.bool_)
    starts[1:] = (stream[1:] != stream[:-1]) | (address[1:] != address[:-1] + length[:-1])
    begin = np.flatnonzero(starts)
    first, total = order[begin], np.add.reduceat(length, begin)
    told = np.lexsort((first, records["phase"][first] == _DONE, ended[first]))
    return list(zip(first[told].tolist(), total[told].tolist(), strict=True))
