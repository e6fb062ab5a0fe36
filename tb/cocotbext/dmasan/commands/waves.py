# SPDX-License-Identifier: Apache-2.0
"""`dmasan run --waves`: what is to be shown is found by the same run on the behavioural device, then the RTL is traced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cocotbext.dmasan import toolchain
from cocotbext.dmasan.commands.jobs import Job, run_on_model
from cocotbext.dmasan.commands.settings import Settings
from cocotbext.dmasan.waves import savefile
from cocotbext.dmasan.waves.plan import Plan, plan_of
from dmasan.arch.profile import find_profile
from dmasan.config import RunError, UsageError
from dmasan.report import eventlog
from dmasan.report.results import Run, shorten


def check(waves: bool, watch: Sequence[str] | None, settings: Settings) -> tuple[int, ...]:
    """The addresses to watch. Raises UsageError where there can be no waves."""
    if watch and not waves:
        raise UsageError("--watch: only with --waves")
    if waves and settings.backend != "rtl":
        raise UsageError("--waves: only with --backend rtl, the behavioural device has no signals")
    return tuple(map(_address, watch or ()))


def _address(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise UsageError(f"--watch {text}: not a physical address such as 0x81900040") from None


def trace_format() -> str:
    """fst, or vcd where the libraries of the FST writer are missing."""
    return "fst" if toolchain.can_write_fst() else "vcd"


def looked_ahead(job: Job, settings: Settings, watch: Sequence[int]) -> Plan:
    """The plan from the same job on the behavioural device. A program that does not run there is watched as asked only."""
    folder = job.folder / "first"
    folder.mkdir(parents=True, exist_ok=True)
    first = replace(job, folder=folder, arguments={**job.arguments, "folder": str(folder.absolute()), "witness": 0})
    try:
        result = run_on_model(first, settings.timeout)
    except RunError:
        return plan_of((), None, watch, _line(settings))
    if "run" not in result:
        return plan_of((), None, watch, _line(settings))
    return planned(Run.from_json(result["run"]), folder, watch, settings)


def planned(run: Run, folder: Path, watch: Sequence[int], settings: Settings) -> Plan:
    """The plan from a run whose results lie in `folder`."""
    return plan_of(run.hazards, eventlog.read(folder / eventlog.FILE), watch, _line(settings))


def _line(settings: Settings) -> int:
    return find_profile(settings.profile[0]).l1.line


def traced(job: Job, plan: Plan) -> Job:
    """The same job with waves."""
    return replace(job, arguments={**job.arguments, "waves": plan.to_json()})


def finish(job: Job, result: dict[str, Any], plan: Plan) -> tuple[list[str], list[str]]:
    """Writes the save files beside the dump: the names of all three, and what to say of them."""
    run = Run.from_json(result["run"])
    marks = sorted((each.time_ns, each.id) for each in run.hazards)
    dump = f"dump.{trace_format()}"
    names = savefile.write(job.folder, dump, plan, int(job.arguments["knobs"]["cpus"]), marks)
    where = shorten(str(job.folder.absolute()))
    told = [f"waves: gtkwave {where}/waves.gtkw, or surfer --command-file {where}/waves.sucl {where}/{dump}"]
    if dump.endswith("vcd"):
        told.append("waves are VCD: FST needs liblz4-dev and zlib1g-dev (dmasan doctor).")
    return names, told
