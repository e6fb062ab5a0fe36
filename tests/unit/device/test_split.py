# SPDX-License-Identifier: Apache-2.0
"""Chunks and bursts: nothing lost, nothing too long, nothing across 4 KiB."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dmasan.device.split import PAGE, bursts, chunk_length


@given(
    st.integers(0, 3 * PAGE), st.integers(1, PAGE), st.sampled_from([4, 8, 16, 32]), st.sampled_from([1, 2, 16, 64, 256])
)
def test_bursts_cover_a_chunk_within_the_rules(address, length, beat, most):
    at = 0
    for start, size in bursts(address, length, beat, most):
        first, last = address + start, address + start + size - 1
        assert start == at and size > 0
        assert first // PAGE == last // PAGE
        assert last // beat - first // beat < most
        assert start == 0 or first % beat == 0
        at += size
    assert at == length


def test_an_unaligned_chunk_takes_one_burst_more_at_most():
    assert len(bursts(0, 4096, 8, 16)) == 32
    assert bursts(3, 256, 8, 16) == ((0, 125), (125, 128), (253, 3))


@given(st.integers(0, 2**40), st.integers(1, 2**20))
def test_chunks_end_at_a_page_of_their_anchor(anchor, left):
    size = chunk_length(anchor, left)
    assert 1 <= size <= min(left, PAGE)
    assert size == left or (anchor + size) % PAGE == 0
