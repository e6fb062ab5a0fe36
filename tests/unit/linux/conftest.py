# SPDX-License-Identifier: Apache-2.0
"""A small booted kernel on a concrete machine, with a log of what it did."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

from dmasan.arch.machine import Machine
from dmasan.arch.profile import find_profile
from dmasan.config import Cell, Knobs
from dmasan.events import Event, EventBus
from dmasan.linux import Kernel, Zone
from dmasan.schedule import Benign

Result = TypeVar("Result")
SMALL = {"ram_mib": 24, "lowmem_mib": 16, "cma_mib": 4, "processes": 3, "versions": False}


@dataclass
class World:
    """A kernel and the events of its machine."""

    kernel: Kernel
    machine: Machine
    log: list[Event] = field(default_factory=list)

    def run(self, program: Coroutine[Any, Any, Result]) -> Result:
        """Runs a coroutine that never waits for a device."""
        try:
            program.send(None)
        except StopIteration as done:
            return done.value
        raise AssertionError("the program waits for something")

    def watch(self, program: Coroutine[Any, Any, Any]) -> list[Event]:
        """The events of `program`."""
        self.log.clear()
        self.run(program)
        return list(self.log)


def build(
    policy: str = "strict",
    era: str = "v6.19",
    *,
    profile: str = "cortex-a9-pl310",
    zone: Zone | None = None,
    boot: bool = True,
    **knobs: object,
) -> World:
    cell = Cell(policy, profile, era, Knobs().with_settings(SMALL | knobs))
    bus = EventBus()
    machine = Machine(find_profile(profile), cell.knobs, Benign(), bus, seed=1)
    world = World(Kernel(machine, cell, cma_zone=zone), machine)
    bus.subscribe(world.log.append)
    if boot:
        world.run(world.kernel.boot())
    return world


@pytest.fixture
def make() -> Callable[..., World]:
    return build
