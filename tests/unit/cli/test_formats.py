# SPDX-License-Identifier: Apache-2.0
"""Formats that others read: SARIF for code hosts, JUnit for CI."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytestmark = pytest.mark.thorough

EXAMPLE = Path(__file__).parents[3] / "examples" / "own_program.py"
OPTIONS = ("--backend", "model", "--policy", "strict", "--quiet", "--sarif", "x.sarif", "--junit", "x.xml")


def test_a_hazard_becomes_a_result_on_its_line_and_a_failure(dmasan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "own.py").write_text(EXAMPLE.read_text())
    assert dmasan("run", "own.py", *OPTIONS).status == 1
    hazards = json.loads((tmp_path / "build/run/run.json").read_text())["hazards"]
    document = json.loads((tmp_path / "x.sarif").read_text())
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    assert [each["ruleId"] for each in run["results"]] == [each["code"] for each in hazards]
    for result, hazard in zip(run["results"], hazards, strict=True):
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == hazard["code"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"] == {"uri": "own.py", "uriBaseId": "SRCROOT"}
        assert place["region"]["startLine"] == hazard["line"]
        assert result["level"] == {"manifest": "error", "latent": "warning"}[hazard["state"]]
    suite = ElementTree.parse(tmp_path / "x.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    failure = suite[0][0]
    assert failure.get("type") == hazards[0]["code"]
    assert f"own.py:{hazards[0]['line']}" in str(failure.get("message"))


def test_sarif_has_what_its_validator_and_code_hosts_ask_for(dmasan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """The rules of SARIF 2.1.0 (sections in brackets) and GH1001 to GH2012 of Microsoft's validator that concern what we write."""
    (tmp_path / "own.py").write_text(EXAMPLE.read_text())
    assert dmasan("run", "own.py", *OPTIONS).status == 1
    document = json.loads((tmp_path / "x.sarif").read_text())
    assert set(document) == {"$schema", "version", "runs"}
    (run,) = document["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] and driver["version"]  # [3.19.8], SARIF2005
    rules = driver["rules"]
    assert len({each["id"] for each in rules}) == len(rules)  # [3.19.23]
    for rule in rules:
        texts = [rule["shortDescription"]["text"], rule["fullDescription"]["text"], rule["help"]["text"]]
        assert all(text and text[0].isupper() and text.endswith(".") for text in texts)
        assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")  # [3.50.3]
    prints = [json.dumps(each["partialFingerprints"], sort_keys=True) for each in run["results"]]
    assert prints and len(set(prints)) == len(prints)
    for result in run["results"]:
        assert result["message"]["text"].endswith(".")  # SARIF2001
        places = [*result["locations"], *result.get("relatedLocations", ())]
        for place in (each["physicalLocation"] for each in places):
            assert place["region"]["startLine"] >= 1  # [3.30.5]
            uri = place["artifactLocation"]["uri"]
            assert "\\" not in uri and not uri.startswith("/") and " " not in uri  # [3.4.3], SARIF1002
            assert ("uriBaseId" in place["artifactLocation"]) is (not uri.startswith("file:"))  # [3.4.4]
        assert all(each["message"]["text"] for each in result.get("relatedLocations", ()))


def test_a_clean_run_has_no_result_and_passes(dmasan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert dmasan("run", f"{EXAMPLE}:repaired", *OPTIONS).status == 0
    assert json.loads((tmp_path / "x.sarif").read_text())["runs"][0]["results"] == []
    suite = ElementTree.parse(tmp_path / "x.xml").getroot()[0]
    assert (suite.get("failures"), len(suite[0])) == ("0", 0)


def test_a_file_that_cannot_be_written_is_told(dmasan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "file").touch()
    result = dmasan("run", f"{EXAMPLE}:repaired", *OPTIONS[:-3], "file/x.sarif")
    assert result.status == 2
    assert "dmasan: cannot write file/x.sarif: " in result.err
