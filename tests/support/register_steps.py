# SPDX-License-Identifier: Apache-2.0
"""Steps of random driver programs that use the engine without its driver: its registers, and jobs in the short format."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np
from world import Step, World

from dmasan.device import registers as reg
from dmasan.device.attributes import COHERENT, NONCOHERENT, encode
from dmasan.device.descriptor import CTRL_SIZE, SHORT_SIZE, Descriptor
from dmasan.device.driver import DmaEngine
from dmasan.device.registers import Mode, Op, Stride

CHANNEL = 1  # the driver's is 0
TIMEOUT_NS = 1e6
BYTES, RING, SOURCE, TARGET = 64, 0, 1024, 2048  # of a job in the short format; places in a coherent buffer


def at(register: type[reg.Register]) -> int:
    """The offset of a register of CHANNEL."""
    return reg.CHANNEL_BASE + CHANNEL * reg.CHANNEL_STRIDE + register.OFFSET


@dataclass(frozen=True)
class RegisterWalk(Step):
    """Every register is read, and every bit that can be written is written as 0 and as 1: of an idle engine without its
    driver, which is bound again afterwards. Commands are given one by one; the engine is enabled for a job of nothing."""

    seed: int

    async def run(self, w: World) -> None:
        while w.jobs:
            await w.finish(w.jobs[0])
        await w.engine.remove()
        draw = Random(self.seed)
        channel = [r for r in reg.CHANNEL_REGISTERS.values() if r is not reg.CH_CMD]
        common = [r for r in reg.GLOBAL_REGISTERS.values() if r is not reg.CTRL]
        places = [*((r, r.OFFSET) for r in common), *((r, at(r)) for r in channel)]
        for register, offset in draw.sample(places, len(places)):
            await self.every_bit(w, register, offset)
        await self.commands(w)
        await self.control(w)
        w.engine = await DmaEngine.probe(w, w.settings())  # type: ignore[arg-type]

    async def every_bit(self, w: World, register: type[reg.Register], offset: int) -> None:
        """Reads a register, and writes each bit as 0 and as 1; it is left as it was."""
        was = await w.readl(offset)
        if ones := register.WRITABLE | register.ACTING:
            await w.writel(0, offset)
            await w.writel(ones, offset)
            await w.writel(was & register.WRITABLE, offset)

    async def commands(self, w: World) -> None:
        """Each command by itself. START finds a direct job of no bytes, which is complete at once."""
        await w.writel(reg.CTRL.ENABLE.mask, reg.CTRL.OFFSET)
        await w.writel(reg.CH_CFG.OP.put(Op.COPY), at(reg.CH_CFG))
        await w.writel(0, at(reg.CH_LEN))
        await w.writel(0, at(reg.CH_CMD))
        await w.readl(at(reg.CH_CMD))
        for command in ("START", "PAUSE", "RESUME", "STOP", "ABORT", "CLEAR"):
            await w.writel(getattr(reg.CH_CMD, command).mask, at(reg.CH_CMD))
            await w.soc.backend.advance(1000)
            await w.writel(await w.readl(at(reg.CH_STATUS)), at(reg.CH_STATUS))
        await w.writel(reg.CH_CFG.RESET, at(reg.CH_CFG))

    async def control(self, w: World) -> None:
        """CTRL: off, on, reset."""
        for value in (0, reg.CTRL.ENABLE.mask, reg.CTRL.SOFT_RESET.mask):
            await w.writel(value, reg.CTRL.OFFSET)
            await w.soc.backend.advance(1000)
            await w.readl(reg.CTRL.OFFSET)


@dataclass(frozen=True)
class ShortDescriptor(Step):
    """A copy within a coherent buffer, by a descriptor of 32 bytes, whose status is 4 bytes in its control word."""

    which: int

    async def run(self, w: World) -> None:
        buffer = w.pick(self.which, lambda b: b.coherent is not None and len(b.data) >= TARGET + BYTES)
        if buffer is None:
            return
        await w.idle(buffer)
        handle = buffer.handle
        copy = Descriptor(Op.COPY, handle + SOURCE, handle + TARGET, BYTES, irq=True, phase=1)
        await w.write(buffer, RING, np.frombuffer(copy.encode_short()[:SHORT_SIZE], np.uint8))
        cfg = reg.CH_CFG.MODE.put(Mode.RING) | reg.CH_CFG.WB_EN.mask | reg.CH_CFG.DESC_STRIDE.put(Stride.SHORT_32)
        attributes = encode(COHERENT if w.settings().dma_coherent else NONCOHERENT)
        for register, value in (
            *((register, attributes) for register in (reg.CH_ATTR_SRC, reg.CH_ATTR_DST, reg.CH_ATTR_DESC)),
            (reg.CH_CFG, cfg | reg.CH_CFG.MAX_LEN.put(15)),
            (reg.CH_RING_LEN, 2),
            (reg.CH_DESC_BASE_HI, handle >> 32),
            (reg.CH_DESC_BASE_LO, handle + RING & 0xFFFF_FFFF),
            (reg.CH_IRQ_EN, reg.CH_IRQ_EN.DONE.mask),
            (reg.CH_TAIL, reg.CH_TAIL.INDEX.put(1)),
            (reg.CH_CMD, reg.CH_CMD.START.mask),
        ):
            await w.writel(value, at(register))
        await w.wait_irq(TIMEOUT_NS)
        await w.writel(await w.readl(at(reg.CH_STATUS)), at(reg.CH_STATUS))
        await w.writel(0, at(reg.CH_IRQ_EN))
        buffer.data[TARGET : TARGET + BYTES] = buffer.data[SOURCE : SOURCE + BYTES]
        buffer.data[RING : RING + CTRL_SIZE] = await w.soc.kernel.cpu.read(buffer.va + RING, CTRL_SIZE)
        await w.read(buffer, TARGET, BYTES)
