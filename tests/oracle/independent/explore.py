# SPDX-License-Identifier: Apache-2.0
"""Breadth-first search over all schedules of a sequence, and the outcomes of its reads.

Nothing in the relation compares versions, so a set of states is kept with its versions numbered by age, and what became
of it under an operation is remembered: two sequences that differ only in the positions of their writes share the work.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from independent.family import Family
from independent.moves import hidden
from independent.operations import Load, Operation, operations
from independent.state import CPUS, State, renamed, versions

Path = tuple[str, int, int]
Early = frozenset[tuple[Path, int]]


@dataclass(frozen=True)
class Front:
    """All states that some schedule can have reached, closed under hidden moves.

    early: for each path of loads, what one that was satisfied early may have found.
    versions: how many are left; they are numbered by age from 0.
    """

    states: frozenset[State]
    early: Early
    versions: int


@dataclass(frozen=True)
class Step:
    """One operation on a front: the front behind it, the names there of the versions before it (the new version is the
    last one's successor), and the outcome if it is a read."""

    front: Front
    kept: tuple[int, ...]
    outcome: frozenset[int] | None


@dataclass
class Explorer:
    """Explores one family. `successors` and `steps` are memories and grow; `forget` empties them."""

    family: Family
    operations: dict[str, Operation] = field(init=False)
    loads: list[Load] = field(init=False)
    successors: dict[State, tuple[State, ...]] = field(default_factory=dict)
    steps: dict[tuple[Front, str], Step] = field(default_factory=dict)
    fronts: dict[Front, Front] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.operations = operations(self.family)
        loads = [op.load for op in self.operations.values() if op.load and op.load.path[1] == 0]
        self.loads = loads if self.family.loads_early else []

    def may_return(self, names: Sequence[str], alias_live: bool = True) -> list[frozenset[int]]:
        """One set for each read, in order: positions (from 1) of the writes that it may return, 0 for the initial
        content."""
        front = self.start(alias_live)
        positions: tuple[int, ...] = (0,)
        outcomes = []
        there = translations(alias_live)
        for position, name in enumerate(names, 1):
            if name not in self.operations:
                raise ValueError(f"unknown operation {name!r}: allowed are {', '.join(self.operations)}")
            if faults(name, there):
                raise ValueError(f"{name} at position {position} faults: there is no such cacheable translation")
            there = translations_after(name, there)
            step = self.step(front, name)
            if step.outcome is not None:
                outcomes.append(frozenset(positions[version] for version in step.outcome))
            known = (*positions, position)
            positions = tuple(known[version] for version in step.kept)
            front = step.front
        return outcomes

    def start(self, alias_live: bool) -> Front:
        family = self.family
        state = State(0, (None,) * family.lines, None, ((),) * CPUS, (), (), alias_live)
        return self.front(self.closure([state]), frozenset(), 1)

    def step(self, front: Front, name: str) -> Step:
        if len(self.steps) > 100_000:
            self.forget()
        found = self.steps.get((front, name))
        if found is None:
            found = self.steps[front, name] = self.explored(front, self.operations[name])
        return found

    def forget(self) -> None:
        self.steps.clear()
        self.fronts.clear()
        self.successors.clear()

    def explored(self, front: Front, operation: Operation) -> Step:
        ready = [state for state in front.states if operation.before(state)]
        after = self.closure(operation.action(state, front.versions) for state in ready)
        over = self.closure(state for state in after if operation.after(state))
        early = frozenset(pair for pair in front.early if not operation.forgets(pair[0]))
        kept, states, early = aged(over, early)
        return Step(self.front(states, early, len(kept)), kept, outcome(operation, ready, front.early))

    def closure(self, states: Iterable[State]) -> frozenset[State]:
        """The states and all that hidden moves make of them."""
        successors, family = self.successors, self.family
        seen = set(states)
        edge = list(seen)
        while edge:
            state = edge.pop()
            following = successors.get(state)
            if following is None:
                following = successors[state] = tuple(dict.fromkeys(hidden(state, family)))
            for one in following:
                if one not in seen:
                    seen.add(one)
                    edge.append(one)
        return frozenset(seen)

    def front(self, states: frozenset[State], early: Early, count: int) -> Front:
        """With what loads satisfied now would see."""
        now = {(load.path, load.value(state)) for load in self.loads for state in states if load.early(state)}
        front = Front(states, early | now, count)
        return self.fronts.setdefault(front, front)


def outcome(operation: Operation, states: list[State], early: Early) -> frozenset[int] | None:
    if operation.values:
        return frozenset[int]().union(*map(operation.values, states))
    if operation.load is None:
        return None
    passed = frozenset(version for path, version in early if path == operation.load.path)
    return passed.union(map(operation.load.value, states))


def aged(states: frozenset[State], early: Early) -> tuple[tuple[int, ...], frozenset[State], Early]:
    """The versions that are left, and states and early loads with these numbered afresh, by age, without gaps."""
    kept = tuple(sorted({version for _path, version in early}.union(*map(versions, states))))
    if len(kept) == kept[-1] + 1:
        return kept, states, early
    names = {version: name for name, version in enumerate(kept)}
    return (
        kept,
        frozenset(renamed(state, names) for state in states),
        frozenset((path, names[version]) for path, version in early),
    )


def translations(alias_live: bool) -> str:
    """Cacheable ones, at first: `none` or `shareable` (`mixed`: there are Non-shareable ones besides)."""
    return "shareable" if alias_live else "none"


def translations_after(name: str, before: str) -> str:
    return {"um": "none", "mp": "shareable", "mix": "mixed"}.get(name, before)


def faults(name: str, there: str) -> bool:
    """A cacheable access faults without a cacheable translation, maintenance through a Non-shareable one without that."""
    if name.endswith(("cln", "ivn", "cin")):
        return there != "mixed"
    return name.endswith(("WB", "WT")) and there == "none"


@cache
def explorer(family: Family) -> Explorer:
    return Explorer(family)


def may_return(names: Sequence[str], family: Family, alias_live: bool = True) -> list[frozenset[int]]:
    """As `dmasan.sanitizer.may_return`."""
    return explorer(family).may_return(names, alias_live)
