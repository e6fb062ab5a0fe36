# SPDX-License-Identifier: Apache-2.0
"""Each bug gets the code of its cause, its report names the line, and the same program without it is silent."""

from __future__ import annotations

from contextlib import suppress

import pytest
from bug_stories import BUGS, Bug

from dmasan.device.transaction import DmaError
from dmasan.sanitizer import Code, Effect, Hazard
from dmasan.soc import Soc

pytestmark = pytest.mark.thorough

SMALL = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 2, "processes": 1}


def hazards(bug: Bug, *, buggy: bool = True, **more: object) -> list[Hazard]:
    soc = Soc(policy=bug.policy, **{**SMALL, **bug.knobs, **more})
    with suppress(DmaError):  # a stale descriptor, where the schedule shows the bug
        soc.run(bug.program(buggy=buggy))
    return soc.hazards


def named(bug: Bug) -> str:
    return bug.name.replace(" ", "-")


@pytest.mark.parametrize("bug", BUGS.values(), ids=named)
def test_the_first_code_is_that_of_the_cause(bug: Bug) -> None:
    found = hazards(bug)
    assert found[0].code is bug.code, [(each.code, each.because) for each in found]
    assert found[0].because
    assert "{" not in found[0].because


@pytest.mark.parametrize("bug", [bug for bug in BUGS.values() if bug.policy == "strict"], ids=named)
def test_without_the_bug_nothing_is_reported(bug: Bug) -> None:
    assert hazards(bug, buggy=False) == []


QUICK = ("missing clean", "wrong range, short", "shared line", "live alias")


@pytest.mark.parametrize(
    "bug",
    [pytest.param(bug, id=named(bug), marks=[] if bug.name in QUICK else [pytest.mark.deep]) for bug in BUGS.values()],
)
def test_the_code_does_not_depend_on_schedule_or_place(bug: Bug) -> None:
    """Other hidden moves in the run, and buffers elsewhere."""
    assert hazards(bug, schedule="adversarial")[0].code is bug.code
    assert hazards(bug, cma_mib=1, ram_mib=32)[0].code is bug.code


def test_what_follows_from_one_cause_is_its_consequence() -> None:
    (hazard,) = hazards(BUGS["CPU writes what the device owns"])
    assert hazard.effect is Effect.CONTRACT
    assert [(each.code.name, each.effect) for each in hazard.consequences] == [
        ("MISSING_CLEAN", Effect.STALE_DEVICE_READ)
    ]


def test_hazards_are_diagnosed_once_and_counted_from_one() -> None:
    soc = Soc(policy="double_map", **SMALL)
    soc.run(BUGS["live alias"].program())
    first, again = soc.hazards, soc.hazards
    assert [each.id for each in first] == list(range(1, len(first) + 1))
    assert first == again


@pytest.mark.parametrize("policy", ["double_map", "unmap_linear", "remap_in_place"])
def test_every_report_of_a_live_alias_names_it(policy: str) -> None:
    """Whatever the CPU wrote through the line in the meantime: speculation brought it in."""
    soc = Soc(policy=policy, **SMALL)
    soc.run(BUGS["live alias, written"].program())
    assert {hazard.code for hazard in soc.hazards} == {Code.SPEC_FORBIDDEN}
    assert all(hazard.culprit == f"policy {policy}" for hazard in soc.hazards)
