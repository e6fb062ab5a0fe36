# SPDX-License-Identifier: Apache-2.0
"""Maintenance by set and way: it drops what is dirty, and a clean by it is nothing to rely on."""

from __future__ import annotations

from functools import partial

import pytest
from specimens import start

from dmasan.events import Direction
from dmasan.sanitizer import Code, Effect
from dmasan.soc import Soc

SMALL = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 2, "processes": 1}
PROFILES = ("one-level", "cortex-a9-pl310", "cortex-a15")


async def dirty_line(soc: Soc, level: int) -> tuple[int, int, int]:
    """A line that the CPU has stored to, and the set and way where that level holds it."""
    va, cpu, h = await soc.kernel.kmalloc(256, "object"), soc.cpu(), soc.machine.hierarchy
    for at in range(0, 64, 4):
        await cpu.str_(va + at, at)
    line = soc.kernel.layout.physical(va) >> h.shift
    if level == 2:
        slot = h.l1[0].find(line)
        await cpu.dccsw(1, slot // h.l1[0].ways, slot % h.l1[0].ways)
    cache = h.l1[0] if level == 1 else h.l2
    assert cache is not None
    return va, *divmod(cache.find(line), cache.ways)


def soc_of(profile: str, **knobs: object) -> Soc:
    return Soc(profile=profile, policy="strict", **{**SMALL, **knobs})  # type: ignore[arg-type]


@pytest.mark.parametrize(("profile", "level"), [*((profile, 1) for profile in PROFILES), ("cortex-a15", 2)])
def test_an_invalidate_by_set_and_way_may_drop_what_was_stored(profile: str, level: int) -> None:
    soc = soc_of(profile)

    async def program(soc: Soc) -> None:
        _, set_, way = await dirty_line(soc, level)
        await soc.cpu().dcisw(level, set_, way)

    soc.run(program)
    assert [hazard.effect for hazard in soc.hazards] == [Effect.LOST_UPDATE]
    assert soc.hazards[0].code is Code.LOST_CPU_DATA


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("operation", ["dccsw", "dccisw"])
def test_cleans_by_set_and_way_lose_nothing(profile: str, operation: str) -> None:
    soc = soc_of(profile)

    async def program(soc: Soc) -> None:
        va, set_, way = await dirty_line(soc, 1)
        await getattr(soc.cpu(), operation)(1, set_, way)
        await soc.cpu().dsb()
        assert await soc.cpu().ldr(va + 4) == 4

    soc.run(program)
    soc.expect_clean()


def test_an_invalidate_of_a_clean_line_loses_nothing_of_it() -> None:
    """Memory has all of the line that was cleaned by address. Of the rest of its set nothing is promised.

    DCISW acts on the slot, and which line is there is the replacement's choice at that moment: caches that are on allocate and
    evict at any time (DDI 0406C, B2.2; from memory), so the architecture leaves these operations to caches that are being switched on or
    off (B2.2.6, B2.2.7; DDI 0487, D7.5.9.1). Whatever else of that set the kernel has dirty may have been in the way instead,
    and may be reported; what lies in another set must not be.
    """
    soc = soc_of("one-level")
    slots: list[tuple[int, int]] = []

    async def program(soc: Soc) -> None:
        va, set_, way = await dirty_line(soc, 1)
        await soc.cpu().dccmvac(va, 64)
        await soc.cpu().dsb()
        await soc.cpu().dcisw(1, set_, way)
        slots.append((soc.kernel.layout.physical(va), set_))
        assert await soc.cpu().ldr(va + 4) == 4

    soc.run(program)
    (pa, set_), h = slots[0], soc.machine.hierarchy
    lost = [each.address for each in soc.sanitizer.log.incidents]
    assert not [each for each in lost if each <= pa < each + (1 << h.shift)]
    assert {(each >> h.shift) % h.l1[0].sets for each in lost} <= {set_}


@pytest.mark.parametrize("profile", PROFILES)
def test_it_does_not_matter_what_is_in_the_slot_in_this_run(profile: str) -> None:
    """A boot loader invalidates its caches by set and way behind its own stores; the line lies in another way, or has left."""

    async def program(soc: Soc, same_set: bool) -> None:
        va, set_, way = await dirty_line(soc, 1)
        l1 = soc.machine.hierarchy.l1[0]
        await soc.cpu().dccsw(1, set_, way)  # no clean to rely on
        for each in range(l1.ways):
            if each != way:
                await soc.cpu().dcisw(1, set_ if same_set else (set_ + 1) % l1.sets, each)
        pa = soc.kernel.layout.physical(va)
        lost = [each for each in soc.sanitizer.log.incidents if each.address <= pa < each.address + each.length]
        assert bool(lost) is same_set

    for same_set in (True, False):
        soc = soc_of(profile)
        soc.run(partial(program, same_set=same_set))
        assert all(hazard.code is Code.LOST_CPU_DATA for hazard in soc.hazards) and len(soc.hazards) <= 1


@pytest.mark.parametrize("profile", PROFILES)
def test_a_clean_by_set_and_way_does_not_hand_a_buffer_over(profile: str) -> None:
    """In this run the slot is the right one; that it is, is the replacement's choice."""
    soc = soc_of(profile)

    async def program(soc: Soc) -> None:
        target = await soc.dma.alloc_coherent(256, "target")
        va, h = await soc.kernel.kmalloc(256, "object"), soc.machine.hierarchy
        handle = await soc.dma.map_single(va, 256, Direction.BIDIRECTIONAL, "source")
        await soc.dma.sync_single_for_cpu(handle, 256, Direction.BIDIRECTIONAL)
        await soc.cpu().str_(va, 1)
        slot = h.l1[0].find(soc.kernel.layout.physical(va) >> h.shift)
        await soc.cpu().dccsw(1, *divmod(slot, h.l1[0].ways))
        await soc.cpu().dsb()
        engine, cookie = await start(soc, target.dma_handle, handle, 256)
        await engine.wait(cookie)

    soc.run(program)
    assert Effect.STALE_DEVICE_READ in {hazard.effect for hazard in soc.hazards} | {
        each.effect for hazard in soc.hazards for each in hazard.consequences
    }
