# SPDX-License-Identifier: Apache-2.0
"""Break-before-make by the table of the architecture (DDI 0487, D8.16.1), and what a TLB holds without it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from dmasan.arch.attributes import INDEX_OF
from dmasan.arch.break_before_make import must_break_long, must_break_short
from dmasan.arch.long_descriptor import INDEX_LPAE, MAIR_LPAE, LongLeaf, LongTable, encode_long
from dmasan.arch.short_descriptor import Access, Kind, Leaf, Table, encode
from dmasan.events import MemoryType

# The change from the type of the row to that of the column: . in place, C cacheability, M memory type.
TABLE = """
       WB WT NC Device SO
WB     .  C  C  M      M
WT     C  .  C  M      M
NC     C  C  .  M      M
Device M  M  M  .      M
SO     M  M  M  M      .
"""
REASONS = {".": None, "C": "cacheability", "M": "memory type"}


def cells() -> list[tuple[MemoryType, MemoryType, str | None]]:
    head, *rows = TABLE.strip().splitlines()
    return [
        (MemoryType(row.split()[0]), MemoryType(column), REASONS[mark])
        for row in rows
        for column, mark in zip(head.split(), row.split()[1:], strict=True)
    ]


@pytest.mark.parametrize(("old", "new", "reason"), cells(), ids=lambda value: getattr(value, "value", value))
def test_memory_types(old: MemoryType, new: MemoryType, reason: str | None) -> None:
    short = [encode(Leaf(Kind.SMALL_PAGE, 0x8000_0000, kind)) for kind in (old, new)]
    assert must_break_short(short[0], short[1], 2) == reason
    section = [encode(Leaf(Kind.SECTION, 0x8000_0000, kind)) for kind in (old, new)]
    assert must_break_short(section[0], section[1], 1) == reason
    long = [encode_long(LongLeaf(3, 0x8000_0000, INDEX_LPAE[kind])) for kind in (old, new)]
    assert must_break_long(long[0], long[1], 3, MAIR_LPAE) == reason
    assert set(INDEX_OF) == set(INDEX_LPAE)


def test_what_else_needs_it() -> None:
    page = Leaf(Kind.SMALL_PAGE, 0x8000_0000, MemoryType.WB)
    moved = replace(page, base=0x8000_1000)
    for old, new, reason in (
        (page, moved, "output address"),
        (replace(page, access=Access.READ_ONLY), moved, "output address"),  # one of the two is writable
        (replace(page, access=Access.READ_ONLY), replace(moved, access=Access.READ_ONLY), None),
        (page, replace(page, access=Access.READ_ONLY), None),
        (page, replace(page, execute_never=False), None),
        (page, replace(page, s=False), None),
        (page, replace(page, kind=Kind.LARGE_PAGE), "size"),
        (replace(page, non_global=True), page, "global"),
        (page, replace(page, non_global=True), None),
    ):
        assert must_break_short(encode(old), encode(new), 2) == reason, (old, new)
    section = Leaf(Kind.SECTION, 0x8000_0000, MemoryType.WB)
    for first, second, reason in (
        (section, Table(0x8000_4000), "size"),
        (Table(0x8000_4000), section, "size"),
        (Table(0x8000_4000), Table(0x8000_8000), "output address"),
        (Table(0x8000_4000), Table(0x8000_4000, 3), None),
        (section, replace(section, kind=Kind.SUPERSECTION), "size"),
    ):
        assert must_break_short(encode(first), encode(second), 1) == reason, (first, second)
    word = encode(page)
    assert all(must_break_short(*pair, 2) is None for pair in ((0, word), (word, 0), (word, word), (0, 0)))


def test_what_else_needs_it_in_long_descriptors() -> None:
    page = LongLeaf(3, 0x8000_0000, 7)
    for old, new, level, reason in (
        (page, replace(page, accessed=False), 3, None),
        (page, replace(page, contiguous=True), 3, "size"),
        (page, replace(page, base=0x8000_1000), 3, "output address"),
        (page, replace(page, sh=0), 3, None),
        (replace(page, non_global=True), page, 3, "global"),
        (LongLeaf(2, 0x8000_0000, 7), LongTable(0x8000_4000), 2, "size"),
        (LongTable(0x8000_4000), LongTable(0x8000_8000), 2, "output address"),
    ):
        assert must_break_long(encode_long(old), encode_long(new), level, MAIR_LPAE) == reason, (old, new)


def test_the_table_is_symmetric_and_complete() -> None:
    found = {(old, new): reason for old, new, reason in cells()}
    assert set(found) == set(product(MemoryType, MemoryType))
    assert all(found[old, new] == found[new, old] for old, new in found)
    assert np.count_nonzero([reason is None for reason in found.values()]) == len(MemoryType)
