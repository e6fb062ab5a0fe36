# SPDX-License-Identifier: Apache-2.0
"""The main job on the RTL, as users run it: a process, its exit status, its output and its files."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import fastjsonschema
import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
POLICIES = ("double_map", "unmap_linear", "strict", "highmem_only", "remap_in_place", "keep_alias")

SMALL = ("--set", "cma_mib=4")  # less memory for others to fill and write

pytestmark = [pytest.mark.cosim, pytest.mark.timeout(400)]


def dmasan(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs the command line in a process of its own, with the builds of the checkout."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "DMASAN_CACHE": os.environ.get("DMASAN_CACHE", str(ROOT / "build" / "cache")),
    }
    command = [sys.executable, "-m", "cocotbext.dmasan.cli", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=390)


def check(document: Any, schema: str) -> Any:
    fastjsonschema.compile(json.loads((ROOT / "docs" / "schema" / f"{schema}.json").read_text()))(document)
    return document


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """`dmasan compare` of every policy on a small picture: all that the defaults do, in less time."""
    folder = tmp_path_factory.mktemp("compare")
    noise = np.random.default_rng(3).integers(1, 256, (60, 120, 3), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "small.png")
    done = dmasan("compare", "--input", "small.png", *SMALL, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder, done


def rows(folder: Path) -> dict[tuple[str, bool], dict[str, Any]]:
    summary = check(json.loads((folder / "build" / "compare" / "summary.json").read_text()), "compare-1")
    assert summary["input"] == {"path": "small.png", "bytes": 60 * 120 * 3}
    assert (summary["schedule"], summary["backend"]) == ("adversarial", "rtl")
    return {(row["policy"], row["shared_override"]): row for row in summary["rows"]}


def test_every_policy_has_a_row_with_and_without_the_override(compared: Any) -> None:
    folder, done = compared
    assert set(rows(folder)) == {(policy, override) for policy in POLICIES for override in (False, True)}
    for policy in POLICIES:
        assert len(re.findall(rf"^{policy}\*? +(?:on|off) ", done.stdout, re.MULTILINE)) == 2
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("policy", ["double_map", "keep_alias"])
def test_a_living_alias_is_wrong_while_loads_may_hit_the_outer_cache(compared: Any, policy: str) -> None:
    folder, _ = compared
    row = rows(folder)[policy, False]
    assert row["verdict"] == "manifest"
    assert row["wrong_bytes"] > 0
    assert "SPEC_FORBIDDEN" in {each["code"] for each in row["hazards"]}


def test_strict_is_clean_and_delivers_every_byte(compared: Any) -> None:
    folder, _ = compared
    for override in (False, True):
        row = rows(folder)[("strict", override)]
        assert (row["verdict"], row["wrong_bytes"], row["hazards"]) == ("clean", 0, [])


def test_the_pictures_show_whole_stale_lines(compared: Any) -> None:
    folder, _ = compared
    coherent = next(path for path in rows(folder)["double_map", False]["pictures"] if "coherent" in path)
    panels = np.asarray(Image.open(folder / coherent))
    assert panels.shape == (60, 3 * 120 + 2 * 8, 3)
    wrong = (panels[:, :120] != panels[:, 128:248]).reshape(-1, 32).sum(axis=1)
    assert wrong.any()
    # The buffer is aligned: a line is wrong as a whole (a byte may be right by chance), or right as a whole.
    assert set(wrong[wrong < 28]) <= {0}


def test_costs_tell_the_policies_apart(compared: Any) -> None:
    folder, _ = compared
    cost = {policy: rows(folder)[policy, False]["cost"] for policy in POLICIES}
    assert cost["double_map"]["sections_split"] == 0
    assert cost["strict"]["tlbi_broadcast"] > 0
    assert cost["unmap_linear"]["tlbi_broadcast"] > 0
    assert all(each["pages_migrated"] > 0 for each in cost.values())
    assert cost["strict"]["l2_ops"] > cost["double_map"]["l2_ops"]


def test_a_schedule_that_was_written_replays_to_the_same_bytes(compared: Any) -> None:
    folder, _ = compared
    before = rows(folder)["double_map", False]
    schedule = (
        folder / "build" / "compare" / "double_map-cortex-a9-pl310-v6.19-override-off" / "schedule.jsonl"
    )
    assert schedule.stat().st_size > 0
    cell = ("--policy", "double_map", "--set", "shared_override=off", *SMALL)
    arguments = (*cell, "--input", "small.png", "--out", "again")
    done = dmasan("compare", *arguments, "--schedule", f"replay:{schedule}", cwd=folder)
    assert done.returncode == 0, done.stderr
    (after,) = json.loads((folder / "again" / "summary.json").read_text())["rows"]
    for key in ("verdict", "hazards", "wrong_bytes"):
        assert after[key] == before[key]


def test_run_exits_1_with_hazards_and_0_without(tmp_path: Path) -> None:
    Image.new("RGB", (40, 30), (200, 30, 90)).save(tmp_path / "small.png")
    arguments = ["run", "frame", *SMALL, "--input", "small.png", "--json", "-", "--policy"]
    bad = dmasan(*arguments, "double_map", cwd=tmp_path)
    assert bad.returncode == 1, bad.stderr
    assert check(json.loads(bad.stdout), "run-1")["hazards"]
    assert "[SPEC_FORBIDDEN]" in bad.stderr
    good = dmasan(*arguments, "strict", cwd=tmp_path)
    assert good.returncode == 0, good.stderr
    assert check(json.loads(good.stdout), "run-1")["hazards"] == []


def test_the_time_limit_ends_a_run_with_status_3_and_the_log(tmp_path: Path) -> None:
    done = dmasan("run", "frame", "--timeout", "0.2", "--quiet", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert re.fullmatch(r"dmasan: .*time limit of 0\.2 s.*see (\S+)\.\n", done.stderr)
    log = re.search(r"see (\S+)\.\n", done.stderr)
    assert log and Path(log[1]).exists()


def test_without_a_compiler_the_rtl_is_refused_and_the_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    environment = {
        **os.environ,
        "PATH": str(tmp_path / "bin"),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    command = [sys.executable, "-m", "cocotbext.dmasan.cli", "run", "frame", "--quiet"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "there is no c++ on PATH" in done.stderr
    assert "--backend model" in done.stderr
