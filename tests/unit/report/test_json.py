# SPDX-License-Identifier: Apache-2.0
"""Result files: they match their schemas, survive a round trip and appear whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest
import report_samples as samples

from dmasan.config import UsageError
from dmasan.report import jsonfile
from dmasan.report.results import Run
from dmasan.sanitizer import Code, Effect, State

SCHEMAS = Path(__file__).parents[3] / "docs" / "schema"


def schema(name: str) -> dict[str, Any]:
    return json.loads((SCHEMAS / f"{name}.json").read_text())  # type: ignore[no-any-return]


def stored(document: object) -> Any:
    return json.loads(jsonfile.to_text(document))


@pytest.mark.parametrize("name", ["run-1", "compare-1", "bench-1"])
def test_schemas_are_valid_and_named_after_their_file(name: str) -> None:
    fastjsonschema.compile(schema(name))
    assert schema(name)["$id"] == f"dmasan/{name.replace('-', '/')}"


def test_a_run_matches_its_schema_and_reads_back() -> None:
    run = samples.run(samples.hazard(1), samples.hazard(2, State.LATENT))
    document = stored(run.to_json())
    fastjsonschema.compile(schema("run-1"))(document)
    assert Run.from_json(document) == run
    assert run.verdict == "manifest"


def test_a_comparison_matches_its_schema() -> None:
    fastjsonschema.compile(schema("compare-1"))(stored(samples.comparison().to_json()))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda d: d["rows"][0].pop("policy"), r"must contain \['policy'\] properties"),
        (lambda d: d["rows"][0].update(verdict="fine"), "verdict must be one of"),
        (lambda d: d["rows"][2].update(reason=None), "reason must be string"),
        (lambda d: d["rows"][1].update(cost=None), "cost must be object"),
        (lambda d: d.update(schema="dmasan/compare/2"), "must be same as const definition: dmasan/compare/1"),
    ],
)
def test_the_schema_refuses_what_is_not_a_comparison(change: Any, reason: str) -> None:
    document = stored(samples.comparison().to_json())
    change(document)
    with pytest.raises(fastjsonschema.JsonSchemaValueException, match=reason):
        fastjsonschema.compile(schema("compare-1"))(document)


def test_the_schemas_know_every_code_and_effect() -> None:
    hazard = schema("run-1")["properties"]["hazards"]["items"]["properties"]
    codes, effects = [code.name for code in Code], [effect.name for effect in Effect]
    assert len(codes) == 26
    for each in (hazard, hazard["consequences"]["items"]["properties"]):
        assert (each["code"]["enum"], each["effect"]["enum"]) == (codes, effects)
    assert json.dumps(codes) in json.dumps(schema("compare-1"))


def test_an_old_file_is_replaced_as_a_whole_and_nothing_else_stays(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "summary.json"
    jsonfile.write_json(target, {"a": 1})
    jsonfile.write_json(target, {"b": 2})
    assert json.loads(target.read_text()) == {"b": 2}
    assert [each.name for each in target.parent.iterdir()] == ["summary.json"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "summary.json"
    jsonfile.write_json(target, {"a": 1})
    with pytest.raises(ValueError, match="Out of range float"):
        jsonfile.write_json(target, {"a": float("nan")})
    assert json.loads(target.read_text()) == {"a": 1}


def test_a_folder_that_cannot_be_made_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"cannot write .*summary\.json: "):
        jsonfile.write_json(tmp_path / "file" / "summary.json", {})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", r"no JSON"),
        ("[]", r"is not a dmasan/run/1 document: its schema is None"),
        ('{"schema": "x"}', r"its schema is 'x'"),
    ],
)
def test_a_foreign_file_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / "r.json").write_text(content)
    with pytest.raises(UsageError, match=reason):
        jsonfile.read_json(tmp_path / "r.json", "dmasan/run/1")
    with pytest.raises(UsageError, match="No such file"):
        jsonfile.read_json(tmp_path / "absent.json", "dmasan/run/1")
