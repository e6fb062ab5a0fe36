# SPDX-License-Identifier: Apache-2.0
"""Runs one driver program in one cell and prints its hazards (exit status 1 if there are any that count)."""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

from cocotbext.dmasan.commands import waves
from cocotbext.dmasan.commands.again import again
from cocotbext.dmasan.commands.jobs import Job, Runner, run_all
from cocotbext.dmasan.commands.options import add_cell, add_run, only, settle
from cocotbext.dmasan.commands.progress import Progress
from cocotbext.dmasan.commands.runner import runner_of
from cocotbext.dmasan.commands.settings import Settings
from cocotbext.dmasan.commands.witness import replay_of, verdict
from dmasan import __version__
from dmasan.config import UsageError
from dmasan.report import eventlog
from dmasan.report.chrome_trace import to_trace
from dmasan.report.html.run_report import run_report
from dmasan.report.jsonfile import write_bytes, write_json
from dmasan.report.junit import to_junit
from dmasan.report.known import Sorted, read_baseline, read_suppressions, sort
from dmasan.report.results import Run, shorten
from dmasan.report.sarif import documentation, to_sarif
from dmasan.report.table import console
from dmasan.report.terminal import print_run

DEFAULTS = Settings(out="build/run")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "scenario", metavar="SCENARIO", help="a name of `dmasan list scenarios`, or path.py[:function]"
    )
    parser.add_argument(
        "--witness",
        metavar="N",
        type=_number,
        default=0,
        help="also search a schedule that makes hazard N manifest, and replay it",
    )
    parser.add_argument(
        "--fail-on",
        metavar="STATE",
        help="what makes the exit status 1: manifest, latent or note (default latent)",
    )
    parser.add_argument("--suppress", metavar="FILE", help="TOML file of known hazards, which do not count")
    parser.add_argument(
        "--baseline", metavar="FILE", help="run.json of an earlier run: only new hazards count"
    )
    parser.add_argument(
        "--sarif", metavar="FILE", help="also write the hazards as SARIF 2.1.0, for code hosts"
    )
    parser.add_argument("--junit", metavar="FILE", help="also write the verdict as JUnit XML")
    parser.add_argument(
        "--trace", metavar="FILE", help="also write the event log for Perfetto or chrome://tracing (.gz: compressed)"
    )
    parser.add_argument(
        "--waves", action="store_true", help="also trace the RTL, with the model beside it, for GTKWave and Surfer"
    )
    parser.add_argument(
        "--watch", metavar="ADDR", action="append", help="with --waves: show the cache line of this physical address, repeatable"
    )
    parser.add_argument(
        "--signals", metavar="WHAT", help="with --waves: all, or bus: buses, events and the model, at a third of the cost (default all)"
    )
    add_cell(parser, several=False)
    add_run(parser, DEFAULTS.schedule)


def _number(text: str) -> int:
    """The number of a hazard."""
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(f"--witness {text}: not the number of a hazard, allowed is 1 and above")
    return int(text)


def execute(arguments: argparse.Namespace) -> int:
    settings = settle(DEFAULTS, arguments)
    number: int = arguments.witness
    if arguments.signals and not arguments.waves:
        raise UsageError("--signals: only with --waves")
    watch = waves.check(arguments.waves, arguments.watch, settings)
    job = _job(arguments.scenario, settings, number)
    _check(arguments.scenario, settings)
    known = _known(settings)
    told: list[str] = []
    shown: list[str] = []  # files of the waves
    with Progress(1 + bool(number) + bool(arguments.waves), settings.quiet) as progress:
        runner = runner_of(settings, progress)
        if arguments.waves and not number:
            plan = waves.looked_ahead(job, settings, watch)
            progress.step(f"{job.title}, without waves")
            job = waves.traced(job, plan)
        result = _result(job, runner, progress)
        run = replace(Run.from_json(result["run"]), scenario=arguments.scenario)
        if number:
            once_more = replay_of(job, number, result["witness"])
            if arguments.waves:
                plan = waves.planned(run, job.folder, watch, settings)
                once_more = waves.traced(once_more, plan)
            replayed = _result(once_more, runner, progress)
            told = verdict(run, Run.from_json(replayed["run"]), number, result["witness"])
        if arguments.waves:
            shown, more = waves.finish(*((once_more, replayed) if number else (job, result)), plan)
            told += more
    sorted_ = known(run)
    shown = [f"witness-{number}/{name}" if number else name for name in shown]
    counted = sorted_.counted(settings.fail_on)
    told += sorted_.sentences()
    if counted and not arguments.waves:
        told.append(f"with waves: {again(arguments.words, '--waves')}")
    _deliver(run, result, settings, told, shown)
    if arguments.trace:
        _trace(Path(arguments.trace), run, settings.folder)
    if arguments.sarif:
        write_json(arguments.sarif, to_sarif(replace(run, hazards=sorted_.new), __version__, documentation()))
    if arguments.junit:
        write_bytes(Path(arguments.junit), to_junit(run, counted))
    return 1 if counted or (settings.fail_on == "note" and run.notes) else 0


