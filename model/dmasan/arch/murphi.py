# SPDX-License-Identifier: Apache-2.0
"""Prints the relation of a family as a Murphi model, for a model checker that shares no code with this project.

    python -m dmasan.arch.murphi FAMILY > family.m

Nothing is written a second time: each operation and each hidden move is tabulated over the configurations that a search in
Python finds, and each field of each outcome is printed as a small nest of `switch`. The checker finds on its own which
states can be reached, how often each rule fires, and in how many states a read may go wrong; a state that the tables do not
have would be an error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dmasan.arch.configuration import RESET, STALE, Config, has_latest
from dmasan.arch.family import FAMILIES, Family
from dmasan.arch.fields import FIELDS
from dmasan.arch.reachable import reachable
from dmasan.arch.semantics import MOVES, OPERATIONS, Outcome
from dmasan.config import UsageError, choose

Rule = Callable[[Family, Config], Iterator[Outcome]]
Codes = NDArray[np.int8]
_ANY = -1  # a table's entry that no state asks for
_CODES = max(len(field.codes) for field in FIELDS)


def rules() -> dict[str, Rule]:
    """Every operation and every hidden move, as one kind of function. A write leaves the latest value."""

    def moving(name: str) -> Rule:
        return lambda family, c: ((after, None) for after in MOVES[name](family, c))

    return {name: operation.apply for name, operation in OPERATIONS.items()} | {
        name: moving(name) for name in MOVES
    }


# --- tables ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """One rule over all configurations of a family: arrays with one row a configuration.

    `rows` are the configurations' codes; `count` the number of outcomes; `after[k]` the codes of outcome k (-1 where there
    is no such outcome); `stale` tells whether the rule is a read that may return a stale value.
    """

    rows: Codes
    count: Codes
    after: list[Codes]
    stale: Codes


def tabulate(rule: Rule, family: Family) -> Table:
    """Asks the relation for every configuration; outcomes are numbered in the order in which it names them."""
    configs = sorted(reachable(family))
    counts: list[int] = []
    stale: list[bool] = []
    after: list[Codes] = []
    for place, config in enumerate(configs):
        found = list(rule(family, config))
        outcomes = list(dict.fromkeys([outcome for outcome, _ in found]))
        counts.append(len(outcomes))
        stale.append(any([value == STALE for _, value in found]))
        for number, outcome in enumerate(outcomes):
            if number == len(after):
                after.append(np.full((len(configs), len(FIELDS)), _ANY, np.int8))
            after[number][place] = outcome
    return Table(np.array(configs, np.int8), np.array(counts, np.int8), after, np.array(stale, np.int8))


# --- from a table to nested switches -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Leaf:
    code: int | None  # None: the field keeps its code


@dataclass(frozen=True)
class Switch:
    field: int
    cases: tuple[tuple[tuple[int, ...], Leaf | Switch], ...]  # codes of the field, and what follows from them


Tree = Leaf | Switch


def tree(target: Codes, rows: Codes, own: Codes | None = None) -> Tree:
    """A small decision tree for `target`, one entry a row of `rows`; `own` holds the codes that mean "unchanged".

    Greedy: it asks for the field that leaves the fewest parts open.
    """
    asked = target != _ANY
    if not asked.all():
        target, rows, own = target[asked], rows[asked], None if own is None else own[asked]
    if own is not None and bool((target == own).all()):
        return Leaf(None)
    if bool((target == target[0]).all()):
        return Leaf(int(target[0]))
    field = min(range(rows.shape[1]), key=lambda each: _cost(target, rows[:, each], own, each))
    cases: dict[Tree, list[int]] = {}
    for code in np.unique(rows[:, field]):
        part = rows[:, field] == code
        branch = tree(target[part], rows[part], None if own is None else own[part])
        cases.setdefault(branch, []).append(int(code))
    if len(cases) == 1:
        return next(iter(cases))
    return Switch(field, tuple((tuple(codes), branch) for branch, codes in cases.items()))


def _cost(target: Codes, asked: Codes, own: Codes | None, field: int) -> tuple[bool, int, int, int]:
    """How little asking for a field settles: whether nothing, how many parts stay open, how many leaves there are."""
    pairs = np.bincount(asked.astype(np.int64) * _CODES + target, minlength=_CODES * _CODES)
    values = pairs.reshape(-1, _CODES) > 0  # which codes of the field go with which entries
    present = values.any(axis=1)
    single = values.sum(axis=1) == 1
    kept = np.zeros_like(single)
    if own is not None:
        kept = present & (np.bincount(asked[target != own], minlength=len(single)) == 0)
    leaves = set(values[single & ~kept].argmax(axis=1).tolist())
    still_open = int((present & ~single & ~kept).sum())
    return int(present.sum()) < 2, still_open, len(leaves) + bool(kept.any()), field


def _lines(node: Tree, leaf: Callable[[int | None], str], source: str, indent: str) -> Iterator[str]:
    if isinstance(node, Leaf):
        text = leaf(node.code)
        if text:
            yield indent + text
        return
    field = FIELDS[node.field]
    yield f"{indent}switch {source}.{field.name}"
    for codes, branch in node.cases:
        yield f"{indent}  case {', '.join(field.codes[code] for code in codes)}:"
        yield from _lines(branch, leaf, source, indent + "    ")
    yield f"{indent}endswitch;"


# --- the model ---------------------------------------------------------------------------------------------------


_STORE, _MAINTENANCE = (
    next(f.codes for f in FIELDS if f.name == name) for name in ("store_buffer", "in_flight")
)
_BEFORE_ALL = tuple(code for code in _STORE if "before_all" in code)
_ORDERED = tuple(code for code in _STORE if "before" in code)
_UNORDERED = tuple(code for code in _STORE[1:] if code not in _ORDERED)
_LATER = tuple(code for code in _STORE[1:] if code not in _BEFORE_ALL)
_LINE_WAITS = tuple(code for code in _STORE if "line" in code)
_WRITE_BACK = tuple(code for code in _STORE if code.startswith("wb") or code in _LINE_WAITS)
_WRITE_THROUGH = tuple(code for code in _STORE if code.startswith("wt"))
_ORDERED_MAINTENANCE = tuple(code for code in _MAINTENANCE if code.startswith("ordered"))


def _in(field: str, codes: tuple[str, ...]) -> str:
    return "(" + " | ".join(f"now.{field} = {code}" for code in codes) + ")"


def invariants(family: Family) -> dict[str, str]:
    """What holds in every reachable state of a family, as Murphi expressions. Stated by hand: the checker proves it."""
    found = {
        "a store before maintenance that a DMB ordered is ordered by it too": f"!({_in('in_flight', _ORDERED_MAINTENANCE)} "
        f"& {_in('store_buffer', _LATER)})"
    }
    if family.levels == 1:
        found["one level: nothing is ever in L2"] = "now.l2 = absent"
    if not family.nc_hits_l2:
        found["a clean line of L1 and a dirty one of L2 agree"] = (
            "!(now.l1 = clean_stale & now.l2 = dirty_latest) & !(now.l1 = clean_latest & now.l2 = dirty_stale)"
        )
    if not family.buffers_cacheable:
        found["cacheable stores do not wait"] = f"!{_in('store_buffer', _WRITE_BACK)}"
    if not family.write_through:
        found["write-through is Non-cacheable"] = f"!{_in('store_buffer', _WRITE_THROUGH)}"
    if not family.loads_early:
        found["loads are in order"] = "now.early = no_load"
    if not family.virtual:
        found["no maintenance of another colour"] = "now.other_in_flight = idle"
    if not family.virtual and not family.mixed:
        found["one line of L1 for each address"] = "now.other = absent"
    if not family.outer:
        found["no outer cache: its buffer is empty"] = "now.outer_buffer = empty"
    return found


def postconditions(family: Family) -> dict[str, str]:
    """What holds right after an operation, as Murphi expressions. Stated by hand too."""
    dirty = "now.l1 = dirty_latest | now.l1 = dirty_stale"
    stored, beside = "now.l1 = dirty_latest", dirty
    if family.buffers_cacheable:
        stored += " | now.store_buffer = wb_latest | now.store_buffer = wb_and_line_latest"
        beside = _in("store_buffer", _LINE_WAITS)
    no_unordered = f"!{_in('store_buffer', _UNORDERED)}"
    no_ordered = f"!{_in('store_buffer', _ORDERED)}"
    found = {
        "dsb": "now.store_buffer = no_store & now.in_flight = idle & now.other_in_flight = idle & now.early = no_load",
        "dmb": f"now.early = no_load & !{_in('store_buffer', _LATER)}",
        "dmb_stores": no_unordered,
        "dmb_loads": "now.early = no_load",
        "doorbell": no_ordered,
        "hand_over": no_ordered,
        "outer_sync": "now.outer_buffer = empty",
        "store_wb": f"now.early = no_load & ({stored})",
        "store_wb_other": f"now.l1 = dirty_latest & {no_ordered}",
        "neighbour_wb": beside,
        "neighbour_wb_other": dirty,
        "dev_write": "now.memory = latest & now.posted = empty",
        "dev_write_posted": "now.posted = held_latest",
        "dev_write_done": "now.posted = empty",
        "snoop_write": "now.memory = latest | now.l2 = dirty_latest",
        "alias_live": "now.live = live",
        "alias_mixed": f"now.live = {'mixed' if family.mixed else 'live'}",
        "alias_dead": "now.live = dead",
        "give_up": "now.memory = latest & !update_lost()",
    }
    if family.outer:
        found["outer_clean"] = "now.l2 != dirty_latest & now.l2 != dirty_stale"
        found["outer_invalidate"] = found["outer_clean_invalidate"] = "now.l2 = absent"
    if family.mixed:
        found["store_wb_other"] = f"(now.l1 = dirty_latest | now.other = dirty_latest) & {no_ordered}"
        found["neighbour_wb_other"] = f"{dirty} | now.other = dirty_latest | now.other = dirty_stale"
    if family.virtual:
        found["store_wb_colour"] = "now.other = dirty_latest"
        found["neighbour_wb_colour"] = "now.other = dirty_latest | now.other = dirty_stale"
    return found


def _declarations() -> Iterator[str]:
    yield "type"
    for field in {field.kind: field for field in FIELDS}.values():
        yield f"  {field.kind}: enum {{ {', '.join(field.codes)} }};"
    yield "  Config: record"
    for field in FIELDS:
        yield f"    {field.name}: {field.kind}; -- {field.text}"
    yield "  end;"
    yield ""
    yield "var"
    yield "  now: Config;"
    yield ""
    yield "startstate"
    for field, code in zip(FIELDS, RESET, strict=True):
        yield f"  now.{field.name} := {field.codes[code]};"
    yield "end;"


def _function(
    name: str, kind: str, values: Codes, rows: Codes, text: Callable[[int], str]
) -> Iterator[str]:
    """A function of the state, without arguments."""
    yield f"function {name}(): {kind};"
    yield "begin"
    yield from _lines(tree(values, rows), lambda code: f"return {text(code or 0)};", "now", "  ")
    yield "end;"


def _boolean(code: int) -> str:
    return "true" if code else "false"


def _rule(name: str, table: Table, postcondition: str) -> Iterator[str]:
    most = len(table.after)
    yield from _function(f"{name}_outcomes", f"0..{most}", table.count, table.rows, str)
    yield f"ruleset outcome: 1..{most} do"
    yield f'  rule "{name}" outcome <= {name}_outcomes() ==>'
    yield "  var before: Config;"
    yield "  begin"
    yield "    before := now;"
    yield "    switch outcome"
    for number, outcome in enumerate(table.after, 1):
        yield f"      case {number}:"
        for field, codes, own in zip(FIELDS, outcome.T, table.rows.T, strict=True):

            def assign(code: int | None, name: str = field.name, names: tuple[str, ...] = field.codes) -> str:
                return "" if code is None else f"now.{name} := {names[code]};"

            yield from _lines(tree(codes, table.rows, own), assign, "before", "        ")
    yield "    endswitch;"
    if postcondition:
        yield f'    assert {postcondition} "after {name}";'
    yield "  end;"
    yield "endruleset;"


def model(family: Family) -> Iterator[str]:
    """The lines of the Murphi model of a family.

    Covers count the states in which a read may return a stale value, and those that hold no copy of the latest one.
    """
    yield f"-- The relation of family {family.name}: printed by `python -m dmasan.arch.murphi {family.name}`; do not edit."
    yield ""
    yield from _declarations()
    covers = {"no copy holds the latest value": "update_lost"}
    yield ""
    configs = sorted(reachable(family))
    lost = np.array([not has_latest(config) for config in configs], np.int8)
    yield from _function("update_lost", "boolean", lost, np.array(configs, np.int8), _boolean)
    for name, rule in rules().items():
        table = tabulate(rule, family)
        yield ""
        if table.after:
            yield from _rule(name, table, postconditions(family).get(name, ""))
        if name in OPERATIONS and OPERATIONS[name].reads:
            yield from _function(f"{name}_stale", "boolean", table.stale, table.rows, _boolean)
            covers[f"{name} may return a stale value"] = f"{name}_stale"
    yield ""
    for text, expression in invariants(family).items():
        yield f'invariant "{text}" {expression};'
    for text, function in covers.items():
        yield f'cover "{text}" {function}();'


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(f"usage: python -m dmasan.arch.murphi FAMILY, one of {', '.join(FAMILIES)}", file=sys.stderr)
        return 2
    try:
        family = FAMILIES[choose("family", arguments[0], FAMILIES)]
    except UsageError as error:
        print(f"dmasan: {error}", file=sys.stderr)
        return 2
    for line in model(family):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
