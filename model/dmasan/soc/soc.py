# SPDX-License-Identifier: Apache-2.0
"""One world: machine, kernel, device and sanitizer, put together for one run."""

from __future__ import annotations

from dmasan.arch.profile import find_profile
from dmasan.config import DEFAULT_ERA, DEFAULT_PROFILE, ERAS, Cell, Knobs, UsageError, choose
from dmasan.device.backend import Backend
from dmasan.events import Interrupt, call_site
from dmasan.linux.dma import DmaApi
from dmasan.linux.io import Io
from dmasan.linux.kernel import Kernel
from dmasan.sanitizer import Hazard
from dmasan.schedule import Schedule
from dmasan.soc.system import System


class HazardsFound(AssertionError):
    """A run that was expected to be clean has hazards."""

    def __init__(self, hazards: list[Hazard]) -> None:
        first = hazards[0]
        more = f" (and {len(hazards) - 1} more)" if len(hazards) > 1 else ""
        super().__init__(f"{first.code.name} in {first.buffer} at {first.site}{more}")
        self.hazards = hazards


class Soc(System):
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
        super().__init__(found, Knobs().with_settings(found.fitted(knobs)), schedule, seed, backend)
        self.cell = Cell(policy, profile, choose("era", era, ERAS), self.knobs)
        self.kernel = Kernel(self.machine, self.cell)
        device = self.kernel.dma.device
        self.port.decode, self.port.direct = device.decode, lambda: device.direct
        self.backend.bind(self)

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
        self.machine.interrupt()
        if self.bus.active:
            self.bus.emit(Interrupt(self.backend.now_ns, call_site(), self.kernel.cpu.index))

    async def boot(self) -> None:
        """Boots the kernel: memory, linear map, CMA area."""
        await self.kernel.boot()
