# SPDX-License-Identifier: Apache-2.0
"""examples/stream_dma: the engine does what its header says, and each of its faults is there and is the only one.

The tests are in cpp/stream_dma.cpp, on the memory of bench/cpp; one executable holds the engine with every fault.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cocotbext.dmasan import hdl

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from bench._engine_bench import CHECKERS, PROGRAMS, compiled  # noqa: E402

ENGINE = HERE.parents[1] / "examples" / "stream_dma" / "stream_dma.v"
RULES = [hdl.bench() / f"{name}.sv" for name in (*CHECKERS, "axi_checker")]
SOURCES = [*RULES, ENGINE, HERE / "hdl" / "stream_dma_top.sv", HERE / "cpp" / "stream_dma.cpp"]
TESTS = ("copies", "deep_addresses", "aborts", "errors", "pages", "responses")
EARLY = "status with bursts outstanding"
FAULTS = {  # tests that notice it, and how
    "FAULT_LOSE_AW": {"deep_addresses": "no status: the engine hangs"},
    "FAULT_STALE_ABORT": {"aborts": "third value after an abort", "errors": "third value after an error"},
    "FAULT_MIDDLE_ERROR": {"errors": "code of an error"},
    "FAULT_CROSS_4K": {"pages": "AW_BOUNDARY broken"},
    "FAULT_EARLY_STATUS": dict.fromkeys(TESTS, EARLY),
}
pytestmark = [pytest.mark.cosim, pytest.mark.timeout(300)]


@pytest.fixture(scope="module", params=[64, *(pytest.param(w, marks=pytest.mark.deep) for w in (32, 128, 256))])
def executable(request: pytest.FixtureRequest) -> Path:
    width = request.param
    options = ("--top-module", "stream_dma_top", f"-GDATA_W={width}")
    flags = f"-DDATA_W={width} -I{PROGRAMS}"
    return compiled("stream_dma", SOURCES, [PROGRAMS / "axi_memory.hpp"], options, flags)


def wrong(executable: Path, fault: int, test: str) -> str:
    """What a test finds wrong; empty if nothing."""
    done = subprocess.run([executable, str(fault), test], capture_output=True, text=True, timeout=60)
    text = done.stdout.strip()
    assert done.returncode == 0 or text.startswith("FAIL")
    return text.splitlines()[0] if done.returncode else ""


@pytest.mark.parametrize("test", TESTS)
def test_the_engine_without_a_fault(executable: Path, test: str) -> None:
    assert wrong(executable, 0, test) == ""


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_what_it_says(executable: Path, fault: str) -> None:
    """It is noticed by the tests that look at it, and by no other."""
    found = {test: wrong(executable, 1 + list(FAULTS).index(fault), test) for test in TESTS}
    noticed = {test for test, text in found.items() if text}
    assert noticed == FAULTS[fault].keys()
    for test, text in FAULTS[fault].items():
        assert text in found[test]
