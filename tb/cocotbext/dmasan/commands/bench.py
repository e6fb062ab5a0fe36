# SPDX-License-Identifier: Apache-2.0
"""Measures speeds, peers in the same run, and prints one table."""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from cocotbext.dmasan import hdl
from cocotbext.dmasan.commands.progress import Progress
from cocotbext.dmasan.commands.settings import Settings, apply
from dmasan.config import RunError, UsageError, choose
from dmasan.report.jsonfile import write_json
from dmasan.report.results import Measurement, shorten
from dmasan.report.table import console, print_measurements

DEFAULTS = Settings(out="build/bench")
WHOLE_TARGET = 480.0  # s

Measure = Callable[[Path], list[Measurement]]


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="*", help="files of bench/ without .py (default all)")
    parser.add_argument("--out", metavar="DIR", help=f"folder of the results (default {DEFAULTS.out})")
    parser.add_argument("--json", metavar="FILE", help="also write the result as JSON, - for standard output")
    parser.add_argument("--quiet", action="store_true", default=None, help="no progress")


def execute(arguments: argparse.Namespace) -> int:
    settings = apply(DEFAULTS, vars(arguments))
    benchmarks = find()
    names = [choose("benchmark", name, benchmarks) for name in arguments.name] or list(benchmarks)
    rows: list[Measurement] = []
    begin = time.monotonic()
    with Progress(len(names), settings.quiet) as progress:
        for name in names:
            progress.say(f"measuring {name}")
            rows += measure(benchmarks[name], settings.folder / name)
            progress.step(name)
    if not arguments.name:
        rows.append(_whole(time.monotonic() - begin))
    document = {"schema": "dmasan/bench/1", "rows": [asdict(row) for row in rows]}
    write_json(settings.folder / "bench.json", document)
    out = console()
    if settings.json:
        write_json(settings.json, document)
        out = console(sys.stderr) if settings.json == "-" else out
    if not (settings.json == "-" and settings.quiet):
        print_measurements(rows, out)
        out.print(f"report: {shorten(str((settings.folder / 'bench.json').absolute()))}", markup=False)
    return 0


def _whole(seconds: float) -> Measurement:
    """The time of all of it, as its user waits for it."""
    return Measurement("the whole bench", seconds, "s", WHOLE_TARGET, seconds <= WHOLE_TARGET)


def find() -> dict[str, Path]:
    """The benchmarks by name. Raises UsageError outside of a checkout: a wheel does not carry them."""
    root = hdl.checkout()
    folder = root / "bench" if root else Path()
    files = sorted(path for path in folder.glob("*.py") if not path.name.startswith("_")) if root else []
    if not files:
        raise UsageError("the benchmarks are not here: dmasan bench needs a checkout with the folder bench/")
    return {path.stem: path for path in files}


def measure(file: Path, folder: Path) -> list[Measurement]:
    """Runs `measure(folder)` of a benchmark. Raises UsageError if it needs what is not installed, else RunError."""
    folder.mkdir(parents=True, exist_ok=True)
    sys.path.insert(0, str(file.parent.parent))
    try:
        module = importlib.import_module(f"{file.parent.name}.{file.stem}")
        function: Measure = module.measure
        return function(folder)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"benchmark {file.stem} needs the package {error.name}: install dmasan[dev] (make setup-dev)"
        ) from None
    except (OSError, ValueError) as error:
        raise RunError(f"benchmark {file.stem} failed: {type(error).__name__}: {error}") from error
    finally:
        sys.path.remove(str(file.parent.parent))
