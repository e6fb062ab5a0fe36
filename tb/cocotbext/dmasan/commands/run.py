# SPDX-License-Identifier: Apache-2.0
"""Runs one driver program in one cell and prints its hazards (exit status 1 if there are any)."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cocotbext.dmasan.commands.jobs import Job, run_all
from cocotbext.dmasan.commands.options import add_cell, add_run, only, settle
from cocotbext.dmasan.commands.progress import Progress
from cocotbext.dmasan.commands.runner import runner_of
from cocotbext.dmasan.commands.settings import Settings
from dmasan.config import UsageError
from dmasan.report.jsonfile import write_json
from dmasan.report.results import Run, shorten
from dmasan.report.table import console
from dmasan.report.terminal import print_run

DEFAULTS = Settings(out="build/run")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "scenario", metavar="SCENARIO", help="a name of `dmasan list scenarios`, or path.py[:function]"
    )
    add_cell(parser, several=False)
    add_run(parser, DEFAULTS.schedule)


def execute(arguments: argparse.Namespace) -> int:
    settings = settle(DEFAULTS, arguments)
    job = _job(arguments.scenario, settings)
    _check(arguments.scenario, settings)
    with Progress(1, settings.quiet) as progress:
        runner = runner_of(settings, progress)
        ((_, result),) = run_all([job], runner, 1)
        progress.step(job.title)
    if "not_applicable" in result:
        raise UsageError(f"policy {job.arguments['policy']} does not apply here: {result['not_applicable']}")
    return _deliver(Run.from_json(result["run"]), result, settings)


def _check(scenario: str, settings: Settings) -> None:
    """Refuses a program or an input that cannot be used before anything is built."""
    from dmasan.scenarios import picture, program

    found = program.find(scenario)
    if settings.input:
        if not program.takes_picture(found):
            raise UsageError(f"--input: {scenario} takes no picture (it has no parameter of that name)")
        picture.load(Path(settings.input))


def _job(scenario: str, settings: Settings) -> Job:
    arguments: dict[str, Any] = {
        "scenario": scenario,
        "policy": only("policy", settings.policy),
        "profile": only("profile", settings.profile),
        "era": only("era", settings.era),
        "knobs": asdict(settings.knobs),
        "schedule": settings.schedule,
        "seed": settings.seed,
        "input": str(Path(settings.input).absolute()) if settings.input else None,
        "folder": str(settings.folder.absolute()),
    }
    return Job(f"{scenario} under {arguments['policy']}", settings.folder, arguments)


def _deliver(run: Run, result: dict[str, Any], settings: Settings) -> int:
    """Writes `run.json`, prints the hazards; 1 if there are any."""
    file = settings.folder / "run.json"
    write_json(file, run.to_json())
    out, aside = console(), sys.stdout
    if settings.json:
        write_json(settings.json, run.to_json())
        if settings.json == "-":
            out, aside = console(sys.stderr), sys.stderr
    print(result["printed"], end="", file=aside)
    if not (settings.json == "-" and settings.quiet):
        print_run(run, out)
        for picture in result["pictures"]:
            out.print(f"picture: {shorten(picture)}", markup=False, soft_wrap=True)
        out.print(f"report: {shorten(str(file.absolute()))}", markup=False, soft_wrap=True)
    return 1 if run.hazards else 0
