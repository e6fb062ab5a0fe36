# SPDX-License-Identifier: Apache-2.0
"""docs/hazards.md says what the table of the diagnosis says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dmasan.markdown import current
from dmasan.sanitizer.codes import Code
from dmasan.sanitizer.diagnosis import describe_table
from dmasan.sanitizer.diagnosis.table import TABLE

PAGE = Path(__file__).parents[3] / "docs" / "hazards.md"


def test_the_tables_are_current() -> None:
    text = PAGE.read_text()
    assert set(re.findall(r"<!-- begin (\w+) -->", text)) == set(describe_table.TABLES)
    assert text == current(text, describe_table.TABLES), (
        "out of date: run python -m dmasan.sanitizer.diagnosis.describe_table docs/hazards.md"
    )


def test_an_old_table_is_replaced() -> None:
    new = current("a\n<!-- begin codes -->\n| old |\n<!-- end codes -->\nb\n", describe_table.TABLES)
    assert "| old |" not in new
    assert new.startswith("a\n<!-- begin codes -->\n| code |")
    with pytest.raises(KeyError):
        current("<!-- begin nonsense -->\n<!-- end nonsense -->", describe_table.TABLES)


def test_every_code_has_a_row_and_a_meaning() -> None:
    assert {row.code for row in TABLE} == set(Code)
    assert len({code.value for code in Code}) == len(Code) == 26
    for row in TABLE:
        assert len(row.condition) > 15


def test_rules_come_before_values_and_the_plain_codes_last() -> None:
    """The order of the design: what was broken, whose copy, and only then what was not maintained."""
    ranked = list(enumerate(TABLE))
    broken = {row.code: rank for rank, row in ranked if not row.because}  # the rule's own row
    last = {code: max(rank for rank, row in ranked if row.code is code) for code in Code}
    rules = ("MAP_BALANCE", "DMA_ADDR", "BAD_MEM", "BOUNCE_SYNC", "WRONG_DIR", "CPU_WR_OWNED", "CPU_RD_OWNED", "DEV_UNMAPPED", "TLB_BBM")  # fmt: skip
    copies = ("CMA_LIFETIME", "COH_CFG", "ALIAS_ATTR", "SPEC_FORBIDDEN", "VALIAS", "RING_CACHED", "SHARED_LINE", "OUTER_MAINT", "DEV_ORDER", "NO_RMB", "NO_WMB")  # fmt: skip
    plain = ("WRONG_RANGE", "LOST_CPU_DATA", "DIRTY_OVER_DMA", "INV_TOO_EARLY", "MISSING_INV", "MISSING_CLEAN")
    assert [broken[Code[name]] for name in rules] == sorted(broken[Code[name]] for name in rules)
    assert [last[Code[name]] for name in copies] == sorted(last[Code[name]] for name in copies)
    assert max(broken[Code[name]] for name in rules) < min(last[Code[name]] for name in copies)
    assert max(last[Code[name]] for name in copies) < min(last[Code[name]] for name in plain)
