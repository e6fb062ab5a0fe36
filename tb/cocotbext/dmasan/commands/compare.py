# SPDX-License-Identifier: Apache-2.0
"""Runs one picture through the device under several alias policies and prints them side by side."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

from cocotbext.dmasan.commands import sweep
from cocotbext.dmasan.commands.jobs import Job, run_all
from cocotbext.dmasan.commands.options import add_cell, add_run, settle
from cocotbext.dmasan.commands.progress import Progress
from cocotbext.dmasan.commands.runner import runner_of
from cocotbext.dmasan.commands.settings import COMPARED, Settings
from dmasan.config import UsageError
from dmasan.report.html.compare_report import compare_report
from dmasan.report.jsonfile import write_bytes, write_json
from dmasan.report.results import Comparison, Finding, Row, Run, count, shorten
from dmasan.report.table import console, print_comparison

DEFAULTS = Settings(policy=COMPARED, schedule="adversarial", out="build/compare")
SCENARIO = "frame"


@dataclass(frozen=True)
class Place:
    """One row to be: a policy on a profile in an era; `override` is None without an outer cache."""

    policy: str
    profile: str
    era: str
    override: bool | None

    def __str__(self) -> str:
        names = [self.policy, Path(self.profile).stem, self.era]
        if self.override is not None:
            names.append(f"override-{'on' if self.override else 'off'}")
        return "-".join(names)


def configure(parser: argparse.ArgumentParser) -> None:
    add_cell(parser, several=True)
    add_run(parser, DEFAULTS.schedule)
    parser.add_argument(
        "--sweep",
        action="store_true",
        help="instead: cost against buffer size, processes, CPUs and RAM, as figures (one profile, one era; no device)",
    )
    parser.add_argument("--jobs", metavar="N", help="simulations at the same time (default 2)")


def execute(arguments: argparse.Namespace) -> int:
    from dmasan.scenarios import picture

    settings = settle(DEFAULTS, arguments)
    if arguments.sweep:
        return sweep.execute(settings)
    source = picture.load(Path(settings.input)) if settings.input else picture.load()
    places = list(rows_of(settings))
    jobs = [_job(settings, each) for each in places]
    rows: list[Row | None] = [None] * len(jobs)
    wrong: dict[int, list[str]] = {}
    found: dict[int, tuple[Finding, ...]] = {}
    with Progress(len(jobs), settings.quiet) as progress:
        runner = runner_of(settings, progress)
        for index, result in run_all(jobs, runner, settings.jobs):
            rows[index] = row_of(places[index], result)
            wrong[index] = result.get("wrong_pictures", [])
            if "run" in result:
                write_json(jobs[index].folder / "run.json", result["run"])  # for dmasan explain
                found[index] = Run.from_json(result["run"]).hazards
            progress.step(f"{places[index]}: {_summary(rows[index])}")
    _check_any(rows)
    comparison = Comparison(
        shorten(str(source.path)),
        len(source),
        settings.schedule,
        settings.seed,
        settings.backend,
        tuple(row for row in rows if row),
    )
    written = compare_report(comparison, found, [job.folder for job in jobs], settings.folder)
    write_bytes(settings.folder / "report.html", written.encode())
    _deliver(comparison, [path for index in sorted(wrong) for path in wrong[index]], settings)
    return 0


def rows_of(settings: Settings) -> list[Place]:
    """Every combination, the override both ways where the profile has one and the user did not choose."""
    from dmasan.arch.profile import find_profile

    chosen = "shared_override" in settings.settings
    places = []
    for profile, era, policy in product(settings.profile, settings.era, settings.policy):
        if not find_profile(profile).outer:
            overrides: tuple[bool | None, ...] = (None,)
        else:
            overrides = (settings.knobs.shared_override,) if chosen else (False, True)
        places += [Place(policy, profile, era, override) for override in overrides]
    return places


def _job(settings: Settings, place: Place) -> Job:
    folder = settings.folder / str(place)
    knobs = {**asdict(settings.knobs_on(place.profile)), "shared_override": bool(place.override)}
    arguments: dict[str, Any] = {
        "scenario": SCENARIO,
        "policy": place.policy,
        "profile": place.profile,
        "era": place.era,
        "knobs": knobs,
        "schedule": settings.schedule,
        "seed": settings.seed,
        "input": str(Path(settings.input).absolute()) if settings.input else None,
        "folder": str(folder.absolute()),
    }
    return Job(str(place), folder, arguments)


def row_of(place: Place, result: dict[str, Any]) -> Row:
    """The row of a cell's result."""
    names = (place.policy, place.profile, place.era, place.override)
    if "not_applicable" in result:
        return Row(*names, "not_applicable", result["not_applicable"])
    run = Run.from_json(result["run"])
    from dmasan.linux.policies import POLICIES, resolve

    return Row(
        *names,
        run.verdict,
        None,
        count(run.hazards),
        run.notes,
        result["wrong_bytes"],
        tuple(shorten(path) for path in result["pictures"]),
        run.cost,
        run.sim,
        POLICIES[resolve(*names[:3])].hypothetical(place.profile, place.era),
    )


def _summary(row: Row | None) -> str:
    if row is None or row.sim is None:
        return "not applicable"
    return f"{row.verdict}, {row.sim.seconds:.1f} s"


def _check_any(rows: Sequence[Row | None]) -> None:
    """Where no policy can run at all, the set-up is wrong. Raises UsageError with the first reason."""
    reasons = [row.reason for row in rows if row and row.reason]
    if reasons and len(reasons) == len(rows):
        raise UsageError(reasons[0])


def _deliver(comparison: Comparison, wrong: Sequence[str], settings: Settings) -> None:
    """Writes the summary, prints the table."""
    summary = settings.folder / "summary.json"
    write_json(summary, comparison.to_json())
    out = console()
    if settings.json:
        write_json(settings.json, comparison.to_json())
        if settings.json == "-":
            if settings.quiet:
                return
            out = console(sys.stderr)
    print_comparison(comparison, out)
    ways = f"schedule {comparison.schedule}, seed {comparison.seed}, backend {comparison.backend}"
    out.print(f"{ways}; the architecture allows each of its moves.", markup=False, soft_wrap=True)
    if wrong:
        out.print(
            "pictures with wrong bytes (original, delivered, difference):", markup=False, soft_wrap=True
        )
    for path in wrong:
        out.print(f"  {shorten(path)}", markup=False, soft_wrap=True)
    out.print(f"summary: {shorten(str(summary.absolute()))}", markup=False, soft_wrap=True)
    page = settings.folder / "report.html"
    out.print(f"report: {shorten(str(page.absolute()))} (open it in a browser)", markup=False, soft_wrap=True)
