# SPDX-License-Identifier: Apache-2.0
"""Bugs put into correct programs are flagged, under the benign schedule too, whether or not the data goes wrong in it."""

from __future__ import annotations

import pytest
from mutants import KINDS, Kind, calls, judge, rounds

from dmasan.config import Cell

pytestmark = pytest.mark.thorough

CELL = Cell("strict")
LEAST = 0.98  # of the mutants that are shown not to be equivalent


def score(kind: Kind, seeds: range, each: int) -> tuple[int, int, list[str]]:
    """How many mutants were shown not to be equivalent, how many of these were flagged, and the survivors."""
    shown = flagged = 0
    survivors = []
    for seed in seeds:
        steps = rounds(seed, 3)
        for n in range(min(calls(CELL, kind, steps), each)):
            different, found, played = judge(CELL, kind, n, steps)
            shown += different
            flagged += different and found
            if different and not found:
                survivors.append(f"{kind.name}, call {n} of program {seed}: {played.wrong}")
    return shown, flagged, survivors


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_bug_is_flagged(kind: Kind) -> None:
    shown, _, survivors = score(kind, range(1), 6)
    assert shown, "no mutant of this kind makes a difference"
    assert not survivors


@pytest.mark.deep
def test_bugs_are_flagged() -> None:
    scores = [score(kind, range(1, 9), 12) for kind in KINDS]
    shown, flagged = sum(s[0] for s in scores), sum(s[1] for s in scores)
    survivors = [text for s in scores for text in s[2]]
    print(f"{flagged} of {shown} mutants flagged")
    assert shown > 200
    assert flagged >= LEAST * shown, "\n".join(survivors)
