# SPDX-License-Identifier: Apache-2.0
"""Bulk operations leave exactly the state that the same operations on single words or lines leave."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from arch_bench import DATA, NC, PA, WB, ArchBench, held, run, tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from dmasan.arch.cpu import Cpu
from dmasan.arch.geometry import CacheGeometry
from dmasan.arch.profile import PROFILES
from dmasan.events import MemoryType

pytestmark = pytest.mark.thorough

WT = 0x6000_0000  # RAM once more, Write-Through

# Small caches, so that a few hundred bytes wrap around the sets and evict. Write streaming counts full lines of one bulk
# store, so that words do not have it; a bulk store waits in no buffer.
SMALL = {
    name: replace(tiny(name, l1_lines=8, l2_lines=32), write_streaming=0, buffered_stores=False)
    for name in PROFILES
    if PROFILES[name].indexing != "vipt"
}
SMALL["integrated, one way"] = replace(
    SMALL["cortex-a72"], l1=CacheGeometry(256, 1, 64), l2=CacheGeometry(1024, 4, 64), l2_content="non-inclusive"
)
SMALL["exclusive pl310"] = replace(SMALL["cortex-a9-pl310"], l2_content="victim")
WRITES = {"store wb": WB, "store nc": NC, "store wt": WT}
LOADS = {"load wb": WB, "load nc": NC, "load wt": WT}


@dataclass(frozen=True)
class Step:
    what: str
    cpu: int
    word: int
    words: int


STEP = st.builds(
    Step,
    st.sampled_from(
        [
            "store wb",
            "store nc",
            "store wt",
            "load wb",
            "load nc",
            "load wt",
            "clean",
            "invalidate",
            "clean+invalidate",
            "outer",
            "dsb",
            "dmb",
        ]
    ),
    st.integers(0, 1),
    st.integers(0, 200),
    st.integers(1, 180),
)


async def bulk(cpu: Cpu, step: Step, value: int) -> bytes:
    at, size = DATA + 4 * step.word, 4 * step.words
    match step.what:
        case what if what in WRITES:
            await cpu.write(WRITES[what] + at, np.arange(value, value + step.words, dtype=np.uint32))
        case what if what in LOADS:
            return (await cpu.read(LOADS[what] + at, size)).tobytes()
        case "clean":
            await cpu.dccmvac(WB + at, size)
        case "invalidate":
            await cpu.dcimvac(WB + at, size)
        case "clean+invalidate":
            await cpu.dccimvac(WB + at, size)
        case "outer":
            await cpu.outer_flush(PA + at, size)
        case "dsb":
            await cpu.dsb()
        case "dmb":
            await cpu.dmb()
    return b""


async def single(cpu: Cpu, step: Step, value: int) -> bytes:
    at, size, out = DATA + 4 * step.word, 4 * step.words, b""
    match step.what:
        case what if what in WRITES:
            for i in range(step.words):
                await cpu.str_(WRITES[what] + at + 4 * i, value + i)
        case what if what in LOADS:
            for i in range(step.words):
                word = await cpu.ldr(LOADS[what] + at + 4 * i)
                out += word.to_bytes(4, "little")
        case "dsb" | "dmb":
            await bulk(cpu, step, value)
        case _:
            unit = cpu.machine.hierarchy.line
            for line in range(at & -unit, at + size, unit):
                await bulk(cpu, Step(step.what, step.cpu, (line - DATA) // 4, unit // 4), value)
    return out


def same_state(a: ArchBench, b: ArchBench) -> None:
    for x, y in zip(
        [*a.machine.hierarchy.l1, a.machine.hierarchy.l2],
        [*b.machine.hierarchy.l1, b.machine.hierarchy.l2],
        strict=True,
    ):
        if x is None or y is None:
            continue
        assert (x.tags == y.tags).all() and (x.dirty == y.dirty).all()
        if x.parts is not None and y.parts is not None:
            assert (x.parts[x.dirty] == y.parts[y.dirty]).all()
        here = x.tags >= 0
        assert (x.data[here] == y.data[here]).all()
        assert x.version is not None and y.version is not None
        assert (x.version[here] == y.version[here]).all()
    used = slice(DATA, DATA + 4096)
    for name in ("data", "version", "latest"):
        assert (getattr(a.machine.memory, name)[used] == getattr(b.machine.memory, name)[used]).all(), name
    for x, y in zip(a.machine.noncacheable.buffers, b.machine.noncacheable.buffers, strict=True):
        assert x.entries == y.entries
    assert (a.machine.noncacheable.outer is None) == (b.machine.noncacheable.outer is None)
    if a.machine.noncacheable.outer is not None and b.machine.noncacheable.outer is not None:
        assert a.machine.noncacheable.outer.entries == b.machine.noncacheable.outer.entries


@settings(max_examples=300)
@given(st.sampled_from(sorted(SMALL)), st.booleans(), st.booleans(), st.lists(STEP, min_size=1, max_size=8))
def test_bulk_equals_single(profile: str, hold: bool, override: bool, steps: list[Step]) -> None:
    schedule = held() if hold else None
    one, many = (
        ArchBench(SMALL[profile], schedule=schedule, observe=False, sections=2, shared_override=override)
        for _ in range(2)
    )
    for bench in (one, many):
        bench.section(WT, PA, MemoryType.WT)
        bench.section(WT + (1 << 20), PA + (1 << 20), MemoryType.WT)
    for number, step in enumerate(steps):
        value = (number + 1) << 16
        got = run(bulk(many.machine.cpus[step.cpu % len(many.machine.cpus)], step, value))
        assert got == run(single(one.machine.cpus[step.cpu % len(one.machine.cpus)], step, value)), step
        same_state(one, many)
