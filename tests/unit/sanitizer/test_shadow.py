# SPDX-License-Identifier: Apache-2.0
"""The shadow's memo tells apart what differs only in place, length or operation."""

from __future__ import annotations

import numpy as np
import pytest

from dmasan.arch.family import PL310
from dmasan.sanitizer import automaton as table
from dmasan.sanitizer.automaton import Automaton
from dmasan.sanitizer.shadow import Shadow

BASE, LINE = 0x8000_0000, 32


@pytest.fixture
def shadow() -> Shadow:
    shadow = Shadow(Automaton(PL310), BASE, 4 * LINE, LINE)
    shadow.apply("alias_live", BASE, 4 * LINE)
    return shadow


@pytest.mark.parametrize(("offset", "length"), [(8, 4), (0, 8), (28, 4)])
def test_a_store_elsewhere_in_a_like_line_is_another_store(shadow: Shadow, offset: int, length: int) -> None:
    shadow.store(BASE, 4)
    stored, neighbour = shadow.states[0], shadow.states[4]
    assert stored != neighbour
    shadow.store(BASE + LINE + offset, length)
    line = shadow.states[LINE : 2 * LINE]
    assert [bool(state == stored) for state in line] == [offset <= n < offset + length for n in range(LINE)]
    assert {int(state) for state in line} == {int(stored), int(neighbour)}


def test_another_operation_on_a_like_range_is_another_entry(shadow: Shadow) -> None:
    shadow.apply("store_nc", BASE, 4)
    shadow.apply("give_up", BASE + LINE, 4)
    assert shadow.states[0] != shadow.states[LINE]


def test_the_memo_is_void_once_states_are_renumbered(shadow: Shadow, monkeypatch: pytest.MonkeyPatch) -> None:
    number = int(shadow.states[0])
    shadow.apply("store_nc", BASE, 4)  # remembered under the number of the state before
    shadow.states[:] = shadow.states[0]
    with monkeypatch.context() as crowded:
        crowded.setattr(table, "LIMIT", 0)
        shadow.apply("dev_read", BASE, 2 * LINE)
    assert int(shadow.states[3 * LINE]) == number, "the same number is another state now"
    fresh = Automaton(PL310)
    wanted = np.array([fresh.number(shadow.automaton.states[number])], np.uint16)
    fresh.apply("store_nc", wanted)
    shadow.apply("store_nc", BASE + 3 * LINE, 4)
    assert shadow.automaton.states[shadow.states[3 * LINE]] == fresh.states[wanted[0]]
