# SPDX-License-Identifier: Apache-2.0
"""On the RTL a verdict is the same with a memory latency of 4 and of 200 cycles, and bursts of a clean run need no Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cocotbext.dmasan.simulate import Job, run_job

pytestmark = pytest.mark.cosim
NEW_STATES = 8  # Python serves a burst that meets a state of the automaton for the first time
PATH = (str(Path(__file__).parent), str(Path(__file__).parents[1] / "support"))


def run(name: str, latency: int, out: Path) -> Any:
    job = Job("pace_jobs:specimen", {"name": name, "latency": latency}, path=PATH)
    return run_job(job, out / f"{name}-{latency}", timeout=120)


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("store_behind_the_doorbell", {"CPU_WR_OWNED"}),
        ("unmap_before_completion", {"DEV_UNMAPPED"}),
        ("sync_behind_the_doorbell", {"MISSING_CLEAN"}),
        ("relaxed_doorbell", {"NO_WMB"}),
    ],
)
def test_a_bug_is_found_with_fast_and_slow_memory(name: str, codes: set[str], tmp_path: Path) -> None:
    fast, slow = (run(name, latency, tmp_path) for latency in (4, 200))
    assert fast["told"] == slow["told"]
    assert {code for code, _, _ in fast["told"]} == codes


@pytest.mark.timeout(400)
def test_a_clean_run_is_silent_and_served_without_python(tmp_path: Path) -> None:
    for latency in (4, 200):
        told = run("copy_by_mappings", latency, tmp_path)
        assert told["told"] == []
        assert told["fast"] > 20
        assert told["calls"] <= NEW_STATES
