# SPDX-License-Identifier: Apache-2.0
"""The witness of a hazard: the schedule that makes it manifest, as a file, and its replay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from cocotbext.dmasan.commands.jobs import Job
from dmasan.config import UsageError
from dmasan.report.results import Finding, Run, shorten
from dmasan.sanitizer.witness import Witness
from dmasan.schedule import to_lines
from dmasan.soc import Soc


def write_witness(soc: Soc, number: int, folder: Path) -> dict[str, Any]:
    """Searches the witness of hazard `number` of a run that has ended, and writes it into `folder`.

    Returns {"file", "moves"}. Raises UsageError if there is no such hazard, or none that a read shows.
    """
    found = next((hazard for hazard in soc.hazards if hazard.id == number), None)
    if found is None:
        allowed = f"1 to {len(soc.hazards)}" if soc.hazards else "none, the run is clean"
        raise UsageError(f"--witness {number}: this run has no hazard of that number, allowed is {allowed}")
    witness = found.witness()
    if witness is None:
        raise UsageError(
            f"--witness {number}: no read of this run shows {found.code.name} by a stale value, under no schedule"
        )
    file = folder / f"witness-{number}.jsonl"
    file.write_text(to_lines(witness.schedule(soc.machine.profile.l1.line)), encoding="utf-8")
    return {"file": str(file), "moves": _told(witness), "address": witness.address}


def _told(witness: Witness) -> list[str]:
    """The moves for a reader."""
    home = f"the line of {witness.address:#x}"
    return [
        f"{name.replace('_', ' ')} ({home}), before {point.kind} {point.n} of {point.agent}"
        for point, name in witness.moves
    ]


def replay_of(job: Job, number: int, witness: dict[str, Any]) -> Job:
    """The same job under the witness as its schedule, in a folder of its own."""
    folder = job.folder / f"witness-{number}"
    arguments = {
        **job.arguments,
        "schedule": f"replay:{witness['file']}",
        "folder": str(folder.absolute()),
        "witness": 0,
    }
    return replace(job, title=f"{job.title}, replaying the witness", folder=folder, arguments=arguments)


def verdict(run: Run, replayed: Run, number: int, witness: dict[str, Any]) -> list[str]:
    """What the replay showed, in sentences."""
    hazard = run.hazards[number - 1]
    shown = next((each for each in replayed.hazards if _same(each, hazard)), None)
    moves = "; ".join(witness["moves"]) or "no hidden move: only that buffers drain no sooner than they must"
    told = [f"witness of hazard {number}: {moves}."]
    if shown is not None and shown.state == "manifest":
        told.append(f"replayed: manifest at {shown.time_ns:,.0f} ns; schedule {shorten(witness['file'])}.")
    else:
        told.append(
            f"replayed: still latent, this machine cannot make all of the moves; schedule {shorten(witness['file'])}."
        )
    return told


def _same(one: Finding, other: Finding) -> bool:
    return (one.effect, one.buffer, one.file, one.line) == (other.effect, other.buffer, other.file, other.line)
