# SPDX-License-Identifier: Apache-2.0
"""docs/profiles.md says what the profiles say."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from dmasan.arch import describe_profiles
from dmasan.arch.costs import Costs
from dmasan.arch.profile import PROFILES, find_profile
from dmasan.markdown import current

PAGE = Path(__file__).parents[3] / "docs" / "profiles.md"


def test_tables_are_current() -> None:
    text = PAGE.read_text()
    assert set(re.findall(r"<!-- begin (\w+) -->", text)) == set(describe_profiles.TABLES)
    assert text == current(text, describe_profiles.TABLES), (
        f"out of date: run python -m dmasan.arch.describe_profiles docs/{PAGE.name}"
    )
    assert all(f"| `{name}` |" in text for name in PROFILES)


def test_the_example_is_a_profile(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert example is not None
    file = tmp_path / "board.toml"
    file.write_text(example[1])
    board = find_profile(str(file))
    assert board.name == "board" and board.full_line_invalidates and not board.outer_drains_alone


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", PAGE.read_text()):
        assert (PAGE.parent / target).exists(), target


def test_every_cost_says_of_what_and_whence() -> None:
    for item in fields(Costs):
        assert item.metadata["text"] and item.metadata["source"], item.name
