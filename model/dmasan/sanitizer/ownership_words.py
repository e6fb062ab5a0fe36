# SPDX-License-Identifier: Apache-2.0
"""Reads of ownership words: declared words that are polled while the other side writes them, a race by design."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dmasan.sanitizer.automaton import States, Verdict
from dmasan.sanitizer.buffers import Buffers
from dmasan.sanitizer.shadow import Shadow, Verdicts


def excuse(
    shadow: Shadow,
    buffers: Buffers,
    name: str,
    address: int,
    before: States,
    verdicts: Verdicts,
    stale: NDArray[np.bool_] | None,
) -> Verdicts | None:
    """The verdicts of a read by `name` that are left when ownership words are judged after all drains.

    Stale in a buffer is a race by design, stale in a cache a hazard. Where the read was seen to return the latest value
    (`stale` marks the bytes that were not), that narrows the may-set. `before` are the states that it found.
    """
    polled = buffers.declared(address, len(verdicts))
    if not polled.any():
        return verdicts
    automaton = shadow.automaton
    verdicts = verdicts.copy()  # they belong to the shadow's memo
    after = shadow.states[address - shadow.base :]
    for at in np.flatnonzero(polled & (verdicts != 0)).tolist():
        state = int(before[at])
        if not automaton.stale_when_drained(name, state):
            verdicts[at] = Verdict.OK
            if stale is None or not stale[at]:
                after[at] = automaton.after_latest(name, state)
    return verdicts if verdicts.any() else None
