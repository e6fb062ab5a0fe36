# SPDX-License-Identifier: Apache-2.0
"""A field of a 32-bit word."""

from __future__ import annotations

from typing import NamedTuple


class Bits(NamedTuple):
    """A field: its lowest bit, and its mask in place."""

    low: int
    mask: int

    def get(self, word: int) -> int:
        return (word & self.mask) >> self.low

    def put(self, value: int) -> int:
        """`value` in place. Raises ValueError where it does not fit."""
        if not 0 <= value <= self.limit:
            raise ValueError(f"{value:#x} does not fit into a field of {self.limit.bit_length()} bits")
        return value << self.low

    def replace(self, word: int, value: int) -> int:
        """`word` with this field set to `value`."""
        return (word & ~self.mask) | self.put(value)

    @property
    def limit(self) -> int:
        """The largest value of the field."""
        return self.mask >> self.low


class Register:
    """A 32-bit register: byte offset, reset value, bits that a write stores, bits of which a written one acts (a command,
    a cause that it clears), and those that a busy channel refuses."""

    OFFSET: int
    RESET: int = 0
    WRITABLE: int = 0
    ACTING: int = 0
    LOCKED: int = 0
