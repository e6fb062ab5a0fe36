# SPDX-License-Identifier: Apache-2.0
"""What a hazard keeps of its run, for the searches that are made when they are asked for: no shadow, no table, no machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dmasan.arch.family import Family
from dmasan.sanitizer.diagnosis.record import Record
from dmasan.sanitizer.happens_before import Registers
from dmasan.sanitizer.history import History
from dmasan.sanitizer.tape import Tape

if TYPE_CHECKING:
    from dmasan.sanitizer.sanitizer import Sanitizer


class Records:
    """The record of a history so far, made anew only where the history has grown."""

    def __init__(self, history: History) -> None:
        self.history = history
        self._last: tuple[int, Record] | None = None

    def now(self) -> Record:
        if self._last is None or self._last[0] != self.history.count:
            self._last = self.history.count, Record(self.history)
        return self._last[1]


@dataclass(frozen=True, eq=False)
class Account:
    """A run as its history and its tape tell it. RAM: `size` bytes from `base`, in lines of `line` bytes.

    `beat` are the bytes of a beat of the device. `fresh` makes a sanitizer for such a machine that has seen nothing yet.
    """

    family: Family
    base: int
    size: int
    line: int
    cpus: int
    records: Records
    tape: Tape
    registers: Registers
    beat: int
    fresh: Callable[[Account], Sanitizer]

    @property
    def history(self) -> History:
        return self.records.history

    def again(self) -> Sanitizer:
        """A sanitizer to be told the run, or what an edit makes of it."""
        return self.fresh(self)

    def holds(self, address: int, length: int) -> bool:
        """Whether a range is RAM."""
        return self.base <= address and address + length <= self.base + self.size
