# SPDX-License-Identifier: Apache-2.0
"""What the CPU puts right behind a doorbell: a clean, an invalidate or a barrier that comes too late.

The device may have read at once. So where maintenance or a barrier behind a doorbell makes bytes fit for the device that
were not, that is remembered, and is a hazard if a job of that doorbell, or of an earlier one, then touches them: on a
faster device it would have found them as they were.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dmasan.arch.configuration import LATEST, value_of
from dmasan.sanitizer.automaton import Automaton, States, Verdict
from dmasan.sanitizer.buffers import Buffers, Permission
from dmasan.sanitizer.codes import Code
from dmasan.sanitizer.happens_before import HappensBefore, Job

CURES = frozenset(
    (
        "issue_clean",
        "issue_invalidate",
        "issue_clean_invalidate",
        "outer_clean",
        "outer_invalidate",
        "outer_clean_invalidate",
        "dsb",
        "outer_sync",
        "doorbell",
    )
)
_KEPT = 1 << 12
_MOST = 1 << 16  # bytes of one operation that are looked at
_DEVICE = ((False, "dev_read", Permission.READ), (True, "dev_write_posted", Permission.WRITE))


class Cure(NamedTuple):
    """Bytes that were unfit for a device's read or write up to event `number`, and the states in which they were."""

    number: int
    address: int
    states: States
    write: bool


class Late:
    """Cures behind a doorbell."""

    def __init__(self, automaton: Automaton, buffers: Buffers, order: HappensBefore) -> None:
        self.automaton = automaton
        self.buffers = buffers
        self.order = order
        self.cures: deque[Cure] = deque(maxlen=_KEPT)

    def watch(self, name: str, address: int, view: States) -> Callable[[], None] | None:
        """Called before an operation on a range whose states are `view`; what it returns, behind it. None: nothing can be cured."""
        if name not in CURES or not self.order.started or len(view) > _MOST:
            return None
        if not self.buffers.given(address, len(view)):
            return None
        before = view.copy()
        unfit = [(write, self._unfit(before, address, operation, need)) for write, operation, need in _DEVICE]
        if not any(bad.any() for _, bad in unfit):
            return None
        return lambda: self._compare(address, before, view, unfit)

    def _unfit(self, states: States, address: int, operation: str, need: Permission) -> NDArray[np.bool_]:
        """The bytes that the device may touch in this way, and that it must not in the state that they are in."""
        allowed = self.buffers.allows(address, len(states), need)
        if not allowed.any():
            return allowed
        column = self.automaton.columns[operation]
        for state in np.unique(states[allowed]).tolist():
            if not column.known(state):
                self.automaton.compute(column, state)
        unfit: NDArray[np.bool_] = allowed & (column.verdict.take(states) != Verdict.OK)
        return unfit

    def _compare(
        self, address: int, before: States, view: States, unfit: list[tuple[bool, NDArray[np.bool_]]]
    ) -> None:
        self.order.now += 1
        for (write, bad), (_, operation, need) in zip(unfit, _DEVICE, strict=True):
            if bad.any():
                cured = bad & ~self._unfit(view, address, operation, need)
                for start, end in _runs(cured):
                    self.cures.append(Cure(self.order.now, address + start, before[start:end], write))

    def found(self, job: Job, address: int, length: int, write: bool) -> Iterator[Cure]:
        """What was put right behind the release of `job`, of the bytes that it now reads or writes."""
        for cure in reversed(self.cures):
            if cure.number <= job.release:
                return
            start, end = max(address, cure.address), min(address + length, cure.address + len(cure.states))
            if start < end and cure.write == write:
                part = cure.states[start - cure.address : end - cure.address]
                yield cure._replace(address=start, states=part)

    def cause(self, cure: Cure) -> Code:
        """Which operation came too late."""
        if cure.write:
            return Code.DIRTY_OVER_DMA
        config = self.automaton.witness("dev_read", int(cure.states[0]))
        waiting = (config.store_buffer, config.outer_buffer) if config is not None else ()
        buffered = any(code and value_of(code) == LATEST for code in waiting)
        return Code.NO_WMB if buffered else Code.MISSING_CLEAN


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False]))))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
