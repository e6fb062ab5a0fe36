# SPDX-License-Identifier: Apache-2.0
"""Prints the relation of a family as a Murphi model, for a model checker that shares no code with this project.

    python -m dmasan.arch.murphi FAMILY > family.m

Nothing is written a second time: each operation and each hidden move is tabulated over the configurations that a search in
Python finds, and each field of each outcome is printed as a decision tree, a function for each part that several trees
have. The checker finds on its own which states can be reached, how often each rule fires, and in how many states a read may
go wrong; a state that the tables do not have would be an error.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from dmasan.arch.configuration import RESET, STALE, Config, has_latest
from dmasan.arch.decision_tree import ANY, Codes, Leaf, Switch, Tree, tree
from dmasan.arch.family import FAMILIES, Family
from dmasan.arch.fields import FIELDS
from dmasan.arch.reachable import reachable
from dmasan.arch.semantics import MOVES, OPERATIONS, Outcome
from dmasan.config import UsageError, choose

Rule = Callable[[Family, Config], Iterator[Outcome]]


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
                after.append(np.full((len(configs), len(FIELDS)), ANY, np.int8))
            after[number][place] = outcome
    return Table(np.array(configs, np.int8), np.array(counts, np.int8), after, np.array(stale, np.int8))


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
    for each in {each.kind: each for each in FIELDS}.values():
        yield f"  {each.kind}: enum {{ {', '.join(each.codes)} }};"
    yield "  Config: record"
    for each in FIELDS:
        yield f"    {each.name}: {each.kind}; -- {each.text}"
    yield "  end;"
    yield ""
    yield "var"
    yield "  now: Config;"
    yield ""
    yield "startstate"
    for each, code in zip(FIELDS, RESET, strict=True):
        yield f"  now.{each.name} := {each.codes[code]};"
    yield "end;"


# --- decision trees in Murphi's words ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """What a tree decides: its name, a Murphi type, the words of its codes, and the field that a leaf without a code keeps."""

    name: str
    type: str
    words: tuple[str, ...]
    kept: str = ""

    def word(self, leaf: Leaf) -> str:
        return f"now.{self.kept}" if leaf.code is None else self.words[leaf.code]


_BOOLEAN = Kind("holds", "boolean", ("false", "true"))
_FIELDS = tuple(Kind(each.name, each.kind, each.codes, each.name) for each in FIELDS)


def _number(most: int) -> Kind:
    return Kind("outcomes", f"0..{most}", tuple(map(str, range(most + 1))))


@dataclass(frozen=True)
class Decided:
    """A tree and the kind of what it decides."""

    kind: Kind
    tree: Tree

    def parts(self) -> list[Decided]:
        return [Decided(self.kind, branch) for _, branch in self.tree.cases] if isinstance(self.tree, Switch) else []


@dataclass
class Functions:
    """The functions of a model: one for each part that occurs more than once, printed before whoever calls it."""

    uses: Counter[Decided]
    names: dict[Decided, str] = field(default_factory=dict)

    def define(self, decided: Decided) -> Iterator[str]:
        """Functions for the parts of a tree that have none yet, the innermost first."""
        if decided in self.names:
            return
        for part in decided.parts():
            yield from self.define(part)
        if isinstance(decided.tree, Switch) and self.uses[decided] > 1:
            name = f"{decided.kind.name}_{len(self.names)}"
            yield from self.function(name, decided)
            self.names[decided] = name

    def function(self, name: str, decided: Decided) -> Iterator[str]:
        """A function of the state, without arguments, whose body is a tree."""
        yield f"function {name}(): {decided.kind.type};"
        yield "begin"
        yield from self.body(decided, lambda value: f"return {value};", "  ")
        yield "end;"

    def body(self, decided: Decided, statement: Callable[[str], str], indent: str) -> Iterator[str]:
        """A tree as statements: `statement` makes one of a leaf's value, or of the call of a function."""
        if isinstance(decided.tree, Leaf):
            yield indent + statement(decided.kind.word(decided.tree))
            return
        if decided in self.names:
            yield indent + statement(f"{self.names[decided]}()")
            return
        asked = FIELDS[decided.tree.field]
        yield f"{indent}switch now.{asked.name}"
        for codes, branch in decided.tree.cases:
            yield f"{indent}  case {', '.join(asked.codes[code] for code in codes)}:"
            yield from self.body(Decided(decided.kind, branch), statement, indent + "    ")
        yield f"{indent}endswitch;"


