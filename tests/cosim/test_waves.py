# SPDX-License-Identifier: Apache-2.0
"""`dmasan run --waves`: the dump holds RTL and model on one time line, with each hazard at its time and place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from cocotbext.dmasan import toolchain

pywellen = pytest.importorskip("pywellen")

ROOT = Path(__file__).parents[2]
PROGRAM = """
from dmasan.device.driver import DmaEngine

async def program(soc):
    engine = await DmaEngine.probe(soc)
    source = await soc.dma.alloc_coherent(4096, "source")
    target = await soc.dma.alloc_coherent(4096, "target")
    await soc.cpu(0).fill(source.cpu_addr, 4096, 0x5A)
    await engine.memcpy(target.dma_handle, source.dma_handle, 4096)
    await soc.cpu(0).read(target.cpu_addr, 4096)
"""
SMALL = [text for each in ("ram_mib=16", "lowmem_mib=12", "cma_mib=2") for text in ("--set", each)]

pytestmark = [pytest.mark.cosim, pytest.mark.deep, pytest.mark.timeout(900)]  # deep: it builds the RTL once more


class Dump:
    """The waves of a run, and its report."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = next(folder.glob("dump.*"))
        self.run: dict[str, Any] = json.loads((folder / "run.json").read_text())
        self.hazards: list[dict[str, Any]] = self.run["hazards"]

    @cached_property
    def variables(self) -> dict[str, Any]:
        return {each.full_name: each for each in pywellen.Waveform(str(self.file)).all_vars()}

    def variable(self, name: str) -> Any:
        return self.variables[f"cosim_top.{name}"]

    def changes(self, name: str) -> list[tuple[int, int]]:
        """(time in ps, value) of each change."""
        return [(int(time), int(value)) for time, value in self.variable(name).tv]

    def at(self, name: str, time_ps: int) -> int:
        return int(self.variable(name).signal.value_at(time_ps))

    def text(self, name: str, time_ps: int) -> str:
        value = self.at(name, time_ps)
        return value.to_bytes((value.bit_length() + 7) // 8, "big").decode().strip("\0 ")

    def texts(self, name: str) -> list[tuple[int, str]]:
        told = [(time, value.to_bytes((value.bit_length() + 7) // 8, "big").decode().strip("\0 ")) for time, value in self.changes(name)]
        return [each for each in told if each[1]]


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Dump:
    """A program with latent hazards, once on the RTL with waves."""
    folder = tmp_path_factory.mktemp("waves")
    (folder / "own.py").write_text(PROGRAM)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "DMASAN_CACHE": os.environ.get("DMASAN_CACHE", str(ROOT / "build" / "cache")),
    }
    command = [sys.executable, "-m", "cocotbext.dmasan.cli", "run", "own.py", "--policy", "double_map", "--waves", "--quiet"]
    done = subprocess.run([*command, *SMALL], cwd=folder, env=environment, capture_output=True, text=True, timeout=890)
    assert done.returncode == 1, done.stderr
    assert "waves: gtkwave build/run/waves.gtkw" in done.stdout
    assert ("waves are VCD" in done.stdout) is not toolchain.can_write_fst()
    return Dump(folder / "build" / "run")


def test_each_hazard_has_its_marker_at_its_time_and_place(dump: Dump) -> None:
    assert len(dump.hazards) == 2
    rises = [time for time, value in dump.changes("model.hazard") if value == 1]
    assert rises == [round(each["time_ns"] * 1000) for each in dump.hazards]
    for hazard, time in zip(dump.hazards, rises, strict=True):
        assert dump.at("model.hazard_number", time) == hazard["id"]
        assert dump.text("model.hazard_code", time) == hazard["code"]
        first, last = hazard["lines"]
        assert first <= dump.at("model.hazard_address", time) < last + 32
    gtkw = (dump.folder / "waves.gtkw").read_text()
    assert f" {rises[0]} {rises[0]} {rises[1]} -1 " in gtkw


def test_the_model_and_the_bus_are_on_one_time_line(dump: Dump) -> None:
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


def test_a_watched_line_follows_the_device(dump: Dump) -> None:
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


def test_save_files_name_signals_that_are_there(dump: Dump) -> None:
    named = {line.split("[")[0] for line in (dump.folder / "waves.gtkw").read_text().splitlines() if line.startswith("cosim_top.")}
    assert len(named) > 60
    assert named <= set(dump.variables)
    added = {line.split()[1] for line in (dump.folder / "waves.sucl").read_text().splitlines() if line.startswith("variable_add")}
    assert added == named


def test_the_page_links_to_the_waves(dump: Dump) -> None:
    page = (dump.folder / "report.html").read_text()
    for name in (dump.file.name, "waves.gtkw", "waves.sucl"):
        assert f'href="{name}"' in page
