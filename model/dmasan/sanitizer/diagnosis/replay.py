# SPDX-License-Identifier: Apache-2.0
"""Runs the story of a byte through the relation again, as it was or varied: on another machine, without some moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from dmasan.arch.configuration import RESET
from dmasan.arch.family import Family
from dmasan.arch.semantics import MOVES
from dmasan.sanitizer.determined import ALL_MOVES, Determined, MaySet, Verdict

NO_FILLS = ALL_MOVES - {name for name in MOVES if name.startswith("fill")}


class Replay(Determined):
    """The relation of `family` under the hidden moves `moves`, run through sequences of operations."""

    def __init__(self, family: Family, moves: frozenset[str] = ALL_MOVES) -> None:
        super().__init__(family, moves)
        self.start = self.closed([RESET])

    def run(self, names: Iterable[str], start: MaySet | None = None) -> Iterator[tuple[MaySet, Verdict]]:
        """The may-set after each operation, and its verdict."""
        state = self.start if start is None else self.closed(start)
        for name in names:
            state, verdict = self.step(name, state)
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
