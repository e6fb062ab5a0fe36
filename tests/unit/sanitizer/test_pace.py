# SPDX-License-Identifier: Apache-2.0
"""A verdict does not depend on the pace of the device: a fast one, a slow one, and memory of 4 and of 200 cycles."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from paced import FastBackend, SlowBackend
from programs import play, random_steps
from specimens import BUGGY, CORRECT, Program

from dmasan.config import Cell
from dmasan.device.model import ModelBackend
from dmasan.soc import Soc

pytestmark = pytest.mark.thorough

PACES: dict[str, tuple[Callable[[], ModelBackend], int]] = {
    "fast": (FastBackend, 1),
    "latency 4": (ModelBackend, 4),
    "latency 200": (ModelBackend, 200),
    "slow": (SlowBackend, 12),
}
SMALL = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 2, "processes": 1}


def played(program: Program, pace: str, **cell: object) -> Soc:
    make, latency = PACES[pace]
    soc = Soc(backend=make(), latency=latency, **{"policy": "strict", **SMALL, **cell})  # type: ignore[arg-type]
    soc.run(program)
    return soc


def told(soc: Soc) -> set[tuple[str, str, int]]:
    """The hazards, their consequences too, as (code, buffer, line of the program)."""
    found = {(hazard.code.name, hazard.buffer, hazard.line) for hazard in soc.hazards}
    return found | {(c.code.name, hazard.buffer, c.site.line) for hazard in soc.hazards for c in hazard.consequences}


@pytest.mark.parametrize("profile", ["cortex-a9-pl310", "one-level"])
@pytest.mark.parametrize("name", BUGGY)
def test_a_bug_is_found_at_every_pace(name: str, profile: str) -> None:
    program, codes = BUGGY[name]
    found = {pace: told(played(program, pace, profile=profile)) for pace in PACES}
    assert all(each == found["fast"] for each in found.values()), found
    assert {code for code, _, _ in found["fast"]} & {code.name for code in codes}, found["fast"]


@pytest.mark.parametrize("pace", PACES)
def test_random_correct_programs_are_silent_at_every_pace(pace: str) -> None:
    make, latency = PACES[pace]
    for seed in (1, 2):
        steps = random_steps(seed, 120)
        result = play(Cell("strict"), "benign", steps, seed, backend=make(), latency=latency)
        assert result.silent, f"seed {seed}: {result}"


@pytest.mark.parametrize("schedule", ["benign", "adversarial"])
@pytest.mark.parametrize("pace", PACES)
@pytest.mark.parametrize("name", CORRECT)
def test_a_correct_program_is_silent_at_every_pace(name: str, pace: str, schedule: str) -> None:
    played(CORRECT[name], pace, schedule=schedule).expect_clean()
