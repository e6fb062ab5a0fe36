# SPDX-License-Identifier: Apache-2.0
"""Bytes per second of the checked co-simulation, against a memory in Python and against the limit: the same engine on
a memory in C++ without any check. The same transfer in all of them, the median of five; seconds are CPU time."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

from bench._engine_bench import PROGRAMS, compiled, sources, told
from cocotbext.dmasan import hdl, toolchain
from cocotbext.dmasan.build import Design, build, engine
from cocotbext.dmasan.simulate import Job, run_job
from dmasan.report.results import Measurement

HERE = Path(__file__).parent
KIB, MIB = 1 << 10, 1 << 20
SMALL, COPY_BYTES, LARGE = 64 * KIB, 4 * MIB, 64 * MIB
ASKED_BYTES, PEER_BYTES = 256 * KIB, 256 * KIB
ROUNDS = 5
TIMES_THE_PEER, OF_THE_LIMIT, WITH_WAVES, GROWTH = 100.0, 0.4, 0.5, 1.3
WITHOUT_PYTHON = 99.9  # % of the phases of bursts
TRACED_BYTES = 1 * MIB
TRACES = {"bus": "the buses, events and the model", "all": "all signals"}  # details of build.DETAILS
WAVES_NOTE = (
    "Verilator's writer spends the time: with all signals it packs 54 changes a cycle, a third of them 64 bits wide "
    "(the data path's stages and counters)"
)
LIMIT = "unchecked"  # bench/cpp/unchecked.cpp
LIMITED = ("--top-module", "dma_top", "-GDATA_W=64", "-GFIFO_BEATS=512", "-GMAX_BURST=64")  # as cosim_top has them


def axiram() -> Design:
    """The engine with its memory bus left open."""
    ours = engine()
    instead = (hdl.bench() / "cosim_top.sv", hdl.bench() / "public.vlt")
    files = [path for path in ours.sources if path not in instead]
    files += [HERE / "hdl" / "axiram_top.sv", HERE / "hdl" / "axiram_public.vlt"]
    return Design("axiram_top", tuple(files), ours.parameters, ours.depends)


def limit() -> Path:
    """The engine alone on a lean memory in C++: no check, no Python, no VPI."""
    return compiled(LIMIT, [*sources(), PROGRAMS / f"{LIMIT}.cpp"], [], LIMITED, "")


def measure(folder: Path) -> list[Measurement]:
    """The rows: the checked copy against its peers, its growth with size, with waves, and with Python at every burst."""
    peer = speed(_run("axi_ram", folder / "axi_ram", axiram(), size=PEER_BYTES, rounds=ROUNDS), PEER_BYTES)
    most = speed(told(limit(), str(COPY_BYTES), str(ROUNDS))[0], COPY_BYTES)
    small, middle, large = _run("checked", folder / "checked", engine(), sizes=[SMALL, COPY_BYTES, LARGE], rounds=ROUNDS)
    (asked,) = _run("checked", folder / "asked", engine(), sizes=[ASKED_BYTES], rounds=ROUNDS, ask_always=True)
    value = speed(middle, COPY_BYTES)
    return [
        *against(value, peer, most),
        clock(middle),
        without_python(middle),
        *with_waves(folder, value),
        growth(small, large),
        Measurement(
            "checked copy, Python asked for every burst", speed(asked, ASKED_BYTES), "MB/s", None, None,
            _peer(peer), speed(asked, ASKED_BYTES) / peer,
        ),
    ]  # fmt: skip


def against(value: float, peer: float, most: float) -> list[Measurement]:
    """The checked copy against the memory in Python, and against the limit."""
    name = f"checked copy, {COPY_BYTES // MIB} MiB"
    lean = f"C++ bench without checks: {most:.3g} MB/s"
    return [
        Measurement(name, value, "MB/s", TIMES_THE_PEER * peer, value >= TIMES_THE_PEER * peer, _peer(peer), value / peer),
        Measurement(f"{name}, of the limit", value, "MB/s", OF_THE_LIMIT * most, value >= OF_THE_LIMIT * most, lean, value / most),
    ]  # fmt: skip


def clock(run: dict[str, Any]) -> Measurement:
    return Measurement("clock of the checked copy", run["cycles"] / median(run["seconds"]) / 1e6, "Mcycle/s")


def without_python(run: dict[str, Any]) -> Measurement:
    """Phases of bursts on the clean path, under `benign`: Python is asked where the table has not met a state yet."""
    value = run["fast"] / (run["fast"] + run["calls"]) * 100
    met = value >= WITHOUT_PYTHON
    return Measurement("bursts of the checked copy without Python", value, "%", WITHOUT_PYTHON, met, f"{run['calls']} calls")


def with_waves(folder: Path, without: float) -> list[Measurement]:
    """The same copy with an FST file: of the bus alone, and of every signal. As not met, where none can be written."""
    return [waves(folder / f"waves-{detail}", detail, without) for detail in TRACES]


def waves(folder: Path, detail: str, without: float) -> Measurement:
    value = 0.0
    if toolchain.can_write_fst():
        (run,) = _run("checked", folder, engine(detail=detail), trace="fst", sizes=[TRACED_BYTES], rounds=ROUNDS)
        value = speed(run, TRACED_BYTES)
    least = WITH_WAVES * without
    name = f"checked copy, {TRACED_BYTES // MIB} MiB, FST of {TRACES[detail]}"
    peer = f"without: {without:.3g} MB/s"
    return Measurement(name, value, "MB/s", least, value >= least, peer, value / without, WAVES_NOTE if value < least else "")


def growth(small: dict[str, Any], large: dict[str, Any]) -> Measurement:
    """How much more a byte costs in the large copy than in the small one, or the other way round."""
    costs = [median(run["seconds"]) / run["bytes"] * 1e9 for run in (small, large)]
    value = max(costs) / min(costs)
    text = f"{costs[0]:.0f} and {costs[1]:.0f} ns/byte"
    return Measurement("cost per byte, 64 KiB to 64 MiB", value, "x", GROWTH, value <= GROWTH, text)


def speed(run: dict[str, Any], size: int) -> float:
    """MB/s of the median round."""
    return size / float(median(run["seconds"])) / 1e6


def _peer(value: float) -> str:
    return f"cocotbext-axi AxiRam, {PEER_BYTES // KIB} KiB: {value:.4f} MB/s"


def _run(target: str, out: Path, design: Design, trace: str = "none", **arguments: Any) -> Any:
    build(design, trace=trace)
    job = Job(f"bench._throughput_jobs:{target}", arguments, path=(str(HERE.parent),))
    return run_job(job, out, design=design, trace=trace, timeout=300)
