# SPDX-License-Identifier: Apache-2.0
"""Prints the table of the diagnosis for docs/hazards.md.

    python -m dmasan.sanitizer.diagnosis.describe_table [FILE]

With FILE, the tables in it are replaced; without, they are printed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from dmasan.sanitizer.codes import Code, Effect
from dmasan.sanitizer.diagnosis.table import TABLE


def codes() -> str:
    """The codes and what they mean."""
    return _table(("code", "meaning"), [(f"`{code.name}`", code.value) for code in Code])


def effects() -> str:
    return _table(("effect", "what it does"), [(f"`{effect.name}`", effect.value) for effect in Effect])


def rows() -> str:
    """The ordered table: the first row that holds gives the code."""
    told = [
        (str(rank), f"`{row.code.name}`", row.condition, row.because or "(the rule's own text)")
        for rank, row in enumerate(TABLE, 1)
    ]
    return _table(("", "code", "holds if", "because"), told)


TABLES = {"codes": codes, "effects": effects, "rows": rows}


def _table(head: tuple[str, ...], body: Sequence[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in body]
    return "\n".join(lines) + "\n"


def current(text: str) -> str:
    """`text` with each table between its marks replaced. Raises KeyError for a mark that names no table."""

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        return f"<!-- begin {name} -->\n{TABLES[name]()}<!-- end {name} -->"

    return re.sub(r"<!-- begin (\w+) -->\n.*?<!-- end \1 -->", fill, text, flags=re.DOTALL)


def main(arguments: list[str]) -> None:
    if arguments:
        path = Path(arguments[0])
        path.write_text(current(path.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print("\n".join(f"{name}:\n{make()}" for name, make in TABLES.items()))


if __name__ == "__main__":
    main(sys.argv[1:])
