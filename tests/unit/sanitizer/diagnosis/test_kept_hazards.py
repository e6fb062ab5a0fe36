# SPDX-License-Identifier: Apache-2.0
"""A hazard that somebody keeps holds what its report needs, and not its world."""

from __future__ import annotations

import gc
import weakref

import pytest

from dmasan.corpus import CASES
from dmasan.corpus.case import BUGGY
from dmasan.corpus.outcome import world
from dmasan.sanitizer import Hazard
from dmasan.soc import Soc


def run(name: str) -> Soc:
    case = CASES[name].variant(BUGGY)
    soc = world(CASES[name], case)
    soc.run(case.program)
    return soc


def report(hazards: list[Hazard]) -> list[tuple[object, ...]]:
    return [(each, each.repair, each.repair_verified, each.witness()) for each in hazards]


@pytest.mark.parametrize("name", ["C1", "G1", "K4", "M1", "N3", "P2", "S5", "Y1"])
def test_the_world_of_a_kept_hazard_goes_and_its_report_stays(name: str) -> None:
    soc = run(name)
    wanted = report(soc.hazards)
    soc = run(name)
    hazards = soc.hazards
    world_of = (soc, soc.machine, soc.sanitizer, soc.sanitizer.shadow, soc.sanitizer.buffers, soc.sanitizer.automaton)
    parts = [weakref.ref(part) for part in world_of]
    del soc, world_of
    gc.collect()
    assert [type(found).__name__ for part in parts if (found := part()) is not None] == []
    assert hazards and report(hazards) == wanted
