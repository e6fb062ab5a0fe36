# SPDX-License-Identifier: Apache-2.0
"""Real DMA-coherence bugs as driver programs: each with its cure, its source and the code that must name it."""

from __future__ import annotations

import re
from importlib import import_module
from pkgutil import iter_modules

from dmasan.corpus import cases
from dmasan.corpus.case import Case

__all__ = ["CASES", "Case"]


def _all() -> dict[str, Case]:
    found: dict[str, Case] = {}
    for module in sorted(each.name for each in iter_modules(cases.__path__)):
        for case in import_module(f"{cases.__name__}.{module}").CASES:
            assert case.id not in found, f"two cases {case.id}"
            found[case.id] = case
    return dict(sorted(found.items(), key=lambda each: _order(each[0])))


def _order(identity: str) -> tuple[bool, str, int]:
    """By category and number, the controls last."""
    letters, number = re.fullmatch(r"([A-Z]+)(\d+)", identity).groups()  # type: ignore[union-attr]
    return len(letters) > 1, letters, int(number)


CASES = _all()
