# SPDX-License-Identifier: Apache-2.0
"""What becomes of a mutant: whether it is found, and whether it is a bug at all.

The second is decided without the rules and may-sets that are measured: wrong data in a run of the concrete machine, every
order of events tried on the relation of one byte (`explore`), or the contract of the DMA API (`contract`). Flagged for
another reason alone a mutant is "unproven", and counts neither way. What the relation itself gets wrong shows in neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dmasan.config import RunError, UsageError
from dmasan.corpus.case import Program
from dmasan.corpus.mutation.contract import Broken, broken
from dmasan.corpus.mutation.explore import Wrong, wrong_reads
from dmasan.corpus.mutation.mutant import Mutant
from dmasan.corpus.mutation.words import mask, words_of
from dmasan.events import BurstKind, Load, Site
from dmasan.sanitizer.tape import Burst
from dmasan.soc import Soc

Cell = Mapping[str, Any]
OTHERS = (("adversarial", 1), ("random", 2), ("random", 3))  # schedules that may show what the first run does not


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
    # The search places a device's part behind its doorbell; one that polls its ring has none.
    wrong: Wrong = wrong_reads(soc.sanitizer) if explore and not cell.get("ring_poll") else set()
    lines = frozenset(entry.site.line for entry in soc.sanitizer.tape if not isinstance(entry, Burst))
    flagged = bool(soc.sanitizer.log.incidents)
    return Run(flagged, _stale(soc), frozenset(wrong), broken(soc.sanitizer.tape), error, lines)


def _stale(soc: Soc) -> frozenset[Site]:
    """Where the run read data that was not the latest, what was an ownership word then aside.

    A device that finds a descriptor not to be its own drops all of it, and looks again: a descriptor counts once a burst
    that is made for it tells that the device acted on it.
    """
    told = list(enumerate(soc.sanitizer.tape))
    words, found = words_of(told), set()

    def wrong(moment: int, address: int, stale: NDArray[np.bool_] | None) -> bool:
        return stale is not None and bool((stale & ~mask(words, moment, address, len(stale))).any())

    looked: dict[tuple[int, int], int | None] = {}  # by channel and tag: where the descriptor read last was wrong
    for moment, entry in told:
        if isinstance(entry, Load) and wrong(moment, entry.address, entry.stale):
            found.add(entry.site)
        elif isinstance(entry, Burst):
            access = entry.access
            job, read = (access.channel, access.tag), entry.mask if entry.phase == "read" else None
            place = access.address if wrong(moment, access.address, read) else None
            if access.kind is BurstKind.DESCRIPTOR:
                looked[job] = place
            else:
                found |= {Site("device", each) for each in (place, looked.pop(job, None)) if each is not None}
    return frozenset(found)


def judge(mutant: Mutant, cell: Cell) -> Verdict:
    """Runs a mutant; where the first run shows nothing, under other schedules too.

    What it shows is the mutant's doing: of the programs that are edited no run shows anything, under any of the schedules.
    """
    there = {**cell, **mutant.settings}
    program = mutant.draft.program()
    try:
        first = run(program, there)
    except (UsageError, TypeError, ValueError, KeyError, IndexError, AttributeError, AssertionError, NameError) as end:
        return Verdict(False, invalid=f"{type(end).__name__}: {end}")
    if first.error and not first.flagged:
        return Verdict(False, invalid=first.error)  # it faults: nobody needs to be told
    shown = _shown(mutant, first)
    if not shown:
        for schedule, seed in OTHERS:
            again = run(program, there, schedule, seed, explore=False)
            if again.stale or again.error:
                shown = f"data, schedule {schedule} {seed}"
                break
    return Verdict(first.flagged, shown)


def _shown(mutant: Mutant, run: Run) -> str:
    if run.stale:
        return "data"
    if run.wrong:
        return "exhaustive search"
    if run.broken or (mutant.contract and mutant.line in run.lines):
        return "contract"
    return ""
