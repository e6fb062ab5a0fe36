# SPDX-License-Identifier: Apache-2.0
"""The engine in the situations that break DMA engines, with protocol checkers on both ports, at four data widths.

The scenarios are in bench/cpp/scenarios.cpp; the checkers are bound in all programs of the bench.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dmasan.config import RunError

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench._engine_bench import run

pytestmark = [pytest.mark.cosim, pytest.mark.timeout(600)]
SCENARIOS = {
    *("abort_and_reuse", "acknowledge_race", "burst_limits", "byte_offsets", "deep_aw", "errors", "late_aw"),
    *("latencies", "lengths", "page_offsets", "stalls", "start_while_busy"),
}


@pytest.mark.parametrize("width", [64, *(pytest.param(w, marks=pytest.mark.deep) for w in (32, 128, 256))])
def test_scenarios(width: int) -> None:
    copies = {row["scenario"]: row["copies"] for row in run(width, "scenarios")}
    assert copies.keys() == SCENARIOS
    assert copies["byte_offsets"] == 2 * (width // 8) ** 2
    assert copies["page_offsets"] == 36
    assert copies["abort_and_reuse"] == 3 * 120


def test_the_checkers_are_bound() -> None:
    with pytest.raises(RunError, match="the memory port broke B_ORPHAN in cycle"):
        run(64, "scenarios", "orphan")
