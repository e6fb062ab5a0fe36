# SPDX-License-Identifier: Apache-2.0
"""What the kernels of old processors do to their caches: VIVT and aliasing flushes, read and write for ownership."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from dmasan.events import (
    Barrier,
    CacheOp,
    Direction,
    EntireMaintenance,
    Event,
    LinesTaken,
    Maintenance,
    TlbMaintenance,
)
from dmasan.linux.cacheflush import flush_cache_vmap
from dmasan.linux.dma_sync import sync_for_cpu, sync_for_device
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.migrate import migrate_pages
from dmasan.linux.movable import UsingMm
from dmasan.linux.protections import Protection
from dmasan.sanitizer import State
from dmasan.sanitizer.codes import Code
from dmasan.schedule import Footprint, MachineView, Move, MoveKind, Point
from dmasan.soc import Soc

SMALL = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 2, "processes": 1}
TOLD = (Barrier, EntireMaintenance, LinesTaken, Maintenance, TlbMaintenance)
ALIASING = ("arm926", "arm1176")


def machine(profile: str, **knobs: object) -> Soc:
    return Soc(profile=profile, policy="strict", **{**SMALL, **knobs})


def told(soc: Soc, program: Callable[[Soc], Awaitable[object]]) -> list[Event]:
    """What a program makes the CPUs do to their caches and TLBs."""
    events: list[Event] = []

    async def listening(soc: Soc) -> None:
        soc.machine.bus.subscribe(lambda event: events.append(event) if isinstance(event, TOLD) else None)
        await program(soc)

    soc.run(listening)
    return events


def spelt(events: list[Event]) -> list[str]:
    """The events in short: take, store, clean, invalidate, both, all, tlb; barriers as their names."""
    names = {CacheOp.CLEAN: "clean", CacheOp.INVALIDATE: "invalidate", CacheOp.CLEAN_INVALIDATE: "both"}
    found = []
    for event in events:
        match event:
            case Barrier():
                found.append(event.name)
            case LinesTaken():
                found.append("own" if event.write else "read")
            case EntireMaintenance():
                found.append("all")
            case TlbMaintenance():
                found.append("tlb")
            case Maintenance():
                found.append(names[event.op])
    return found


@pytest.mark.parametrize(
    ("profile", "direction", "before", "after"),
    [
        ("arm926", Direction.TO_DEVICE, ["clean", "dsb"], []),
        ("arm926", Direction.FROM_DEVICE, ["invalidate", "dsb"], []),
        ("arm926", Direction.BIDIRECTIONAL, ["both", "dsb"], []),
        ("arm1176", Direction.TO_DEVICE, ["clean", "dsb"], []),
        ("arm1176", Direction.FROM_DEVICE, ["invalidate", "dsb"], ["invalidate", "dsb"]),
        ("arm1176", Direction.BIDIRECTIONAL, ["clean", "dsb"], ["invalidate", "dsb"]),
        ("arm11mpcore", Direction.TO_DEVICE, ["read", "clean", "dsb"], []),
        ("arm11mpcore", Direction.FROM_DEVICE, ["own", "invalidate", "dsb"], []),
        ("arm11mpcore", Direction.BIDIRECTIONAL, ["own", "both", "dsb"], []),
    ],
)
def test_streaming_maintenance(profile: str, direction: Direction, before: list[str], after: list[str]) -> None:
    async def program(soc: Soc) -> None:
        pa = soc.kernel.layout.physical(await soc.kernel.kmalloc(256))
        await sync_for_device(soc.kernel, pa, 256, direction)
        await sync_for_cpu(soc.kernel, pa, 256, direction)

    assert spelt(told(machine(profile), program)) == before + after


def test_one_cpu_needs_no_ownership() -> None:
    async def program(soc: Soc) -> None:
        pa = soc.kernel.layout.physical(await soc.kernel.kmalloc(256))
        await sync_for_device(soc.kernel, pa, 256, Direction.FROM_DEVICE)
        await sync_for_cpu(soc.kernel, pa, 256, Direction.FROM_DEVICE)

    assert spelt(told(machine("arm11mpcore", cpus=1), program)) == ["invalidate", "dsb"] * 2


# Lines of 32 bytes; the first and the last byte that each operation names, from the buffer's start.
@pytest.mark.parametrize(
    ("profile", "start", "end", "does"),
    [
        ("arm926", 0, 64, ["invalidate 0-63"]),
        ("arm926", 16, 64, ["clean 16-16", "invalidate 16-63"]),
        ("arm926", 16, 50, ["clean 16-16", "clean 49-49", "invalidate 16-49"]),
        ("arm1176", 16, 64, ["clean 16-16", "invalidate 16-63"]),
        ("arm1176", 16, 80, ["clean 16-16", "both 79-79", "invalidate 16-63"]),
        ("arm1176", 0, 80, ["both 79-79", "invalidate 0-63"]),
        ("arm1176", 0, 16, ["both 15-15", "invalidate 0-15"]),
    ],
)
def test_edges_of_an_invalidate(profile: str, start: int, end: int, does: list[str]) -> None:
    base = 0

    async def program(soc: Soc) -> None:
        nonlocal base
        base = soc.kernel.layout.physical(await soc.kernel.kmalloc(256))
        await sync_for_device(soc.kernel, base + start, end - start, Direction.FROM_DEVICE)

    found = [event for event in told(machine(profile), program) if isinstance(event, Maintenance)]
    spelling = [
        f"{name} {event.address - base}-{event.address + event.length - base - 1}"
        for name, event in zip(spelt(list(found)), found, strict=True)
    ]
    assert spelling == does


def test_a_vivt_cache_is_flushed_when_the_address_space_changes() -> None:
    async def program(soc: Soc) -> None:
        async with UsingMm(soc.kernel, soc.kernel.tables.mms[0]):
            pass

    assert spelt(told(machine("arm926"), program)) == ["all", "dsb", "isb", "tlb", "dsb"] * 2
    assert spelt(told(machine("arm1176"), program)) == ["isb"] * 2


@pytest.mark.parametrize("profile", ALIASING)
def test_aliasing_caches_are_flushed_around_vmap(profile: str) -> None:
    async def program(soc: Soc) -> None:
        await soc.kernel.vmalloc.vfree(await soc.kernel.vmalloc.vmalloc(PAGE_SIZE))

    assert spelt(told(machine(profile), program)).count("all") == 2
    assert "all" not in spelt(told(machine("cortex-a8"), program))


@pytest.mark.parametrize("profile", ALIASING)
def test_vmalloc_memory_and_the_linear_map_agree(profile: str) -> None:
    """What was written at one address is read at the other, on caches where each has lines of its own."""

    async def program(soc: Soc) -> bool:
        kernel = soc.kernel
        frame = int((await kernel.alloc_pages(1, name="page"))[0])
        linear = kernel.linear.va(frame)
        await soc.cpu(0).fill(linear, PAGE_SIZE, 0x11)
        area = await kernel.vmalloc.vmap(frame, 1, Protection.KERNEL)
        await flush_cache_vmap(kernel)
        seen = bool((await soc.cpu(0).read(area.va, PAGE_SIZE) == 0x11).all())
        await soc.cpu(0).fill(area.va, PAGE_SIZE, 0x22)
        await kernel.vmalloc.vunmap(area.va)
        return seen and bool((await soc.cpu(0).read(linear, PAGE_SIZE) == 0x22).all())

    soc = machine(profile)
    assert soc.run(program)
    if profile == "arm926":
        soc.expect_clean()  # where a core speculates, a line may come back between the flushes of two addresses
    else:
        assert {hazard.code for hazard in soc.hazards} <= {Code.VALIAS}


@pytest.mark.parametrize("profile", ALIASING)
@pytest.mark.parametrize(("schedule", "shift"), [("benign", 1), ("random", 2), ("adversarial", 3)])
def test_processes_keep_their_pages_through_migration(profile: str, schedule: str, shift: int) -> None:
    """A kernel whose linear map has another colour than the user's address may copy an old line, and the adversary has it do so.

    That is no false alarm of the machine: the fill is a speculative load through a cacheable section that the CPU holds, the
    only kind of move that there is (`test_one_load_through_the_linear_map_is_enough`). DDI 0301H 6.11.3 asks for equal bits
    13:12 of all addresses of a page, and those of the physical address where a section maps it; Linux gives a process any
    address. flush_cache_page (arch/arm/mm/flush.c:flush_pfn_alias, v6.19) flushes the user's colour alone, and copy_highpage
    (mm/migrate.c) reads through the linear map, whose lines nothing has thrown away since the page was mapped. Whether this
    core loads data unasked was not found in its manual; the kernel takes it to for DMA (arch/arm/mm/cache-v6.S:
    v6_dma_unmap_area), so it is taken to here.
    """

    async def program(soc: Soc) -> int:
        kernel = soc.kernel
        await kernel.movable.page_cache(shift)  # so that the user's addresses have other colours than the kernel's
        user = await kernel.movable.anonymous(8)
        assert not await kernel.movable.damaged(user)  # brings its lines in: these caches allocate on reads only
        await kernel.movable.write(user)
        await migrate_pages(kernel, np.array(user.pages[:4]))
        await kernel.movable.write(user)
        await migrate_pages(kernel, np.array(user.pages[4:]))
        damaged = await kernel.movable.damaged(user)
        await kernel.movable.free(user)
        return damaged

    soc = machine(profile, schedule=schedule, seed=2)
    damaged = soc.run(program)
    if profile == "arm926":
        assert damaged == 0
        soc.expect_clean()
        return
    goes_wrong = schedule == "adversarial"
    assert (damaged > 0) is goes_wrong
    states = {hazard.state for hazard in soc.hazards if hazard.code is Code.VALIAS}
    assert {hazard.code for hazard in soc.hazards} <= {Code.VALIAS} and (State.MANIFEST in states) is goes_wrong


@dataclass
class OneLoad:
    """A speculative load of the page at `pa`, before the next operation, through its linear mapping or the user's."""

    name: str = "one load"
    benign: bool = False
    pa: int = 0
    forget: int = 0  # user addresses [forget, + PAGE_SIZE) leave the TLB, so that the load goes through the section

    def moves(self, point: Point, footprint: Footprint, machine: MachineView) -> Sequence[Move]:
        if not self.pa:
            return ()
        pa, self.pa = self.pa, 0
        forgetting = (Move(MoveKind.EVICT, "tlb", 0, self.forget),) if self.forget else ()
        return (*forgetting, Move(MoveKind.FILL, "l1", 0, pa, PAGE_SIZE // 32))


@pytest.mark.parametrize("through", ["linear", "user"])
def test_one_load_through_the_linear_map_is_enough(through: str) -> None:
    """With no other hidden move: what the kernel copies is what the user had before, byte for byte."""
    schedule = OneLoad()

    async def program(soc: Soc) -> None:
        kernel = soc.kernel
        await kernel.movable.page_cache(2)
        user = await kernel.movable.anonymous(1)
        frame = int(user.pages[0])
        assert (kernel.linear.va(frame) - user.va) // PAGE_SIZE % kernel.machine.profile.colours
        await soc.cpu(0).read(kernel.linear.va(frame) ^ PAGE_SIZE, 4)  # the section is in the TLB, not the page in L1
        assert not await kernel.movable.damaged(user)
        before = user.pattern(0, 1)
        schedule.pa, schedule.forget = kernel.layout.pa(frame), user.va if through == "linear" else 0
        await kernel.movable.write(user)
        assert not schedule.pa
        await migrate_pages(kernel, user.pages[:1].copy())
        async with UsingMm(kernel, user.mm):
            found = await kernel.cpu.read(user.va, PAGE_SIZE)
        assert (found == (before if through == "linear" else user.pattern(0, 1))).all()

    soc = machine("arm1176", schedule=schedule)
    soc.run(program)
    seen = {hazard.state for hazard in soc.hazards if hazard.code is Code.VALIAS}
    assert {hazard.code for hazard in soc.hazards} == {Code.VALIAS}  # what may be does not hang on this run
    assert (State.MANIFEST in seen) is (through == "linear")
