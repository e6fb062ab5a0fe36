# SPDX-License-Identifier: Apache-2.0
"""What the copies of one byte are, and what each operation and each hidden move does to them.

This is the only statement of the memory system's coherence rules: the sanitizer's automaton, the adversarial schedule,
the check of the machine and the table in the documentation are all derived from it. A `Config` is one possible state of
the hardware for one byte; a copy holds the *latest* value or a *stale* one, and no data. An operation maps a
configuration to the configurations that it can lead to (with the value returned, for a read). A hidden move is a step
that hardware may take at any time without being asked. Nothing here knows addresses, data or time.

`flow` says how values pass from one copy to the next, and what waits for what; `moves` are the hidden moves; `cpu`,
`other_cpu`, `colours`, `maintenance`, `set_way`, `local`, `domains` and `devices` the operations. docs/memory-model.md
lists what is not modelled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dmasan.arch.configuration import Config
from dmasan.arch.family import Family
from dmasan.arch.semantics import colours, cpu, devices, domains, local, maintenance, other_cpu, set_way
from dmasan.arch.semantics.flow import Outcome
from dmasan.arch.semantics.moves import MOVES, Move

__all__ = ["MOVES", "OPERATIONS", "Move", "Operation", "Outcome", "closure", "successors"]


@dataclass(frozen=True)
class Operation:
    """An operation of the relation. `reads`: it returns a value; `writes`: it takes one."""

    name: str
    apply: Callable[..., Iterator[Outcome]]
    reads: bool = False
    writes: bool = False

    @property
    def text(self) -> str:
        return " ".join((self.apply.__doc__ or "").split())


_MODULES = (cpu, other_cpu, colours, devices, maintenance, local, set_way, domains)
OPERATIONS: dict[str, Operation] = {
    f.__name__: Operation(f.__name__, f, reads=kind == "READS", writes=kind == "WRITES")
    for kind in ("READS", "WRITES", "OTHERS")
    for module in _MODULES
    for f in getattr(module, kind, ())
}


def successors(family: Family, c: Config) -> Iterator[tuple[str, Config]]:
    """Every hidden move from `c`, by name."""
    for name, move in MOVES.items():
        for after in move(family, c):
            yield name, after


def closure(family: Family, configs: Iterable[Config]) -> frozenset[Config]:
    """All configurations that hidden moves can reach from `configs`, themselves included."""
    seen = set(configs)
    todo = list(seen)
    while todo:
        for _, after in successors(family, todo.pop()):
            if after not in seen:
                seen.add(after)
                todo.append(after)
    return frozenset(seen)
