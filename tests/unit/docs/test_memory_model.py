# SPDX-License-Identifier: Apache-2.0
"""docs/memory-model.md says what the relation says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from dmasan.arch import describe_relation
from dmasan.arch.family import FAMILIES
from dmasan.arch.semantics import MOVES, OPERATIONS
from dmasan.markdown import current

PAGE = Path(__file__).parents[3] / "docs" / "memory-model.md"


OUTDATED = f"out of date: run python -m dmasan.arch.describe_relation docs/{PAGE.name}"


def test_tables_are_current() -> None:
    text = PAGE.read_text()
    assert set(re.findall(r"<!-- begin (\w+) -->", text)) == set(describe_relation.TABLES)
    assert text == current(text, describe_relation.TABLES, without=["sizes"]), OUTDATED


@pytest.mark.deep
def test_sizes_are_current() -> None:
    text = PAGE.read_text()
    assert text == current(text, describe_relation.TABLES), OUTDATED


def test_an_old_table_is_replaced() -> None:
    old = "a\n<!-- begin fields -->\n| old |\n<!-- end fields -->\nb\n"
    new = current(old, describe_relation.TABLES)
    assert "| old |" not in new
    assert new.startswith("a\n<!-- begin fields -->\n| field |")
    assert new.endswith("<!-- end fields -->\nb\n")
    with pytest.raises(KeyError):
        current(old.replace("fields", "nonsense"), describe_relation.TABLES)


def test_every_rule_says_what_it_does() -> None:
    for name, operation in OPERATIONS.items():
        assert len(operation.text) > 20, name
    for name, move in MOVES.items():
        assert len((move.__doc__ or "").split()) > 4, name


def test_links_of_the_page_lead_somewhere() -> None:
    for page in (PAGE, PAGE.parent / "adr" / "0001-compiled-sanitizer.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), target


@pytest.mark.thorough
@pytest.mark.parametrize("name", FAMILIES)
def test_the_size_of_the_automaton_is_current(name: str) -> None:
    spec = importlib.util.spec_from_file_location("automaton_size", PAGE.parents[1] / "tools" / "automaton_size.py")
    assert spec and spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    told = dict(re.findall(r"^\| `([\w-]+)` \| (\d+) \|$", PAGE.read_text().split("## Size of the automaton")[1], re.M))
    assert set(told) == set(FAMILIES)
    assert tool.correct(FAMILIES[name]) == int(told[name])
