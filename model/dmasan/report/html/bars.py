# SPDX-License-Identifier: Apache-2.0
"""What policies cost, as horizontal bars: one small chart for each measure, logarithmic where values differ much."""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

from dmasan.report.svg import number

LEFT, WIDTH, ROW, TOP, ROOM = 118, 360, 20, 26, 64  # px; ROOM is for the value behind the bar
LETTER = 7.2  # px of a name, most that one takes on average


def bars(title: str, values: Sequence[tuple[str, float, str]], *, left: int = LEFT, width: int = WIDTH) -> str:
    """One chart: name, value and what kind of row it is (a class of the style sheet); `left` px for names of `width`, and
    both more if a name needs it."""
    more = max([0, *(round(LETTER * len(name)) + 10 - left for name, _, _ in values)])
    left, width = left + more, width + more
    height = TOP + ROW * len(values) + 6
    most = max((value for _, value, _ in values), default=0.0)
    least = min((value for _, value, _ in values if value > 0), default=1.0)
    logarithmic = most > 50 * least
    scale = "log scale" if logarithmic else ""
    wide = f' style="max-width:{width}px;min-width:{width * 2 // 3}px"' if width > WIDTH else ""
    parts = [f'<svg class="bars" viewBox="0 0 {width} {height}" role="img"{wide}><title>{escape(title)}</title>']
    parts.append(f'<text class="title" x="0" y="15">{escape(title)}</text>')
    parts.append(f'<text class="scale" x="{width}" y="15">{scale}</text>')
    for n, (name, value, kind) in enumerate(values):
        y = TOP + ROW * n
        share = _share(value, least, most, logarithmic)
        length = round((width - left - ROOM) * share, 1)
        parts.append(f'<text class="name" x="{left - 6}" y="{y + 13}">{escape(name)}</text>')
        parts.append(f'<rect class="bar {kind}" x="{left}" y="{y + 3}" width="{length}" height="{ROW - 7}" rx="2"/>')
        parts.append(f'<text class="value" x="{left + length + 5}" y="{y + 13}">{_told(value)}</text>')
    return "".join([*parts, "</svg>"])


def _share(value: float, least: float, most: float, logarithmic: bool) -> float:
    if value <= 0 or most <= 0:
        return 0.0
    if not logarithmic:
        return value / most
    return 0.06 + 0.94 * math.log(value / least) / math.log(most / least)


def _told(value: float) -> str:
    if value >= 1_000_000:
        return number(value)
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}" if value >= 0.05 else f"{value:g}"
