# SPDX-License-Identifier: Apache-2.0
"""The operators M1 to M30 on the fixed variants and on random correct programs: how many bugs each makes, and how many are found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from dmasan.corpus import CASES
from dmasan.corpus.case import FIXED, Program
from dmasan.corpus.mutation import call_operators as call
from dmasan.corpus.mutation import order_operators as order
from dmasan.corpus.mutation import tamper
from dmasan.corpus.mutation import world_operators as world
from dmasan.corpus.mutation.draft import Draft, draft_of
from dmasan.corpus.mutation.judge import judge
from dmasan.corpus.mutation.mutant import Operator
from dmasan.corpus.mutation.random_programs import random_program
from dmasan.corpus.outcome import SMALL
from dmasan.device.attributes import COHERENT, NONCOHERENT
from dmasan.events import Direction
from dmasan.linux.dma_attributes import DmaAttr

OPERATORS: Mapping[str, tuple[Operator, ...]] = {
    "M1": (call.no_clean,),
    "M2": (call.no_invalidate,),
    "M3": (call.no_second_invalidate,),
    "M4": (call.other_operation,),
    "M5": (call.other_side,),
    "M6": (call.other_direction,),
    "M7": (call.other_range,),
    "M8": (order.late_store,),
    "M9": (order.early_load,),
    "M10": (world.neighbour,),
    "M11": (world.cached_ring,),
    "M12": (order.no_write_barrier,),
    "M13": (order.no_read_barrier,),
    "M14": (order.ownership_first,),
    "M15": (call.outer,),
    "M16": (world.other_cpu,),
    "M17": (world.second_alias,),
    "M18": (world.live_alias,),
    "M19": (world.no_flush,),
    "M20": (order.freed_early,),
    "M21": (order.no_tlb_maintenance,),
    "M22": (world.other_snooping,),
    "M23": (world.overrun,),
    "M24": (call.no_sync_of_slot,),
    "M25": (world.bad_memory,),
    "M26": (order.early_signal,),
    "M27": (order.not_idle,),
    "M28": (order.by_pio,),
    "M29": (call.unbalanced,),
    "M30": (order.unseen_entry,),
}
_NAMES = {"DmaAttr": DmaAttr, "Direction": Direction, "COHERENT": COHERENT, "NONCOHERENT": NONCOHERENT, "tamper": tamper}
_CELLS: Sequence[Mapping[str, Any]] = (
    {"profile": "cortex-a9-pl310", "policy": "strict", "era": "v6.19"},
    {"profile": "cortex-a53", "policy": "strict", "era": "v6.19"},
    {"profile": "cortex-a53", "policy": "bounce", "era": "v6.19", "swiotlb_mib": 1},
    {"profile": "cortex-a8", "policy": "strict", "era": "v3.14"},
)
RANDOM_PROGRAMS = 8


@dataclass
class Score:
    """Of one operator. A survivor is (program, what was edited, how it is known to be a bug)."""

    operator: str
    mutants: int = 0
    invalid: int = 0
    equivalent: int = 0
    unproven: int = 0  # flagged, and not shown to be a bug
    killed: int = 0
    survivors: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def bugs(self) -> int:
        return self.killed + len(self.survivors)


def subjects(random_programs: int = RANDOM_PROGRAMS) -> Iterator[tuple[str, Program, Draft, dict[str, Any]]]:
    """The correct programs: name, program, draft, cell."""
    for case in CASES.values():
        if case.needs or case.code is None:
            continue
        variant = case.variant(FIXED)
        cell = {"profile": case.profile, "policy": case.policy, "era": case.era}
        settings = {**SMALL, **case.knobs, **cell, **variant.settings}
        yield case.id, variant.program, draft_of(variant.program, _NAMES), settings
    for seed in range(1, random_programs + 1):
        draft = random_program(seed)
        named = Draft(draft.tree, draft.file, {**draft.names, **_NAMES})
        yield f"random {seed}", named.program(), named, {**SMALL, **_CELLS[seed % len(_CELLS)]}


def score(operator: str, limit: int, seed: int = 1, random_programs: int = RANDOM_PROGRAMS) -> Score:
    """Up to `limit` mutants of an operator, drawn with `seed` from all of them."""
    found = [
        (name, mutant, cell)
        for name, _, draft, cell in subjects(random_programs)
        for make in OPERATORS[operator]
        for mutant in make(draft, cell)
    ]
    total = Score(operator)
    for name, mutant, cell in Random(seed).sample(found, min(limit, len(found))):
        total.mutants += 1
        verdict = judge(mutant, cell)
        if verdict.invalid:
            total.invalid += 1
        elif verdict.survived:
            total.survivors.append((name, mutant.text, verdict.shown))
        elif verdict.shown:
            total.killed += 1
        elif verdict.flagged:
            total.unproven += 1
        else:
            total.equivalent += 1
    return total
