# SPDX-License-Identifier: Apache-2.0
"""The comparison as a table: one row for each policy and override setting."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Literal, TextIO

from rich import box
from rich.console import Console
from rich.measure import Measurement as Width
from rich.table import Table
from rich.text import Text

from dmasan.report.results import Comparison, Cost, Measurement, Row

STYLES = {"clean": "green", "latent": "yellow", "manifest": "bold red", "not_applicable": "dim"}

Cell = str | Text
_COSTS: tuple[tuple[str, Callable[[Cost], int]], ...] = (
    ("PTE\nwrites", lambda cost: cost.pte_writes),
    ("sect.\nsplit", lambda cost: cost.sections_split),
    ("tables\nwalked", lambda cost: cost.tables_walked),
    ("TLBI\nlocal", lambda cost: cost.tlbi_local),
    ("TLBI\nbcast", lambda cost: cost.tlbi_broadcast),
    ("L1\nlines", lambda cost: cost.l1_ops),
    ("L2\nlines", lambda cost: cost.l2_ops),
    ("pages\nmoved", lambda cost: cost.pages_migrated),
    ("lowmem\nlost", lambda cost: cost.lowmem_lost_bytes),
)


class Terminal(Console):
    """rich's console ends the process with status 1 when the reader has gone; whoever called decides here."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console(file: TextIO | None = None) -> Console:
    """Colours and the window's width on a terminal; otherwise plain text that is never folded."""
    out = file or sys.stdout
    if out.isatty():
        return Terminal(file=out, color_system=None if os.environ.get("NO_COLOR") else "auto", highlight=False)
    return Terminal(file=out, width=400, color_system=None, force_terminal=False, highlight=False)


def print_comparison(comparison: Comparison, to: Console) -> None:
    """Prints one wide table, or two stacked ones where the terminal is too narrow for it."""
    rows = comparison.rows
    wide = _table([*_names(rows), *_findings(rows), *_costs(rows)])
    parts = [wide]
    if Width.get(to, to.options.update(width=10_000), wide).maximum > to.width:
        parts = [_table([*_names(rows), *_findings(rows)]), _table([*_names(rows), *_costs(rows)])]
    for part in parts:
        _print_stripped(part, to)
    for text in _legend(rows):
        to.print(text, markup=False, soft_wrap=True)


Column = tuple[str, list[Cell], bool]  # header, cells, numbers


def _names(rows: Sequence[Row]) -> list[Column]:
    """Policy and override always; profile and era only where they differ between rows."""
    marked = [row.policy + ("*" if row.hypothetical else "") for row in rows]
    columns: list[Column] = [("policy", list(marked), False)]
    if len({row.profile for row in rows}) > 1:
        columns.append(("profile", [row.profile for row in rows], False))
    if len({row.era for row in rows}) > 1:
        columns.append(("era", [row.era for row in rows], False))
    columns.append(("ovr", [_override(row) for row in rows], False))
    return columns


def _findings(rows: Sequence[Row]) -> list[Column]:
    return [
        ("verdict", [_verdict(row) for row in rows], False),
        ("hazards\n(latent+manifest)", [_hazards(row) for row in rows], False),
        ("wrong\nbytes", ["-" if row.wrong_bytes is None else f"{row.wrong_bytes:,}" for row in rows], True),
    ]


def _costs(rows: Sequence[Row]) -> list[Column]:
    columns: list[Column] = []
    for title, of in _COSTS:
        show = _size if title.startswith("lowmem") else "{:,}".format
        columns.append((title, ["-" if row.cost is None else show(of(row.cost)) for row in rows], True))
    return columns


def _table(columns: Sequence[Column]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False, show_edge=False)
    for title, _, is_number in columns:
        justify: Literal["right", "left"] = "right" if is_number else "left"
        table.add_column(title, justify=justify, no_wrap=True, header_style="bold", vertical="top")
    for cells in zip(*(cells for _, cells, _ in columns), strict=True):
        table.add_row(*cells)
    return table


def _print_stripped(table: Table, to: Console) -> None:
    """Prints the table; off a terminal without the blanks that pad each line."""
    if to.color_system:
        to.print(table)
        return
    with to.capture() as capture:
        to.print(table)
    lines = (line.rstrip() for line in capture.get().splitlines())
    to.print("\n".join(lines), markup=False, soft_wrap=True)


def _override(row: Row) -> str:
    return {None: "-", True: "on", False: "off"}[row.shared_override]


def _verdict(row: Row) -> Text:
    return Text("n/a" if row.verdict == "not_applicable" else row.verdict, style=STYLES[row.verdict])


def _hazards(row: Row) -> str:
    return "\n".join(f"{each.code} {each.latent}+{each.manifest}" for each in row.hazards) or "-"


def _size(count: int) -> str:
    """Bytes in the largest unit that shows them exactly enough."""
    if count >= 1 << 20:
        return f"{count / (1 << 20):.3g} MiB"
    return f"{count >> 10} KiB" if count else "0"


def _legend(rows: Sequence[Row]) -> list[str]:
    """What the abbreviations mean, and why a policy does not apply."""
    texts = [
        "latent: wrong under some schedule that the architecture allows; manifest: wrong in this run. ovr: PL310 shared",
        "attribute override. L1, L2 lines: maintained by address. TLBI: pages, on the CPU alone or broadcast to all.",
    ]
    reasons = dict.fromkeys(f"n/a: {row.policy}: {row.reason}" for row in rows if row.reason)
    marks = dict.fromkeys(f"* hypothetical: {row.policy}: {row.hypothetical}" for row in rows if row.hypothetical)
    return [*texts, *marks, *reasons]


def print_measurements(rows: Sequence[Measurement], to: Console) -> None:
    """Prints the table of a benchmark."""
    columns: list[Column] = [
        ("benchmark", [row.name for row in rows], False),
        ("value", [f"{row.value:,.3g}" if row.value < 1000 else f"{row.value:,.0f}" for row in rows], True),
        ("unit", [row.unit for row in rows], False),
        ("target", ["-" if row.target is None else f"{row.target:,g}" for row in rows], True),
        ("met", [_met(row) for row in rows], False),
        ("peer", [row.peer or "-" for row in rows], False),
        ("ratio", ["-" if row.ratio is None else f"{row.ratio:,.3g}" for row in rows], True),
    ]
    _print_stripped(_table(columns), to)
    for row in rows:
        if row.note and row.met is False:
            to.print(f"{row.name}: {row.note}", markup=False, highlight=False)


def _met(row: Measurement) -> Text:
    if row.met is None:
        return Text("-")
    return Text("yes", style="green") if row.met else Text("no", style="bold red")
