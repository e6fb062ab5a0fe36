# SPDX-License-Identifier: Apache-2.0
"""What the sanitizer costs: CPU accesses per second with and without it, time and memory per byte watched."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np

from dmasan.arch.family import PL310
from dmasan.arch.memory import RAM_BASE
from dmasan.report.results import Measurement
from dmasan.sanitizer import Sanitizer
from dmasan.sanitizer.automaton import Automaton
from dmasan.sanitizer.shadow import Shadow
from dmasan.soc import Soc

MIB = 1 << 20
SCALARS = 20_000
BULK = 4 * MIB
ROUNDS = 5
SMALL, LARGE = 64 << 10, 64 * MIB
LINE = 32
SCALAR_TARGET, BULK_TARGET = 50_000, 40.0  # accesses/s, MB/s
GROWTH_TARGET, BYTES_TARGET = 1.5, 3.0

Work = Callable[[Soc, int], Awaitable[int]]  # does something on memory at an address; returns how much


def measure(folder: Path) -> list[Measurement]:
    """The rows. Times are the process's own, so that other work on the machine counts little."""
    rows = []
    for name, work, unit, scale, target in (
        ("scalar CPU accesses", scalars, "/s", 1.0, SCALAR_TARGET),
        ("bulk CPU writes", writes, "MB/s", 1e6, BULK_TARGET),
        ("bulk CPU reads", reads, "MB/s", 1e6, None),
    ):
        alone, watched = (speed(work, observed) / scale for observed in (False, True))
        peer = f"without the sanitizer: {alone:,.0f} {unit}"
        met = None if target is None else watched >= target
        rows.append(Measurement(f"{name}, watched", watched, unit, target, met, peer, watched / alone))
    small, large = shadow_ns(SMALL), shadow_ns(LARGE)
    growth, extra = large / small, bytes_per_byte()
    return [
        *rows,
        Measurement(f"shadow, {SMALL >> 10} KiB at a time", small, "ns/byte"),
        Measurement(f"shadow, {LARGE // MIB} MiB at a time", large, "ns/byte"),
        Measurement("shadow, cost per byte, large to small", growth, "x", GROWTH_TARGET, growth <= GROWTH_TARGET),
        Measurement("memory beside the arena", extra, "bytes/byte", BYTES_TARGET, extra <= BYTES_TARGET),
    ]


def speed(work: Work, observed: bool) -> float:
    """Units of work per second: the median of several rounds on a machine that has just booted."""
    soc = Soc(policy="strict", ram_mib=64, cma_mib=4, versions=False)
    soc.bus.active = observed  # without an observer no event is built

    async def program(soc: Soc) -> float:
        va = await soc.kernel.kmalloc(BULK)
        await work(soc, va)  # caches, TLB and table are warm
        seconds = []
        for _ in range(ROUNDS):
            begin = process_time()
            done = await work(soc, va)
            seconds.append(process_time() - begin)
        return done / median(seconds)

    result = soc.run(program)
    soc.expect_clean()
    return result


async def scalars(soc: Soc, va: int) -> int:
    """Stores and loads of words, line after line."""
    cpu = soc.cpu(0)
    for n in range(SCALARS // 2):
        at = va + n * 4 % 4096
        await cpu.str_(at, n)
        await cpu.ldr(at)
    return SCALARS


async def writes(soc: Soc, va: int) -> int:
    await soc.cpu(0).fill(va, BULK, 0x5A)
    return BULK


async def reads(soc: Soc, va: int) -> int:
    await soc.cpu(0).read(va, BULK)
    return BULK


def shadow_ns(size: int) -> float:
    """Time of one operation on one shadow byte, for ranges of `size` bytes in which every other line has another state."""
    shadow = Shadow(Automaton(PL310), RAM_BASE, size, LINE)
    shadow.apply("alias_live", RAM_BASE, LINE)
    shadow.states.reshape(-1, 2 * LINE)[:, :LINE] = shadow.states[0]
    operations = ("store_nc", "dsb", "outer_sync", "load_nc")
    repeats = max(1, 8 * MIB // size)
    seconds = []
    for _ in range(ROUNDS + 1):  # the first one fills the table
        begin = process_time()
        for _ in range(repeats):
            for name in operations:
                shadow.apply(name, RAM_BASE, size)
        seconds.append(process_time() - begin)
    return float(median(seconds[1:])) / (repeats * len(operations) * size) * 1e9


def bytes_per_byte() -> float:
    """The sanitizer's arrays per byte of RAM; versions belong to the machine's checking mode."""
    sanitizer = Sanitizer(PL310, RAM_BASE, MIB, LINE, cpus=1)
    parts = (sanitizer.shadow, sanitizer.buffers)
    arrays = [value for part in parts for value in vars(part).values() if isinstance(value, np.ndarray)]
    return sum(array.nbytes for array in arrays) / MIB
