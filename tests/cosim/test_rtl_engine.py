# SPDX-License-Identifier: Apache-2.0
"""The engine alone, on a C++ memory with latency, errors and back-pressure: figures, directed and random tests.

The programs are in bench/cpp; `bench/_engine_bench.py` builds them once per data width.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cocotbext.dmasan import hdl, toolchain

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench import engine
from bench._engine_bench import run, sources

pytestmark = pytest.mark.cosim
UNREACHABLE = "bus use, 64-beat bursts, latency 200, 64 KiB (95.3 % is possible)"
ERRORS = ("read_errors", "write_errors", "aborts", "stops", "pauses")
TRANSFERS = int(os.environ.get("DMASAN_TRANSFERS", "1000000"))


@pytest.mark.timeout(400)
def test_figures(tmp_path: Path) -> None:
    rows = engine.measure(tmp_path)
    assert [row.name for row in rows if row.met is False] == [UNREACHABLE]
    assert sum(row.met is True for row in rows) == 9
    (missed,) = (row for row in rows if row.name == UNREACHABLE)
    assert missed.value >= 95


@pytest.mark.timeout(400)
@pytest.mark.parametrize("width", [64, *(pytest.param(w, marks=pytest.mark.deep) for w in (32, 128, 256))])
def test_directed(width: int) -> None:
    assert run(width, "directed")[-1]["tests"] >= 28


@pytest.mark.timeout(400)
def test_random_programs() -> None:
    total = run(64, "random", "2000", "1")[-1]
    assert total["transfers"] >= 2000
    assert min(total[kind] for kind in ERRORS) >= 10


@pytest.mark.deep
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("width", [32, 64, 128, 256])
def test_many_random_programs(width: int) -> None:
    """A quarter of $DMASAN_TRANSFERS at each width. A core makes some 1000 a second: 1000000 take a quarter of an hour of it."""
    total = run(width, "random", str(TRANSFERS // 4), str(1000 * width), timeout=7000)[-1]
    assert total["transfers"] >= TRANSFERS // 4
    assert min(total[kind] for kind in ERRORS) > total["transfers"] // 500


REFUSED = {
    "FIFO_BEATS=256": "FIFO_BEATS must be a power of two, at least 2 * MAX_BURST",  # a copy from (3) to (1) would hang
    "FIFO_BEATS=768": "FIFO_BEATS must be a power of two",
    "FIFO_BEATS=65536": "FIFO_BEATS may be at most 256 KiB",
    "MAX_BURST=48": "MAX_BURST must be a power of two, 1 to 256",
    "DATA_W=512": "DATA_W must be 32, 64, 128 or 256",
    "ADDR_W=31": "ADDR_W must be 32 to 63",
    "NCH=3": "NCH must be 1 to the number in rtl/gen",
    "USER_W=7": "USER_W 8 to 22",
}


@pytest.mark.parametrize("parameter", REFUSED)
def test_parameters_that_cannot_work_are_refused(parameter: str) -> None:
    tools = toolchain.find()
    options = ("--lint-only", "--top-module", "dma_top", "-GMAX_BURST=256", f"-G{parameter}")
    command = [tools.verilator, *options, *sources()]
    done = subprocess.run(command, env=tools.environment, capture_output=True, text=True)
    assert done.returncode != 0
    assert REFUSED[parameter] in done.stderr


def test_generated_registers_are_current() -> None:
    pytest.importorskip("peakrdl_pyuvm", reason="PeakRDL is not complete: rtl/gen cannot be regenerated")
    done = subprocess.run(
        [sys.executable, hdl.rtl() / "regenerate.py", "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_engine_keeps_to_its_size() -> None:
    lines = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in hdl.rtl().glob("*.sv")}
    assert sum(lines.values()) < 2000
    assert max(lines.values()) <= 300, lines
