# SPDX-License-Identifier: Apache-2.0
"""Maintenance that reaches one CPU only: who has taken the line decides what it does (ARM11MPCore)."""

from __future__ import annotations

import numpy as np
import pytest

from dmasan import events as ev
from dmasan.arch.configuration import RESET, copy
from dmasan.arch.family import LOCAL, family_of
from dmasan.arch.profile import PROFILES
from dmasan.arch.semantics import MOVES, OPERATIONS
from dmasan.events import CacheOp, Level, MemoryType
from dmasan.sanitizer import Sanitizer
from dmasan.sanitizer.codes import Effect
from dmasan.sanitizer.device_rules import DeviceAccess
from dmasan.sanitizer.line_holders import LineHolders
from dmasan.schedule import Point

BASE, LINE, HERE = 0x8000_0000, 32, ev.Site("driver.py", 1)
STILL = family_of("one-level-local", False, speculates=False)
WRITES, READS, TAKES, OWNS, CLEANS, DROPS, BOTH, WAITS, DMA = range(9)


def played(steps: list[tuple[int, int]]) -> list[str]:
    """Effects that the sanitizer names for (cpu, action) on one line of two CPUs, which the device reads."""
    sanitizer = Sanitizer(PROFILES["arm11mpcore"].relation(False), BASE, 4096, LINE, 2)
    sanitizer.observe(ev.AliasChange(0.0, HERE, BASE, 4096, True))
    ops = {CLEANS: CacheOp.CLEAN, DROPS: CacheOp.INVALIDATE, BOTH: CacheOp.CLEAN_INVALIDATE}
    for number, (cpu, action) in enumerate(steps, 1):
        when = float(number)
        match action:
            case 0:
                sanitizer.observe(ev.Store(when, HERE, cpu, BASE, LINE, MemoryType.WB))
            case 1:
                sanitizer.observe(ev.Load(when, HERE, cpu, BASE, LINE, MemoryType.WB))
            case 2 | 3:
                sanitizer.observe(ev.LinesTaken(when, HERE, cpu, BASE, LINE, action == OWNS))
            case 7:
                sanitizer.observe(ev.Barrier(when, HERE, cpu, "dsb"))
            case 8:
                sanitizer.device.read(DeviceAccess(Point("dma0", "read", number), BASE, LINE, False, when), None)
            case maintenance:
                op = ops[maintenance]
                sanitizer.observe(ev.Maintenance(when, HERE, cpu, op, Level.INNER, BASE, LINE, broadcast=False))
    return [each.effect.name for each in sanitizer.log.incidents if each.effect is not Effect.CONTRACT]  # it is mapped nowhere


@pytest.mark.parametrize(
    ("steps", "wrong"),
    [
        ([(0, WRITES), (0, CLEANS), (0, WAITS), (0, DMA)], False),
        ([(1, WRITES), (1, WAITS), (0, CLEANS), (0, WAITS), (0, DMA)], True),
        ([(1, WRITES), (1, WAITS), (0, TAKES), (0, CLEANS), (0, WAITS), (0, DMA)], False),
        ([(1, WRITES), (1, WAITS), (0, OWNS), (0, BOTH), (0, WAITS), (0, DMA)], False),
        ([(1, WRITES), (1, WAITS), (0, TAKES), (1, READS), (0, CLEANS), (0, WAITS), (0, DMA)], True),
        ([(1, WRITES), (1, WAITS), (0, OWNS), (1, OWNS), (0, BOTH), (0, WAITS), (0, DMA)], True),
        ([(0, WRITES), (0, WAITS), (1, READS), (0, CLEANS), (0, WAITS), (1, CLEANS), (1, WAITS), (0, DMA)], False),
    ],
)
def test_what_the_device_reads(steps: list[tuple[int, int]], wrong: bool) -> None:
    assert bool(played(steps)) is wrong


