# SPDX-License-Identifier: Apache-2.0
"""What `dmasan run --waves` costs, in CPU time of all its processes, against the same run without waves."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

from cocotbext.dmasan.build import build, engine
from cocotbext.dmasan.commands.waves import trace_format
from dmasan.report.results import Measurement

MOST = 2.5  # times the run without
POLICIES = ("unmap_linear", "double_map")  # one hazard in a window of the policy; one that lasts


def measure(folder: Path) -> list[Measurement]:
    """A row for each policy; the simulators are built before."""
    build(engine())
    build(engine(), trace=trace_format())
    return [row(policy, folder / policy) for policy in POLICIES]


def row(policy: str, folder: Path) -> Measurement:
    command = ["run", "frame", "--policy", policy, "--quiet", "--out", str(folder)]
    plain = min(seconds(command), seconds(command))
    waves = min(seconds([*command, "--waves"]), seconds([*command, "--waves"]))
    dump = next(folder.glob("dump.*"))
    ratio = waves / plain
    about = f"{plain:.1f} s without; {dump.name} has {dump.stat().st_size / 1e6:.1f} MB"
    return Measurement(f"dmasan run frame --policy {policy} --waves", ratio, "times the time", MOST, ratio <= MOST, about)


def seconds(arguments: list[str]) -> float:
    """CPU seconds of a command of ours and of what it starts. Raises ValueError if the run broke."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "cocotbext.dmasan.cli", *arguments]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=900)
    if done.returncode not in (0, 1):
        raise ValueError(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr.strip()}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
