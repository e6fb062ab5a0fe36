# SPDX-License-Identifier: Apache-2.0
"""What a CPU tells its observers, what it costs, and when time passes."""

import numpy as np
import pytest
from arch_bench import DATA, NC, PA, WB, ArchBench, held, run

from dmasan.arch.faults import BusError
from dmasan.config import RunError, UsageError
from dmasan.events import (
    Barrier,
    CacheOp,
    Event,
    Level,
    Load,
    Maintenance,
    MemoryType,
    MmioWrite,
    OuterSync,
    Store,
    TableWalk,
)
from dmasan.schedule import Footprint, MachineView, Move, Point, RandomMoves


def told(b: ArchBench) -> list[Event]:
    """The events, but for the walks of the tables."""
    return [event for event in b.events if not isinstance(event, TableWalk)]


def test_accesses_are_told_with_place_and_type() -> None:
    b = ArchBench()

    async def program() -> None:
        await b.cpu.str_(WB + DATA, 1)
        await b.other.ldrh(NC + DATA)

    run(program())
    store, load = told(b)
    assert isinstance(store, Store) and isinstance(load, Load)
    assert (store.cpu, store.address, store.length, store.type) == (0, PA + DATA, 4, MemoryType.WB)
    assert (load.cpu, load.address, load.length, load.type) == (1, PA + DATA, 2, MemoryType.NC)
    assert load.stale is not None and load.stale.all()  # the value is dirty in the L1 of cpu0
    assert store.site.file == __file__ and store.site.line + 1 == load.site.line


def test_bulk_accesses_are_told_piece_by_piece_across_pages() -> None:
    b = ArchBench()
    run(b.cpu.write(WB + DATA + 100, np.zeros(20000, np.uint8)))
    assert [(e.address - PA - DATA, e.length) for e in b.of(Store)] == [  # type: ignore[attr-defined]
        (100, 8092),
        (8192, 8192),
        (16384, 3716),
    ]


def test_a_gap_in_the_physical_pages_cuts_an_operation() -> None:
    b = ArchBench()
    b.link(0x5000_0000)
    b.page(0x5000_0000, PA + DATA)
    b.page(0x5000_1000, PA + DATA + 0x8000)
    b.events.clear()
    run(b.cpu.fill(0x5000_0F00, 0x200, 7))
    run(b.cpu.dccmvac(0x5000_0F00, 0x200))
    ranges = [(PA + DATA + 0xF00, 0x100), (PA + DATA + 0x8000, 0x100)]
    assert [(e.address, e.length) for e in b.of(Store)] == ranges  # type: ignore[attr-defined]
    assert [(e.address, e.length) for e in b.of(Maintenance)] == ranges  # type: ignore[attr-defined]


def test_maintenance_and_barriers_are_told() -> None:
    b = ArchBench("cortex-a9-pl310")
    run(b.cpu.dccimvac(WB + DATA, 1 << 20))
    run(b.cpu.dsb("st"))
    run(b.cpu.outer_flush(PA + DATA, 64))
    run(b.cpu.outer_sync())
    inner, barrier, outer, sync = told(b)
    assert isinstance(inner, Maintenance) and isinstance(outer, Maintenance) and isinstance(sync, OuterSync)
    assert (inner.op, inner.level, inner.length, inner.broadcast) == (
        CacheOp.CLEAN_INVALIDATE,
        Level.INNER,
        1 << 20,
        True,
    )
    assert (outer.op, outer.level, outer.length) == (CacheOp.CLEAN_INVALIDATE, Level.OUTER, 64)
    assert isinstance(barrier, Barrier) and (barrier.name, barrier.option) == ("dsb", "st")


def test_outer_operations_do_nothing_without_an_outer_cache() -> None:
    b = ArchBench()
    run(b.cpu.outer_clean(PA, 64))
    run(b.cpu.outer_sync())
    assert not b.events


def test_wrong_calls_are_refused() -> None:
    b = ArchBench("cortex-a9-pl310", versions=False)
    with pytest.raises(UsageError, match="oshst"):
        run(b.cpu.dmb("oshts"))
    with pytest.raises(UsageError, match="negative"):
        run(b.cpu.read(WB, -1))
    with pytest.raises(BusError, match="0x7ffff000"):
        run(b.cpu.outer_clean(0x7FFF_F000, 32))
    with pytest.raises(BusError):
        b.machine.device_read(PA + (16 << 20) - 4, 8)
    with pytest.raises(UsageError, match="versions"):
        b.machine.copies(PA)
    with pytest.raises(RunError, match="no device"):
        run(b.cpu.load_device(0x4000_0000))


