# SPDX-License-Identifier: Apache-2.0
"""SARIF's addresses, and how places are told."""

from __future__ import annotations

from email.message import Message
from pathlib import Path

import pytest
from report_samples import hazard, run

import dmasan
from dmasan.report import sarif
from dmasan.report.results import shown

ROOT = Path(__file__).parents[3]
FRAME = f"{Path(dmasan.__file__).parent}/scenarios/frame.py"


def driver(document: dict[str, object]) -> dict[str, object]:
    return document["runs"][0]["tool"]["driver"]  # type: ignore[index, no-any-return]


def test_without_an_address_none_is_named() -> None:
    """An address is absolute (SARIF 2.1.0, 3.19.17 and 3.49.12): a page beside the sources has none."""
    told = driver(sarif.to_sarif(run(hazard()), "1.0"))
    assert "informationUri" not in told and all("helpUri" not in rule for rule in told["rules"])  # type: ignore[attr-defined]


def test_with_an_address_each_rule_names_the_place_of_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    about = Message()
    about["Project-URL"] = "Source, https://example.org/source"
    about["Project-URL"] = "Documentation, https://example.org/dmasan/"
    monkeypatch.setattr(sarif, "metadata", lambda name: about)
    told = driver(sarif.to_sarif(run(hazard()), "1.0", sarif.documentation()))
    assert told["informationUri"] == "https://example.org/dmasan"
    (rule,) = told["rules"]  # type: ignore[misc, attr-defined]
    page, _, anchor = rule["helpUri"].removeprefix("https://example.org/dmasan/").partition("#")
    assert f'<a id="{anchor}"></a>`{rule["id"]}`' in (ROOT / "docs" / page).with_suffix(".md").read_text()


def test_what_is_not_installed_has_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Message:
        raise sarif.PackageNotFoundError(name)

    monkeypatch.setattr(sarif, "metadata", missing)
    assert sarif.documentation() == ""


def test_a_file_that_ships_is_told_from_its_package_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown(FRAME) == "dmasan/scenarios/frame.py"
    assert shown("/opt/lib/cocotbext/dmasan/uvm/sequences.py:7") == "cocotbext/dmasan/uvm/sequences.py:7"
    assert shown("/home/somebody/dmasan/my_driver.py") == "/home/somebody/dmasan/my_driver.py"
    assert shown(str(tmp_path / "my_driver.py")) == "my_driver.py"
    monkeypatch.chdir(ROOT)
    assert shown(FRAME) == "model/dmasan/scenarios/frame.py"
