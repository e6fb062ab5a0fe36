# SPDX-License-Identifier: Apache-2.0
"""Bugs put into correct programs: what is a bug is decided without the sanitizer's verdicts, and what is one is found."""

from __future__ import annotations

import pytest

from dmasan.corpus import CASES
from dmasan.corpus.case import BUGGY, FIXED
from dmasan.corpus.mutation.draft import draft_of
from dmasan.corpus.mutation.explore import wrong_reads
from dmasan.corpus.mutation.random_programs import random_program
from dmasan.corpus.mutation.score import OPERATORS, Score, score, subjects
from dmasan.corpus.outcome import play, world

pytestmark = pytest.mark.thorough


def test_there_are_thirty_operators() -> None:
    assert list(OPERATORS) == [f"M{n}" for n in range(1, 31)]


def test_what_a_parameter_decides_against_is_left_out() -> None:
    text = draft_of(CASES["A1"].variant(FIXED).program, {}).text()
    assert "fixed" not in text and text.count("firmware.flush") == 2
    assert draft_of(CASES["A1"].variant(BUGGY).program, {}).text().count("firmware.flush") == 1


def test_an_edit_leaves_the_line_numbers() -> None:
    program = CASES["C1"].variant(FIXED).program
    draft = draft_of(program, {})
    assert draft.program().__code__.co_firstlineno == program.func.__code__.co_firstlineno  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "kind", "wrong"), [("C1", BUGGY, True), ("C1", FIXED, False), ("D1", BUGGY, True)])
def test_every_order_of_events_is_tried(name: str, kind: str, wrong: bool) -> None:
    """C1 goes wrong by a fill alone, which the run without hidden moves does not make."""
    case = CASES[name]
    soc = world(case, case.variant(kind), schedule="benign")
    play(soc, case.variant(kind))
    assert bool(wrong_reads(soc.sanitizer)) is wrong


def test_random_programs_differ_and_are_the_same_for_a_seed() -> None:
    assert random_program(1).text() == random_program(1).text() != random_program(2).text()


def test_every_operator_finds_something_to_edit() -> None:
    programs = list(subjects(4))
    idle = [
        name
        for name, makers in OPERATORS.items()
        if not any(True for _, _, draft, cell in programs for make in makers for _ in make(draft, cell))
    ]
    assert not idle


def _found(scores: list[Score]) -> None:
    survivors = [each for one in scores for each in one.survivors]
    killed, bugs = sum(one.killed for one in scores), sum(one.bugs for one in scores)
    assert bugs and killed >= 0.98 * bugs, survivors


def test_a_few_mutants_are_found() -> None:
    _found([score("M2", 1, random_programs=2), score("M27", 1, random_programs=2)])


@pytest.mark.deep
@pytest.mark.parametrize("operator", OPERATORS)
def test_mutants_are_found(operator: str) -> None:
    _found([score(operator, 40)])
