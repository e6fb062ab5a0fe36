# SPDX-License-Identifier: Apache-2.0
"""Rules are about mistakes, not about cases: the same mistakes in other drivers are named, placed and cured as well."""

from __future__ import annotations

from collections.abc import Iterator

import more_variations
import pytest
import variations

from dmasan.corpus.case import BUGGY, FIXED, Case
from dmasan.corpus.outcome import run

pytestmark = pytest.mark.thorough
ALL = (*variations.CASES, *more_variations.CASES)
SAMPLE = {"F91", "K91", "K92", "T91", "V91", "V92", "W91", "W93", "N92"}  # the rest is deep


def _cases() -> Iterator[object]:
    for case in ALL:
        marks = [] if case.id in SAMPLE else [pytest.mark.deep]
        yield pytest.param(case, id=case.id, marks=marks)


@pytest.mark.parametrize("case", list(_cases()))
def test_a_variation_is_named_and_cured(case: Case) -> None:
    outcome = run(case, case.variant(BUGGY))
    assert outcome.right_code, (outcome.codes, outcome.because)
    assert outcome.place_ok, outcome.because
    assert outcome.repair_verified, outcome.repair


@pytest.mark.deep
@pytest.mark.parametrize("case", ALL, ids=lambda each: each.id)
def test_what_is_right_is_silent(case: Case) -> None:
    outcome = run(case, case.variant(FIXED))
    assert not outcome.flagged, (outcome.codes, outcome.because)
