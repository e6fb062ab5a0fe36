# SPDX-License-Identifier: Apache-2.0
"""A SoC without an operating system: machine, device and sanitizer, and a program with static buffers.

It is a `DriverContext` of the engine's driver: its descriptor ring lies in the Non-cacheable section.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from dmasan.arch.cpu import Cpu
from dmasan.arch.machine import Machine
from dmasan.arch.memory import RAM_BASE
from dmasan.arch.processor import Profile
from dmasan.arch.profile import find_profile
from dmasan.baremetal.platform import BareMetal
from dmasan.config import Knobs, RunError, choose
from dmasan.device.backend import Backend
from dmasan.device.model import ModelBackend
from dmasan.events import EventBus, MemoryType, OwnershipWords
from dmasan.sanitizer import Hazard, Sanitizer
from dmasan.sanitizer.adversary import Adversary
from dmasan.schedule import SCHEDULES, Benign, Recorder, Schedule
from dmasan.soc.doorbells import EngineRegisters
from dmasan.soc.port import Port

Result = TypeVar("Result")


@dataclass(frozen=True)
class StaticBuffer:
    """A variable that CPU and device share: one address for both."""

    cpu_addr: int
    dma_handle: int
    size: int


class BareSoc:
    """As `dmasan.soc.Soc`, without kernel. `type` is how memory is mapped, but for the Non-cacheable section."""

    def __init__(
        self,
        *,
        profile: str = "cortex-m7",
        schedule: str | Schedule = "benign",
        seed: int = 1,
        backend: Backend | None = None,
        type: MemoryType = MemoryType.WB,
        **knobs: object,
    ) -> None:
        found = find_profile(profile)
        self.knobs = Knobs().with_settings(found.fitted({"ram_mib": 16, **knobs}))
        self.seed = seed
        self.type = type
        self.bus = EventBus()
        self.backend = backend if backend is not None else ModelBackend()
        family = found.relation(self.knobs.shared_override)
        self.sanitizer = Sanitizer(family, RAM_BASE, self.knobs.ram_mib << 20, found.l1.line, self.knobs.cpus)
        self.schedule = Recorder(self._schedule(schedule, found))
        self.bus.subscribe(self.sanitizer.observe)  # before the machine tells what an MPU's default map makes cacheable
        self.machine = Machine(found, self.knobs, self.schedule, self.bus, seed)
        self.sanitizer.point = self.machine.point
        self.sanitizer.order.registers = EngineRegisters()
        self.sanitizer.device.beat = self.backend.beat
        self.machine.clock = self.machine.mmio = self.backend
        self.port = Port(self.machine, self.sanitizer, self.backend)
        self.platform = BareMetal(self.machine)
        self.memory = self.platform.memory
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
    def hazards(self) -> list[Hazard]:
        """What the sanitizer has found so far."""
        return self.sanitizer.hazards

    async def main(self, program: Callable[[BareSoc], Awaitable[Result]]) -> Result:
        """Start-up code, and a program to its end."""
        await self.platform.boot(self.type)
        return await program(self)

    def run(self, program: Callable[[BareSoc], Awaitable[Result]]) -> Result:
        """`main` without a simulator: only on a backend that never suspends, such as the behavioural one."""
        steps = self.main(program)
        try:
            steps.send(None)
        except StopIteration as end:
            result: Result = end.value
            return result
        steps.close()
        raise RunError(f"the program waits for something that the {self.backend.name} backend does not know")

    # --- the context of the engine's driver

    @property
    def dma(self) -> BareSoc:
        return self

    @property
    def io(self) -> BareSoc:
        return self

    async def alloc_coherent(self, size: int, name: str = "") -> StaticBuffer:
        """A static array in the Non-cacheable section, cleared. Raises UsageError if there is no room."""
        address = self.memory.noncacheable(size, name, align=4096)
        await self.cpu().fill(address, size, 0)
        return StaticBuffer(address, address, size)

    async def free_coherent(self, buffer: object) -> None:
        """A static array stays."""

    def ownership_words(
        self, buffer: StaticBuffer, offset: int, stride: int = 0, count: int = 1, length: int = 4
    ) -> None:
        """Declares words of a buffer that are polled while the device writes them."""
        if self.bus.active:
            where = (self.machine.now_ns(), self.machine.site)
            self.bus.emit(OwnershipWords(*where, buffer.dma_handle + offset, length, stride, count))

    async def readl(self, offset: int) -> int:
        """A register, and then what it tells about."""
        value = await self.platform.read_register(offset)
        await self.cpu().dsb()
        return value

    async def writel(self, value: int, offset: int) -> None:
        """What went before, and then the register: DSB, and a Cache Sync where there is an outer cache."""
        await self.cpu().dsb()
        await self.cpu().outer_sync()
        await self.platform.write_register(offset, value)

    async def dma_wmb(self) -> None:
        await self.cpu().dmb()

    async def dma_rmb(self) -> None:
        await self.cpu().dmb()

    async def wait_irq(self, timeout_ns: float) -> None:
        """Sleeps until the device's interrupt. Raises RunError when `timeout_ns` have passed."""
        await self.backend.wait_irq(timeout_ns)
