# SPDX-License-Identifier: Apache-2.0
"""Bugs put into correct driver programs: the n-th call of a kind is left out, made wrong, or made too early or late.

A mutant counts once it is shown not to be equivalent: the data goes wrong under some schedule, or an access breaks the
ownership contract whatever the data does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any
from unittest.mock import patch

from programs import Played, play, random_part
from steps import AllocCoherent, Copy, Free, Kmalloc, Map, Part, Read, SyncForCpu, SyncForDevice, Unmap, Write
from world import Step, World

from dmasan.config import Cell
from dmasan.events import Direction
from dmasan.linux import dma_streaming

Call = Callable[..., Awaitable[Any]]
Wrap = Callable[[World, Call, tuple[Any, ...]], Awaitable[Any]]


async def dropped(w: World, call: Call, arguments: tuple[Any, ...]) -> None:
    """Nothing is done."""


async def relaxed(w: World, call: Call, arguments: tuple[Any, ...]) -> None:
    """The job is issued by writel_relaxed: nothing orders the descriptor before the doorbell."""
    w.relaxed = True
    await call(*arguments)
    w.relaxed = False


async def read_before(w: World, call: Call, arguments: tuple[Any, ...]) -> None:
    """The CPU looks before the buffer is its own."""
    await w.soc.kernel.cpu.read(w.soc.kernel.layout.linear(arguments[0]), arguments[1])
    await call(*arguments)


async def write_after(w: World, call: Call, arguments: tuple[Any, ...]) -> Any:
    """The CPU writes once more when it has handed the buffer over."""
    handle = await call(*arguments)
    await w.soc.kernel.cpu.str_(arguments[0], 0x0BAD_0BAD)
    return handle


async def turned(w: World, call: Call, arguments: tuple[Any, ...]) -> Any:
    """The mapping has the opposite direction."""
    other = {Direction.TO_DEVICE: Direction.FROM_DEVICE, Direction.FROM_DEVICE: Direction.TO_DEVICE}
    va, size, direction, *rest = arguments
    return await call(va, size, other.get(direction, Direction.TO_DEVICE), *rest)


@dataclass(frozen=True)
class Kind:
    """What is wrapped: a method of the DMA API, of the engine's driver, or the maintenance behind the API."""

    name: str
    where: str
    function: str
    wrap: Wrap
    contract: bool = False  # breaks the ownership rules, whatever the data does


KINDS = (
    Kind("no sync_for_cpu", "api", "sync_single_for_cpu", dropped),
    Kind("no sync_for_device", "api", "sync_single_for_device", dropped),
    Kind("no maintenance for the device", "maintenance", "sync_for_device", dropped),
    Kind("no maintenance for the CPU", "maintenance", "sync_for_cpu", dropped),
    Kind("writel_relaxed without wmb", "driver", "issue_pending", relaxed),
    Kind("read before unmap", "api", "unmap_single", read_before, contract=True),
    Kind("write after map", "api", "map_single", write_after, contract=True),
    Kind("other direction", "api", "map_single", turned),
)


@dataclass
class Counter:
    """Applies `wrap` to call `n` (from 0) of a function, and counts the calls; `broken` when a contract was broken."""

    kind: Kind
    n: int
    calls: int = 0
    broken: bool = False

    async def __call__(self, w: World, call: Call, arguments: tuple[Any, ...]) -> Any:
        self.calls += 1
        if self.calls - 1 != self.n:
            return await call(*arguments)
        self.broken = self.kind.contract and not (self.kind.wrap is read_before and _may_read(w, *arguments))
        return await self.kind.wrap(w, call, arguments)


def _may_read(w: World, handle: int, size: int, direction: Direction) -> bool:
    """Whether the CPU may read the mapping as it is: the device only reads it, or has nothing of it now."""
    (buffer,) = (b for b in w.buffers if b.handle == handle)
    return buffer.cpu_may(0, size, write=False)


@contextmanager
def mutated(kind: Kind, n: int) -> Iterator[tuple[Counter, Callable[[World], None]]]:
    """The counter, and what prepares a world; the maintenance is patched for as long as the block lasts."""
    counter, worlds = Counter(kind, n), []
    original: Call = getattr(dma_streaming, kind.function, dropped)

    async def maintenance(*arguments: Any) -> Any:
        return await counter(worlds[-1], original, arguments)

    def prepare(w: World) -> None:
        counter.calls = 0
        worlds.append(w)
        if kind.where == "api":
            call = getattr(w.soc.dma, kind.function)
            setattr(w.soc.dma, kind.function, lambda *arguments: counter(w, call, arguments))
        elif kind.where == "driver":
            w.tamper = lambda engine: setattr(
                engine, kind.function, _bound(counter, w, getattr(engine, kind.function))
            )

    if kind.where == "maintenance":
        with patch.object(dma_streaming, kind.function, maintenance):
            yield counter, prepare
    else:
        yield counter, prepare


def _bound(counter: Counter, w: World, call: Call) -> Call:
    return lambda *arguments: counter(w, call, arguments)


def rounds(seed: int, count: int) -> list[Step]:
    """A program in which everything that is handed over is used: buffers are mapped, synced in part, and unmapped."""
    draw = Random(seed)
    steps: list[Step] = [AllocCoherent(2048)]
    for n in range(count):
        direction, part, all_ = list(Direction)[n % 3], random_part(draw), Part(0, 1000)
        out, into = [Copy(1, 0, all_)], [Write(0, all_, draw.randrange(99)), Copy(0, 1, all_)]
        device = {Direction.TO_DEVICE: out, Direction.FROM_DEVICE: into}.get(direction, out + into)
        steps += [Kmalloc(draw.choice((64, 256, 1504))), Write(1, all_, draw.randrange(99)), Map(0, direction)]
        steps += device
        steps += [SyncForCpu(0, part, narrow=False), Read(1, part, 32), Write(1, part, draw.randrange(99))]
        steps += [SyncForDevice(0, part, narrow=False), *device, Read(0, all_, 1)]
        steps += [Unmap(0), Read(1, all_, 1), Write(1, all_, draw.randrange(99)), Read(1, all_, 1), Free(1)]
    return steps


def calls(cell: Cell, kind: Kind, steps: Sequence[Step]) -> int:
    """How often a correct program makes the call that `kind` breaks."""
    with mutated(kind, -1) as (counter, prepare):
        play(cell, "benign", steps, prepare=prepare)
        return counter.calls


def judge(cell: Cell, kind: Kind, n: int, steps: Sequence[Step]) -> tuple[bool, bool, Played]:
    """(shown not to be equivalent, flagged under the benign schedule, the benign run)."""
    with mutated(kind, n) as (counter, prepare):
        first = play(cell, "benign", steps, prepare=prepare)
        shown = first.wrong is not None or counter.broken
        for schedule, seed in (("adversarial", 1), ("random", 1), ("random", 2)):
            if not shown:
                shown = play(cell, schedule, steps, seed, prepare).wrong is not None
        return shown, bool(first.hazards), first
