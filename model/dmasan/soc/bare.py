# SPDX-License-Identifier: Apache-2.0
"""A SoC without an operating system: machine, device and sanitizer, and a program with static buffers.

It is a `DriverContext` of the engine's driver: its descriptor ring lies in the Non-cacheable section.
"""

from __future__ import annotations

from dataclasses import dataclass

from dmasan.arch.profile import find_profile
from dmasan.baremetal.platform import BareMetal
from dmasan.config import Knobs
from dmasan.device.backend import Backend
from dmasan.events import MemoryType, OwnershipWords
from dmasan.schedule import Schedule
from dmasan.soc.system import System


@dataclass(frozen=True)
class StaticBuffer:
    """A variable that CPU and device share: one address for both."""

    cpu_addr: int
    dma_handle: int
    size: int


class BareSoc(System):
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
        fitted = Knobs().with_settings(found.fitted({"ram_mib": 16, **knobs}))
        super().__init__(found, fitted, schedule, seed, backend)
        self.type = type
        self.platform = BareMetal(self.machine)
        self.memory = self.platform.memory
        self.backend.bind(self)

    async def boot(self) -> None:
        """Start-up code."""
        await self.platform.boot(self.type)

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

    async def writel_relaxed(self, value: int, offset: int) -> None:
        """A register, ordered with other accesses to Device memory only."""
        await self.platform.write_register(offset, value)

    async def dma_wmb(self) -> None:
        await self.cpu().dmb()

    async def dma_rmb(self) -> None:
        await self.cpu().dmb()

    async def wait_irq(self, timeout_ns: float) -> None:
        """Sleeps until the device's interrupt. Raises RunError when `timeout_ns` have passed."""
        await self.backend.wait_irq(timeout_ns)
