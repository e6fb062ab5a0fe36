# SPDX-License-Identifier: Apache-2.0
"""The relation's verdicts against the independent oracle's, for every sequence of any length of what waits in no buffer.

Where only the last write counts (1, all older ones 0) both determinise to finitely many sets, so the pairs of sets that
one sequence can reach are finitely many too, and all are visited: a read may be wrong, or an update be lost, in the one
exactly where it is in the other. Stores that wait, posted writes and maintenance in flight are left out: the oracle's
queues have no bound (`test_independent_oracle` has them).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from independent.explore import Explorer, faults, outcome, translations_after
from independent.family import FAMILIES as ORACLES
from independent.state import State, renamed, versions

from dmasan.arch.configuration import IDLE, RESET, STALE, Config, has_latest
from dmasan.arch.family import FAMILIES
from dmasan.arch.semantics import OPERATIONS, closure
from dmasan.sanitizer.may_return import NAMES

WAITS = {"NC", "oNC", "WT", "clx", "ivx", "cix", "dwx", "db", "dmb", "dmbst", "rmb", "dsb", "bell"}
OUTER = {"cl2", "iv2", "ci2", "osync"}
AGED = {0: 0, 1: 0}


class Pair(NamedTuple):
    """The may-sets of both behind one sequence. `there`: the cacheable translations."""

    oracle: frozenset[State]
    relation: frozenset[Config]
    there: str


class Verdict(NamedTuple):
    stale_read: bool
    lost_update: bool


class Pairs:
    """The pairs of one family, in which nothing waits."""

    def __init__(self, name: str) -> None:
        self.family = FAMILIES[name]
        self.explorer = Explorer(ORACLES[name])
        assert not self.explorer.loads and not ORACLES[name].buffers_cacheable
        self.names = [each for each in self.explorer.operations if each not in WAITS | OUTER]

    def start(self) -> Pair:
        state = State(1, (None,) * self.explorer.family.lines, None, ((), ()), (), (), True)
        config = RESET._replace(live=1)
        return Pair(self.explorer.closure([state]), closure(self.family, (config,)), "shareable")

    def steps(self, pair: Pair) -> Iterator[tuple[str, Pair, bool]]:
        """Every operation on a pair: its name, the next pair, and whether both judge alike."""
        for name in self.names:
            if not faults(name, pair.there):
                oracle, known = self._oracle(pair.oracle, name)
                relation, found = self._relation(pair.relation, name)
                yield name, Pair(oracle, relation, translations_after(name, pair.there)), known == found

    def _oracle(self, states: frozenset[State], name: str) -> tuple[frozenset[State], Verdict]:
        operation = self.explorer.operations[name]
        ready = [state for state in states if operation.before(state)]
        before = [renamed(state, AGED) for state in ready] if operation.write else ready
        after = self.explorer.closure(operation.action(state, 1) for state in before)
        over = frozenset(state for state in after if operation.after(state))
        lost = any(1 not in versions(state) for state in over)
        return over, Verdict(0 in (outcome(operation, ready, frozenset()) or ()), lost)

    def _relation(self, configs: frozenset[Config], name: str) -> tuple[frozenset[Config], Verdict]:
        operation = OPERATIONS[NAMES[name]]
        outcomes = [one for config in configs for one in operation.apply(self.family, config)]
        after = closure(self.family, {config for config, _ in outcomes})
        if name in ("cl", "iv", "ci"):
            after = frozenset(config for config in after if config.in_flight == IDLE)
        lost = not all(map(has_latest, after))
        return after, Verdict(any(returned == STALE for _, returned in outcomes), lost)


def first_difference(pairs: Pairs) -> tuple[str, int]:
    """The shortest sequence whose last operation the two judge differently ("" if there is none), and the number of pairs."""
    start = pairs.start()
    came: dict[Pair, tuple[Pair | None, str]] = {start: (None, "")}
    todo = deque(came)
    while todo:
        pair = todo.popleft()
        for name, after, alike in pairs.steps(pair):
            if not alike:
                return " ".join([*_path(came, pair), name]), len(came)
            if after not in came:
                came[after] = (pair, name)
                todo.append(after)
    return "", len(came)


def _path(came: dict[Pair, tuple[Pair | None, str]], pair: Pair) -> list[str]:
    names: list[str] = []
    before: Pair | None = pair
    while before is not None:
        before, name = came[before]
        names.insert(0, name)
    return names[1:]


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["one-level", "one-level-mixed"])
def test_every_sequence_is_judged_alike(name: str) -> None:
    difference, count = first_difference(Pairs(name))
    print(f"{name}: {count} pairs")
    assert difference == ""
