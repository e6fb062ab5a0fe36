# SPDX-License-Identifier: Apache-2.0
"""The same test bench with dmasan's memory: one line is another, and the test is a driver program with caches under it."""

from __future__ import annotations

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import Timer
from cocotbext.axi import AxiBus, AxiLiteBus, AxiLiteMaster, AxiSlave
from engine import copy

from cocotbext.dmasan.target import CocotbBackend, MemoryTarget
from dmasan.events import Direction
from dmasan.soc import Soc

SIZE = 1024


async def world(dut):
    """What the test bench had before, and a SoC around it."""
    cocotb.start_soon(Clock(dut.clk, 10, "ns").start())
    registers = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil"), dut.clk, dut.rst_n, reset_active_level=False)
    soc = Soc(policy="strict", backend=CocotbBackend(registers, dut.irq))
    memory = MemoryTarget(soc)
    slave = AxiSlave(AxiBus.from_prefix(dut, "m_axi"), dut.clk, dut.rst_n, reset_active_level=False, target=memory)
    dut.rst_n.value = 0
    await Timer(100, "ns")
    dut.rst_n.value = 1
    await soc.boot()
    return soc, memory, slave


async def program(soc, *, syncs=True):
    """A copy of a buffer that was mapped before it was written; without the syncs, what was written is still in the cache."""
    content = bytes(i * 7 & 0xFF for i in range(SIZE))
    source, target = [await soc.kernel.kmalloc(SIZE, name) for name in ("source", "target")]
    await soc.cpu().fill(source, SIZE, 0)
    s = await soc.dma.map_single(source, SIZE, Direction.TO_DEVICE, "source")
    t = await soc.dma.map_single(target, SIZE, Direction.FROM_DEVICE, "target")
    if syncs:
        await soc.dma.sync_single_for_cpu(s, SIZE, Direction.TO_DEVICE)
    await soc.cpu().write(source, content)
    if syncs:
        await soc.dma.sync_single_for_device(s, SIZE, Direction.TO_DEVICE)
    await copy(lambda offset, value: soc.io.writel(value, offset), t, s, SIZE)
    await soc.wait_irq(1e6)
    await soc.dma.unmap_single(t, SIZE, Direction.FROM_DEVICE)
    await soc.dma.unmap_single(s, SIZE, Direction.TO_DEVICE)
    return (await soc.cpu().read(target, SIZE)).tobytes() == content


@cocotb.test()
async def copies(dut):
    soc, memory, _ = await world(dut)
    assert await program(soc)
    memory.check()
    soc.expect_clean()


@cocotb.test()
async def a_forgotten_sync_is_found(dut):
    soc, memory, _ = await world(dut)
    await program(soc, syncs=False)
    memory.check()
    assert {hazard.code.name for hazard in soc.hazards} == {"CPU_WR_OWNED"}
