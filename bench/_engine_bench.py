# SPDX-License-Identifier: Apache-2.0
"""Builds and runs `engine_bench`, the programs of bench/cpp: the engine alone on a memory in C++, no Python per cycle.

The tests of the engine run the same executable.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from filelock import FileLock

from cocotbext.dmasan import hdl, toolchain
from dmasan.config import RunError

PROGRAMS = Path(__file__).parent / "cpp"
NAME = "engine_bench"
CHECKERS = ("axi_checker_pkg", "axi_checker_channel", "axi_checker_request", "axi_checker_read", "axi_checker_write")
# Verilator compiles with -Os unless it is told; the bench has no use for small code.
OPTIONS = (
    *("--cc", "--exe", "-O3", "-fno-dfg", "--x-assign", "fast", "--x-initial", "fast", "--output-split", "15000"),
    *("-MAKEFLAGS", "OPT_FAST=-O2 OPT_SLOW=-O0 OPT_GLOBAL=-O2"),
)
ENGINE = ("--top-module", "dma_top", "-GMAX_BURST=256")  # bursts as long as AXI allows
SHOWN = 3000  # characters of a failed command's output


def sources() -> list[Path]:
    """The engine's sources in the order of `rtl/files.f`."""
    lines = (hdl.rtl() / "files.f").read_text(encoding="utf-8").splitlines()
    return [hdl.rtl() / line for line in lines if line and not line.startswith("//")]


def rules() -> list[Path]:
    """The protocol checkers, and what binds them to both ports of the engine."""
    names = (*CHECKERS, "axi_checker", "axil_checker")
    return [*(hdl.bench() / f"{name}.sv" for name in names), PROGRAMS.parent / "hdl" / "engine_rules.sv"]


def build(width: int, extra: tuple[str, ...] = ()) -> Path:
    """The executable for a data width in bits and more options of Verilator, from the cache or built now.

    Raises UsageError without a compiler, RunError if the build fails.
    """
    generated = hdl.rtl() / "gen"
    files = [*sources(), *rules(), PROGRAMS / "main.cpp"]
    included = [*sorted(PROGRAMS.glob("*.?pp")), *sorted(generated.glob("*.h"))]
    options = (*ENGINE, *extra, f"-GDATA_W={width}")
    return compiled(NAME, files, included, options, f"-DDATA_W={width} -I{PROGRAMS} -I{generated}")


def compiled(name: str, files: list[Path], included: list[Path], options: tuple[str, ...], flags: str) -> Path:
    """The executable `name` of HDL and a C++ main program, from the cache or built now.

    `included`: what the files include; `options` are Verilator's, `flags` the compiler's. Raises as `build`.
    """
    tools = toolchain.find()
    digest = hashlib.sha256(f"{OPTIONS} {options} {flags} {tools.identity}".encode())
    for path in (*files, *included):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    folder = hdl.cache() / f"{name}-{digest.hexdigest()[:16]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            work = folder.parent / f"building-{folder.name}"  # under our lock: what lies there is of a killed build
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            command = [str(tools.verilator), *OPTIONS, "--build", "-j", str(os.cpu_count() or 1), *options]
            command += ["--Mdir", str(work / "objects"), "-CFLAGS", f"-std=c++20 {flags}", "-o", name]
            try:
                _run([*command, *map(str, files)], tools.environment, 600)
                (work / "ready").mkdir()
                (work / "objects" / name).rename(work / "ready" / name)
                (work / "ready").rename(folder)
            finally:
                shutil.rmtree(work, ignore_errors=True)
    return folder / name


def run(width: int, *arguments: str, timeout: float = 900.0) -> list[dict[str, Any]]:
    """The JSON lines that a program of the bench prints. Raises RunError with the end of its output if it fails."""
    return told(build(width), *arguments, timeout=timeout)


def told(executable: Path, *arguments: str, timeout: float = 900.0, script: str = "") -> list[dict[str, Any]]:
    """As `run`, for an executable that is there; `script` is its standard input."""
    output = _run([str(executable), *arguments], None, timeout, script)
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def _run(command: list[str], environment: dict[str, str] | None, timeout: float, script: str = "") -> str:
    done = subprocess.run(
        command, env=environment, input=script, capture_output=True, text=True, timeout=timeout
    )
    if done.returncode != 0:
        shown = f"{done.stdout[-SHOWN:]}{done.stderr[-SHOWN:]}"
        raise RunError(f"{Path(command[0]).name} {command[1]} failed (status {done.returncode}): {shown}")
    return done.stdout
