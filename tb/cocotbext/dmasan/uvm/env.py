# SPDX-License-Identifier: Apache-2.0
"""The environment: three agents, the memory system, the register model and the scoreboard, connected."""

from __future__ import annotations

from typing import Any

from pyuvm import uvm_env

from cocotbext.dmasan.ral import register_model
from cocotbext.dmasan.uvm.interrupt_agent import InterruptAgent
from cocotbext.dmasan.uvm.memory_agent import MemoryAgent
from cocotbext.dmasan.uvm.memory_system import MemorySystem
from cocotbext.dmasan.uvm.register_agent import CpuAccesses, RegisterAdapter, RegisterAgent
from cocotbext.dmasan.uvm.scoreboard import Scoreboard


class DmasanEnv(uvm_env):
    def build_phase(self) -> None:
        self.system = MemorySystem.create("system", self)
        self.registers = RegisterAgent.create("registers", self)
        self.memory = MemoryAgent.create("memory", self)
        self.interrupt = InterruptAgent.create("interrupt", self)
        self.scoreboard = Scoreboard.create("scoreboard", self)
        self.model: Any = register_model()

    def connect_phase(self) -> None:
        soc, scoreboard = self.system.soc, self.scoreboard
        scoreboard.soc = soc
        self.memory.monitor.watch(soc, self.system.backend)
        self.memory.ap.connect(scoreboard.memory.analysis_export)
        self.registers.ap.connect(scoreboard.registers.analysis_export)
        self.interrupt.ap.connect(scoreboard.interrupts.analysis_export)
        soc.machine.mmio = CpuAccesses(self.registers.sequencer)
        bus = self.model.get_default_map()
        bus.set_sequencer(self.registers.sequencer, RegisterAdapter("adapter"))
        bus.set_auto_predict(True)
