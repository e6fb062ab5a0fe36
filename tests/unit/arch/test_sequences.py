# SPDX-License-Identifier: Apache-2.0
"""Short sequences with outcomes worked out by hand."""

import pytest
from arch_bench import DATA, NC, PA, WB, ArchBench, held, run

from dmasan.arch.moves import IllegalMove
from dmasan.schedule import Move, MoveKind

A = DATA  # one word, as an offset


def evict(b: ArchBench, level: str = "l1", at: int = A) -> bool:
    return b.machine.apply(Move(MoveKind.EVICT, level, 0, PA + at))


def fill(b: ArchBench, level: str = "l1", at: int = A) -> bool:
    return b.machine.apply(Move(MoveKind.FILL, level, 0, PA + at))


def test_missing_clean() -> None:
    b = ArchBench()
    run(b.cpu.str_(WB + A, 7))
    assert b.device(PA + A) == 0
    assert b.machine.device_stale(PA + A, 8).tolist() == [True] * 4 + [False] * 4
    run(b.cpu.dccmvac(WB + A))
    assert b.device(PA + A) == 7
    assert b.machine.device_stale(PA + A, 8) is None


def test_dirty_line_of_the_other_alias_is_evicted_over_a_store() -> None:
    """The problem of 2011: the linear map's dirty line, written back over what the driver wrote."""
    b = ArchBench()
    run(b.cpu.str_(WB + A, 1))
    run(b.cpu.str_(NC + A, 2))
    assert b.device(PA + A) == 2
    assert evict(b)
    assert b.device(PA + A) == 1
    assert b.machine.device_stale(PA + A, 4).all()


def test_invalidating_only_before_the_transfer() -> None:
    b = ArchBench()
    run(b.cpu.dcimvac(WB + A))
    assert fill(b)
    b.device_write(PA + A, 9)
    assert run(b.cpu.ldr(WB + A)) == 0
    run(b.cpu.dcimvac(WB + A))
    assert run(b.cpu.ldr(WB + A)) == 9


def test_invalidate_loses_the_neighbours_of_the_line() -> None:
    b = ArchBench()
    run(b.cpu.str_(WB + A + 28, 5))
    run(b.cpu.dcimvac(WB + A, 4))
    assert run(b.cpu.ldr(WB + A + 28)) == 0
    assert b.machine.device_stale(PA + A + 28, 4).all()  # no copy has the latest value any more


def test_a_buffered_store_reaches_memory_at_dsb() -> None:
    b = ArchBench(schedule=held())
    run(b.cpu.str_(NC + A, 3))
    assert b.device(PA + A) == 0
    assert run(b.cpu.ldr(NC + A)) == 3
    assert run(b.other.ldr(NC + A)) == 0
    assert run(b.cpu.ldr(WB + A)) == 0  # the other alias need not forward
    run(b.cpu.dsb())
    assert b.device(PA + A) == 3


def test_dmb_orders_a_store_before_the_doorbell_but_does_not_push_it() -> None:
    doorbell: list[int] = []

    class Device:
        async def read32(self, pa: int) -> int:
            return 0

        async def write32(self, pa: int, value: int) -> None:
            doorbell.append(b.device(PA + A))

    b = ArchBench(schedule=held())
    b.machine.mmio = Device()
    run(b.cpu.str_(NC + A, 3))
    run(b.cpu.store_device(0x4000_0000, 1))
    run(b.cpu.dmb("oshst"))
    assert b.device(PA + A) == 0
    run(b.cpu.store_device(0x4000_0000, 1))
    assert doorbell == [0, 3]


@pytest.mark.parametrize("override", [False, True])
def test_a_noncacheable_access_hits_in_the_pl310_unless_overridden(override: bool) -> None:
    b = ArchBench("cortex-a9-pl310", shared_override=override)
    run(b.cpu.str_(WB + A, 1))
    run(b.cpu.dccimvac(WB + A))  # dirty in L2 now
    assert b.machine.copies(PA + A).l2 == (True, False)
    assert b.device(PA + A) == 0
    assert run(b.cpu.ldr(NC + A)) == (0 if override else 1)
    run(b.cpu.str_(NC + A, 2))
    assert b.device(PA + A) == 2
    assert b.machine.copies(PA + A).l2 == (True, override)  # written through, or bypassed and stale
    assert evict(b, "l2")
    assert b.device(PA + A) == (1 if override else 2)


def test_maintenance_by_va_ends_before_the_outer_cache() -> None:
    b = ArchBench("cortex-a9-pl310")
    run(b.cpu.str_(WB + A, 6))
    run(b.cpu.dccmvac(WB + A))
    assert b.device(PA + A) == 0
    run(b.cpu.outer_clean(PA + A, 4))
    assert b.device(PA + A) == 6
    assert (b.machine.counters.l1_ops, b.machine.counters.l2_ops) == (1, 1)


def test_outer_clean_before_inner_clean_leaves_the_line_in_l2() -> None:
    b = ArchBench("cortex-a9-pl310")
    run(b.cpu.str_(WB + A, 6))
    run(b.cpu.outer_clean(PA + A, 4))
    run(b.cpu.dccmvac(WB + A))
    assert b.device(PA + A) == 0


def test_the_pl310_buffer_holds_past_dsb_until_cache_sync() -> None:
    b = ArchBench("cortex-a9-pl310", schedule=held())
    run(b.cpu.str_(NC + A, 4))
    run(b.cpu.dsb())
    assert b.device(PA + A) == 0
    assert b.machine.copies(PA + A).outer_buffer is False
    assert run(b.other.ldr(NC + A)) == 4
    run(b.cpu.outer_sync())
    assert b.device(PA + A) == 4


def test_dirty_lines_migrate_between_l1s() -> None:
    b = ArchBench("cortex-a9-pl310")
    run(b.cpu.str_(WB + A, 1))
    assert run(b.other.ldr(WB + A)) == 1
    assert b.machine.copies(PA + A).l1 == [None, (True, False)]
    run(b.cpu.ldr(WB + A + 32))
    run(b.other.ldr(WB + A + 32))
    assert b.machine.copies(PA + A + 32).l1 == [(False, False)] * 2  # clean lines are shared
    run(b.other.str_(WB + A + 32, 2))
    assert b.machine.copies(PA + A + 32).l1 == [None, (True, False)]
    run(b.cpu.dccmvac(WB + A))  # by the other CPU: maintenance by VA is broadcast
    assert b.machine.copies(PA + A).l1 == [None, (False, False)]


def test_a_fill_needs_a_live_cacheable_translation() -> None:
    b = ArchBench(sections=2)
    with pytest.raises(IllegalMove, match="no cacheable translation"):
        fill(b, at=4 << 20)
    assert fill(b)
    assert not fill(b)  # it is there already
    with pytest.raises(IllegalMove, match="does not act on 'l3'"):
        b.machine.apply(Move(MoveKind.EVICT, "l3", 0, PA))


def test_moves_act_on_ranges_of_lines() -> None:
    b = ArchBench("cortex-a9-pl310")
    run(b.cpu.fill(WB + A, 4096, 0xEE))
    assert b.machine.apply(Move(MoveKind.EVICT, "l1", 0, PA + A + 32, 64))
    assert b.machine.apply(Move(MoveKind.EVICT, "l2", 0, PA + A, 128))
    memory = b.machine.device_read(PA + A, 4096)
    assert not memory[:32].any() and not memory[32 + 64 * 32 :].any()
    assert (memory[32 : 32 + 64 * 32] == 0xEE).all()
    assert b.machine.counters.hidden_moves == 2
