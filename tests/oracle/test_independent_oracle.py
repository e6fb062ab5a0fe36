# SPDX-License-Identifier: Apache-2.0
"""`dmasan.sanitizer.may_return` against the independent brute-force oracle, on random sequences.

DMASAN_ORACLE_SEQUENCES sets the number per family (default 800 or 600; 20,000 in the deep run), DMASAN_ORACLE_SEED the seed,
DMASAN_ORACLE_SHOWN how many disagreements are shrunk and shown. A failure names the seed.
"""

from __future__ import annotations

import os
from random import Random

import pytest
from independent.explore import may_return as oracle
from independent.family import FAMILIES, Family
from independent.sequences import Sequence, random_sequence, shorter

from dmasan.sanitizer import may_return as relation

SHOWN = int(os.environ.get("DMASAN_ORACLE_SHOWN", 8))
WRITES = ("WB", "NC", "WT", "dw", "dwx", "sdw")
READS = ("rWB", "rNC", "rWT", "orWB", "orNC", "yrWB", "dr", "sdr", "walk")
MAINTENANCE_IN_FLIGHT = ("clx", "ivx", "cix")


def outcomes(sequence: Sequence, family: Family) -> tuple[list[frozenset[int]], list[frozenset[int]]]:
    """Of the relation and of the oracle."""
    found = relation(sequence.ops, profile=family.name, alias_live=sequence.alias_live)
    return found, oracle(sequence.ops, family, sequence.alias_live)


def wrong_reads(sequence: Sequence, returned: list[frozenset[int]]) -> list[bool]:
    """For each read, whether it may return anything but the last write."""
    last, read = 0, iter(returned)
    verdicts = []
    for position, name in enumerate(sequence.ops, 1):
        if name.lstrip("oy") in WRITES:
            last = position
        if name in READS:
            verdicts.append(next(read) != {last})
    return verdicts


def stores_meet(sequence: Sequence, family: Family) -> bool:
    """Whether a store may be issued while a buffer that it passes holds an older one, or its queue an operation by
    address in flight."""
    waiting: set[str] = set()
    for name in sequence.ops:
        store = name.lstrip("oy") if name.lstrip("oy") in WRITES else ""
        passes = {"posted"} if name == "dwx" else {"queue"} if store in ("WB", "NC", "WT") and name[0] != "o" else set()
        if store in ("NC", "WT") and family.level_2_is_outer:
            passes.add("outer")
        if passes & waiting:
            return True
        waiting |= passes | ({"queue"} if name.endswith(MAINTENANCE_IN_FLIGHT) else set())
        waiting.discard({"dsb": "queue", "osync": "outer", "db": "posted"}.get(name, ""))
    return False


def mixing_ends(sequence: Sequence) -> bool:
    """Whether translations cease to differ in shareability, so that private lines may be left."""
    ops = sequence.ops
    return "mix" in ops and not {"um", "mp"}.isdisjoint(ops[ops.index("mix") :])


def disagree(sequence: Sequence, family: Family) -> bool:
    """Equal, or different in what the relation leaves out on purpose: where two stores meet in a buffer, it keeps the
    younger; where translations ceased to differ in shareability, it knows one private line. Then an older value may be
    missing beside a younger one that is wrong too. No verdict may differ, and nothing be returned that the oracle does
    not know."""
    found, wanted = outcomes(sequence, family)
    if found == wanted:
        return False
    if any(not some <= more for some, more in zip(found, wanted, strict=True)):
        return True
    if not (stores_meet(sequence, family) or mixing_ends(sequence)):
        return True
    return wrong_reads(sequence, found) != wrong_reads(sequence, wanted)


def shrunk(sequence: Sequence, family: Family) -> Sequence:
    return next((shrunk(cut, family) for cut in shorter(sequence) if disagree(cut, family)), sequence)


def compare(family: Family, count: int, seed: int) -> None:
    """Fails with the smallest disagreements."""
    count = int(os.environ.get("DMASAN_ORACLE_SEQUENCES", count))
    seed = int(os.environ.get("DMASAN_ORACLE_SEED", seed))
    print(f"{family.name}: {count} sequences, seed {seed}")
    rng = Random(f"{family.name}/{seed}")
    wrong = [one for one in (random_sequence(rng, family) for _ in range(count)) if disagree(one, family)]
    smallest = sorted({shrunk(one, family) for one in wrong[: 6 * SHOWN]}, key=lambda one: len(one.ops))
    lines = [f"{family.name}: {len(wrong)} of {count} sequences disagree (seed {seed})"]
    for one in smallest[:SHOWN]:
        found, wanted = ([sorted(read) for read in reads] for reads in outcomes(one, family))
        lines.append(f"  {one}: relation {found}, oracle {wanted}")
    if wrong:
        pytest.fail("\n".join(lines), pytrace=False)


@pytest.mark.thorough
@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_the_relation_agrees(family: Family) -> None:
    compare(family, 600 if family.mixes else 800, 20110705)


@pytest.mark.deep
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_the_relation_agrees_on_many(family: Family) -> None:
    compare(family, 20_000, 20110706)


BUFFER = "a buffer keeps the younger of two stores: an older value is missing beside a wrong younger one"
BEHIND = "a store behind an operation in flight executes that at once, instead of waiting in the store buffer"
PRIVATE = "once translations agree again, no line is filled without a look at the other L1, though it may be private"
DIFFERENCES = [
    ("one-level", "NC dmb NC dr", BUFFER),
    ("one-level", "NC NC dw dr", BUFFER),
    ("one-level", "dwx dwx sdw dr", BUFFER),
    ("pl310", "oNC oNC dw dr", BUFFER),
    ("m7", "WB NC cl dr", BUFFER),
    ("integrated", "WB clx WB sdr", BEHIND),
    ("vivt", "WB clx NC dr", BEHIND),
    ("one-level-mixed", "mix mp dw WB orWB", PRIVATE),
    ("vipt-aliasing", "sdw yrWB", "no load through the second colour is early (and no coherent port shows it)"),
]


@pytest.mark.parametrize(
    ("name", "ops"),
    [
        pytest.param(name, ops, id=f"{name}: {ops}", marks=pytest.mark.xfail(strict=True, reason=reason))
        for name, ops, reason in DIFFERENCES
    ],
)
def test_the_relation_is_the_architecture(name: str, ops: str) -> None:
    """Where the two are known to differ, shrunk."""
    found, wanted = outcomes(Sequence(tuple(ops.split())), FAMILIES[name])
    assert found == wanted
