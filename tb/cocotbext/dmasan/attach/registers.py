# SPDX-License-Identifier: Apache-2.0
"""What accesses to a foreign design's registers, or to the stream host's, tell of its work."""

from __future__ import annotations

from cocotbext.dmasan.attach.backend import PUSH, WAITING
from cocotbext.dmasan.attach.driver import Driver
from dmasan.device.backend import REGISTERS_BASE
from dmasan.sanitizer.doorbells import ANY, Start
from dmasan.sanitizer.happens_before import Progress


class DriverRegisters:
    """`sanitizer.happens_before.Registers`, as the driver class tells it. What has no B yet is never complete by a load."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver

    def __deepcopy__(self, memo: dict[int, object]) -> DriverRegisters:
        """Itself: the search for a repair copies the sanitizer, and behind the driver class stands the simulator."""
        return self

    def started(self, address: int, value: int) -> Start | None:
        return Start(ANY) if self.driver.starts(address - REGISTERS_BASE, value) else None

    def observed(self, address: int, value: int) -> tuple[int, Progress] | None:
        return (ANY, Progress.ENDED) if self.driver.completes(address - REGISTERS_BASE, value) else None

    def interrupts(self, descriptor: bytes) -> bool | None:
        return None


class StreamRegisters:
    """The doorbell pushes a descriptor; a status that is there tells that its job has ended."""

    def started(self, address: int, value: int) -> Start | None:
        return Start(ANY) if address - REGISTERS_BASE == PUSH else None

    def observed(self, address: int, value: int) -> tuple[int, Progress] | None:
        return (ANY, Progress.ENDED) if address - REGISTERS_BASE == WAITING and value else None

    def interrupts(self, descriptor: bytes) -> bool | None:
        return None
