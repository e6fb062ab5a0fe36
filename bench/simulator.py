# SPDX-License-Identifier: Apache-2.0
"""What surrounds a transfer: building the simulator, starting it, register writes and waits for interrupts."""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from cocotbext.dmasan import toolchain
from cocotbext.dmasan.build import build, engine
from cocotbext.dmasan.simulate import Job, run_job
from dmasan.report.results import Measurement

HERE = Path(__file__).parent
ROUNDS = 5
START_TARGET = 1.0  # s
START_NOTE = "nearly all are Python's imports: half of them dmasan's own modules, then cocotb with pytest, then numpy"
WRITES, INTERRUPTS = 2000, 500


def measure(folder: Path) -> list[Measurement]:
    """The rows. A build is timed by the clock on the wall, as its user waits for it; the rest is CPU time."""
    cold = cold_build()
    build(engine())
    warm = median(timed(lambda: build(engine())) for _ in range(ROUNDS))
    job = Job("bench._throughput_jobs:nothing", path=(str(HERE.parent),))
    start = median(cpu_seconds(lambda: run_job(job, folder / "start")) for _ in range(ROUNDS))
    return [
        Measurement("build of the simulator, cold, no compiler cache", cold, "s"),
        Measurement("build of the simulator, warm", warm, "s"),
        Measurement("start of a simulation, SoC booted", start, "s", START_TARGET, start <= START_TARGET, note=START_NOTE),
        *accesses(folder),
    ]


def accesses(folder: Path) -> Iterator[Measurement]:
    """Of a driver program: ordered, watched by the sanitizer, one AXI4-Lite transaction each."""
    arguments = {"writes": WRITES, "interrupts": INTERRUPTS, "rounds": ROUNDS}
    job = Job("bench._throughput_jobs:accesses", arguments, path=(str(HERE.parent),))
    told = run_job(job, folder / "accesses")
    yield Measurement("register writes", WRITES / median(told["writes"]), "/s")
    yield Measurement("copies of 64 bytes with their interrupt", INTERRUPTS / median(told["interrupts"]), "/s")


def cold_build() -> float:
    """Seconds of a build that finds nothing: an empty cache, and no compiler cache."""
    with tempfile.TemporaryDirectory() as empty, environment(DMASAN_CACHE=empty, OBJCACHE="", CCACHE_DISABLE="1"):
        toolchain.find.cache_clear()
        try:
            return timed(lambda: build(engine()))
        finally:
            toolchain.find.cache_clear()


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """These variables while the block runs."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def timed(action: Callable[[], object]) -> float:
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def cpu_seconds(action: Callable[[], object]) -> float:
    """CPU time of the processes that `action` starts and waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    action()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
