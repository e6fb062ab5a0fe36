# SPDX-License-Identifier: Apache-2.0
"""`dmasan compare` over all policies, profiles and eras: each row is a verdict, or says why there is none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dmasan.arch.profile import PROFILES, find_profile
from dmasan.config import ERAS, Cell, Knobs
from dmasan.linux import POLICIES
from dmasan.linux.policies.soundness import sound

pytestmark = pytest.mark.thorough

SMALL = {"ram_mib": 24, "lowmem_mib": 16, "cma_mib": 4, "processes": 1, "swiotlb_mib": 1}
VERDICTS = {"clean", "latent", "manifest"}


def compare(dmasan, tmp_path: Path, *cells: str) -> list[dict[str, object]]:  # type: ignore[no-untyped-def]
    pixels = np.random.default_rng(1).integers(0, 255, (24, 32, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "small.png")
    knobs = [text for name, value in SMALL.items() for text in ("--set", f"{name}={value}")]
    result = dmasan("compare", "--backend", "model", *cells, "--input", "small.png", *knobs, "--quiet")
    assert result.status == 0, result.err
    rows: list[dict[str, object]] = json.loads((tmp_path / "build" / "compare" / "summary.json").read_text())["rows"]
    return rows


def hold(row: dict[str, object]) -> None:
    """A sound cell is clean; a cell that cannot be says why; one that no kernel had says so in the words of its policy."""
    policy, profile, era = str(row["policy"]), str(row["profile"]), str(row["era"])
    if row["verdict"] == "not_applicable":
        assert row["reason"] and profile in str(row["reason"]), row
        return
    assert row["verdict"] in VERDICTS and row["reason"] is None, row
    assert row["hypothetical"] == POLICIES[policy].hypothetical(profile, era)
    knobs = replace(Knobs().with_settings(SMALL), shared_override=bool(row["shared_override"]))
    if sound(Cell(policy, profile, era, knobs)) is True:
        assert row["verdict"] == "clean", row


@pytest.mark.deep
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("profile", PROFILES)
def test_every_row(dmasan, tmp_path: Path, profile: str) -> None:  # type: ignore[no-untyped-def]
    if find_profile(profile).translation == "regions":
        assert dmasan("compare", "--backend", "model", "--profile", profile, "--quiet").status == 2
        return
    rows = compare(dmasan, tmp_path, "--policy", "all", "--profile", profile, "--era", "all")
    overrides = 2 if find_profile(profile).outer else 1
    assert len(rows) == len(POLICIES) * len(ERAS) * overrides
    for row in rows:
        hold(row)


def test_the_rows_of_one_old_processor(dmasan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    policies = [text for name in ("remap_in_place", "both", "coherent") for text in ("--policy", name)]
    rows = compare(dmasan, tmp_path, *policies, "--profile", "arm926", "--profile", "cortex-m7", "--era", "v3.5")
    for row in rows:
        hold(row)
    verdicts = {(row["profile"], row["policy"]): row["verdict"] for row in rows}
    assert len(verdicts) == len(rows) == 6
    assert {cell for cell, verdict in verdicts.items() if verdict != "not_applicable"} == {("arm926", "remap_in_place")}
