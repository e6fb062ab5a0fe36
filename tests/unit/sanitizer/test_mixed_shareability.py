# SPDX-License-Identifier: Apache-2.0
"""Live translations of a page that differ in shareability: the L1s of two CPUs are not coherent for it (DDI 0406C, A3.5.7)."""

from __future__ import annotations

import numpy as np
import pytest
from arch_bench import PA, ArchBench, run

from dmasan import events as ev
from dmasan.arch.family import INTEGRATED
from dmasan.arch.short_descriptor import Kind, Leaf, encode, first_level_entry
from dmasan.events import CacheOp, Level, MemoryType
from dmasan.sanitizer import Sanitizer
from dmasan.sanitizer.codes import Effect
from dmasan.schedule import Replay

BASE, WORD, PAGE = 0x8000_0000, 0x8000_0100, 1 << 12
NS = 0x5000_0000  # where the Non-shareable mapping is
TABLE = PA


def effects(cpus: int, mixed: bool, *events: ev.Event) -> list[Effect]:
    sanitizer = Sanitizer(INTEGRATED, BASE, PAGE, 64, cpus=cpus)
    sanitizer.observe(ev.AliasChange(0.0, ev.NOWHERE, BASE, PAGE, live=True, mixed=mixed))
    for event in events:
        sanitizer.observe(event)
    return [incident.effect for incident in sanitizer.log.incidents]


def store(cpu: int) -> ev.Store:
    return ev.Store(1.0, ev.NOWHERE, cpu, WORD, 4, MemoryType.WB)


def load(cpu: int) -> ev.Load:
    return ev.Load(3.0, ev.NOWHERE, cpu, WORD, 4, MemoryType.WB, np.zeros(4, np.bool_))


def flush(cpu: int, shareable: bool = True) -> tuple[ev.Event, ev.Event]:
    """Clean and invalidate, complete."""
    operation = ev.Maintenance(2.0, ev.NOWHERE, cpu, CacheOp.CLEAN_INVALIDATE, Level.INNER, WORD, 4, shareable)
    return operation, ev.Barrier(2.0, ev.NOWHERE, cpu, "dsb", "sy")


DSB = ev.Barrier(2.0, ev.NOWHERE, 0, "dsb", "ish")


def test_another_cpu_may_miss_the_line() -> None:
    assert effects(2, True, load(0), store(0), DSB, load(1)) == [Effect.STALE_CPU_READ]
    assert effects(2, False, load(0), store(0), DSB, load(1)) == []


def test_a_line_that_another_cpu_dirtied_may_be_written_over_it() -> None:
    assert Effect.LOST_UPDATE in effects(2, True, store(0), DSB, store(1))
    assert effects(2, False, store(0), DSB, store(1)) == []


def test_lines_of_two_cpus_outlive_the_second_translation() -> None:
    """The L1s that are not coherent are still those of two CPUs: the older dirty line may be written over the younger."""
    of_one = ev.AliasChange(0.5, ev.NOWHERE, BASE, PAGE, live=True)
    assert effects(2, True, of_one, store(0), DSB) == []
    assert effects(2, True, of_one, store(0), DSB, store(1)) == [Effect.LOST_UPDATE]
    assert effects(2, True, of_one, *flush(0), store(0), DSB, store(1)) == []


@pytest.mark.parametrize("shareable", [True, False])
def test_maintenance_reaches_the_other_l1_through_a_shareable_translation(shareable: bool) -> None:
    found = effects(2, True, load(0), load(1), store(0), *flush(0, shareable), load(1))
    assert found == ([] if shareable else [Effect.STALE_CPU_READ])


def mapped_twice(cpus: int) -> ArchBench:
    """A section is mapped Shareable by the bench; here Non-shareable too."""
    b = ArchBench("cortex-a15", cpus=cpus, sections=2, schedule=Replay())
    word = encode(Leaf(Kind.SECTION, PA + (1 << 20), MemoryType.WB, s=False))
    run(b.cpu.set_descriptor(first_level_entry(TABLE, NS), word, va=NS, level=1))
    return b


@pytest.mark.parametrize("cpus", [1, 2])
def test_the_machine_tells_of_it_where_there_are_several_cpus(cpus: int) -> None:
    b = mapped_twice(cpus)
    told = [(e.address, e.live) for e in b.of(ev.AliasChange) if isinstance(e, ev.AliasChange) and e.mixed]
    assert told == ([(PA + (1 << 20), True)] if cpus > 1 else [])
    run(b.cpu.set_descriptor(first_level_entry(TABLE, NS), 0, va=NS, level=1))
    run(b.cpu.tlbiallis())
    run(b.cpu.dsb())
    told = [(e.address, e.live, e.mixed) for e in b.of(ev.AliasChange) if isinstance(e, ev.AliasChange)]
    assert told[1:] == ([(PA + (1 << 20), True, False)] if cpus > 1 else [])


def test_the_machine_shows_it() -> None:
    """What one CPU stored through the Non-shareable mapping another does not see."""
    b, at = mapped_twice(2), 0x40
    wb = 0xC000_0000 + (1 << 20) + at
    run(b.cpu.str_(NS + at, 7))
    assert run(b.other.ldr(wb)) == 0
    run(b.cpu.dccimvac(NS + at))
    run(b.other.dccimvac(wb))
    assert run(b.other.ldr(wb)) == 7


def test_two_cpus_that_use_a_page_non_shareable_do_not_see_each_other() -> None:
    """Nothing makes accesses of several observers to Non-shareable memory coherent (DDI 0406C, A3.5, Normal memory)."""
    b = ArchBench("cortex-a15", cpus=2, sections=1, schedule=Replay())
    sanitizer = Sanitizer(INTEGRATED, PA, 2 << 20, 64, cpus=2)
    b.bus.subscribe(sanitizer.observe)
    word = encode(Leaf(Kind.SECTION, PA + (1 << 20), MemoryType.WB, s=False))
    run(b.cpu.set_descriptor(first_level_entry(TABLE, NS), word, va=NS, level=1))
    run(b.cpu.dsb())
    run(b.cpu.str_(NS, 7))
    run(b.cpu.dsb())
    assert run(b.other.ldr(NS)) == 0, "the machine shows it"
    assert Effect.STALE_CPU_READ in [incident.effect for incident in sanitizer.log.incidents]
