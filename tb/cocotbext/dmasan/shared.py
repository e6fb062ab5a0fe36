# SPDX-License-Identifier: Apache-2.0
"""The memory that Python shares with the memory port's C++ side, and the call by which C++ asks Python.

The structures mirror tb/hdl/dmasan_shared.h. Bursts that the C++ side served alone wait in a ring; `drain` hands them
to the port in order. An exception inside the call cannot pass through C++: it is kept, the burst is answered with
SLVERR, and `check` raises it.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dmasan.config import RunError
from dmasan.device.burst import KINDS, SLVERR, Burst
from dmasan.device.port import MemoryPort

READ, WRITE, DONE, DRAIN = range(
    4
)  # phases of a burst: read, write data accepted, B given; and: empty the ring
CALL_PYTHON = 0xFFFF  # entry of a column

# One burst as C++ writes it. `length` in bytes; `phase`: READ, WRITE or DONE; `kind`: index into burst.KINDS;
# `snoop`: AxUSER[0] and AxCACHE[1]; `masked`: a write of which some bytes are not strobed.
BURST = np.dtype(
    [
        ("time_ns", "<f8"),
        ("address", "<u8"),
        ("length", "<u4"),
        ("user", "<u4"),
        ("tag", "<u2"),
        ("axi_id", "<u2"),
        *((name, "u1") for name in ("phase", "kind", "channel", "snoop", "cache", "prot")),
        *((name, "u1") for name in ("domain", "qos", "ace_snoop", "master", "response", "masked")),
    ]
)
_UNPACK = struct.Struct("<dQIIHH12B").unpack
RING_CAPACITY = 1 << 14
WATCHED = 8  # lines at most whose bursts all go to Python

_CALL = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)

Bytes = NDArray[np.uint8]
States = NDArray[np.uint16]


class _Shared(ctypes.Structure):
    _fields_ = (
        ("base", ctypes.c_uint64),
        ("size", ctypes.c_uint64),
        ("data", ctypes.c_void_p),
        ("version", ctypes.c_void_p),
        ("latest", ctypes.c_void_p),
        ("shadow", ctypes.c_void_p),
        ("permission", ctypes.c_void_p),
        ("column_read", ctypes.c_void_p),
        ("column_write", ctypes.c_void_p),
        ("column_done", ctypes.c_void_p),
        ("call", _CALL),
        ("ring", ctypes.c_void_p),
        ("ring_capacity", ctypes.c_uint32),
        ("ring_head", ctypes.c_uint32),
        ("ring_tail", ctypes.c_uint32),
        ("always_call", ctypes.c_uint32),
        ("call_on_snoop", ctypes.c_uint32),
        ("fault", ctypes.c_uint32),
        ("fast_bursts", ctypes.c_uint64),
        ("calls", ctypes.c_uint64),
        ("message", ctypes.c_char * 256),
        ("error_base", ctypes.c_uint64),
        ("error_size", ctypes.c_uint64),
        ("error_code", ctypes.c_uint32),
        ("error_phases", ctypes.c_uint32),
        ("watched_count", ctypes.c_uint32),
        ("watched_bytes", ctypes.c_uint32),
        ("watched", ctypes.c_uint64 * WATCHED),
    )


class PortFault(RunError):
    """A master did what the memory port cannot serve, or what no port can."""


class RingPort(MemoryPort, Protocol):
    """A memory port that is also told, later, of the bursts that were served without it."""

    def drain(self, records: NDArray[np.void]) -> None:
        """Takes note of served bursts (dtype `BURST`), oldest first; data, versions and shadow are up to date."""


@dataclass
class State:
    """The arrays that the fast path works on; C-contiguous, and never moved while the simulation runs.

    `shadow` and `permission` have one entry per byte of `data`; a column has one entry per state of the automaton.
    Without `shadow` memory is plain: no verdicts. `always_call` sends every burst to Python.
    """

    base: int
    data: Bytes
    version: Bytes | None = None
    latest: Bytes | None = None
    shadow: States | None = None
    permission: Bytes | None = None
    column_read: States | None = None
    column_write: States | None = None
    column_done: States | None = None
    always_call: bool = False
    call_on_snoop: bool = True

    def __post_init__(self) -> None:
        columns = (self.column_read, self.column_write, self.column_done)
        if (self.shadow is None) != any(column is None for column in columns):
            raise ValueError("a shadow needs its three columns, and columns need a shadow")
        for array in (self.version, self.latest, self.shadow, self.permission):
            if array is not None and array.shape != self.data.shape:
                raise ValueError(f"an array of shape {array.shape} beside memory of shape {self.data.shape}")


class Shared:
    """Connects a `State` and a port with the simulator that this process runs in (or with `library`)."""

    def __init__(self, library: ctypes.CDLL | None = None) -> None:
        library = library or ctypes.CDLL(None)
        try:
            sizes = tuple((ctypes.c_uint32 * 2).in_dll(library, "dmasan_sizes"))
            self._c = _Shared.in_dll(library, "dmasan_shared")
            self._library = library
        except ValueError:
            raise RunError("the simulator was built without dmasan_dpi.cpp or without -rdynamic") from None
        if sizes != (ctypes.sizeof(_Shared), BURST.itemsize):
            raise RunError(f"dmasan_shared.h and shared.py differ: structures of {sizes} bytes")
        self._ring = np.zeros(RING_CAPACITY, BURST)
        self._call = _CALL(self._answer)  # kept: C++ holds a bare pointer
        self._state: State | None = None
        self._port: RingPort | None = None
        self._error: BaseException | None = None
        self._always = self._decoded = False

    def bind(self, state: State, port: RingPort) -> None:
        """Gives C++ the arrays of `state`, and `port` the bursts that C++ cannot serve."""
        self._state, self._port = state, port
        c = self._c
        c.base, c.size = state.base, state.data.size
        arrays = (
            "data",
            "version",
            "latest",
            "shadow",
            "permission",
            "column_read",
            "column_write",
            "column_done",
        )
        for name in arrays:
            setattr(c, name, _address(getattr(state, name)))
        c.call = self._call
        c.ring, c.ring_capacity = _address(self._ring), RING_CAPACITY
        c.ring_head = c.ring_tail = 0
        c.call_on_snoop = state.call_on_snoop
        self.set_always_call(state.always_call)

    def set_always_call(self, always: bool) -> None:
        """Switches the fast path off or on while the simulation runs."""
        self._always = always
        self._c.always_call = always or self._decoded

    def set_decoded(self, decoded: bool) -> None:
        """Whether bus addresses mean other physical ones, which only Python knows: then it is asked about every burst."""
        self._decoded = decoded
        self._c.always_call = self._always or decoded

    def watch(self, lines: Sequence[int], length: int) -> None:
        """From now on bursts that touch these lines (device addresses, at most WATCHED) of `length` bytes go to Python."""
        c = self._c
        c.watched_count, c.watched_bytes = len(lines), length
        c.watched[: len(lines)] = lines

    def plant_error(self, address: int, length: int, response: int = SLVERR, *, read: bool, write: bool) -> None:
        """From now on beats that touch these bytes (device addresses) are answered with `response`; length 0: none."""
        c = self._c
        c.error_base, c.error_size, c.error_code = address, length, response
        c.error_phases = read << READ | write << WRITE

    def posted(self, master: int = 0) -> int:
        """Write bursts of a master that were accepted and have no B yet."""
        return int(self._library.dmasan_posted(master))

    def unaddressed(self, master: int = 0) -> int:
        """Bursts of write data of a master, the one on its way included, whose address has not come."""
        return int(self._library.dmasan_unaddressed(master))

    def reset(self) -> None:
        """Forgets what is on the bus, and what went wrong there; the design is in reset."""
        self._library.dmasan_reset()
        self._c.fault = 0

    @property
    def fast_bursts(self) -> int:
        """Burst phases served in C++ so far."""
        return int(self._c.fast_bursts)

    @property
    def calls(self) -> int:
        """Burst phases served in Python so far."""
        return int(self._c.calls)

    def drain(self) -> None:
        """Hands the bursts in the ring to the port."""
        c, mask = self._c, RING_CAPACITY - 1
        while (head := c.ring_head) != (tail := c.ring_tail):
            first = head & mask
            count = min(tail - head & 0xFFFF_FFFF, RING_CAPACITY - first)
            records = self._ring[first : first + count].copy()
            c.ring_head = head + count & 0xFFFF_FFFF
            assert self._port is not None
            self._port.drain(records)

    def check(self) -> None:
        """Raises what went wrong inside the simulator since the last look."""
        if self._error is not None:
            raise self._error
        if self._c.fault:
            raise PortFault(f"memory port: {self._c.message.decode(errors='replace')}")

    def _answer(self, phase: int, burst: int | None, data: int | None, strobe: int | None) -> int:
        """Called from C++: serves one phase of a burst; its AXI response."""
        if self._error is not None:
            return SLVERR
        try:
            self.drain()
            return self._serve(phase, burst, data, strobe) if burst is not None else 0
        except BaseException as error:
            self._error = error
            return SLVERR

    def _serve(self, phase: int, address: int, data: int | None, strobe: int | None) -> int:
        burst, masked = read_burst(ctypes.string_at(address, BURST.itemsize))
        port = self._port
        assert port is not None
        if phase == DONE:
            port.write_done(burst)
            return 0
        assert data is not None
        beats = _view(data, burst.length)
        if phase == READ:
            response, content = port.read(burst)
            if response < SLVERR:
                beats[:] = content
            return int(response)
        assert strobe is not None
        strobes = _view(strobe, burst.length).astype(np.bool_) if masked else None
        return int(port.write(burst, beats.copy(), strobes))


def read_burst(record: bytes) -> tuple[Burst, bool]:
    """The burst of one record of dtype `BURST`, and whether some of its bytes are masked."""
    (
        _,
        address,
        length,
        user,
        tag,
        axi_id,
        _,
        kind,
        channel,
        snoop,
        cache,
        prot,
        domain,
        qos,
        _,
        _,
        _,
        masked,
    ) = _UNPACK(record)
    if kind >= len(KINDS):
        raise RunError(f"burst at {address:#x}: kind {kind} in AxUSER {user:#x} is reserved")
    burst = Burst(
        address, length, KINDS[kind], channel, tag, bool(snoop), cache, prot, domain, qos, user, axi_id
    )
    return burst, bool(masked)


def _view(address: int, count: int) -> Bytes:
    return np.frombuffer(memoryview((ctypes.c_uint8 * count).from_address(address)), np.uint8)


def _address(array: NDArray[np.generic] | None) -> int | None:
    if array is None:
        return None
    if not array.flags.c_contiguous:
        raise ValueError("an array that is shared with the simulator must be C-contiguous")
    return int(array.ctypes.data)
