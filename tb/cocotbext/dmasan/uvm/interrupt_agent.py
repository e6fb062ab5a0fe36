# SPDX-License-Identifier: Apache-2.0
"""The agent of the interrupt line: a passive monitor, and how late a CPU takes the interrupt as its active side."""

from __future__ import annotations

from cocotb.triggers import RisingEdge
from pyuvm import ConfigDB, uvm_agent, uvm_analysis_port, uvm_monitor

from cocotbext.dmasan.backend import RtlBackend
from cocotbext.dmasan.uvm.items import InterruptItem


class InterruptMonitor(uvm_monitor):
    """Publishes each rising edge."""

    def build_phase(self) -> None:
        self.backend: RtlBackend = ConfigDB().get(self, "", "BACKEND")
        self.ap = uvm_analysis_port("ap", self)

    async def run_phase(self) -> None:
        while True:
            await RisingEdge(self.backend.dut.irq)
            self.ap.write(InterruptItem(self.backend.now_ns))


class InterruptAgent(uvm_agent):
    def build_phase(self) -> None:
        super().build_phase()
        self.backend: RtlBackend = ConfigDB().get(self, "", "BACKEND")
        self.monitor = InterruptMonitor.create("monitor", self)

    def set_latency(self, ns: float) -> None:
        """How long after the line has risen a CPU takes the interrupt, from now on."""
        self.backend.interrupt_ns = ns

    @property
    def ap(self) -> uvm_analysis_port:
        return self.monitor.ap
