# SPDX-License-Identifier: Apache-2.0
"""What a user writes for a design: a class that starts a copy and says how it ended, typically 10 to 30 lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Device(Protocol):
    """What a driver class reaches the design by. All accesses let simulated time pass, and have a time limit."""

    async def write(self, offset: int, value: int) -> None:
        """Stores to a 32-bit register, behind the barrier that `writel` has: a doorbell hands over what was written before."""

    async def read(self, offset: int) -> int:
        """Loads a 32-bit register."""

    async def send(self, **fields: int) -> None:
        """Gives the design one descriptor; fields that are not named are 0."""

    async def status(self) -> Mapping[str, int]:
        """Waits for the next status of the stream, and takes it: its fields by name."""

    async def pin(self, name: str, value: int) -> None:
        """Sets an input that the description names under `pins`; 0 after a reset."""

    async def wait_irq(self) -> None:
        """Sleeps until the interrupt line is high."""


@dataclass(frozen=True)
class Features:
    """What the design can do; the scenarios that need more are left out, and say so.

    `alignment` of addresses and `granule` of lengths in bytes; `same_offset`: source and target must have the same offset within
    a beat; `longest` job in bytes; `errors`: it reports error responses; `abort`: `Driver.abort` exists; `zero_length`: a
    job of no bytes completes; `recovers`: after an error or an abort the next job runs without a reset; `coherent`: it
    asks the caches when its attributes say so.
    """

    alignment: int = 1
    granule: int = 1
    same_offset: bool = False
    longest: int = 1 << 16
    errors: bool = True
    abort: bool = False
    zero_length: bool = False
    recovers: bool = True
    coherent: bool = False


class Driver:
    """Base of driver classes. `self.device` is there when the first method is called, after a reset of the design."""

    features = Features()

    def __init__(self, device: Device) -> None:
        self.device = device

    async def probe(self) -> None:
        """Once after each reset."""

    def starts(self, offset: int, value: int) -> bool:
        """Whether a store to a register may set the design to work (what was written before it is handed over)."""
        return True

    def completes(self, offset: int, value: int) -> bool:
        """Whether a load from a register that gave `value` tells that the design has ended its work."""
        return True

    async def start(self, target: int, source: int, length: int) -> None:
        """Starts a copy between bus addresses; does not wait."""
        raise NotImplementedError

    async def finish(self) -> bool:
        """Waits until the copy has ended, leaves the design idle: True if the design calls it a success."""
        raise NotImplementedError

    async def abort(self) -> None:
        """Stops the copy, waits until the design is quiet. Only where `features.abort`."""
        raise NotImplementedError
