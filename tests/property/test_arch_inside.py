# SPDX-License-Identifier: Apache-2.0
"""The machine never leaves the relation: after every operation the copies of each byte, as the machine has them, are one
of the configurations that `dmasan.arch.semantics` allows, under random hidden moves; and what a load returned is allowed.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import pytest
from arch_bench import DATA, NC, PA, WB, ArchBench, run, tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from dmasan.arch.configuration import (
    EMPTY,
    RESET,
    Config,
    copy,
    found_early,
    is_cacheable,
    is_store,
    value_of,
)
from dmasan.arch.configuration import NC as NC_ALIAS
from dmasan.arch.configuration import WB as WB_ALIAS
from dmasan.arch.copies import Copies, Copy
from dmasan.arch.family import Family, family_of
from dmasan.arch.geometry import CacheGeometry
from dmasan.arch.processor import Profile
from dmasan.arch.profile import PROFILES
from dmasan.arch.semantics import MOVES, OPERATIONS, closure
from dmasan.events import Load
from dmasan.schedule import Move, MoveKind, RandomMoves

# Two sets of two ways: three lines of one set always evict each other. Round-robin, so that they do so soon.
TINY = {name: tiny(name) for name in PROFILES}
TINY["integrated"] = replace(TINY["cortex-a15"], replacement="round-robin", l2_content="non-inclusive")
TINY["inclusive, round-robin"] = replace(TINY["cortex-a15"], replacement="round-robin", l2_replacement=None)
TINY["read-allocate in one level"] = replace(TINY["one-level"], write_allocate=False)
TINY["exclusive"] = replace(TINY["cortex-a9-pl310"], l2_content="victim")
TINY["full lines invalidate"] = replace(TINY["cortex-a9-pl310"], full_line_invalidates=True, store_buffer_bytes=32)
TINY["dirty by words"] = replace(TINY["one-level"], l1=CacheGeometry(128, 2, 32, 4))
TINY["dirty by halves and quarters"] = replace(
    TINY["integrated"], l1=CacheGeometry(256, 2, 64, 32), l2=CacheGeometry(512, 2, 64, 16)
)
TINY |= {f"{name}, buffered": replace(TINY[name], buffered_stores=True) for name in ("cortex-a15", "cortex-a9-pl310")}
LINE = PA + DATA
WORDS = range(4)  # two words of a line, and two lines of the same set
ALONE = ("one-level-local",)  # families whose relation does not follow what other CPUs do


def places(profile: Profile) -> list[int]:
    """The physical addresses of the words."""
    way = (profile.l2 or profile.l1).way_size
    return [LINE, LINE + profile.l1.line - 8, LINE + way, LINE + 2 * way]


OWN = [
    "store_wb",
    "load_wb",
    "store_nc",
    "load_nc",
    "issue_clean",
    "issue_invalidate",
    "issue_clean_invalidate",
]
OWN += [
    "outer_clean",
    "outer_invalidate",
    "outer_clean_invalidate",
    "dmb",
    "dmb_stores",
    "dsb",
    "outer_sync",
    "dev_write",
    "dev_read",
]
OTHER = ["store_wb", "load_wb", "issue_clean", "issue_invalidate", "issue_clean_invalidate"]
BY_LINE = tuple(name for name in OPERATIONS if name.startswith(("issue", "outer_")))
EVERYWHERE = ("dmb", "dmb_stores", "dsb", "outer_sync")

Set = frozenset[Config]
Projection = tuple[int, int, int, int | None, int | None, int | None]


@dataclass(frozen=True)
class Step:
    cpu: int
    operation: str
    word: int


STEP = st.one_of(
    st.builds(Step, st.just(0), st.sampled_from(OWN), st.sampled_from(WORDS)),
    st.builds(Step, st.just(1), st.sampled_from(OTHER), st.sampled_from(WORDS)),
)


@cache
def outcomes(family: Family, before: Set, operation: str, own: bool) -> tuple[Set, frozenset[int]]:
    """The configurations after an operation, and the values that it may return. Another CPU's operation leaves the store
    buffer and the maintenance in flight, which are cpu0's, alone, and its own end at once; its writes make what cpu0 holds
    stale."""
    after: set[Config] = set()
    values: set[int] = set()
    act = OPERATIONS[operation]
    for c in before:
        for result, value in act.apply(family, c if own else c._replace(store_buffer=EMPTY, in_flight=EMPTY)):
            if value is not None:
                values.add(value)
            if own:
                after.add(result)
                continue
            older = act.writes and is_store(c.store_buffer)
            aged = c.store_buffer - value_of(c.store_buffer) if older else c.store_buffer
            drained = MOVES["drain_store_buffer"](family, result) if result.store_buffer else (result,)
            for done in drained:
                # Its maintenance takes effect now: it does not wait for what cpu0 has buffered.
                complete = tuple(MOVES["complete_maintenance"](family, done)) if done.in_flight else (done,)
                after.update(each._replace(store_buffer=aged, in_flight=c.in_flight) for each in complete)
    return closure(family, after), frozenset(values)


def code(copy_: Copy | None) -> int:
    return 0 if copy_ is None else copy(copy_.dirty, int(not copy_.stale))


def projected(copies: Copies) -> Projection:
    """The machine's state of a byte: L1 of all CPUs as one, L2, memory, the values in the buffers, and what was loaded early."""
    held = [c for c in copies.l1 if c is not None]
    assert len(set(held)) <= 1, "the L1s disagree"
    assert not held or not held[0].dirty or len(held) == 1, "a dirty line is in two L1s"
    assert copies.store_buffer[1:] == [None] * (len(copies.store_buffer) - 1)

    def value(stale: bool | None) -> int | None:
        return None if stale is None else int(not stale)

    l1 = code(held[0] if held else None)
    waiting = value(copies.store_buffer[0])
    return (
        l1,
        code(copies.l2),
        int(not copies.memory_stale),
        None if waiting is None else waiting + 2 * copies.cacheable,
        value(copies.outer_buffer),
        None if copies.early is None else found_early(int(not copies.early.stale), WB_ALIAS if copies.early.cacheable else NC_ALIAS),
    )


