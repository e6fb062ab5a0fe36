# SPDX-License-Identifier: Apache-2.0
"""Translations that outlive their descriptors: which TLB maintenance concerns them, and how long a page stays live."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from dmasan.arch.alias import AliasTracker, table_spans
from dmasan.arch.residues import PAGE, WINDOW, Residue, Residues, Span

RAM = 0x8000_0000


def span(va: int, pages: int = 1, pa: int = RAM) -> Span:
    return Span(va, pa, pages * PAGE, True, PAGE)


def test_maintenance_of_a_page_looks_at_what_lies_near_it() -> None:
    residues = Residues()
    for n in range(3000):  # what a kernel leaves that unmaps lazily
        residues.add(Residue(span(0xF000_0000 + n * 8 * PAGE, 4), 3, n))
    assert len(residues.near(0xF000_0000, PAGE)) <= WINDOW // (8 * PAGE)
    assert len(residues.near(0, 0)) == 3000


@pytest.mark.parametrize("seed", range(20))
def test_near_misses_none(seed: int) -> None:
    draw = Random(seed)
    residues, everything = Residues(), []
    for n in range(60):
        granule = draw.choice((PAGE, 1 << 20, 1 << 30))
        length = granule * draw.randint(1, 4) if granule == PAGE else granule
        each = Residue(Span(draw.randrange(4096) << 20 & -granule, RAM, length, True, granule), 1, n)
        if residues.add(each) is each:
            everything.append(each)
    assert {id(each) for each in residues} == {id(each) for each in everything}
    for _ in range(200):
        va, length = draw.randrange(1 << 32), draw.choice((1, PAGE, 5 << 20))
        unit = [-each.span.granule for each in everything]
        touched = [
            each for each, u in zip(everything, unit, strict=True)
            if each.span.va < va + length and each.span.end > (va & u)
        ]  # fmt: skip
        assert all(each in residues.near(va, length) for each in touched)


def test_a_translation_that_is_left_twice_lives_as_long_as_the_second() -> None:
    aliases = AliasTracker(RAM, 1 << 20, 2, lambda *_: None, lambda _: np.zeros(256, np.uint32))
    for _ in range(2):
        aliases.gain(span(0xF000_0000))
        aliases.retire(span(0xF000_0000))
        aliases.issue_invalidation(0, 0xF000_0000, PAGE, True)
    aliases._pending[0].pop()  # the second one was not issued
    aliases.complete(0)
    assert aliases.is_live(RAM)
    aliases.issue_invalidation(1, 0xF000_0000, PAGE, True)
    aliases.complete(1)
    assert not aliases.is_live(RAM) and not list(aliases.residues)


def test_one_word_is_read_as_in_a_table() -> None:
    draw = Random(7)
    for _ in range(5000):
        word, va = np.array([draw.getrandbits(32)], np.uint32), draw.getrandbits(20) << 12
        table = np.concatenate((word, np.zeros(1, np.uint32)))
        for through in (False, True):
            assert list(table_spans(word, va, through)) == list(table_spans(table, va, through))
