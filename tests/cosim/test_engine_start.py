# SPDX-License-Identifier: Apache-2.0
"""Reset alone makes the engine right: registers, memories and inputs start with random content instead of zeros.

Verilator has no X; `--x-initial unique` and `--x-assign unique` with a random seed stand for it.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from cocotbext.dmasan import hdl
from dmasan.config import RunError

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench._engine_bench import build, told

RANDOM_START = ("--x-initial", "unique", "--x-assign", "unique")
TESTS = 28  # of `engine_bench directed`, resets in the middle of traffic among them
pytestmark = [pytest.mark.cosim, pytest.mark.timeout(600)]


def start(executable: Path, seed: int, transfers: int) -> None:
    """All directed tests and random programs, each engine in them with other content before reset."""
    assert told(executable, "--x-seed", str(seed), "directed")[-1]["tests"] >= TESTS
    total = told(executable, "--x-seed", str(seed), "random", str(transfers), str(seed))[-1]
    assert total["transfers"] >= transfers


@pytest.mark.deep
@pytest.mark.parametrize("seed", [1000, 2000, 3000, 4000, 5000, 6000])
def test_any_state_before_reset(seed: int) -> None:
    start(build(64, RANDOM_START), seed, 1000)


@pytest.mark.deep
@pytest.mark.parametrize("seed", [2000, 3000])
def test_any_state_before_reset_at_another_width(seed: int) -> None:
    start(build(256, RANDOM_START), seed, 300)


@pytest.mark.deep
def test_a_forgotten_reset_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the reset of one counter tests pass from zeros, and fail from random content."""
    rtl = Path(shutil.copytree(hdl.rtl(), tmp_path / "rtl"))
    source = rtl / "fifo.sv"
    text = source.read_text(encoding="utf-8")
    reset = "            fill <= '0;\n"
    assert text.count(reset) == 1
    source.write_text(text.replace(reset, ""), encoding="utf-8")
    monkeypatch.setattr(hdl, "rtl", lambda: rtl)
    executable = build(64, RANDOM_START)
    assert told(executable, "directed", "registers")[-1]["tests"] == 1
    assert told(executable, "directed", "order")[-1]["tests"] == 1
    with pytest.raises(RunError, match=r"FAIL|broke"):
        start(executable, 1000, 100)
