# SPDX-License-Identifier: Apache-2.0
"""Steps of random driver programs beyond single mappings: scatterlists, dma_alloc_pages, pools, ownership words, polling."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from steps import IN_FLIGHT, Part
from world import LOST, POLLS, WRITABLE, Buffer, Job, Step, World

from dmasan.device.transaction import Flags
from dmasan.events import Direction
from dmasan.linux.errors import CmaBusy, OutOfMemory


@dataclass(frozen=True)
class MapSg(Step):
    """dma_map_sg of two or three objects, one entry each; they are unmapped together."""

    which: int
    count: int
    direction: Direction

    async def run(self, w: World) -> None:
        free = [b for b in w.buffers if b.coherent is None and b.direction is None and b.block is None]
        chosen = [free[(self.which + n) % len(free)] for n in range(min(self.count, len(free)))]
        if len(chosen) < 2:
            return
        table = w.soc.dma.sg_of([(buffer.va, len(buffer.data)) for buffer in chosen])
        if not await w.soc.dma.map_sg(table, self.direction, name="list"):
            return
        for buffer, entry in zip(chosen, table.entries, strict=True):
            buffer.handle = entry.dma_address
            buffer.direction, buffer.table, buffer.together = self.direction, table, chosen
            buffer.owned[:], buffer.touched[:] = True, False
            if self.direction is Direction.FROM_DEVICE:
                buffer.discard()


@dataclass(frozen=True)
class SyncSg(Step):
    """dma_sync_sg_for_cpu or _for_device of a whole list."""

    which: int
    for_cpu: bool

    async def run(self, w: World) -> None:
        if (buffer := w.pick(self.which, lambda b: b.table is not None)) is None:
            return
        direction, together = buffer.direction, buffer.together
        for each in together:
            await w.idle(each)
        if not self.for_cpu and any(each.owned.any() for each in together):
            return  # the device has it
        if not self.for_cpu:
            await w.soc.dma.sync_sg_for_device(buffer.table, direction)
            for each in together:
                each.owned[:], each.touched[:] = True, False
        elif not any(each.touched.any() for each in together):
            await w.soc.dma.sync_sg_for_cpu(buffer.table, direction)
            for each in together:
                each.owned[:] = False


@dataclass(frozen=True)
class AllocPages(Step):
    """dma_alloc_pages: cacheable memory that is the CPU's until it is synced."""

    size: int
    direction: Direction

    async def run(self, w: World) -> None:
        with suppress(OutOfMemory):
            pages = await w.soc.dma.alloc_pages(self.size, self.direction, "pages")
            zeros = np.zeros(self.size, np.int16)
            buffer = Buffer(pages.cpu_addr, pages.dma_handle, zeros, w.line, direction=self.direction, pages=pages)
            if self.direction is not Direction.FROM_DEVICE:
                buffer.touched[:] = True  # it comes with dirty lines
            w.buffers.append(buffer)


@dataclass(frozen=True)
class PoolAlloc(Step):
    """dma_pool_zalloc: a small block of coherent memory."""

    async def run(self, w: World) -> None:
        with suppress(OutOfMemory, CmaBusy):
            if w.pool is None:
                w.pool = await w.soc.dma.pool_create("pool", 96, 32)
            block = await w.pool.zalloc()
            zeros = np.zeros(block.size, np.int16)
            w.buffers.append(Buffer(block.cpu_addr, block.dma_handle, zeros, w.line, block=block))


@dataclass(frozen=True)
class Walk(Step):
    """The CPU goes through part of a buffer word by word, and changes every other one or none."""

    which: int
    part: Part
    value: int

    async def run(self, w: World) -> None:
        if (buffer := w.pick(self.which, lambda b: len(b.data) >= 4)) is None:
            return
        await w.idle(buffer)
        start, length = self.part.of(len(buffer.data), 4)
        length = min(length, 1024) & ~3
        write = bool(self.value & 1)
        if (buffer.data[start : start + length] == LOST).any():
            return
        if length and buffer.cpu_may(start, length, write=False) and (not write or buffer.cpu_may(start, length, write=True)):
            await w.walk(buffer, start, length, self.value if write else None)


@dataclass(frozen=True)
class Fill(Step):
    """The device fills part of a buffer (`device_prep_dma_memset`)."""

    target: int
    part: Part
    value: int

    async def run(self, w: World) -> None:
        target = w.pick(self.target, lambda b: b.is_coherent or b.direction in WRITABLE)
        if target is None:
            return
        start, length = self.part.of(len(target.data), 8)
        await w.idle(target)
        if target.device_may(start, length, write=True):
            while w.jobs:  # a memset with another value needs an empty ring
                await w.finish(w.jobs[0])
            engine, data = w.engine, np.full(length, self.value & 0xFF, np.int16)
            cookie = await engine.submit(engine.prep_memset(target.handle + start, self.value & 0xFF, length))
            await engine.issue_pending()
            target.data[start : start + length] = data
            w.jobs.append(Job(cookie, None, target, start, data))


@dataclass(frozen=True)
class Mailbox(Step):
    """An ownership word in coherent memory: the CPU clears it, the device writes it, the CPU polls until it has."""

    source: int
    target: int
    word: int
    value: int

    async def run(self, w: World) -> None:
        fits = [b for b in w.buffers if b.coherent is not None and len(b.data) >= 64]
        if len(fits) < 2 or len(w.jobs) >= IN_FLIGHT:
            return
        source, target = fits[self.source % len(fits)], fits[self.target % len(fits)]
        if source is target:
            return
        await w.idle(source)
        await w.idle(target)
        at = self.word % (len(target.data) // 64) * 64
        w.soc.dma.ownership_words(target.coherent, at)
        cpu, value = w.soc.kernel.cpu, self.value | 1
        await w.write(source, at % (len(source.data) - 63), np.array([value], np.uint32).view(np.uint8))
        await cpu.str_(target.va + at, 0)
        engine = w.engine
        job = engine.prep_memcpy(target.handle + at, source.handle + at % (len(source.data) - 63), 4, Flags.NONE)
        cookie = await engine.submit(job)
        await engine.issue_pending()
        for _ in range(100 * POLLS):
            if await cpu.ldr(target.va + at):
                break
        await w.soc.io.dma_rmb()
        target.data[at : at + 4] = np.array([value], np.uint32).view(np.uint8)
        await w.read(target, at, 4)
        await w.poll(cookie)