def _count(trees: list[Decided]) -> Counter[Decided]:
    """How often each part occurs in these trees and in the parts counted before it."""
    uses: Counter[Decided] = Counter()
    todo = list(trees)
    while todo:
        decided = todo.pop()
        uses[decided] += 1
        if uses[decided] == 1:
            todo += decided.parts()
    return uses


@dataclass(frozen=True)
class Printed:
    """The trees of one rule: how many outcomes, by outcome the fields that change, and whether a read may be stale."""

    count: Decided
    after: tuple[tuple[Decided, ...], ...]
    stale: Decided

    @classmethod
    def of(cls, table: Table) -> Printed:
        count = Decided(_number(len(table.after)), tree(table.count, table.rows))
        fields = [
            [Decided(kind, tree(codes, table.rows, own)) for kind, codes, own in zip(_FIELDS, each.T, table.rows.T, strict=True)]
            for each in table.after
        ]
        changing = tuple(tuple(each for each in trees if each.tree != Leaf(None)) for trees in fields)
        return cls(count, changing, Decided(_BOOLEAN, tree(table.stale, table.rows)))

    def trees(self) -> list[Decided]:
        return [self.count, *(each for trees in self.after for each in trees), self.stale]

    def rule(self, name: str, postcondition: str, functions: Functions) -> Iterator[str]:
        """The rule and the function that tells how many outcomes it has. The whole state changes at once."""
        most = len(self.after)
        yield from functions.function(f"{name}_outcomes", self.count)
        yield f"ruleset outcome: 1..{most} do"
        yield f'  rule "{name}" outcome <= {name}_outcomes() ==>'
        yield "  var after: Config;"
        yield "  begin"
        yield "    after := now;"
        yield "    switch outcome"
        for number, trees in enumerate(self.after, 1):
            yield f"      case {number}:"
            for each in trees:
                assign = f"after.{each.kind.kept} := "
                yield from functions.body(each, lambda value, assign=assign: f"{assign}{value};", "        ")  # type: ignore[misc]
        yield "    endswitch;"
        yield "    now := after;"
        if postcondition:
            yield f'    assert {postcondition} "after {name}";'
        yield "  end;"
        yield "endruleset;"


def model(family: Family) -> Iterator[str]:
    """The lines of the Murphi model of a family.

    Covers count the states in which a read may return a stale value, and those that hold no copy of the latest one.
    """
    configs = sorted(reachable(family))
    without = np.array([not has_latest(config) for config in configs], np.int8)
    lost = Decided(_BOOLEAN, tree(without, np.array(configs, np.int8)))
    printed = {name: Printed.of(tabulate(rule, family)) for name, rule in rules().items()}
    functions = Functions(_count([lost, *(each for found in printed.values() for each in found.trees())]))
    covers = {"no copy holds the latest value": "update_lost"}

    yield f"-- The relation of family {family.name}: printed by `python -m dmasan.arch.murphi {family.name}`; do not edit."
    yield ""
    yield from _declarations()
    yield ""
    yield from functions.function("update_lost", lost)
    for name, found in printed.items():
        yield ""
        for each in found.trees():
            yield from functions.define(each)
        if found.after:
            yield from found.rule(name, postconditions(family).get(name, ""), functions)
        if name in OPERATIONS and OPERATIONS[name].reads:
            yield from functions.function(f"{name}_stale", found.stale)
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
