# SPDX-License-Identifier: Apache-2.0
"""One world: machine, kernel, device and sanitizer, put together for one run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from dmasan.arch.cpu import Cpu
from dmasan.arch.machine import Machine
from dmasan.arch.memory import RAM_BASE
from dmasan.arch.processor import Profile
from dmasan.arch.profile import find_profile
from dmasan.config import DEFAULT_ERA, DEFAULT_PROFILE, ERAS, Cell, Knobs, RunError, UsageError, choose
from dmasan.device.backend import Backend
from dmasan.device.model import ModelBackend
from dmasan.events import EventBus, Interrupt, call_site
from dmasan.linux.dma import DmaApi
from dmasan.linux.io import Io
from dmasan.linux.kernel import Kernel
from dmasan.sanitizer import Hazard, Sanitizer
from dmasan.sanitizer.adversary import Adversary
from dmasan.schedule import SCHEDULES, Benign, Recorder, Schedule
from dmasan.soc.doorbells import EngineRegisters
from dmasan.soc.port import Port

Result = TypeVar("Result")


class HazardsFound(AssertionError):
    """A run that was expected to be clean has hazards."""

    def __init__(self, hazards: list[Hazard]) -> None:
        first = hazards[0]
        more = f" (and {len(hazards) - 1} more)" if len(hazards) > 1 else ""
        super().__init__(f"{first.code.name} in {first.buffer} at {first.site}{more}")
        self.hazards = hazards


class Soc:
    """A SoC with its kernel, a DMA engine and the sanitizer.

    `profile`, `policy` and `era` are names (`dmasan list`); `schedule` is a name or a `Schedule`; `seed` decides every
    random choice; `backend` is the device, by default the behavioural one; the knobs are those of `config.Knobs`.
    A driver program is `async def program(soc)`. Raises UsageError for an unknown name or knob, and for a cell that
    cannot exist.
    """

    def __init__(
        self,
        *,
        profile: str = DEFAULT_PROFILE,
        policy: str = "auto",
        era: str = DEFAULT_ERA,
        schedule: str | Schedule = "benign",
        seed: int = 1,
        backend: Backend | None = None,
        **knobs: object,
    ) -> None:
        found = find_profile(profile)
        if found.translation == "regions":
            raise UsageError(f"profile {profile} has no MMU: the kernel does not run on it")
        if policy == "coherent":
            knobs = {**knobs, "snoop_port": True}
        self.knobs = Knobs().with_settings(found.fitted(knobs))
        self.cell = Cell(policy, profile, choose("era", era, ERAS), self.knobs)
        self.seed = seed
        self.bus = EventBus()
        self.backend = backend if backend is not None else ModelBackend()
        family = found.relation(self.knobs.shared_override)
        self.sanitizer = Sanitizer(family, RAM_BASE, self.knobs.ram_mib << 20, found.l1.line, self.knobs.cpus)
        self.schedule = Recorder(self._schedule(schedule, found))
        self.machine = Machine(found, self.knobs, self.schedule, self.bus, seed)
        self.bus.subscribe(self.sanitizer.observe)
        self.sanitizer.point = self.machine.point
        self.sanitizer.order.registers = EngineRegisters()
        self.sanitizer.device.beat = self.backend.beat
        self.machine.clock = self.backend
        self.machine.mmio = self.backend
        self.port = Port(self.machine, self.sanitizer, self.backend)
        self.kernel = Kernel(self.machine, self.cell)
        self.port.decode = self.kernel.dma.device.decode
        self.backend.bind(self)

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
    def dma(self) -> DmaApi:
        """The kernel's DMA API."""
        return self.kernel.dma

    @property
    def io(self) -> Io:
        """Register accessors and the barriers that go with DMA."""
        return self.kernel.io

    @property
    def device(self) -> Backend:
        """The device: RTL in the simulator, or its behavioural model."""
        return self.backend

    @property
    def hazards(self) -> list[Hazard]:
        """What the sanitizer has found so far, diagnosed."""
        return self.sanitizer.hazards

    @property
    def notes(self) -> dict[str, int]:
        """Broken rules from which no wrong value can follow here, with their counts."""
        return self.sanitizer.log.notes

    def expect_clean(self) -> None:
        """Raises HazardsFound if there are any."""
        if self.hazards:
            raise HazardsFound(self.hazards)

    async def wait_irq(self, timeout_ns: float) -> None:
        """Sleeps until the device's interrupt. Raises RunError when `timeout_ns` have passed."""
        await self.backend.wait_irq(timeout_ns)
        if self.bus.active:
            self.bus.emit(Interrupt(self.backend.now_ns, call_site(), self.kernel.cpu.index))

    async def boot(self) -> None:
        """Boots the kernel: memory, linear map, CMA area."""
        await self.kernel.boot()

    async def main(self, program: Callable[[Soc], Awaitable[Result]]) -> Result:
        """Boots, and runs a driver program to its end."""
        await self.boot()
        return await program(self)

    def run(self, program: Callable[[Soc], Awaitable[Result]]) -> Result:
        """`main` without a simulator: only on a backend that never suspends, such as the behavioural one."""
        steps = self.main(program)
        try:
            steps.send(None)
        except StopIteration as end:
            result: Result = end.value
            return result
        steps.close()
        raise RunError(f"the program waits for something that the {self.backend.name} backend does not know")
