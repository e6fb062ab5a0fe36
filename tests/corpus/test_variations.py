# SPDX-License-Identifier: Apache-2.0
"""Rules are about mistakes, not about cases: the same mistakes in other drivers are named, placed and cured as well."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import bare_variations
import call_variations
import driver_variations
import field_variations
import machine_variations
import more_variations
import platform_variations
import pytest
import system_variations
import variations
import window_variations
from bare_variations import Bare

from dmasan.corpus.case import BUGGY, FIXED, Case, Variant, places
from dmasan.corpus.outcome import run
from dmasan.sanitizer.hazards import Hazard
from dmasan.soc.bare import BareSoc

pytestmark = pytest.mark.thorough
ALL = (
    *variations.CASES,
    *more_variations.CASES,
    *field_variations.CASES,
    *system_variations.CASES,
    *platform_variations.CASES,
    *window_variations.CASES,
    *driver_variations.CASES,
    *call_variations.CASES,
    *machine_variations.CASES,
)
# The rest is deep.
SAMPLE = {
    *("F91", "K91", "T91", "V91", "W93", "N131", "Z102", "J103", "M101", "W101", "G111", "B113", "Q111", "C121", "T121"),
    *("K202", "O201", "W201"),
}
SEEDS = (1, 2, 3)


def _sample(name: str) -> list[pytest.MarkDecorator]:
    return [] if name in SAMPLE else [pytest.mark.deep]


def _cases() -> Iterator[object]:
    for case in ALL:
        for variant in case.variants:
            if variant.flagged:
                yield pytest.param(case, variant, id=f"{case.id}-{variant.kind}", marks=_sample(case.id))


@pytest.mark.parametrize(("case", "variant"), list(_cases()))
def test_a_variation_is_named_and_cured(case: Case, variant: Variant) -> None:
    outcome = run(case, variant)
    assert outcome.right_code, (outcome.codes, outcome.because)
    assert outcome.place_ok, outcome.because
    assert outcome.repair_verified, outcome.repair


@pytest.mark.deep
@pytest.mark.parametrize("case", ALL, ids=lambda each: each.id)
def test_what_is_right_is_silent(case: Case) -> None:
    for seed in SEEDS:
        outcome = run(case, case.variant(FIXED), seed, verdict_only=True)
        assert not outcome.flagged, (seed, outcome.codes, outcome.because)


@pytest.mark.deep
@pytest.mark.parametrize("case", ALL, ids=lambda each: each.id)
def test_the_seed_decides_nothing(case: Case) -> None:
    found = {run(case, case.variant(BUGGY), seed, verdict_only=True).codes for seed in SEEDS}
    assert len(found) == 1, found


def _hazards(bare: Bare, fixed: bool) -> list[Hazard]:
    soc = BareSoc(profile=bare.profile, schedule="random", seed=1, type=bare.type)
    soc.run(partial(bare.program, fixed=fixed))
    return soc.hazards


@pytest.mark.parametrize(
    "bare", [pytest.param(each, id=each.id, marks=_sample(each.id)) for each in bare_variations.CASES]
)
def test_a_program_without_operating_system(bare: Bare) -> None:
    first = _hazards(bare, fixed=False)[0]
    assert first.code is bare.code, first.because
    _, marked = places(Variant(BUGGY, bare.program))
    assert {first.site.line, first.writer.line} & marked, first.because
    assert first.repair_verified, first.repair
    assert not _hazards(bare, fixed=True)
