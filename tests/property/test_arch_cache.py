# SPDX-License-Identifier: Apache-2.0
"""The cache arrays against a dictionary per set."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dmasan.arch.cache import Cache
from dmasan.arch.profile import CacheGeometry

GEOMETRIES = [
    CacheGeometry(256, 2, 32),
    CacheGeometry(512, 4, 32),
    CacheGeometry(128, 1, 16),
    CacheGeometry(64, 4, 16),
]


class Naive:
    """Each set is a list of ways; a way is None or [line, dirty, bytes]; round-robin replacement."""

    def __init__(self, geometry: CacheGeometry) -> None:
        self.sets: list[list[list[object] | None]] = [[None] * geometry.ways for _ in range(geometry.sets)]
        self.turn = [0] * geometry.sets

    def put(self, line: int, dirty: bool, data: bytes) -> object:
        """Replaces; returns what was thrown out."""
        index = line % len(self.sets)
        ways = self.sets[index]
        if None in ways:
            way = ways.index(None)
        else:
            way = self.turn[index]
            self.turn[index] = (way + 1) % len(ways)
        thrown, ways[way] = ways[way], [line, dirty, data]
        return thrown

    def find(self, line: int) -> list[object] | None:
        return next((w for w in self.sets[line % len(self.sets)] if w is not None and w[0] == line), None)

    def drop(self, line: int) -> None:
        ways = self.sets[line % len(self.sets)]
        ways[:] = [None if w is not None and w[0] == line else w for w in ways]


OPERATION = st.tuples(
    st.sampled_from(["put", "drop", "range"]), st.integers(0, 40), st.integers(1, 12), st.booleans()
)


@given(st.sampled_from(GEOMETRIES), st.lists(OPERATION, max_size=40))
def test_a_cache_is_a_dictionary_per_set(
    geometry: CacheGeometry, operations: list[tuple[str, int, int, bool]]
) -> None:
    cache, naive = Cache(geometry, versions=True, replacement="round-robin", seed=0), Naive(geometry)
    for step, (what, first, count, dirty) in enumerate(operations):
        lines = np.arange(first, first + min(count, geometry.sets))
        if what == "put":
            absent = lines[cache.locate(lines) < 0]
            slots = cache.victims(absent)
            thrown = [
                None
                if cache.tags[s] < 0
                else [int(cache.tags[s]), bool(cache.dirty[s]), cache.data[s].tobytes()]
                for s in slots
            ]
            data = np.full((len(absent), geometry.line), step, np.uint8)
            cache.install(slots, absent, data, data, dirty)
            expected = [naive.put(int(line), dirty, bytes([step]) * geometry.line) for line in absent]
            assert thrown == expected
        elif what == "drop":
            slots = cache.locate(lines)
            cache.drop(slots[slots >= 0])
            for line in lines.tolist():
                naive.drop(line)
        else:
            held = cache.resident(first, first + count)
            assert cache.tags[held].tolist() == [n for n in range(first, first + count) if naive.find(n)]
        for line in range(50):
            slot, entry = cache.find(line), naive.find(line)
            assert (slot < 0) == (entry is None)
            assert slot == cache.locate(np.array([line]))[0]
            if entry is not None:
                assert [line, bool(cache.dirty[slot]), cache.data[slot].tobytes()] == entry


@given(st.integers(0, 3), st.lists(st.integers(0, 30), max_size=60))
def test_pseudo_random_replacement_is_the_same_one_by_one_and_in_vectors(
    seed: int, starts: list[int]
) -> None:
    geometry = CacheGeometry(512, 4, 32)
    vector = Cache(geometry, versions=False, replacement="pseudo-random", seed=seed)
    single = Cache(geometry, versions=False, replacement="pseudo-random", seed=seed)
    for start in starts:
        lines = np.arange(start * 3, start * 3 + geometry.sets)
        for cache, parts in ((vector, [lines]), (single, [lines[i : i + 1] for i in range(len(lines))])):
            for part in parts:
                absent = part[cache.locate(part) < 0]
                data = np.zeros((len(absent), 32), np.uint8)
                cache.install(cache.victims(absent), absent, data, None, False)
        assert (vector.tags == single.tags).all()
