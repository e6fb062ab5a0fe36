# SPDX-License-Identifier: Apache-2.0
"""A store waits in the buffer of its own CPU: another one neither sees it nor makes it land, until a barrier of the first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from dmasan import events as ev
from dmasan.arch.family import INTEGRATED
from dmasan.device.driver import DmaEngine
from dmasan.events import Direction
from dmasan.sanitizer import Sanitizer
from dmasan.sanitizer.codes import Effect
from dmasan.sanitizer.device_rules import DeviceAccess
from dmasan.schedule import Point
from dmasan.soc import Soc

BASE, HERE = 0x8000_0000, ev.Site("driver.py", 1)

SMALL = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 2, "cpus": 2, "policy": "strict"}


def found(soc: Soc) -> list[str]:
    return [hazard.effect.name for hazard in soc.hazards if hazard.effect is not None]


def test_a_store_that_another_cpu_reads_without_a_barrier() -> None:
    read: list[int] = []

    async def program(soc: Soc) -> None:
        buffer = await soc.dma.alloc_coherent(4096, "buffer")
        await soc.cpu(0).str_(buffer.cpu_addr, 1)
        read.append(await soc.cpu(1).ldr(buffer.cpu_addr))

    soc = Soc(schedule="random", random_rate=0.0, **SMALL)
    soc.run(program)
    assert read == [0], "the store is still in its CPU's buffer"
    assert found(soc) == ["STALE_CPU_READ"]


@pytest.mark.parametrize("barrier", ["dsb", "dmb"])
def test_a_barrier_of_the_first_cpu_hands_over(barrier: str) -> None:
    async def program(soc: Soc) -> None:
        buffer = await soc.dma.alloc_coherent(4096, "buffer")
        await soc.cpu(0).str_(buffer.cpu_addr, 1)
        await getattr(soc.cpu(0), barrier)()
        assert await soc.cpu(1).ldr(buffer.cpu_addr) == 1
        await soc.cpu(1).str_(buffer.cpu_addr, 2)
        await soc.cpu(1).dsb()
        assert await soc.cpu(0).ldr(buffer.cpu_addr) == 2

    soc = Soc(**SMALL)
    soc.run(program)
    soc.expect_clean()


def test_a_barrier_of_the_second_cpu_is_not_enough() -> None:
    async def program(soc: Soc) -> None:
        buffer = await soc.dma.alloc_coherent(4096, "buffer")
        await soc.cpu(0).str_(buffer.cpu_addr, 1)
        await soc.cpu(1).dsb()
        await soc.cpu(1).ldr(buffer.cpu_addr)

    soc = Soc(**SMALL)
    soc.run(program)
    assert found(soc) == ["STALE_CPU_READ"]


def test_an_older_store_of_another_cpu_may_land_over_a_younger_one() -> None:
    async def program(soc: Soc) -> None:
        buffer = await soc.dma.alloc_coherent(4096, "buffer")
        await soc.cpu(0).str_(buffer.cpu_addr, 1)
        await soc.cpu(1).str_(buffer.cpu_addr, 2)

    soc = Soc(**SMALL)
    soc.run(program)
    assert found(soc) == ["LOST_UPDATE"]


def test_cacheable_stores_wait_too_where_they_are_buffered() -> None:
    async def program(soc: Soc) -> None:
        va = await soc.kernel.kmalloc(256)
        await soc.cpu(0).str_(va, 1)
        await soc.cpu(1).ldr(va)

    for profile, wanted in (("cortex-a9-pl310", ["STALE_CPU_READ"]), ("one-level", [])):
        soc = Soc(profile=profile, **SMALL)
        soc.run(program)
        assert found(soc) == wanted, profile


@pytest.mark.parametrize("dmb", [False, True])
def test_maintenance_by_another_cpu_does_not_wait_for_the_store(dmb: bool) -> None:
    sanitizer = Sanitizer(INTEGRATED, BASE, 1 << 12, 64, cpus=2)
    events: list[ev.Event] = [ev.AliasChange(0, HERE, BASE, 1 << 12, True)]
    events.append(ev.Store(1, HERE, 0, BASE, 4, ev.MemoryType.WB))
    if dmb:
        events.append(ev.Barrier(2, HERE, 0, "dmb", "ish"))
    events.append(ev.Maintenance(3, HERE, 1, ev.CacheOp.CLEAN, ev.Level.INNER, BASE, 64))
    events.append(ev.Barrier(4, HERE, 1, "dsb"))
    for event in events:
        sanitizer.observe(event)
    sanitizer.device.read(DeviceAccess(Point("dma0", "read", 0), BASE, 4, False, 5.0), None)
    effects = [incident.effect for incident in sanitizer.log.incidents if incident.effect is not None]
    assert (Effect.STALE_DEVICE_READ in effects) != dmb


BUFFERED = ["cortex-a9-pl310", "cortex-a15", "cortex-a53", "arm11mpcore"]
DATA = np.arange(SIZE := 1024).astype(np.uint8)


async def sent(soc: Soc, prepare: Callable[[int], Awaitable[None]]) -> NDArray[np.uint8]:
    """What the device delivers of an object that `prepare` has filled, mapped by CPU 0."""
    engine, target = await DmaEngine.probe(soc), await soc.dma.alloc_coherent(SIZE, "target")
    packet = await soc.kernel.kmalloc(SIZE, "packet")
    await prepare(packet)
    handle = await soc.dma.map_single(packet, SIZE, Direction.TO_DEVICE, "packet")
    assert not soc.dma.mapping_error(handle)
    await engine.memcpy(target.dma_handle, handle, SIZE)
    await soc.dma.unmap_single(handle, SIZE, Direction.TO_DEVICE)
    return await soc.cpu(0).read(target.cpu_addr, SIZE)


@pytest.mark.parametrize("schedule", ["random", "adversarial"])
@pytest.mark.parametrize("profile", BUFFERED)
def test_a_cpu_cleans_its_own_store_in_a_buffer_that_another_has_filled(profile: str, schedule: str) -> None:
    """The payload by one CPU, the header by another behind the first one's barrier, and back."""

    async def program(soc: Soc) -> None:
        async def prepare(packet: int) -> None:
            await soc.cpu(1).write(packet, DATA)
            await soc.cpu(1).dmb("ish")
            await soc.cpu(0).write(packet + 100, DATA[:4])
            await soc.cpu(0).dmb("ish")
            await soc.cpu(1).write(packet + 96, DATA[:2])  # another byte of the line
            await soc.cpu(1).dmb("ish")

        wanted = DATA.copy()
        wanted[100:104], wanted[96:98] = DATA[:4], DATA[:2]
        assert (await sent(soc, prepare) == wanted).all()

    soc = Soc(profile=profile, schedule=schedule, **SMALL)
    soc.run(program)
    soc.expect_clean()


