# SPDX-License-Identifier: Apache-2.0
"""Words that are polled while the device writes them: a race by design in a buffer, a hazard in a cache."""

from __future__ import annotations

import numpy as np

from dmasan import events as ev
from dmasan.arch.family import PL310, PL310_OVERRIDE, Family
from dmasan.events import Direction, MappingKind, MemoryType, Site
from dmasan.sanitizer import Effect, Sanitizer
from dmasan.sanitizer.device_rules import DeviceAccess
from dmasan.schedule import Point

BASE = 0x8000_0000
RING = BASE + 0x1000
WORD = RING + 0x30
HERE = Site("driver.py", 7)


def ring(family: Family, declared: bool = True) -> Sanitizer:
    """Two descriptors of 64 bytes in coherent memory, with the word at 0x30 of each for the device to write."""
    sanitizer = Sanitizer(family, BASE, 1 << 14, 32, cpus=1)
    sanitizer.observe(ev.DmaMap(0, HERE, MappingKind.COHERENT, RING, 128, Direction.BIDIRECTIONAL, "ring"))
    if declared:
        sanitizer.observe(ev.OwnershipWords(0, HERE, WORD, 4, 64, 2))
    return sanitizer


def burst(address: int) -> DeviceAccess:
    return DeviceAccess(Point("dma0", "status", 0), address, 4, False, 1.0)


def poll(sanitizer: Sanitizer, stale: bool = False, at: int = WORD, kind: MemoryType = MemoryType.NC) -> None:
    mask = np.ones(4, bool) if stale else None
    sanitizer.observe(ev.Load(1, HERE, 0, at, 4, kind, mask))


def effects(sanitizer: Sanitizer) -> list[Effect]:
    return [incident.effect for incident in sanitizer.log.incidents]


def test_a_declared_word_may_be_polled_before_the_response() -> None:
    sanitizer = ring(PL310_OVERRIDE)
    for word in (WORD, WORD + 64):
        poll(sanitizer, at=word)
        sanitizer.device.write(burst(word), None)
        poll(sanitizer, stale=True, at=word)
        poll(sanitizer, at=word)
        sanitizer.device.done(burst(word))
        poll(sanitizer, at=word)
    assert effects(sanitizer) == []


def test_only_declared_words_may() -> None:
    sanitizer = ring(PL310_OVERRIDE, declared=False)
    sanitizer.device.write(burst(WORD), None)
    poll(sanitizer)
    assert effects(sanitizer) == [Effect.STALE_CPU_READ]
    sanitizer = ring(PL310_OVERRIDE)
    sanitizer.device.write(burst(WORD + 4), None)
    poll(sanitizer, at=WORD + 4)
    assert effects(sanitizer) == [Effect.STALE_CPU_READ]


def test_a_word_that_is_stale_in_a_cache_is_a_hazard() -> None:
    sanitizer = ring(PL310)
    sanitizer.observe(ev.AliasChange(0, HERE, BASE, 1 << 14, True))
    sanitizer.device.write(burst(WORD), None)
    poll(sanitizer)
    assert effects(sanitizer) == [Effect.STALE_CPU_READ]
    sanitizer = ring(PL310_OVERRIDE)
    sanitizer.observe(ev.AliasChange(0, HERE, BASE, 1 << 14, True))
    sanitizer.device.write(burst(WORD), None)
    poll(sanitizer, kind=MemoryType.WB)
    assert effects(sanitizer) == [Effect.STALE_CPU_READ]


def test_the_value_seen_tells_that_the_write_is_complete() -> None:
    """The driver may use the word again before the response is back: it has seen that the device is through with it."""
    for seen in (True, False):
        sanitizer = ring(PL310_OVERRIDE)
        sanitizer.device.write(burst(WORD), None)
        poll(sanitizer, stale=not seen)
        sanitizer.observe(ev.Store(2, HERE, 0, WORD, 4, MemoryType.NC))
        sanitizer.observe(ev.Barrier(2, HERE, 0, "dsb"))
        sanitizer.observe(ev.OuterSync(2, HERE, 0))
        sanitizer.device.done(burst(WORD))
        poll(sanitizer)
        assert bool(effects(sanitizer)) == (not seen)


def test_words_are_forgotten_with_their_buffer() -> None:
    sanitizer = ring(PL310_OVERRIDE)
    sanitizer.observe(ev.DmaUnmap(1, HERE, MappingKind.COHERENT, RING, 128, Direction.BIDIRECTIONAL))
    sanitizer.observe(ev.DmaMap(1, HERE, MappingKind.COHERENT, RING, 128, Direction.BIDIRECTIONAL, "data"))
    sanitizer.device.write(burst(WORD), None)
    poll(sanitizer)
    assert effects(sanitizer) == [Effect.STALE_CPU_READ]
