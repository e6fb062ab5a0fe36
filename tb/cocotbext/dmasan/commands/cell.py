# SPDX-License-Identifier: Apache-2.0
"""One program in one cell, as a job: runs on either backend, writes pictures and schedule, returns what JSON can hold."""

from __future__ import annotations

import contextlib
import inspect
import io
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np

from cocotbext.dmasan.commands.witness import write_witness
from cocotbext.dmasan.waves.plan import Plan
from dmasan.config import RunError, UsageError
from dmasan.device.backend import Backend
from dmasan.report import eventlog
from dmasan.report import picture as drawn
from dmasan.report.eventlog import EventLog
from dmasan.report.results import Cost, Finding, Run, Simulated, shorten
from dmasan.scenarios import picture, program
from dmasan.scenarios.frame import FrameResult
from dmasan.schedule import Replay, Schedule
from dmasan.soc import Soc


@dataclass(frozen=True)
class Cell:
    """The arguments of a job. `folder` takes its files; `input` is the picture, None for the one that ships."""

    scenario: str
    policy: str
    profile: str
    era: str
    knobs: dict[str, object]
    schedule: str
    seed: int
    input: str | None
    folder: str
    witness: int = 0  # number of the hazard whose witness is wanted, 0: none
    waves: dict[str, Any] | None = None  # what is to be shown of the model (`waves.plan.Plan`), on the RTL


async def run_cell(backend: Backend, **arguments: Any) -> dict[str, Any]:
    """Runs a cell: {"not_applicable": reason}, or {"run", "wrong_bytes", "pictures", "wrong_pictures", "printed"}.

    Raises UsageError for a program or input that cannot be used, RunError if the program raises.
    """
    cell = Cell(**arguments)
    started = time.perf_counter()
    entry = program.find(cell.scenario)
    try:
        soc = _soc(cell, backend)
    except UsageError as error:
        return {"not_applicable": str(error)}
    if cell.waves is not None:
        cast("Any", backend).watch(soc, Plan.from_json(cell.waves))
    printed = _Tee()
    with contextlib.redirect_stdout(printed):
        outcome = await _run(cell, soc, entry)
    folder = Path(cell.folder)
    soc.schedule.write(folder / "schedule.jsonl")
    eventlog.write(folder / eventlog.FILE, EventLog.of(soc.sanitizer, soc.hazards, soc.schedule.log))
    delivered = _deliver(outcome, folder) if isinstance(outcome, FrameResult) else _Delivered()
    run = _report(cell, soc, delivered.notes, folder, time.perf_counter() - started)
    return {
        "run": run.to_json(),
        "wrong_bytes": sum(delivered.wrong),
        "pictures": delivered.pictures,
        "wrong_pictures": [
            path for path, wrong in zip(delivered.pictures, delivered.wrong, strict=True) if wrong
        ],
        "printed": printed.getvalue(),
        "witness": write_witness(soc, cell.witness, folder) if cell.witness else None,
    }


class _Tee(io.StringIO):
    """Keeps what the program prints, and lets it through to the log."""

    def write(self, text: str) -> int:
        if sys.__stdout__:
            sys.__stdout__.write(text)
        return super().write(text)


def _soc(cell: Cell, backend: Backend) -> Soc:
    kind, _, file = cell.schedule.partition(":")
    schedule: str | Schedule = Replay.read(Path(file)) if kind == "replay" else kind
    return Soc(
        profile=cell.profile,
        policy=cell.policy,
        era=cell.era,
        schedule=schedule,
        seed=cell.seed,
        backend=backend,
        **cell.knobs,
    )


async def _run(cell: Cell, soc: Soc, entry: program.Program) -> Any:
    """Boots and runs the program. An exception names the program's line; one of its own becomes a RunError."""
    await soc.boot()
    named: dict[str, Any] = {}
    if program.takes_picture(entry):
        named["picture"] = picture.load(Path(cell.input)) if cell.input else None
    try:
        return await entry(soc, **named)
    except Exception as error:
        where = shorten(program.place(error, Path(inspect.getfile(entry))))
        if isinstance(error, UsageError | RunError):
            kind = UsageError if isinstance(error, UsageError) else RunError
            raise kind(f"{where}: {error}") from error
        traceback.print_exc()
        raise RunError(f"the program raised {type(error).__name__} at {where}: {error}") from error


@dataclass
class _Delivered:
    """The picture of each pass, how many bytes of it are wrong, and what else is to be told."""

    pictures: list[str] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def _deliver(result: FrameResult, folder: Path) -> _Delivered:
    """Writes a picture for each pass."""
    told = _Delivered()
    for delivery in result.deliveries:
        original, file = result.picture.data, folder / f"{delivery.name}.png"
        drawn.write(file, drawn.compare(original, delivery.data, result.picture.shape))
        told.pictures.append(str(file))
        told.wrong.append(int(np.count_nonzero(original != delivery.data)))
        if delivery.error:
            told.notes.append(f"{delivery.name} pass: the engine's driver reports {delivery.error}")
    if result.damaged:
        told.notes.append(f"{result.damaged} bytes of the next users of the memory were damaged")
    return told


def _report(cell: Cell, soc: Soc, notes: list[str], folder: Path, seconds: float) -> Run:
    told = [f"{text} ({count} times)" for text, count in soc.notes.items()]
    counters, kernel = soc.machine.counters, soc.kernel.counters
    return Run(
        scenario=cell.scenario,
        cell={
            "policy": soc.kernel.policy.name,
            "profile": cell.profile,
            "era": cell.era,
            "knobs": cell.knobs,
        },
        seed=cell.seed,
        schedule=cell.schedule,
        backend=soc.backend.name,
        hazards=tuple(Finding.of(each, soc.machine.profile.l1.line) for each in soc.hazards),
        notes=(*told, *notes),
        schedule_file=str(folder / "schedule.jsonl"),
        cost=Cost(
            counters.pte_writes,
            counters.sections_split,
            counters.tables_walked,
            counters.tlbi_local,
            counters.tlbi_broadcast,
            counters.l1_ops,
            counters.l2_ops,
            kernel.pages_migrated,
            kernel.lowmem_lost_bytes,
        ),
        sim=Simulated(soc.backend.cycles, seconds, soc.port.bytes_moved),
        events_file=str(folder / eventlog.FILE),
    )
