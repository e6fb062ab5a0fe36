# SPDX-License-Identifier: Apache-2.0
"""Every case of the corpus, every variant: flagged with the right code first, or silent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from not_yet import KNOWN

from dmasan.corpus import CASES, Case
from dmasan.corpus.case import CONTROL, FIXED, Variant, places
from dmasan.corpus.outcome import Outcome, run

pytestmark = pytest.mark.thorough


def _all() -> Iterator[object]:
    for case in CASES.values():
        for variant in case.variants:
            reason = KNOWN.get((case.id, variant.kind))
            marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
            yield pytest.param(case, variant, id=f"{case.id}-{variant.kind}", marks=marks)


def _text(outcome: Outcome) -> str:
    found = ", ".join(outcome.codes) or "nothing"
    return f"{outcome.id} {outcome.variant}: {found} instead of {outcome.expected}; {outcome.because}{outcome.error or ''}"


@pytest.mark.parametrize(("case", "variant"), list(_all()))
def test_case(case: Case, variant: Variant) -> None:
    outcome = run(case, variant)
    assert outcome.as_expected, _text(outcome)
    if outcome.expected is not None:
        assert outcome.place_ok, "the place is not one that the case marks"
        assert outcome.repair_verified, f"not verified: {outcome.repair}"


@pytest.mark.deep
@pytest.mark.parametrize(("case", "variant"), list(_all()))
def test_case_with_twenty_seeds(case: Case, variant: Variant) -> None:
    """Verdict, code and place; a repair does not depend on the seed where the story does not."""
    outcomes = [run(case, variant, seed, verdict_only=True) for seed in range(1, 21)]
    assert all(each.as_expected for each in outcomes), "\n".join(map(_text, outcomes))
    assert len({(each.codes, each.place_ok) for each in outcomes}) == 1, "the verdict depends on the seed"


def test_what_is_known_exists() -> None:
    kinds = {(case.id, variant.kind) for case in CASES.values() for variant in case.variants}
    assert set(KNOWN) <= kinds


@pytest.mark.parametrize(
    "case", [each for each in CASES.values() if each.code and not each.needs], ids=lambda each: each.id
)
def test_a_bug_is_told_with_its_cure_and_its_places(case: Case) -> None:
    kinds = {variant.kind for variant in case.variants}
    assert {"buggy", FIXED} <= kinds
    assert all(places(variant)[1] for variant in case.variants), "no line is marked as the place"
    assert case.source and case.story


def test_controls_have_no_code() -> None:
    for case in CASES.values():
        if not case.needs:
            assert (case.code is None) == all(variant.kind == CONTROL for variant in case.variants)
