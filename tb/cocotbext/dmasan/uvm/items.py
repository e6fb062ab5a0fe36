# SPDX-License-Identifier: Apache-2.0
"""What passes through the environment: register accesses, bursts of the device, interrupts."""

from __future__ import annotations

from dataclasses import dataclass

from pyuvm import uvm_sequence_item

from dmasan.device.burst import Burst


class RegisterItem(uvm_sequence_item):
    """One access of a 32-bit register. `offset` in bytes from the first register; `data` is the answer of a load.

    `good` is False if the device answered with an error response.
    """

    def __init__(self, name: str = "access", *, write: bool = False, offset: int = 0, data: int = 0) -> None:
        super().__init__(name)
        self.write = write
        self.offset = offset
        self.data = data
        self.good = True

    def __str__(self) -> str:
        way = "store to" if self.write else "load from"
        return f"{way} {self.offset:#05x}: {self.data:#010x}{'' if self.good else ', error response'}"


@dataclass(frozen=True)
class BurstItem:
    """A burst as the memory port saw it: `phase` is "read", "write" (data accepted) or "done" (its B)."""

    phase: str
    burst: Burst
    time_ns: float


@dataclass(frozen=True)
class InterruptItem:
    """A rising edge of the interrupt line."""

    time_ns: float
