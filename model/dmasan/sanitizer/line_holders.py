# SPDX-License-Identifier: Apache-2.0
"""Which CPU has taken each line into its own L1, where maintenance is local and no core speculates (ARM11MPCore).

Only accesses move a line there, so the events tell where it may be: what a CPU has stored to is in its own L1 alone, what
it has loaded is there too, and in no other L1 dirty. Otherwise nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_OWNED = 0x80
_UNKNOWN = 0


class LineHolders:
    """One code (uint8) for each line of RAM: 0, or 1 + the CPU that took it last, with bit 7 if by a store."""

    def __init__(self, base: int, size: int, line: int) -> None:
        self.base = base
        self.shift = line.bit_length() - 1
        self.codes: NDArray[np.uint8] = np.full(size >> self.shift, _UNKNOWN, np.uint8)

    def _lines(self, address: int, length: int) -> slice:
        start = address - self.base
        return slice(start >> self.shift, (start + length - 1 >> self.shift) + 1)

    def stored(self, cpu: int, address: int, length: int) -> None:
        """A store removes all other copies."""
        self.codes[self._lines(address, length)] = _OWNED | cpu + 1

    def loaded(self, cpu: int, address: int, length: int) -> None:
        """A load takes a dirty line over; a clean one may stay where it was as well."""
        here = self.codes[self._lines(address, length)]
        here[here != _OWNED | cpu + 1] = cpu + 1

    def runs(self, cpu: int, address: int, length: int) -> Iterator[tuple[int, int, str]]:
        """Cuts whole lines into (address, length, kind): what maintenance by `cpu` is there (`arch.semantics.local`)."""
        here = self.codes[self._lines(address, length)]
        kinds = (here == cpu + 1) + 2 * (here == _OWNED | cpu + 1)
        cuts = np.flatnonzero(np.diff(kinds)) + 1
        for start, end in zip([0, *cuts.tolist()], [*cuts.tolist(), len(kinds)], strict=True):
            yield address + (start << self.shift), (end - start) << self.shift, ("", "_held", "_owned")[kinds[start]]
