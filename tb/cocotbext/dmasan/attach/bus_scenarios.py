# SPDX-License-Identifier: Apache-2.0
"""The standard set on plain memory: the situations in which engines were found to fail.

Each scenario is a coroutine on a `BusBench`, with a reset of the design before it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import numpy as np

from cocotbext.dmasan.attach.bench import GUARD, BusBench
from cocotbext.dmasan.attach.driver import Features
from cocotbext.dmasan.pace import Pace, Sample
from dmasan.device.burst import DECERR, SLVERR

PAGE = 4096
OFFSETS = 12  # pairs of byte offsets that are tried on a bus that has more
CLOCKS_OF_ABORT = (*range(0, 40, 3), *range(40, 200, 16))


@dataclass(frozen=True)
class BusScenario:
    """`needs` is the reason why a design cannot run it, or empty."""

    name: str
    summary: str
    run: Callable[[BusBench], Awaitable[None]]
    needs: Callable[[Features], str] = lambda features: ""


async def baseline(bench: BusBench) -> None:
    await bench.copy(0, 0, min(PAGE, bench.features.longest))


async def lengths(bench: BusBench) -> None:
    beat = bench.beat
    for length in (0, 1, beat - 1, beat, beat + 1, 4095, 4096, 4097):
        await bench.copy(0, 0, length)


async def offsets(bench: BusBench) -> None:
    """Source and target offsets within a beat, all of them on narrow buses."""
    pairs = [(t, s) for t in range(bench.beat) for s in range(bench.beat)]
    if len(pairs) > 64:
        picked = bench.noise.choice(len(pairs), 5 * OFFSETS, replace=False)
        pairs = [pairs[i] for i in sorted(picked.tolist())]
    for target, source in pairs:
        await bench.copy(target, source, -(-67 // bench.features.granule) * bench.features.granule)


async def page_edges(bench: BusBench) -> None:
    """Source and target reach the end of a page at different bytes: each side has to cut its own bursts."""
    beat = bench.beat
    length = min(2 * PAGE, bench.features.longest)
    for target, source in ((PAGE - 5 * beat, 0), (0, PAGE - 3 * beat), (PAGE - 5 * beat, PAGE - 18 * beat)):
        await bench.copy(target, source, length)


async def latencies(bench: BusBench) -> None:
    for latency in (0, 4, 40, 200):
        bench.pace(Pace(), latency)
        await bench.copy(0, 0, min(PAGE, bench.features.longest))


async def deep_addresses(bench: BusBench) -> None:
    """The port takes as many AWs as it gets, and data only when sixteen wait or long after."""
    bench.pace(Pace(w_hold=16), 4)
    await bench.copy(0, 0, min(4 * PAGE, bench.features.longest))
    await bench.copy(PAGE, 0, min(4 * PAGE, bench.features.longest))


async def late_addresses(bench: BusBench) -> None:
    """AWREADY comes late; data is accepted before its address."""
    for hold in (1, 7, 60):
        bench.pace(Pace(aw_hold=hold), 4)
        await bench.copy(0, 0, min(PAGE, bench.features.longest))


async def stalls(bench: BusBench) -> None:
    """READY and the next VALID come at random."""
    for chance in (32, 128, 224):
        bench.pace(Pace(stall_ar=chance, stall_aw=chance, stall_w=chance, gap_r=chance, gap_b=chance), 4)
        await bench.copy(3 * bench.features.alignment, 0, min(2048, bench.features.longest))


async def late_responses(bench: BusBench) -> None:
    """B comes long after the data: nothing may be called complete before."""
    bench.pace(Pace(b_delay=400), 4)
    for length in (min(PAGE, bench.features.longest), bench.beat):
        await bench.copy(0, 0, length)


async def reordered(bench: BusBench) -> None:
    """Reads of different IDs out of order, memory sampled early, at the response, and beat by beat."""
    for sample in Sample:
        bench.pace(Pace(reorder=True, sample=sample), 20)
        await bench.copy(0, 0, min(PAGE, bench.features.longest))


async def read_errors(bench: BusBench) -> None:
    await _errors(bench, read=True)


async def write_errors(bench: BusBench) -> None:
    await _errors(bench, read=False)


async def _errors(bench: BusBench, *, read: bool) -> None:
    """An error response on the first, the middle and the last beat; then a copy without one."""
    length, beat = min(1024, bench.features.longest), bench.beat
    side = "source" if read else "target"
    for response, name in ((SLVERR, "SLVERR"), (DECERR, "DECERR")):
        for offset in (0, length // 2 + 3 * beat, length - beat):
            bench.plant_error(offset, beat, response, read=read)
            await bench.copy(0, 0, length, fails=f"the {side} answered {name} for the beat at {offset:#x}")
            bench.plant_error(0, 0, 0, read=read)
            if bench.features.recovers:
                await bench.copy(0, 0, length)
            else:
                await bench.backend.restart()
                await bench.driver.probe()


async def back_to_back(bench: BusBench) -> None:
    """Short copies as fast as the driver can: the next begins while the last one's interrupt is acknowledged."""
    bench.pace(Pace(), 0)
    for n in range(24):
        await bench.copy(16 * n, 32 * n, max(bench.beat, bench.features.granule))


