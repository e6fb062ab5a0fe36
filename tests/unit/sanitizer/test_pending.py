# SPDX-License-Identifier: Apache-2.0
"""Pending ranges are the set of bytes that were added, whatever the order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dmasan.sanitizer.pending import Ranges

ranges = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 60)), max_size=150)


@given(ranges)
def test_ranges_cover_each_added_byte_once(added: list[tuple[int, int]]) -> None:
    pending = Ranges()
    for address, length in added:
        pending.add(address, length)
    covered = [byte for address, length in pending for byte in range(address, address + length)]
    assert len(covered) == len(set(covered))
    assert set(covered) == {byte for address, length in added for byte in range(address, address + length)}


def test_take_empties() -> None:
    pending = Ranges()
    pending.add(10, 5)
    assert list(pending.take()) == [(10, 5)]
    assert not pending
    assert list(pending) == []


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 500), st.integers(1, 60)), max_size=150))
def test_ranges_are_the_set_of_what_was_added_and_not_taken_out(steps: list[tuple[bool, int, int]]) -> None:
    pending, naive = Ranges(), set[int]()
    for added, address, length in steps:
        (pending.add if added else pending.remove)(address, length)
        naive = naive.union(range(address, address + length)) if added else naive.difference(range(address, address + length))
        found = list(pending)
        assert [byte for start, size in found for byte in range(start, start + size)] == sorted(naive)
        assert all(size > 0 for _, size in found)
        assert bool(pending) is bool(naive) and pending.touch(address, length) is added
