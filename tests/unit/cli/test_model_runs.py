# SPDX-License-Identifier: Apache-2.0
"""`dmasan run` and `dmasan compare` on the behavioural device: status, output, files, and what breaks a run."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import fastjsonschema
import pytest
from PIL import Image

from cocotbext.dmasan.commands import run as run_command

pytestmark = pytest.mark.thorough

SCHEMAS = Path(__file__).parents[3] / "docs" / "schema"
EXAMPLE = Path(__file__).parents[3] / "examples" / "own_program.py"
MODEL = ("--backend", "model", "--policy", "strict")


def write(folder: Path, body: str) -> None:
    """A program `own.py` with this body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    (folder / "own.py").write_text(f"async def program(soc):\n{lines}")


def test_the_example_has_a_bug_and_its_repair_has_none(dmasan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    bad = dmasan("run", EXAMPLE, *MODEL)
    assert bad.status == 1
    assert "[CPU_WR_OWNED]" in bad.out
    assert re.search(r"\d+ \| await cpu\.fill\(buffer, SIZE, 0x22\)", bad.out)
    report = json.loads((tmp_path / "build" / "run" / "run.json").read_text())
    fastjsonschema.compile(json.loads((SCHEMAS / "run-1.json").read_text()))(report)
    (hazard,) = report["hazards"]
    assert hazard["code"] == "CPU_WR_OWNED"
    assert [each["code"] for each in hazard["consequences"]] == ["MISSING_CLEAN"]
    assert report["cell"]["policy"] == "strict"
    good = dmasan("run", f"{EXAMPLE}:repaired", *MODEL)
    assert good.status == 0, good.out
    assert good.out.splitlines()[0].startswith("clean: ")


def test_what_a_program_prints_is_printed_and_kept_out_of_json(dmasan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    write(tmp_path, "print('hello from the driver')")
    assert dmasan("run", "own.py", *MODEL, "--quiet").out.startswith("hello from the driver\nclean: ")
    quiet = dmasan("run", "own.py", *MODEL, "--quiet", "--json", "-")
    assert json.loads(quiet.out)["schema"] == "dmasan/run/1"
    assert quiet.err == "hello from the driver\n"
    assert dmasan("run", "own.py", *MODEL, "--quiet", "--json", "x.json").out.startswith("hello")
    assert json.loads((tmp_path / "x.json").read_text())["hazards"] == []


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ("x = 1\nraise ValueError('no luck')", 3, r"the program raised ValueError at own.py:3: no luck; see \S*run\.log\."),
        ("await soc.cpu(0).ldr(3)", 3, r"own.py:2: translation fault: LDR at 0x00000003 .*see \S*run\.log\."),
        ("await soc.dma.alloc_coherent(0)", 2, r"own.py:2: dma_alloc_coherent of 0 bytes: allowed is 1 byte and more\."),
        ("await soc.dma.alloc_coherent(1 << 26)", 2, r"own.py:2: cma: .* alloc failed"),
        ("await soc.wait_irq(5000)", 3, r"own.py:2: no interrupt from the DMA engine within 5000 ns.*see \S*run\.log\."),
        ("import asyncio\nawait asyncio.sleep(1)", 3, r"see \S*run\.log\."),
        ("import os\nos._exit(7)", 3, r"the process ended with status 7 and no result; see \S*run\.log\."),
        ("while True: pass", 3, r"the time limit of 4 s is over; see \S*run\.log\."),
    ],
)  # fmt: skip
def test_a_program_that_breaks_is_told_in_one_sentence(dmasan, tmp_path, body, status, sentence) -> None:  # type: ignore[no-untyped-def]
    write(tmp_path, body)
    limit = "4" if "while" in body else "60"  # a busy machine starts a program in more than four seconds
    result = dmasan("run", "own.py", *MODEL, "--quiet", "--timeout", limit)
    assert result.status == status
    assert re.search(sentence, result.refusal())
    log = re.search(r"see (\S+)\.$", result.refusal())
    assert (log is not None and Path(log[1]).exists()) == (status == 3)


