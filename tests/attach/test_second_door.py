# SPDX-License-Identifier: Apache-2.0
"""`MemoryTarget` behind cocotbext-axi's AxiSlave sees and reports what the memory port does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cocotbext.dmasan.build import Design, engine
from cocotbext.dmasan.simulate import Job, run_job
from cocotbext.dmasan.target import ErrorResponse, MemoryTarget
from dmasan.config import RunError
from dmasan.device.plain import RAM_BASE, PlainMemory

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


class _Soc:
    def __init__(self, port: PlainMemory) -> None:
        self.port = port


def run(steps: Any) -> Any:
    """The value of a coroutine that does not suspend."""
    try:
        steps.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it suspends")


def test_beats_reach_the_port() -> None:
    memory = PlainMemory()
    target = MemoryTarget(_Soc(memory))
    run(target.write(RAM_BASE + 8, b"\x01\x02\x03"))
    assert run(target.read(RAM_BASE + 8, 4)) == b"\x01\x02\x03\x00"
    assert [(what, burst.address, burst.length) for what, burst in memory.log] == [
        ("write", RAM_BASE + 8, 3),
        ("done", RAM_BASE + 8, 3),
        ("read", RAM_BASE + 8, 4),
    ]


def test_an_error_response_is_one_and_no_fault() -> None:
    target = MemoryTarget(_Soc(PlainMemory()))
    with pytest.raises(ErrorResponse):
        run(target.read(0, 8))
    with pytest.raises(ErrorResponse):
        run(target.write(0, bytes(8)))
    target.check()


def test_a_fault_inside_a_beat_is_kept() -> None:
    class Broken(PlainMemory):
        def read(self, burst: Any) -> tuple[int, np.ndarray[Any, np.dtype[np.uint8]]]:
            raise RunError("planted")

    target = MemoryTarget(_Soc(Broken()))
    with pytest.raises(RunError):
        run(target.read(RAM_BASE, 8))
    with pytest.raises(RunError, match="planted"):
        target.check()


def axiram() -> Design:
    """The engine with its memory bus left open (the peer of the benchmarks)."""
    sys.path.insert(0, str(ROOT))
    try:
        from bench.throughput import axiram as design
    finally:
        sys.path.remove(str(ROOT))
    return design()


@pytest.mark.deep
@pytest.mark.cosim
@pytest.mark.parametrize("syncs", [True, False])
def test_both_doors_see_equal_beats_and_report_equal_hazards(tmp_path: Path, syncs: bool) -> None:
    told = {}
    for door, design in (("port", engine()), ("target", axiram())):
        job = Job("door_jobs:through", {"door": door, "syncs": syncs}, path=(str(HERE),))
        told[door] = run_job(job, tmp_path / door, design=design)
    assert told["port"] == told["target"]
    assert len(told["port"]["beats"]["read"]) == len(told["port"]["beats"]["write"]) == 128
    assert bool(told["port"]["hazards"]) is not syncs


@pytest.mark.deep
@pytest.mark.cosim
def test_the_example_runs(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "examples" / "cocotbext_axi" / "run.py"), str(tmp_path / "build")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    told = done.stdout + done.stderr
    assert done.returncode == 0, told[-3000:]
    assert told.count("FAIL=0") == 2
