# SPDX-License-Identifier: Apache-2.0
"""The oracle itself: the golden file, documented outcomes of the other families, and that these tests can fail."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import byte_effects
import byte_operations
import pytest
from byte_machine import DISPUTABLE, FAMILIES, OPERATIONS, READS, START, WRITES, Copy, Entry, Machine, State
from byte_oracle import Explorer, explanations, may_return
from sequences import random_sequence

GOLDEN = json.loads((Path(__file__).parent / "golden" / "line-outcomes.json").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = GOLDEN["cases"]
SPLIT = {"cl": "clx", "iv": "ivx", "ci": "cix", "dw": "dwx"}


def expected(case: dict[str, Any]) -> list[frozenset[int]]:
    return [frozenset(read["may_return"]) for read in case["reads"]]


def explored(machine: Machine, case: dict[str, Any], ops: list[str] | None = None) -> list[frozenset[int]]:
    return Explorer(machine).may_return(tuple(ops or case["ops"]), case["cacheable_alias_live"])


def name(case: dict[str, Any]) -> str:
    return "-".join(case["ops"])


def test_golden_file_is_one_the_oracle_can_judge() -> None:
    assert GOLDEN["profile"] == "one-level"
    assert set(GOLDEN["ops"]) <= OPERATIONS
    for promise in ("cacheable stores reach the cache at once", "complete when they return", "invalidate never cleans"):
        assert promise in GOLDEN["model"]
    for case in CASES:
        assert [read["op"] for read in case["reads"]] == [op for op in case["ops"] if op in READS]
        writes = {position for position, op in enumerate(case["ops"], start=1) if op in WRITES}
        assert all(versions <= writes | {0} for versions in expected(case))


@pytest.mark.parametrize("case", CASES, ids=name)
def test_golden_case(case: dict[str, Any]) -> None:
    got = may_return(case["ops"], family="one-level", alias_live=case["cacheable_alias_live"])
    assert got == expected(case), case["why"]


def test_split_forms_only_widen_the_golden_sets() -> None:
    """With maintenance in flight and posted device writes 7 of the 15 cases may return more, and none less."""
    wider = 0
    for case in CASES:
        got = explored(FAMILIES["one-level"], case, [SPLIT.get(op, op) for op in case["ops"]])
        assert all(complete <= split for complete, split in zip(expected(case), got, strict=True))
        wider += got != expected(case)
    assert wider == 7


# --- Mutants: each broken machine must be noticed by the golden file ------------------------------------------------


def no_moves(*_: object) -> Iterator[State]:
    return iter(())


def cleaning_invalidate(state: State, kind: str, machine: Machine, real: Callable[..., State]) -> State:
    return real(state, "x" if kind == "i" else kind, machine)


MUTANTS: dict[str, tuple[str, Callable[[Any], Callable[..., Any]]]] = {
    "no fills": ("fills", lambda real: no_moves),
    "no evictions": ("l1_evictions", lambda real: no_moves),
    "nothing drains by itself": ("drains", lambda real: no_moves),
    "fills although the alias is dead": ("hidden_moves", lambda real: lambda s, live, m: real(s, True, m)),
    "dsb waits for nothing": ("returned", lambda real: lambda s, op, m: op == "dsb" or real(s, op, m)),
    "maintenance does not wait": ("returned", lambda real: lambda s, op, m: op in ("cl", "iv", "ci") or real(s, op, m)),
    "device write does not wait": ("returned", lambda real: lambda s, op, m: op == "dw" or real(s, op, m)),
    "invalidate cleans": ("maintain_by_va", lambda real: lambda s, k, m: cleaning_invalidate(s, k, m, real)),
}
GOLDEN_IS_BLIND_TO = {
    "fills although the alias is dead": "no case reads through a cache after `um`; OUTCOMES has one",
    "invalidate cleans": "the line may be evicted just before, and no case loses the only copy; OUTCOMES has one",
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_golden_file_notices(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    target, mutate = MUTANTS[mutant]
    home = byte_operations if target == "returned" else byte_effects
    mutated = mutate(getattr(home, target))
    monkeypatch.setattr(home, target, mutated)
    monkeypatch.setattr(f"byte_oracle.{target}", mutated, raising=False)
    differing = [name(case) for case in CASES if explored(FAMILIES["one-level"], case) != expected(case)]
    assert bool(differing) != (mutant in GOLDEN_IS_BLIND_TO)


# --- Documented outcomes of the other families ----------------------------------------------------------------------

OUTCOMES: list[tuple[str, str, list[set[int]], str]] = [
    ("one-level", "WB iv dr", [{0, 1}], "invalidate never cleans: the store may be lost"),
    ("one-level", "um iv dw sdr", [{3}], "no fill after the alias is dead"),
    ("one-level", "iv um dw sdr", [{0, 3}], "a fill before it died"),
    ("integrated", "WB cl dsb dr", [{1}], "maintenance by VA reaches memory"),
    ("integrated", "WB dsb WB dw dr rmb rNC", [{1, 3, 4}, {1, 3, 4}], "the old dirty copy in L2 is evicted late"),
    ("one-level", "WB dsb WB dw dr rNC", [{3, 4}, {3, 4}], "without L2 there is no old dirty copy"),
    ("integrated", "WB bell sdr", [{0, 1}], "a cacheable store may sit in the store buffer"),
    ("integrated", "WB dmb bell sdr", [{1}], "DMB orders it before the doorbell"),
    ("integrated", "NC bell dr", [{0, 1}], "writel_relaxed orders nothing"),
    ("integrated", "NC dmb bell dr", [{1}], "DMB is enough for NC data and a doorbell"),
    ("pl310", "NC dmb bell dr", [{0, 1}], "but not behind PL310"),
    ("integrated", "WB clx dmb bell dr", [{0, 1}], "and never for a clean"),
    ("integrated", "WB clx dsb dr", [{1}], "DSB completes the clean"),
    ("integrated", "iv dw iv rWB", [{2}], "correct streaming FROM_DEVICE"),
    ("pl310", "NC dsb dr", [{0, 1}], "the outer buffer may still hold it"),
    ("pl310", "NC dsb rNC", [{1}], "the CPU's own NC load sees the outer buffer"),
    ("pl310", "NC osync dr", [{0, 1}], "cache sync does not drain the CPU's store buffer"),
    ("pl310", "NC dsb osync dr", [{1}], "wmb() of ARM32: DSB, then cache sync"),
    ("pl310", "WB cl dsb dr", [{0, 1}], "L1 only: outer maintenance is missing"),
    ("pl310", "WB cl cl2 dr", [{1}], "__dma_page_cpu_to_dev: L1, then L2"),
    ("pl310", "WB cl2 cl dr", [{0, 1}], "the wrong order to the device"),
    ("pl310", "WB clx cl2 dsb dr", [{0, 1}], "L2 cleaned before the L1 clean is complete"),
    ("pl310", "dw iv2 iv rWB", [{1}], "__dma_page_dev_to_cpu: L2, then L1"),
    ("pl310", "dw iv iv2 rWB", [{0, 1}], "the wrong order to the CPU: a refill from a stale L2"),
    ("pl310", "dw rmb rNC", [{0, 1}], "the NC load hits a stale line in L2"),
    ("pl310-override", "dw rmb rNC", [{1}], "with the shared override it does not"),
    ("pl310-override", "dw rNC", [{0, 1}], "the load may have been executed early"),
    ("pl310-override", "dw dmbst rNC", [{0, 1}], "a DMB of stores does not hold it back"),
    ("pl310-override", "rNC dw rNC rNC", [{0}, {0, 2}, {0, 2}], "early too: nothing orders the two loads with the write"),
    ("one-level", "dw rNC", [{1}], "in order: what the golden file is about"),
    ("integrated", "dw iv rNC", [{0, 1}], "maintenance is not ordered with Non-cacheable loads"),
    ("integrated", "dw dsb rNC", [{1}], "DSB is for all loads behind it"),
    ("integrated", "NC dsb NC rNC", [{3}], "own stores in order"),
    ("integrated", "NC orNC", [{0, 1}], "the other CPU sees no store buffer but its own"),
    ("integrated", "NC dsb orNC", [{1}], "DSB"),
    ("integrated", "NC dmb orNC", [{1}], "the program goes on elsewhere after a DMB"),
    ("integrated", "WB orWB", [{0, 1}], "cacheable stores wait too"),
    ("one-level", "WB orWB", [{1}], "or they do not"),
    ("integrated", "NC oNC dsb dr", [{1, 2}], "the first CPU's store may land late"),
    ("integrated", "NC dsb oNC dr", [{3}], "but not after a DSB"),
    ("integrated", "WB ocl dr", [{0, 1}], "the other CPU's clean does not wait for the store"),
    ("integrated", "WB dmb ocl dr", [{1}], "after a DMB it does"),
    ("one-level-local", "WB dsb cl dr", [{0, 1}], "the line may have moved to the other CPU's L1"),
    ("one-level-local", "WB dsb cl ocl dr", [{0, 1}], "and moved back between the two"),
    ("one-level-local", "dw iv rWB", [{0, 1}], "the other CPU's stale line fills this one's L1"),
    ("m7", "WB cl dr", [{0, 1}], "DUI 0646 4.8.7: the clean does not wait for the store buffer"),
    ("m7", "WB dmb cl dr", [{0, 1}], "a DMB is not enough"),
    ("m7", "WB dsb cl dr", [{1}], "a DSB is"),
    ("m7", "WT dsb dr", [{1}], "write-through"),
    ("m7", "rWT dw rWT", [{0}, {0, 2}], "write-through memory is cached"),
    ("integrated", "dw rmb rWT", [{1}], "or it is treated as Non-cacheable"),
    ("vivt", "WB yrWB", [{0, 1}], "another colour sees memory"),
    ("vivt", "WB ycl dr", [{0, 1}], "maintenance acts on its own colour"),
    ("vivt", "WB ycl cl dr", [{1}], ""),
    ("vivt", "yWB WB cl dr", [{1, 2}], "two dirty lines of one byte"),
    ("vivt", "yWB yci WB cl dr", [{3}], "clean and invalidate one colour before using the other"),
    ("vivt", "WB walk", [{0, 1}], "a walker that does not snoop"),
    ("integrated", "WB dsb walk", [{1}], "one that does"),
    ("pl310", "WB cl um NC dsb osync dr", [{4}], "the NC store updates the dirty line that it hits in L2"),
    ("pl310-override", "WB cl um NC dsb osync dr", [{1, 4}], "bypassing it, the dirty line is evicted over the store"),
    ("pl310", "NC dmb iv WB cl dsb sdr", [{4}], "a DMB-ordered entry lands before the later cacheable store"),
    ("pl310", "NC dsb WB cl cl2 osync dr", [{3}], "nor does it undo it from the outer buffer"),
    ("integrated", "NC dmb iv WB cl dsb dr", [{4}], "no false lost update"),
    ("integrated", "NC iv WB cl dsb dr", [{1, 3}], "without the DMB it is a real one"),
    ("integrated", "sdw dr", [{0, 1}], "a snooping write may stay in L2; a non-snooping read misses it"),
    ("one-level", "sdw dr", [{1}], "without L2 it reaches memory"),
    ("one-level", "NC NC dw dr", [{1, 2, 3}], "two buffered stores need not merge"),
    ("one-level", "dwx dr", [{0, 1}], "a read does not wait for the posted write"),
    ("one-level", "dwx db dr", [{1}], "B"),
]


@pytest.mark.parametrize(("family", "ops", "reads", "why"), OUTCOMES, ids=lambda value: str(value).replace(" ", "-"))
def test_documented_outcome(family: str, ops: str, reads: list[set[int]], why: str) -> None:
    assert may_return(ops.split(), family=family) == reads, why


@pytest.mark.thorough
def test_victim_past_an_absent_l2_adds_no_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    machine, rng = FAMILIES["pl310"], random.Random(310)
    sequences = [random_sequence(rng, machine) for _ in range(150)]
    allowed = [Explorer(machine).may_return(each.ops, each.alias_live) for each in sequences]
    monkeypatch.setattr(byte_effects, "DIRTY_VICTIM_MAY_SKIP_ABSENT_L2", False)
    assert [Explorer(machine).may_return(each.ops, each.alias_live) for each in sequences] == allowed


# --- Single steps, and wrong usage ----------------------------------------------------------------------------------


def test_l1_clean_with_an_outer_cache_ends_in_l2() -> None:
    dirty = START._replace(l1=Copy(1, True))
    outer = byte_effects.maintain_by_va(dirty, "c", FAMILIES["pl310"])
    assert (outer.l1, outer.l2, outer.memory) == (Copy(1, False), Copy(1, True), 0)
    inner = byte_effects.maintain_by_va(dirty, "c", FAMILIES["integrated"])
    assert (inner.l1, inner.l2, inner.memory) == (Copy(1, False), None, 1)


def test_barrier_marks_that_order_nothing_disappear() -> None:
    store, bar = Entry("N", 1), Entry("|", 0)
    assert byte_effects.tidy((bar, store, bar, bar)) == (store, bar)


def test_access_through_a_dead_alias_is_refused() -> None:
    with pytest.raises(ValueError, match="rWB at position 2"):
        may_return(["um", "rWB"], family="one-level")
    with pytest.raises(ValueError, match="WB at position 1"):
        may_return(["WB", "dr"], family="one-level", alias_live=False)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown operation 'clean'"):
        may_return(["clean"], family="one-level")
    with pytest.raises(ValueError, match="unknown family 'l2c'"):
        may_return(["dr"], family="l2c")


def test_a_disagreement_is_traced_to_its_decision() -> None:
    assert set(DISPUTABLE) <= set(Machine.__dataclass_fields__)
    ops = "NC NC dw dr".split()
    assert explanations(ops, [frozenset({2, 3})], family="one-level") == [("single_slots",)]
    assert explanations(ops, [frozenset({7})], family="one-level") == []
