# SPDX-License-Identifier: Apache-2.0
"""A world without caches: plain memory, one CPU with a flat mapping. The driver and a device can be run alone in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dmasan.config import Knobs
from dmasan.device.backend import REGISTERS_BASE, Backend
from dmasan.device.burst import DECERR, OKAY, Burst

RAM_BASE = 0x8000_0000
MMIO_NS = 100.0


class PlainMemory:
    """A `MemoryPort` over an array. Keeps a log of (event, burst); `responses` gives chosen addresses an error.

    A read burst that touches such an address fails as a whole, or, in a `BeatwiseMemory`, from the first of them on.
    """

    def __init__(self, size: int = 1 << 20, base: int = RAM_BASE) -> None:
        self.base = base
        self.data = np.zeros(size, np.uint8)
        self.log: list[tuple[str, Burst]] = []
        self.responses: dict[int, int] = {}

    def _place(self, burst: Burst) -> tuple[int, int, int]:
        """Response, and where the burst lies in the array."""
        start = burst.address - self.base
        for address, response in self.responses.items():
            if burst.address <= address < burst.address + burst.length:
                return response, start, start + burst.length
        inside = start >= 0 and start + burst.length <= len(self.data)
        return OKAY if inside else DECERR, start, start + burst.length

    def read(self, burst: Burst) -> tuple[int, NDArray[np.uint8]]:
        self.log.append(("read", burst))
        response, start, end = self._place(burst)
        return response, self.data[start:end].copy() if not response else np.zeros(burst.length, np.uint8)

    def write(self, burst: Burst, data: NDArray[np.uint8], strobe: NDArray[np.bool_] | None) -> int:
        self.log.append(("write", burst))
        response, start, end = self._place(burst)
        if response:
            return response
        if strobe is None:
            self.data[start:end] = data
        else:
            self.data[start:end][strobe] = data[strobe]
        return response

    def write_done(self, burst: Burst) -> None:
        self.log.append(("done", burst))


class BeatwiseMemory(PlainMemory):
    """Plain memory whose errors are of single beats."""

    def first_error(self, burst: Burst) -> int:
        inside = [a for a in self.responses if burst.address <= a < burst.address + burst.length]
        return min(inside, default=burst.address)

    def read(self, burst: Burst) -> tuple[int, NDArray[np.uint8]]:
        response, data = super().read(burst)
        bad = self.first_error(burst)
        start = burst.address - self.base
        if response and bad in self.responses:
            response = self.responses[bad]
            data[: bad - burst.address] = self.data[start : start + bad - burst.address]
        return response, data


@dataclass(frozen=True, slots=True)
class PlainBuffer:
    """Coherent memory: virtual and bus address are the same here."""

    cpu_addr: int
    dma_handle: int
    size: int


class PlainContext:
    """A `DriverContext` and `BackendHost` around a backend: CPU, allocator and register accessors in one."""

    def __init__(self, backend: Backend, memory: PlainMemory | None = None, knobs: Knobs | None = None) -> None:
        self.port = memory or PlainMemory()
        self.knobs = knobs or Knobs()
        self.backend = backend
        self.calls: list[tuple[str, int]] = []  # barriers and register accesses, in order
        self._free = self.port.base
        backend.bind(self)

    @property
    def dma(self) -> PlainContext:
        return self

    @property
    def io(self) -> PlainContext:
        return self

    def cpu(self, index: int = 0) -> PlainContext:
        return self

    async def alloc_coherent(self, size: int, name: str = "") -> PlainBuffer:
        """Zeroed memory, page aligned; it is never used again after `free_coherent`."""
        buffer = PlainBuffer(self._free, self._free, size)
        self._free += -(-size // 4096) * 4096
        if self._free > self.port.base + len(self.port.data):
            raise MemoryError(f"{size} bytes for {name or 'a buffer'} do not fit into the plain memory")
        return buffer

    async def free_coherent(self, buffer: object) -> None:
        self.calls.append(("free", 0))

    def ownership_words(self, buffer: object, offset: int, stride: int, count: int) -> None:
        """Nobody watches here."""

    async def ldr(self, va: int) -> int:
        return int.from_bytes((await self.read(va, 4)).tobytes(), "little")

    async def str_(self, va: int, value: int) -> None:
        await self.write(va, value.to_bytes(4, "little"))

    async def read(self, va: int, length: int) -> NDArray[np.uint8]:
        start = va - self.port.base
        return self.port.data[start : start + length].copy()

    async def write(self, va: int, data: bytes) -> None:
        start = va - self.port.base
        self.port.data[start : start + len(data)] = np.frombuffer(data, np.uint8)
        self.calls.append(("store", va))

    async def readl(self, offset: int) -> int:
        await self.backend.advance(MMIO_NS)
        return await self.backend.read32(REGISTERS_BASE + offset)

    async def writel(self, value: int, offset: int) -> None:
        self.calls.append(("writel", offset))
        await self.backend.advance(MMIO_NS)
        await self.backend.write32(REGISTERS_BASE + offset, value)

    async def dma_wmb(self) -> None:
        self.calls.append(("dma_wmb", 0))

    async def dma_rmb(self) -> None:
        self.calls.append(("dma_rmb", 0))

    async def wait_irq(self, timeout_ns: float) -> None:
        await self.backend.wait_irq(timeout_ns)