@cache
def projections(configs: Set) -> frozenset[Projection]:
    """The same of the relation's configurations; a cacheable store that waits counts 2."""

    def value(held: int) -> int | None:
        return value_of(held) + 2 * is_cacheable(held) if is_store(held) else None

    return frozenset(
        (c.l1, c.l2, c.memory, value(c.store_buffer), value(c.outer_buffer), c.early or None)
        for c in configs
    )


async def perform(b: ArchBench, step: Step, pa: int, value: int) -> None:
    cpu = b.machine.cpus[step.cpu]
    wb, nc = pa - PA + WB, pa - PA + NC
    match step.operation:
        case "store_wb" | "store_nc":
            await cpu.str_(wb if step.operation == "store_wb" else nc, value)
        case "load_wb" | "load_nc":
            await cpu.ldr(wb if step.operation == "load_wb" else nc)
        case "issue_clean":
            await cpu.dccmvac(wb)
        case "issue_invalidate":
            await cpu.dcimvac(wb)
        case "issue_clean_invalidate":
            await cpu.dccimvac(wb)
        case "outer_clean":
            await cpu.outer_clean(pa, 4)
        case "outer_invalidate":
            await cpu.outer_invalidate(pa, 4)
        case "outer_clean_invalidate":
            await cpu.outer_flush(pa, 4)
        case "dev_write":
            b.device_write(pa, value)
        case "dev_read":
            pass
        case "dmb_stores":
            await cpu.dmb("st")
        case barrier:
            await getattr(cpu, barrier)()


def operation_on(word: int, step: Step, family: Family) -> str | None:
    """What the step is for another word. Where nothing is filled unasked, a load is what brings the whole line in."""
    same_line = {word, step.word} <= {0, 1}
    if same_line and step.operation == "load_wb" and not family.speculates:
        return step.operation
    if word == step.word or step.operation in EVERYWHERE or (same_line and step.operation in BY_LINE):
        return step.operation
    return "neighbour_wb" if same_line and step.operation == "store_wb" else None


