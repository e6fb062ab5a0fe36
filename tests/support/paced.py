# SPDX-License-Identifier: Apache-2.0
"""The behavioural device at extreme paces: one that has done everything before the CPU's next step, one that waits for it."""

from __future__ import annotations

from dmasan.device import register_file
from dmasan.device.backend import register_offset
from dmasan.device.channel import Channel
from dmasan.device.model import CLOCK_NS, ModelBackend
from dmasan.device.registers import State

_LONG = 1_000_000  # cycles


class FastBackend(ModelBackend):
    """After every store to a register the device runs until it has nothing left to do; time does not pass for the CPU."""

    async def write32(self, pa: int, value: int) -> None:
        await super().write32(pa, value)
        self._run_ahead()

    def _run_ahead(self) -> None:
        engine = self.engine
        end = engine.cycle + _LONG
        while engine.cycle < end and any(map(_has_work, engine.channels)):
            engine.run_until(engine.cycle + 256)
        self._now_ns = max(self._now_ns, engine.cycle * CLOCK_NS)


def _has_work(channel: Channel) -> bool:
    return bool(channel.posted) or (channel.busy and channel.state is not State.WAIT and not channel.paused)


class SlowBackend(ModelBackend):
    """The device all but rests while the CPU works: it goes on while somebody waits for it or looks at its registers."""

    LOOK_NS = 300.0  # of the device's time for each look
    RESTS = 0.99  # part of the time in which it does nothing

    def __init__(self) -> None:
        super().__init__()
        self._rested_ns = 0.0

    async def advance(self, ns: float) -> None:
        self._now_ns += ns
        self._rested_ns += ns * self.RESTS
        self._catch_up()

    async def read32(self, pa: int) -> int:
        self._rested_ns -= min(self._rested_ns, self.LOOK_NS)
        self._catch_up()
        return register_file.read(self.engine, register_offset(pa))

    async def wait_irq(self, timeout_ns: float) -> None:
        self._rested_ns = 0.0
        await super().wait_irq(timeout_ns)

    def _catch_up(self) -> None:
        self.engine.run_until(max(self.engine.cycle, int((self._now_ns - self._rested_ns) / CLOCK_NS)))
