# SPDX-License-Identifier: Apache-2.0
"""The language of random driver programs.

A step names its buffers by a number that is taken modulo what there is, and does nothing where a correct driver could
not do it; so every list of steps is a correct program.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from world import COPIED, READABLE, UNDEFINED, WRITABLE, Buffer, Job, Step, World

from dmasan.events import Direction
from dmasan.linux.dma_sync import done_by_map, syncs_name_the_direction
from dmasan.linux.errors import CmaBusy, OutOfMemory

IN_FLIGHT = 3  # copies of the device at a time


@dataclass(frozen=True)
class Part:
    """Part of a buffer: where it begins and ends, in thousandths of it."""

    begin: int
    end: int

    def of(self, size: int, unit: int) -> tuple[int, int]:
        """(start, length), in whole units but for the buffer's end; at least one unit."""
        start = min(self.begin, self.end) * size // 1000 // unit * unit
        end = min(size, -(-(max(self.begin, self.end) * size // 1000) // unit) * unit)
        return start, max(end - start, min(unit, size - start))


@dataclass(frozen=True)
class AllocCoherent(Step):
    size: int

    async def run(self, w: World) -> None:
        with suppress(CmaBusy, OutOfMemory):
            buffer = await w.soc.dma.alloc_coherent(self.size, "coherent")
            content = np.full(self.size, 0 if w.soc.kernel.policy.clears(w.soc.kernel.era) else UNDEFINED, np.int16)
            w.buffers.append(Buffer(buffer.cpu_addr, buffer.dma_handle, content, w.line, coherent=buffer))


@dataclass(frozen=True)
class Kmalloc(Step):
    size: int

    async def run(self, w: World) -> None:
        with suppress(OutOfMemory):
            va = await w.soc.kernel.kmalloc(self.size, "object")
            data = np.full(self.size, UNDEFINED, np.int16)
            w.buffers.append(Buffer(va, w.soc.kernel.layout.physical(va), data, w.line))


@dataclass(frozen=True)
class Free(Step):
    """dma_free_coherent or kfree."""

    which: int

    async def run(self, w: World) -> None:
        if buffer := w.pick(self.which, lambda b: b.direction is None or b.pages is not None):
            await w.idle(buffer)
            await w.free(buffer)


@dataclass(frozen=True)
class Map(Step):
    which: int
    direction: Direction

    async def run(self, w: World) -> None:
        if buffer := w.pick(self.which, lambda b: not b.is_coherent and b.direction is None):
            handle = await w.soc.dma.map_single(buffer.va, len(buffer.data), self.direction, "mapped")
            if w.soc.dma.mapping_error(handle):
                return
            buffer.handle, buffer.direction = handle, self.direction
            buffer.owned[:], buffer.touched[:] = True, False
            if self.direction is Direction.FROM_DEVICE:
                buffer.discard()


@dataclass(frozen=True)
class Unmap(Step):
    which: int

    async def run(self, w: World) -> None:
        if buffer := w.pick(self.which, lambda b: b.direction is not None):
            await w.idle(buffer)
            await w.unmap(buffer)


def _one_way(w: World) -> bool:
    """Whether a BIDIRECTIONAL mapping may be synced one way: not behind dmabounce."""
    return not (w.soc.dma.device.bounce and syncs_name_the_direction(w.soc.kernel))


@dataclass(frozen=True)
class SyncForCpu(Step):
    """Of whole lines. A BIDIRECTIONAL mapping may be synced as FROM_DEVICE (`narrow`; OK2 of the controls)."""

    which: int
    part: Part
    narrow: bool

    async def run(self, w: World) -> None:
        if buffer := w.pick(self.which, lambda b: b.single):
            await w.idle(buffer)
            start, length = self.part.of(len(buffer.data), w.line)
            direction = buffer.direction
            assert direction is not None
            lines = buffer.lines(start, length)
            if buffer.touched[lines].any():
                return  # a second sync_for_cpu would discard what the CPU wrote
            if self.narrow and direction is Direction.BIDIRECTIONAL and _one_way(w):
                direction = Direction.FROM_DEVICE
            await w.soc.dma.sync_single_for_cpu(buffer.handle + start, length, direction)
            buffer.owned[lines] = False


@dataclass(frozen=True)
class SyncForDevice(Step):
    """Of whole lines. A BIDIRECTIONAL mapping may be synced as FROM_DEVICE if nothing was written, and as TO_DEVICE where
    sync_for_cpu invalidates: a kernel that does it all here would keep clean lines under the device's writes."""

    which: int
    part: Part
    narrow: bool

    async def run(self, w: World) -> None:
        if buffer := w.pick(self.which, lambda b: b.single):
            await w.idle(buffer)
            start, length = self.part.of(len(buffer.data), w.line)
            direction = buffer.direction
            assert direction is not None
            if w.soc.dma.device.bounce and direction in WRITABLE and buffer.owned[buffer.lines(start, length)].any():
                return  # a second sync_for_device would copy the CPU's old bytes over the device's
            if self.narrow and direction is Direction.BIDIRECTIONAL and _one_way(w):
                written = buffer.touched[buffer.lines(start, length)].any()
                outward = direction if done_by_map(w.soc.kernel) else Direction.TO_DEVICE
                direction = outward if written or self.which % 2 else Direction.FROM_DEVICE
            await w.sync_for_device(buffer, start, length, direction)


@dataclass(frozen=True)
class Write(Step):
    which: int
    part: Part
    value: int

    async def run(self, w: World) -> None:
        if buffer := w.pick(self.which, lambda b: True):
            await w.idle(buffer)
            start, length = self.part.of(len(buffer.data), 4 if self.value % 4 else 1)
            if buffer.cpu_may(start, length, write=True):
                data = (np.arange(length) * 7 + self.value).astype(np.uint8)
                await w.write(buffer, start, data)


@dataclass(frozen=True)
class WriteWord(Step):
    """A single store: the line's other bytes stay."""

    which: int
    part: Part
    value: int

    async def run(self, w: World) -> None:
        if buffer := w.pick(self.which, lambda b: True):
            await w.idle(buffer)
            start, _ = self.part.of(len(buffer.data), 4)
            if buffer.cpu_may(start, 4, write=True):
                await w.write(buffer, start, np.array([self.value], np.uint32).view(np.uint8))


@dataclass(frozen=True)
class Read(Step):
    which: int
    part: Part
    unit: int

    async def run(self, w: World) -> None:
        if buffer := w.pick(self.which, lambda b: True):
            await w.idle(buffer)
            start, length = self.part.of(len(buffer.data), self.unit)
            if buffer.cpu_may(start, length, write=False):
                await w.read(buffer, start, length)


@dataclass(frozen=True)
class Copy(Step):
    """The device copies, `unit` bytes at a time; the program waits for it only when it needs one of the buffers."""

    source: int
    target: int
    part: Part
    unit: int = 8

    async def run(self, w: World) -> None:
        source = w.pick(self.source, lambda b: b.is_coherent or b.direction in READABLE)
        target = w.pick(self.target, lambda b: b.is_coherent or b.direction in WRITABLE)
        if source is None or target is None or source is target:
            return
        start, length = self.part.of(min(len(source.data), len(target.data)), self.unit)
        await w.idle(source)
        await w.idle(target)
        if source.device_may(start, length, write=False) and target.device_may(start, length, write=True):
            while len(w.jobs) >= IN_FLIGHT:
                await w.finish(w.jobs[0])
            engine, data = w.engine, source.data[start : start + length].copy()
            data[data == UNDEFINED] = COPIED
            job = engine.prep_memcpy(target.handle + start, source.handle + start, length)
            cookie = await engine.submit(job)
            await engine.issue_pending()
            target.data[start : start + length] = data
            w.jobs.append(Job(cookie, source, target, start, data))


@dataclass(frozen=True)
class SwitchCpu(Step):
    """The program goes on on another CPU.

    The scheduler moves it, and __switch_to completes what the first one has pending with a DSB; or another thread takes a lock
    that this one releases (arch/arm/include/asm/spinlock.h: a DMB on either side).
    """

    cpu: int

    async def run(self, w: World) -> None:
        lock = bool(self.cpu & 4)
        first = w.soc.kernel.cpu
        await (first.dmb("ish") if lock else first.dsb("ish"))
        w.cpu_index = self.cpu % len(w.soc.machine.cpus)
        if lock:
            await w.soc.cpu(w.cpu_index).dmb("ish")


@dataclass(frozen=True)
class Barrier(Step):
    name: str

    async def run(self, w: World) -> None:
        await getattr(w.soc.io, self.name)()


@dataclass(frozen=True)
class NewUser(Step):
    """A movable user takes free pages where CMA allocates, and writes them."""

    first: int
    pages: int

    async def run(self, w: World) -> None:
        kernel = w.soc.kernel
        await kernel.movable.fill(kernel.cma.first + self.first % kernel.cma.count, self.pages)


@dataclass(frozen=True)
class UserWrites(Step):
    which: int

    async def run(self, w: World) -> None:
        if users := w.soc.kernel.movable.all():
            await w.soc.kernel.movable.write(users[self.which % len(users)])


@dataclass(frozen=True)
class UserReads(Step):
    which: int

    async def run(self, w: World) -> None:
        if users := w.soc.kernel.movable.all():
            user = users[self.which % len(users)]
            w.expect(await w.soc.kernel.movable.damaged(user) == 0, f"data of {user.name}")


@dataclass(frozen=True)
class UserEnds(Step):
    which: int

    async def run(self, w: World) -> None:
        if users := w.soc.kernel.movable.all():
            await w.soc.kernel.movable.free(users[self.which % len(users)])
