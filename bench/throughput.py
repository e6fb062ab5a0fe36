# SPDX-License-Identifier: Apache-2.0
"""Bytes per second of the checked co-simulation against a memory in Python, on the same engine and transfer."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

from cocotbext.dmasan import hdl
from cocotbext.dmasan.build import Design, build, engine
from cocotbext.dmasan.simulate import Job, run_job
from dmasan.report.results import Measurement

HERE = Path(__file__).parent
CHECKED_BYTES, ASKED_BYTES, PEER_BYTES = 16 << 20, 1 << 20, 256 << 10
ROUNDS = 3
TIMES_THE_PEER = 50


def axiram() -> Design:
    """The engine with its memory bus left open."""
    ours = engine()
    instead = (hdl.bench() / "cosim_top.sv", hdl.bench() / "public.vlt")
    sources = [path for path in ours.sources if path not in instead]
    sources += [HERE / "hdl" / "axiram_top.sv", HERE / "hdl" / "axiram_public.vlt"]
    return Design("axiram_top", tuple(sources), ours.parameters, ours.depends)


def measure(folder: Path) -> list[Measurement]:
    """The rows: the checked co-simulation, the same with Python asked about every burst, and what bounds them."""
    build(engine())
    build(axiram())
    peer = speed(_run("axi_ram", folder / "axi_ram", axiram(), size=PEER_BYTES, rounds=1), PEER_BYTES)
    told = _run("checked", folder / "checked", engine(), size=CHECKED_BYTES, rounds=ROUNDS)
    asked = _run("checked", folder / "asked", engine(), size=ASKED_BYTES, rounds=ROUNDS, ask_always=True)
    value, slow = speed(told, CHECKED_BYTES), speed(asked, ASKED_BYTES)
    clock = told["cycles"] / median(told["seconds"]) / 1e6
    name = f"cocotbext-axi AxiRam, {PEER_BYTES >> 10} KiB: {peer:.4f} MB/s"
    least = TIMES_THE_PEER * peer
    return [
        Measurement("checked copy", value, "MB/s", least, value >= least, name, value / peer),
        Measurement(
            "checked copy, Python asked for every burst", slow, "MB/s", None, None, name, slow / peer
        ),
        Measurement("clock of the checked copy", clock, "Mcycle/s"),
    ]


def speed(told: dict[str, Any], size: int) -> float:
    """MB/s of the median round."""
    return size / float(median(told["seconds"])) / 1e6


def _run(target: str, out: Path, design: Design, **arguments: Any) -> dict[str, Any]:
    job = Job(f"bench._throughput_jobs:{target}", arguments, path=(str(HERE.parent),))
    return dict(run_job(job, out, design=design, timeout=300))
