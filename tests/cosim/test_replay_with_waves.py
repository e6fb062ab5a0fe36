# SPDX-License-Identifier: Apache-2.0
"""A test that ran a simulation of its own and failed tells the command that repeats it with waves; and that works."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import pytest

pytest_plugins = ("pytester",)
pytestmark = [pytest.mark.cosim, pytest.mark.deep, pytest.mark.timeout(300)]
HERE = Path(__file__).parent

TEST = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
import pytest
from test_probe_dump import SOURCES
from cocotbext.dmasan.build import Design
from cocotbext.dmasan.simulate import Job, run_job

@pytest.mark.parametrize("least", [0, 10**6])
def test_hazards(least, tmp_path):
    job = Job("probe_jobs:show", {{"seen": 0.5}}, path=({str(HERE)!r},), backend="probe_jobs:NoBackend")
    told = run_job(job, tmp_path, design=Design("probe_top", SOURCES, clock=""), timeout=60)
    assert len(told["hazards"]) >= least

def test_without_a_simulation():
    assert not "this test had none"
"""


def test_the_told_command_writes_waves(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
    file = pytester.makepyfile(TEST)
    options = ("-p", "dmasan.pytest", "-p", "no:cacheprovider", "-q", "--basetemp", str(pytester.path / "tmp"))
    first = pytester.runpytest_subprocess(*options)
    first.assert_outcomes(passed=1, failed=2)
    told = [line for line in first.outlines if "DMASAN_WAVES" in line]
    assert told == [f"with waves, beside sim.log: DMASAN_WAVES=1 pytest '{file.name}::test_hazards[1000000]'"]
    assert not list(pytester.path.glob("tmp/**/dump.*"))

    variable, program, *words = shlex.split(told[0].partition(": ")[2])
    assert program == "pytest"
    monkeypatch.setenv(*variable.split("="))
    pytester.runpytest_subprocess(*options, *words).assert_outcomes(failed=1)
    (dump,) = {path.resolve() for path in pytester.path.glob("tmp/**/dump.*")}
    assert dump.stat().st_size > 1000
