# SPDX-License-Identifier: Apache-2.0
"""What throughput.py and simulator.py run inside the simulator: direct jobs of the engine, on different memories.

Times are the process's own, so that other work on the machine counts little.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    SCRATCH,
)
from dmasan.linux.dma_coherent import CoherentBuffer
from dmasan.soc import Soc

CHANNEL = REGISTERS_BASE + CHANNEL_BASE
COPY, BEATS = 1, 16
MIB = 1 << 20
LIMIT_NS = 1e11


@dataclass(frozen=True)
class Registers:
    """How the engine is reached: by address, and by its interrupt."""

    write: Callable[[int, int], Awaitable[None]]  # address, value
    read: Callable[[int], Awaitable[int]]
    wait_irq: Callable[[float], Awaitable[None]]  # ns at most


async def program(registers: Registers, source: int, target: int, size: int) -> None:
    """Sets the engine up for a copy of `size` bytes in bursts of 16 beats; the next START does it."""
    configuration = CH_CFG.OP.put(COPY) | CH_CFG.MAX_LEN.put(BEATS - 1)
    await registers.write(REGISTERS_BASE + CTRL.OFFSET, CTRL.ENABLE.mask)
    for register, value in (
        (CH_IRQ_EN, CH_IRQ_EN.DONE.mask | CH_IRQ_EN.ERR.mask),
        (CH_CFG, configuration),
        (CH_SRC_LO, source),
        (CH_SRC_HI, 0),
        (CH_DST_LO, target),
        (CH_DST_HI, 0),
        (CH_LEN, size),
    ):
        await registers.write(CHANNEL + register.OFFSET, value)


async def start_and_wait(registers: Registers) -> None:
    """Starts the copy that is set up, waits for its interrupt and takes it away. Raises ValueError if it failed."""
    await registers.write(CHANNEL + CH_CMD.OFFSET, CH_CMD.START.mask)
    await registers.wait_irq(LIMIT_NS)
    status = await registers.read(CHANNEL + CH_STATUS.OFFSET)
    await registers.write(CHANNEL + CH_STATUS.OFFSET, status)
    if not status & CH_STATUS.DONE.mask:
        raise ValueError(f"the copy ended with status {status:#x}")


async def transfer(registers: Registers, source: int, target: int, size: int) -> float:
    """Copies `size` bytes; the seconds that it took, from the first register to the last."""
    begin = time.process_time()
    await program(registers, source, target, size)
    await start_and_wait(registers)
    return time.process_time() - begin


@dataclass(frozen=True)
class World:
    """Two coherent buffers of a whole SoC, `source` with content; every byte of every copy is judged."""

    soc: Soc
    backend: RtlBackend
    registers: Registers
    source: CoherentBuffer
    target: CoherentBuffer
    data: NDArray[np.uint8]

    @classmethod
    async def boot(cls, backend: RtlBackend, size: int) -> World:
        soc = Soc(policy="strict", backend=backend, cma=f"{2 * size + 4 * MIB}", ram_mib=256, lowmem_mib=40, processes=1)
        await soc.boot()
        source = await soc.dma.alloc_coherent(size, "source")
        target = await soc.dma.alloc_coherent(size, "target")
        data = np.random.default_rng(1).integers(0, 256, size, dtype=np.uint8)
        await soc.cpu(0).write(source.cpu_addr, data)

        async def write(address: int, value: int) -> None:
            await soc.io.writel(value, address - REGISTERS_BASE)

        async def read(address: int) -> int:
            return await soc.io.readl(address - REGISTERS_BASE)

        return cls(soc, backend, Registers(write, read, soc.wait_irq), source, target, data)

    async def copy(self, size: int) -> tuple[float, int]:
        """Seconds and cycles of one copy of the first `size` bytes."""
        before = self.backend.cycles
        seconds = await transfer(self.registers, self.source.dma_handle, self.target.dma_handle, size)
        return seconds, self.backend.cycles - before

    async def check(self, size: int) -> None:
        """Raises ValueError if the target is not the source's content; no hazard was found."""
        delivered = await self.soc.cpu(0).read(self.target.cpu_addr, size)
        if not np.array_equal(delivered, self.data[:size]):
            raise ValueError("the copy is wrong")
        self.soc.expect_clean()


async def checked(
    backend: RtlBackend, sizes: list[int], rounds: int, ask_always: bool = False
) -> list[dict[str, Any]]:
    """Copies of each size, every byte judged: seconds of each round, cycles of the last, phases of bursts by who served.

    With `ask_always` Python judges every burst.
    """
    world = await World.boot(backend, max(sizes))
    backend.shared.set_always_call(ask_always)
    told = []
    for size in sizes:
        before = backend.shared.fast_bursts, backend.shared.calls
        copies = [await world.copy(size) for _ in range(rounds)]
        await world.check(size)
        told.append({
            "bytes": size,
            "seconds": [seconds for seconds, _ in copies],
            "cycles": copies[-1][1],
            "fast": backend.shared.fast_bursts - before[0],
            "calls": backend.shared.calls - before[1],
        })  # fmt: skip
    return told


async def accesses(backend: RtlBackend, writes: int, interrupts: int, rounds: int) -> dict[str, list[float]]:
    """Seconds of so many register writes, and of so many copies of 64 bytes up to their interrupt."""
    world = await World.boot(backend, MIB)
    registers = world.registers
    await program(registers, world.source.dma_handle, world.target.dma_handle, 64)
    told: dict[str, list[float]] = {"writes": [], "interrupts": []}
    for _ in range(rounds):
        begin = time.process_time()
        for n in range(writes):
            await registers.write(REGISTERS_BASE + SCRATCH.OFFSET, n)
        middle = time.process_time()
        for _ in range(interrupts):
            await start_and_wait(registers)
        told["writes"].append(middle - begin)
        told["interrupts"].append(time.process_time() - middle)
    await world.check(64)
    return told


async def nothing(backend: RtlBackend) -> bool:
    """The least that a simulation does: a SoC that has booted."""
    soc = Soc(policy="strict", backend=backend)
    await soc.boot()
    return True


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
