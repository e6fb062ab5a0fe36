# SPDX-License-Identifier: Apache-2.0
"""The agent of the memory port: a passive monitor of every burst, and the port's pace as its active side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pyuvm import ConfigDB, uvm_agent, uvm_analysis_port, uvm_monitor

from cocotbext.dmasan.backend import RtlBackend, state_of
from cocotbext.dmasan.pace import Pace
from cocotbext.dmasan.shared import read_burst
from cocotbext.dmasan.uvm.items import BurstItem
from dmasan.device.burst import Burst
from dmasan.soc import Soc
from dmasan.soc.port import Port

PHASES = ("read", "write", "done")


class Tap:
    """The SoC's port, and beside it a monitor: what C++ served arrives in batches from the ring, the rest by calls."""

    def __init__(self, port: Port, backend: RtlBackend, ap: uvm_analysis_port) -> None:
        self.port = port
        self.backend = backend
        self.ap = ap

    def drain(self, records: NDArray[np.void]) -> None:
        for record in records:
            burst, _ = read_burst(record.tobytes())
            self.ap.write(BurstItem(PHASES[record["phase"]], burst, float(record["time_ns"])))
        self.port.drain(records)

    def read(self, burst: Burst) -> tuple[int, NDArray[np.uint8]]:
        self._note("read", burst)
        return self.port.read(burst)

    def write(self, burst: Burst, data: NDArray[np.uint8], strobe: NDArray[np.bool_] | None) -> int:
        self._note("write", burst)
        return self.port.write(burst, data, strobe)

    def write_done(self, burst: Burst) -> None:
        self._note("done", burst)
        self.port.write_done(burst)

    def _note(self, phase: str, burst: Burst) -> None:
        self.ap.write(BurstItem(phase, burst, self.backend.now_ns))


class MemoryMonitor(uvm_monitor):
    """Publishes a `BurstItem` for each phase of each burst, with its attributes and its tag."""

    def build_phase(self) -> None:
        self.ap = uvm_analysis_port("ap", self)

    def watch(self, soc: Soc, backend: RtlBackend) -> None:
        """From now on the bursts of this SoC's device pass here."""
        backend.connect(state_of(soc), Tap(soc.port, backend, self.ap), soc.knobs.latency)


class MemoryAgent(uvm_agent):
    """The monitor; `set_pace` and `plant_error` are what sequences use. `pace` is the port's now."""

    def build_phase(self) -> None:
        super().build_phase()
        self.backend: RtlBackend = ConfigDB().get(self, "", "BACKEND")
        self.monitor = MemoryMonitor.create("monitor", self)
        self.pace = Pace()

    def set_pace(self, pace: Pace, latency: int | None = None) -> None:
        """How the port behaves from now on; `latency` in cycles."""
        self.pace = pace
        self.backend.set_pace(pace, latency)

    def plant_error(self, address: int, length: int, response: int, *, read: bool, write: bool) -> None:
        """Beats that touch these bytes are answered with `response` from now on; length 0: none."""
        self.backend.shared.plant_error(address, length, response, read=read, write=write)

    @property
    def ap(self) -> uvm_analysis_port:
        return self.monitor.ap
