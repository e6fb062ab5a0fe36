# SPDX-License-Identifier: Apache-2.0
"""`dmasan explain`: the story of a hazard or of any byte, from the results of a run."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path

import pytest

from cocotbext.dmasan import cli

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


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a program and the results of its run."""
    folder = tmp_path_factory.mktemp("explain")
    (folder / "own.py").write_text(PROGRAM)
    with contextlib.chdir(folder):
        assert cli.main(["run", "own.py", "--backend", "model", "--policy", "double_map", "--quiet", *SMALL]) == 1
    return folder


@pytest.fixture
def ran(dmasan, results: Path, tmp_path: Path):  # type: ignore[no-untyped-def]
    shutil.copytree(results, tmp_path, dirs_exist_ok=True)
    return dmasan


def test_a_hazard_and_any_byte_are_explained(ran, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    told = ran("explain", "build/run/run.json", "--hazard", "2")
    assert told.status == 0
    assert "hazard 2: latent[SPEC_FORBIDDEN]" in told.out
    assert "own.py:10" in told.out and "| await soc.cpu(0).read(target.cpu_addr, 4096)" in told.out
    assert "* hardware, unasked  a speculative read fills the line into L2" in told.out
    assert "^ returns a stale value, from L2" in told.out
    assert "   = repair: end the cacheable alias" in told.out
    shutil.move("build/run", "moved")  # the results as a whole
    byte = ran("explain", "moved", "--at", "target+0x20", "--json", "story.json")
    assert byte.status == 0 and "(target + 0x20)" in byte.out and "= after this: the CPU, Non-cacheable" in byte.out
    assert json.loads(Path("story.json").read_text())["schema"] == "dmasan/story/1"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--hazard", "9"], "--hazard 9: this run has no hazard of that number, allowed is 1 to 2"),
        (["--at", "nothing"], "neither a physical address nor BUFFER+OFFSET; the buffers are"),
        (["--at", "target+5000"], "'target' has 4096 bytes, allowed offsets are 0 to 4095"),
        (["--at", ""], "neither a physical address nor BUFFER+OFFSET"),
        (["--at", "0x10"], "0x10 is not in RAM"),
        (["--at", "target", "--hazard", "1"], "of a byte or of a hazard, not of both"),
        (["--time", "5"], "--time: only with --at"),
        (["--at", "target", "--time", "-1"], "--time -1: not a time in ns"),
        (["--at", "target", "--time", "nan"], "--time nan: not a time in ns"),
        (["--at", "target", "--time", "1e12"], "--time 1e12: the run's last event is at "),
        (["--at", "0xffffffffffffffffff"], "0xffffffffffffffffff is not in RAM"),
    ],
)
def test_wrong_usage_is_refused(ran, arguments: list[str], sentence: str) -> None:  # type: ignore[no-untyped-def]
    told = ran("explain", "build/run", *arguments)
    assert told.status == 2 and sentence in told.refusal()


def test_a_byte_is_explained_up_to_a_time_and_to_the_last_event(ran) -> None:  # type: ignore[no-untyped-def]
    """Before and behind the device's write; and the time that a refusal allows is allowed."""
    whole = ran("explain", "build/run", "--at", "target", "--json", "-").out
    moments = json.loads(whole)["moments"]
    written = next(each["time_ns"] for each in moments if each["who"] == "dma0")
    before = ran("explain", "build/run", "--at", "target", "--time", str(written - 1)).out
    assert "dma0" not in before and "the CPU, Non-cacheable: would read the latest value under every schedule" in before
    behind = ran("explain", "build/run", "--at", "target", "--time", f"{written:,.0f}").out
    assert "dma0" in behind and "may read a stale value" in behind
    allowed = ran("explain", "build/run", "--at", "target", "--time", "1e12").refusal().split("event is at ")[1].split(" ns")[0]
    assert ran("explain", "build/run", "--at", "target", "--time", allowed).status == 0


def test_the_folder_of_a_comparison_names_its_runs(ran) -> None:  # type: ignore[no-untyped-def]
    Path("compared").mkdir()
    shutil.move("build/run", "compared/strict-off")
    told = ran("explain", "compared")
    assert told.status == 2 and told.refusal().endswith("name one of the 1, such as compared/strict-off.")


def test_a_report_without_its_log_is_refused(ran) -> None:  # type: ignore[no-untyped-def]
    Path("build/run/events.json.gz").unlink()
    told = ran("explain", "build/run")
    assert told.status == 2 and "cannot read the event log" in told.refusal()


def test_a_clean_run_has_nothing_to_explain(dmasan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "own.py").write_text("async def program(soc):\n    pass\n")
    assert dmasan("run", "own.py", "--backend", "model", "--quiet", *SMALL).status == 0
    told = dmasan("explain", "build/run")
    assert told.status == 0 and told.out.startswith("clean: this run has no hazard to explain")
