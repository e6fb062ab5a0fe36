# SPDX-License-Identifier: Apache-2.0
"""Which bytes have content that somebody meant: written by a CPU or the device since their memory was given out."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from dmasan.sanitizer.history import WRITES, History

_SEARCHED = 50_000  # steps looked through, the last ones first; older content is taken for undefined

Mask = NDArray[np.bool_]


def defined(history: History, address: int, length: int, meaningless: Mapping[int, tuple[int, Mask]]) -> Mask:
    """The defined bytes of a range, shape (length,).

    `meaningless`: by the number of a step that stores, where it stored bytes that nobody meant: (address, which).
    """
    found, open_ = np.zeros(length, np.bool_), np.ones(length, np.bool_)
    for back, step in enumerate(islice(reversed(history.steps), _SEARCHED)):
        start, end = max(address, step.address), min(address + length, step.address + step.length)
        if start >= end or (step.name not in WRITES and step.name != "give_up"):
            continue
        part = slice(start - address, end - address)
        if step.name != "give_up":
            meant = open_[part].copy()
            at, junk = meaningless.get(history.count - back, (0, None))
            if junk is not None:
                first, last = max(start, at), min(end, at + len(junk))
                if first < last:
                    meant[first - start : last - start] &= ~junk[first - at : last - at]
            found[part] |= meant
        open_[part] = False
        if not open_.any():
            break
    return found
