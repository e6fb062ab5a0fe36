# SPDX-License-Identifier: Apache-2.0
"""Tables of the documentation, printed from the relation: what a configuration is, operations, hidden moves, families.

    python -m dmasan.arch.describe_relation [FILE]

Without FILE the tables are printed; with FILE (docs/memory-model.md) what stands there between the markers
`<!-- begin NAME -->` and `<!-- end NAME -->` is replaced by the table of that name.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from dmasan.arch.configuration import RESET, Config, has_latest
from dmasan.arch.family import FAMILIES, Family
from dmasan.arch.fields import FIELDS
from dmasan.arch.semantics import MOVES, OPERATIONS, Operation, successors

Row = tuple[str, ...]


@cache
def reachable(family: Family) -> frozenset[Config]:
    """Every configuration that operations and hidden moves can reach from reset."""
    seen, todo = {RESET}, [RESET]
    while todo:
        state = todo.pop()
        after = {config for _, config in successors(family, state)}
        after |= {config for op in OPERATIONS.values() for config, _ in op.apply(family, state)}
        todo += after - seen
        seen |= after
    return frozenset(seen)


def _table(head: Row, rows: Iterable[Row]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def _said(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def fields() -> Iterator[str]:
    rows = [(f"`{f.name}`", _said(f.text), ", ".join(f"`{code}`" for code in f.codes)) for f in FIELDS]
    return _table(("field", "what it is", "values"), rows)


def _kind(operation: Operation) -> str:
    return "read" if operation.reads else "write" if operation.writes else ""


def operations() -> Iterator[str]:
    rows = [(f"`{name}`", _kind(op), _said(op.text)) for name, op in OPERATIONS.items()]
    return _table(("operation", "", "what it does, and source"), rows)


def moves() -> Iterator[str]:
    def possible(name: str) -> str:
        where = [
            f"`{family.name}`"
            for family in FAMILIES.values()
            if any(True for config in reachable(family) for _ in MOVES[name](family, config))
        ]
        return "all" if len(where) == len(FAMILIES) else ", ".join(where)

    rows = [(f"`{name}`", _said(move.__doc__), possible(name)) for name, move in MOVES.items()]
    return _table(("hidden move", "what it does, and source", "in families"), rows)


def families() -> Iterator[str]:
    def yes(value: bool) -> str:
        return "yes" if value else "no"

    rows = []
    for name, family in FAMILIES.items():
        configs = reachable(family)
        lost = sum(not has_latest(config) for config in configs)
        traits = (str(family.levels), yes(family.outer), yes(family.nc_hits_l2), yes(family.buffers_cacheable))
        rows.append((f"`{name}`", *traits, f"{len(configs):,}", f"{lost:,}"))
    head = ("family", "levels", "outer L2 (PL310)", "NC looks up L2", "WB stores wait", "configurations", "without a latest copy")
    return _table(head, rows)  # fmt: skip


TABLES = {"fields": fields, "operations": operations, "moves": moves, "families": families}


def current(text: str) -> str:
    """`text` with its tables as the relation has them now. Raises KeyError for a marker that names no table."""

    def replace(found: re.Match[str]) -> str:
        name = found[1]
        return "\n".join((f"<!-- begin {name} -->", *TABLES[name](), f"<!-- end {name} -->"))

    return re.sub(r"<!-- begin (\w+) -->\n.*?<!-- end \1 -->", replace, text, flags=re.DOTALL)


def main(arguments: list[str]) -> int:
    if not arguments:
        for name, table in TABLES.items():
            print(f"{name}\n", *table(), "", sep="\n")
        return 0
    path = Path(arguments[0])
    path.write_text(current(path.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
