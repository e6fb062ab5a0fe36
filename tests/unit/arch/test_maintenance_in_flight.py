# SPDX-License-Identifier: Apache-2.0
"""Maintenance that a schedule holds stays in flight until its CPU's DSB, or until something is ordered behind it."""

from __future__ import annotations

import pytest
from arch_bench import DATA, NC, PA, WB, ArchBench, run

from dmasan.schedule import Footprint, Move, MoveKind, Point, RandomMoves, Replay

A, PAA = WB + DATA, PA + DATA


def holding(profile: str = "cortex-a15") -> ArchBench:
    """A dirty line; its clean, which comes next, will be held."""
    b = ArchBench(profile, schedule=Replay())
    run(b.cpu.str_(A, 7))
    at = Point("cpu0", "op", b.cpu.operations)
    b.machine.schedule.choices[at] = (Move(MoveKind.HOLD, "maintenance"),)  # type: ignore[attr-defined]
    run(b.cpu.dccmvac(A))
    return b


def test_a_clean_that_is_held_has_not_happened() -> None:
    b = holding()
    assert b.device(PAA) == 0
    run(b.cpu.dsb())
    assert b.device(PAA) == 7
    run(b.cpu.str_(A, 8))
    run(b.cpu.dccmvac(A))
    assert b.device(PAA) == 8, "only the one that was chosen is held"


@pytest.mark.parametrize("operation", ["dmb", "tlbiall", "isb"])
def test_neither_a_dmb_nor_what_has_no_address_completes_it(operation: str) -> None:
    b = holding()
    run(getattr(b.cpu, operation)())
    assert b.device(PAA) == 0


@pytest.mark.parametrize("va", [A, A + 4096, NC + DATA])
def test_a_later_access_of_its_cpu_finds_it_complete(va: int) -> None:
    b = holding()
    run(b.cpu.ldr(va))
    assert b.device(PAA) == 7


def test_another_cpu_does_not_wait_for_it() -> None:
    b = holding()
    run(b.other.ldr(A + 4096))
    run(b.other.dsb())
    assert b.device(PAA) == 0


def test_it_may_complete_by_itself() -> None:
    b = holding()
    assert b.machine.apply(Move(MoveKind.DRAIN, "maintenance"))
    assert b.device(PAA) == 7
    assert not b.machine.apply(Move(MoveKind.DRAIN, "maintenance"))


def test_maintenance_behind_it_takes_its_turn() -> None:
    b = holding()
    run(b.cpu.dcimvac(A))
    run(b.cpu.dsb())
    assert b.device(PAA) == 7 and b.machine.copies(PAA).l1 == [None, None]


def test_the_outer_cache_does_not_wait_for_it() -> None:
    b = holding("cortex-a9-pl310")
    run(b.cpu.outer_clean(PAA, 4))
    run(b.cpu.dsb())
    run(b.cpu.outer_sync())
    assert b.device(PAA) == 0, "the line arrived in L2 after that was cleaned"


def test_the_schedule_random_holds_some() -> None:
    b = ArchBench("cortex-a15", schedule=RandomMoves(rate=0.0))
    near = Footprint("issue_clean", PAA, 64)
    moves = [m for n in range(200) for m in RandomMoves(3, 1.0).moves(Point("cpu1", "op", n), near, b.machine.moves)]
    held = [move for move in moves if move.kind is MoveKind.HOLD]
    assert held and {(move.level, move.cpu) for move in held} == {("maintenance", 1)}
