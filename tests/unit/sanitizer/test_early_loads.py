# SPDX-License-Identifier: Apache-2.0
"""A load may be executed before what precedes it in program order, up to a barrier of loads or an interrupt."""

from __future__ import annotations

import numpy as np
import pytest

from dmasan import events as ev
from dmasan.arch.family import INTEGRATED, ONE_LEVEL, Family
from dmasan.events import MemoryType
from dmasan.sanitizer import Sanitizer
from dmasan.sanitizer.automaton import Automaton
from dmasan.sanitizer.codes import Effect
from dmasan.sanitizer.device_rules import DeviceAccess
from dmasan.schedule import Point

BASE, WORD = 0x8000_0000, 4
LENGTH, STATUS = BASE + 0x100, BASE + 0x140  # two words of a descriptor that the device writes, on two lines
HERE = ev.Site("driver.py", 1)


def written(family: Family) -> Sanitizer:
    """The device has written the length, and then the status."""
    sanitizer = Sanitizer(family, BASE, 1 << 12, 64, cpus=2)
    for address in (LENGTH, STATUS):
        burst = DeviceAccess(Point("dma0", "write", 0), address, WORD, False, 1.0)
        sanitizer.device.write(burst, None)
        sanitizer.device.done(burst)
    return sanitizer


def load(sanitizer: Sanitizer, address: int, cpu: int = 0) -> list[Effect]:
    before = len(sanitizer.log.incidents)
    stale = np.zeros(WORD, np.bool_)
    sanitizer.observe(ev.Load(2.0, HERE, cpu, address, WORD, MemoryType.NC, stale))
    return [incident.effect for incident in sanitizer.log.incidents[before:]]


BARRIERS = [
    ev.Barrier(1.5, HERE, 0, "dmb", "osh"),
    ev.Barrier(1.5, HERE, 0, "dmb", "oshld"),
    ev.Barrier(1.5, HERE, 0, "dsb", "sy"),
    ev.Barrier(1.5, HERE, 0, "dsb", "st"),
    ev.Barrier(1.5, HERE, 0, "dsb", "ld"),
    ev.Interrupt(1.5, HERE, 0),
]
NONE = [
    ev.Barrier(1.5, HERE, 0, "dmb", "oshst"),
    ev.Barrier(1.5, HERE, 0, "isb"),
    ev.Barrier(1.5, HERE, 1, "dmb", "osh"),
]


def test_the_data_may_be_older_than_the_status() -> None:
    """Network driver, no dma_rmb between the status of a descriptor and its length."""
    sanitizer = written(INTEGRATED)
    assert load(sanitizer, LENGTH) == [Effect.STALE_CPU_READ]


@pytest.mark.parametrize("barrier", BARRIERS, ids=lambda e: f"{type(e).__name__}-{getattr(e, 'option', '')}")
def test_a_barrier_between_them_cures_it(barrier: ev.Event) -> None:
    sanitizer = written(INTEGRATED)
    sanitizer.observe(barrier)
    assert load(sanitizer, STATUS) == load(sanitizer, LENGTH) == []


@pytest.mark.parametrize("barrier", NONE[:2], ids=lambda e: f"{e.name}-{e.option}")
def test_what_orders_no_loads_does_not(barrier: ev.Barrier) -> None:
    sanitizer = written(INTEGRATED)
    sanitizer.observe(barrier)
    assert load(sanitizer, LENGTH) == [Effect.STALE_CPU_READ]


def test_a_barrier_cures_it_too_where_the_port_served_the_write_itself() -> None:
    """Its records may be taken note of with a write accepted and its response still to come."""
    sanitizer = Sanitizer(INTEGRATED, BASE, 1 << 12, 64, cpus=1)
    burst = DeviceAccess(Point("dma0", "write", 0), LENGTH, WORD, False, 1.0)
    sanitizer.shadow.apply("dev_write_posted", LENGTH, WORD)
    sanitizer.device.served(burst, "dev_write_posted", WORD)
    sanitizer.shadow.apply("dev_write_done", LENGTH, WORD)
    sanitizer.observe(BARRIERS[0])
    assert load(sanitizer, LENGTH) == []


def test_a_barrier_before_the_response_is_too_early() -> None:
    sanitizer = Sanitizer(INTEGRATED, BASE, 1 << 12, 64, cpus=1)
    burst = DeviceAccess(Point("dma0", "write", 0), LENGTH, WORD, False, 1.0)
    sanitizer.device.write(burst, None)
    sanitizer.observe(BARRIERS[0])
    sanitizer.device.done(burst)
    assert load(sanitizer, LENGTH) == [Effect.STALE_CPU_READ]


def test_loads_in_order_need_no_barrier() -> None:
    assert load(written(ONE_LEVEL), LENGTH) == []


def test_the_witness_is_a_load_executed_early() -> None:
    automaton = Automaton(INTEGRATED)
    state = np.zeros(1, np.uint16)
    for name in ("dev_write_posted", "dev_write_done"):
        automaton.apply(name, state)
    config = automaton.witness("load_nc", int(state[0]))
    assert config is not None
    assert config.early and not automaton.stale_when_drained("load_nc", int(state[0]))
