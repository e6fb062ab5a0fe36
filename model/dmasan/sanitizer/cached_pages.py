# SPDX-License-Identifier: Apache-2.0
"""Which pages may have lines in L1: what an operation on the entire cache has to be applied to."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_SHIFT = 12


class CachedPages:
    """One mark for each page of RAM. Without speculation only accesses bring lines in; with it any page may have some."""

    def __init__(self, base: int, size: int, speculates: bool) -> None:
        self.base = base
        self.size = size
        self._marks: NDArray[np.bool_] | None = None if speculates else np.zeros(-(-size >> _SHIFT), np.bool_)

    def touched(self, address: int, length: int) -> None:
        """A cacheable access."""
        if self._marks is not None:
            start = address - self.base
            self._marks[start >> _SHIFT : (start + length - 1 >> _SHIFT) + 1] = True

    def take(self) -> Iterator[tuple[int, int]]:
        """The ranges (address, length) that may have lines; nothing is cached after that."""
        if self._marks is None:
            yield self.base, self.size
            return
        edges = np.flatnonzero(np.diff(self._marks, prepend=False, append=False)).tolist()
        self._marks[:] = False
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            yield self.base + (start << _SHIFT), (end - start) << _SHIFT
