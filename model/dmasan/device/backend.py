# SPDX-License-Identifier: Apache-2.0
"""A device and the time that it lives in: the RTL in a simulator, or the behavioural model."""

from __future__ import annotations

from typing import Protocol

from dmasan.config import Knobs, RunError
from dmasan.device.port import MemoryPort

REGISTERS_BASE = 0x4000_0000
REGISTERS_SIZE = 0x1000


class DeviceBusError(RunError):
    """A register access that the device answers with an error response: the CPU takes an external abort."""


class BackendHost(Protocol):
    """What a backend needs of the SoC that it is bound to."""

    @property
    def port(self) -> MemoryPort: ...

    @property
    def knobs(self) -> Knobs: ...


class Backend(Protocol):
    """One device with its registers, its interrupt and the clock. It is the machine's clock too."""

    name: str

    @property
    def beat(self) -> int:
        """Bytes of a beat of the device's memory port."""

    @property
    def now_ns(self) -> float:
        """Simulated time, ns."""

    @property
    def cycles(self) -> int:
        """Clock cycles of the device so far."""

    @property
    def irq(self) -> bool:
        """Level of the interrupt line."""

    def bind(self, soc: BackendHost) -> None:
        """Connects the device to the memory of a SoC; called once, before time passes."""

    async def advance(self, ns: float) -> None:
        """Lets `ns` of simulated time pass; the device runs meanwhile."""

    async def read32(self, pa: int) -> int:
        """Loads a device register. Raises DeviceBusError where there is none."""

    async def write32(self, pa: int, value: int) -> None:
        """Stores to a device register. Raises DeviceBusError where there is none."""

    async def wait_irq(self, timeout_ns: float) -> None:
        """Returns when the interrupt line is high. Raises RunError naming the wait when `timeout_ns` have passed."""


def register_offset(pa: int) -> int:
    """Offset of a device register from its physical address. Raises DeviceBusError outside the device, or unaligned."""
    offset = pa - REGISTERS_BASE
    if not 0 <= offset < REGISTERS_SIZE or offset & 3:
        raise DeviceBusError(
            f"register access at {pa:#x}: the device has 32-bit registers at "
            f"{REGISTERS_BASE:#x} to {REGISTERS_BASE + REGISTERS_SIZE - 1:#x}"
        )
    return offset
