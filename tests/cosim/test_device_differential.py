# SPDX-License-Identifier: Apache-2.0
"""The RTL and the behavioural engine do the same: accesses per channel and kind, registers, memory.

Most programs run on the RTL in C++ (`engine_bench replay`), some in the co-simulation, where the memory port is ours.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from cocotbext.dmasan.simulate import Job, run_job

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))

from device_programs import SHOWN
from device_scripts import KINDS, differences, on_rtl, random_script, watched_script

from bench._engine_bench import build
from dmasan.device.registers import CH_ERR_INFO, Kind

HERE = Path(__file__).parent
pytestmark = pytest.mark.cosim
BUS = (Kind.RD, Kind.WR, Kind.DESC_RD, Kind.DESC_WB)
SCRIPTS = int(os.environ.get("DMASAN_SCRIPTS", "4000"))


def replay(width: int, first: int, count: int, timeout: float = 600.0) -> None:
    """Scripts `first` to `first + count - 1` on both devices."""
    scripts = [random_script(seed) for seed in range(first, first + count)]
    outcomes = on_rtl(build(width), scripts, timeout)
    found = {}
    failed = 0
    for script, outcome in zip(scripts, outcomes, strict=True):
        if texts := differences(script, outcome, width // 8):
            found[f"{script.seed} {script.kind}"] = texts
        failed += script.kind == "error" and outcome.reads[SHOWN.index(CH_ERR_INFO)] & 0xF in BUS
    assert found == {}
    assert failed > count // (2 * len(KINDS))


def test_random_scripts_on_both_devices() -> None:
    replay(64, 1, 400)


def test_the_watchdog_on_both_devices() -> None:
    scripts = [watched_script(seed) for seed in range(100)]
    barked = 0
    for script, outcome in zip(scripts, on_rtl(build(64), scripts, 100), strict=True):
        assert differences(script, outcome, 8) == [], script.seed
        barked += CH_ERR_INFO.KIND.get(outcome.reads[1]) == Kind.TIMEOUT
    assert barked > 90


@pytest.mark.deep
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("width", [32, 64, 128, 256])
def test_many_random_scripts_on_both_devices(width: int) -> None:
    for first in range(0, SCRIPTS, 500):
        replay(width, 10_000 * width + first, 500)


def compare(out: Path, first: int, count: int, latency: int, timeout: float = 170.0) -> None:
    job = Job("device_jobs:compare", {"first": first, "count": count, "latency": latency}, path=(str(HERE),))
    result = run_job(job, out, timeout=timeout)
    assert result["different"] == {}
    assert result["bursts"] > 50 * count
    assert result["errors"] > count // 20


@pytest.mark.parametrize("latency", [2, 40])
def test_random_programs_in_the_co_simulation(tmp_path: Path, latency: int) -> None:
    compare(tmp_path, 1000 * latency, 60, latency)


@pytest.mark.deep
@pytest.mark.timeout(1200)
def test_many_random_programs_in_the_co_simulation(tmp_path: Path) -> None:
    compare(tmp_path, 1_000_000, 3000, 12, timeout=1100.0)
