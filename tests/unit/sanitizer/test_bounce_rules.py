# SPDX-License-Identifier: Apache-2.0
"""A bounce slot and its buffer hold the same bytes only after a copy: who misses one is told, and nobody else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from dmasan.device.driver import DmaEngine
from dmasan.events import Direction
from dmasan.linux.dma_attributes import DmaAttr
from dmasan.sanitizer.codes import Code
from dmasan.sanitizer.device_rules import DeviceAccess
from dmasan.schedule import Point
from dmasan.soc import Soc

TO, FROM, BOTH = Direction.TO_DEVICE, Direction.FROM_DEVICE, Direction.BIDIRECTIONAL
SIZE = 512
Program = Callable[["Bench"], Awaitable[None]]


class Bench:
    """A buffer that is mapped, and an engine that reads it or writes it."""

    def __init__(self, soc: Soc) -> None:
        self.soc = soc

    async def start(self, direction: Direction) -> None:
        soc = self.soc
        self.engine = await DmaEngine.probe(soc)
        self.other = await soc.dma.alloc_coherent(SIZE, "other")
        self.va = await soc.kernel.kmalloc(SIZE)
        await soc.cpu().fill(self.va, SIZE, 1)
        self.handle = await soc.dma.map_single(self.va, SIZE, direction, "packet")
        assert not soc.dma.mapping_error(self.handle)

    async def device_reads(self) -> None:
        await self.engine.memcpy(self.other.dma_handle, self.handle, SIZE)

    async def device_writes(self, length: int = SIZE) -> None:
        await self.engine.memcpy(self.handle, self.other.dma_handle, length)


def codes(program: Program) -> list[Code | None]:
    soc = Soc(policy="bounce", shared_override=True, ram_mib=24, lowmem_mib=20, cma_mib=4, swiotlb_mib=1, processes=1)
    soc.run(lambda _: program(Bench(soc)))
    return sorted({i.rule for i in soc.sanitizer.log.incidents}, key=str)


async def no_sync_for_device(b: Bench) -> None:
    await b.start(TO)
    await b.soc.dma.sync_single_for_cpu(b.handle, SIZE, TO)
    await b.soc.cpu().fill(b.va, 64, 2)
    await b.device_reads()


async def no_sync_for_cpu(b: Bench) -> None:
    await b.start(FROM)
    await b.device_writes()
    await b.soc.dma.sync_single_for_cpu(b.handle, 128, FROM)
    await b.soc.dma.unmap_single(b.handle, SIZE, FROM, DmaAttr.SKIP_CPU_SYNC)
    await b.soc.cpu().read(b.va, SIZE)


async def handed_over_again_too_late(b: Bench) -> None:
    """The device has written already: after sync_for_device the CPU's copy wins."""
    await b.start(BOTH)
    await b.device_writes()
    await b.soc.dma.sync_single_for_device(b.handle, SIZE, BOTH)


async def written_and_not_handed_over(b: Bench) -> None:
    await b.start(BOTH)
    await b.soc.dma.sync_single_for_cpu(b.handle, SIZE, BOTH)
    await b.soc.cpu().fill(b.va, 64, 2)
    await b.soc.dma.unmap_single(b.handle, SIZE, BOTH)


@pytest.mark.parametrize(
    "program", [no_sync_for_device, no_sync_for_cpu, handed_over_again_too_late, written_and_not_handed_over]
)
def test_a_missing_copy(program: Program) -> None:
    assert Code.BOUNCE_SYNC in codes(program)


def test_the_buffer_is_the_devices_although_it_uses_the_slot() -> None:
    async def program(b: Bench) -> None:
        await b.start(TO)
        await b.soc.cpu().fill(b.va, 64, 2)

    assert codes(program) == [Code.CPU_WR_OWNED]


def test_correct_use_is_silent() -> None:
    async def program(b: Bench) -> None:
        await b.start(BOTH)
        dma, cpu = b.soc.dma, b.soc.cpu()
        await b.device_reads()
        await dma.sync_single_for_cpu(b.handle + 64, 128, BOTH)
        await cpu.fill(b.va + 64, 128, 2)
        await dma.sync_single_for_device(b.handle + 64, 128, BOTH)
        await b.device_reads()
        assert (b.soc.machine.device_read(b.other.dma_handle + 64, 128) == 2).all()
        await cpu.fill(b.other.cpu_addr, SIZE, 3)
        await b.device_writes()
        await dma.sync_single_for_cpu(b.handle, 64, BOTH)
        assert (await cpu.read(b.va, 64) == 3).all()
        await dma.unmap_single(b.handle, SIZE, BOTH)
        assert (await cpu.read(b.va, SIZE) == np.full(SIZE, 3, np.uint8)).all()
        await b.soc.kernel.kfree(b.va)

    assert codes(program) == []


@pytest.mark.parametrize(("era", "profile"), [("v3.14", "cortex-a53"), ("v6.19", "cortex-a8")])
@pytest.mark.parametrize(("prepared", "length", "looks_at"), [(1, 64, SIZE), (1, 64, 64), (1, SIZE, SIZE), (0, 64, SIZE)])
def test_what_the_last_user_of_a_slot_left(era: str, profile: str, prepared: int, length: int, looks_at: int) -> None:
    """It comes over what the CPU had prepared; over undefined bytes, or bytes that nobody reads, it does no harm."""
    soc = Soc(policy="bounce", profile=profile, era=era, ram_mib=24, lowmem_mib=20, cma_mib=4, swiotlb_mib=1, processes=1)

    async def program(soc: Soc) -> None:
        b = Bench(soc)
        await b.start(TO)
        await soc.dma.unmap_single(b.handle, SIZE, TO)
        answer = await soc.kernel.kmalloc(SIZE)
        if prepared:
            await soc.cpu().fill(answer, SIZE, 0)
        for _ in range(2):
            b.handle = await soc.dma.map_single(answer, SIZE, FROM, "answer")
            await b.device_writes(length)
            await soc.dma.unmap_single(b.handle, SIZE, FROM)
        await soc.cpu().read(answer, looks_at)

    soc.run(program)
    wrong = prepared and looks_at > length
    assert [i.rule for i in soc.sanitizer.log.incidents] == ([Code.BOUNCE_SYNC] if wrong else [])


def test_slots_are_followed_where_the_port_served_by_itself() -> None:
    """Bursts that come as records of the RTL's port are the device's accesses as well."""
    soc = Soc(policy="bounce", ram_mib=24, lowmem_mib=20, cma_mib=4, swiotlb_mib=1, processes=1)
    heard: list[object] = []
    soc.sanitizer.device.listeners.append(heard.append)
    access = DeviceAccess(Point("dma0", "write", 0), soc.machine.memory.base, 128, False, 0.0)
    soc.sanitizer.device.served(access, "dev_write_posted", 64)
    soc.sanitizer.device.served(access, "dev_read", 64)
    assert [type(each).__name__ for each in heard] == ["DeviceWrite", "DeviceRead"]
