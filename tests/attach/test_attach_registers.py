# SPDX-License-Identifier: Apache-2.0
"""What tells the sanitizer of a foreign design's registers can be copied with it, though the simulator cannot."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from cocotbext.dmasan.attach import Driver
from cocotbext.dmasan.attach.registers import DriverRegisters


class Simulated:
    """As handles of cocotb: no copies."""

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise NotImplementedError("Cannot pickle simulator objects")


def test_the_copy_asks_the_same_driver_class() -> None:
    driver = Driver(Simulated())  # type: ignore[arg-type]
    assert deepcopy([DriverRegisters(driver)])[0].driver is driver
