# SPDX-License-Identifier: Apache-2.0
"""The engine in the situations that break DMA engines, with protocol checkers on both ports, at four data widths.

The scenarios are in engine_scenarios/scenarios.cpp; the memory is that of bench/cpp.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from cocotbext.dmasan import hdl, toolchain

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from bench._engine_bench import PROGRAMS, sources  # noqa: E402

pytestmark = [pytest.mark.cosim, pytest.mark.timeout(600)]
OWN = HERE / "engine_scenarios"
CHECKERS = ("_pkg", "_channel", "_request", "_read", "_write", "")
OPTIONS = (  # a second of simulation is not worth a minute of optimisation
    *("--cc", "--exe", "-O3", "--x-assign", "fast", "--x-initial", "fast", "--top-module", "dma_top"),
    *("-MAKEFLAGS", "OPT_FAST=-O1 OPT_SLOW=-O0 OPT_GLOBAL=-O1"),
)
MAX_BURST = 256  # beats: also what a page forbids on the wider buses
SCENARIOS = {
    *("abort_and_reuse", "acknowledge_race", "burst_limits", "byte_offsets", "deep_aw", "errors", "late_aw"),
    *("latencies", "lengths", "page_offsets", "stalls", "start_while_busy"),
}


def build(width: int) -> Path:
    """The scenarios' executable for a data width in bits, from the cache or built now."""
    tools = toolchain.find()
    generated = hdl.rtl() / "gen"
    modules = [hdl.bench() / f"axi_checker{part}.sv" for part in CHECKERS] + [hdl.bench() / "axil_checker.sv"]
    compiled = [*sources(), *modules, OWN / "engine_rules.sv", OWN / "scenarios.cpp"]
    digest = hashlib.sha256(f"{width} {MAX_BURST} {OPTIONS} {tools.identity}".encode())
    for path in (*compiled, *sorted(PROGRAMS.glob("*.hpp")), *sorted(generated.glob("*.h"))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    folder = hdl.cache() / f"engine_scenarios-{digest.hexdigest()[:16]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            work = Path(tempfile.mkdtemp(prefix="building-", dir=folder.parent))
            flags = f"-std=c++20 -DDATA_W={width} -I{PROGRAMS} -I{generated}"
            command = [str(tools.verilator), *OPTIONS, "--build", "-j", str(os.cpu_count() or 1)]
            command += [f"-GDATA_W={width}", f"-GMAX_BURST={MAX_BURST}", "--Mdir", str(work / "objects")]
            command += ["-CFLAGS", flags, "-o", "scenarios", *map(str, compiled)]
            try:
                done = subprocess.run(command, env=tools.environment, capture_output=True, text=True)
                assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
                (work / "ready").mkdir()
                (work / "objects" / "scenarios").rename(work / "ready" / "scenarios")
                (work / "ready").rename(folder)
            finally:
                shutil.rmtree(work, ignore_errors=True)
    return folder / "scenarios"


def run(width: int, *arguments: str) -> list[dict[str, Any]]:
    done = subprocess.run([build(width), *arguments], capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@pytest.mark.parametrize("width", [64, *(pytest.param(w, marks=pytest.mark.deep) for w in (32, 128, 256))])
def test_scenarios(width: int) -> None:
    copies = {row["scenario"]: row["copies"] for row in run(width)}
    assert copies.keys() == SCENARIOS
    assert copies["byte_offsets"] == 2 * (width // 8) ** 2
    assert copies["page_offsets"] == 36
    assert copies["abort_and_reuse"] == 3 * 120


def test_the_checkers_are_bound() -> None:
    done = subprocess.run([build(64), "orphan"], capture_output=True, text=True)
    assert done.returncode != 0
    assert "the memory port broke B_ORPHAN in cycle" in done.stdout + done.stderr