def returned(b: ArchBench, step: Step, pa: int) -> Iterator[int]:
    """Whether what the step read was the latest value."""
    if step.operation == "dev_read":
        stale = b.machine.device_stale(pa, 4)
        yield int(stale is None)
    for event in b.events:
        if isinstance(event, Load):
            yield int(event.stale is None)


def walk(profile: str, override: bool, seed: int, steps: Iterable[Step]) -> None:
    """Performs the steps on a machine whose hidden moves are random; after each, every word is inside its may-set."""
    family = TINY[profile].relation(override)
    schedule = RandomMoves(seed=seed, rate=0.7, reach=3)
    b = ArchBench(TINY[profile], schedule=schedule, sections=2, shared_override=override)
    where, cpus = places(TINY[profile]), len(b.machine.cpus)
    start = closure(family, {RESET._replace(live=1)})
    may = dict.fromkeys(WORDS, start)
    for number, step in enumerate(steps):
        b.events.clear()
        if step.cpu >= cpus or (step.cpu and family.name in ALONE):
            continue
        run(perform(b, step, where[step.word], number + 1))
        if step.cpu:
            for what in ("store_buffer", "maintenance"):  # the relation here follows the buffers of cpu0 alone
                b.machine.apply(Move(MoveKind.DRAIN, what, 1))
        for word in WORDS:
            name = operation_on(word, step, family)
            values: frozenset[int] = frozenset()
            if name is not None:
                may[word], values = outcomes(family, may[word], name, step.cpu == 0)
            if word == step.word:
                assert all(value in values for value in returned(b, step, where[word])), (
                    f"step {number} returned what it may not"
                )
            now = projected(b.machine.copies(where[word]))
            assert now in projections(may[word]), f"step {number}: {now} of word {word} is outside the relation"


@settings(max_examples=400)
@given(
    st.sampled_from(sorted(TINY)),
    st.booleans(),
    st.integers(0, 1 << 20),
    st.lists(STEP, min_size=8, max_size=32),
)
def test_the_machine_is_inside_the_relation(
    profile: str, override: bool, seed: int, steps: list[Step]
) -> None:
    walk(profile, override, seed, steps)


CELLS = [(name, False) for name in TINY] + [("cortex-a9-pl310", True)]
LONG_WALK = 250  # steps; then a fresh machine: its versions count modulo 256, so an older copy could look like the latest


def random_steps(draw: random.Random, count: int) -> Iterator[Step]:
    for _ in range(count):
        cpu = int(draw.random() < 0.25)
        yield Step(cpu, draw.choice(OTHER if cpu else OWN), draw.choice(WORDS))


@pytest.mark.deep
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("profile", "override"), CELLS)
@pytest.mark.parametrize("part", range(2))
def test_the_machine_stays_inside_for_long(profile: str, override: bool, part: int) -> None:
    """A million random steps in all, or DMASAN_INSIDE_STEPS; a failure names the seed of its walk."""
    total = int(os.environ.get("DMASAN_INSIDE_STEPS", 1_000_000))
    for number in range(-(-total // (2 * len(CELLS) * LONG_WALK))):
        seed = 2 * number + part
        try:
            walk(profile, override, seed, random_steps(random.Random(seed), LONG_WALK))
        except AssertionError as error:
            raise AssertionError(f"{profile}, override {override}, seed {seed}: {error}") from error


def test_the_check_would_notice() -> None:
    """A machine that drops a dirty line is found outside."""
    b = ArchBench(TINY["one-level"], sections=2)
    run(perform(b, Step(0, "store_wb", 0), LINE, 1))
    may, _ = outcomes(
        family_of("one-level", False),
        closure(family_of("one-level", False), {RESET._replace(live=1)}),
        "store_wb",
        True,
    )
    assert projected(b.machine.copies(LINE)) in projections(may)
    l1 = b.machine.hierarchy.l1[0]
    l1.drop(l1.resident(LINE >> 5, (LINE >> 5) + 1))
    with pytest.raises(AssertionError):
        assert projected(b.machine.copies(LINE)) in projections(may)