def test_the_machine_runs_without_versions() -> None:
    b = ArchBench("cortex-a9-pl310", versions=False, schedule=held())
    run(b.cpu.write(WB + DATA, bytes(range(200))))
    run(b.cpu.str_(NC + DATA + 400, 5))
    assert run(b.other.read(WB + DATA, 200)).tolist() == list(range(200))
    assert run(b.cpu.ldr(NC + DATA + 400)) == 5
    assert b.machine.device_stale(PA + DATA, 200) is None


def test_device_writes_respect_strobes() -> None:
    b = ArchBench()
    strobe = np.array([False, True, True, False])
    b.machine.device_write(PA + DATA, np.array([1, 2, 3, 4], np.uint8), strobe)
    assert b.machine.device_read(PA + DATA, 4).tolist() == [0, 2, 3, 0]
    assert b.machine.memory.latest is not None
    assert b.machine.memory.latest[DATA : DATA + 4].tolist() == [0, 1, 1, 0]


class Watch:
    """A clock that knows how often it was asked to advance."""

    def __init__(self) -> None:
        self.now_ns = 0.0
        self.steps: list[float] = []

    async def advance(self, ns: float) -> None:
        self.now_ns += ns
        self.steps.append(ns)


@pytest.mark.parametrize(("quantum", "yields"), [(0, 100), (100, 1), (1_000_000, 0)])
def test_time_passes_when_the_quantum_is_used_up(quantum: int, yields: int) -> None:
    b = ArchBench(quantum_ns=quantum)
    clock = b.machine.clock = Watch()
    run(b.cpu.ldr(WB + DATA))
    run(b.cpu.catch_up())
    start = b.cpu.cycles * 1.25 - clock.now_ns
    clock.steps.clear()
    for _ in range(100):
        run(b.cpu.ldr(WB + DATA))  # one cycle of 1.25 ns
    assert len(clock.steps) == yields
    run(b.cpu.dsb())
    assert b.cpu.owed_ns == 0
    assert clock.now_ns + start == pytest.approx(b.cpu.cycles * 1.25)


def test_the_doorbell_is_told_before_the_device_sees_it() -> None:
    b = ArchBench()
    seen: list[int] = []

    class Device:
        async def read32(self, pa: int) -> int:
            return 17

        async def write32(self, pa: int, value: int) -> None:
            seen.append(len(b.of(MmioWrite)))

    b.machine.mmio = Device()
    run(b.cpu.store_device(0x4000_0010, 1))
    assert seen == [1]
    assert run(b.cpu.load_device(0x4000_0010)) == 17


class Points:
    """A schedule that makes no move and remembers where it was asked."""

    name, benign = "points", False

    def __init__(self) -> None:
        self.asked: list[tuple[Point, Footprint]] = []

    def moves(self, point: Point, footprint: Footprint, machine: MachineView) -> list[Move]:
        self.asked.append((point, footprint))
        return []


def test_points_number_the_operations_of_each_cpu() -> None:
    schedule = Points()
    b = ArchBench(schedule=schedule)
    schedule.asked.clear()
    before = b.cpu.operations
    run(b.cpu.str_(WB + DATA, 1))
    run(b.other.fill(NC + DATA, 30000, 1))
    run(b.cpu.dsb())
    assert [(p.agent, p.kind, p.n) for p, _ in schedule.asked] == [
        ("cpu0", "op", before),
        ("cpu1", "op", 0),
        ("cpu0", "op", before + 1),
    ]
    assert schedule.asked[1][1] == Footprint("store_nc", PA + DATA, 30000)


@pytest.mark.parametrize("profile", ["one-level", "cortex-a9-pl310"])
def test_the_same_seed_gives_the_same_events(profile: str) -> None:
    def log(seed: int) -> list[str]:
        b = ArchBench(profile, schedule=RandomMoves(seed=seed, rate=0.9), sections=2)

        async def program() -> None:
            for i in range(60):
                cpu = b.machine.cpus[i & 1]
                at = DATA + 36 * (i * 7 % 11 & ~3)
                await (cpu.str_(NC + at, i) if i % 3 else cpu.fill(WB + at, 300, i))
                await cpu.read((WB if i % 5 else NC) + at, 64)
                if i % 4 == 0:
                    await cpu.dcimvac(WB + at, 40)

        run(program())
        return [f"{event} {getattr(event, 'stale', None)}" for event in b.events]

    assert log(3) == log(3)
    assert log(3) != log(4)
