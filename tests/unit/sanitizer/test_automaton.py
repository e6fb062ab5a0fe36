# SPDX-License-Identifier: Apache-2.0
"""The automaton is the relation, determinised: it must say of each byte what stepping sets of configurations says."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
import pytest

from dmasan.arch.configuration import RESET, STALE, Config, has_latest
from dmasan.arch.family import FAMILIES, Family
from dmasan.arch.semantics import OPERATIONS, closure
from dmasan.sanitizer import automaton as table
from dmasan.sanitizer.automaton import MISSING, Automaton, Verdict
from dmasan.sanitizer.shadow import Shadow

MaySet = frozenset[Config]
families = pytest.mark.parametrize("family", [f for f in FAMILIES.values() if f.name != "vipt-aliasing"], ids=lambda f: f.name)
BASE, LINE, LINES = 0x8000_0000, 32, 8


@cache
def stepped(family: Family, state: MaySet, name: str) -> tuple[MaySet, Verdict]:
    """One operation on a may-set, straight from the relation."""
    outcomes = [outcome for config in state for outcome in OPERATIONS[name].apply(family, config)]
    after = closure(family, [config for config, _ in outcomes])
    verdict = Verdict.OK
    if any(value == STALE for _, value in outcomes):
        verdict |= Verdict.STALE_READ
    if all(map(has_latest, state)) and not all(map(has_latest, after)):
        verdict |= Verdict.LOST_UPDATE
    return after, verdict


class Naive:
    """One may-set a byte, stepped one by one."""

    def __init__(self, family: Family, size: int) -> None:
        self.family = family
        self.states = [closure(family, [RESET])] * size

    def apply(self, name: str, start: int, length: int) -> list[int]:
        verdicts = []
        for byte in range(start, start + length):
            self.states[byte], verdict = stepped(self.family, self.states[byte], name)
            verdicts.append(int(verdict))
        return verdicts

    def store(self, start: int, length: int) -> list[int]:
        first, last = start // LINE * LINE, -(-(start + length) // LINE) * LINE
        return [
            self.apply("store_wb" if start <= byte < start + length else "neighbour_wb", byte, 1)[0]
            for byte in range(first, last)
        ]


def random_walk(family: Family, seed: int, steps: int) -> tuple[Shadow, Naive]:
    """The same random operations on both; verdicts are compared on the way."""
    draw = random.Random(seed)
    shadow = Shadow(Automaton(family), BASE, LINE * LINES, LINE)
    naive = Naive(family, LINE * LINES)
    names = [name for name in OPERATIONS if not name.startswith(("store_wb", "neighbour_wb"))] + ["store"] * 4
    for _ in range(steps):
        start = draw.randrange(LINE * LINES)
        length = draw.randint(1, min(draw.choice((4, LINE, 4 * LINE)), LINE * LINES - start))
        name = draw.choice(names)
        if name == "store":
            found, wanted = shadow.store(BASE + start, length), naive.store(start, length)
        else:
            found, wanted = shadow.apply(name, BASE + start, length), naive.apply(name, start, length)
        assert (found.tolist() if found is not None else [0] * len(wanted)) == wanted, (name, start, length)
    return shadow, naive


def may_sets(shadow: Shadow) -> list[MaySet]:
    return [shadow.automaton.states[number] for number in shadow.states]


@families
@pytest.mark.parametrize("seed", range(2))
def test_shadow_and_verdicts_equal_stepping_of_sets(family: Family, seed: int) -> None:
    shadow, naive = random_walk(family, seed, steps=100)
    assert may_sets(shadow) == naive.states


def test_long_ranges_are_worked_on_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "_BLOCK", 24)
    shadow, naive = random_walk(FAMILIES["pl310"], 5, steps=100)
    assert may_sets(shadow) == naive.states


@pytest.mark.thorough
def test_renumbering_keeps_the_may_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "LIMIT", 40)
    shadow, naive = random_walk(FAMILIES["pl310"], 7, steps=120)
    assert may_sets(shadow) == naive.states
    assert len(shadow.automaton.states) < 400, "states that nothing is in were kept"


@families
def test_fast_columns_hold_exactly_what_is_computed_and_harmless(family: Family) -> None:
    shadow, _ = random_walk(family, 11, steps=80)
    for column in shadow.automaton.columns.values():
        harmless = (column.next != MISSING) & (column.verdict == Verdict.OK)
        assert np.array_equal(column.fast != MISSING, harmless)
        assert np.array_equal(column.fast[harmless], column.next[harmless])


def test_columns_stay_where_they_are_when_states_are_renumbered() -> None:
    shadow, _ = random_walk(FAMILIES["integrated"], 3, steps=60)
    pointers = [column.fast.ctypes.data for column in shadow.automaton.columns.values()]
    shadow.automaton.renumber(shadow.states)
    assert [column.fast.ctypes.data for column in shadow.automaton.columns.values()] == pointers


def test_witness_of_a_stale_read_reads_stale() -> None:
    automaton = Automaton(FAMILIES["pl310"])
    view = np.zeros(1, np.uint16)
    for name in ("alias_live", "store_wb", "store_nc", "dsb", "outer_sync"):
        automaton.apply(name, view)
    config = automaton.witness("dev_read", int(view[0]))
    assert config is not None
    assert [value for _, value in OPERATIONS["dev_read"].apply(automaton.family, config)] == [STALE]
