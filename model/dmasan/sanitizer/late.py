# SPDX-License-Identifier: Apache-2.0
"""What the CPU puts right behind a doorbell: a clean, an invalidate or a barrier that comes too late.

The device may have read at once. So where maintenance or a barrier behind a doorbell changes bytes that were not fit for
the device, that is remembered, and is a hazard if a job of that doorbell, or of an earlier one, then touches them: a
faster device would have found them as they were.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dmasan.sanitizer.automaton import MISSING, Automaton, States
from dmasan.sanitizer.buffers import Buffers, runs
from dmasan.sanitizer.determined import Verdict
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
_SHORT = 64  # bytes up to which it is remembered what is cured
_REMEMBERED = 50_000
_ACCESSES = ((False, "dev_read"), (True, "dev_write_posted"))  # of a device: whether it writes, and the operation

Part = tuple[bool, int, int]  # whether for the device's write, and the bytes [start, end) of a range


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
        self._known: dict[tuple[bytes, bytes], tuple[Part, ...]] = {}
        self._renumbered = 0

    def note(self, address: int, before: bytes, after: bytes, step: int) -> None:
        """Step `step`, one of CURES, made of the states `before` of memory that the device was given those `after` it."""
        if before == after or len(before) > 2 * _MOST:
            return
        self._check_numbers()
        known = self._known.get((before, after))
        if known is None:
            known = self._cured(np.frombuffer(before, np.uint16), np.frombuffer(after, np.uint16))
            if len(before) <= 2 * _SHORT:
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[before, after] = known
        if known:
            self._keep(known, address, np.frombuffer(before, np.uint16), step - 1)

    def _cured(self, before: States, after: States) -> tuple[Part, ...]:
        """What was unfit for the device and changed."""
        changed = before != after
        unfit = [(write, changed & self._unfit(before, operation)) for write, operation in _ACCESSES]
        return tuple((write, start, end) for write, bad in unfit for start, end in runs(bad))

    def _unfit(self, states: States, operation: str) -> NDArray[np.bool_]:
        """The bytes that a device must not touch in this way, in the state that they are in."""
        column = self.automaton.columns[operation]
        if (column.fast.take(states) != MISSING).all():
            return np.zeros(len(states), np.bool_)
        if (column.next.take(states) == MISSING).any():
            for state in np.unique(states).tolist():
                if not column.known(state):
                    self.automaton.compute(column, state)
        unfit: NDArray[np.bool_] = column.verdict.take(states) != Verdict.OK
        return unfit

    def _keep(self, cured: tuple[Part, ...], address: int, before: States, step: int) -> None:
        """Remembers the bytes cured, but for ownership words.

        And for what was stored itself, on lines all of which were: that is not handed over yet, or is a race; other bytes
        of the lines may well be the device's.
        """
        order, length = self.order, len(before)
        fresh = order.stored_since(address, length)
        if fresh and order.all_stored_since(address, length):
            return
        plain = ~self.buffers.declared(address, length)
        if fresh:
            plain &= ~order.bytes_stored_since(address, length)
        order.now += 1
        for write, first, last in cured:
            for start, end in runs(plain[first:last]):
                start, end = first + start, first + end
                self.cures.append(Cure(order.now, address + start, before[start:end], write, step))

    def _check_numbers(self) -> None:
        """When the states have new numbers, what was kept of them means nothing any more."""
        if self._renumbered != self.automaton.renumbered:
            self.cures.clear()
            self._known.clear()
            self._renumbered = self.automaton.renumbered

    def found(self, job: Job, address: int, length: int, write: bool) -> list[Cure]:
        """What was not fit behind the release of `job`, of the bytes that it now reads or writes; the earliest first."""
        self._check_numbers()
        found: list[Cure] = []
        for cure in reversed(self.cures):
            if cure.number <= job.release:
                break
            start, end = max(address, cure.address), min(address + length, cure.address + len(cure.states))
            if start < end and cure.write == write:
                part = cure.states[start - cure.address : end - cure.address]
                found.append(cure._replace(address=start, states=part))
        return found[::-1]
