# SPDX-License-Identifier: Apache-2.0
"""Runs one job in one simulation: starts the simulator's process, waits with a time limit, reads the result back.

A job is an async function `target(backend, **arguments)`, named "module:function". It runs inside the simulator, in
the single cocotb test of `entry.py`, and returns what JSON can hold.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cocotb_tools.config
import find_libpython

from cocotbext.dmasan.build import Design, build, engine
from cocotbext.dmasan.toolchain import can_write_fst
from dmasan.config import RunError, UsageError

JOB_VARIABLE = "DMASAN_JOB"
WAVES_VARIABLE = "DMASAN_WAVES"  # if set, a simulation that asks for no trace writes one too
ENTRY = "cocotbext.dmasan.entry"
# Files whose assertions cocotb lets pytest rewrite. By default it is every module that is imported, numpy's too: half of
# the start of a simulation.
ASSERTING = "test_*.py *_jobs.py"


@dataclass
class Started:
    """How many simulations this process has begun: the pytest plugin tells of waves where a test had one."""

    count: int = 0


started = Started()


@dataclass(frozen=True)
class Job:
    """What to run in the simulator, and how its world is set up before the target starts."""

    target: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    clock_ns: float = 10.0
    seed: int = 1
    path: Sequence[str] = ()  # folders to import from, before those of this process
    backend: str = ""  # "module:function" that makes the backend from the top's handle; "": RtlBackend
    check_protocol: bool = True  # a violation that the top's protocol checkers count fails the run


def run_job(
    job: Job,
    out: Path,
    *,
    design: Design | None = None,
    trace: str = "none",
    coverage: bool = False,
    timeout: float = 600.0,
    plusargs: Sequence[str] = (),
) -> Any:
    """Runs `job` on `design` (default: the engine) and returns its result.

    Files go to `out`: job.json, result.json, sim.log, and with `trace` dump.fst or dump.vcd. `timeout` is in seconds of
    wall-clock time. A UsageError raised by the job is raised here again; everything else that goes wrong is a RunError
    that names the log.
    """
    started.count += 1
    if trace == "none" and os.environ.get(WAVES_VARIABLE):
        trace = "fst" if can_write_fst() else "vcd"
    executable = build(design or engine(), trace=trace, coverage=coverage)
    out = out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    result = out / "result.json"
    result.unlink(missing_ok=True)
    about = {
        "target": job.target,
        "arguments": dict(job.arguments),
        "clock_ns": job.clock_ns,
        "check_protocol": job.check_protocol,
        "backend": job.backend,
        "result": str(result),
    }
    (out / "job.json").write_text(json.dumps(about, indent=1), encoding="utf-8")
    traced = ("--trace", "--trace-file", str(out / f"dump.{trace}")) if trace != "none" else ()
    command = [str(executable), *traced, *plusargs]
    environment = _environment(executable.name, job, out)
    status = _execute(command, environment, out, timeout)
    return _answer(result, status, out / "sim.log")


def _environment(top: str, job: Job, out: Path) -> dict[str, str]:
    """The variables by which cocotb finds Python, the top module and its test (cocotb 2.1, "Custom Flows")."""
    library = os.environ.get("LIBPYTHON_LOC") or find_libpython.find_libpython()
    if library is None:
        raise UsageError("there is no shared libpython for cocotb (Debian: apt-get install python3-dev)")
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in (*job.path, *sys.path) if path),
        "PYTHONHASHSEED": "0",
        "PYGPI_PYTHON_BIN": sys.executable,
        "GPI_USERS": f"{library};{cocotb_tools.config.pygpi_entry_point()}",
        "COCOTB_TOPLEVEL": top,
        "COCOTB_TEST_MODULES": ENTRY,
        "COCOTB_RESULTS_FILE": str(out / "results.xml"),
        "COCOTB_RANDOM_SEED": str(job.seed),
        "COCOTB_TRUST_INERTIAL_WRITES": "1",
        "COCOTB_REWRITE_ASSERTION_FILES": os.environ.get("COCOTB_REWRITE_ASSERTION_FILES", ASSERTING),
        "OPENBLAS_NUM_THREADS": "1",
        "TOPLEVEL_LANG": "verilog",
        JOB_VARIABLE: str(out / "job.json"),
    }


def _execute(command: Sequence[str], environment: Mapping[str, str], out: Path, timeout: float) -> int:
    """Runs the simulator in a process group of its own; its status. Raises RunError at the time limit."""
    log = out / "sim.log"
    with log.open("wb") as text:
        process = subprocess.Popen(
            command,
            cwd=out,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=text,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise RunError(
                f"the simulation did not end within the time limit of {timeout:g} s; see {log}"
            ) from None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _answer(result: Path, status: int, log: Path) -> Any:
    """The job's value, or the error that it ended with."""
    try:
        told = json.loads(result.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise RunError(
            f"the simulator {_ending(status)} before the job was done{_first_error(log)}; see {log}"
        ) from None
    error = told.get("error")
    if error is None and status != 0:
        raise RunError(f"the simulator {_ending(status)}{_first_error(log)}; see {log}")
    if error is None:
        return told["value"]
    if error["kind"] == "UsageError":
        raise UsageError(error["message"])
    text = error["message"] if error["kind"] == "RunError" else f"{error['type']}: {error['message']}"
    raise RunError(f"{text}; see {log}")


def _ending(status: int) -> str:
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"


def _first_error(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    found = next((line.strip() for line in lines if "%Error" in line), "")
    return f" ({found})" if found else ""
