# SPDX-License-Identifier: Apache-2.0
"""A time line as a picture: time goes down, who acts goes across. It follows the reader's light or dark scheme. Sizes in px."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from dmasan.corpus.timeline import LANES, Timeline

_ROW, _TOP, _LANE, _LEFT = 24, 54, 205, 60
_BOX = 18  # height of a box
_LETTER = 6.1  # width of a letter of 11 px
_STYLE = """<style>
.t{font:11px sans-serif;fill:#1b1b1b}.h{font:bold 12px sans-serif;fill:#1b1b1b}.n{font:10px monospace;fill:#666}
.g{stroke:#bbb}.b{fill:#e8eef7;stroke:#7b93b8}.w{fill:#fde0dc;stroke:#c0392b;stroke-width:1.6}
@media (prefers-color-scheme:dark){.t,.h{fill:#eee}.n{fill:#aaa}.g{stroke:#555}
.b{fill:#25313f;stroke:#6f8fb5}.w{fill:#4d2320;stroke:#ff7b6b}}
</style>"""


def draw(title: str, told: Timeline) -> str:
    """The picture as SVG text."""
    width, height = _LEFT + _LANE * len(LANES) + 10, _TOP + _ROW * len(told.rows) + 12
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">\n'
        f"<title>{escape(title)}</title>\n{_STYLE}"
    )
    return "\n".join([head, *_lanes(height), *_rows(told), "</svg>\n"])


def _lanes(height: int) -> Iterator[str]:
    yield f'<text class="n" x="6" y="{_TOP - 24}">line</text>'
    for n, lane in enumerate(LANES):
        at = _LEFT + n * _LANE
        yield f'<text class="h" x="{at}" y="{_TOP - 24}">{escape(lane)}</text>'
        yield f'<path class="g" d="M{at} {_TOP - 14}V{height - 8}"/>'


def _rows(told: Timeline) -> Iterator[str]:
    before = 0
    for n, row in enumerate(told.rows):
        x, y = _LEFT + LANES.index(row.lane) * _LANE, _TOP + n * _ROW
        if row.line and row.line != before:
            yield f'<text class="n" x="6" y="{y + 10}">{row.line}</text>'
        before = row.line
        text = row.text if len(row.text) <= 62 else row.text[:60] + "..."
        wide = max(30.0, _LETTER * len(text) + 12)
        left = min(x, _LEFT + _LANE * len(LANES) - wide)
        style = "w" if row.wrong else "b"
        yield f'<rect class="{style}" x="{left:.0f}" y="{y - 3}" width="{wide:.0f}" height="{_BOX}" rx="3"/>'
        yield f'<text class="t" x="{left + 6:.0f}" y="{y + 10}">{escape(text)}</text>'
