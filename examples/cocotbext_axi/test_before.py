# SPDX-License-Identifier: Apache-2.0
"""A test bench as many are: a clock, cocotbext-axi's masters and its AxiRam, and a copy that is compared."""

from __future__ import annotations

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge, Timer
from cocotbext.axi import AxiBus, AxiLiteBus, AxiLiteMaster, AxiRam
from engine import copy

SIZE, SOURCE, TARGET = 1024, 0x1000, 0x4000


@cocotb.test()
async def copies(dut):
    cocotb.start_soon(Clock(dut.clk, 10, "ns").start())
    registers = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil"), dut.clk, dut.rst_n, reset_active_level=False)
    memory = AxiRam(AxiBus.from_prefix(dut, "m_axi"), dut.clk, dut.rst_n, reset_active_level=False, size=1 << 24)
    dut.rst_n.value = 0
    await Timer(100, "ns")
    dut.rst_n.value = 1

    content = bytes(i * 7 & 0xFF for i in range(SIZE))
    memory.write(SOURCE, content)
    await copy(registers.write_dword, TARGET, SOURCE, SIZE)
    await RisingEdge(dut.irq)
    assert memory.read(TARGET, SIZE) == content
