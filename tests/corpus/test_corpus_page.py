# SPDX-License-Identifier: Apache-2.0
"""docs/corpus.md is what the registry says."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import pytest

from dmasan.corpus import CASES, describe, timeline
from dmasan.corpus.case import BUGGY
from dmasan.corpus.outcome import world
from dmasan.sanitizer.codes import Code
from dmasan.sanitizer.sanitizer import Sanitizer
from dmasan.soc import Soc

pytestmark = pytest.mark.thorough
PAGE = Path(__file__).parents[2] / "docs" / "corpus.md"


def test_the_page_and_its_pictures_are_current() -> None:
    """One test, as each case is run once for both."""
    old = [PAGE.name] if PAGE.read_text(encoding="utf-8") != describe.page() else []
    folder = PAGE.parent / describe.FOLDER
    drawn = dict(describe.pictures())
    assert {each.name for each in folder.iterdir()} == set(drawn)
    old += [name for name, text in drawn.items() if (folder / name).read_text(encoding="utf-8") != text]
    assert not old, f"{', '.join(old)} out of date: run python -m dmasan.corpus.describe {PAGE.parent.name}"


def test_a_timeline_keeps_nothing_of_its_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page keeps those of all cases."""
    runs: list[weakref.ref[Sanitizer]] = []

    def remembered(*args: Any, **options: Any) -> Soc:
        soc = world(*args, **options)
        runs.append(weakref.ref(soc.sanitizer))
        return soc

    monkeypatch.setattr(timeline, "world", remembered)
    told = timeline.timeline.__wrapped__("C1", BUGGY)
    gc.collect()
    assert told.rows and told.report and runs
    assert not [run for run in runs if run() is not None]


def test_every_code_has_a_case() -> None:
    assert {case.code for case in CASES.values() if case.code} == set(Code)


def test_no_report_blames_the_hardware_for_what_a_store_made() -> None:
    """A line that a store makes dirty when it leaves the store buffer is the store's doing, and has its place."""
    assert "unasked (drain" not in PAGE.read_text(encoding="utf-8")
