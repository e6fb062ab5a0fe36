# SPDX-License-Identifier: Apache-2.0
"""Runs the story of a byte through the relation again, as it was or varied: on another machine, without some moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from dmasan.arch.configuration import RESET, STALE, Config, has_latest
from dmasan.arch.family import Family
from dmasan.arch.semantics import MOVES
from dmasan.sanitizer.automaton import Verdict
from dmasan.sanitizer.path import outcomes_of

MaySet = frozenset[Config]
ALL_MOVES = frozenset(MOVES)
NO_FILLS = ALL_MOVES - {name for name in MOVES if name.startswith("fill")}


class Replay:
    """The relation of `family` under the hidden moves `moves`, determinised as far as it is asked; kept for the process."""

    def __init__(self, family: Family, moves: frozenset[str] = ALL_MOVES) -> None:
        self.family = family
        self.moves = [MOVES[name] for name in MOVES if name in moves]
        self._closures: dict[Config, MaySet] = {}
        self._steps: dict[tuple[MaySet, str], tuple[MaySet, Verdict]] = {}
        self._known: dict[MaySet, MaySet] = {}
        self.start = self.closed([RESET])

    def closed(self, configs: Iterable[Config]) -> MaySet:
        """All that the moves can make of `configs`."""
        union: set[Config] = set()
        for config in configs:
            found = self._closures.get(config)
            if found is None:
                found = self._closures[config] = self._closure(config)
            union |= found
        state = frozenset(union)
        return self._known.setdefault(state, state)

    def _closure(self, config: Config) -> MaySet:
        seen, todo = {config}, [config]
        while todo:
            one = todo.pop()
            for move in self.moves:
                for after in move(self.family, one):
                    if after not in seen:
                        seen.add(after)
                        todo.append(after)
        return frozenset(seen)

    def step(self, state: MaySet, name: str) -> tuple[MaySet, Verdict]:
        """What an operation makes of a may-set, and what is wrong with it there."""
        found = self._steps.get((state, name))
        if found is None:
            outcomes = [outcome for config in state for outcome in outcomes_of(self.family, name, config)]
            after = self.closed({config for config, _ in outcomes})
            verdict = Verdict.OK
            if any(value == STALE for _, value in outcomes):
                verdict |= Verdict.STALE_READ
            if all(map(has_latest, state)) and not all(map(has_latest, after)):
                verdict |= Verdict.LOST_UPDATE
            found = self._steps[state, name] = (after, verdict)
        return found

    def run(self, names: Iterable[str], start: MaySet | None = None) -> Iterator[tuple[MaySet, Verdict]]:
        """The may-set after each operation, and its verdict."""
        state = self.start if start is None else self.closed(start)
        for name in names:
            state, verdict = self.step(state, name)
            yield state, verdict

    def verdicts(self, names: Iterable[str]) -> list[Verdict]:
        return [verdict for _, verdict in self.run(names)]

    def last(self, names: Iterable[str], start: MaySet | None = None) -> Verdict:
        """What is wrong with the last operation."""
        return [verdict for _, verdict in self.run(names, start)][-1]


@cache
def replay(family: Family, moves: frozenset[str] = ALL_MOVES) -> Replay:
    """The one `Replay` of these."""
    return Replay(family, moves)
