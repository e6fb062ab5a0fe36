# SPDX-License-Identifier: Apache-2.0
"""What each kernel does to the lines at the edges of a range that it invalidates, and what a neighbour's store suffers.

The rows were taken by running the kernels' own routines: arch/arm/mm/cache-v7.S:v7_dma_inv_range of v3.14 and v6.0,
arch/arm64/mm/cache.S:dcache_inval_poc of v6.0, arch/arm/mm/cache-l2x0.c:l2c210_inv_range of v6.19. Ranges are relative to
a line of 64 bytes; I invalidates, CI cleans and invalidates, in order of issue; the number is the offset of the line.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

import pytest
from arch_bench import run

from dmasan.arch.cpu import Cpu
from dmasan.arch.machine import Machine
from dmasan.arch.profile import find_profile
from dmasan.config import Cell, Knobs
from dmasan.events import CacheOp, Event, EventBus, Maintenance
from dmasan.linux import cache_ops
from dmasan.linux.kernel import Kernel
from dmasan.schedule import Benign

TABLE = """
start end | v7 old       | v7 new    | arm64     | PL310
0     128 | I0 I64       | I0 I64    | I0 I64    | I0 I32 I64 I96
16    128 | CI0 I0 I64   | CI0 I64   | CI0 I64   | CI0 I32 I64 I96
0     100 | CI64 I0      | CI64 I0   | CI64 I0   | CI96 I0 I32 I64
16    100 | CI0 CI64 I0  | CI0 CI64  | CI64 CI0  | CI0 CI96 I32 I64
0     32  | CI0 I0       | CI0       | CI0 I0    | I0
16    48  | CI0 CI0 I0   | CI0 CI0   | CI0 CI0   | CI0 CI32
"""
COLUMNS = {
    "v7 old": ("cortex-a15", "v3.14"),
    "v7 new": ("cortex-a15", "v6.0"),
    "arm64": ("cortex-a53", "v6.19"),
    "PL310": ("cortex-a9-pl310", "v6.19"),
}
SHORT = {CacheOp.CLEAN: "C", CacheOp.INVALIDATE: "I", CacheOp.CLEAN_INVALIDATE: "CI"}


def rows() -> list[tuple[int, int, str, str]]:
    head, *lines = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    found = []
    for ends, *cells in lines:
        start, end = map(int, ends.split())
        found += [(start, end, column, cell) for column, cell in zip(head[1:], cells, strict=True)]
    return found


class World:
    """A kernel, and a line of 64 bytes in its linear mapping at `va` and `pa`."""

    def __init__(self, column: str) -> None:
        profile, era = COLUMNS[column]
        knobs = Knobs(ram_mib=32, lowmem_mib=20, cma_mib=8, processes=1, shared_override=True)
        bus = EventBus()
        self.machine = Machine(find_profile(profile), knobs, Benign(), bus, seed=1)
        self.kernel = Kernel(self.machine, Cell("strict", profile, era, knobs))
        run(self.kernel.boot())
        self.events: list[Event] = []
        bus.subscribe(self.events.append)
        self.column = column
        self.va = run(self.kernel.kmalloc(4096, "buffer"))
        self.pa = self.machine.cpus[0].physical(self.va)

    def invalidate_calls(self, start: int, end: int) -> Coroutine[Any, Any, None]:
        """The kernel's routine, not yet run."""
        if self.column == "PL310":
            return cache_ops.outer_inv_range(self.kernel, self.pa + start, end - start)
        return cache_ops.dmac_inv_range(self.kernel, self.va + start, end - start)

    def operations(self) -> str:
        """Line by line, in order of issue."""
        size = 32 if self.column == "PL310" else 64
        words = []
        for event in self.events:
            if isinstance(event, Maintenance):
                first, last = event.address - self.pa, event.address + event.length - 1 - self.pa
                words += [f"{SHORT[event.op]}{n * size}" for n in range(first // size, last // size + 1)]
        return " ".join(words)


@pytest.mark.parametrize(("start", "end", "column", "wanted"), rows())
def test_the_table_row_by_row(start: int, end: int, column: str, wanted: str) -> None:
    world = World(column)
    run(world.invalidate_calls(start, end))
    assert world.operations() == wanted


@pytest.mark.parametrize(("start", "end", "column", "wanted"), [row for row in rows() if row[2] != "PL310"])
def test_a_plain_invalidate_of_a_partial_line_loses_a_neighbours_store(
    start: int, end: int, column: str, wanted: str
) -> None:
    """Another CPU stores to bytes of a partial line between its clean and its invalidate: lost where the row says I."""
    words = wanted.split()
    for line in (0, 64):
        if line >= end or f"CI{line}" not in words:
            continue
        world = World(column)
        cpu, other = world.machine.cpus
        neighbour = world.va + (line if start > line else line + 60)
        last = len(words) - 1 - words[::-1].index(f"CI{line}")
        run(_with_a_store_after(cpu, last, other.str_(neighbour, 77), world.invalidate_calls(start, end)))
        lost = run(other.ldr(neighbour)) != 77
        assert lost == (f"I{line}" in words[last:]), (line, wanted)


async def _with_a_store_after(
    cpu: Cpu, number: int, store: Coroutine[Any, Any, None], calls: Coroutine[Any, Any, None]
) -> None:
    """Runs `calls`, and `store` behind the maintenance operation of that number."""
    inner, count = cpu._inner, 0

    async def watched(op: CacheOp, va: int, length: int, name: str) -> None:
        nonlocal count
        await inner(op, va, length, name)
        if count == number:
            await store
        count += 1

    cpu._inner = watched  # type: ignore[method-assign]
    await calls
    cpu._inner = inner  # type: ignore[method-assign]
