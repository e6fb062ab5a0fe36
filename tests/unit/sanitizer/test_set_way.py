# SPDX-License-Identifier: Apache-2.0
"""Maintenance by set and way promises nothing of an address, and an invalidate of it can lose data."""

from __future__ import annotations

import pytest

from dmasan import events as ev
from dmasan.arch.family import INTEGRATED, ONE_LEVEL, Family
from dmasan.events import CacheOp, MemoryType
from dmasan.sanitizer import Sanitizer
from dmasan.sanitizer.codes import Effect
from dmasan.sanitizer.device_rules import DeviceAccess
from dmasan.schedule import Point

BASE, LINE, HERE = 0x8000_0000, 64, ev.Site("driver.py", 1)


def effects(family: Family, op: CacheOp, level: int = 1, *, cleaned: bool = False) -> set[Effect]:
    """A store, perhaps a clean by VA, maintenance of its slot, a DSB; then the device reads."""
    sanitizer = Sanitizer(family, BASE, 4096, LINE, cpus=2)
    events: list[ev.Event] = [
        ev.AliasChange(0, HERE, BASE, 4096, True),
        ev.Store(1, HERE, 0, BASE, LINE, MemoryType.WB),
        ev.SetWayMaintenance(3, HERE, 0, op, level, BASE, LINE),
        ev.Barrier(4, HERE, 0, "dsb"),
    ]
    if cleaned:
        events.insert(2, ev.Maintenance(2, HERE, 0, CacheOp.CLEAN, ev.Level.INNER, BASE, LINE))
        events.insert(3, ev.Barrier(2.5, HERE, 0, "dsb"))
    for event in events:
        sanitizer.observe(event)
    sanitizer.device.read(DeviceAccess(Point("dma0", "read", 0), BASE, LINE, False, 5.0), None)
    assert bool(sanitizer.hazards) is bool(sanitizer.log.incidents)  # each can be diagnosed
    return {incident.effect for incident in sanitizer.log.incidents} - {Effect.CONTRACT, None}


@pytest.mark.parametrize("family", [ONE_LEVEL, INTEGRATED], ids=lambda family: family.name)
@pytest.mark.parametrize("op", [CacheOp.CLEAN, CacheOp.CLEAN_INVALIDATE])
def test_a_clean_by_set_and_way_is_not_relied_upon(family: Family, op: CacheOp) -> None:
    assert effects(family, op) == {Effect.STALE_DEVICE_READ}
    assert effects(family, op, cleaned=True) == set()


@pytest.mark.parametrize(("family", "level"), [(ONE_LEVEL, 1), (INTEGRATED, 1), (INTEGRATED, 2)])
def test_an_invalidate_by_set_and_way_loses_what_is_dirty(family: Family, level: int) -> None:
    assert Effect.LOST_UPDATE in effects(family, CacheOp.INVALIDATE, level)
    assert effects(family, CacheOp.INVALIDATE, level, cleaned=True) == set()
