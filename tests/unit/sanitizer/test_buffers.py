# SPDX-License-Identifier: Apache-2.0
"""Permissions by range: runs of a mask, and ownership words among plain bytes."""

from itertools import groupby

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dmasan.sanitizer.buffers import Buffers, runs

BASE = 0x8000_0000


@given(st.lists(st.booleans(), max_size=40))
def test_runs_are_the_stretches_of_true(mask: list[bool]) -> None:
    expected, at = [], 0
    for value, stretch in groupby(mask):
        length = len(list(stretch))
        expected += [(at, at + length)] * value
        at += length
    assert runs(np.array(mask, np.bool_)) == expected


@given(
    st.sets(st.integers(0, 30).map(lambda n: 8 * n), max_size=6),
    st.sampled_from((4, 8)),
    st.integers(0, 230),
    st.integers(1, 24),
)
def test_words_and_what_lies_between_them(words: set[int], size: int, start: int, length: int) -> None:
    buffers = Buffers(BASE, 8192)
    for word in words:
        buffers.declare(BASE + word, size, 0, 1)
    bytes_of = {word: range(word, word + size) for word in words}
    here = range(start, start + length)
    touched = sorted(BASE + word for word, of in bytes_of.items() if set(of) & set(here))
    assert buffers.words_in(BASE + start, length) == touched
    plain = [any(at in of for of in bytes_of.values()) for at in here]
    expected = [(BASE + start + first, end - first) for first, end in runs(~np.array(plain, np.bool_))]
    assert buffers.undeclared(BASE + start, length) == expected
