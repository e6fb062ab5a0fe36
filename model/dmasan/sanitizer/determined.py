# SPDX-License-Identifier: Apache-2.0
"""The subset construction over one family's relation: what an operation makes of a may-set.

It depends on the family alone, so that all runs of a process share what one of them has worked out.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntFlag
from functools import cache
from typing import NamedTuple

from dmasan.arch.configuration import STALE, Config, has_latest
from dmasan.arch.family import Family
from dmasan.arch.semantics import MOVES
from dmasan.sanitizer.path import outcomes_of

MaySet = frozenset[Config]
ALL_MOVES = frozenset(MOVES)
_KEPT = 1 << 17  # steps of may-sets that are remembered


class Verdict(IntFlag):
    """What is wrong with an operation on a byte in a given state."""

    OK = 0
    STALE_READ = 1  # some configuration returns a value that is not the latest
    LOST_UPDATE = 2  # some configuration is left without any copy of the latest value


class Outcome(NamedTuple):
    """What an operation does to one configuration: the closed successors, and whether a stale value may be read."""

    after: MaySet
    stale: bool


class Determined:
    """May-sets of `family` under the hidden moves `moves`, and the steps between them, as far as they were asked for."""

    def __init__(self, family: Family, moves: frozenset[str] = ALL_MOVES) -> None:
        self.family = family
        self._moves = [MOVES[name] for name in MOVES if name in moves]
        self._same: dict[Config, Config] = {}  # of each content one object: closures have millions of elements
        self._moved: dict[Config, MaySet] = {}
        self._closures: dict[Config, MaySet] = {}
        self._outcomes: dict[tuple[str, Config], Outcome] = {}
        self._only: dict[MaySet, MaySet] = {}  # of each content one object
        self._intact: dict[MaySet, bool] = {}
        self._steps: dict[tuple[str, MaySet], tuple[MaySet, Verdict]] = {}

    def closed(self, configs: Iterable[Config]) -> MaySet:
        """All that the moves can make of `configs`, themselves included."""
        union: set[Config] = set()
        for config in configs:
            closed = self._closures.get(config)
            if closed is None:
                closed = self._closures[config] = self._closure(config)
            union |= closed
        state = frozenset(union)
        return self._only.setdefault(state, state)

    def _closure(self, config: Config) -> MaySet:
        config = self._same.setdefault(config, config)
        seen, todo = {config}, [config]
        while todo:
            fresh = self._successors(todo.pop()).difference(seen)
            seen |= fresh
            todo += fresh
        return frozenset(seen)

    def _successors(self, config: Config) -> MaySet:
        """What single moves make of `config`: closures meet the same configurations again and again."""
        found = self._moved.get(config)
        if found is None:
            every = (after for move in self._moves for after in move(self.family, config))
            found = self._moved[config] = frozenset(self._same.setdefault(after, after) for after in every)
        return found

    def outcome(self, name: str, config: Config) -> Outcome:
        """What operation `name` does to one configuration."""
        found = self._outcomes.get((name, config))
        if found is None:
            outcomes = outcomes_of(self.family, name, config)
            after = self.closed(after for after, _ in outcomes)
            found = self._outcomes[name, config] = Outcome(after, any(value == STALE for _, value in outcomes))
        return found

    def step(self, name: str, state: MaySet) -> tuple[MaySet, Verdict]:
        """The may-set behind operation `name` on a closed one, and what is wrong with it there."""
        found = self._steps.get((name, state))
        if found is None:
            if len(self._steps) >= _KEPT:
                self._forget()
            found = self._steps[name, state] = self._step(name, state)
        return found

    def _step(self, name: str, state: MaySet) -> tuple[MaySet, Verdict]:
        outcomes = [self.outcome(name, config) for config in state]
        union = frozenset[Config]().union(*(outcome.after for outcome in outcomes))
        after = self._only.setdefault(union, union)
        verdict = Verdict.OK
        if any(outcome.stale for outcome in outcomes):
            verdict |= Verdict.STALE_READ
        if self._is_intact(state) and not self._is_intact(after):
            verdict |= Verdict.LOST_UPDATE
        return after, verdict

    def _is_intact(self, state: MaySet) -> bool:
        """Whether every configuration has a copy of the latest value."""
        found = self._intact.get(state)
        if found is None:
            found = self._intact[state] = all(map(has_latest, state))
        return found

    def _forget(self) -> None:
        """Starts anew before memory runs out; no answer depends on what is remembered."""
        for memory in (self._steps, self._intact, self._only):
            memory.clear()


@cache
def determined(family: Family) -> Determined:
    """The one construction over a family's relation in this process."""
    return Determined(family)
