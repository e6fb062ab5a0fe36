# SPDX-License-Identifier: Apache-2.0
"""Prints the relation of a family as a Murphi model, for a model checker that shares no code with this project.

    python -m dmasan.arch.murphi FAMILY > family.m

Nothing is written a second time: each operation and each hidden move is tabulated over all values of all fields, reachable
or not, and each field of each outcome is printed as the smallest nest of `switch` that the table allows. Which states can
be reached, how often each rule fires, and in how many states a read may go wrong is left to the checker to find.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from dmasan.arch.configuration import RESET, STALE, Config, has_latest
from dmasan.arch.family import FAMILIES, Family
from dmasan.arch.fields import FIELDS
from dmasan.arch.semantics import MOVES, OPERATIONS, Outcome
from dmasan.config import UsageError, choose

Rule = Callable[[Family, Config], Iterator[Outcome]]
Codes = NDArray[np.int8]
SHAPE = tuple(len(field.codes) for field in FIELDS)
_ALL = tuple(map(Config._make, product(*map(range, SHAPE))))
_ANY = -1  # a table's entry that no state asks for
_OWN: tuple[Codes, ...] = tuple(np.indices(SHAPE, dtype=np.int8))  # of each field, its own code at each place


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
    """One rule over all configurations: arrays with one axis a field, indexed by its code.

    `count` is the number of outcomes; `after[k][f]` the code of field f in outcome k (-1 where there is no such outcome);
    `stale` tells whether the rule is a read that may return a stale value.
    """

    count: Codes
    after: list[tuple[Codes, ...]]
    stale: Codes


def tabulate(rule: Rule, family: Family) -> Table:
    """Asks the relation for every configuration; outcomes are numbered in the order in which it names them."""
    counts: list[int] = []
    stale: list[bool] = []
    outcomes: list[tuple[list[int], list[Config]]] = []  # of each outcome: where there is one, and what it is
    for place, config in enumerate(_ALL):
        found = list(rule(family, config))
        configs = list(dict.fromkeys([after for after, _ in found]))
        counts.append(len(configs))
        stale.append(any([value == STALE for _, value in found]))
        for number, outcome in enumerate(configs):
            if number == len(outcomes):
                outcomes.append(([], []))
            outcomes[number][0].append(place)
            outcomes[number][1].append(outcome)
    return Table(_codes(counts), [_fields(*outcome) for outcome in outcomes], _codes(stale))


def _codes(flat: list[int] | list[bool]) -> Codes:
    return np.array(flat, np.int8).reshape(SHAPE)


def _fields(places: list[int], configs: list[Config]) -> tuple[Codes, ...]:
    codes = np.full((len(SHAPE), prod(SHAPE)), _ANY, np.int8)
    codes[:, places] = np.array(configs, np.int8).T
    return tuple(codes.reshape(len(SHAPE), *SHAPE))


# --- from a table to nested switches -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Leaf:
    code: int | None  # None: the field keeps its code


@dataclass(frozen=True)
class Switch:
    field: int
    cases: tuple[tuple[tuple[int, ...], Leaf | Switch], ...]  # codes of the field, and what follows from them


Tree = Leaf | Switch


def _leaf(table: Codes, own: Codes | None) -> Leaf | None:
    """The one thing that holds everywhere in a part of a table, if there is one."""
    asked = table != _ANY
    if own is not None and bool(np.all((table == own) | ~asked)):
        return Leaf(None)
    codes = np.unique(table[asked])
    return Leaf(int(codes[0])) if len(codes) == 1 else None


def _part(table: Codes, axis: int, code: int) -> Codes:
    part: Codes = table[(slice(None),) * axis + (code, ...)]
    return part


def _relevant(
    table: Codes, own: Codes | None, fields: tuple[int, ...]
) -> tuple[Codes, Codes | None, tuple[int, ...]]:
    """The same without the axes along which nothing differs."""
    for axis in reversed(range(table.ndim)):
        first = table.take([0], axis)
        if (table == first).all() and (own is None or (own == own.take([0], axis)).all()):
            table = _part(table, axis, 0)
            own = None if own is None else _part(own, axis, 0)
            fields = fields[:axis] + fields[axis + 1 :]
    return table, own, fields


def tree(table: Codes, own: Codes | None = None, fields: tuple[int, ...] = tuple(range(len(SHAPE)))) -> Tree:
    """A small decision tree for a table; `own` holds the codes that mean "unchanged". `fields` names its axes.

    Greedy: it asks for the field that leaves the fewest parts open.
    """
    leaf = _leaf(table, own)
    if leaf is not None:
        return leaf
    table, own, fields = _relevant(table, own, fields)
    best: tuple[int, int, int] | None = None
    for axis in range(table.ndim):
        parts = [
            _leaf(_part(table, axis, code), None if own is None else _part(own, axis, code))
            for code in range(table.shape[axis])
        ]
        score = (parts.count(None), len(set(parts)), axis)
        best = score if best is None or score < best else best
    assert best is not None
    axis = best[2]
    rest = fields[:axis] + fields[axis + 1 :]
    cases: dict[Tree, list[int]] = {}
    for code in range(table.shape[axis]):
        part = _part(table, axis, code)
        if (part == _ANY).all():
            continue  # no state asks
        branch = tree(part, None if own is None else _part(own, axis, code), rest)
        cases.setdefault(branch, []).append(code)
    if len(cases) == 1:
        return next(iter(cases))
    return Switch(fields[axis], tuple((tuple(codes), branch) for branch, codes in cases.items()))


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


_UNORDERED = tuple(code for code in FIELDS[3].codes[1:] if "ordered" not in code)
_ORDERED = tuple(code for code in FIELDS[3].codes if "ordered" in code)
_CACHEABLE = tuple(code for code in FIELDS[3].codes if code.startswith("wb"))
_ORDERED_MAINTENANCE = tuple(code for code in FIELDS[6].codes if code.startswith("ordered"))


def _in(field: str, codes: tuple[str, ...]) -> str:
    return "(" + " | ".join(f"now.{field} = {code}" for code in codes) + ")"


def invariants(family: Family) -> dict[str, str]:
    """What holds in every reachable state of a family, as Murphi expressions. Stated by hand: the checker proves it."""
    found = {
        "no unordered store is before maintenance that a DMB ordered": f"!({_in('in_flight', _ORDERED_MAINTENANCE)} "
        f"& {_in('store_buffer', _UNORDERED)})"
    }
    if family.levels == 1:
        found["one level: nothing is ever in L2"] = "now.l2 = absent"
    if not family.nc_hits_l2:
        found["a clean line of L1 and a dirty one of L2 agree"] = (
            "!(now.l1 = clean_stale & now.l2 = dirty_latest) & !(now.l1 = clean_latest & now.l2 = dirty_stale)"
        )
    if not family.buffers_cacheable:
        found["cacheable stores do not wait"] = f"!{_in('store_buffer', _CACHEABLE)}"
    if family.outer:
        found["a Non-cacheable store in the CPU is younger than one in the outer buffer"] = (
            "!(now.outer_buffer = held_latest & (now.store_buffer = nc_stale | now.store_buffer = nc_ordered_stale))"
        )
    else:
        found["no outer cache: its buffer is empty"] = "now.outer_buffer = empty"
    return found


def postconditions(family: Family) -> dict[str, str]:
    """What holds right after an operation, as Murphi expressions. Stated by hand too."""
    buffered = "now.l1 = dirty_latest" + (" | now.store_buffer = wb_latest" if family.buffers_cacheable else "")
    found = {
        "dsb": "now.store_buffer = no_store & now.in_flight = idle",
        "dmb": f"!{_in('store_buffer', _UNORDERED)}",
        "doorbell": f"!{_in('store_buffer', _ORDERED)}",
        "outer_sync": "now.outer_buffer = empty",
        "store_wb": buffered,
        "neighbour_wb": "now.l1 = dirty_latest | now.l1 = dirty_stale",
        "dev_write": "now.memory = latest & now.posted = empty",
        "dev_write_posted": "now.posted = held_latest",
        "dev_write_done": "now.posted = empty",
        "snoop_write": "now.memory = latest | now.l2 = dirty_latest",
        "alias_live": "now.live = live",
        "alias_dead": "now.live = dead",
        "give_up": "now.memory = latest & !update_lost()",
    }
    if family.outer:
        found["outer_clean"] = "now.l2 != dirty_latest & now.l2 != dirty_stale"
        found["outer_invalidate"] = found["outer_clean_invalidate"] = "now.l2 = absent"
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


def _function(name: str, kind: str, table: Codes, text: Callable[[int], str]) -> Iterator[str]:
    """A function of the state, without arguments."""
    yield f"function {name}(): {kind};"
    yield "begin"
    yield from _lines(tree(table), lambda code: f"return {text(code or 0)};", "now", "  ")
    yield "end;"


def _boolean(code: int) -> str:
    return "true" if code else "false"


def _rule(name: str, table: Table, postcondition: str) -> Iterator[str]:
    most = len(table.after)
    yield from _function(f"{name}_outcomes", f"0..{most}", table.count, str)
    yield f"ruleset outcome: 1..{most} do"
    yield f'  rule "{name}" outcome <= {name}_outcomes() ==>'
    yield "  var before: Config;"
    yield "  begin"
    yield "    before := now;"
    yield "    switch outcome"
    for number, fields in enumerate(table.after, 1):
        yield f"      case {number}:"
        for field, codes, own in zip(FIELDS, fields, _OWN, strict=True):

            def assign(code: int | None, name: str = field.name, names: tuple[str, ...] = field.codes) -> str:
                return "" if code is None else f"now.{name} := {names[code]};"

            yield from _lines(tree(codes, own), assign, "before", "        ")
    yield "    endswitch;"
    if postcondition:
        yield f'    assert {postcondition} "after {name}";'
    yield "  end;"
    yield "endruleset;"


def lost() -> Codes:
    """The configurations that hold no copy of the latest value."""
    return _codes([not has_latest(config) for config in _ALL])


def model(family: Family) -> Iterator[str]:
    """The lines of the Murphi model of a family.

    Covers count the states in which a read may return a stale value, and those that hold no copy of the latest one.
    """
    yield f"-- The relation of family {family.name}: printed by `python -m dmasan.arch.murphi {family.name}`; do not edit."
    yield ""
    yield from _declarations()
    covers = {"no copy holds the latest value": "update_lost"}
    yield ""
    yield from _function("update_lost", "boolean", lost(), _boolean)
    for name, rule in rules().items():
        table = tabulate(rule, family)
        yield ""
        if table.after:
            yield from _rule(name, table, postconditions(family).get(name, ""))
        if name in OPERATIONS and OPERATIONS[name].reads:
            yield from _function(f"{name}_stale", "boolean", table.stale, _boolean)
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
