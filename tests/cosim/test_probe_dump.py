# SPDX-License-Identifier: Apache-2.0
"""What the model is shown to do stands in the dump, each value at its time; each hazard's strobe at its time and place.

The probe has a simulator of its own here, which is built in seconds; tests/cosim/test_waves.py has it beside the RTL.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from cocotbext.dmasan import hdl
from cocotbext.dmasan.build import Design
from cocotbext.dmasan.simulate import Job, run_job
from cocotbext.dmasan.toolchain import can_write_fst
from cocotbext.dmasan.waves import savefile
from cocotbext.dmasan.waves.plan import Plan

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from waves_dump import Dump  # noqa: E402

SOURCES = (
    *(hdl.bench() / f"{name}_probe.sv" for name in ("model", "cpu", "line")),
    *(HERE / "hdl" / name for name in ("probe_top.sv", "probe_public.vlt")),
)

pytestmark = [pytest.mark.cosim, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Dump, dict[str, Any]]:
    """The dump, and what was told to be shown. The simulator ends after half of it, as one does whose model is ahead."""
    folder, form = tmp_path_factory.mktemp("probe"), "fst" if can_write_fst() else "vcd"
    job = Job("probe_jobs:show", {"seen": 0.5}, path=(str(HERE),), backend="probe_jobs:NoBackend")
    told = run_job(job, folder, design=Design("probe_top", SOURCES, clock=""), trace=form, timeout=60)
    return Dump(folder / f"dump.{form}", "probe_top"), told


def test_each_hazard_has_its_strobe_at_its_time_and_place(shown: tuple[Dump, dict[str, Any]]) -> None:
    dump, told = shown
    hazards = sorted(told["hazards"], key=lambda each: float(each["time_ns"]))
    assert {each["buffer"] for each in hazards} == {"source", "target"}
    rises = [time for time, value in dump.changes("model.hazard") if value == 1]
    assert rises == [round(each["time_ns"] * 1000) for each in hazards]
    for hazard, time in zip(hazards, rises, strict=True):
        assert dump.at("model.hazard_number", time) == hazard["id"]
        assert dump.text("model.hazard_code", time) == hazard["code"]
        first, last = hazard["lines"]
        assert first <= dump.at("model.hazard_address", time) < last + 32


def test_every_value_that_is_shown_is_there_at_its_time(shown: tuple[Dump, dict[str, Any]]) -> None:
    dump, told = shown
    final: dict[tuple[str, int], int | str] = {}  # the last of several at one time
    for time_ns, name, value in told["told"]:
        final[name, max(0, round(time_ns * 1000))] = value
    assert len(final) > 300 and {name for name, _ in final} >= {"cpu0.operation", "line0.may", "policy", "hazard"}
    for (name, time), value in final.items():
        found = dump.text(f"model.{name}", time) if isinstance(value, str) else dump.at(f"model.{name}", time)
        assert found == (value.strip() if isinstance(value, str) else value), (name, time)


def test_the_save_files_name_signals_of_the_dump(shown: tuple[Dump, dict[str, Any]]) -> None:
    dump, told = shown
    rows = [row for group in savefile.groups(Plan.from_json(told["plan"]), 4, "probe_top") for row in group.rows]
    model = [row for row in rows if row.name.startswith("probe_top.model.")]
    assert len(model) > 40
    assert {row.name: row.bits for row in model} == {row.name: dump.variables[row.name].bitwidth for row in model}
