# SPDX-License-Identifier: Apache-2.0
"""Builds a simulator from HDL with Verilator and cocotb, once per content of its sources and options."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

import cocotb_tools.config
from filelock import FileLock

from cocotbext.dmasan import hdl, toolchain
from dmasan.config import RunError, UsageError

TRACES = ("none", "fst", "vcd")
OPTIONS = (
    "--timing",
    "--assert",
    "-O3",
    "-fno-dfg",  # its tables for one-hot decoders and its temporaries cost the engine's model 2 to 3 %
    "--x-assign",
    "fast",
    "--x-initial",
    "fast",
    "-Wno-fatal",
    "--trace-structs",
)
COVERAGE = ("--coverage-line", "--coverage-toggle")  # with --coverage, Verilator 5.48 ends in an internal error


@dataclass(frozen=True)
class Design:
    """What to build: `sources` (.vlt, .sv, .v, .cpp) in order, the `top` module and its parameters."""

    top: str
    sources: tuple[Path, ...]
    parameters: Mapping[str, int] = field(default_factory=dict)
    depends: tuple[Path, ...] = ()  # files that sources include
    clock: str = "clk"  # the top's clock input, which the simulator's main program drives
    quiet: str = ""  # the top's output that lets the main program gate the clock, if there is one
    options: tuple[str, ...] = ()  # more options of Verilator's
    tracing: tuple[tuple[str, str], ...] = ()  # "on" or "off" and a pattern of names, in order: what a trace has

    @property
    def ordered(self) -> list[Path]:
        """Waivers first, then packages, then the rest."""
        rank = {".vlt": 0}
        return sorted(self.sources, key=lambda p: rank.get(p.suffix, 1 if p.stem.endswith("_pkg") else 2))


# What a trace of the co-simulated system has. "bus": both buses, the engine's events, and what the model shows.
DETAILS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "all": (),
    "bus": (
        *(("off", f"cosim_top.{part}*") for part in ("engine", "port", "axi_rules", "axil_rules")),
        *(("on", f"cosim_top.engine.{name}") for name in ("ev_*", "dbg_?_desc", "dbg_state*")),
    ),
}


def engine(parameters: Mapping[str, int] | None = None, detail: str = "all") -> Design:
    """The co-simulated system: our engine behind the memory port. A trace of it has what DETAILS says of `detail`."""
    files = [path for folder in (hdl.rtl(), hdl.bench()) for path in sorted(folder.rglob("*"))]
    sources = tuple(p for p in files if p.suffix in (".sv", ".v", ".vlt", ".cpp") and p != _main())
    headers = tuple(path for path in files if path.suffix == ".h" and path.parent == hdl.bench())
    return Design("cosim_top", sources, parameters or {}, headers, quiet="quiet", tracing=DETAILS[detail])


def build(design: Design, *, trace: str = "none", coverage: bool = False) -> Path:
    """The simulator's executable, from the cache or built now.

    Safe when several processes ask at once, and when one is killed half-way: a build appears by rename, when complete.
    Raises UsageError without a compiler, RunError with the log's path if the build fails.
    """
    if trace not in TRACES:
        raise UsageError(f"unknown trace format {trace!r}: allowed are {', '.join(TRACES)}")
    tools = toolchain.find()
    options = [*OPTIONS, *({"none": (), "fst": ("--trace-fst",), "vcd": ("--trace-vcd",)}[trace])]
    options += [*(COVERAGE if coverage else ()), *design.options]
    design = design if trace != "none" else replace(design, tracing=())  # one build without a trace for all
    home = hdl.cache()
    folder = home / f"{design.top}-{_key(design, options, tools.identity)}"
    if (folder / design.top).exists():
        return folder / design.top
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"the folder for builds cannot be made: {error} (set DMASAN_CACHE to another)"
        ) from None
    with FileLock(f"{folder}.lock"):
        if not (folder / design.top).exists():
            _compile(design, options, tools, folder)
    return folder / design.top


def _key(design: Design, options: Sequence[str], identity: str) -> str:
    """A hash over all that the executable depends on."""
    about = [
        design.top,
        design.clock,
        design.quiet,
        dict(design.parameters),
        list(options),
        list(design.tracing),
        identity,
        version("cocotb"),
        str(cocotb_tools.config.libs_dir),
        platform.machine(),
    ]
    digest = hashlib.sha256(json.dumps(about).encode())
    for path in (*design.ordered, *design.depends, _main(), _main().with_name("model_probe.h")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _main() -> Path:
    """The main program: like cocotb's, with a clock of its own."""
    return hdl.bench() / "sim_main.cpp"


