# SPDX-License-Identifier: Apache-2.0
"""The independent oracle itself: the golden file, documented outcomes of all families, and that these can fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from independent import explore, moves
from independent.explore import Explorer, may_return
from independent.family import FAMILIES, Family
from independent.operations import Operation, operations
from independent.state import Entry, State, with_queue
from outcomes import CASES, GOLDEN, OUTCOMES, expected, name

Moves = Callable[[State, Family], Iterator[State]]
ONE_LEVEL = FAMILIES["one-level"]
KNOWN = operations(ONE_LEVEL)
SPLIT = {"cl": "clx", "iv": "ivx", "ci": "cix", "dw": "dwx"}


def test_golden_file_is_one_the_oracle_can_judge() -> None:
    assert GOLDEN["profile"] == "one-level"
    assert set(GOLDEN["ops"]) <= set(KNOWN)
    for promise in ("cacheable stores reach the cache at once", "complete when they return", "invalidate never cleans"):
        assert promise in GOLDEN["model"]
    for case in CASES:
        assert [read["op"] for read in case["reads"]] == [op for op in case["ops"] if KNOWN[op].values or KNOWN[op].load]
        writes = {position for position, op in enumerate(case["ops"], start=1) if KNOWN[op].write}
        assert all(versions <= writes | {0} for versions in expected(case))


@pytest.mark.parametrize("case", CASES, ids=name)
def test_golden_case(case: dict[str, Any]) -> None:
    assert may_return(case["ops"], ONE_LEVEL, case["cacheable_alias_live"]) == expected(case), case["why"]


def test_split_forms_only_widen_the_golden_sets() -> None:
    """With maintenance in flight and posted device writes 7 of the 15 cases may return more, and none less."""
    wider = 0
    for case in CASES:
        ops = [SPLIT.get(op, op) for op in case["ops"]]
        got = may_return(ops, ONE_LEVEL, case["cacheable_alias_live"])
        assert all(complete <= split for complete, split in zip(expected(case), got, strict=True))
        wider += got != expected(case)
    assert wider == 7


@pytest.mark.parametrize(("family", "ops", "reads", "why"), OUTCOMES, ids=lambda value: str(value).replace(" ", "-"))
def test_documented_outcome(family: str, ops: str, reads: list[set[int]], why: str) -> None:
    assert may_return(ops.split(), FAMILIES[family]) == reads, why


# --- Mutants: each broken machine must be noticed by the golden file ------------------------------------------------


def no_fills(real: Moves) -> Moves:
    def hidden(state: State, family: Family) -> Iterator[State]:
        return (after._replace(live=state.live) for after in real(state._replace(live=False), family))

    return hidden


def no_evictions(real: Moves) -> Moves:
    def hidden(state: State, family: Family) -> Iterator[State]:
        return (after for after in real(state, family) if after.lines == state.lines or state.lines == (None,))

    return hidden


def fills_always(real: Moves) -> Moves:
    def hidden(state: State, family: Family) -> Iterator[State]:
        return (after._replace(live=state.live) for after in real(state._replace(live=True), family))

    return hidden


BROKEN_MOVES: dict[str, Callable[[Moves], Moves]] = {
    "no fills": no_fills,
    "no evictions": no_evictions,
    "fills although the alias is dead": fills_always,
}
BROKEN_OPERATIONS: dict[str, dict[str, Operation]] = {
    "a store is never buffered": {"NC": replace(KNOWN["NC"], after=KNOWN["dsb"].before)},
    "dsb waits for nothing": {"dsb": Operation()},
    "maintenance does not wait": {name: KNOWN[name + "x"] for name in ("cl", "iv", "ci")},
    "a device write does not wait": {"dw": KNOWN["dwx"]},
    "a load goes to memory": {"rWB": Operation(values=lambda state: frozenset({state.memory}))},
    "invalidate cleans": {"iv": KNOWN["ci"]},
}
GOLDEN_IS_BLIND_TO = {
    "fills although the alias is dead": "no case reads through a cache after `um`; OUTCOMES has one",
    "invalidate cleans": "the line may be evicted just before, and no case loses the only copy; OUTCOMES has one",
}


def noticed(explorer: Explorer) -> bool:
    return any(explorer.may_return(case["ops"], case["cacheable_alias_live"]) != expected(case) for case in CASES)


@pytest.mark.parametrize("mutant", BROKEN_MOVES)
def test_golden_file_notices_a_broken_move(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "hidden", BROKEN_MOVES[mutant](explore.hidden))
    assert noticed(Explorer(ONE_LEVEL)) != (mutant in GOLDEN_IS_BLIND_TO)


@pytest.mark.parametrize("mutant", BROKEN_OPERATIONS)
def test_golden_file_notices_a_broken_operation(mutant: str) -> None:
    explorer = Explorer(ONE_LEVEL)
    explorer.operations |= BROKEN_OPERATIONS[mutant]
    assert noticed(explorer) != (mutant in GOLDEN_IS_BLIND_TO)


# --- Single steps, and wrong usage ----------------------------------------------------------------------------------


def test_a_clean_with_an_outer_cache_ends_in_level_2() -> None:
    dirty, entry = State(0, ((1, True),), None, ((), ()), (), (), True), Entry("clean")
    outer = moves.clean(dirty, FAMILIES["pl310"], entry)
    assert (outer.lines, outer.level_2, outer.memory) == (((1, False),), (1, True), 0)
    inner = moves.clean(dirty, FAMILIES["integrated"], entry)
    assert (inner.lines, inner.memory) == (((1, False),), 1)


def test_barriers_that_order_nothing_disappear() -> None:
    state = State(0, (None,), None, ((),), (), (), True)
    stored, bar, store_bar = Entry("NC", version=1), Entry("DMB"), Entry("DMB ST")
    assert with_queue(state, 0, (bar, stored, store_bar, bar, store_bar)).queues == ((stored, bar),)


def test_an_access_through_a_dead_alias_is_refused() -> None:
    with pytest.raises(ValueError, match="rWB at position 2"):
        may_return(["um", "rWB"], ONE_LEVEL)
    with pytest.raises(ValueError, match="WB at position 1"):
        may_return(["WB", "dr"], ONE_LEVEL, alias_live=False)


def test_an_unknown_operation_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown operation 'clean'"):
        may_return(["clean"], ONE_LEVEL)
