# SPDX-License-Identifier: Apache-2.0
"""Tables of the documentation, printed from the relation: what a configuration is, operations, hidden moves, families.

    python -m dmasan.arch.describe_relation [FILE]

Without FILE the tables are printed; with FILE (docs/memory-model.md) what stands there between the markers
`<!-- begin NAME -->` and `<!-- end NAME -->` is replaced by the table of that name.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from dmasan.arch.configuration import RESET, Config, has_latest
from dmasan.arch.family import FAMILIES, Family
from dmasan.arch.fields import FIELDS
from dmasan.arch.reachable import reachable
from dmasan.arch.semantics import MOVES, OPERATIONS, Operation
from dmasan.markdown import Row, cell, main, table


def fields() -> str:
    rows = [(f"`{f.name}`", cell(f.text), ", ".join(f"`{code}`" for code in f.codes)) for f in FIELDS]
    return table(("field", "what it is", "values"), rows)


def _kind(operation: Operation) -> str:
    return "read" if operation.reads else "write" if operation.writes else ""


def operations() -> str:
    rows = [(f"`{name}`", _kind(op), cell(op.text)) for name, op in OPERATIONS.items()]
    return table(("operation", "", "what it does, and source"), rows)


def moves() -> str:
    found = {name: _explored(family) for name, family in FAMILIES.items()}

    def possible(move: str) -> str:
        where = [
            f"`{name}`"
            for name, configs in found.items()
            if any(True for config in configs for _ in MOVES[move](FAMILIES[name], config))
        ]
        return "all" if len(where) == len(FAMILIES) else ", ".join(where)

    rows = [(f"`{name}`", cell(move.__doc__), possible(name)) for name, move in MOVES.items()]
    return table(("hidden move", "what it does, and source", "in families"), rows)


def _explored(family: Family, enough: int = 300) -> list[Config]:
    """The configurations next to reset: every hidden move that a family has is possible in one of them."""
    found = [RESET]
    for state in found:
        if len(found) >= enough:
            break
        after = [config for op in OPERATIONS.values() for config, _ in op.apply(family, state)]
        found += [config for config in dict.fromkeys(after) if config not in found]
    return found


def families() -> str:
    """One row a trait, one column a family."""

    def row(head: str, values: Iterable[object]) -> Row:
        return (head, *({True: "yes", False: "no"}.get(v, str(v)) if isinstance(v, bool) else str(v) for v in values))

    every = FAMILIES.values()
    rows = [
        row("levels of cache", (f.levels for f in every)),
        row("outer L2 (PL310)", (f.outer for f in every)),
        row("NC looks up L2", (f.nc_hits_l2 for f in every)),
        row("WB stores wait", (f.buffers_cacheable for f in every)),
        row("maintenance is broadcast", (f.broadcast for f in every)),
        row("maintenance waits for stores", (f.maintenance_waits for f in every)),
        row("two virtual colours", (f.virtual for f in every)),
        row("WT is cached", (f.write_through for f in every)),
        row("loads execute early", (f.loads_early for f in every)),
        row("walker snoops L1", (f.walker_snoops for f in every)),
        row("shareability may be mixed", (f.mixed for f in every)),
    ]
    return table(("", *(f"`{name}`" for name in FAMILIES)), rows)


def sizes() -> str:
    rows = []
    for name, family in FAMILIES.items():
        configs = reachable(family)
        lost = sum(not has_latest(config) for config in configs)
        rows.append((f"`{name}`", f"{len(configs):,}", f"{lost:,}"))
    return table(("family", "configurations", "without a latest copy"), rows)


TABLES = {"fields": fields, "operations": operations, "moves": moves, "families": families, "sizes": sizes}


if __name__ == "__main__":
    sys.exit(main(TABLES, sys.argv[1:]))