def test_a_cell_that_cannot_exist_is_wrong_usage(dmasan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    write(tmp_path, "pass")
    result = dmasan(
        "run", "own.py", "--backend", "model", "--policy", "highmem_only", "--set", "lowmem_mib=64", "--quiet"
    )
    assert result.status == 2
    assert "highmem" in result.refusal()


def test_an_input_for_a_program_without_pictures_is_wrong_usage(dmasan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    write(tmp_path, "pass")
    (tmp_path / "x.bin").write_bytes(b"x")
    assert "own.py takes no picture" in dmasan("run", "own.py", *MODEL, "--input", "x.bin").refusal()


def test_an_output_folder_that_cannot_be_made_is_wrong_usage(dmasan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    write(tmp_path, "pass")
    (tmp_path / "file").touch()
    result = dmasan("run", "own.py", *MODEL, "--out", "file/below", "--quiet")
    assert result.status == 2
    assert "the folder for results file/below cannot be made" in result.refusal()


def test_compare_on_the_model_prints_the_table_and_writes_everything(dmasan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    Image.new("RGB", (64, 32), (200, 100, 50)).save(tmp_path / "tiny.png")
    names = ("--policy", "strict", "--policy", "highmem_only")
    cell = ("--set", "lowmem_mib=64", "--set", "shared_override=on")
    result = dmasan(
        "compare", "--backend", "model", *names, *cell, "--input", "tiny.png", "--json", "copy.json"
    )
    assert result.status == 0, result.err
    assert "\x1b" not in result.out
    strict = next(line.split() for line in result.out.splitlines() if line.startswith("strict"))
    assert strict[:5] == ["strict*", "on", "clean", "-", "0"]
    assert re.search(r"^highmem_only +on +n/a", result.out, re.MULTILINE)
    assert "n/a: highmem_only: " in result.out
    assert [line[:14] for line in result.err.splitlines()] == ["dmasan: [1/2] ", "dmasan: [2/2] "]
    summary = json.loads((tmp_path / "build" / "compare" / "summary.json").read_text())
    fastjsonschema.compile(json.loads((SCHEMAS / "compare-1.json").read_text()))(summary)
    assert summary == json.loads((tmp_path / "copy.json").read_text())
    for picture in summary["rows"][0]["pictures"]:
        assert Image.open(tmp_path / picture).size == (3 * 64 + 2 * 8, 32)


def test_compare_where_nothing_can_run_is_wrong_usage(dmasan) -> None:  # type: ignore[no-untyped-def]
    result = dmasan("compare", "--backend", "model", "--policy", "strict", "--set", "ram_mib=18", "--quiet")
    assert result.status == 2
    assert "knob ram_mib: 18 is not a multiple of 4" in result.refusal()


def _listens() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_the_simulations_too(tmp_path: Path) -> None:
    write(
        tmp_path,
        "import os\nopen('/proc/self/comm', 'w').write('dmasan-test')\nopen(os.environ['WHERE'], 'w').write(str(os.getpid()))\nwhile True: pass",
    )
    where = tmp_path / "pid"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "WHERE": str(where)}
    command = [sys.executable, "-m", "cocotbext.dmasan.cli", "run", "own.py", *MODEL]
    # A shell starts what runs in the background with SIGINT ignored, and these tests may run there.
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, preexec_fn=_listens)
    deadline = time.monotonic() + 60
    while not (where.exists() and where.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert told == ""
    with pytest.raises(ProcessLookupError):
        os.kill(int(where.read_text()), 0)


def test_a_program_is_named_as_it_was_given_and_found_from_any_folder(dmasan, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """The simulator runs in the folder of the results: the job must not depend on where that is."""
    write(tmp_path, "print('here')")
    jobs: list[str] = []
    whole = run_command._job
    monkeypatch.setattr(run_command, "_job", lambda *each: jobs.append(whole(*each).arguments["scenario"]) or whole(*each))
    for given in ("own.py", "own.py:program", "./own.py"):
        result = dmasan("run", given, *MODEL, "--quiet")
        assert result.status == 0
        assert f"clean: {given} under strict" in result.out
    assert jobs == [f"{tmp_path}/own.py", f"{tmp_path}/own.py:program", f"{tmp_path}/own.py"]
