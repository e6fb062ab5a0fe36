# SPDX-License-Identifier: Apache-2.0
"""Memory goes back when the worlds that have it are dead, however rarely Python looks for cycles."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dmasan import zeroed as module
from dmasan.corpus.outcome import SMALL
from dmasan.sanitizer.sanitizer import Sanitizer
from dmasan.soc import Soc
from dmasan.zeroed import Held, zeroed


@pytest.fixture
def rare_collections() -> Iterator[None]:
    """As in a process with many long-lived objects, where Python hardly ever looks at the oldest generation."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()  # what other tests have left need not be looked through again
    gc.set_threshold(1 << 30)
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


async def nothing(soc: Soc) -> None:
    pass


def boot() -> Soc:
    soc = Soc(**SMALL)
    soc.run(nothing)
    return soc


@pytest.mark.usefixtures("rare_collections")
def test_dead_worlds_do_not_wait_for_a_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "held", Held(least=4 * (2 * 16 << 20)))  # the shadows of four worlds
    alive: weakref.WeakSet[Sanitizer] = weakref.WeakSet()
    for _ in range(12):
        alive.add(boot().sanitizer)
    assert len(alive) <= 4


@pytest.mark.usefixtures("rare_collections")
def test_worlds_give_their_memory_back_to_the_system() -> None:
    boot()
    gc.collect()
    before = resident()
    for _ in range(3):
        worlds = [boot() for _ in range(4)]
        grown = resident() - before
        worlds.clear()
        gc.collect()
    assert grown > 4 * 8 << 20, "nothing was measured"
    assert resident() - before < grown // 4


def test_worlds_in_use_are_not_looked_through_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    collections = []
    monkeypatch.setattr(module.gc, "collect", lambda: collections.append(1))
    all_in_use = Held(least=10)
    for _ in range(1000):
        all_in_use.add(1)
    assert len(collections) < 10


def test_what_is_freed_counts_no_more() -> None:
    before = module.held.bytes
    array = zeroed(1 << 20, np.uint16, dense=True)
    part = array[5:9]
    del array
    assert module.held.bytes == before + (2 << 20), "a view holds the pages"
    del part
    assert module.held.bytes == before


def test_a_process_that_collects_by_itself_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.gc, "isenabled", lambda: False)
    monkeypatch.setattr(module.gc, "collect", lambda: pytest.fail("collected"))
    Held(least=1).add(100)
