# SPDX-License-Identifier: Apache-2.0
"""Tells the story of a hazard, or of any byte of a run: what happened to it, and where its copies were."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

from dmasan.config import UsageError
from dmasan.report import eventlog
from dmasan.report.eventlog import EventLog
from dmasan.report.explain import print_story
from dmasan.report.jsonfile import read_json, write_json
from dmasan.report.results import Finding, Run
from dmasan.report.story import story_at, story_of
from dmasan.report.table import console


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("report", metavar="REPORT", help="run.json of a run, or the folder that it is in")
    parser.add_argument("--hazard", metavar="N", help="the hazard of that number (default: the first)")
    parser.add_argument("--at", metavar="ADDRESS", help="instead: any byte, by its physical address or BUFFER+OFFSET")
    parser.add_argument("--time", metavar="T", help="with --at: up to this time, in ns (default: the end of the run)")
    parser.add_argument("--json", metavar="FILE", help="also write the story as JSON, - for standard output")


def execute(arguments: argparse.Namespace) -> int:
    run, log = load(Path(arguments.report))
    finding: Finding | None = None
    if arguments.at is not None:
        if arguments.hazard is not None:
            raise UsageError("--at and --hazard: a story is of a byte or of a hazard, not of both")
        story = story_at(log, _address(arguments.at, log), _time(arguments.time, log))
    else:
        if arguments.time is not None:
            raise UsageError("--time: only with --at, a hazard has its own time")
        finding = _finding(run, arguments.hazard)
        if finding is None:
            print("clean: this run has no hazard to explain; --at ADDRESS tells the story of any byte.")
            return 0
        story = story_of(log, finding)
    out = console()
    if arguments.json:
        write_json(arguments.json, story.to_json())
        if arguments.json == "-":
            out = console(sys.stderr)
    print_story(story, out, finding)
    return 0


def load(path: Path) -> tuple[Run, EventLog]:
    """A run and its event log. Raises UsageError if one of them is not there."""
    file = path / "run.json" if path.is_dir() else path
    if path.is_dir() and not file.exists() and (runs := sorted(each.parent for each in path.glob("*/run.json"))):
        raise UsageError(f"{path} has no run.json, but its folders have: name one of the {len(runs)}, such as {runs[0]}")
    run = Run.from_json(read_json(file, "dmasan/run/1"))
    told = file.parent / Path(run.events_file or eventlog.FILE).name  # results may have been moved as a whole
    return run, eventlog.read(told)


def _finding(run: Run, text: str | None) -> Finding | None:
    """The hazard of that number; the first if none is asked for, None if there is none at all."""
    if text is None:
        return run.hazards[0] if run.hazards else None
    found = next((each for each in run.hazards if str(each.id) == text), None)
    if found is None:
        allowed = f"1 to {len(run.hazards)}" if run.hazards else "none, the run is clean"
        raise UsageError(f"--hazard {text}: this run has no hazard of that number, allowed is {allowed}")
    return found


def _address(text: str, log: EventLog) -> int:
    """A physical address, or an offset in a buffer by its name."""
    try:
        return int(text, 0)
    except ValueError:
        pass
    from dmasan.events import DmaMap

    name, plus, offset = text.rpartition("+")
    name, offset = (name, offset) if plus else (text, "0")
    buffers = {mark.event.name: mark.event for mark in log.history.marks if isinstance(mark.event, DmaMap)}
    found = buffers.get(name.strip())
    try:
        distance = int(offset, 0)
    except ValueError:
        distance = -1
    if found is not None and not 0 <= distance < found.length:
        raise UsageError(f"--at {text}: {found.name!r} has {found.length} bytes, allowed offsets are 0 to {found.length - 1}")
    if found is None:
        raise UsageError(
            f"--at {text}: neither a physical address nor BUFFER+OFFSET; the buffers are "
            + (", ".join(f"{each.name!r} ({each.length} bytes)" for each in buffers.values()) or "none")
        )
    return found.address + distance


def _time(text: str | None, log: EventLog) -> float | None:
    """In ns, within the run: a story up to a time that it did not reach would pretend to know what came then."""
    if text is None:
        return None
    try:
        time_ns = float(text.replace(",", ""))
    except ValueError:
        time_ns = math.nan
    if not time_ns >= 0:
        raise UsageError(f"--time {text}: not a time in ns, allowed is 0 and above")
    times = [step.time_ns for step in log.history.steps] + [mark.event.time_ns for mark in log.history.marks]
    last = max(times, default=0.0)
    if time_ns > math.ceil(last):
        raise UsageError(f"--time {text}: the run's last event is at {last:,.0f} ns, allowed is 0 to that")
    return time_ns
