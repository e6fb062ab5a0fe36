# SPDX-License-Identifier: Apache-2.0
"""The RTL and the behavioural engine do the same: accesses per kind, registers, memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocotbext.dmasan.simulate import Job, run_job

HERE = Path(__file__).parent
pytestmark = pytest.mark.cosim


def compare(out: Path, first: int, count: int, latency: int, timeout: float = 170.0) -> None:
    job = Job("device_jobs:compare", {"first": first, "count": count, "latency": latency}, path=(str(HERE),))
    result = run_job(job, out, timeout=timeout)
    assert result["different"] == {}
    assert result["bursts"] > 50 * count
    assert result["errors"] > count // 20


@pytest.mark.parametrize("latency", [2, 40])
def test_random_programs_on_both_devices(tmp_path: Path, latency: int) -> None:
    compare(tmp_path, 1000 * latency, 150, latency)


@pytest.mark.deep
@pytest.mark.timeout(1200)
def test_many_random_programs_on_both_devices(tmp_path: Path) -> None:
    compare(tmp_path, 1_000_000, 5000, 12, timeout=1100.0)
