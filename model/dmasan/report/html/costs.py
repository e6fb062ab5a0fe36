# SPDX-License-Identifier: Apache-2.0
"""What a policy cost: counts of a run, and how long its steps took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import zip_longest

from dmasan.events import DmaMap, PolicyStep
from dmasan.report.eventlog import EventLog
from dmasan.report.html.bars import bars
from dmasan.report.results import Cost, Run

# Measures of `results.Cost`, and what they count.
MEASURES = {
    "pte_writes": "page-table entries written",
    "sections_split": "sections split",
    "tables_walked": "page tables walked",
    "tlbi_local": "TLB operations, local",
    "tlbi_broadcast": "TLB operations, broadcast",
    "l1_ops": "L1 lines maintained",
    "l2_ops": "L2 lines maintained",
    "pages_migrated": "pages migrated",
    "lowmem_lost_bytes": "lowmem lost, bytes",
}
assert set(MEASURES) == set(Cost.__dataclass_fields__)
_NAMES, _WIDE = 390, 960  # px


def step_times(log: EventLog) -> dict[str, float]:
    """Simulated ns that each step of the policy took, all its turns together. A step lasts to the next one of the same call,
    the last one of an allocation to its event; of the last one of a free nothing tells, it counts as 0."""
    mapped = [mark.event for mark in log.history.marks if isinstance(mark.event, DmaMap)]
    steps = [step for _, step in log.policy_steps]
    told: dict[str, float] = {}
    for step, later in zip_longest(steps, steps[1:]):
        told[step.text] = told.get(step.text, 0.0) + _end(step, later, mapped) - step.time_ns
    return told


def _end(step: PolicyStep, later: PolicyStep | None, mapped: Sequence[DmaMap]) -> float:
    if later is not None and later.site == step.site and _follows(_order(later), _order(step)):
        return later.time_ns
    until = later.time_ns if later is not None else float("inf")
    ends = (event.time_ns for event in mapped if event.site == step.site and step.time_ns <= event.time_ns <= until)
    return next(ends, step.time_ns)


def _order(step: PolicyStep) -> tuple[str, int]:
    """Operation and number of a step such as "alloc 3: map"."""
    operation, _, number = step.text.partition(":")[0].rpartition(" ")
    return operation, int(number) if number.isdigit() else 0


def _follows(later: tuple[str, int], step: tuple[str, int]) -> bool:
    return later[0] == step[0] and later[1] > step[1]


def run_costs(run: Run, log: EventLog) -> str:
    """Counts that are not 0, and a bar for each step of the policy; empty where the policy did nothing."""
    counts = {text: int(getattr(run.cost, name)) for name, text in MEASURES.items()} if run.cost else {}
    times = {text: ns for text, ns in step_times(log).items() if ns > 0}
    if not any(counts.values()) and not times:
        return ""
    tiles = "".join(f"<li><b>{value:,}</b> {escape(text)}</li>" for text, value in counts.items() if value)
    chart = bars("simulated time in the policy's steps, µs", in_us(times), left=_NAMES, width=_WIDE) if times else ""
    nothing = " · ".join(text for text, value in counts.items() if not value)
    rest = f'<p class="dim">None: {escape(nothing)}</p>' if nothing else ""
    return (f'<ul class="tiles">{tiles}</ul>' if tiles else "") + f'{rest}<div class="scroll">{chart}</div>'


def in_us(times: Mapping[str, float]) -> list[tuple[str, float, str]]:
    """Rounded to what is read at a glance; a short step keeps its first digits."""
    return [(name, round(ns / 1000, 3 if ns < 50 else 1 if ns < 1e5 else 0), "") for name, ns in times.items()]
