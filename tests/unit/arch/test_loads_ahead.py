# SPDX-License-Identifier: Apache-2.0
"""A load of Normal memory that the schedule executes early returns what it found then, up to a barrier of loads."""

from __future__ import annotations

import numpy as np
import pytest
from arch_bench import DATA, NC, PA, WB, ArchBench, held, run

from dmasan.arch.moves import IllegalMove
from dmasan.events import Load
from dmasan.schedule import Footprint, Move, MoveKind, Point, RandomMoves

PAA = PA + DATA
VA = {"wb": WB + DATA, "nc": NC + DATA}
ALIASES = pytest.mark.parametrize("alias", VA)
LINE = 64


def early(alias: str, profile: str = "cortex-a15", cpu: int = 0, lines: int = 1) -> ArchBench:
    """The line is loaded early, then the device writes all of its words."""
    b = ArchBench(profile, schedule=held())
    assert b.machine.apply(Move(MoveKind.LOAD, alias, cpu, PAA, lines))
    b.device_write(PAA, int.from_bytes(bytes([1, 0, 0, 0] * 32), "little"), 128)
    return b


@ALIASES
def test_each_byte_returns_once_what_was_found(alias: str) -> None:
    b, va = early(alias), VA[alias]
    assert [run(b.cpu.ldr(va)) for _ in range(2)] == [0, 1]
    assert [event.stale is not None for event in b.of(Load)] == [True, False]


def test_data_may_be_older_than_the_status_beside_it() -> None:
    """`while (!status); use(data)` without a barrier: the first poll had the old status, the data was loaded with it."""
    b, status, data = early("nc"), VA["nc"], VA["nc"] + 4
    while not run(b.cpu.ldr(status)):
        pass
    assert run(b.other.ldr(data)) == 1 and run(b.cpu.ldr(data)) == 0
    b = early("nc")
    while not run(b.cpu.ldr(status)):
        pass
    run(b.cpu.dmb("oshld"))
    assert run(b.cpu.ldr(data)) == 1


@ALIASES
def test_a_long_load_takes_it_too(alias: str) -> None:
    b = early(alias)
    read = run(b.cpu.read(VA[alias], 128)).view(np.uint32)
    assert read.tolist() == [0] * 16 + [1] * 16


@ALIASES
@pytest.mark.parametrize(
    "between",
    ["dmb()", "dmb('ld')", "dsb()", "dsb('st')", "str_(va + 32, 5)", "write(va, b'long')", "dccmvac(va)", "dcimvac(va)", "ldrex(va)"],
)
def test_what_it_does_not_outlive(alias: str, between: str) -> None:
    b = early(alias)
    run(eval(f"cpu.{between}", {"cpu": b.cpu, "va": VA[alias]}))
    assert b.machine.copies(PAA + 4).early is None
    assert run(b.cpu.ldr(VA[alias] + 4)) == 1


@pytest.mark.parametrize("between", ["dmb('st')", "isb()", "ldr(other)", "outer_sync()"])
def test_what_it_outlives(between: str) -> None:
    b = early("nc", "cortex-a9-pl310")
    run(eval(f"cpu.{between}", {"cpu": b.cpu, "other": VA["nc"] + 4096}))
    assert run(b.cpu.ldr(VA["nc"])) == 0


def test_an_interrupt_ends_it() -> None:
    b = early("nc")
    b.machine.interrupt()
    assert run(b.cpu.ldr(VA["nc"])) == 1


def test_the_other_alias_does_not_see_it() -> None:
    assert run((b := early("nc")).cpu.ldr(VA["wb"])) == 1
    assert run(b.cpu.ldr(VA["nc"])) == 0


def test_it_finds_what_the_cpu_has_buffered() -> None:
    b = ArchBench("cortex-a15", schedule=held())
    run(b.cpu.str_(VA["nc"], 7))
    assert b.device(PAA) == 0
    assert not b.machine.apply(Move(MoveKind.LOAD, "nc", 1, PAA)), "another CPU would not find it"
    assert b.machine.apply(Move(MoveKind.LOAD, "nc", 0, PAA))
    run(b.cpu.dmb("st"))
    b.device_write(PAA, 9)
    assert run(b.cpu.ldr(VA["nc"])) == 7


def test_what_a_dmb_orders_comes_first() -> None:
    b = ArchBench("cortex-a15", schedule=held())
    run(b.cpu.str_(VA["nc"] + 4096, 7))
    run(b.cpu.dmb())
    assert not b.machine.apply(Move(MoveKind.LOAD, "nc", 0, PAA))
    run(b.cpu.dsb())
    assert b.machine.apply(Move(MoveKind.LOAD, "nc", 0, PAA))


def test_there_must_be_a_translation_and_a_core_that_does_it() -> None:
    b = ArchBench("cortex-a15", schedule=held())
    for section in range(8):
        b.section(NC + (section << 20), None)
    run(b.cpu.tlbiallis())
    run(b.cpu.dsb())
    assert not b.machine.apply(Move(MoveKind.LOAD, "nc", 0, PAA))
    assert b.machine.apply(Move(MoveKind.LOAD, "wb", 0, PAA))
    with pytest.raises(IllegalMove, match="arm926 executes loads in order"):
        ArchBench("arm926", schedule=held()).machine.apply(Move(MoveKind.LOAD, "nc", 0, PAA))


def test_few_loads_are_in_flight() -> None:
    b = early("nc", lines=10)
    loaded = [b.machine.copies(PAA + n * LINE).early is not None for n in range(10)]
    assert loaded == [False] * 4 + [True] * 6


def test_the_schedule_random_loads_early_where_cores_do() -> None:
    near = Footprint("dev_write", PAA, 4)
    for profile, wanted in (("cortex-a15", {"wb", "nc"}), ("arm926", set())):
        view = ArchBench(profile, schedule=RandomMoves(rate=0.0)).machine.moves
        moves = [m for n in range(400) for m in RandomMoves(3, 1.0).moves(Point("dma0", "write", n), near, view)]
        assert {m.level for m in moves if m.kind is MoveKind.LOAD} == wanted


def test_no_load_goes_back_behind_another() -> None:
    """Of a byte that was loaded anew nothing older is returned."""
    b = early("nc")
    assert run(b.cpu.ldrb(VA["nc"])) == 0
    assert run(b.cpu.ldr(VA["nc"])) == 1
    assert run(b.cpu.ldr(VA["nc"])) == 1
