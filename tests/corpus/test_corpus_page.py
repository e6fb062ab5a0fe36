# SPDX-License-Identifier: Apache-2.0
"""docs/corpus.md is what the registry says."""

from __future__ import annotations

from pathlib import Path

from dmasan.corpus import CASES, describe
from dmasan.sanitizer.codes import Code

PAGE = Path(__file__).parents[2] / "docs" / "corpus.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == describe.page(), (
        f"out of date: run python -m dmasan.corpus.describe docs/{PAGE.name}"
    )


def test_every_code_has_a_case() -> None:
    assert {case.code for case in CASES.values() if case.code} == set(Code)
