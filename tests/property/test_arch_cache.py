# SPDX-License-Identifier: Apache-2.0
"""The cache arrays against a dictionary per set."""

from collections.abc import Callable
from functools import partial

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dmasan.arch.cache import COLOUR_BIT, PHYSICAL, Cache, VirtualCache
from dmasan.arch.geometry import CacheGeometry
from dmasan.arch.indexed_cache import IndexedCache

GEOMETRIES = [
    CacheGeometry(256, 2, 32),
    CacheGeometry(512, 4, 32),
    CacheGeometry(128, 1, 16),
    CacheGeometry(64, 4, 16),
]


class Naive:
    """Each set is a list of ways; a way is None or [line, dirty, bytes]; round-robin or LRU replacement."""

    def __init__(self, geometry: CacheGeometry, lru: bool) -> None:
        self.uses: list[int] | None = [] if lru else None  # lines, the one used last at the end
        self.sets: list[list[list[object] | None]] = [[None] * geometry.ways for _ in range(geometry.sets)]
        self.turn = [0] * geometry.sets

    def put(self, line: int, dirty: bool, data: bytes) -> object:
        """Replaces; returns what was thrown out."""
        index = line % len(self.sets)
        ways = self.sets[index]
        if None in ways:
            way = ways.index(None)
        else:
            if self.uses is not None:
                held = [w[0] for w in ways if w is not None]
                oldest = min(held, key=lambda n: max(i for i, used in enumerate(self.uses or ()) if used == n))
                way = held.index(oldest)
            else:
                way = self.turn[index]
                self.turn[index] = (way + 1) % len(ways)
        self.use(line)
        thrown, ways[way] = ways[way], [line, dirty, data]
        return thrown

    def use(self, line: int) -> None:
        if self.uses is not None:
            self.uses.append(line)

    def find(self, line: int) -> list[object] | None:
        return next((w for w in self.sets[line % len(self.sets)] if w is not None and w[0] == line), None)

    def drop(self, line: int) -> None:
        ways = self.sets[line % len(self.sets)]
        ways[:] = [None if w is not None and w[0] == line else w for w in ways]


OPERATION = st.tuples(
    st.sampled_from(["put", "put", "put", "drop", "range", "use"]), st.integers(0, 24), st.integers(1, 12), st.booleans()
)


KINDS: tuple[Callable[..., Cache], ...] = (Cache, partial(IndexedCache, ram=range(64)))


@given(
    st.sampled_from(GEOMETRIES),
    st.sampled_from(["round-robin", "lru"]),
    st.sampled_from(KINDS),
    st.lists(OPERATION, min_size=12, max_size=40),
)
def test_a_cache_is_a_dictionary_per_set(
    geometry: CacheGeometry, replacement: str, kind: Callable[..., Cache], operations: list[tuple[str, int, int, bool]]
) -> None:
    cache = kind(geometry, versions=True, replacement=replacement, seed=0)
    naive = Naive(geometry, replacement == "lru")
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
        elif what == "use":
            slots = cache.locate(lines)
            if cache.lru:
                cache.touch(slots[slots >= 0])
            for line in cache.tags[slots[slots >= 0]].tolist():
                naive.use(line)
        elif what == "drop":
            slots = cache.locate(lines)
            cache.drop(slots[slots >= 0])
            for line in lines.tolist():
                naive.drop(line)
        else:
            held = cache.resident(first, first + count)
            assert cache.tags[held].tolist() == [n for n in range(first, first + count) if naive.find(n)]
            assert cache.lacks(lines) == all(naive.find(n) is None for n in lines.tolist())
        for line in range(50):
            slot, entry = cache.find(line), naive.find(line)
            assert (slot < 0) == (entry is None)
            assert slot == cache.locate(np.array([line]))[0]
            if entry is not None:
                assert [line, bool(cache.dirty[slot]), cache.data[slot].tobytes()] == entry


@given(st.sampled_from(["round-robin", "pseudo-random", "lru"]), st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=60))
def test_an_index_changes_nothing(replacement: str, operations: list[tuple[int, bool]]) -> None:
    """Full caches and half empty ones, runs and single lines: the same lines in the same slots, the same victims."""
    geometry = CacheGeometry(512, 4, 32)
    plain, indexed = (kind(geometry, versions=False, replacement=replacement, seed=1) for kind in KINDS)
    for first, dropped in operations:
        lines = np.arange(first, first + geometry.sets)
        data = np.zeros((len(lines), 32), np.uint8)
        for cache in (plain, indexed):
            slots = cache.locate(lines, run=True)
            if dropped:
                cache.drop(slots[slots >= 0])
            elif cache.lacks(lines):
                cache.install(cache.victims(lines, run=True), lines, data, None, True)
            else:
                absent = lines[slots < 0]
                cache.install(cache.victims(absent), absent, data[: len(absent)], None, False)
        assert (plain.tags == indexed.tags).all()
        assert all(plain.find(line) == indexed.find(line) for line in range(64))


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


@given(st.sampled_from([CacheGeometry(16384, 1, 32), CacheGeometry(32768, 2, 64)]), st.data())
def test_a_virtual_cache_is_indexed_by_the_virtual_address(geometry: CacheGeometry, data: st.DataObject) -> None:
    """A line goes into the set of its virtual address, is found under it alone, and every copy by its physical one."""
    cache = VirtualCache(geometry, versions=True, replacement="round-robin", seed=0)
    per_page, held = 4096 // geometry.line, {}
    for step in range(20):
        physical = data.draw(st.integers(0, 8 * per_page))
        colour = data.draw(st.integers(0, 3))
        line = physical | colour << COLOUR_BIT
        if cache.find(line) < 0:
            slot = int(cache.victims(np.array([line]))[0])
            held.pop(int(cache.tags[slot]), None)
            row = np.full((1, geometry.line), step, np.uint8)
            cache.install(np.array([slot]), np.array([line]), row, row, bool(step & 1))
            held[line] = slot
            assert slot // geometry.ways == (physical + colour * per_page) % geometry.sets
    for line, slot in held.items():
        assert cache.find(line) == slot == cache.locate(np.array([line]))[0]
        physical = line & PHYSICAL
        copies = sorted(other for each, other in held.items() if each & PHYSICAL == physical)
        assert sorted(cache.copies(physical, physical + 1).tolist()) == copies
        dirty = [slot for slot in copies if cache.dirty[slot]]
        assert cache.locate_any(np.array([physical]))[0] in (dirty or copies)
    assert cache.lines().tolist() == sorted({line & PHYSICAL for line in held})
