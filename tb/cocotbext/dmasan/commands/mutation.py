# SPDX-License-Identifier: Apache-2.0
"""`dmasan corpus --mutate`: bugs put into correct programs, and how many of them are found, by operator."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from cocotbext.dmasan.commands.progress import Progress
from dmasan.config import RunError, UsageError
from dmasan.corpus.mutation.score import OPERATORS, Score, score
from dmasan.report.table import console

TARGET = 0.98  # of the bugs
_MOST = 10_000


def mutate(limit: str, seed: str, quiet: bool) -> int:
    """Prints the scores. Returns 1 where less than the target is found."""
    if not limit.isdecimal() or not 1 <= int(limit) <= _MOST:
        raise UsageError(f"--limit {limit}: allowed is a whole number from 1 to {_MOST}")
    if not seed.isdecimal():
        raise UsageError(f"--seed {seed}: allowed is a whole number")
    with Progress(len(OPERATORS), quiet) as progress:
        found: dict[str, Score] = {}
        for each in _scores(int(limit), int(seed)):
            found[each.operator] = each
            progress.step(each.operator)
    scores = [found[name] for name in OPERATORS]
    out = console()
    for line in lines(scores):
        out.print(line, markup=False, soft_wrap=True)
    killed, bugs = sum(each.killed for each in scores), sum(each.bugs for each in scores)
    return 0 if killed >= TARGET * bugs else 1


def _scores(limit: int, seed: int) -> Iterator[Score]:
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        running = [pool.submit(score, name, limit, seed) for name in OPERATORS]
        try:
            for done in as_completed(running):
                yield done.result()
        except BrokenProcessPool:
            raise RunError("a process that runs mutants has died") from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def lines(scores: Sequence[Score]) -> Iterator[str]:
    """The table, what survived, and the sum."""
    yield "operator  mutants  no program  equivalent  unproven  killed / non-equivalent"
    for each in scores:
        what = OPERATORS[each.operator][0].__doc__ or ""
        yield (
            f"{each.operator:<10}{each.mutants:>7}{each.invalid:>12}{each.equivalent:>12}{each.unproven:>10}"
            f"{each.killed:>8} / {each.bugs:<4} {what.partition(': ')[2]}"
        )
    for each in scores:
        for name, text, shown in each.survivors:
            yield f"survived: {each.operator} in {name}: {text} (a bug by {shown})"
    killed, bugs = sum(each.killed for each in scores), sum(each.bugs for each in scores)
    share = f", {100 * killed / bugs:.1f} %" if bugs else ""
    yield f"killed {killed} of {bugs} mutants that are bugs{share}"
