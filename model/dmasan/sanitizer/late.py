# SPDX-License-Identifier: Apache-2.0
"""What the CPU puts right behind a doorbell: a clean, an invalidate or a barrier that comes too late.

The device may have read at once. So where maintenance or a barrier behind a doorbell changes bytes that were not fit for
the device, that is remembered, and is a hazard if a job of that doorbell, or of an earlier one, then touches them: a
faster device would have found them as they were.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dmasan.sanitizer.automaton import MISSING, Automaton, States, Verdict
from dmasan.sanitizer.buffers import Buffers, runs
from dmasan.sanitizer.happens_before import HappensBefore, Job

CURES = frozenset(
    (
        "issue_clean",
        "issue_invalidate",
        "issue_clean_invalidate",
        *(f"issue_{op}_{kind}" for op in ("clean", "invalidate", "clean_invalidate") for kind in ("held", "owned")),
        "outer_clean",
        "outer_invalidate",
        "outer_clean_invalidate",
        "dsb",
        "outer_sync",
        "doorbell",
    )
)
INVALIDATES = frozenset(
    (
        *(f"issue_{op}{kind}" for op in ("invalidate", "clean_invalidate") for kind in ("", "_held", "_owned")),
        *("outer_invalidate", "outer_clean_invalidate"),
    )
)
_KEPT = 1 << 12
_MOST = 1 << 16  # bytes of one operation that are looked at
_DEVICE = ((False, "dev_read"), (True, "dev_write_posted"))


class Cure(NamedTuple):
    """Bytes that were unfit for a device's read or write when event `number` changed them, and the states before it."""

    number: int
    address: int
    states: States
    write: bool
    step: int  # number of steps of the history before it


class Late:
    """Cures behind a doorbell."""

    def __init__(self, automaton: Automaton, buffers: Buffers, order: HappensBefore) -> None:
        self.automaton = automaton
        self.buffers = buffers
        self.order = order
        self.cures: deque[Cure] = deque(maxlen=_KEPT)
        self._renumbered = 0

    def watch(self, address: int, view: States, step: int) -> Callable[[], None] | None:
        """Called before step `step`, one of CURES, on a range whose states are `view`; what it returns, behind it.

        None: there is nothing to watch.
        """
        if len(view) > _MOST:
            return None
        if not self.buffers.given(address, len(view)):
            return None
        before = view.copy()
        if not any((self.automaton.columns[operation].fast.take(view) == MISSING).any() for _, operation in _DEVICE):
            return None  # all is fit
        plain = ~self.buffers.declared(address, len(view))
        if self.order.stored_since(address, len(view)):
            # What was stored itself is not handed over yet, or is a race; other bytes of its lines may well be the device's.
            plain &= ~self.order.bytes_stored_since(address, len(view))
            if not plain.any():
                return None
        unfit = [(write, plain & self._unfit(before, operation)) for write, operation in _DEVICE]
        if not any(bad.any() for _, bad in unfit):
            return None
        return lambda: self._compare(address, before, view, unfit, step - 1)

    def _unfit(self, states: States, operation: str) -> NDArray[np.bool_]:
        """The bytes that a device must not touch in this way, in the state that they are in."""
        column = self.automaton.columns[operation]
        if (column.next.take(states) == MISSING).any():
            for state in np.unique(states).tolist():
                if not column.known(state):
                    self.automaton.compute(column, state)
        unfit: NDArray[np.bool_] = column.verdict.take(states) != Verdict.OK
        return unfit

    def _compare(
        self, address: int, before: States, view: States, unfit: list[tuple[bool, NDArray[np.bool_]]], step: int
    ) -> None:
        self.order.now += 1
        for write, bad in unfit:
            for start, end in runs(bad & (before != view)):
                self.cures.append(Cure(self.order.now, address + start, before[start:end], write, step))

    def found(self, job: Job, address: int, length: int, write: bool) -> list[Cure]:
        """What was not fit behind the release of `job`, of the bytes that it now reads or writes; the earliest first."""
        if self._renumbered != self.automaton.renumbered:
            self.cures.clear()  # their states mean nothing any more
            self._renumbered = self.automaton.renumbered
        found: list[Cure] = []
        for cure in reversed(self.cures):
            if cure.number <= job.release:
                break
            start, end = max(address, cure.address), min(address + length, cure.address + len(cure.states))
            if start < end and cure.write == write:
                part = cure.states[start - cure.address : end - cure.address]
                found.append(cure._replace(address=start, states=part))
        return found[::-1]
