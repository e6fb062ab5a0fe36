# SPDX-License-Identifier: Apache-2.0
"""What becomes of a mutant: whether it is found, and whether it is a bug at all.

The second is decided without the rules and may-sets that are measured: wrong data in a run of the concrete machine, every
order of events tried on the relation of one byte (`explore`), or the contract of the DMA API (`contract`). Flagged for
another reason alone a mutant is "unproven", and counts neither way. What the relation itself gets wrong shows in neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from dmasan.config import RunError, UsageError
from dmasan.corpus.case import Program
from dmasan.corpus.mutation.contract import Broken, broken
from dmasan.corpus.mutation.explore import Wrong, wrong_reads
from dmasan.corpus.mutation.mutant import Mutant
from dmasan.events import Load, Site
from dmasan.sanitizer.tape import Burst
from dmasan.soc import Soc

Cell = Mapping[str, Any]
_OTHERS = (("adversarial", 1), ("random", 2), ("random", 3))  # schedules that may show what the first run does not


@dataclass(frozen=True)
class Run:
    """What a run showed: whether it was flagged; wrong data; broken clauses of the contract; its end."""

    flagged: bool
    stale: frozenset[Site]
    wrong: frozenset[tuple[Site, str]]
    broken: Broken
    error: str | None
    lines: frozenset[int]  # of the program, that did anything


@dataclass(frozen=True)
class Verdict:
    """`shown` says how it is known to be a bug: by data, by exhaustive search, by contract; empty: it is none, or equivalent.

    `invalid`: it cannot run at all, as an edit of a program may.
    """

    flagged: bool
    shown: str = ""
    invalid: str = ""

    @property
    def survived(self) -> bool:
        return bool(self.shown) and not self.flagged


def run(program: Program, cell: Cell, schedule: str = "random", seed: int = 1, *, explore: bool = True) -> Run:
    """One run of a program. Raises what a program raises that is no driver program any more."""
    soc = Soc(seed=seed, schedule=schedule, **cell)
    error = None
    try:
        soc.run(program)
    except RunError as end:
        error = str(end)
    wrong: Wrong = wrong_reads(soc.sanitizer) if explore else set()
    lines = frozenset(entry.site.line for entry in soc.sanitizer.tape if not isinstance(entry, Burst))
    flagged = bool(soc.sanitizer.log.incidents)
    return Run(flagged, _stale(soc), frozenset(wrong), broken(soc.sanitizer.tape), error, lines)


def _stale(soc: Soc) -> frozenset[Site]:
    """Where the run read data that was not the latest, ownership words aside."""
    declared, found = soc.sanitizer.buffers.declared, set()
    for entry in soc.sanitizer.tape:
        if isinstance(entry, Load) and entry.stale is not None:
            if (entry.stale & ~declared(entry.address, entry.length)).any():
                found.add(entry.site)
        elif isinstance(entry, Burst) and entry.phase == "read" and entry.mask is not None:
            access = entry.access
            if (entry.mask & ~declared(access.address, access.length)).any():
                found.add(Site("device", access.address))
    return frozenset(found)


@cache
def _original(program: Program, cell: tuple[tuple[str, Any], ...]) -> Run:
    return run(program, dict(cell))


def judge(mutant: Mutant, original: Program, cell: Cell) -> Verdict:
    """Runs a mutant; where the first run shows nothing, under other schedules too."""
    there = {**cell, **mutant.settings}
    before = _original(original, tuple(sorted(cell.items())))
    program = mutant.draft.program()
    try:
        first = run(program, there)
    except (UsageError, TypeError, ValueError, KeyError, IndexError, AttributeError, AssertionError, NameError) as end:
        return Verdict(False, invalid=f"{type(end).__name__}: {end}")
    if first.error and not before.error and not first.flagged:
        return Verdict(False, invalid=first.error)  # it faults: nobody needs to be told
    shown = _shown(mutant, first, before)
    if not shown:
        for schedule, seed in _OTHERS:
            again = run(program, there, schedule, seed, explore=False)
            if again.stale - before.stale or (again.error and not before.error):
                shown = f"data, schedule {schedule} {seed}"
                break
    return Verdict(first.flagged, shown)


def _shown(mutant: Mutant, run: Run, before: Run) -> str:
    if run.stale - before.stale:
        return "data"
    if run.wrong - before.wrong:
        return "exhaustive search"
    told = {clause for clause, _ in run.broken} - {clause for clause, _ in before.broken}
    if (mutant.contract and mutant.line in run.lines) or told:
        return "contract"
    return ""
