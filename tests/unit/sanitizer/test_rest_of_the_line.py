# SPDX-License-Identifier: Apache-2.0
"""The rest of a line becomes dirty when the store that touched the line leaves the buffer: what passes the store in between
finds it clean."""

from __future__ import annotations

import pytest

from dmasan.arch.family import INTEGRATED, M7, ONE_LEVEL, Family
from dmasan.sanitizer.automaton import Automaton, Verdict

FLUSH = "issue_clean_invalidate"


def verdict(family: Family, *names: str) -> Verdict:
    """What is wrong with the last operation on a byte, behind the others."""
    automaton, state, found = Automaton(family), 0, Verdict.OK
    for name in ("alias_live", *names):
        column = automaton.columns[name]
        automaton.compute(column, state)
        state, found = int(column.next[state]), Verdict(int(column.verdict[state]))
    return found


@pytest.mark.parametrize(
    ("family", "names"),
    [
        (M7, ("neighbour_wb", FLUSH, "dsb", "dev_write")),  # its maintenance waits for no store (DUI 0646, 4.8.7)
        (INTEGRATED, ("neighbour_wb", "clean_invalidate_other", "dev_write")),  # nor does that of another CPU
        (ONE_LEVEL, ("neighbour_wb", "dev_write")),
    ],
)
def test_a_line_that_becomes_dirty_late_is_written_over_the_device(family: Family, names: tuple[str, ...]) -> None:
    assert verdict(family, *names) & Verdict.LOST_UPDATE


@pytest.mark.parametrize(
    ("family", "names"),
    [
        (M7, ("neighbour_wb", "dsb", FLUSH, "dsb", "dev_write")),
        (INTEGRATED, ("neighbour_wb", FLUSH, "dsb", "dev_write")),
        (INTEGRATED, ("neighbour_wb", "dmb", "hand_over", "clean_invalidate_other", "dev_write")),
        (ONE_LEVEL, ("neighbour_wb", FLUSH, "dsb", "dev_write")),
    ],
)
def test_a_line_that_is_flushed_behind_the_store_is_not(family: Family, names: tuple[str, ...]) -> None:
    assert verdict(family, *names) == Verdict.OK
