# SPDX-License-Identifier: Apache-2.0
"""Line plots as SVG, without a library: two axes, logarithmic where asked, a legend beside the plot.

Colours are those of Okabe and Ito, which the colour-blind can tell apart; curves differ in dashes too. Sizes are in px.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 860, 480
LEFT, RIGHT, TOP, BOTTOM = 80, 230, 50, 60
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#882255", "#999933", "#44AA99")
DASHES = ("", "6 3", "2 3", "8 3 2 3")


@dataclass(frozen=True)
class Line:
    """A curve: its name in the legend and its points. Points that a logarithm has no place for are left out."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Axis:
    """Maps values from `low` to `high` to pixels from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool

    def place(self, value: float) -> float:
        low, high, at = self.low, self.high, value
        if self.logarithmic:
            low, high, at = math.log(low), math.log(high), math.log(value)
        return self.start + (self.end - self.start) * ((at - low) / (high - low) if high > low else 0.5)

    def ticks(self, values: Sequence[float]) -> list[float]:
        """Powers of ten between the ends, or about five round steps; the values themselves if they are few."""
        if len(values) <= 7:
            return sorted(values)
        if self.logarithmic:
            first, last = math.ceil(math.log10(self.low)), math.floor(math.log10(self.high))
            return [10.0**n for n in range(first, last + 1)]
        step = 10 ** math.floor(math.log10((self.high - self.low) / 5 or 1))
        while (self.high - self.low) / step > 6:
            step *= 2
        return [n * step for n in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)]


def plot(title: str, x: str, y: str, lines: Sequence[Line], *, log_x: bool = True, log_y: bool = True) -> str:
    """The picture as SVG text. Without a point that can be drawn, a frame that says so."""
    drawn = [
        Line(line.name, [p for p in line.points if (p[0] > 0 or not log_x) and (p[1] > 0 or not log_y)]) for line in lines
    ]
    xs = sorted({p[0] for line in drawn for p in line.points})
    ys = sorted({p[1] for line in drawn for p in line.points})
    parts = [_head(title)]
    if not xs:
        parts.append(_text(WIDTH / 2, HEIGHT / 2, "nothing to draw", "middle"))
        return "\n".join([*parts, "</svg>\n"])
    across = Axis(xs[0], xs[-1], LEFT, WIDTH - RIGHT, log_x)
    low = ys[0] if log_y else min(0.0, ys[0])
    up = Axis(low, ys[-1], HEIGHT - BOTTOM, TOP, log_y)
    parts += _axes(across, up, xs, ys if log_y else [*ys, *range(8)], x, y)
    for number, line in enumerate(drawn):
        parts += _curve(number, line, across, up)
    return "\n".join([*parts, "</svg>\n"])


def _head(title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="12" role="img">\n<title>{escape(title)}</title>\n'
        f'<rect width="100%" height="100%" fill="white"/>\n{_text(LEFT, 28, title, "start", size=15)}'
    )


def _axes(across: Axis, up: Axis, xs: Sequence[float], ys: Sequence[float], x: str, y: str) -> list[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = [f'<path d="M{LEFT} {TOP}V{bottom}H{right}" fill="none" stroke="#333"/>']
    for value in across.ticks(xs):
        at = across.place(value)
        parts.append(f'<path d="M{at:.1f} {bottom}v5" stroke="#333"/>')
        parts.append(_text(at, bottom + 20, number(value), "middle"))
    for value in up.ticks(ys):
        at = up.place(value)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{right}" stroke="#ddd"/>')
        parts.append(_text(LEFT - 6, at + 4, number(value), "end"))
    parts.append(_text((LEFT + right) / 2, HEIGHT - 14, x, "middle"))
    parts.append(_text(18, TOP - 10, y, "start"))
    return parts


def _curve(number_: int, line: Line, across: Axis, up: Axis) -> list[str]:
    colour, dash = COLOURS[number_ % len(COLOURS)], DASHES[number_ % len(DASHES)]
    style = f'stroke="{colour}" stroke-width="2"' + (f' stroke-dasharray="{dash}"' if dash else "")
    places = [(across.place(a), up.place(b)) for a, b in line.points]
    at = TOP + 10 + 20 * number_
    left = WIDTH - RIGHT + 16
    parts = [f'<path d="M{left} {at}h28" fill="none" {style}/>', _text(left + 34, at + 4, line.name, "start")]
    if places:
        path = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in places)
        parts.append(f'<path d="{path}" fill="none" {style}/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.5" fill="{colour}"/>' for a, b in places]
    return parts


def _text(x: float, y: float, text: str, anchor: str, size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(text)}</text>'


def number(value: float) -> str:
    """A value with a binary unit if it is a whole number of them, else with a decimal one if it is large."""
    for unit, least, name in ((1 << 20, 1 << 20, "Mi"), (1 << 10, 4 << 10, "Ki")):
        if value >= least and value % unit == 0:
            return f"{value / unit:.0f}{name}"
    if value == int(value) and value < 10_000:
        return str(int(value))
    for scale, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= scale:
            return f"{value / scale:.3g}{name}"
    return f"{value:.3g}"
