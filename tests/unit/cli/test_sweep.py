# SPDX-License-Identifier: Apache-2.0
"""`dmasan compare --sweep`: figures, numbers and a table."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import fastjsonschema
import pytest

from dmasan.scenarios import sweep

pytestmark = pytest.mark.thorough

SCHEMA = Path(__file__).parents[3] / "docs" / "schema" / "sweep-1.json"
KNOBS = {"ram_mib": 32, "lowmem_mib": 24, "cma_mib": 4, "carveout_mib": 4, "swiotlb_mib": 1, "versions": False}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("SIZES", (4096, 65536)), ("PROCESSES", (1, 2)), ("CPUS", (1, 2)), ("AREAS_MIB", (4,)), ("ONE", 65536)):
        monkeypatch.setattr(sweep, name, value)
    monkeypatch.setattr(sweep, "KNOBS", KNOBS)


def test_a_sweep_draws_its_figures_and_writes_its_numbers(dmasan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    result = dmasan("compare", "--sweep", "--out", "swept", "--quiet", "--json", "x.json")
    assert result.status == 0, result.err
    document = json.loads((tmp_path / "swept" / "sweep.json").read_text())
    fastjsonschema.compile(json.loads(SCHEMA.read_text()))(document)
    assert document == json.loads((tmp_path / "x.json").read_text())
    names = [figure["name"] for figure in document["figures"]]
    assert names == ["size", "processes", "cpus", "walks", "lowmem"] and len(names) == sweep.FIGURES
    for name in names:
        ElementTree.parse(tmp_path / "swept" / f"sweep-{name}.svg")
    assert "One coherent buffer, allocated and freed: ns against buffer, bytes" in result.out
    assert "unmap_linear (v2.6.39)" in result.out


def test_a_sweep_is_of_one_profile(dmasan) -> None:  # type: ignore[no-untyped-def]
    result = dmasan("compare", "--sweep", "--profile", "all", "--quiet")
    assert result.status == 2 and "profile" in result.err
