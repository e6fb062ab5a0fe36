# SPDX-License-Identifier: Apache-2.0
"""Figures of the engine alone, in cycles: how full it keeps the bus, how soon it starts, how soon it is quiet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import ge, le
from pathlib import Path
from typing import Any

from bench._engine_bench import run
from dmasan.report.results import Measurement

WIDTH = 64  # bits of the data bus
KIB = 1024
# A copy of n beats from a memory of latency L takes no less than n + 2 L cycles: the first beat comes L cycles after
# the first AR, the last B L cycles after the last beat. At latency 200 that is 8192 / (8192 + 400) = 95.3 % for 64 KiB
# whatever the bursts: 97 % is out of reach there, and shown as missed, and has its meaning with 1 MiB.
USES = (  # latency, beats per burst, bytes, least percent
    (4, 16, 64 * KIB, 99.0),
    (40, 16, 64 * KIB, 98.0),
    (200, 16, 64 * KIB, 95.0),
    (200, 16, 1024 * KIB, 95.0),
    (200, 64, 64 * KIB, 97.0),
    (200, 64, 1024 * KIB, 97.0),
)
CHUNKS = 17  # of 64 KiB to an unaligned address
ABORTS = ((4, None), (40, 128.0), (200, None))  # latency, most cycles


def measure(folder: Path) -> list[Measurement]:
    """The rows, all from one run of `engine_bench measure`."""
    told = run(WIDTH, "measure")
    (folder / "engine_bench.json").write_text("\n".join(map(str, told)) + "\n", encoding="utf-8")
    return [*bus_use(told), *unaligned(told), *reactions(told)]


def find(told: list[dict[str, Any]], name: str, **where: Any) -> dict[str, Any]:
    """The only figure `name` that has these values. Raises ValueError if there is none or more than one."""
    found = [row for row in told if row["name"] == name and where.items() <= row.items()]
    if len(found) != 1:
        raise ValueError(f"engine_bench measured {name} with {where} {len(found)} times, not once")
    return found[0]


def bus_use(told: list[dict[str, Any]]) -> Iterator[Measurement]:
    """Data beats per cycle from the first AR to the last B, in percent."""
    for latency, beats, size, least in USES:
        figure = find(told, "bus_use", latency=latency, beats=beats, bytes=size, offsets=[0, 0], out_limit=0)
        possible = 100 * (size * 8 // WIDTH) / (size * 8 // WIDTH + 2 * latency)
        name = f"bus use, {beats}-beat bursts, latency {latency}, {size // KIB} KiB ({possible:.1f} % is possible)"
        yield _row(name, figure["percent"], "%", least, ge)


def unaligned(told: list[dict[str, Any]]) -> Iterator[Measurement]:
    """The price of byte offsets 3 and 5 of source and destination."""
    where = {"latency": 4, "beats": 16, "bytes": 64 * KIB, "out_limit": 0}
    skew, straight = (find(told, "bus_use", offsets=offsets, **where) for offsets in ([3, 5], [0, 0]))
    more = (skew["r_beats"] - straight["r_beats"]) / CHUNKS
    yield _row("unaligned (3,5): more read beats per chunk", more, "beats", 1.0, le)
    yield _row("unaligned (3,5): bus use, 16-beat bursts, latency 4", skew["percent"], "%", None, ge)


def reactions(told: list[dict[str, Any]]) -> Iterator[Measurement]:
    """Cycles from a command to its effect, and from descriptor to descriptor."""
    start = find(told, "write_to_ar")["cycles"]
    yield _row("register write to first AR", start, "cycles", 8.0, le)
    each = find(told, "cycles_per_descriptor", prefetch=2, latency=4, bytes=64)["cycles"]
    yield _row("64-byte descriptor, prefetch 2, latency 4", each, "cycles", 24.0, le)
    for latency, most in ABORTS:
        worst = find(told, "abort_to_idle", latency=latency, out_limit=0)["worst_cycles"]
        yield _row(f"abort to idle, worst of all moments, latency {latency}", worst, "cycles", most, le)


def _row(
    name: str, value: float, unit: str, target: float | None, holds: Callable[[float, float], bool]
) -> Measurement:
    return Measurement(name, float(value), unit, target, None if target is None else holds(value, target))
