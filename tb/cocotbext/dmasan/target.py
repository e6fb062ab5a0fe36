# SPDX-License-Identifier: Apache-2.0
"""The second door: dmasan's memory behind cocotbext-axi's `AxiSlave`, for test benches that have it.

    ram = AxiRam(AxiBus.from_prefix(dut, "m_axi"), dut.clk, dut.rst, size=2**24)                       # before
    slave = AxiSlave(AxiBus.from_prefix(dut, "m_axi"), dut.clk, dut.rst, target=MemoryTarget(soc))     # after

It is slower than the memory port and knows less: `AxiSlave` hands over no attributes, IDs or lengths, only beats
(cocotbext-axi 0.1.28, axi_slave.py). Verdicts are the same but for two: a write counts as complete with its last
beat, so that a completion that is announced before the B response goes unseen here; and an error response is SLVERR.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from cocotb.triggers import First, RisingEdge, Timer
from cocotb.utils import get_sim_time

from dmasan.config import RunError
from dmasan.device.backend import BackendHost, register_offset
from dmasan.device.burst import SLVERR, Burst
from dmasan.device.port import MemoryPort
from dmasan.events import BurstKind


class _HasPort(Protocol):
    """A `Soc`."""

    @property
    def port(self) -> MemoryPort: ...


class ErrorResponse(Exception):
    """Makes `AxiSlave` answer SLVERR; it is no fault of the run."""


class MemoryTarget:
    """A `target` of cocotbext-axi's `AxiSlave`, `AxiSlaveRead` and `AxiSlaveWrite`.

    `coherent` says that the device's accesses ask the caches, which the bus cannot tell here. `AxiSlave` turns every
    exception into an error response: what goes wrong in here is kept, and `check` raises it; call it at the end of a test.
    """

    def __init__(self, soc: _HasPort, *, coherent: bool = False) -> None:
        self._port = soc.port
        self._coherent = coherent
        self._error: BaseException | None = None

    async def read(self, address: int, length: int, **_: Any) -> bytes:
        """The bytes of one beat, as the device sees them now."""
        try:
            response, data = self._port.read(self._burst(address, length))
        except Exception as error:
            self._error = self._error or error
            raise
        if response >= SLVERR:
            raise ErrorResponse(f"read of {length} bytes at {address:#x}")
        return data.tobytes()

    async def write(self, address: int, data: bytes, **_: Any) -> None:
        """Contiguous bytes of one beat."""
        burst = self._burst(address, len(data))
        try:
            response = self._port.write(burst, np.frombuffer(bytes(data), np.uint8), None)
            self._port.write_done(burst)
        except Exception as error:
            self._error = self._error or error
            raise
        if response >= SLVERR:
            raise ErrorResponse(f"write of {len(data)} bytes at {address:#x}")

    def check(self) -> None:
        """Raises what went wrong inside a beat."""
        if self._error is not None:
            raise self._error

    def _burst(self, address: int, length: int) -> Burst:
        cache = 0b1111 if self._coherent else 0b0011
        return Burst(address, length, BurstKind.DATA, snoop=self._coherent, cache=cache, user=int(self._coherent))


class RegisterMaster(Protocol):
    """What is used of cocotbext-axi's `AxiLiteMaster`."""

    async def read_dword(self, address: int) -> int: ...

    async def write_dword(self, address: int, data: int) -> None: ...


class CocotbBackend:
    """`dmasan.device.backend.Backend` of an existing test bench: its clock runs, its register master and interrupt are given.

    `irq` is the handle of the interrupt line (None: there is none), `beat` the width of the memory bus in bytes.
    """

    name = "cocotb"

    def __init__(self, registers: RegisterMaster, irq: Any = None, *, beat: int = 8, clock_ns: float = 10.0) -> None:
        self.beat = beat
        self._registers = registers
        self._irq = irq
        self._clock_ns = clock_ns

    @property
    def now_ns(self) -> float:
        """Simulated time, ns."""
        return get_sim_time("ns")

    @property
    def cycles(self) -> int:
        """Clock cycles so far."""
        return int(self.now_ns / self._clock_ns)

    @property
    def irq(self) -> bool:
        """Level of the interrupt line."""
        return self._irq is not None and bool(self._irq.value)

    def bind(self, soc: BackendHost) -> None:
        """Memory is reached through a `MemoryTarget`: nothing to connect."""

    async def advance(self, ns: float) -> None:
        """Lets `ns` of simulated time pass."""
        await Timer(max(ns, 0.001), "ns", round_mode="round")

    async def read32(self, pa: int) -> int:
        """Loads a device register."""
        return int(await self._registers.read_dword(register_offset(pa)))

    async def write32(self, pa: int, value: int) -> None:
        """Stores to a device register."""
        await self._registers.write_dword(register_offset(pa), value)

    async def wait_irq(self, timeout_ns: float) -> None:
        """Returns when the interrupt line is high. Raises RunError when `timeout_ns` have passed."""
        if self._irq is None:
            raise RunError("the program waits for the device's interrupt: this test bench has none")
        if not self.irq:
            await First(RisingEdge(self._irq), Timer(max(timeout_ns, 0.001), "ns", round_mode="round"))
        if not self.irq:
            raise RunError(f"waited for the device's interrupt for {timeout_ns:g} ns: it did not come")
