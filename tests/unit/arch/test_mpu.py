# SPDX-License-Identifier: Apache-2.0
"""Cortex-M7: regions instead of tables."""

import pytest

from dmasan.arch.faults import AlignmentFault, PermissionFault
from dmasan.arch.machine import Machine
from dmasan.arch.memory import RAM_BASE
from dmasan.arch.mpu import MpuRegion
from dmasan.arch.profile import find_profile
from dmasan.arch.short_descriptor import Access
from dmasan.config import Knobs, UsageError
from dmasan.events import AliasChange, Event, EventBus, MemoryType, Store
from dmasan.schedule import Benign

from arch_bench import ArchBench, run  # isort: skip

A = RAM_BASE + 0x10000


def machine() -> tuple[Machine, list[Event]]:
    bus, events = EventBus(), []
    m = Machine(find_profile("cortex-m7"), Knobs(cpus=1, ram_mib=16), Benign(), bus, 1)
    bus.subscribe(events.append)
    return m, events


def in_memory(m: Machine, pa: int) -> int:
    return int.from_bytes(m.device_read(pa, 4).tobytes(), "little")


def test_by_default_the_upper_ram_is_write_through() -> None:
    m, events = machine()
    run(m.cpus[0].str_(A, 7))
    assert in_memory(m, A) == 7
    assert isinstance(events[0], Store) and events[0].type is MemoryType.WT
    assert m.aliases.is_live(A)


def test_a_write_through_store_updates_the_line_that_l1_has_and_leaves_it_clean() -> None:
    m, _ = machine()
    run(m.cpus[0].ldr(A))
    run(m.cpus[0].str_(A, 9))
    copies = m.copies(A)
    assert copies.l1[0] is not None and not copies.l1[0].dirty and not copies.l1[0].stale
    assert run(m.cpus[0].ldr(A)) == 9 == in_memory(m, A)


def test_the_highest_region_wins_and_changes_what_is_live() -> None:
    m, events = machine()
    cpu = m.cpus[0]
    run(cpu.mpu_set(0, MpuRegion(RAM_BASE, 1 << 24, MemoryType.WB)))
    run(cpu.str_(A, 1))
    assert in_memory(m, A) == 0
    run(cpu.dccimvac(A))
    assert in_memory(m, A) == 1
    run(cpu.mpu_set(3, MpuRegion(A, 0x1000, MemoryType.NC, Access.READ_ONLY)))
    assert [(e.address, e.length, e.live) for e in events if isinstance(e, AliasChange)] == [(A, 0x1000, False)]
    with pytest.raises(PermissionFault, match="STR at 0x80010000 on cpu0"):
        run(cpu.str_(A, 2))
    run(cpu.str_(A + 0x1000, 3))
    assert in_memory(m, A + 0x1000) == 0
    run(cpu.mpu_set(3, MpuRegion(A, 0x1000, MemoryType.DEVICE)))
    with pytest.raises(AlignmentFault):
        run(cpu.ldr(A + 2))
    run(cpu.mpu_set(3, None))
    assert m.aliases.is_live(A)


def test_wrong_regions_are_refused() -> None:
    m, _ = machine()
    with pytest.raises(UsageError, match="allowed is 0 to 15"):
        run(m.cpus[0].mpu_set(16, None))
    for base, size in ((A, 0x3000), (A + 0x1000, 0x4000), (0, 64)):
        with pytest.raises(UsageError, match="power of two"):
            MpuRegion(base, size, MemoryType.WB)
    with pytest.raises(UsageError, match="no MPU"):
        run(ArchBench().cpu.mpu_set(0, None))
