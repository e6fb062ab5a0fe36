# SPDX-License-Identifier: Apache-2.0
"""`dmasan bench` on benchmarks that take no time."""

from __future__ import annotations

import json
from pathlib import Path

import fastjsonschema
import pytest

from cocotbext.dmasan.commands import bench

SCHEMA = Path(__file__).parents[3] / "docs" / "schema" / "bench-1.json"

GOOD = """
from dmasan.report.results import Measurement
def measure(folder):
    (folder / "was_here").touch()
    return [
        Measurement("fast", 1234.5, "MB/s", 100, True, "a peer: 2 MB/s", 617.2),
        Measurement("slow", 0.5, "s", 0.1, False, note="it waits for a disk"),
    ]
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a folder of benchmarks of its own name, so that no other module is in its place."""
    folder = tmp_path / f"bench_{tmp_path.name}"
    folder.mkdir()

    def find() -> dict[str, Path]:
        return {path.stem: path for path in sorted(folder.glob("*.py"))}

    monkeypatch.setattr(bench, "find", find)
    return folder


def test_rows_are_printed_and_written(dmasan, checkout: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (checkout / "one.py").write_text(GOOD)
    result = dmasan("bench", "--json", "copy.json")
    assert result.status == 0, result.err
    lines = {line.split()[0]: line.split() for line in result.out.splitlines() if line}
    assert lines["fast"] == ["fast", "1,234", "MB/s", "100", "yes", "a", "peer:", "2", "MB/s", "617"]
    assert lines["slow"] == ["slow", "0.5", "s", "0.1", "no", "-", "-"]
    assert "slow: it waits for a disk" in result.out
    assert lines["the"][:3] == ["the", "whole", "bench"]
    document = json.loads((tmp_path / "build" / "bench" / "bench.json").read_text())
    fastjsonschema.compile(json.loads(SCHEMA.read_text()))(document)
    assert document == json.loads((tmp_path / "copy.json").read_text())
    assert (tmp_path / "build" / "bench" / "one" / "was_here").exists()
    only = dmasan("bench", "one", "--json", "-", "--quiet")
    assert json.loads(only.out)["rows"] == document["rows"][:2]  # the time of all is told for all only
    assert only.err == ""


@pytest.mark.parametrize(
    ("text", "status", "sentence"),
    [
        (
            "import no_such_package_here",
            2,
            "benchmark one needs the package no_such_package_here: install dmasan",
        ),
        (
            "def measure(folder): raise OSError('disk on fire')",
            3,
            "benchmark one failed: OSError: disk on fire",
        ),
    ],
)
def test_a_benchmark_that_fails_is_told(
    dmasan, checkout: Path, text: str, status: int, sentence: str
) -> None:  # type: ignore[no-untyped-def]
    (checkout / "one.py").write_text(text)
    result = dmasan("bench", "--quiet")
    assert result.status == status
    assert sentence in result.refusal()


def test_an_unknown_benchmark_is_refused(dmasan, checkout: Path) -> None:  # type: ignore[no-untyped-def]
    (checkout / "one.py").write_text(GOOD)
    assert "unknown benchmark 'two': allowed are one" in dmasan("bench", "two").refusal()


def test_without_a_checkout_there_are_no_benchmarks(dmasan, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(bench.hdl, "checkout", lambda: None)
    assert "dmasan bench needs a checkout" in dmasan("bench").refusal()


def test_the_benchmarks_of_the_project_can_all_be_measured() -> None:
    for path in bench.find().values():
        assert "def measure(folder: Path) -> list[Measurement]:" in path.read_text()
