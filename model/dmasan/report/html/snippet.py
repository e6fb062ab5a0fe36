# SPDX-License-Identifier: Apache-2.0
"""The story of a byte as a timing diagram, in the manner of WaveDrom: who acts, and what each place holds, step by step.

Not to scale: one column for each moment that changes something. Colours come from the page's style sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from xml.sax.saxutils import escape

from dmasan.report.story import Moment, Story
from dmasan.report.story_words import HEADINGS

COLUMN, ROW, LEFT, TOP = 104, 30, 118, 30  # px
_ACTS = 40  # height of the first row, which has two lines of text
_SLANT = 5
COLUMNS = 16  # the last ones, where a story has more


def snippet(story: Story) -> str:
    """SVG text; "" for a story without copies."""
    moments = _columns(story)
    if len(moments) < 2:
        return ""
    width, rows = LEFT + COLUMN * len(moments) + 10, ["who", *story.places]
    height = TOP + _ACTS + ROW * len(story.places) + 26
    title = f"timing diagram of byte {story.byte:#x}"
    parts = [f'<svg class="snippet" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">']
    parts.append(f"<title>{escape(title)}</title>")
    parts += _grid(moments, height)
    for n, name in enumerate(rows):
        y, tall = (TOP + _ACTS + ROW * (n - 1), ROW) if n else (TOP, _ACTS)
        parts.append(f'<text class="name" x="{LEFT - 10}" y="{y + tall / 2 + 4}">{escape(HEADINGS.get(name, "acts"))}</text>')
        parts += _actors(moments, y) if name == "who" else _values(moments, name, y)
    return "".join([*parts, "</svg>"])


def _columns(story: Story) -> list[Moment]:
    """The rest that it begins with, then what changes copies or is wrong; where the copies are not told, those before."""
    told: list[Moment] = []
    for moment in story.moments:
        copies = moment.copies or (told[-1].copies if told else None)
        if copies is None:
            continue
        changed = not told or copies != told[-1].copies
        if changed or moment.wrong or moment.kind in ("device", "hidden"):
            told.append(replace(moment, copies=copies))
    return told[:1] + told[1:][-(COLUMNS - 1) :]


def _grid(moments: Sequence[Moment], height: int) -> list[str]:
    """Times above, and a band behind what is hidden or wrong."""
    parts = []
    for n, moment in enumerate(moments):
        x = LEFT + COLUMN * n
        kind = "bad" if moment.wrong else "hidden" if moment.kind == "hidden" else ""
        if kind:
            parts.append(f'<rect class="band {kind}" x="{x}" y="0" width="{COLUMN}" height="{height}"/>')
        parts.append(f'<path class="grid" d="M{x} {TOP - 6}V{height - 22}"/>')
        parts.append(f'<text class="time" x="{x + COLUMN / 2}" y="14">{moment.time_ns:,.0f}</text>')
        if moment.wrong:
            parts.append(f'<text class="flag" x="{x + COLUMN / 2}" y="{height - 8}">&#9650; wrong here</text>')
        elif moment.kind == "hidden":
            parts.append(f'<text class="hid" x="{x + COLUMN / 2}" y="{height - 8}">hidden move</text>')
    parts.append(f'<text class="name" x="{LEFT - 10}" y="14">ns</text>')
    return parts


def _actors(moments: Sequence[Moment], y: int) -> list[str]:
    parts = []
    for n, moment in enumerate(moments):
        x = LEFT + COLUMN * n
        who = {"hidden": "hardware", "rest": ""}.get(moment.kind, moment.who)
        parts.append(f'<g class="act {moment.kind}">{_shape(x, y, COLUMN, _ACTS)}')
        parts.append(f'<text x="{x + COLUMN / 2}" y="{y + 17}">{escape(who)}</text>')
        parts.append(f'<text class="small" x="{x + COLUMN / 2}" y="{y + 31}">{escape(_short(moment))}</text></g>')
    return parts


def _short(moment: Moment) -> str:
    """What was done, in a word or two."""
    text = moment.what
    for start, word in _WORDS.items():
        if text.startswith(start):
            alias = next((short for long, short in _ALIASES.items() if long in text), "")
            return f"{word}{alias}"
    return text[:17]


_WORDS = {
    "before": "",
    "load": "load",
    "store to other": "neighbour store",
    "store": "store",
    "reads": "read",
    "writes": "write",
    "write response": "write done",
    "a speculative": "speculative fill",
    "the line leaves": "eviction",
    "the maintenance in flight": "it takes effect",
    "the CPU's store buffer": "drain",
    "the outer cache's buffer": "drain",
    "the posted": "it lands",
    "clean and inv": "clean + invalidate",
    "clean": "clean",
    "invalidate": "invalidate",
    "outer cache: clean and": "outer clean + inv.",
    "outer cache: clean": "outer clean",
    "outer cache: inv": "outer invalidate",
    "outer cache sync": "outer sync",
    "DSB": "DSB",
    "DMB": "DMB",
    "the last cacheable": "alias ends",
    "a cacheable": "alias live",
    "the content": "given up",
    "barrier": "barrier",
}
_ALIASES = {"Non-cacheable": " (NC)", "cacheable alias": " (WB)", "write-through": " (WT)"}


def _values(moments: Sequence[Moment], where: str, y: int) -> list[str]:
    """A bus: one shape for as long as the value stays."""
    parts, n = [], 0
    while n < len(moments):
        codes = (moments[n].copies or {}).get(where, ())
        end = n + 1
        while end < len(moments) and (moments[end].copies or {}).get(where, ()) == codes:
            end += 1
        x, width = LEFT + COLUMN * n, COLUMN * (end - n)
        if codes == ("absent",):
            parts.append(f'<path class="none" d="M{x} {y + ROW / 2}h{width}"/>')
        else:
            stale = any(code.endswith("stale") for code in codes)
            kind = "stale" if stale else "dirty" if any("dirty" in code for code in codes) else "latest"
            text = " / ".join("-" if code == "absent" else code for code in codes)
            parts.append(f'<g class="val {kind}">{_shape(x, y, width, ROW)}')
            parts.append(f'<text x="{x + width / 2}" y="{y + 19}">{escape(_fitting(text, width))}</text></g>')
        n = end
    return parts


def _fitting(text: str, width: int) -> str:
    room = width // 7
    return text if len(text) <= room else text[: room - 1] + "…"


def _shape(x: float, y: float, width: float, tall: float) -> str:
    """A hexagon, as buses are drawn."""
    top, bottom, middle = y + 3, y + tall - 3, y + tall / 2
    return (
        f'<path class="bus" d="M{x} {middle}L{x + _SLANT} {top}H{x + width - _SLANT}L{x + width} {middle}'
        f'L{x + width - _SLANT} {bottom}H{x + _SLANT}Z"/>'
    )