@pytest.mark.parametrize("profile", BUFFERED)
def test_without_a_barrier_the_payload_may_come_late(profile: str) -> None:
    async def program(soc: Soc) -> None:
        async def prepare(packet: int) -> None:
            await soc.cpu(1).write(packet, DATA)
            await soc.cpu(0).write(packet + 100, DATA[:4])

        await sent(soc, prepare)

    soc = Soc(profile=profile, **SMALL)
    soc.run(program)
    assert soc.hazards


@pytest.mark.parametrize("schedule", ["random", "adversarial"])
@pytest.mark.parametrize("profile", BUFFERED)
@pytest.mark.parametrize("barrier", ["dmb", None])
def test_the_barrier_before_a_doorbell_is_for_what_was_handed_over(profile: str, schedule: str, barrier: str | None) -> None:
    """A lock is released by one CPU (DMB), taken by the other, which rings the doorbell (DDI 0406C, A3.8.3)."""

    async def program(soc: Soc) -> None:
        engine, target = await DmaEngine.probe(soc), await soc.dma.alloc_coherent(SIZE, "target")
        source = await soc.dma.alloc_coherent(SIZE, "source")
        await soc.cpu(1).write(source.cpu_addr, DATA)
        if barrier:
            await getattr(soc.cpu(1), barrier)("ish")
        await engine.memcpy(target.dma_handle, source.dma_handle, SIZE)
        found = await soc.cpu(0).read(target.cpu_addr, SIZE)
        assert (found == DATA).all() or barrier is None

    soc = Soc(profile=profile, schedule=schedule, **SMALL)
    soc.run(program)
    assert [hazard.code.name for hazard in soc.hazards] == ([] if barrier else ["NO_WMB"])


def test_the_barrier_of_a_cpu_is_none_for_a_younger_store_of_another() -> None:
    """CPU 1 stored there before; its DSB does not drain what waits in CPU 0's buffer."""
    core = Sanitizer(INTEGRATED, BASE, 1 << 16, 64, 2)
    core.observe(ev.Store(0.0, HERE, 1, BASE, 64, ev.MemoryType.NC))
    core.observe(ev.Barrier(0.0, HERE, 1, "dmb", "ish"))
    core.observe(ev.Store(0.0, HERE, 0, BASE, 64, ev.MemoryType.NC))
    core.observe(ev.Barrier(0.0, HERE, 1, "dsb", "sy"))
    assert core.automaton.store_waits(core.states(BASE, 64))
    core.observe(ev.Barrier(0.0, HERE, 0, "dsb", "sy"))
    assert not core.automaton.store_waits(core.states(BASE, 64))
