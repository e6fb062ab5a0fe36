# SPDX-License-Identifier: Apache-2.0
"""Cost against size, processes, CPUs and RAM: figures as SVG, numbers as JSON, a table on the terminal."""

from __future__ import annotations

import sys
from dataclasses import asdict

from cocotbext.dmasan.commands.options import only
from cocotbext.dmasan.commands.progress import Progress
from cocotbext.dmasan.commands.settings import Settings
from dmasan.report.jsonfile import write_bytes, write_json
from dmasan.report.results import shorten
from dmasan.report.svg import Line, number, plot
from dmasan.report.table import console
from dmasan.scenarios.sweep import Figure

LINEAR = ("lowmem",)  # figures without a logarithmic axis


def execute(settings: Settings) -> int:
    """Runs on the model alone: no device, no simulator. Always status 0."""
    from dmasan.scenarios import sweep

    profile, era = only("profile", settings.profile), only("era", settings.era)
    figures: list[Figure] = []
    with Progress(sweep.FIGURES, settings.quiet) as progress:
        for figure in sweep.all_figures(profile, era):
            figures.append(figure)
            progress.step(f"figure {figure.name}: {figure.title}")
    document = {
        "schema": "dmasan/sweep/1",
        "profile": profile,
        "era": era,
        "figures": [asdict(figure) for figure in figures],
    }
    write_json(settings.folder / "sweep.json", document)
    if settings.json:
        write_json(settings.json, document)
        if settings.json == "-" and settings.quiet:
            return 0
    out = console(sys.stderr) if settings.json == "-" else console()
    for figure in figures:
        file = settings.folder / f"sweep-{figure.name}.svg"
        write_bytes(file, draw(figure).encode())
        out.print(table(figure), markup=False, soft_wrap=True)
        out.print(f"figure: {shorten(str(file.absolute()))}\n", markup=False, soft_wrap=True)
    out.print("times are simulated with the cycles that the profile assumes; counts are exact.", markup=False)
    out.print(f"numbers: {shorten(str((settings.folder / 'sweep.json').absolute()))}", markup=False)
    return 0


def draw(figure: Figure) -> str:
    """The figure as SVG."""
    logarithmic = figure.name not in LINEAR
    lines = [Line(curve.name, [(point.x, point.y) for point in curve.points]) for curve in figure.curves]
    return plot(figure.title, figure.x, figure.y, lines, log_x=logarithmic, log_y=logarithmic)


def table(figure: Figure) -> str:
    """One row for each curve, one column for each x."""
    xs = sorted({point.x for curve in figure.curves for point in curve.points})
    width = max(len(curve.name) for curve in figure.curves)
    rows = [f"{figure.title}: {figure.y} against {figure.x}", " " * width + "".join(f"{number(x):>10}" for x in xs)]
    for curve in figure.curves:
        found = {point.x: point.y for point in curve.points}
        cells = "".join(f"{number(found[x]) if x in found else '-':>10}" for x in xs)
        rows.append(f"{curve.name:<{width}}{cells}" + (f"  ({curve.missing})" if curve.missing else ""))
    return "\n".join(rows)