def _result(job: Job, runner: Runner, progress: Progress) -> dict[str, Any]:
    """Runs a job. Raises UsageError where its policy does not apply."""
    ((_, result),) = run_all([job], runner, 1)
    progress.step(job.title)
    if "not_applicable" in result:
        raise UsageError(f"policy {job.arguments['policy']} does not apply here: {result['not_applicable']}")
    return result


def _check(scenario: str, settings: Settings) -> None:
    """Refuses a program or an input that cannot be used before anything is built."""
    from dmasan.scenarios import picture, program

    found = program.find(scenario)
    if settings.input:
        if not program.takes_picture(found):
            raise UsageError(f"--input: {scenario} takes no picture (it has no parameter of that name)")
        picture.load(Path(settings.input))


def _known(settings: Settings) -> Callable[[Run], Sorted]:
    """Tells the hazards of a run apart by what is known of them. Reads the files now, before anything is run."""
    suppressions = read_suppressions(Path(settings.suppress)) if settings.suppress else ()
    baseline = read_baseline(Path(settings.baseline)) if settings.baseline else Counter[tuple[str, ...]]()
    return lambda run: sort(run.hazards, suppressions, baseline, date.today())


def _absolute(scenario: str) -> str:
    """A program's path for a simulator that runs in another folder; a scenario's name as it is."""
    file, colon, function = scenario.rpartition(":")
    if not colon or "/" in function:
        file, colon, function = scenario, "", ""
    return f"{Path(file).absolute()}{colon}{function}" if file.endswith(".py") else scenario


def _job(scenario: str, settings: Settings, witness: int) -> Job:
    arguments: dict[str, Any] = {
        "scenario": _absolute(scenario),
        "policy": only("policy", settings.policy),
        "profile": only("profile", settings.profile),
        "era": only("era", settings.era),
        "knobs": asdict(settings.knobs),
        "schedule": settings.schedule,
        "seed": settings.seed,
        "input": str(Path(settings.input).absolute()) if settings.input else None,
        "folder": str(settings.folder.absolute()),
        "witness": witness,
    }
    return Job(f"{scenario} under {arguments['policy']}", settings.folder, arguments)


def _trace(file: Path, run: Run, folder: Path) -> None:
    """Writes the event log in the Trace Event Format."""
    text = json.dumps(to_trace(eventlog.read(folder / eventlog.FILE), run.hazards), separators=(",", ":"))
    write_bytes(file, gzip.compress(text.encode(), mtime=0) if file.suffix == ".gz" else text.encode())


def _deliver(
    run: Run, result: dict[str, Any], settings: Settings, told: Sequence[str], shown: Sequence[str]
) -> None:
    """Writes `run.json` and the page, prints the hazards."""
    file = settings.folder / "run.json"
    write_json(file, run.to_json())
    page = settings.folder / "report.html"
    log = eventlog.read(settings.folder / eventlog.FILE)
    write_bytes(page, run_report(run, log, settings.folder, result["pictures"], shown).encode())
    out, aside = console(), sys.stdout
    if settings.json:
        write_json(settings.json, run.to_json())
        if settings.json == "-":
            out, aside = console(sys.stderr), sys.stderr
    print(result["printed"], end="", file=aside)
    if not (settings.json == "-" and settings.quiet):
        print_run(run, out)
        for sentence in told:
            out.print(sentence, markup=False, soft_wrap=True)
        for picture in result["pictures"]:
            out.print(f"picture: {shorten(picture)}", markup=False, soft_wrap=True)
        out.print(f"report: {shorten(str(file.absolute()))}", markup=False, soft_wrap=True)
        out.print(f"page: {shorten(str(page.absolute()))} (open it in a browser)", markup=False, soft_wrap=True)
