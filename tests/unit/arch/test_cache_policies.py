# SPDX-License-Identifier: Apache-2.0
"""What the switches of a profile make of one and the same access."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from arch_bench import DATA, NC, PA, WB, ArchBench, held, run, tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from dmasan.arch.copies import Copy
from dmasan.arch.faults import FirewallAbort, TranslationFault
from dmasan.arch.geometry import CacheGeometry, Region
from dmasan.arch.profile import PROFILES
from dmasan.config import UsageError
from dmasan.events import CacheOp, Maintenance, MemoryType, SetWayMaintenance
from dmasan.schedule import Move, MoveKind, RandomMoves

A, PAA = WB + DATA, PA + DATA
LATEST, DIRTY = Copy(False, False), Copy(True, False)
WT = 0x6000_0000


def value(b: ArchBench, pa: int = PAA) -> int:
    return b.device(pa)


# --- allocation ---


def test_a_read_allocate_cache_passes_a_store_on() -> None:
    b = ArchBench("cortex-a8")
    run(b.cpu.str_(A, 1))
    copies = b.machine.copies(PAA)
    assert copies.l1 == [None] and copies.l2 == DIRTY and value(b) == 0
    run(b.cpu.ldr(A))
    run(b.cpu.str_(A, 2))
    assert b.machine.copies(PAA).l1 == [DIRTY]
    alone = ArchBench(replace(tiny("one-level"), write_allocate=False), cpus=1)
    run(alone.cpu.str_(A, 3))
    assert alone.machine.copies(PAA).l1 == [None] and value(alone) == 3


def test_another_l1_that_has_the_line_keeps_a_read_allocate_store_in_the_caches() -> None:
    b = ArchBench(replace(tiny("one-level"), write_allocate=False))
    run(b.other.ldr(A))
    run(b.cpu.str_(A, 3))
    assert b.machine.copies(PAA).l1 == [DIRTY, None]
    assert run(b.other.ldr(A)) == 3


def test_write_streaming_stops_allocating_in_l1() -> None:
    b = ArchBench("cortex-a53")
    run(b.cpu.write(A, np.full(64 * 8, 7, np.uint8)))
    lines = [b.machine.copies(PAA + 64 * n) for n in range(8)]
    assert [each.l1[0] == DIRTY for each in lines] == [True] * 3 + [False] * 5
    assert all(each.l2 == DIRTY for each in lines[3:])
    assert run(b.cpu.read(A, 512)).tolist() == [7] * 512


# --- content of L2 ---


def test_an_inclusive_l2_takes_the_lines_of_l1_along() -> None:
    b = ArchBench("cortex-a15", schedule=held())
    run(b.other.str_(A, 5))
    assert b.machine.copies(PAA).l1[1] == DIRTY
    assert b.machine.apply(Move(MoveKind.EVICT, "l2", 0, PAA))
    assert b.machine.copies(PAA).l1 == [None, None] and value(b) == 5
    plain = ArchBench(replace(PROFILES["cortex-a15"], l2_content="non-inclusive"), schedule=held())
    run(plain.other.str_(A, 5))
    plain.machine.apply(Move(MoveKind.EVICT, "l2", 0, PAA))
    assert plain.machine.copies(PAA).l1[1] == DIRTY and value(plain) == 0


@settings(max_examples=60)
@given(st.sampled_from(["cortex-a15", "cortex-a72"]), st.integers(0, 1 << 20), st.data())
def test_what_l1_holds_an_inclusive_l2_holds_too(profile: str, seed: int, data: st.DataObject) -> None:
    b = ArchBench(tiny(profile), schedule=RandomMoves(seed=seed, rate=0.5))
    for step in range(25):
        cpu = b.machine.cpus[data.draw(st.integers(0, 1))]
        at, length = data.draw(st.integers(0, 4000)), data.draw(st.integers(1, 700))
        act = data.draw(st.sampled_from(["write", "read", "dccmvac", "dccimvac", "dcimvac"]))
        run(cpu.write(A + at, bytes([step]) * length) if act == "write" else getattr(cpu, act)(A + at, length))
        h = b.machine.hierarchy
        assert h.l2 is not None
        inside = set(h.l2.lines().tolist())
        for l1 in h.l1:
            assert set(l1.lines().tolist()) <= inside


def test_a_victim_l2_is_filled_by_what_l1_gives_up() -> None:
    b = ArchBench("cortex-a53", schedule=held())
    run(b.cpu.ldr(A))
    assert b.machine.copies(PAA).l2 is None and b.machine.copies(PAA).l1[0] == LATEST
    assert b.machine.apply(Move(MoveKind.EVICT, "l1", 0, PAA))
    assert b.machine.copies(PAA).l2 == LATEST and b.machine.copies(PAA).l1[0] is None
    run(b.cpu.str_(A, 1))
    assert b.machine.copies(PAA).l2 == Copy(False, True)
    b.machine.apply(Move(MoveKind.EVICT, "l1", 0, PAA))
    assert b.machine.copies(PAA).l2 == DIRTY


def test_exclusive_mode_of_the_pl310_undoes_the_kernels_order_to_the_cpu() -> None:
    """Invalidate L2, then L1: in between L1 may give its stale line to L2 (DDI 0246, 2.3.3)."""
    for content, stale in (("non-inclusive", False), ("victim", True)):
        b = ArchBench(replace(PROFILES["cortex-a9-pl310"], l2_content=content), schedule=held())
        run(b.cpu.ldr(A))
        b.device_write(PAA, 9)
        run(b.cpu.outer_invalidate(PAA, 32))
        b.machine.apply(Move(MoveKind.EVICT, "l1", 0, PAA))
        run(b.cpu.dcimvac(A))
        assert (run(b.cpu.ldr(A)) != 9) is stale


# --- domains and reach ---


def mismatched() -> ArchBench:
    b = ArchBench("cortex-a9-pl310")
    b.link(0x5000_0000)
    b.page(0x5000_0000, PAA, s=False)
    return b


def test_the_scu_does_not_see_a_non_shareable_access() -> None:
    b = mismatched()
    run(b.cpu.str_(0x5000_0000, 4))
    assert run(b.other.ldr(A)) == 0  # cpu0's dirty line is in another shareability domain
    run(b.other.str_(A, 5))
    assert run(b.cpu.ldr(0x5000_0000)) == 4
    assert b.machine.copies(PAA).l1 == [Copy(True, True), DIRTY]


def test_maintenance_through_a_non_shareable_address_is_local() -> None:
    b = mismatched()
    run(b.other.str_(A, 5))
    b.events.clear()
    run(b.cpu.dccimvac(0x5000_0000))
    assert b.machine.copies(PAA).l1[1] == DIRTY
    assert not b.of(Maintenance)[0].broadcast  # type: ignore[attr-defined]
    run(b.cpu.dccimvac(NC + DATA))  # through a Non-cacheable one it reaches everybody
    assert b.machine.copies(PAA).l1[1] is None


def test_maintenance_of_the_arm11_mpcore_is_local() -> None:
    b = ArchBench("arm11mpcore")
    run(b.other.str_(A, 5))
    run(b.cpu.dccmvac(A))
    assert value(b) == 0 and not b.of(Maintenance)[0].broadcast  # type: ignore[attr-defined]
    run(b.cpu.ldr(A))  # read for ownership: the dirty line migrates
    run(b.cpu.dccmvac(A))
    assert value(b) == 5


def test_maintenance_by_set_and_way_reaches_one_slot_of_its_own_cpu() -> None:
    b = ArchBench("cortex-a9-pl310")
    run(b.other.str_(A, 5))
    set_ = (PAA >> 5) & (b.machine.profile.l1.sets - 1)
    for way in range(4):
        run(b.cpu.dccisw(1, set_, way))
    assert b.machine.copies(PAA).l1[1] == DIRTY and not b.of(SetWayMaintenance)
    for way in range(4):
        run(b.other.dccisw(1, set_, way))
    copies = b.machine.copies(PAA)
    assert copies.l1[1] is None and copies.l2 == DIRTY and value(b) == 0  # it ends before the PL310
    (event,) = b.of(SetWayMaintenance)
    assert (event.op, event.level, event.address) == (CacheOp.CLEAN_INVALIDATE, 1, PAA)  # type: ignore[attr-defined]
    with pytest.raises(UsageError, match="level 2, set 0, way 0: there is no such slot"):
        run(b.cpu.dcisw(2, 0, 0))
    integrated = ArchBench("cortex-a72")
    run(integrated.cpu.str_(A, 6))
    assert integrated.machine.hierarchy.l2 is not None
    slot = integrated.machine.hierarchy.l2.find(PAA >> 6)
    run(integrated.cpu.dccisw(2, slot // 16, slot % 16))
    assert value(integrated) == 6 and integrated.machine.copies(PAA).l1[0] is None


# --- virtual addresses ---


@pytest.mark.parametrize("profile", ["arm926", "arm1176"])
def test_two_virtual_addresses_of_a_page_do_not_see_each_other(profile: str) -> None:
    """kmap and kmap_atomic of one page: what is dirty under one address is not there under the other."""
    b = ArchBench(profile)
    b.link(0x5000_0000)
    b.page(0x5000_1000, PAA)
    run(b.cpu.ldr(A))
    run(b.cpu.str_(A, 1))
    assert run(b.cpu.ldr(0x5000_1000)) == 0
    run(b.cpu.dccmvac(0x5000_1000))
    assert value(b) == 0  # the wrong colour was cleaned
    run(b.cpu.dccmvac(A))
    assert value(b) == 1
    assert run(b.cpu.ldr(0x5000_1000)) == 0
    assert b.machine.copies(PAA).aliased


def test_equal_colours_of_a_vipt_cache_see_each_other() -> None:
    b = ArchBench("arm1176")
    b.link(0x5000_0000)
    b.page(0x5000_2000, PAA)
    run(b.cpu.ldr(A))
    run(b.cpu.str_(A, 1))
    assert run(b.cpu.ldr(0x5000_2000)) == 1 and not b.machine.copies(PAA).aliased


# --- Write-Through ---


@pytest.mark.parametrize("profile", ["arm926", "arm1176", "cortex-a9-pl310"])
def test_write_through(profile: str) -> None:
    b = ArchBench(profile)
    b.section(WT + DATA, PA + DATA, MemoryType.WT)
    run(b.cpu.ldr(WT + DATA))
    run(b.cpu.str_(WT + DATA, 3))
    cached = PROFILES[profile].write_through
    assert value(b) == 3
    assert b.machine.copies(PAA).l1[0] == (LATEST if cached else None)


def test_a_write_through_store_waits_and_is_forwarded() -> None:
    b = ArchBench("arm926", schedule=held())
    b.section(WT + DATA, PA + DATA, MemoryType.WT)
    run(b.cpu.str_(WT + DATA, 3))
    assert value(b) == 0
    assert run(b.cpu.ldr(WT + DATA)) == 3
    run(b.cpu.dsb())
    assert value(b) == 3


# --- PL310 ---


def test_a_full_line_write_may_drop_the_line_that_it_hits() -> None:
    for drops in (False, True):
        b = ArchBench(replace(PROFILES["cortex-a9-pl310"], full_line_invalidates=drops))
        run(b.cpu.str_(A, 1))
        run(b.cpu.dccimvac(A))
        assert b.machine.copies(PAA).l2 == DIRTY
        run(b.cpu.write(NC + DATA, bytes(32)))
        assert b.machine.copies(PAA).l2 == (None if drops else DIRTY)


def test_erratum_769419_keeps_a_write_until_cache_sync() -> None:
    for drains in (True, False):
        profile = replace(PROFILES["cortex-a9-pl310"], outer_drains_alone=drains)
        b = ArchBench(profile, schedule=held())
        run(b.cpu.str_(NC + DATA, 1))
        run(b.cpu.dsb())
        assert b.machine.apply(Move(MoveKind.DRAIN, "outer_buffer")) is drains
        assert value(b) == int(drains)
        run(b.cpu.outer_sync())
        assert value(b) == 1


# --- firewall ---


def test_a_forbidden_region_faults_on_any_access_a_speculative_one_too() -> None:
    region = Region(PAA + 0x1000, 0x1000)
    b = ArchBench(replace(PROFILES["cortex-a9-pl310"], forbidden=(region,)), schedule=held())
    run(b.cpu.str_(A, 1))
    for access in (b.cpu.ldr(A + 0x1FFC), b.cpu.write(A + 0xFFC, bytes(8)), b.cpu.dcimvac(A + 0x1800)):
        with pytest.raises(FirewallAbort, match="the region 0x80101000 to 0x80101fff is forbidden"):
            run(access)
    with pytest.raises(FirewallAbort, match="speculative load"):
        b.machine.apply(Move(MoveKind.FILL, "l1", 0, PAA + 0x1000))
    b.machine.allow(region)
    assert b.machine.apply(Move(MoveKind.FILL, "l1", 0, PAA + 0x1000))
    b.machine.forbid(region)
    with pytest.raises(UsageError, match="overlap"):
        b.machine.forbid(Region(PAA + 0x1000, 0x2000))
    with pytest.raises(UsageError, match="not forbidden"):
        b.machine.allow(Region(PAA, 0x1000))


def test_lru_keeps_what_is_used() -> None:
    profile = replace(PROFILES["one-level"], replacement="lru", l1=CacheGeometry(128, 2, 32))
    b = ArchBench(profile)
    run(b.cpu.dccimvac(WB, 0x4000))  # the tables go, the set is empty
    for at in (0, 64, 0, 128, 0, 192):  # four lines of one set of two ways
        run(b.cpu.ldr(A + at))
    held = [at for at in (0, 64, 128, 192) if b.machine.copies(PAA + at).l1[0] is not None]
    assert held == [0, 192]


def test_a_clean_leaves_the_line_in_the_caches() -> None:
    b = ArchBench("cortex-a15")
    run(b.cpu.str_(A, 1))
    run(b.cpu.dccmvac(A))
    copies = b.machine.copies(PAA)
    assert copies.l1[0] == LATEST == copies.l2 and value(b) == 1


def test_tlb_maintenance_without_broadcast_costs_interrupts() -> None:
    for profile, ipis in (("arm11mpcore", 3), ("cortex-a9-pl310", 0)):
        b = ArchBench(profile, cpus=4)
        run(b.machine.cpus[3].ldr(A))
        b.section(A & -(1 << 20), None)
        before = b.cpu.cycles
        run(b.cpu.tlbimvais(A))
        run(b.cpu.dsb())
        with pytest.raises(TranslationFault):
            run(b.machine.cpus[3].ldr(A))
        assert b.machine.counters.ipis == ipis
        assert (b.cpu.cycles - before > 3 * b.machine.profile.costs.ipi) is bool(ipis)


@pytest.mark.parametrize("profile", ["one-level", "cortex-a15", "cortex-a9-pl310"])
def test_an_invalidate_loses_what_is_dirty(profile: str) -> None:
    b = ArchBench(profile)
    run(b.cpu.str_(A, 1))
    run(b.cpu.dcimvac(A))
    assert b.machine.copies(PAA).l1[0] is None and value(b) == 0 == run(b.cpu.ldr(A))


@pytest.mark.parametrize("override", [False, True])
def test_non_cacheable_accesses_look_up_the_pl310_without_shared_override(override: bool) -> None:
    b = ArchBench("cortex-a9-pl310", shared_override=override)
    run(b.cpu.ldr(A))
    b.device_write(PAA, 5)
    assert run(b.cpu.ldr(NC + DATA)) == (5 if override else 0)
    run(b.cpu.str_(NC + DATA, 6))
    assert b.machine.copies(PAA).l2 == Copy(False, override) and value(b) == 6
