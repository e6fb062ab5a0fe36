# SPDX-License-Identifier: Apache-2.0
"""Random correct driver programs: a small language of steps, their interpreter, and a data oracle.

A program is a list of steps. A step names its buffers by a number that is taken modulo what there is, and does nothing
where a correct driver could not do it; so every list of steps is a correct program, and shrinking is leaving steps out.
The oracle keeps what each byte must be (-1: undefined), told by the steps alone, never by the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

import numpy as np
from numpy.typing import NDArray

from dmasan.arch.profile import find_profile
from dmasan.config import Cell, Knobs
from dmasan.device.driver import DmaEngine
from dmasan.device.transaction import DmaError
from dmasan.events import Direction
from dmasan.linux.dma import CoherentBuffer
from dmasan.linux.errors import CmaBusy, OutOfMemory
from dmasan.linux.policies import POLICIES
from dmasan.sanitizer import Hazard
from dmasan.soc import Soc

UNDEFINED = -1
IN_FLIGHT = 3  # copies of the device at a time
READABLE = (Direction.TO_DEVICE, Direction.BIDIRECTIONAL)  # by the device
WRITABLE = (Direction.FROM_DEVICE, Direction.BIDIRECTIONAL)


class WrongData(AssertionError):
    """The CPU or the device read something else than was written."""


@dataclass(eq=False)
class Buffer:
    """A buffer of the driver: coherent memory, or a kmalloc object that may be mapped (`direction`).

    `data` is what its bytes must be, int16, shape (size,). `owned` marks the lines that the device owns, `touched` the
    lines that the CPU has written since it got them back, both bool of shape (lines,).
    """

    va: int
    handle: int
    data: NDArray[np.int16]
    line: int
    coherent: CoherentBuffer | None = None
    direction: Direction | None = None
    owned: NDArray[np.bool_] = field(init=False)
    touched: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        lines = -(-len(self.data) // self.line)
        self.owned, self.touched = np.zeros(lines, bool), np.zeros(lines, bool)

    def lines(self, start: int, length: int) -> slice:
        return slice(start // self.line, -(-(start + length) // self.line))

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
        if self.coherent is not None:
            return True
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


class World:
    """What the steps act on. `events` counts what went through the bus since boot; `reads` the bytes compared."""

    def __init__(self, soc: Soc) -> None:
        self.soc = soc
        self.line = soc.machine.profile.l1.line
        self.cpu_index = 0
        self.buffers: list[Buffer] = []
        self.jobs: list[Job] = []
        self.events = 0
        self.reads = 0
        self.relaxed = False  # a mutant's doorbell: writel_relaxed instead of writel
        self.tamper: Callable[[DmaEngine], None] = lambda engine: None  # a mutant's
        self.engine: DmaEngine | None = None

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
        self.engine = await DmaEngine.probe(self)  # type: ignore[arg-type]
        self.tamper(self.engine)
        for step in steps:
            with self.soc.kernel.on(self.cpu_index):
                await step.run(self)
        with self.soc.kernel.on(self.cpu_index):
            await self.end()

    async def end(self) -> None:
        while self.jobs:
            await self.finish(self.jobs[0])
        for buffer in list(self.buffers):
            if buffer.direction is not None:
                await self.unmap(buffer)
            await self.read(buffer, 0, len(buffer.data))
            await self.free(buffer)
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
        await self.engine.wait(job.cookie)
        self.jobs.remove(job)
        handle, wanted = job.target.handle + job.start, job.data
        self.compare(self.soc.machine.device_read(handle, len(wanted)), wanted, "what the device delivered")

    def compare(self, found: NDArray[np.uint8], wanted: NDArray[np.int16], what: str) -> None:
        self.reads += len(wanted)
        wrong = np.flatnonzero((wanted != UNDEFINED) & (found != wanted))
        self.expect(not wrong.size, f"{what}: {wrong.size} bytes from offset {wrong[:1]}")

    # --- what steps have in common

    async def read(self, buffer: Buffer, start: int, length: int) -> None:
        """The CPU reads and compares: words one by one if they are few."""
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
        if direction is Direction.BIDIRECTIONAL and buffer.touched.any():
            await self.sync_for_device(buffer, 0, size, direction)
        await self.soc.dma.unmap_single(buffer.handle, size, direction)
        buffer.direction = None
        buffer.owned[:] = False

    async def free(self, buffer: Buffer) -> None:
        self.buffers.remove(buffer)
        if buffer.coherent is not None:
            await self.soc.dma.free_coherent(buffer.coherent)
        else:
            await self.soc.kernel.kfree(buffer.va)


# --- the language ----------------------------------------------------------------------------------------------------


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
class Step:
    """One step; `run` does it, or nothing if a correct driver could not do it now."""

    async def run(self, w: World) -> None:
        raise NotImplementedError


@dataclass(frozen=True)
class AllocCoherent(Step):
    size: int

    async def run(self, w: World) -> None:
        with suppress(CmaBusy, OutOfMemory):
            buffer = await w.soc.dma.alloc_coherent(self.size, "coherent")
            zeros = np.zeros(self.size, np.int16)
            w.buffers.append(Buffer(buffer.cpu_addr, buffer.dma_handle, zeros, w.line, coherent=buffer))


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
        if buffer := w.pick(self.which, lambda b: b.direction is None):
            await w.idle(buffer)
            await w.free(buffer)


@dataclass(frozen=True)
class Map(Step):
    which: int
    direction: Direction

    async def run(self, w: World) -> None:
        if buffer := w.pick(self.which, lambda b: b.coherent is None and b.direction is None):
            await w.soc.dma.map_single(buffer.va, len(buffer.data), self.direction, "mapped")
            buffer.direction = self.direction
            buffer.owned[:], buffer.touched[:] = True, False
            if self.direction is Direction.FROM_DEVICE:
                buffer.data[:] = UNDEFINED


@dataclass(frozen=True)
class Unmap(Step):
    which: int

    async def run(self, w: World) -> None:
        if buffer := w.pick(self.which, lambda b: b.direction is not None):
            await w.idle(buffer)
            await w.unmap(buffer)


@dataclass(frozen=True)
class SyncForCpu(Step):
    """Of whole lines. A BIDIRECTIONAL mapping may be synced as FROM_DEVICE (`narrow`; OK2 of the controls)."""

    which: int
    part: Part
    narrow: bool

    async def run(self, w: World) -> None:
        if buffer := w.pick(self.which, lambda b: b.direction is not None):
            await w.idle(buffer)
            start, length = self.part.of(len(buffer.data), w.line)
            direction = buffer.direction
            assert direction is not None
            lines = buffer.lines(start, length)
            if buffer.touched[lines].any():
                return  # a second sync_for_cpu would discard what the CPU wrote
            if self.narrow and direction is Direction.BIDIRECTIONAL:
                direction = Direction.FROM_DEVICE
            await w.soc.dma.sync_single_for_cpu(buffer.handle + start, length, direction)
            buffer.owned[lines] = False


@dataclass(frozen=True)
class SyncForDevice(Step):
    """Of whole lines. A BIDIRECTIONAL mapping may be synced as TO_DEVICE, or as FROM_DEVICE if nothing was written."""

    which: int
    part: Part
    narrow: bool

    async def run(self, w: World) -> None:
        if buffer := w.pick(self.which, lambda b: b.direction is not None):
            await w.idle(buffer)
            start, length = self.part.of(len(buffer.data), w.line)
            direction = buffer.direction
            assert direction is not None
            if self.narrow and direction is Direction.BIDIRECTIONAL:
                written = buffer.touched[buffer.lines(start, length)].any()
                direction = Direction.TO_DEVICE if written or self.which % 2 else Direction.FROM_DEVICE
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
    """The device copies, 8 bytes at a time; the program waits for it only when it needs one of the buffers."""

    source: int
    target: int
    part: Part

    async def run(self, w: World) -> None:
        source = w.pick(self.source, lambda b: b.coherent is not None or b.direction in READABLE)
        target = w.pick(self.target, lambda b: b.coherent is not None or b.direction in WRITABLE)
        if source is None or target is None or source is target:
            return
        start, length = self.part.of(min(len(source.data), len(target.data)), 8)
        await w.idle(source)
        await w.idle(target)
        if source.device_may(start, length, write=False) and target.device_may(start, length, write=True):
            while len(w.jobs) >= IN_FLIGHT:
                await w.finish(w.jobs[0])
            engine, data = w.engine, source.data[start : start + length].copy()
            job = engine.prep_memcpy(target.handle + start, source.handle + start, length)
            cookie = await engine.submit(job)
            await engine.issue_pending()
            target.data[start : start + length] = data
            w.jobs.append(Job(cookie, source, target, start, data))


@dataclass(frozen=True)
class SwitchCpu(Step):
    """The program goes on on another CPU; __switch_to completes what this one has pending with a DSB."""

    cpu: int

    async def run(self, w: World) -> None:
        await w.soc.kernel.cpu.dsb("ish")
        w.cpu_index = self.cpu % len(w.soc.machine.cpus)


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


# --- playing ---------------------------------------------------------------------------------------------------------

SMALL = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 2, "processes": 1}


@dataclass
class Played:
    """How a program went: what the sanitizer said, and `wrong`, what the program itself saw."""

    soc: Soc
    world: World
    wrong: Exception | None = None

    @property
    def hazards(self) -> list[Hazard]:
        return self.soc.hazards

    @property
    def silent(self) -> bool:
        return not self.hazards and self.wrong is None

    def __str__(self) -> str:
        lines = [f"{h.code.name} at {h.site} in {h.buffer}: {h.copies} ({h.culprit})" for h in self.hazards]
        return "\n".join([*lines, *([repr(self.wrong)] if self.wrong else [])])


def play(
    cell: Cell, schedule: str, steps: Sequence[Step], seed: int = 1, prepare: Callable[[World], None] | None = None
) -> Played:
    """Runs a program on the behavioural device; `prepare` may tamper with its world."""
    knobs = {"shared_override": cell.knobs.shared_override, **SMALL}
    soc = Soc(profile=cell.profile, policy=cell.policy, era=cell.era, schedule=schedule, seed=seed, **knobs)
    played = Played(soc, World(soc))
    if prepare:
        prepare(played.world)
    try:
        soc.run(lambda _: played.world.run(steps))
    except (WrongData, DmaError) as error:
        played.wrong = error
    return played


def cells(profile: str) -> list[Cell]:
    """Every policy on a profile, with the shared override off and on where there is one."""
    settings = (False, True) if find_profile(profile).outer else (False,)
    return [
        Cell(policy, profile, knobs=Knobs(shared_override=override)) for policy in POLICIES for override in settings
    ]


# --- drawing and shrinking -------------------------------------------------------------------------------------------

SIZES = (64, 96, 200, 256, 1504, 2048, 4096, 8192)
BARRIERS = ("mb", "wmb", "rmb", "dma_wmb", "dma_rmb", "smp_mb", "smp_wmb")


def random_part(draw: Random) -> Part:
    return Part(0, 1000) if draw.random() < 0.4 else Part(draw.randrange(1000), draw.randrange(1001))


def _number(draw: Random) -> int:
    return draw.randrange(1 << 16)


_DRAWS: tuple[tuple[int, Callable[[Random], Step]], ...] = (
    (3, lambda d: AllocCoherent(d.choice(SIZES))),
    (5, lambda d: Kmalloc(d.choice(SIZES))),
    (4, lambda d: Free(_number(d))),
    (10, lambda d: Map(_number(d), d.choice(list(Direction)))),
    (6, lambda d: Unmap(_number(d))),
    (6, lambda d: SyncForCpu(_number(d), random_part(d), d.random() < 0.5)),
    (6, lambda d: SyncForDevice(_number(d), random_part(d), d.random() < 0.5)),
    (12, lambda d: Write(_number(d), random_part(d), _number(d))),
    (12, lambda d: WriteWord(_number(d), random_part(d), d.getrandbits(32))),
    (14, lambda d: Read(_number(d), random_part(d), d.choice((1, 4, 4, 32)))),
    (14, lambda d: Copy(_number(d), _number(d), random_part(d))),
    (3, lambda d: SwitchCpu(_number(d))),
    (3, lambda d: Barrier(d.choice(BARRIERS))),
    (2, lambda d: NewUser(_number(d), d.randint(1, 24))),
    (2, lambda d: UserWrites(_number(d))),
    (1, lambda d: UserReads(_number(d))),
    (1, lambda d: UserEnds(_number(d))),
)


def random_steps(seed: int, count: int) -> list[Step]:
    """A program of `count` steps; it begins with some buffers."""
    draw = Random(seed)
    start = [AllocCoherent(2048), Kmalloc(256), Kmalloc(1504), Kmalloc(4096)]
    weights, makers = zip(*_DRAWS, strict=True)
    return [*start, *(maker(draw) for maker in draw.choices(makers, weights, k=count))]


def shrink(steps: Sequence[Step], fails: Callable[[Sequence[Step]], bool]) -> list[Step]:
    """A shorter program that still fails: leaves out runs of steps, halving the runs, as long as that helps."""
    best = list(steps)
    size = len(best) // 2
    while size:
        at = 0
        while at < len(best):
            shorter = best[:at] + best[at + size :]
            if fails(shorter):
                best = shorter
            else:
                at += size
        size //= 2
    return best