async def longest(bench: BusBench) -> None:
    await bench.copy(0, 0, min(bench.features.longest, 1 << 16))


async def aborts(bench: BusBench) -> None:
    """Stops a copy at many cycles: each byte of the target is old or the source's, and the next copy works."""
    length = min(2048, bench.features.longest)
    for latency in (4, 40):
        bench.pace(Pace(), latency)
        for cycles in CLOCKS_OF_ABORT:
            await _abort(bench, length, cycles)


async def _abort(bench: BusBench, length: int, cycles: int) -> None:
    what = f"abort {cycles} cycles after the start of a copy of {length} bytes"
    wanted, before = bench.prepare(0, 0, length)
    await bench.limited(bench.driver.start(*bench.bus(0, 0), length), "start")
    await bench.backend.advance(cycles * bench.backend.clock_ns)
    await bench.limited(bench.driver.abort(), f"the end of an abort ({what})")
    if waiting := bench.backend.posted():
        bench.find("EARLY_COMPLETION", f"{what}: the design called itself quiet while {waiting} writes had no response")
    got = bench.area(0, length)
    data, old = got[GUARD : GUARD + length], before[GUARD : GUARD + length]
    third = np.flatnonzero((data != wanted) & (data != old))
    if third.size:
        first = int(third[0])
        bench.find(
            "THIRD_VALUE",
            f"{what}: {third.size} bytes are neither old nor the source's, the first at {first}: {data[first]:#04x} "
            f"(old {old[first]:#04x}, source {wanted[first]:#04x})",
        )
    bench.compare_guards(what, got, before)
    if bench.features.recovers:
        await bench.copy(0, 0, length)
    else:
        await bench.backend.restart()
        await bench.driver.probe()


def _reports(features: Features) -> str:
    return "" if features.errors else "the design does not report errors (features.errors)"


def _aborts(features: Features) -> str:
    return "" if features.abort else "the design has no abort (features.abort)"


BUS_SCENARIOS = (
    BusScenario("baseline", "one copy", baseline),
    BusScenario("lengths", "0, 1, around a beat, around a page", lengths),
    BusScenario("offsets", "byte offsets of source and target", offsets),
    BusScenario("page-edges", "pages end at different bytes of source and target", page_edges),
    BusScenario("latencies", "memory answers after 0, 4, 40, 200 cycles", latencies),
    BusScenario("deep-addresses", "sixteen AWs before the first W is accepted", deep_addresses),
    BusScenario("late-addresses", "AWREADY long after AWVALID, W before", late_addresses),
    BusScenario("stalls", "random back-pressure on all channels", stalls),
    BusScenario("late-responses", "B 400 cycles after the data", late_responses),
    BusScenario("reordered", "reads of different IDs out of order; early and late samples", reordered),
    BusScenario("read-errors", "SLVERR and DECERR on the first, a middle, the last beat", read_errors, _reports),
    BusScenario("write-errors", "SLVERR and DECERR on B", write_errors, _reports),
    BusScenario("back-to-back", "short copies without a pause", back_to_back),
    BusScenario("longest", "the longest job, up to 64 KiB", longest),
    BusScenario("aborts", "abort at many cycles, then the next copy", aborts, _aborts),
)