def _write_main(design: Design, folder: Path) -> Path:
    """The main program for this design. Its macros are not options of the compiler: Verilator's own library is then
    compiled the same way for all designs, and a compiler cache finds it."""
    macros = {"DMASAN_CLOCK": design.clock, "DMASAN_QUIET": design.quiet}
    lines = [f"#define {name} {value}" for name, value in macros.items() if value]
    path = folder / "main.cpp"
    path.write_text("\n".join([*lines, f'#include "{_main()}"', ""]), encoding="utf-8")
    return path


def _write_tracing(design: Design, folder: Path) -> list[str]:
    """The file that tells Verilator what to trace, if it is not everything."""
    if not design.tracing:
        return []
    path = folder / "tracing.vlt"
    lines = [f'tracing_{switch} -scope "{pattern}"' for switch, pattern in design.tracing]
    path.write_text("\n".join(["`verilator_config", *lines, ""]), encoding="utf-8")
    return [str(path)]


def _commands(
    design: Design, options: Sequence[str], tools: toolchain.Toolchain, work: Path
) -> list[list[str]]:
    """Verilate and compile. As cocotb's own runner does it, but without making every signal public.

    -rdynamic lets ctypes find the C++ side's symbols in the running executable.
    """
    libraries = cocotb_tools.config.libs_dir
    traced = "--trace-fst" in options or "--trace-vcd" in options
    verilate = [
        str(tools.verilator),
        *("-cc", "--exe", "--vpi", "--prefix", "Vtop", "-o", design.top, "-Mdir", str(work)),
        *("--top-module", design.top, "--timescale", "1ns/1ps", *options),
        *("-LDFLAGS", f"-rdynamic -Wl,-rpath,{libraries} -L{libraries} -lcocotbvpi_verilator"),
        *(f"-G{name}={value}" for name, value in design.parameters.items()),
        *(f"-I{folder}" for folder in dict.fromkeys(path.parent for path in design.depends)),
        str(_write_main(design, work.parent)),
        *_write_tracing(design, work.parent),
        *map(str, design.ordered),
    ]
    jobs = str(os.cpu_count() or 1)
    fast = ("OPT_FAST=-O2", "OPT_GLOBAL=-O2")
    compile_ = ["make", "-j", jobs, "-C", str(work), "-f", "Vtop.mk", f"VM_TRACE={int(traced)}", *fast]
    return [verilate, compile_]


def _compile(design: Design, options: Sequence[str], tools: toolchain.Toolchain, folder: Path) -> None:
    """Builds in a folder of its own, named after the build, and renames what is kept: the executable and the log.

    The caller holds the build's lock: what lies in the folder already is of a build that was killed.
    """
    work = folder.parent / f"building-{folder.name}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    log = folder.parent / f"{folder.name}.log"
    try:
        with log.open("wb") as out:
            for command in _commands(design, options, tools, work / "objects"):
                out.write((" ".join(command) + "\n").encode())
                out.flush()
                done = subprocess.run(
                    command,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    stdin=subprocess.DEVNULL,
                    env=tools.environment,
                )
                if done.returncode != 0:
                    raise RunError(f"building {design.top} failed: {_reason(log)}; see {log}")
        ready = work / "ready"
        ready.mkdir()
        (work / "objects" / design.top).rename(ready / design.top)
        shutil.copy(log, ready / "build.log")
        ready.rename(folder)
        log.unlink()
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _reason(log: Path) -> str:
    """The first line of the log that looks like the cause."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    marks = ("%Error", " error:", "Error:", "not found")
    return next(
        (line.strip() for mark in marks for line in lines if mark in line),
        lines[-1] if lines else "no output",
    )
