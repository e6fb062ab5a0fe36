# SPDX-License-Identifier: Apache-2.0
"""Runs the corpus of real bugs and compares what is reported with what is known (exit status 1 if it differs)."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any

from cocotbext.dmasan.commands.mutation import mutate
from cocotbext.dmasan.commands.progress import Progress
from dmasan.config import RunError, UsageError, choose
from dmasan.corpus import CASES, Case
from dmasan.corpus.outcome import Outcome, run
from dmasan.corpus.totals import BASELINES, NOTHING, confusion, document, totals
from dmasan.report.jsonfile import write_json
from dmasan.report.table import console

_MOST_SEEDS = 1000


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--case", metavar="ID", action="append", default=[], help="only this case; may be repeated"
    )
    parser.add_argument(
        "--seeds", metavar="N", help="run each variant with seeds 1 to N (default 1)"
    )
    parser.add_argument(
        "--json", metavar="FILE", help="also write the results as JSON, - for standard output"
    )
    parser.add_argument(
        "--mutate", action="store_true", help="put bugs into correct programs instead, and count how many are found"
    )
    parser.add_argument(
        "--limit", metavar="N", help="with --mutate: at most N mutants of an operator (default 20)"
    )
    parser.add_argument("--seed", metavar="N", help="with --mutate: which of them (default 1)")
    parser.add_argument("--quiet", action="store_true", help="no progress")


def execute(arguments: argparse.Namespace) -> int:
    _check_together(arguments)
    if arguments.mutate:
        return mutate(arguments.limit or "20", arguments.seed or "1", arguments.quiet)
    seeds = _seeds(arguments.seeds or "1")
    wanted = [CASES[choose("case", name, CASES)] for name in arguments.case] or list(CASES.values())
    runnable = [case for case in wanted if not case.needs]
    waiting = [case for case in wanted if case.needs]
    with Progress(len(runnable), arguments.quiet) as progress:
        found: dict[str, list[Outcome]] = {}
        for name, outcomes in _run_all(runnable, seeds):
            found[name] = outcomes
            progress.step(name)
    outcomes = [each for case in runnable for each in found[case.id]]
    if arguments.json:
        write_json(arguments.json, document(outcomes, waiting))
    if arguments.json != "-":
        _print(outcomes, waiting)
    return 0 if all(each.as_expected for each in outcomes) else 1


def _check_together(arguments: argparse.Namespace) -> None:
    """Raises UsageError for an option that would be passed over."""
    of_runs, of_mutants = ("case", "seeds", "json"), ("limit", "seed")
    for name in of_runs if arguments.mutate else of_mutants:
        if getattr(arguments, name) not in (None, []):
            how = "does not go with --mutate, which takes --limit and --seed" if arguments.mutate else "goes with --mutate only"
            raise UsageError(f"--{name} {how}")


def _seeds(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_SEEDS:
        raise UsageError(f"--seeds {text}: allowed is a whole number from 1 to {_MOST_SEEDS}")
    return int(text)


def run_case(name: str, seeds: int) -> list[Outcome]:
    """All variants of a case, with seeds 1 to `seeds`."""
    case = CASES[name]
    return [run(case, variant, seed) for variant in case.variants for seed in range(1, seeds + 1)]


def _run_all(cases: Sequence[Case], seeds: int) -> Iterator[tuple[str, list[Outcome]]]:
    """As they finish. In this process if there is one case only, so that a debugger can follow it."""
    if len(cases) == 1:
        yield cases[0].id, run_case(cases[0].id, seeds)
        return
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        names: dict[Future[list[Outcome]], str] = {
            pool.submit(run_case, case.id, seeds): case.id for case in cases
        }
        try:
            for done in as_completed(names):
                yield names[done], done.result()
        except BrokenProcessPool:
            raise RunError("a process that runs cases has died") from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _print(outcomes: Sequence[Outcome], waiting: Sequence[Case]) -> None:
    out = console()
    for each in outcomes:
        out.print(_line(each), markup=False, soft_wrap=True)
    for case in waiting:
        out.print(f"?    {case.id:<5} not runnable: it needs {case.needs}", markup=False, soft_wrap=True)
    for line in _totals(totals(outcomes, waiting)):
        out.print(line, markup=False, soft_wrap=True)
    for line in _matrix(outcomes):
        out.print(line, markup=False, soft_wrap=True)


def _line(each: Outcome) -> str:
    """Verdict, code, place, repair of one run."""
    mark = "ok  " if each.as_expected else "DIFF"
    who = f"{mark} {each.id:<5}{each.variant:<10}seed {each.seed:<3}"
    if each.error is not None:
        return f"{who} broke: {each.error}"
    if not each.flagged:
        return f"{who} silent" + (f", expected {each.expected}" if each.expected else "")
    codes = ", ".join(dict.fromkeys(each.codes))
    text = f"{who} {codes} ({'manifest' if each.manifest else 'latent'})"
    if each.expected is None:
        return f"{text}, expected silence: {each.because}"
    if not each.right_code:
        text += f", expected {each.expected}: {each.because}"
    place = "place right" if each.place_ok else "place WRONG"
    repair = (
        f"repair {'verified' if each.repair_verified else 'not verified'}: {each.repair}"
        if each.repair
        else "no repair"
    )
    return f"{text}; {place}; {repair}"


def _totals(counts: dict[str, Any]) -> Iterator[str]:
    bugs, flagged = counts["bugs"], counts["flagged"]
    yield ""
    yield (
        f"{counts['cases']} cases, {counts['not_runnable']} of them not runnable; {counts['runs']} runs, "
        f"{counts['as_expected']} as expected, {counts['broken']} broken"
    )
    yield f"bugs flagged      {flagged} of {bugs}, {counts['manifest']} of them manifest"
    yield f"right code first  {counts['right_code']} of {flagged}"
    yield f"place right       {counts['place_ok']} of {flagged}"
    yield f"repair verified   {counts['repair_verified']} of {flagged}"
    yield f"fixed flagged     {counts['fixed_flagged']} of {counts['fixed']}"
    yield f"controls flagged  {counts['controls_flagged']} of {counts['controls']}"
    yield ""
    yield "what sees the bugs (and takes correct code for one):"
    right = counts["fixed"] + counts["controls"]
    for name, title, _ in BASELINES:
        yield f"  {title:<18}{counts['baselines'][name]:>4} of {bugs} ({counts['false_alarms'][name]} of {right})"


def _matrix(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """The rows of the confusion matrix that are not empty; on the diagonal nothing is said but the number."""
    yield ""
    yield "expected -> first code found:"
    rows = confusion(outcomes)
    for expected in sorted(rows, key=lambda code: (code == NOTHING, code)):
        row = rows[expected]
        cells = [f"{row[expected]} right"] if row[expected] else []
        cells += [f"{count} {code}" for code, count in row.most_common() if code != expected]
        yield f"  {expected:<16}{', '.join(cells)}"
