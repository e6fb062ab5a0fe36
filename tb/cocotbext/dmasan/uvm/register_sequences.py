# SPDX-License-Identifier: Apache-2.0
"""Sequences on the register model that pyuvm does not have: hardware reset, and bit bash (IEEE 1800.2, E.1 and E.2)."""

from __future__ import annotations

from typing import Any

from pyuvm import uvm_sequence, uvm_status_e

WRITABLE = ("RW",)
# Registers that bit bash leaves alone: what is written starts work, resets the device or stops its counters.
EXCLUDED = ("CTRL", "CMD", "PMU_CTRL", "STATUS", "TAIL")


class RegisterSequence(uvm_sequence):
    """`model` is the register block. `mismatches` are sentences, empty after a run that found nothing."""

    def __init__(self, name: str = "registers", model: Any = None) -> None:
        super().__init__(name)
        self.model = model
        self.mismatches: list[str] = []
        self.checked = 0  # fields or bits

    async def read(self, register: Any) -> int:
        status, value = await register.read()
        assert status == uvm_status_e.UVM_IS_OK, f"{register.get_name()}: {status}"
        return int(value)

    async def write(self, register: Any, value: int) -> None:
        status = await register.write(value)
        assert status == uvm_status_e.UVM_IS_OK, f"{register.get_name()}: {status}"

    def compare(self, register: Any, field: Any, got: int, wanted: int, what: str) -> None:
        self.checked += 1
        if got != wanted:
            name = f"{register.get_full_name()}.{field.get_name()}"
            self.mismatches.append(f"{name} is {got:#x} {what}, not {wanted:#x}")


class HardwareResetSequence(RegisterSequence):
    """Reads every register after a reset and compares the fields that have a reset value."""

    async def body(self) -> None:
        for register in self.model.get_registers():
            value = await self.read(register)
            for field in register.get_fields():
                if field.has_reset() and not field.is_volatile():
                    got = value >> field.get_lsb_pos() & ((1 << field.get_n_bits()) - 1)
                    self.compare(register, field, got, field.get_reset(), "after reset")


class BitBashSequence(RegisterSequence):
    """Writes ones and zeros to every RW field and reads them back; the register has its reset value behind it."""

    async def body(self) -> None:
        for register in self.model.get_registers():
            if register.get_name() in EXCLUDED:
                continue
            fields = [each for each in register.get_fields() if each.get_access() in WRITABLE and not each.is_volatile()]
            for pattern in (0xFFFF_FFFF, 0x5555_5555, 0xAAAA_AAAA, 0) if fields else ():
                await self._bash(register, fields, pattern)
            if fields:
                await self.write(register, register.get_reset())

    async def _bash(self, register: Any, fields: list[Any], pattern: int) -> None:
        await self.write(register, pattern)
        value = await self.read(register)
        for field in fields:
            mask = (1 << field.get_n_bits()) - 1
            got, wanted = (each >> field.get_lsb_pos() & mask for each in (value, pattern))
            self.compare(register, field, got, wanted, f"after writing {pattern:#010x}")
