# SPDX-License-Identifier: Apache-2.0
"""What random driver programs act on: their buffers, what each byte must be, and who owns it.

The oracle keeps what each byte must be (-1: undefined), told by the steps alone, never by the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dmasan.arch.machine import Machine
from dmasan.device.driver import DmaEngine
from dmasan.device.probe import Settings
from dmasan.device.transaction import TxState
from dmasan.events import Direction
from dmasan.linux.dma import CoherentBuffer
from dmasan.linux.dma_pages import NonCoherentBuffer
from dmasan.linux.dma_pool import Block, DmaPool
from dmasan.linux.scatterlist import SgTable
from dmasan.soc import Soc
from dmasan.soc.snoop import snoop_read

UNDEFINED = -1
COPIED = -3  # somebody wrote it here, of a value that is not known: UNDEFINED that the device has copied
LOST = -2  # what a FROM_DEVICE map may have thrown away: a correct driver does not look until it is written again
POLLS = 300
READABLE = (Direction.TO_DEVICE, Direction.BIDIRECTIONAL)  # by the device
WRITABLE = (Direction.FROM_DEVICE, Direction.BIDIRECTIONAL)


class WrongData(AssertionError):
    """The CPU or the device read something else than was written."""


@dataclass(eq=False)
class Buffer:
    """A buffer of the driver: coherent memory or a block of a pool, or an object that may be mapped (`direction`).

    It may be an entry of a scatterlist (`table`), whose buffers are mapped `together`, or pages of dma_alloc_pages.

    `data` is what its bytes must be, int16, shape (size,). `owned` marks the lines that the device owns, `touched` the
    lines that the CPU has written since it got them back, both bool of shape (lines,).
    """

    va: int
    handle: int
    data: NDArray[np.int16]
    line: int
    coherent: CoherentBuffer | None = None
    direction: Direction | None = None
    block: Block | None = None
    pages: NonCoherentBuffer | None = None
    table: SgTable | None = None
    together: list[Buffer] = field(default_factory=list)
    owned: NDArray[np.bool_] = field(init=False)
    touched: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        lines = -(-len(self.data) // self.line)
        self.owned, self.touched = np.zeros(lines, bool), np.zeros(lines, bool)

    def discard(self) -> None:
        """It is mapped FROM_DEVICE: what the CPU has written is gone, whatever the caches make of it."""
        self.data[self.data != UNDEFINED] = LOST

    def lines(self, start: int, length: int) -> slice:
        return slice(start // self.line, -(-(start + length) // self.line))

    @property
    def is_coherent(self) -> bool:
        return self.coherent is not None or self.block is not None

    @property
    def single(self) -> bool:
        """Whether it may be synced by itself."""
        return self.direction is not None and self.table is None

    def cpu_may(self, start: int, length: int, write: bool) -> bool:
        """Whether the CPU may touch the range; what the device only reads, it may read (OK9 of the controls)."""
        if self.direction is None:
            return True
        if write and self.direction is Direction.FROM_DEVICE:
            return False  # the next sync_for_device would discard it
        if not write and self.direction is Direction.TO_DEVICE:
            return True
        return not self.owned[self.lines(start, length)].any()

    def device_may(self, start: int, length: int, write: bool) -> bool:
        if self.is_coherent:
            return True
        if not write and (self.data[start : start + length] == LOST).any():
            return False
        allowed = self.direction in (WRITABLE if write else READABLE)
        return allowed and bool(self.owned[self.lines(start, length)].all())


@dataclass
class Job:
    """A copy of the device in flight."""

    cookie: int
    source: Buffer | None
    target: Buffer
    start: int
    data: NDArray[np.int16]


@dataclass(frozen=True)
class Step:
    """One step; `run` does it, or nothing if a correct driver could not do it now."""

    async def run(self, w: World) -> None:
        raise NotImplementedError


class World:
    """What the steps act on. `events` counts what went through the bus since boot; `reads` the bytes compared."""

    def __init__(self, soc: Soc) -> None:
        self.soc = soc
        self.line = soc.machine.profile.l1.line
        self.cpu_index = 0
        self.buffers: list[Buffer] = []
        self.jobs: list[Job] = []
        self.pool: DmaPool | None = None
        self.events = 0
        self.reads = 0
        self.relaxed = False  # a mutant's doorbell: writel_relaxed instead of writel
        self.tamper: Callable[[DmaEngine], None] = lambda engine: None  # a mutant's
        self.engine: DmaEngine | None = None
        self.max_beats = 16

    def _count(self, event: object) -> None:
        self.events += 1

    # --- the context that the engine's driver runs in: it moves between CPUs with the program

    @property
    def dma(self) -> object:
        return self.soc.dma

    @property
    def io(self) -> World:
        return self

    def cpu(self, index: int = 0) -> object:
        return self.soc.kernel.cpu

    async def wait_irq(self, timeout_ns: float) -> None:
        await self.soc.wait_irq(timeout_ns)

    async def readl(self, offset: int) -> int:
        return await self.soc.io.readl(offset)

    async def writel(self, value: int, offset: int) -> None:
        if self.relaxed:
            await self.soc.io.writel_relaxed(value, offset)
        else:
            await self.soc.io.writel(value, offset)

    async def dma_wmb(self) -> None:
        await self.soc.io.dma_wmb()

    async def dma_rmb(self) -> None:
        await self.soc.io.dma_rmb()

    # --- running

    async def run(self, steps: Sequence[Step]) -> None:
        """The program: probe, the steps, and everything is given back. Raises WrongData."""
        self.soc.bus.subscribe(self._count)
        self.engine = await DmaEngine.probe(self, self.settings())  # type: ignore[arg-type]
        self.tamper(self.engine)
        for step in steps:
            with self.soc.kernel.on(self.cpu_index):
                await step.run(self)
        with self.soc.kernel.on(self.cpu_index):
            await self.end()

    def settings(self) -> Settings:
        """The driver's."""
        return Settings(dma_coherent=self.soc.dma.device.coherent, max_beats=self.max_beats)

    async def end(self) -> None:
        while self.jobs:
            await self.finish(self.jobs[0])
        for buffer in list(self.buffers):
            if buffer.direction is not None:
                await self.unmap(buffer)
            await self.read(buffer, 0, len(buffer.data))
            await self.free(buffer)
        if self.pool is not None:
            await self.pool.destroy()
        await self.engine.remove()
        for user in self.soc.kernel.movable.all():
            self.expect(await self.soc.kernel.movable.damaged(user) == 0, f"data of {user.name}")

    def expect(self, right: bool, what: str) -> None:
        if not right:
            raise WrongData(what)

    def pick(self, which: int, fits: Callable[[Buffer], bool]) -> Buffer | None:
        found = [buffer for buffer in self.buffers if fits(buffer)]
        return found[which % len(found)] if found else None

    async def idle(self, buffer: Buffer) -> None:
        """Waits until the device is through with a buffer."""
        for job in list(self.jobs):
            if buffer in (job.source, job.target):
                await self.finish(job)

    async def finish(self, job: Job) -> None:
        if job.cookie % 3:
            await self.engine.wait(job.cookie)
        else:
            await self.poll(job.cookie)
        self.jobs.remove(job)
        handle, wanted = job.target.handle + job.start, job.data
        read = snoop_read if self.soc.dma.device.coherent else Machine.device_read
        self.compare(read(self.soc.machine, handle, len(wanted)), wanted, "what the device delivered")

    async def poll(self, cookie: int) -> None:
        """Waits by asking again and again; if that takes long, an error may have come: the interrupt tells."""
        for _ in range(POLLS):
            if (await self.engine.tx_status(cookie)).state is TxState.COMPLETE:
                return
        await self.engine.wait(cookie)

    def compare(self, found: NDArray[np.uint8], wanted: NDArray[np.int16], what: str) -> None:
        self.reads += len(wanted)
        wrong = np.flatnonzero((wanted >= 0) & (found != wanted))
        self.expect(not wrong.size, f"{what}: {wrong.size} bytes from offset {wrong[:1]}")

    # --- what steps have in common

    async def read(self, buffer: Buffer, start: int, length: int) -> None:
        """The CPU reads and compares, but for what was LOST."""
        edges = np.flatnonzero(np.diff(buffer.data[start : start + length] == LOST, prepend=True, append=True))
        for first, end in edges.reshape(-1, 2).tolist():
            await self._read(buffer, start + first, end - first)

    async def _read(self, buffer: Buffer, start: int, length: int) -> None:
        """Words one by one if they are few."""
        cpu = self.soc.kernel.cpu
        if length <= 32 and not (start | length) & 3:
            words = [await cpu.ldr(buffer.va + start + at) for at in range(0, length, 4)]
            found = np.array(words, np.uint32).view(np.uint8)
        else:
            found = await cpu.read(buffer.va + start, length)
        self.compare(found, buffer.data[start : start + length], "what the CPU read")

    async def write(self, buffer: Buffer, start: int, data: NDArray[np.uint8]) -> None:
        """The CPU writes: words one by one if they are few."""
        cpu = self.soc.kernel.cpu
        if len(data) <= 32 and not (start | len(data)) & 3:
            for at, word in enumerate(data.view(np.uint32).tolist()):
                await cpu.str_(buffer.va + start + 4 * at, word)
        else:
            await cpu.write(buffer.va + start, data)
        buffer.data[start : start + len(data)] = data
        buffer.touched[buffer.lines(start, len(data))] = True

    async def sync_for_device(self, buffer: Buffer, start: int, length: int, direction: Direction) -> None:
        await self.soc.dma.sync_single_for_device(buffer.handle + start, length, direction)
        lines = buffer.lines(start, length)
        buffer.owned[lines], buffer.touched[lines] = True, False

    async def unmap(self, buffer: Buffer) -> None:
        """Takes a buffer back; what the CPU wrote in the meantime is handed over first, else it would be discarded."""
        direction, size = buffer.direction, len(buffer.data)
        assert direction is not None
        if buffer.table is not None:
            await self._unmap_list(buffer, direction)
            return
        if direction is Direction.BIDIRECTIONAL:
            for line in np.flatnonzero(buffer.touched).tolist():
                start = line * buffer.line
                await self.sync_for_device(buffer, start, min(buffer.line, size - start), direction)
        if buffer.pages is not None:
            if buffer.owned.any():
                await self.soc.dma.sync_single_for_cpu(buffer.handle, size, direction)
        else:
            await self.soc.dma.unmap_single(buffer.handle, size, direction)
            buffer.direction = None
        buffer.owned[:] = False

    async def _unmap_list(self, buffer: Buffer, direction: Direction) -> None:
        """All entries of a scatterlist at once."""
        together, table = list(buffer.together), buffer.table
        for each in together:
            await self.idle(each)
        if direction is Direction.BIDIRECTIONAL and any(each.touched.any() for each in together):
            await self.soc.dma.sync_sg_for_device(table, direction)
        await self.soc.dma.unmap_sg(table, direction)
        for each in together:
            each.direction = each.table = None
            each.owned[:] = False

    async def walk(self, buffer: Buffer, start: int, length: int, value: int | None) -> None:
        """The CPU reads a range word by word; with `value` it changes every other word."""
        cpu, words = self.soc.kernel.cpu, []
        for at in range(start, start + length, 4):
            words.append(await cpu.ldr(buffer.va + at))
            if value is not None and at & 4:
                await cpu.str_(buffer.va + at, value)
        self.compare(np.array(words, np.uint32).view(np.uint8), buffer.data[start : start + length], "what the CPU read")
        if value is not None:
            new = np.resize(np.array([value], np.uint32).view(np.uint8), length)
            changed = (np.arange(start, start + length) & 4) != 0
            buffer.data[start : start + length][changed] = new[changed]
            buffer.touched[buffer.lines(start, length)] = True

    async def free(self, buffer: Buffer) -> None:
        self.buffers.remove(buffer)
        if buffer.block is not None:
            await self.pool.free(buffer.block)
        elif buffer.pages is not None:
            await self.soc.dma.free_pages(buffer.pages)
        elif buffer.coherent is not None:
            await self.soc.dma.free_coherent(buffer.coherent)
        else:
            await self.soc.kernel.kfree(buffer.va)
