# SPDX-License-Identifier: Apache-2.0
"""The behavioural device as a backend: no simulator, thousands of programs per second."""

from __future__ import annotations

from dataclasses import replace

from dmasan.config import RunError
from dmasan.device import register_file
from dmasan.device.backend import BackendHost, register_offset
from dmasan.device.bus import Sizes
from dmasan.device.engine import Engine

CLOCK_NS = 10.0  # 100 MHz


class ModelBackend:
    """A `Backend` whose device is the behavioural engine, stepped inside `advance`.

    Nothing here ever suspends, so a driver program runs to its end at the first `send(None)`.
    """

    name = "model"

    def __init__(self, sizes: Sizes | None = None) -> None:
        self._sizes = sizes or Sizes()
        self._engine: Engine | None = None
        self._now_ns = 0.0

    @property
    def beat(self) -> int:
        """Bytes of a beat of the device's memory port."""
        return self._sizes.beat

    def bind(self, soc: BackendHost) -> None:
        sizes = replace(self._sizes, latency=soc.knobs.latency, poll=soc.knobs.ring_poll)
        if soc.knobs.snoop_port:
            sizes = replace(sizes, coherent_data=True, coherent_descriptors=True)
        self._engine = Engine(soc.port, sizes)

    @property
    def engine(self) -> Engine:
        """The engine. Raises RunError before `bind`."""
        if self._engine is None:
            raise RunError("the model backend is used before it is bound to a SoC")
        return self._engine

    def cross_pages(self, page: int) -> None:
        """From now on a fault of the device: its bursts respect multiples of `page` bytes only, not of 4 KiB."""
        engine = self.engine
        engine.sizes = engine.bus.sizes = replace(engine.sizes, page=page)

    @property
    def now_ns(self) -> float:
        return self._now_ns

    @property
    def cycles(self) -> int:
        return self.engine.cycle

    @property
    def irq(self) -> bool:
        return self.engine.irq

    async def advance(self, ns: float) -> None:
        self._now_ns += ns
        self.engine.run_until(int(self._now_ns / CLOCK_NS))

    async def read32(self, pa: int) -> int:
        return register_file.read(self.engine, register_offset(pa))

    async def write32(self, pa: int, value: int) -> None:
        register_file.write(self.engine, register_offset(pa), value)

    async def wait_irq(self, timeout_ns: float) -> None:
        engine = self.engine
        engine.run_until(int((self._now_ns + timeout_ns) / CLOCK_NS), stop_at_irq=True)
        self._now_ns = max(self._now_ns, engine.cycle * CLOCK_NS)
        if not engine.irq:
            states = ", ".join(f"channel {c.number} {c.state.name}" for c in engine.channels)
            raise RunError(f"no interrupt from the DMA engine within {timeout_ns:g} ns ({states})")
