# SPDX-License-Identifier: Apache-2.0
"""Which bytes have content that somebody meant: written by a CPU or the device since their memory was given out."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dmasan.sanitizer.history import WRITES, History

SEARCHED = 50_000  # steps looked through, the last ones first; older content is taken for undefined

Mask = NDArray[np.bool_]


class Copied(NamedTuple):
    """A store of the kernel's own copy from `address` on: bytes that the device had written, bytes that nobody meant (each of
    shape (length,)). The rest came from here: it is as defined as it was."""

    address: int
    by_device: Mask
    junk: Mask


def defined(history: History, address: int, length: int, copies: Mapping[int, Copied]) -> Mask:
    """The defined bytes of a range, shape (length,). `copies`: by the number of their step."""
    found, open_ = np.zeros(length, np.bool_), np.ones(length, np.bool_)
    for back, step in enumerate(islice(reversed(history.steps), SEARCHED)):
        start, end = max(address, step.address), min(address + length, step.address + step.length)
        if start >= end or (step.name not in WRITES and step.name != "give_up"):
            continue
        part = slice(start - address, end - address)
        copy = copies.get(history.count - back)
        if copy is not None:
            told = slice(start - copy.address, end - copy.address)
            found[part] |= open_[part] & copy.by_device[told]
            open_[part] &= ~(copy.by_device[told] | copy.junk[told])
        else:
            if step.name != "give_up":
                found[part] |= open_[part]
            open_[part] = False
        if not open_.any():
            break
    return found
