# SPDX-License-Identifier: Apache-2.0
"""What throughput.py runs inside the simulator: one direct job of the engine, on different memories."""

from __future__ import annotations

import time
import warnings
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cocotbext.dmasan.backend import RtlBackend
from dmasan.device.backend import REGISTERS_BASE
from dmasan.device.registers import (
    CH_CFG,
    CH_CMD,
    CH_DST_HI,
    CH_DST_LO,
    CH_IRQ_EN,
    CH_LEN,
    CH_SRC_HI,
    CH_SRC_LO,
    CH_STATUS,
    CHANNEL_BASE,
    CTRL,
)
from dmasan.soc import Soc

CHANNEL = REGISTERS_BASE + CHANNEL_BASE
COPY, BEATS = 1, 16
LIMIT_NS = 1e11


@dataclass(frozen=True)
class Registers:
    """How the engine is reached: by address, and by its interrupt."""

    write: Callable[[int, int], Awaitable[None]]  # address, value
    read: Callable[[int], Awaitable[int]]
    wait_irq: Callable[[float], Awaitable[None]]  # ns at most


async def transfer(registers: Registers, source: int, target: int, size: int) -> float:
    """Copies `size` bytes in bursts of 16 beats; the seconds that it took, from the first register to the interrupt."""
    begin, write = time.perf_counter(), registers.write
    configuration = CH_CFG.OP.put(COPY) | CH_CFG.MAX_LEN.put(BEATS - 1)
    await write(REGISTERS_BASE + CTRL.OFFSET, CTRL.ENABLE.mask)
    for register, value in (
        (CH_IRQ_EN, CH_IRQ_EN.DONE.mask | CH_IRQ_EN.ERR.mask),
        (CH_CFG, configuration),
        (CH_SRC_LO, source),
        (CH_SRC_HI, 0),
        (CH_DST_LO, target),
        (CH_DST_HI, 0),
        (CH_LEN, size),
        (CH_CMD, CH_CMD.START.mask),
    ):
        await write(CHANNEL + register.OFFSET, value)
    await registers.wait_irq(LIMIT_NS)
    seconds = time.perf_counter() - begin
    status = await registers.read(CHANNEL + CH_STATUS.OFFSET)
    await write(CHANNEL + CH_STATUS.OFFSET, status)
    if not status & CH_STATUS.DONE.mask:
        raise ValueError(f"the copy of {size} bytes ended with status {status:#x}")
    return seconds


async def checked(backend: RtlBackend, size: int, rounds: int, ask_always: bool = False) -> dict[str, Any]:
    """Copies between coherent buffers of a whole SoC, every byte judged; seconds of each round and cycles of the last.

    With `ask_always` Python judges every burst.
    """
    soc = Soc(
        policy="strict", backend=backend, cma_mib=max(2 * size >> 20, 1) + 2, lowmem_mib=40, ram_mib=128
    )
    await soc.boot()
    source = await soc.dma.alloc_coherent(size, "source")
    target = await soc.dma.alloc_coherent(size, "target")
    data = np.random.default_rng(1).integers(0, 256, size, dtype=np.uint8)
    await soc.cpu(0).write(source.cpu_addr, data)
    backend.shared.set_always_call(ask_always)

    async def write(address: int, value: int) -> None:
        await soc.io.writel(value, address - REGISTERS_BASE)

    async def read(address: int) -> int:
        return await soc.io.readl(address - REGISTERS_BASE)

    registers = Registers(write, read, soc.wait_irq)
    seconds, cycles = [], 0
    for _ in range(rounds):
        before = backend.cycles
        seconds.append(await transfer(registers, source.dma_handle, target.dma_handle, size))
        cycles = backend.cycles - before
    delivered = await soc.cpu(0).read(target.cpu_addr, size)
    if not np.array_equal(delivered, data):
        raise ValueError("the copy is wrong")
    soc.expect_clean()
    return {
        "seconds": seconds,
        "cycles": cycles,
        "fast": backend.shared.fast_bursts,
        "calls": backend.shared.calls,
    }


async def axi_ram(backend: RtlBackend, size: int, rounds: int) -> dict[str, Any]:
    """The same copies in cocotbext-axi's AxiRam, unchecked."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from cocotbext.axi import AxiBus, AxiRam

        dut = backend.dut
        ram = AxiRam(
            AxiBus.from_prefix(dut, "m_axi"), dut.clk, dut.rst_n, reset_active_level=False, size=2 * size
        )
        ram.write_if.log.setLevel("WARNING")
        ram.read_if.log.setLevel("WARNING")
        data = np.random.default_rng(1).integers(0, 256, size, dtype=np.uint8).tobytes()
        ram.write(0, data)
        registers = Registers(backend.write32, backend.read32, backend.wait_irq)
        seconds = [await transfer(registers, 0, size, size) for _ in range(rounds)]
        if bytes(ram.read(size, size)) != data:
            raise ValueError("the copy is wrong")
    return {"seconds": seconds}
