# SPDX-License-Identifier: Apache-2.0
"""Which CPU has taken each line into its own L1, where maintenance is local and no core speculates (ARM11MPCore).

Only accesses move a line there, so the events tell where it may be: what a CPU has stored to is in its own L1 alone, what
it has loaded is there too, and in no other L1 dirty; what it has invalidated, and completed by a DSB, is there no more.
Otherwise nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_OWNED = 0x80
_UNKNOWN = 0


class LineHolders:
    """One code (uint8) for each line of RAM: 0, or 1 + the CPU that took it last, with bit 7 if by a store; and one bit for
    each CPU in whose L1 it may be."""

    def __init__(self, base: int, size: int, line: int, cpus: int) -> None:
        self.base = base
        self.shift = line.bit_length() - 1
        self.codes: NDArray[np.uint8] = np.full(size >> self.shift, _UNKNOWN, np.uint8)
        self.may_hold: NDArray[np.uint8] = np.full(size >> self.shift, (1 << cpus) - 1, np.uint8)
        self._leaving: dict[int, list[slice]] = {}  # by CPU: lines of maintenance that no DSB has completed

    def _lines(self, address: int, length: int) -> slice:
        start = address - self.base
        return slice(start >> self.shift, (start + length - 1 >> self.shift) + 1)

    def stored(self, cpu: int, address: int, length: int) -> None:
        """A store removes all other copies."""
        lines = self._lines(address, length)
        self._comes_back(cpu, lines)
        self.codes[lines] = _OWNED | cpu + 1
        self.may_hold[lines] = 1 << cpu

    def loaded(self, cpu: int, address: int, length: int) -> None:
        """A load takes a dirty line over; a clean one may stay where it was as well."""
        lines = self._lines(address, length)
        self._comes_back(cpu, lines)
        here = self.codes[lines]
        here[here != _OWNED | cpu + 1] = cpu + 1
        self.may_hold[lines] |= np.uint8(1 << cpu)

    def invalidated(self, cpu: int, address: int, length: int) -> None:
        """The CPU has begun to drop its copies, cleaned or not."""
        self._leaving.setdefault(cpu, []).append(self._lines(address, length))

    def _comes_back(self, cpu: int, lines: slice) -> None:
        """The CPU takes lines before its maintenance of them is complete."""
        if cpu in self._leaving:
            self._leaving[cpu] = [s for s in self._leaving[cpu] if s.stop <= lines.start or lines.stop <= s.start]

    def completed(self, cpu: int) -> None:
        """A DSB of the CPU."""
        for lines in self._leaving.pop(cpu, ()):
            self.may_hold[lines] &= np.uint8(0xFF & ~(1 << cpu))

    def runs(self, cpu: int, address: int, length: int) -> Iterator[tuple[int, int, str]]:
        """Cuts whole lines into (address, length, kind): what maintenance by `cpu` is there (`arch.semantics.local`)."""
        here = self.codes[self._lines(address, length)]
        alone = self.may_hold[self._lines(address, length)] == 1 << cpu
        kinds = np.where(alone | (here == _OWNED | cpu + 1), 2, here == cpu + 1)
        cuts = np.flatnonzero(np.diff(kinds)) + 1
        for start, end in zip([0, *cuts.tolist()], [*cuts.tolist(), len(kinds)], strict=True):
            yield address + (start << self.shift), (end - start) << self.shift, ("", "_held", "_owned")[kinds[start]]
