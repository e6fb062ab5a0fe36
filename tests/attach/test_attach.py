# SPDX-License-Identifier: Apache-2.0
"""Foreign designs under the standard set: correct ones are clean, each planted fault is found and named."""

from __future__ import annotations

import json
from pathlib import Path

import fastjsonschema
import pytest
from designs import AXI3, ENGINE, OVER_READ, SPLIT, STREAM_DMA, TWO_CLOCKS, attach, rules, with_fault, written

pytestmark = pytest.mark.cosim
SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "attach-1.json"

# The scenario that is made for each fault, and what it finds there.
FAULTS = {
    "FAULT_LOSE_AW": ("deep-addresses", "HANG"),
    "FAULT_STALE_ABORT": ("aborts", "THIRD_VALUE"),
    "FAULT_MIDDLE_ERROR": ("read-errors", "ERROR_MISSED"),
    "FAULT_CROSS_4K": ("page-edges", "AW_BOUNDARY"),
    "FAULT_EARLY_STATUS": ("late-responses", "EARLY_COMPLETION"),
}
QUICK = ("FAULT_CROSS_4K", "FAULT_EARLY_STATUS")


def test_a_correct_stream_engine_is_clean(tmp_path: Path) -> None:
    status, told = attach(STREAM_DMA, tmp_path)
    fastjsonschema.compile(json.loads(SCHEMA.read_text()))(told)
    assert rules(told) == {}
    assert status == 0
    assert [each["name"] for each in told["scenarios"] if each["outcome"] == "left out"] == ["snooping"]


@pytest.mark.parametrize(
    "fault", [name if name in QUICK else pytest.param(name, marks=pytest.mark.deep) for name in FAULTS]
)
def test_a_planted_fault_is_found_and_named(tmp_path: Path, fault: str) -> None:
    scenario, rule = FAULTS[fault]
    status, told = attach(with_fault(fault, tmp_path), tmp_path, [scenario])
    assert rules(told)[scenario] >= {rule}
    assert status == 1


@pytest.mark.deep
@pytest.mark.parametrize("fault", ["FAULT_STALE_ABORT", "FAULT_MIDDLE_ERROR", "FAULT_CROSS_4K"])
def test_a_fault_is_found_where_it_can_show_only(tmp_path: Path, fault: str) -> None:
    _, told = attach(with_fault(fault, tmp_path), tmp_path)
    scenario, rule = FAULTS[fault]
    assert rules(told) == {scenario: {rule}}


@pytest.mark.deep
def test_completion_before_the_response_is_a_hazard_too(tmp_path: Path) -> None:
    _, told = attach(with_fault("FAULT_EARLY_STATUS", tmp_path), tmp_path, ["unmap-after-late-B"])
    assert rules(told)["unmap-after-late-B"] == {"DEV_UNMAPPED"}


@pytest.mark.deep
def test_our_own_engine_is_clean(tmp_path: Path) -> None:
    status, told = attach(ENGINE, tmp_path, (), "--timeout", "170")
    assert rules(told) == {}
    assert status == 0


def test_two_masters_without_ids_sizes_and_last(tmp_path: Path) -> None:
    """256 bits; reads on one port, writes on the other; WLAST is made from AWLEN."""
    status, told = attach(written(SPLIT, tmp_path), tmp_path, ["lengths", "stalls", "late-addresses", "streaming"])
    assert rules(told) == {}
    assert status == 0
    assert "wr_wlast is missing: made from AWLEN" in told["notes"]


@pytest.mark.deep
def test_an_axi3_master_behind_a_bus_offset(tmp_path: Path) -> None:
    status, told = attach(written(AXI3, tmp_path), tmp_path)
    assert rules(told) == {}
    assert status == 0


@pytest.mark.deep
@pytest.mark.parametrize("width", [32, 128, 256])
def test_widths(tmp_path: Path, width: int) -> None:
    text = with_fault("FAULT_LOSE_AW", tmp_path).read_text()
    text = text.replace("DATA_W = 64, FAULT_LOSE_AW = 1", f"DATA_W = {width}").replace("data_width = 64", "")
    text = text.replace("stream_dma.py:StreamCopy", "stream_dma.py:StreamCopy32")
    status, told = attach(written(text, tmp_path), tmp_path)
    assert rules(told) == {}
    assert status == 0


@pytest.mark.deep
@pytest.mark.parametrize("period", ["23.0", "3.0"])  # slower and faster than the design's 10 ns
def test_registers_on_a_clock_of_their_own(tmp_path: Path, period: str) -> None:
    status, told = attach(written(TWO_CLOCKS.replace("23.0", period), tmp_path), tmp_path)
    assert rules(told) == {}
    assert status == 0


@pytest.mark.deep
def test_a_busy_bit_that_does_not_wait_for_the_other_clock_is_found(tmp_path: Path) -> None:
    text = TWO_CLOCKS.replace('clock = "clk"', 'clock = "clk"\nparameters = { UNSYNCHRONISED = 1 }')
    status, told = attach(written(text, tmp_path), tmp_path, ["baseline", "unmap-after-late-B"])
    assert rules(told) == {"baseline": {"WRONG_DATA"}, "unmap-after-late-B": {"DEV_UNMAPPED"}}
    assert status == 1


@pytest.mark.deep
def test_an_over_read_that_is_declared_is_not_judged(tmp_path: Path) -> None:
    status, told = attach(written(OVER_READ, tmp_path), tmp_path)
    assert rules(told) == {}
    assert status == 0


@pytest.mark.deep
def test_an_over_read_that_is_not_declared_is_found(tmp_path: Path) -> None:
    status, told = attach(written(OVER_READ.replace("over_read = 64", ""), tmp_path), tmp_path)
    assert rules(told) == {"small-buffers": {"DMA_ADDR"}}
    assert status == 1
