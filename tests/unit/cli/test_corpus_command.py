# SPDX-License-Identifier: Apache-2.0
"""`dmasan corpus`: status, output, JSON, wrong usage."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import fastjsonschema
import pytest

from dmasan.corpus import CASES
from dmasan.sanitizer.codes import Code

pytestmark = pytest.mark.thorough

SCHEMA = Path(__file__).parents[3] / "docs" / "schema" / "corpus-1.json"


def test_a_case_that_is_as_expected(dmasan) -> None:  # type: ignore[no-untyped-def]
    done = dmasan("corpus", "--case", "B1", "--quiet")
    assert done.status == 0, done.err
    assert "ok   B1   buggy     seed 1   MISSING_INV (manifest); place right; repair verified:" in done.out
    assert "ok   B1   fixed     seed 1   silent" in done.out
    assert "right code first  1 of 1" in done.out


def test_json_follows_its_schema(dmasan, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setitem(CASES, "N5", replace(CASES["N5"], needs="a device that nobody has built"))
    done = dmasan("corpus", "--case", "A1", "--case", "N5", "--seeds", "2", "--quiet", "--json", "-")
    report = json.loads(done.out)
    fastjsonschema.compile(json.loads(SCHEMA.read_text()))(report)
    assert [(each["variant"], each["seed"]) for each in report["cases"]] == [
        ("buggy", 1), ("buggy", 2), ("fixed", 1), ("fixed", 2)
    ]  # fmt: skip
    assert report["cases"][0]["codes"] == ["MISSING_CLEAN"]
    assert report["cases"][0]["expected"] == "MISSING_CLEAN"
    assert report["cases"][2]["expected"] is None
    assert report["not_runnable"][0]["id"] == "N5"
    assert report["totals"]["flagged"] == 2
    assert report["totals"]["confusion"] == {"MISSING_CLEAN": {"MISSING_CLEAN": 2}, "none": {"none": 2}}


def test_a_case_that_differs_makes_the_status_1(dmasan, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setitem(CASES, "B1", replace(CASES["B1"], code=Code.VALIAS))
    done = dmasan("corpus", "--case", "B1", "--quiet")
    assert done.status == 1
    assert "DIFF B1" in done.out
    assert "MISSING_INV (manifest), expected VALIAS" in done.out


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--case", "B99"], "unknown case 'B99'"),
        (["--seeds", "0"], "--seeds 0: allowed is a whole number from 1 to 1000"),
        (["--seeds", "many"], "--seeds many: allowed is a whole number from 1 to 1000"),
        (["--mutate", "--limit", "0"], "--limit 0: allowed is a whole number from 1 to 10000"),
        (["--mutate", "--seed", "x"], "--seed x: allowed is a whole number"),
        (["--limit", "-1"], "--limit goes with --mutate only"),
        (["--case", "C1", "--seed", "3"], "--seed goes with --mutate only"),
        (["--mutate", "--case", "C1"], "--case does not go with --mutate, which takes --limit and --seed"),
        (["--mutate", "--json", "-"], "--json does not go with --mutate"),
    ],
)
def test_wrong_usage(dmasan, arguments: list[str], text: str) -> None:  # type: ignore[no-untyped-def]
    done = dmasan("corpus", *arguments, "--quiet")
    assert done.status == 2
    assert text in done.err
