# SPDX-License-Identifier: Apache-2.0
"""Runs the standard set against a design of your own and prints what it found (exit status 1 if it found anything)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from cocotbext.dmasan.attach import description as described
from cocotbext.dmasan.attach.ports import read_ports
from cocotbext.dmasan.attach.resolve import Resolved, resolve
from cocotbext.dmasan.commands.again import again
from cocotbext.dmasan.commands.options import add_cell, only, settle
from cocotbext.dmasan.commands.progress import Progress
from cocotbext.dmasan.commands.settings import Settings
from dmasan.config import RunError, UsageError, choose
from dmasan.report.jsonfile import write_json
from dmasan.report.results import Finding, shorten
from dmasan.report.table import console
from dmasan.report.terminal import print_findings

DEFAULTS = Settings(out="build/attach", policy=("strict",))  # a cell in which a correct driver is silent


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("description", metavar="CONFIG", help="TOML file that describes the design")
    parser.add_argument("--scenario", action="append", metavar="NAME", help="only this one, repeatable (default all)")
    add_cell(parser, several=False)
    parser.add_argument("--schedule", metavar="NAME", help="benign, random or adversarial (default benign)")
    parser.add_argument("--seed", metavar="N", help="seed of every random choice (default 1)")
    parser.add_argument("--waves", action="store_true", help="also write a waveform (FST)")
    parser.add_argument("--out", metavar="DIR", help="folder of the results")
    parser.add_argument("--json", metavar="FILE", help="also write the result as JSON, - for standard output")
    parser.add_argument("--timeout", metavar="S", help="seconds that the simulation may take (default 300)")
    parser.add_argument("--quiet", action="store_true", default=None, help="no progress")


def execute(arguments: argparse.Namespace) -> int:
    settings = settle(DEFAULTS, arguments)
    from cocotbext.dmasan.attach.standard import ORDER

    names = [choose("scenario", name, ORDER) for name in arguments.scenario or ORDER]
    description = described.read(Path(arguments.description))
    with Progress(1, settings.quiet) as progress:
        progress.say("reading the design's ports")
        ports = read_ports(description)
        resolved = resolve(description, ports)
        job = {
            "description": str(description.path.absolute()),
            "ports": [asdict(port) for port in ports.values()],
            "scenarios": names,
            "progress": str((settings.folder / "scenario.txt").absolute()),
            **_cell(settings),
        }
        outcomes = _simulate(description, resolved, job, settings, progress, arguments.waves)
        progress.step(description.top)
    document = _document(description, resolved, settings, outcomes)
    write_json(settings.folder / "attach.json", document)
    _print(document, settings, () if arguments.waves else arguments.words)
    return 1 if document["verdict"] == "found" else 0


def _cell(settings: Settings) -> dict[str, Any]:
    return {
        "policy": only("policy", settings.policy),
        "profile": only("profile", settings.profile),
        "era": only("era", settings.era),
        "schedule": settings.schedule,
        "seed": settings.seed,
        "knobs": dict(settings.settings),
    }


def _simulate(
    description: described.Description,
    resolved: Resolved,
    job: dict[str, Any],
    settings: Settings,
    progress: Progress,
    waves: bool,
) -> list[dict[str, Any]]:
    """Builds the harness and runs the set. A design that does not build is wrong set-up."""
    from cocotbext.dmasan.attach.harness import write
    from cocotbext.dmasan.build import build
    from cocotbext.dmasan.simulate import Job, run_job

    trace = "fst" if waves else "none"
    folder = settings.folder.absolute()
    try:
        design = write(description, resolved, folder / "harness")
    except OSError as error:
        raise UsageError(f"the folder for results {folder} cannot be made: {error.strerror}") from None
    progress.say("building the design in its harness (from the cache if it is there)")
    try:
        build(design, trace=trace)
    except RunError as error:
        raise UsageError(f"{description.path}: {error}") from None
    progress.say(f"running {len(job['scenarios'])} scenarios")
    simulation = Job(
        "cocotbext.dmasan.attach.standard:run",
        job,
        seed=settings.seed,
        backend="cocotbext.dmasan.attach.standard:make_backend",
        check_protocol=False,
    )
    try:
        outcomes: list[dict[str, Any]] = run_job(
            simulation, folder, design=design, trace=trace, timeout=settings.timeout
        )
    except RunError as error:
        at = Path(job["progress"])
        where = f" (in scenario {at.read_text(encoding='utf-8')})" if at.is_file() else ""
        raise RunError(f"{error}{where}") from None
    return outcomes


def _document(
    description: described.Description, resolved: Resolved, settings: Settings, outcomes: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """`dmasan/attach/1`."""
    verdict = "found" if any(each["outcome"] == "found" for each in outcomes) else "clean"
    return {
        "schema": "dmasan/attach/1",
        "description": str(description.path),
        "top": description.top,
        "cell": {key: value for key, value in _cell(settings).items() if key not in ("seed", "schedule")},
        "seed": settings.seed,
        "schedule": settings.schedule,
        "verdict": verdict,
        "scenarios": list(outcomes),
        "notes": resolved.notes,
    }


def _print(document: dict[str, Any], settings: Settings, words: Sequence[str]) -> None:
    """`words` of the command line, if what was found can be run again with waves."""
    out = console()
    if settings.json:
        write_json(settings.json, document)
        out = console(sys.stderr) if settings.json == "-" else out
    if settings.json == "-" and settings.quiet:
        return
    for outcome in document["scenarios"]:
        _print_outcome(outcome, out)
        if words and outcome["outcome"] == "found":
            command = again(words, "--scenario", outcome["name"], "--waves")
            out.print(f"   with waves: {command}", markup=False, soft_wrap=True)
    for note in document["notes"]:
        out.print(f"note: {note}", markup=False, soft_wrap=True)
    found = sum(each["outcome"] == "found" for each in document["scenarios"])
    ran = sum(each["outcome"] != "left out" for each in document["scenarios"])
    text = f"{found} of {ran} scenarios found something" if found else f"clean: {ran} scenarios"
    left = len(document["scenarios"]) - ran
    out.print(f"{document['top']}: {text}, {left} left out.", markup=False, soft_wrap=True)
    out.print(f"report: {shorten(str((settings.folder / 'attach.json').absolute()))}", markup=False, soft_wrap=True)


def _print_outcome(outcome: dict[str, Any], out: Console) -> None:
    style = {"clean": "green", "found": "bold red", "left out": "dim"}[outcome["outcome"]]
    reason = f": {outcome['reason']}" if outcome["reason"] else ""
    out.print(f"{outcome['name']:20} {outcome['outcome']}{reason}", style=style, markup=False, soft_wrap=True)
    for each in outcome["found"]:
        out.print(f"   [{each['rule']}] {each['text']}", markup=False, soft_wrap=True)
    if outcome["hazards"]:
        out.print("   The program of this scenario is correct: its hazards are those of the design, or of its driver class.")
    print_findings([Finding.from_json(each) for each in outcome["hazards"]], out)