def test_a_clean_copy_stays_elsewhere_after_a_read_for_ownership() -> None:
    """Both CPUs have loaded the line: an invalidate by one leaves the other's copy, unless it has stored before."""
    family, both = STILL, RESET._replace(live=1, l1=copy(False, 1))
    taken = {c.l1 for c, _ in OPERATIONS["issue_invalidate_held"].apply(family, both) if not c.in_flight}
    assert taken == {both.l1}
    owned = [c for c, _ in OPERATIONS["issue_invalidate_owned"].apply(family, both._replace(l1=copy(True, 1)))]
    assert len(owned) == 1 and owned[0].in_flight


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name.endswith(("_held", "_owned"))])
def test_ownership_means_nothing_where_cores_speculate(name: str) -> None:
    plain = OPERATIONS[name.rsplit("_", 1)[0]]
    for code in range(5):
        config = RESET._replace(live=1, l1=code)
        assert list(OPERATIONS[name].apply(LOCAL, config)) == list(plain.apply(LOCAL, config))


def test_nothing_is_filled_unasked_without_speculation() -> None:
    live = RESET._replace(live=1)
    for fill in ("fill_l1", "fill_l2", "fill_other"):
        assert not list(MOVES[fill](STILL, live))
    assert list(MOVES["fill_l1"](LOCAL, live))


def test_an_early_load_brings_its_line_in() -> None:
    """Without speculation the only way to a clean line is the load itself, wherever it was satisfied."""
    early = next(c for c in MOVES["load_early"](STILL, RESET._replace(live=1)) if c.early > 2)
    after = {c.l1 for c, _ in OPERATIONS["load_wb"].apply(STILL, early)}
    assert after == {0, copy(False, 1)}


def test_holders() -> None:
    holders = LineHolders(BASE, 8 * LINE, LINE, 2)
    holders.stored(0, BASE, 2 * LINE)
    holders.loaded(0, BASE, LINE)
    holders.loaded(1, BASE + 2 * LINE, 1)
    holders.stored(1, BASE + 3 * LINE + 4, 4)
    of_0 = [("_owned", 2), ("", 6)]
    of_1 = [("", 2), ("_held", 1), ("_owned", 1), ("", 4)]
    for cpu, expected in enumerate((of_0, of_1)):
        found = [(kind, length // LINE) for _, length, kind in holders.runs(cpu, BASE, 8 * LINE)]
        assert found == expected
    assert np.count_nonzero(holders.codes) == 4


def test_a_line_that_every_cpu_has_dropped_is_nowhere_else() -> None:
    """By an interrupt between processors: the last one's maintenance finds the only copy. It counts from its DSB."""
    holders = LineHolders(BASE, 2 * LINE, LINE, 2)
    holders.loaded(0, BASE, 2 * LINE)
    holders.loaded(1, BASE, 2 * LINE)
    holders.invalidated(0, BASE, LINE)
    holders.invalidated(0, BASE + LINE, LINE)
    assert [kind for *_, kind in holders.runs(1, BASE, 2 * LINE)] == ["_held"]
    holders.loaded(0, BASE + LINE, 1)  # taken again before the maintenance is complete
    holders.completed(0)
    assert [kind for *_, kind in holders.runs(1, BASE, LINE)] == ["_owned"]
    assert [kind for *_, kind in holders.runs(1, BASE + LINE, LINE)] == [""]


def test_a_load_brings_the_rest_of_its_line_in() -> None:
    """What the device writes to the line behind it may be read old, wherever in the line."""
    sanitizer = Sanitizer(PROFILES["arm926"].relation(False), BASE, 4096, LINE, 1)
    sanitizer.observe(ev.AliasChange(0.0, HERE, BASE, 4096, True))
    sanitizer.observe(ev.Load(1.0, HERE, 0, BASE + 8, 4, MemoryType.WB))
    states = sanitizer.automaton.states
    held = [any(config.l1 for config in states[int(state)]) for state in sanitizer.shadow.states[: 2 * LINE : 4]]
    assert held == [True] * 8 + [False] * 8
