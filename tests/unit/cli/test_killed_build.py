# SPDX-License-Identifier: Apache-2.0
"""A build that is killed half-way leaves no broken cache, and nothing that the next one does not clear away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench import _engine_bench
from cocotbext.dmasan import build, hdl, toolchain

# In the place of Verilator: it writes half of a build; if it is to be slow, it never gets further.
VERILATOR = """#!/bin/sh
while [ "$1" != -Mdir ]; do shift; done
mkdir -p "$2"; echo half > "$2/half"
if [ -e "$SLOW" ]; then sleep 600; fi
printf 'top:\\n\\techo whole > top\\n' > "$2/Vtop.mk"
"""
BUILD = """
import os, sys
from pathlib import Path
from cocotbext.dmasan import build, toolchain
toolchain.find = lambda: toolchain.Toolchain(Path(sys.argv[1]), "stand-in", dict(os.environ))
build.build(build.Design("top", ()))
"""
# The same for the engine's bench, which lets Verilator call make.
BUILDING = """#!/bin/sh
while [ "$1" != --Mdir ]; do shift; done
mkdir -p "$2"; if [ -e "$SLOW" ]; then echo half > "$2/half"; sleep 600; fi
echo whole > "$2/lean"
"""
BENCH = """
import os, sys
from pathlib import Path
from bench import _engine_bench
from cocotbext.dmasan import toolchain
toolchain.find = lambda: toolchain.Toolchain(Path(sys.argv[1]), "stand-in", dict(os.environ))
_engine_bench.compiled("lean", [], [], (), "")
"""
LIMIT = 30.0  # s


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "verilator"
    program.write_text(VERILATOR)
    program.chmod(0o755)
    monkeypatch.setenv("DMASAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SLOW", str(tmp_path / "slow"))
    stand_in = toolchain.Toolchain(program, "stand-in", dict(os.environ))
    monkeypatch.setattr(toolchain, "find", lambda: stand_in)
    return program


def kill_half_way(script: str, program: Path, cache: Path) -> None:
    """Starts a build and kills it when half of it is there."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.Popen([sys.executable, "-c", script, program], env=environment, start_new_session=True)
    end = time.monotonic() + LIMIT
    while not list(cache.glob("*/objects/half")):
        assert time.monotonic() < end and killed.poll() is None
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()


def test_the_next_build_is_whole(fake: Path, tmp_path: Path) -> None:
    slow, cache = tmp_path / "slow", tmp_path / "cache"
    slow.touch()
    kill_half_way(BUILD, fake, cache)
    assert not list(cache.glob("top-*/top"))
    slow.unlink()
    executable = build.build(build.Design("top", ()))
    assert executable.read_text() == "whole\n"
    assert executable.parent.parent == hdl.cache() == cache
    assert not list(cache.glob("building-*"))


def test_the_next_build_of_the_bench_is_whole(fake: Path, tmp_path: Path) -> None:
    slow, cache = tmp_path / "slow", tmp_path / "cache"
    slow.touch()
    fake.write_text(BUILDING)
    kill_half_way(BENCH, fake, cache)
    assert not list(cache.glob("lean-*/lean"))
    slow.unlink()
    executable = _engine_bench.compiled("lean", [], [], (), "")
    assert executable.read_text() == "whole\n"
    assert not list(cache.glob("building-*"))
