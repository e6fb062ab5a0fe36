# SPDX-License-Identifier: Apache-2.0
"""The pyuvm environment on the engine: agents, scoreboard, register model, factory overrides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cocotbext.dmasan.simulate import Job, run_job

pytestmark = pytest.mark.cosim
HERE = Path(__file__).parent


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
