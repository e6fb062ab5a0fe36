# SPDX-License-Identifier: Apache-2.0
"""What a run with waves shows of the model: which lines are watched, and which hazards are to be marked.

Both are known from the same run without waves: same program, same seed, same verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any, Self

from dmasan.events import DmaMap
from dmasan.report.eventlog import EventLog
from dmasan.report.results import Finding

LINES = 8  # line_probe instances of tb/hdl/model_probe.sv
CPUS = 4  # cpu_probe instances


@dataclass(frozen=True)
class Marked:
    """A hazard that is expected: by its effect, buffer and line of the program it is known again; `byte` is a physical
    address."""

    number: int
    code: str
    effect: str
    buffer: str
    place: tuple[str, int]
    byte: int

    def is_at(self, effect: str, buffer: str, file: str, line: int) -> bool:
        return (self.effect, self.buffer, self.place) == (effect, buffer, (PurePath(file).name, line))


@dataclass(frozen=True)
class Plan:
    """`lines`: physical addresses of the watched lines, each with a name for the viewer."""

    lines: tuple[tuple[int, str], ...]
    hazards: tuple[Marked, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        hazards = tuple(Marked(**{**each, "place": tuple(each["place"])}) for each in data["hazards"])
        return cls(tuple((address, name) for address, name in data["lines"]), hazards)


def plan_of(findings: Sequence[Finding], log: EventLog | None, asked: Iterable[int], line: int) -> Plan:
    """The lines that were asked for, then those of the hazards, then the first one of each mapping; hazards by their log."""
    chosen: dict[int, str] = {}
    for address in asked:
        chosen.setdefault(address & -line, "watched")
    marked = []
    for finding in findings:
        seen = log.seen_of(finding.id) if log else None
        if seen is None:
            continue
        place = PurePath(finding.file).name, finding.line
        marked.append(Marked(finding.id, finding.code, finding.effect, finding.buffer, place, seen.byte))
        chosen.setdefault(seen.byte & -line, f"hazard {finding.id}: {finding.buffer}")
    for mark in log.history.marks if log else ():
        event = mark.event
        if isinstance(event, DmaMap):
            chosen.setdefault(event.address & -line, event.name or "mapping")
    return Plan(tuple(chosen.items())[:LINES], tuple(marked))
