# SPDX-License-Identifier: Apache-2.0
"""docs/corpus.md is what the registry says."""

from __future__ import annotations

from pathlib import Path

import pytest

from dmasan.corpus import CASES, describe
from dmasan.sanitizer.codes import Code

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


def test_every_code_has_a_case() -> None:
    assert {case.code for case in CASES.values() if case.code} == set(Code)
