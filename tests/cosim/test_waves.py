# SPDX-License-Identifier: Apache-2.0
"""`dmasan run --waves`: the dump holds RTL and model on one time line, with each hazard at its time and place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cocotbext.dmasan import toolchain

sys.path.insert(0, str(Path(__file__).parent))

import streaming_program
from waves_dump import Dump

ROOT = Path(__file__).parents[2]
COHERENT = """
from dmasan.device.driver import DmaEngine

async def program(soc):
    engine = await DmaEngine.probe(soc)
    source = await soc.dma.alloc_coherent(4096, "source")
    target = await soc.dma.alloc_coherent(4096, "target")
    await soc.cpu(0).fill(source.cpu_addr, 4096, 0x5A)
    await engine.memcpy(target.dma_handle, source.dma_handle, 4096)
    await soc.cpu(0).read(target.cpu_addr, 4096)
"""
STREAMING = Path(streaming_program.__file__).read_text(encoding="utf-8")
SMALL = [text for each in ("ram_mib=16", "lowmem_mib=12", "cma_mib=2") for text in ("--set", each)]

pytestmark = [pytest.mark.cosim, pytest.mark.deep, pytest.mark.timeout(900)]  # deep: it builds the RTL once more


class Traced(Dump):
    """The waves of a run, and its report."""

    def __init__(self, folder: Path) -> None:
        super().__init__(next(folder.glob("dump.*")), "cosim_top")
        self.folder = folder
        self.run: dict[str, Any] = json.loads((folder / "run.json").read_text())
        self.hazards: list[dict[str, Any]] = self.run["hazards"]


def traced(folder: Path, program: str, *options: str, **variables: str) -> Traced:
    """A program with hazards, once on the RTL with waves."""
    (folder / "own.py").write_text(program)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "DMASAN_CACHE": os.environ.get("DMASAN_CACHE", str(ROOT / "build" / "cache")),
        **variables,
    }
    command = [sys.executable, "-m", "cocotbext.dmasan.cli", "run", "own.py", "--waves", "--quiet", *options, *SMALL]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=890)
    assert done.returncode == 1, done.stderr
    vcd = "CPATH" in variables or not toolchain.can_write_fst()
    assert ("waves are VCD: FST needs liblz4-dev and zlib1g-dev" in done.stdout) is vcd
    told = Traced(folder / "build" / "run")
    assert told.file.suffix == (".vcd" if vcd else ".fst")
    viewers = f"waves: gtkwave build/run/waves.gtkw, or surfer --command-file build/run/waves.sucl build/run/{told.file.name}\n"
    assert viewers in done.stdout
    return told


@pytest.fixture(scope="module", params=["fst", "vcd"])
def dump(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Traced:
    """As FST; and as VCD, where the compiler does not find one of the libraries that FST needs."""
    folder = tmp_path_factory.mktemp("waves")
    hidden: dict[str, str] = {}
    if request.param == "vcd":
        (folder / "hidden").mkdir()
        (folder / "hidden" / "lz4.h").write_text('#error "liblz4-dev is not installed"\n')
        hidden = {"CPATH": str(folder / "hidden")}
    return traced(folder, COHERENT, "--policy", "double_map", **hidden)


@pytest.mark.parametrize("schedule", ["benign", "adversarial"])
def test_markers_of_hazards_at_loads_stores_and_bursts(schedule: str, tmp_path: Path) -> None:
    dump = traced(tmp_path, STREAMING, "--policy", "strict", "--schedule", schedule)
    assert {each["buffer"] for each in dump.hazards} == {"source", "target"}
    told_each(dump)


def test_each_hazard_has_its_marker_at_its_time_and_place(dump: Traced) -> None:
    assert len(dump.hazards) == 2
    told_each(dump)


def told_each(dump: Traced) -> None:
    """Each hazard of the report has its strobe at its time, with its number, code and address, and a marker there."""
    by_time = sorted(dump.hazards, key=lambda each: float(each["time_ns"]))
    rises = [time for time, value in dump.changes("model.hazard") if value == 1]
    assert rises == [round(each["time_ns"] * 1000) for each in by_time]
    for hazard, time in zip(by_time, rises, strict=True):
        assert dump.at("model.hazard_number", time) == hazard["id"]
        assert dump.text("model.hazard_code", time) == hazard["code"]
        first, last = hazard["lines"]
        assert first <= dump.at("model.hazard_address", time) < last + 32
    gtkw = (dump.folder / "waves.gtkw").read_text()
    assert f" {rises[0]} {' '.join(map(str, rises))} -1 " in gtkw


def test_the_model_and_the_bus_are_on_one_time_line(dump: Traced) -> None:
    """The doorbell of the model's CPU is at the engine a few cycles later; the interrupt comes back after the device's writes."""
    rung = [time for time, value in dump.changes("engine.ev_doorbell") if value == 1]
    told = [time for time, text in dump.texts("model.cpu0.operation") if text.startswith("register :=")]
    assert rung and told
    for time in rung:
        before = [each for each in told if each <= time]
        assert before and time - before[-1] < 1_000_000  # 1 us
    interrupt = next(time for time, text in dump.texts("model.cpu0.operation") if text == "interrupt")
    writes = [time for time, value in dump.changes("axi_bvalid") if value == 1]
    assert writes and max(time for time in writes if time < interrupt) < interrupt


def test_a_watched_line_follows_the_device(dump: Traced) -> None:
    target = next(each for each in dump.hazards if each["buffer"] == "target")
    names = [f"model.line{n}" for n in range(8)]
    line = next(name for name in names if dump.changes(f"{name}.address")[-1][1] == target["lines"][0])
    at = round(target["time_ns"] * 1000)
    assert dump.text(f"{line}.may", at) == "STALE COPY POSSIBLE"
    assert dump.text(f"{line}.owner", at) == "both"
    assert dump.text(f"{line}.alias_", at) == "live"
    stale = [time for time, text in dump.texts(f"{line}.may") if text == "STALE COPY POSSIBLE"][-1]
    taken = [time for time, value in dump.changes("axi_awvalid") if value == 1]
    assert taken and taken[0] <= stale <= at  # the device wrote first


def test_save_files_name_signals_that_are_there(dump: Traced) -> None:
    saved_names_are_there(dump)


def test_a_trace_of_the_buses_has_all_that_the_save_files_name(tmp_path: Path) -> None:
    dump = traced(tmp_path, COHERENT, "--policy", "double_map", "--signals", "bus")
    told_each(dump)
    saved_names_are_there(dump)
    parts = {name.split(".")[1] for name in dump.variables if name.count(".") > 1}
    assert parts == {"engine", "host", "model"}
    ours = {name.split(".")[2].split("_")[0] for name in dump.variables if name.startswith("cosim_top.engine.")}
    assert ours == {"ev", "dbg"}


def saved_names_are_there(dump: Traced) -> None:
    named = {line.split("[")[0] for line in (dump.folder / "waves.gtkw").read_text().splitlines() if line.startswith("cosim_top.")}
    assert len(named) > 60
    assert named <= set(dump.variables)
    added = {line.split()[1] for line in (dump.folder / "waves.sucl").read_text().splitlines() if line.startswith("variable_add")}
    assert added == named


def test_the_page_links_to_the_waves(dump: Traced) -> None:
    page = (dump.folder / "report.html").read_text()
    for name in (dump.file.name, "waves.gtkw", "waves.sucl"):
        assert f'href="{name}"' in page
