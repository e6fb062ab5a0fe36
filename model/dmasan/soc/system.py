# SPDX-License-Identifier: Apache-2.0
"""Machine, device and sanitizer, put together for one run: what a SoC has with a kernel and without one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Self, TypeVar

from dmasan.arch.cpu import Cpu
from dmasan.arch.machine import Machine
from dmasan.arch.memory import RAM_BASE
from dmasan.arch.processor import Profile
from dmasan.config import Knobs, RunError, choose
from dmasan.device.backend import Backend
from dmasan.device.model import ModelBackend
from dmasan.events import EventBus
from dmasan.sanitizer import Hazard, Sanitizer
from dmasan.sanitizer.adversary import Adversary
from dmasan.schedule import SCHEDULES, Benign, Recorder, Schedule
from dmasan.soc.doorbells import EngineRegisters
from dmasan.soc.port import Port

Result = TypeVar("Result")


class System:
    """The parts of a SoC, wired. `boot` is what happens before a program: none here.

    `schedule` is a name or a `Schedule`; `seed` decides every random choice; `backend` is the device, by default the
    behavioural one. Raises UsageError for an unknown schedule or a knob that does not fit the profile.
    """

    def __init__(
        self, profile: Profile, knobs: Knobs, schedule: str | Schedule, seed: int, backend: Backend | None
    ) -> None:
        self.knobs = knobs
        self.seed = seed
        self.bus = EventBus()
        self.backend = backend if backend is not None else ModelBackend()
        family = profile.relation(knobs.shared_override)
        self.sanitizer = Sanitizer(family, RAM_BASE, knobs.ram_mib << 20, profile.l1.line, knobs.cpus)
        self.schedule = Recorder(self._schedule(schedule, profile))
        self.bus.subscribe(
            self.sanitizer.observe
        )  # before the machine tells what an MPU's default map makes cacheable
        self.machine = Machine(profile, knobs, self.schedule, self.bus, seed)
        self.machine.in_turn = True
        self.sanitizer.point = self.machine.point
        self.sanitizer.order.registers = EngineRegisters(polls=bool(knobs.ring_poll))
        self.sanitizer.device.beat = self.backend.beat
        self.machine.clock = self.machine.mmio = self.backend
        self.port = Port(self.machine, self.sanitizer, self.backend)

    def _schedule(self, schedule: str | Schedule, profile: Profile) -> Schedule:
        if not isinstance(schedule, str):
            return schedule
        choose("schedule", schedule, SCHEDULES)
        if schedule == "random":
            return profile.random_moves(self.seed, self.knobs)
        if schedule == "adversarial":
            return Adversary(self.sanitizer.family, self.sanitizer.buffers, self.sanitizer.shadow.line)
        return Benign()

    def cpu(self, index: int = 0) -> Cpu:
        """A CPU, with the loads, stores, barriers and maintenance of the ISA."""
        return self.machine.cpus[index]

    @property
    def hazards(self) -> list[Hazard]:
        """What the sanitizer has found so far, diagnosed."""
        return self.sanitizer.hazards

    async def boot(self) -> None:
        """Nothing: a SoC whose program begins at reset."""

    async def main(self, program: Callable[[Self], Awaitable[Result]]) -> Result:
        """Boots, and runs a program to its end."""
        await self.boot()
        return await program(self)

    def run(self, program: Callable[[Self], Awaitable[Result]]) -> Result:
        """`main` without a simulator: only on a backend that never suspends, such as the behavioural one."""
        steps = self.main(program)
        try:
            steps.send(None)
        except StopIteration as end:
            result: Result = end.value
            return result
        steps.close()
        raise RunError(f"the program waits for something that the {self.backend.name} backend does not know")
