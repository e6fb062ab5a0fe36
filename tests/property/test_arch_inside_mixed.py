# SPDX-License-Identifier: Apache-2.0
"""As test_arch_inside, for a page that is mapped Shareable and Non-shareable at once: there the L1s of two CPUs are not
coherent, and the relation has both (`one-level-mixed`: cpu0's is the first, cpu1's the other)."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import pytest
from arch_bench import DATA, NC, PA, TABLE, WB, ArchBench, run, tiny

from dmasan.arch.configuration import MIXED, RESET, Config, copy, is_store, value_of
from dmasan.arch.copies import Copy
from dmasan.arch.family import Family
from dmasan.arch.geometry import CacheGeometry
from dmasan.arch.processor import Profile
from dmasan.arch.semantics import OPERATIONS, closure
from dmasan.arch.short_descriptor import Kind, Leaf, encode, first_level_entry
from dmasan.events import Load, MemoryType
from dmasan.schedule import Move, MoveKind, RandomMoves

NS = 0x5000_0000  # where the section is mapped Non-shareable
LINE = PA + DATA
MACHINE = replace(tiny("one-level"), family="one-level-mixed", max_cpus=2)
CELLS = {
    "one-level-mixed": MACHINE,
    "one-level-mixed, dirty by words": replace(MACHINE, l1=CacheGeometry(128, 2, 32, 4)),
    "one-level-mixed, read-allocate": replace(MACHINE, write_allocate=False),
}
CACHED = ("store_wb", "load_wb", "clean", "invalidate", "clean_invalidate")
OWN = (*CACHED, *CACHED, "store_nc", "load_nc", "dmb", "dmb_stores", "dsb", "dev_write", "dev_read")
INSTRUCTIONS = {"clean": "dccmvac", "invalidate": "dcimvac", "clean_invalidate": "dccimvac"}
LONG_WALK = 250  # steps; then a fresh machine, for versions count modulo 256
Set = frozenset[Config]
Projection = tuple[int, int, int, int | None]


@dataclass(frozen=True)
class Step:
    cpu: int
    what: str
    word: int
    shareable: bool  # the translation that it goes through


def places(profile: Profile) -> list[int]:
    """Two words of a line, and a line of the same set."""
    return [LINE, LINE + profile.l1.line - 8, LINE + profile.l1.way_size]


def named(step: Step) -> str:
    """The operation of the relation."""
    if step.what in INSTRUCTIONS:
        mine = step.cpu == 0 and step.shareable
        return f"issue_{step.what}" if mine else step.what + ("" if step.shareable else "_own") + ("_other" if step.cpu else "")
    return step.what + ("_other" if step.cpu else "")


def on(word: int, step: Step) -> str | None:
    """What the step is for a word."""
    beside = {word, step.word} == {0, 1}
    if beside and step.what == "store_wb":
        return named(replace(step, what="neighbour_wb"))
    everywhere = step.what in ("dmb", "dmb_stores", "dsb") or (beside and step.what in INSTRUCTIONS)
    return named(step) if word == step.word or everywhere else None


@cache
def outcomes(family: Family, before: Set, operation: str) -> tuple[Set, frozenset[int]]:
    found = [o for c in before for o in OPERATIONS[operation].apply(family, c)]
    return closure(family, {after for after, _ in found}), frozenset(v for _, v in found if v is not None)


@cache
def projections(configs: Set) -> frozenset[Projection]:
    return frozenset(
        (c.l1, c.other, c.memory, value_of(c.store_buffer) if is_store(c.store_buffer) else None) for c in configs
    )


def code(held: Copy | None) -> int:
    return 0 if held is None else copy(held.dirty, int(not held.stale))


def projected(b: ArchBench, pa: int) -> Projection:
    copies = b.machine.copies(pa)
    waiting = copies.store_buffer[0]
    return code(copies.l1[0]), code(copies.l1[1]), int(not copies.memory_stale), None if waiting is None else int(not waiting)


async def perform(b: ArchBench, step: Step, pa: int, value: int) -> None:
    cpu = b.machine.cpus[step.cpu]
    va = pa - PA + (NC if step.what.endswith("nc") else WB)
    if not step.shareable and not step.what.endswith("nc"):
        va = pa - LINE + NS
    match step.what:
        case "store_wb" | "store_nc":
            await cpu.str_(va, value)
        case "load_wb" | "load_nc":
            await cpu.ldr(va)
        case "dev_write":
            b.device_write(pa, value)
        case "dev_read":
            pass
        case "dmb_stores":
            await cpu.dmb("st")
        case "dmb" | "dsb":
            await getattr(cpu, step.what)()
        case maintenance:
            await getattr(cpu, INSTRUCTIONS[maintenance])(va)


def walk(profile: Profile, seed: int, steps: Iterable[Step]) -> int:
    """Performs the steps; after each every word is inside its may-set. Returns how often the two L1s differed."""
    family, draw = profile.relation(False), random.Random(seed)
    b = ArchBench(profile, schedule=RandomMoves(seed=seed, rate=0.7, reach=3), sections=2, cpus=2)
    word = encode(Leaf(Kind.SECTION, LINE, MemoryType.WB, s=False))
    run(b.cpu.set_descriptor(first_level_entry(TABLE, NS), word, va=NS, level=1))
    run(b.cpu.dsb())
    where, apart = places(profile), 0
    may = dict.fromkeys(range(len(where)), closure(family, {RESET._replace(live=MIXED)}))
    for number, step in enumerate(steps):
        if draw.random() < 0.5:  # the schedule's moves are those of cpu0
            kind = draw.choice((MoveKind.FILL, MoveKind.EVICT))
            b.machine.apply(Move(kind, "l1", 1, draw.choice(where) & -profile.l1.line))
        if step.cpu:  # the program has gone on there: what a DMB of cpu0 ordered has landed (`semantics.other_cpu`)
            b.machine.noncacheable.before_store(0)
        b.events.clear()
        run(perform(b, step, where[step.word], number + 1))
        for at, pa in enumerate(where):
            operation, values = on(at, step), frozenset[int]()
            if operation is not None:
                may[at], values = outcomes(family, may[at], operation)
            if at == step.word:
                read = [int(e.stale is None) for e in b.of(Load) if isinstance(e, Load)]
                read += [int(b.machine.device_stale(pa, 4) is None)] if step.what == "dev_read" else []
                assert set(read) <= values, f"step {number} returned what it may not"
            now = projected(b, pa)
            assert now in projections(may[at]), f"step {number}: {now} of word {at} is outside the relation"
            apart += bool(now[0] and now[1] and now[0] % 2 != now[1] % 2)
    return apart


def random_steps(draw: random.Random, count: int) -> Iterator[Step]:
    for _ in range(count):
        cpu = int(draw.random() < 0.4)
        yield Step(cpu, draw.choice(CACHED if cpu else OWN), draw.randrange(3), draw.random() < 0.5)


def walks(cell: str, seeds: range) -> None:
    apart = 0
    for seed in seeds:
        try:
            apart += walk(CELLS[cell], seed, random_steps(random.Random(seed), LONG_WALK))
        except AssertionError as error:
            raise AssertionError(f"{cell}, seed {seed}: {error}") from error
    assert apart > len(seeds), "the two L1s hardly ever held different values: this shows nothing"


@pytest.mark.parametrize("cell", CELLS)
def test_the_machine_is_inside_the_relation(cell: str) -> None:
    walks(cell, range(6))


@pytest.mark.deep
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("cell", CELLS)
def test_the_machine_stays_inside_for_long(cell: str) -> None:
    """100,000 steps in all, or a tenth of DMASAN_INSIDE_STEPS."""
    total = int(os.environ.get("DMASAN_INSIDE_STEPS", 1_000_000)) // 10
    walks(cell, range(-(-total // (len(CELLS) * LONG_WALK))))
