# SPDX-License-Identifier: Apache-2.0
"""Taking lines, cleaning all of them, and cores that load nothing unasked."""

from __future__ import annotations

import pytest
from arch_bench import DATA, NC, PA, WB, ArchBench, run

from dmasan.arch.copies import Copy
from dmasan.arch.moves import IllegalMove
from dmasan.arch.profile import PROFILES
from dmasan.config import UsageError
from dmasan.events import CacheOp, EntireMaintenance, LinesTaken, Maintenance, MemoryType
from dmasan.schedule import Move, MoveKind

A, PAA = WB + DATA, PA + DATA
LATEST, DIRTY = Copy(False, False), Copy(True, False)


def test_local_maintenance_misses_the_line_of_another_cpu() -> None:
    b = ArchBench("arm11mpcore")
    run(b.other.str_(A, 7))
    run(b.cpu.dccmvac(A, 4))
    assert b.device(PAA) == 0
    assert not any(event.broadcast for event in b.of(Maintenance) if event.op is CacheOp.CLEAN and event.address == PAA)  # type: ignore[attr-defined]


@pytest.mark.parametrize("write", [False, True])
def test_a_line_that_was_taken_is_reached(write: bool) -> None:
    b = ArchBench("arm11mpcore")
    run(b.other.str_(A, 7))
    run(b.cpu.take_lines(A, 64, write=write))
    assert b.machine.copies(PAA).l1 == [DIRTY, None]
    run(b.cpu.dccimvac(A, 64))
    assert b.device(PAA) == 7
    assert b.machine.copies(PAA).l1 == [None, None]


def test_taking_by_a_load_shares_and_by_a_store_does_not() -> None:
    for write, others in ((False, LATEST), (True, None)):
        b = ArchBench("arm11mpcore")
        run(b.other.ldr(A))
        run(b.cpu.take_lines(A + 4, 8, write=write))
        assert b.machine.copies(PAA).l1 == [DIRTY if write else LATEST, others]
        assert [(e.address, e.length, e.write) for e in b.of(LinesTaken)] == [(PAA + 4, 8, write)]  # type: ignore[attr-defined]


def test_a_non_cacheable_translation_takes_nothing() -> None:
    b = ArchBench("arm11mpcore")
    run(b.cpu.take_lines(NC + DATA, 64, write=True))
    assert not b.of(LinesTaken) and b.machine.copies(PAA).l1 == [None, None]


@pytest.mark.parametrize("profile", ["arm926", "arm11mpcore"])
def test_nothing_is_filled_where_the_core_does_not_speculate(profile: str) -> None:
    b = ArchBench(profile)
    assert not b.machine.moves.live_lines(PAA, 4)
    with pytest.raises(IllegalMove, match=f"{profile} loads no data unasked"):
        b.machine.apply(Move(MoveKind.FILL, "l1", 0, PAA))
    assert b.machine.copies(PAA).l1[0] is None
    assert ArchBench("one-level").machine.moves.live_lines(PAA, 4)


@pytest.mark.parametrize("profile", ["arm926", "arm1176"])
def test_the_entire_cache_is_cleaned_and_invalidated(profile: str) -> None:
    b = ArchBench(profile)
    for number in range(40):
        run(b.cpu.ldr(A + 32 * number))
        run(b.cpu.str_(A + 32 * number, number + 1))
    run(b.cpu.dcciall())
    assert [b.device(PAA + 32 * number) for number in range(40)] == list(range(1, 41))
    assert not len(b.machine.hierarchy.l1[0].lines()) and len(b.of(EntireMaintenance)) == 1


def test_newer_architectures_have_no_operation_on_the_entire_cache() -> None:
    for name in ("cortex-a8", "cortex-a53"):
        with pytest.raises(UsageError, match=f"{name} is ARMv.-A: no operation acts on the entire cache"):
            run(ArchBench(name).cpu.dcciall())


def test_a_table_is_stored_under_the_address_that_software_gives() -> None:
    b = ArchBench("arm926")
    b.machine.tables_at = lambda pa: pa - PA + WB
    b.cpu.tlb.invalidate(0, 0)
    b.link(WB + (9 << 20))
    colour = b.cpu.translate(WB).colour
    assert colour and all(event.colour == colour for event in b.of(Maintenance)[-2:])  # type: ignore[attr-defined]


def test_profiles_say_whether_they_speculate() -> None:
    assert {name for name, profile in PROFILES.items() if not profile.speculates} == {"arm926", "arm11mpcore"}
    for name, profile in PROFILES.items():
        assert profile.relation(False).speculates is profile.speculates, name


@pytest.mark.parametrize(("profile", "live"), [("arm926", True), ("arm1176", True), ("cortex-a8", False)])
def test_write_through_pages_are_live_where_they_are_cached(profile: str, live: bool) -> None:
    b = ArchBench(profile, sections=2)
    here = PA + (4 << 20)
    b.section(0x6000_0000, here, MemoryType.WT)
    b.link(0x6100_0000)
    b.page(0x6100_0000, here + (1 << 20), MemoryType.WT)
    assert [b.machine.aliases.is_live(pa) for pa in (here, here + (1 << 20))] == [live, live]
