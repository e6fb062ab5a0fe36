# SPDX-License-Identifier: Apache-2.0
"""The sanitizer's automaton: the subset construction over the relation, built as far as a run needs it.

A state is the may-set of one byte: every configuration that some schedule can have reached, closed under the hidden
moves. Each operation has a column with one entry a state: the next state, and what is wrong with the operation there.
States are numbered in the order in which this process meets them; the numbers mean nothing outside of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dmasan.arch.configuration import LATEST, RESET, Config
from dmasan.arch.family import Family
from dmasan.arch.semantics import OPERATIONS, Operation
from dmasan.sanitizer.determined import MaySet, Verdict, determined
from dmasan.zeroed import zeroed

CAPACITY = 1 << 16
MISSING = 0xFFFF  # a column's entry that is not computed yet; in `fast` also one that is a hazard
LIMIT = 60_000  # states in use at which the table is renumbered
_LIVE = Config._fields.index("live")
_READY = 1 << 10  # entries of each column that are made ready at a time
_BLOCK = 1 << 15  # bytes of RAM that an operation works on at a time

States = NDArray[np.uint16]


class Column(NamedTuple):
    """One operation's entries for all states; allocated in full, so that pointers into it stay valid.

    `next` (uint16) is the successor or MISSING, `verdict` (uint8) its Verdict, and `fast` (uint16) is `next` where
    there is nothing to report, else MISSING: what the simulator's C++ side reads. Only entries of states that have
    been numbered mean anything.
    """

    operation: Operation
    next: States
    verdict: NDArray[np.uint8]
    fast: States

    def known(self, state: int) -> bool:
        return bool(self.next[state] != MISSING)


class Table:
    """The columns of all operations. A block of entries is made ready when the first of its states is numbered."""

    def __init__(self) -> None:
        shape = (len(OPERATIONS), CAPACITY)
        count = len(OPERATIONS) * CAPACITY
        self._next = zeroed(count, np.uint16).reshape(shape)
        self._verdict = zeroed(count, np.uint8).reshape(shape)
        self._fast = zeroed(count, np.uint16).reshape(shape)
        self._ready = 0  # entries of each column
        rows = zip(OPERATIONS.items(), self._next, self._verdict, self._fast, strict=True)
        self.columns = {name: Column(op, after, wrong, fast) for (name, op), after, wrong, fast in rows}

    def make_ready(self, state: int) -> None:
        """Empties the entries up to that of `state`, and some more, unless they are in use."""
        if state >= self._ready:
            fresh = slice(self._ready, min(CAPACITY, state + _READY))
            self._empty(fresh)
            self._ready = fresh.stop

    def clear(self) -> None:
        self._empty(slice(self._ready))

    def _empty(self, entries: slice) -> None:
        self._next[:, entries] = MISSING
        self._verdict[:, entries] = Verdict.OK
        self._fast[:, entries] = MISSING


class Automaton:
    """The lazily determinised relation of one profile family. State 0 is RAM at reset with no alias live."""

    def __init__(self, family: Family) -> None:
        self.family = family
        self.relation = determined(family)
        self._table = Table()
        self.columns = self._table.columns
        self.renumbered = 0  # how often the numbers of states have changed
        self._forget()

    def _forget(self) -> None:
        self.states: list[MaySet] = []
        self._numbers: dict[MaySet, int] = {}
        self.number(self.relation.closed((RESET,)))

    def number(self, state: MaySet) -> int:
        """The number of a closed may-set; a new one if this automaton has not met it."""
        number = self._numbers.get(state)
        if number is None:
            number = self._numbers[state] = len(self.states)
            self._table.make_ready(number)
            self.states.append(state)
        return number

    def compute(self, column: Column, state: int) -> None:
        """Fills the column's entry for one state."""
        may_be, verdict = self.relation.step(column.operation.name, self.states[state])
        after = self.number(may_be)
        column.next[state] = after
        column.verdict[state] = verdict
        if not verdict:
            column.fast[state] = after

    def apply(self, name: str, view: States) -> NDArray[np.uint8] | None:
        """Applies an operation to a range of the shadow, in place. Returns the verdict of each byte, or None if all OK."""
        if len(view) > _BLOCK:
            return self._apply_blocks(name, view)
        column = self.columns[name]
        if len(view) > 1 and view[0] == view[-1] and np.count_nonzero(view == view[0]) == len(view):
            alike = column.fast[view[0]]  # the usual case of a long range: nothing to look up byte by byte
            if alike != MISSING:
                if alike != view[0]:
                    view.fill(alike)
                return None
        after = column.fast.take(view)
        if len(view) and after.max() == MISSING:
            return self._apply_slowly(column, view)
        view[:] = after
        return None

    def _apply_blocks(self, name: str, view: States) -> NDArray[np.uint8] | None:
        """As `apply`, block by block, so that what is in work stays in the host's caches."""
        verdict = None
        for start in range(0, len(view), _BLOCK):
            wrong = self.apply(name, view[start : start + _BLOCK])
            if wrong is not None:
                verdict = np.zeros(len(view), np.uint8) if verdict is None else verdict
                verdict[start : start + _BLOCK] = wrong
        return verdict

    def _apply_slowly(self, column: Column, view: States) -> NDArray[np.uint8] | None:
        """As `apply`, where an entry is missing or a verdict is not OK."""
        after = column.next.take(view)
        for state in np.unique(view[after == MISSING]):
            self.compute(column, int(state))
        verdict = column.verdict.take(view)
        view[:] = column.next.take(view)
        return verdict if verdict.any() else None

    @property
    def crowded(self) -> bool:
        return len(self.states) > LIMIT

    def renumber(self, shadow: States) -> None:
        """Drops the states that no byte of the shadow is in, and numbers the rest afresh.

        The columns are emptied in place; their entries come back as they are needed.
        """
        self.renumbered += 1
        used, inverse = np.unique(shadow, return_inverse=True)
        kept = [self.states[number] for number in used]
        self._forget()
        fresh = np.array([self.number(state) for state in kept], np.uint16)
        shadow[:] = fresh[inverse].reshape(shadow.shape)
        self._table.clear()

    def witness(self, name: str, state: int) -> Config | None:
        """A configuration of `state` in which a read by `name` returns a stale value: the simplest one."""
        return min(self._stale(name, state), key=_complexity, default=None)

    def shown(self, name: str, state: int) -> Config | None:
        """The one to show: where the stale copy lies, before what a load executed early would have found in it."""
        return min(self._stale(name, state), key=lambda config: (bool(config.early), _complexity(config)), default=None)

    def _stale(self, name: str, state: int) -> list[Config]:
        return [config for config in self.states[state] if self.relation.outcome(name, config).stale]

    def store_waits(self, states: States) -> bool:
        """Whether, in some of these states, a store may not have left its CPU."""
        return any(any(config.store_buffer for config in may_be) for may_be in self._distinct(states))

    def maintenance_waits(self, states: States) -> bool:
        """Whether, in some of these states, maintenance may be in flight."""
        return any(any(config.in_flight for config in may_be) for may_be in self._distinct(states))

    def _distinct(self, states: States) -> Iterator[MaySet]:
        return (self.states[state] for state in np.unique(states).tolist())

    def stale_when_drained(self, name: str, state: int) -> bool:
        """Whether a read by `name` may still be stale when all buffers are empty and all posted writes complete.

        A may-set is closed under hidden moves, so what it drains to is in it.
        """
        return any(
            self.relation.outcome(name, config).stale
            for config in self.states[state]
            if not any((config.store_buffer, config.outer_buffer, config.posted, config.in_flight, config.early))
        )

    def after_latest(self, name: str, state: int) -> int:
        """The state after a read by `name` that was seen to return the latest value."""
        apply = self.columns[name].operation.apply
        outcomes = [outcome for config in self.states[state] for outcome in apply(self.family, config)]
        return self.number(self.relation.closed(after for after, value in outcomes if value == LATEST))


def _complexity(config: Config) -> tuple[int, Config]:
    """Orders configurations by how much is going on in them."""
    return sum(1 for at, code in enumerate(config) if code and at != _LIVE) - (config.memory == LATEST), config
