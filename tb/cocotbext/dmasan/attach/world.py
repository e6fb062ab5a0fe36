# SPDX-License-Identifier: Apache-2.0
"""The two worlds that a driver class runs in: plain memory for questions about the bus, a whole SoC for coherence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cocotbext.dmasan.attach.backend import DESCRIPTOR, PUSH, STATUS, WAITING, AttachedBackend
from cocotbext.dmasan.attach.ports import Port
from cocotbext.dmasan.shared import State
from dmasan.config import UsageError
from dmasan.device.backend import REGISTERS_BASE
from dmasan.device.burst import DECERR, Burst
from dmasan.soc import Soc

RAM_BASE, RAM_SIZE = 0x8000_0000, 1 << 20


class _Io(Protocol):
    """Register accessors, by offset in bytes."""

    async def readl(self, offset: int) -> int: ...

    async def writel(self, value: int, offset: int) -> None: ...

    async def writel_relaxed(self, value: int, offset: int) -> None: ...


class PlainIo:
    """Registers without a CPU in front."""

    def __init__(self, backend: AttachedBackend) -> None:
        self.backend = backend

    async def readl(self, offset: int) -> int:
        return await self.backend.read32(REGISTERS_BASE + offset)

    async def writel(self, value: int, offset: int) -> None:
        await self.backend.write32(REGISTERS_BASE + offset, value)

    async def writel_relaxed(self, value: int, offset: int) -> None:
        await self.writel(value, offset)


class PlainRam:
    """1 MiB of memory as the design's port sees it, with a list of the bursts. Behind it, nothing answers: DECERR."""

    def __init__(self, base: int = RAM_BASE) -> None:
        self.base = base
        self.data: NDArray[np.uint8] = np.zeros(RAM_SIZE, np.uint8)
        self.outside: list[Burst] = []
        self.bursts: list[tuple[int, int, int]] = []  # phase, address, length

    def connect(self, backend: AttachedBackend) -> None:
        backend.connect(State(self.base, self.data, call_on_snoop=False), self, 12)

    def drain(self, records: NDArray[np.void]) -> None:
        names = ("phase", "address", "length")
        self.bursts += zip(*(records[name].tolist() for name in names), strict=True)

    def read(self, burst: Burst) -> tuple[int, NDArray[np.uint8]]:
        self.outside.append(burst)
        return DECERR, np.zeros(burst.length, np.uint8)

    def write(self, burst: Burst, data: NDArray[np.uint8], strobe: NDArray[np.bool_] | None) -> int:
        self.outside.append(burst)
        return DECERR

    def write_done(self, burst: Burst) -> None:
        """Nothing waits for it."""


class HostDevice:
    """`driver.Device` on any register accessors. With a SoC, a wait for the interrupt is one that its CPU sees."""

    def __init__(self, backend: AttachedBackend, io: _Io, soc: Soc | None = None) -> None:
        self.backend = backend
        self.io = io
        self.soc = soc

    async def write(self, offset: int, value: int) -> None:
        await self.io.writel(value, offset)

    async def read(self, offset: int) -> int:
        return await self.io.readl(offset)

    async def send(self, **fields: int) -> None:
        stream = self.backend.stream
        if stream is None:
            raise UsageError("the driver class calls send: this design has registers, not a stream of descriptors")
        word = pack(stream.fields, fields)
        for offset in range(0, (sum(port.width for port in stream.fields.values()) + 31) // 32 * 4, 4):
            await self.io.writel_relaxed(word >> 8 * offset & 0xFFFF_FFFF, DESCRIPTOR + offset)
        await self.io.writel(1, PUSH)

    async def status(self) -> Mapping[str, int]:
        stream = self.backend.stream
        if stream is None:
            raise UsageError("the driver class calls status: this design has registers, not a stream of statuses")
        await self.backend.wait_status()
        await self.io.readl(WAITING)
        word = 0
        for offset in range(0, (sum(port.width for port in stream.status.values()) + 31) // 32 * 4, 4):
            word |= await self.io.readl(STATUS + offset) << 8 * offset
        return unpack(stream.status, word)

    async def pin(self, name: str, value: int) -> None:
        pins = self.backend.resolved.pins
        if name not in pins or value < 0 or value >> pins[name].width:
            raise UsageError(f"the driver class sets pin {name!r} to {value}: allowed are {', '.join(pins) or 'none'}")
        await self.backend.set_pin(name, value)

    async def wait_irq(self) -> None:
        wait = self.backend if self.soc is None else self.soc
        await wait.wait_irq(self.backend.limit_ns)


def pack(known: Mapping[str, Port], values: Mapping[str, int]) -> int:
    """A descriptor as one word, the first field lowest. Raises UsageError for a field that is not there or too small."""
    for name in values:
        if name not in known:
            raise UsageError(f"the descriptor has no field {name!r}: allowed are {', '.join(known)}")
    word = at = 0
    for name, port in known.items():
        value = values.get(name, 0)
        if value < 0 or value >> port.width:
            raise UsageError(f"descriptor field {name} has {port.width} bits: {value} does not fit")
        word |= value << at
        at += port.width
    return word


def unpack(known: Mapping[str, Port], word: int) -> dict[str, int]:
    """The fields of a status."""
    values, at = {}, 0
    for name, port in known.items():
        values[name] = word >> at & ((1 << port.width) - 1)
        at += port.width
    return values
