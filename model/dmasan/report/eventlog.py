# SPDX-License-Identifier: Apache-2.0
"""The event log of a run, `dmasan/events/1`: all that happened to RAM and all calls, so that any byte's story can be told later.

A file is gzipped JSON. Steps are stored by column, and texts that come again and again by their index, so that a run of
some 20,000 steps takes about 100 KiB. docs/schema/events-1.json says what each column is.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import Enum
from functools import cache
from pathlib import Path
from types import NoneType
from typing import Any, Self, get_args, get_type_hints

from dmasan import __version__
from dmasan import events as ev
from dmasan.arch.family import Family
from dmasan.config import UsageError
from dmasan.events import Event, PolicyStep, Site
from dmasan.report.jsonfile import write_bytes
from dmasan.report.results import shorten
from dmasan.sanitizer.codes import Code
from dmasan.sanitizer.hazards import Hazard
from dmasan.sanitizer.history import KEPT, History, Mark, Step
from dmasan.sanitizer.sanitizer import Sanitizer
from dmasan.schedule import Move, MoveKind, Point

SCHEMA = "dmasan/events/1"
FILE = "events.json.gz"


@dataclass(frozen=True)
class Seen:
    """Where hazard `id` was seen first: the byte's physical address, the number of the step, and `late` and `rule` as in
    `sanitizer.hazards.Incident`."""

    id: int
    byte: int
    seen: int
    late: int = 0
    rule: str | None = None


@dataclass(frozen=True, eq=False)
class EventLog:
    """What a run leaves behind: its history, the steps of the policy, where hazards were seen, the schedule's hidden moves.

    `line` is the size of a cache line in bytes, `base` and `size` say where RAM is, `version` is that of dmasan.
    """

    family: Family
    line: int
    base: int
    size: int
    history: History
    policy_steps: list[tuple[int, PolicyStep]]
    seen: tuple[Seen, ...] = ()
    moves: tuple[tuple[Point, Move], ...] = ()
    version: str = __version__

    @classmethod
    def of(
        cls, sanitizer: Sanitizer, hazards: Iterable[Hazard] = (), moves: Iterable[tuple[Point, Move]] = ()
    ) -> Self:
        """The log of a run that has ended."""
        shadow = sanitizer.shadow
        seen = tuple(
            Seen(each.id, each.byte, each.seen, each.late, each.rule.name if each.rule else None) for each in hazards
        )
        where = (shadow.line, shadow.base, len(shadow.states))
        return cls(sanitizer.family, *where, sanitizer.history, sanitizer.policy_steps, seen, tuple(moves))

    def seen_of(self, number: int) -> Seen | None:
        return next((each for each in self.seen if each.id == number), None)


def rule_of(seen: Seen) -> Code | None:
    return Code[seen.rule] if seen.rule else None


class _Texts:
    """Values that come again and again, each with an index."""

    def __init__(self) -> None:
        self.known: dict[Any, int] = {}

    def __call__(self, value: Any) -> int:
        return self.known.setdefault(value, len(self.known))


def write(path: Path, log: EventLog) -> None:
    """Writes the log, by rename. Raises UsageError if the folder cannot be written."""
    text = json.dumps(to_json(log), separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    write_bytes(path, gzip.compress(text.encode(), 6, mtime=0))


def read(path: Path) -> EventLog:
    """Reads a log. Raises UsageError unless it is one of this version of the format."""
    try:
        document = json.loads(gzip.decompress(path.read_bytes()))
    except (ValueError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UsageError(f"{path} is no event log: {error}") from None
    except OSError as error:
        raise UsageError(f"cannot read the event log {path}: {error.strerror or error}") from None
    found = document.get("schema") if isinstance(document, dict) else None
    if found != SCHEMA:
        raise UsageError(f"{path} is not a {SCHEMA} document: its schema is {found!r}")
    return from_json(document)


def to_json(log: EventLog) -> dict[str, Any]:
    texts, sites = _Texts(), _Texts()
    steps = _columns(log.history.steps, texts, sites)
    marks = [[mark.after, *_encoded(mark.event, sites)] for mark in log.history.marks]
    policy_steps = [[number, *_encoded(step, sites)] for number, step in log.policy_steps]
    return {
        "schema": SCHEMA,
        "version": log.version,
        "family": asdict(log.family),
        "ram": [log.base, log.size],
        "line": log.line,
        "first": log.history.count - len(log.history.steps) + 1,
        "steps": steps,
        "marks": marks,
        "policy_steps": policy_steps,
        "moves": [
            [*point, move.kind.value, move.level, move.cpu, move.address, move.lines] for point, move in log.moves
        ],
        "hazards": [asdict(each) for each in log.seen],
        "texts": list(texts.known),
        "sites": [[shorten(site.file), site.line] for site in sites.known],
    }


def from_json(document: Mapping[str, Any]) -> EventLog:
    texts: list[str] = document["texts"]
    sites = [Site(file, line) for file, line in document["sites"]]
    history = History(document["line"])
    history.steps = deque(_steps(document["steps"], texts, sites), maxlen=KEPT)
    history.count = document["first"] - 1 + len(history.steps)
    history.marks = deque((Mark(after, _decoded(each, sites)) for after, *each in document["marks"]), maxlen=KEPT)
    policy_steps = []
    for number, *each in document["policy_steps"]:
        step = _decoded(each, sites)
        assert isinstance(step, PolicyStep)
        policy_steps.append((number, step))
    base, size = document["ram"]
    return EventLog(
        Family(**document["family"]),
        document["line"],
        base,
        size,
        history,
        policy_steps,
        tuple(Seen(**each) for each in document["hazards"]),
        tuple((Point(*row[:3]), Move(MoveKind(row[3]), *row[4:])) for row in document["moves"]),
        document["version"],
    )


# --- steps, by column


def _columns(steps: Iterable[Step], text: _Texts, site: _Texts) -> dict[str, list[Any]]:
    """Consecutive steps are alike: addresses and times are stored as differences from the step before."""
    rows = []
    address, time_ps = 0, 0
    for step in steps:
        now = round(step.time_ns * 1000)
        start, length = step.named or (0, 0)
        where = (step.address - address, step.length, site(step.site), now - time_ps)
        point = (text(step.point.agent), text(step.point.kind), step.point.n)
        rows.append((*point, text(step.name), *where, text(step.by), step.burst, start, length))
        address, time_ps = step.address, now
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in _COLUMNS]
    return dict(zip(_COLUMNS, columns, strict=True))


_COLUMNS = "agent kind n name address length site time_ps by burst named named_length".split()


def _steps(columns: Mapping[str, Sequence[int]], text: list[str], site: list[Site]) -> Iterable[Step]:
    address, time_ps = 0, 0
    for agent, kind, n, name, delta, length, place, later, by, burst, start, count in zip(
        *(columns[each] for each in _COLUMNS), strict=True
    ):
        address, time_ps = address + delta, time_ps + later
        point = Point(text[agent], text[kind], n)
        named = (start, count) if count else None
        yield Step(point, text[name], address, length, site[place], time_ps / 1000, text[by], burst, named)


# --- events: [kind, {field: value}], fields that have their default left out


def _encoded(event: Event, site: _Texts) -> tuple[str, dict[str, Any]]:
    told = {}
    for item in fields(event):
        value = getattr(event, item.name)
        if value != item.default:
            told[item.name] = _plain(value, site)
    return type(event).__name__, told


def _plain(value: Any, site: _Texts) -> Any:
    if isinstance(value, Site):
        return site(value)
    if isinstance(value, Enum):
        return value.name
    return sorted(value) if isinstance(value, frozenset) else value


def _decoded(told: Sequence[Any], site: list[Site]) -> Event:
    name, values = told
    made: Event = getattr(ev, name)(**{each: _reader(name, each)(value, site) for each, value in values.items()})
    return made


@cache
def _reader(event: str, field: str) -> Callable[[Any, list[Site]], Any]:
    """How a field of an event is read."""
    hint = get_type_hints(getattr(ev, event))[field]
    if hint is Site:
        return lambda value, site: site[value]
    kinds = [each for each in (get_args(hint) or (hint,)) if each is not NoneType]
    if isinstance(kinds[0], type) and issubclass(kinds[0], Enum):
        kind = kinds[0]
        return lambda value, site: kind[value]
    return lambda value, site: frozenset(value) if isinstance(value, list) else value
