# SPDX-License-Identifier: Apache-2.0
"""Brute-force oracle: what may a read of one byte return, under every schedule that the hardware allows?

It holds the set of every machine state that can have been reached, closes it under the hidden moves after each
operation, and reads off the versions. It knows nothing of "latest" or "stale", shares no code with `dmasan` and
reduces nothing: it is the slow second opinion for `dmasan.sanitizer.may_return`. What the machine does, and why, is
in `byte_machine.py`; `byte_effects.py` and `byte_operations.py` do it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from byte_effects import hidden_moves
from byte_machine import (
    DISPUTABLE,
    FAMILIES,
    NEED_LIVE_ALIAS,
    OPERATIONS,
    READS,
    START,
    WRITES,
    Machine,
    State,
)
from byte_operations import acts_only_after, early_loads, forgotten, issue, returned, values_read


class Explorer:
    """Set-of-states stepping on one machine, with memories of what has been worked out (results do not depend on them)."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._number: dict[State, int] = {}
        self._states: list[State] = []
        self._moves: dict[bool, dict[int, tuple[int, ...]]] = {True: {}, False: {}}
        self._issued: dict[tuple[int, str, int], tuple[int, ...]] = {}
        self._after: dict[tuple[tuple[str, ...], bool], frozenset[int]] = {}

    def may_return(self, ops: tuple[str, ...], alias_live: bool) -> list[frozenset[int]]:
        """One set of versions per read, in order."""
        live, reads = alias_live, []
        current = self._close({self._intern(START)}, live)
        for position, op in enumerate(ops, start=1):
            if op in NEED_LIVE_ALIAS and not live:
                raise ValueError(f"{op} at position {position}: the cacheable alias is not live, the access would fault")
            live = live and op != "um"
            if op in READS:
                reads.append(self._values(current, op))
            current = self._step(current, ops[:position], live, alias_live)
        return reads

    def _step(self, current: frozenset[int], prefix: tuple[str, ...], live: bool, alias_live: bool) -> frozenset[int]:
        """The closed set after the last operation of `prefix`, from the closed set before it."""
        key = (prefix, alias_live)
        if key not in self._after:
            if len(self._after) > 20_000:
                self._after.clear()  # a bound on memory, nothing else
            op, version = prefix[-1], len(prefix)
            issued: set[int] = set()
            for number in current:
                issued.update(self._issue(number, op, version))
            closed = self._close(issued, live)
            done = {n for n in closed if returned(self._states[n], op, self.machine)}
            at_once = op in ("WB", "yWB") and not self.machine.cacheable_stores_buffered
            if op == "dsb" or at_once:  # loads behind it wait until it is complete
                done = {self._intern(forgotten(self._states[n], op, self.machine)) for n in done}
            self._after[key] = self._close(done, live) if op == "dsb" or at_once else frozenset(done)
        return self._after[key]

    def _values(self, current: frozenset[int], op: str) -> frozenset[int]:
        states = (self._states[number] for number in current)
        return frozenset().union(
            *(
                values_read(state, op, self.machine)
                for state in states
                if acts_only_after(state, op, self.machine)
            )
        )

    def _intern(self, state: State) -> int:
        number = self._number.get(state)
        if number is None:
            number = self._number[state] = len(self._states)
            self._states.append(state)
        return number

    def _issue(self, number: int, op: str, version: int) -> tuple[int, ...]:
        key = (number, op, version if op in WRITES else 0)
        if key not in self._issued:
            state, machine = self._states[number], self.machine
            after = issue(state, op, version, machine) if acts_only_after(state, op, machine) else ()
            self._issued[key] = tuple(self._intern(next_state) for next_state in after)
        return self._issued[key]

    def _close(self, numbers: set[int], live: bool) -> frozenset[int]:
        """Everything reachable by hidden moves."""
        seen, frontier, moves = set(numbers), list(numbers), self._moves[live]
        while frontier:
            number = frontier.pop()
            reached = moves.get(number)
            if reached is None:
                state = self._states[number]
                found = {*hidden_moves(state, live, self.machine), *early_loads(state, live, self.machine)}
                reached = moves[number] = tuple(map(self._intern, found))
            for after in reached:
                if after not in seen:
                    seen.add(after)
                    frontier.append(after)
        return frozenset(seen)


@cache
def explorer(machine: Machine) -> Explorer:
    """One explorer per machine, kept: its memories make many sequences cheap."""
    return Explorer(machine)


def may_return(ops: Sequence[str], *, family: str, alias_live: bool = True) -> list[frozenset[int]]:
    """The versions that each read of `ops` may return, one set per read, in order.

    Raises ValueError for an unknown operation or family, and for a cacheable access through a dead alias.
    """
    unknown = [op for op in ops if op not in OPERATIONS]
    if unknown:
        raise ValueError(f"unknown operation {unknown[0]!r}; allowed: {' '.join(sorted(OPERATIONS))}")
    if family not in FAMILIES:
        raise ValueError(f"unknown family {family!r}; allowed: {' '.join(FAMILIES)}")
    return explorer(FAMILIES[family]).may_return(tuple(ops), alias_live)


# --- Settling a disagreement -----------------------------------------------------------------------------------------


def explanations(
    ops: Sequence[str], observed: list[frozenset[int]], *, family: str, alias_live: bool = True
) -> list[tuple[str, ...]]:
    """The smallest sets of decisions (fields of `Machine`), at most two each, whose reversal gives `observed`."""
    base = FAMILIES[family]
    for size in (1, 2):
        found = []
        for fields in itertools.combinations(DISPUTABLE, size):
            other = replace(base, **{field: not getattr(base, field) for field in fields})
            if Explorer(other).may_return(tuple(ops), alias_live) == observed:
                found.append(fields)
        if found:
            return found
    return []
