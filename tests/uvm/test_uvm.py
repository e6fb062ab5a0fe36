# SPDX-License-Identifier: Apache-2.0
"""The pyuvm environment on the engine: agents, scoreboard, register model, factory overrides."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from cocotbext.dmasan.simulate import Job, run_job
from cocotbext.dmasan.uvm.knob_sequences import BackPressureSequence, ResponseDelaySequence

pytestmark = pytest.mark.cosim
HERE = Path(__file__).parent
CYCLE_NS, COPIES = 10, 2  # copies of a CopySequence


def run(name: str, out: Path) -> dict[str, Any]:
    arguments = {"module": "uvm_tests", "name": name}
    return dict(run_job(Job("cocotbext.dmasan.uvm:run_uvm_test", arguments, path=(str(HERE),)), out))


def test_monitors_and_scoreboard_see_a_copy(tmp_path: Path) -> None:
    told = run("CopyTest", tmp_path)
    assert told["equal"]
    assert told["bytes"] == {"read": 4096, "write": 4096, "done": 4096}
    assert (told["descriptors"], told["statuses"], told["interrupts"]) == (2, 2, 2)
    assert told["accesses"] > 20


@pytest.mark.deep
def test_a_paced_port_changes_nothing_but_time(tmp_path: Path) -> None:
    assert run("PacedCopyTest", tmp_path)["bytes"] == {"read": 4096, "write": 4096, "done": 4096}


def test_the_factory_makes_a_driver_that_forgets_a_sync(tmp_path: Path) -> None:
    run("ForgetfulDriverTest", tmp_path)


@pytest.mark.deep
def test_the_factory_makes_a_device_that_signals_completion_early(tmp_path: Path) -> None:
    run("EarlyDeviceTest", tmp_path)


def test_registers_have_their_reset_values_and_bits(tmp_path: Path) -> None:
    told = run("RegisterTest", tmp_path)
    assert told["reset"][1] == told["bash"][1] == []
    assert told["reset"][0] > 100
    assert told["bash"][0] > 100


@pytest.mark.deep
def test_each_knob_of_the_world_is_a_sequence(tmp_path: Path) -> None:
    """What should take longer does, by about as much as it should; a correct driver is silent under all."""
    told = run("KnobTest", tmp_path)
    ns, base = told["ns"], told["ns"]["base"]
    assert ns["LatencySequence"] > base + COPIES * 4 * 180 * CYCLE_NS  # descriptor, read, write, status
    assert ns["BackPressureSequence"] > base + COPIES * 256 * CYCLE_NS  # of 256 beats, each stalled more than once
    assert ns["AddressOrderSequence"] > base + COPIES * 40 * CYCLE_NS
    assert ns["ResponseDelaySequence"] > base + COPIES * 2 * 380 * CYCLE_NS  # write, status
    assert ns["InterruptLatencySequence"] > base + COPIES * 4700
    assert told["moves"]["benign"] == 0
    assert told["moves"]["random"] > 0
    assert told["moves"]["adversarial"] > 0
    assert told["errors"] == {"planted": True, "taken away": False}


def test_a_knob_that_is_not_there_and_a_schedule_that_is_fixed() -> None:
    with pytest.raises(ValueError, match="ResponseDelaySequence has no knob delay: it has b_delay"):
        ResponseDelaySequence("late", None, delay=3)
    drawn = BackPressureSequence("stalls", None, Random(1)).values
    assert drawn == BackPressureSequence("stalls", None, Random(1)).values
    assert all(0 <= value <= 160 for value in drawn.values())
