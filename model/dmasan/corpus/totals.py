# SPDX-License-Identifier: Apache-2.0
"""What many outcomes say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any

from dmasan.corpus.case import CONTROL, FIXED, Case
from dmasan.corpus.outcome import Outcome

NOTHING = "none"  # in the confusion matrix: no hazard

BASELINES: tuple[tuple[str, str, Callable[[Outcome], bool]], ...] = (
    ("plain_compare", "data compare", lambda each: each.compare_sees),
    ("compare_with_moves", "with moves", lambda each: each.compare_with_moves_sees),
    ("dma_api_debugging", "DMA API debugging", lambda each: each.kernel_sees),
    ("ownership_only", "ownership only", lambda each: each.ownership_sees),
    ("dmasan", "dmasan", lambda each: each.flagged),
)


def totals(outcomes: Sequence[Outcome], waiting: Sequence[Case]) -> dict[str, Any]:
    """Counts of runs. `waiting` are the cases that cannot run."""
    bugs = [each for each in outcomes if each.expected is not None]
    right = [each for each in outcomes if each.expected is None]
    flagged = [each for each in bugs if each.flagged]
    return {
        "cases": len({each.id for each in outcomes}) + len(waiting),
        "not_runnable": len(waiting),
        "runs": len(outcomes),
        "as_expected": sum(each.as_expected for each in outcomes),
        "bugs": len(bugs),
        "flagged": len(flagged),
        "right_code": sum(each.right_code for each in flagged),
        "place_ok": sum(bool(each.place_ok) for each in flagged),
        "repair_verified": sum(each.repair_verified for each in flagged),
        "manifest": sum(each.manifest for each in flagged),
        "fixed": sum(each.variant == FIXED for each in right),
        "fixed_flagged": sum(each.variant == FIXED and each.flagged for each in right),
        "controls": sum(each.variant == CONTROL for each in right),
        "controls_flagged": sum(each.variant == CONTROL and each.flagged for each in right),
        "broken": sum(each.error is not None for each in outcomes),
        "baselines": {name: sum(map(sees, bugs)) for name, _, sees in BASELINES},
        "false_alarms": {name: sum(map(sees, right)) for name, _, sees in BASELINES},
        "confusion": {code: dict(row) for code, row in confusion(outcomes).items()},
    }


def confusion(outcomes: Iterable[Outcome]) -> dict[str, Counter[str]]:
    """How often each first code was found, by the one expected; both may be `NOTHING`."""
    found: dict[str, Counter[str]] = {}
    for each in outcomes:
        row = found.setdefault(each.expected or NOTHING, Counter())
        row[each.codes[0] if each.codes else NOTHING] += 1
    return found


def document(outcomes: Sequence[Outcome], waiting: Sequence[Case]) -> dict[str, Any]:
    """`dmasan/corpus/1` (docs/schema/corpus-1.json)."""
    return {
        "schema": "dmasan/corpus/1",
        "cases": [{**asdict(each), "codes": list(each.codes)} for each in outcomes],
        "not_runnable": [
            {"id": each.id, "expected": each.code.name if each.code else None, "needs": each.needs}
            for each in waiting
        ],
        "totals": totals(outcomes, waiting),
    }
