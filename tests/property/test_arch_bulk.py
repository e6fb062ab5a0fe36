# SPDX-License-Identifier: Apache-2.0
"""Bulk operations leave exactly the state that the same operations on single words or lines leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from arch_bench import DATA, NC, PA, WB, ArchBench, held, run
from hypothesis import given, settings
from hypothesis import strategies as st

from dmasan.arch.cpu import Cpu
from dmasan.arch.profile import CacheGeometry, Profile

# Small caches, so that a few hundred bytes wrap around the sets and evict.
SMALL = {
    "one-level": Profile("small", "one-level", CacheGeometry(256, 2, 32)),
    "pl310": Profile(
        "small-pl310",
        "pl310",
        CacheGeometry(256, 2, 32),
        CacheGeometry(1024, 2, 32),
        replacement="pseudo-random",
    ),
    "integrated": Profile(
        "small-integrated", "integrated", CacheGeometry(128, 1, 32), CacheGeometry(512, 4, 32)
    ),
}


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
            "load wb",
            "load nc",
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
        case "store wb" | "store nc":
            base = WB if step.what == "store wb" else NC
            await cpu.write(base + at, np.arange(value, value + step.words, dtype=np.uint32))
        case "load wb" | "load nc":
            return (await cpu.read((WB if step.what == "load wb" else NC) + at, size)).tobytes()
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
        case "store wb" | "store nc":
            base = WB if step.what == "store wb" else NC
            for i in range(step.words):
                await cpu.str_(base + at + 4 * i, value + i)
        case "load wb" | "load nc":
            for i in range(step.words):
                word = await cpu.ldr((WB if step.what == "load wb" else NC) + at + 4 * i)
                out += word.to_bytes(4, "little")
        case "dsb" | "dmb":
            await bulk(cpu, step, value)
        case _:
            for line in range(at & ~31, at + size, 32):
                await bulk(cpu, Step(step.what, step.cpu, (line - DATA) // 4, 8), value)
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


@settings(max_examples=150)
@given(st.sampled_from(sorted(SMALL)), st.booleans(), st.booleans(), st.lists(STEP, min_size=1, max_size=8))
def test_bulk_equals_single(profile: str, hold: bool, override: bool, steps: list[Step]) -> None:
    schedule = held() if hold else None
    one, many = (
        ArchBench(SMALL[profile], schedule=schedule, observe=False, sections=2, shared_override=override)
        for _ in range(2)
    )
    for number, step in enumerate(steps):
        value = (number + 1) << 16
        got = run(bulk(many.machine.cpus[step.cpu], step, value))
        assert got == run(single(one.machine.cpus[step.cpu], step, value)), step
        same_state(one, many)
