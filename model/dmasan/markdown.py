# SPDX-License-Identifier: Apache-2.0
"""Tables of the documentation that are printed from data, each between `<!-- begin NAME -->` and `<!-- end NAME -->`."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from pathlib import Path

Row = tuple[str, ...]
Tables = Mapping[str, Callable[[], str]]

_MARKED = re.compile(r"<!-- begin (\w+) -->\n.*?<!-- end \1 -->", re.DOTALL)


def cell(text: str | None) -> str:
    """A text of several lines as one line."""
    return " ".join((text or "").split())


def table(head: Row, rows: Iterable[Row]) -> str:
    """A table, each line ended; a `|` in a cell is escaped."""
    lines = ["| " + " | ".join(text.replace("|", "\\|") for text in row) + " |" for row in (head, *rows)]
    lines.insert(1, "|" + "---|" * len(head))
    return "\n".join(lines) + "\n"


def current(text: str, tables: Tables, without: Container[str] = ()) -> str:
    """`text` with its tables as they are now, but for those named in `without`.

    Raises KeyError for a mark that names no table.
    """

    def replaced(found: re.Match[str]) -> str:
        name = found[1]
        return found[0] if name in without else f"<!-- begin {name} -->\n{tables[name]()}<!-- end {name} -->"

    return _MARKED.sub(replaced, text)


def main(tables: Tables, arguments: list[str]) -> int:
    """Prints the tables or, with the path of a page, brings that up to date."""
    if not arguments:
        for name, printed in tables.items():
            print(f"{name}\n\n{printed()}")
        return 0
    page = Path(arguments[0])
    page.write_text(current(page.read_text(encoding="utf-8"), tables), encoding="utf-8")
    return 0
