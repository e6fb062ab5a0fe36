# SPDX-License-Identifier: Apache-2.0
"""The story of a byte: what happened to it, from the last time when memory held its only copy, to the access that goes wrong.

Of a hazard it is told as one schedule has it, the shortest that goes wrong, hidden moves included; `copies` are then what
each place holds. Of any other byte it is told as this run went, and `copies` are all that each place may hold under some
schedule. Either comes from the event log and the relation alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from dmasan import events as ev
from dmasan.arch.configuration import Config
from dmasan.arch.family import Family
from dmasan.arch.semantics import OPERATIONS
from dmasan.config import UsageError
from dmasan.events import Event, Site
from dmasan.report import story_words as words
from dmasan.report.eventlog import EventLog, Seen, rule_of
from dmasan.report.results import Finding, shorten
from dmasan.sanitizer.codes import Effect, State
from dmasan.sanitizer.determined import MaySet, Verdict
from dmasan.sanitizer.diagnosis import places
from dmasan.sanitizer.diagnosis.diagnosis import evidence_of
from dmasan.sanitizer.diagnosis.evidence import Evidence
from dmasan.sanitizer.diagnosis.record import Record
from dmasan.sanitizer.diagnosis.replay import replay
from dmasan.sanitizer.hazards import Incident
from dmasan.sanitizer.history import Mark, Touch
from dmasan.sanitizer.path import Link, find_path

Copies = dict[str, tuple[str, ...]]  # by place: "absent", "clean latest", ...; several where schedules differ
_CALLS = (ev.DmaMap, ev.DmaUnmap, ev.DmaSync, ev.ContentUndefined)
_RANGE = re.compile(r"(0x[0-9a-f]+)-(0x[0-9a-f]+)")
_READS = {"the CPU, Non-cacheable": "load_nc", "the CPU, cacheable": "load_wb", "the device": "dev_read"}


@dataclass(frozen=True)
class Moment:
    """One thing that happened. `kind`: "rest" (where the story begins), "cpu", "device", "kernel", "hidden" (a hidden move),
    "call", "policy". `number` is that of the step (0 for what is none), `times` how often it happened in a row; `place` is
    "file:line"; `wrong` says what is wrong with it, if anything; `copies` is empty where they do not change."""

    number: int
    time_ns: float
    kind: str
    who: str
    what: str
    place: str = ""
    copies: Copies | None = None
    wrong: str = ""
    times: int = 1


@dataclass(frozen=True)
class Story:
    """`byte` is a physical address, `line` the size of its cache line; `one_schedule`: see above. `outlook` says what
    reads would find after the last moment, `repair` and `because` are those of the hazard `hazard` (0: none)."""

    byte: int
    line: int
    buffer: str
    offset: int
    one_schedule: bool
    moments: tuple[Moment, ...]
    hazard: int = 0
    because: str = ""
    repair: str = ""
    outlook: tuple[str, ...] = ()

    @property
    def places(self) -> list[str]:
        """The places that hold something at some moment, memory always, in the order of travel."""
        used = {"memory"}
        for moment in self.moments:
            used |= {place for place, codes in (moment.copies or {}).items() if codes != ("absent",)}
        return [place for place in words.HEADINGS if place in used]

    @property
    def hidden(self) -> list[Moment]:
        return [moment for moment in self.moments if moment.kind == "hidden"]

    def to_json(self) -> dict[str, Any]:
        return {"schema": "dmasan/story/1", **asdict(self)}


def story_of(log: EventLog, finding: Finding, record: Record | None = None) -> Story:
    """The story of a hazard's first wrong byte. Raises UsageError if the log is of another run."""
    seen = log.seen_of(finding.id)
    if seen is None:
        raise UsageError(f"the event log knows no hazard {finding.id}: it is of another run")
    record = record or Record(log.history)
    evidence = evidence_of(log, _incident(finding, seen), record)
    buffer, offset = buffer_at(log, seen.byte, seen.seen)
    path = _path(evidence)
    if path:
        moments = _scheduled(log, evidence, path)
        moments[-1] = replace(moments[-1], wrong=moments[-1].wrong or _wrong(finding, evidence))
    else:
        moments = _possible(log, seen.byte, evidence.touches, evidence.states, seen.seen + 1)
        here = f"{finding.file}:{finding.line}" if finding.line else ""
        kind = "device" if finding.alias == "device" and not here else "cpu"
        moments.append(Moment(0, finding.time_ns, kind, "", "here", here, wrong=_wrong(finding, evidence)))
    return Story(
        seen.byte,
        log.line,
        buffer or finding.buffer,
        offset,
        bool(path),
        tuple(_folded(moments)),
        finding.id,
        because=finding.because,
        repair=finding.repair or "",
    )


def story_at(log: EventLog, address: int, time_ns: float | None = None) -> Story:
    """The story of any byte up to a time (None: to the end of the run). Raises UsageError outside of RAM."""
    if not log.base <= address < log.base + log.size:
        raise UsageError(f"{address:#x} is not in RAM: allowed is {log.base:#x} to {log.base + log.size - 1:#x}")
    record = Record(log.history)
    until = float("inf") if time_ns is None else time_ns
    touches = tuple(each for each in record.story(address) if each.step.time_ns <= until)
    whole = replay(log.family)
    run = list(whole.run(touch.operation for touch in touches))
    states = [whole.start, *(state for state, _ in run)]
    last = touches[-1].number if touches else log.history.count
    buffer, offset = buffer_at(log, address, last)
    verdicts = [verdict for _, verdict in run]
    moments = _possible(log, address, touches, states, log.history.count + 1, verdicts, until)
    told = tuple(_folded(moments))
    outlook = tuple(_outlook(log.family, touches, states[-1]))
    return Story(address, log.line, buffer, offset, False, told, outlook=outlook)


def buffer_at(log: EventLog, address: int, seen: int) -> tuple[str, int]:
    """The name of the buffer that the byte was given to a device in, last before step `seen`, and its offset there."""
    found = ("", 0)
    for mark in log.history.marks:
        event = mark.event
        if isinstance(event, ev.DmaMap) and event.address <= address < event.address + event.length:
            if mark.after <= seen or not found[0]:
                found = event.name, address - event.address
    return found


def _incident(finding: Finding, seen: Seen) -> Incident:
    """The incident as far as the evidence asks for it."""
    file, _, line = finding.writer.rpartition(":")
    return Incident(
        id=finding.id,
        effect=Effect[finding.effect],
        state=State(finding.state),
        site=Site(finding.file, finding.line),
        writer=Site(file, int(line) if line.isdigit() else 0),
        culprit=finding.culprit,
        buffer=finding.buffer,
        address=finding.lines[0] if finding.lines else seen.byte,
        start=finding.bytes[0],
        length=finding.bytes[1],
        wrong=finding.wrong,
        manifest_bytes=0,
        alias=finding.alias,
        copies=finding.copies,
        time_ns=finding.time_ns,
        rule=rule_of(seen),
        seen=seen.seen,
        late=seen.late,
        byte=seen.byte,
    )


def _wrong(finding: Finding, evidence: Evidence) -> str:
    if evidence.incident.rule is not None:
        return finding.copies
    if finding.effect == Effect.LOST_UPDATE.name:
        return "no copy holds the latest value any more"
    return f"returns a stale value, from {words.HEADINGS.get(evidence.read_place or '', 'memory')}"


# --- as one schedule has it


def _path(evidence: Evidence) -> list[Link]:
    """The shortest way to the wrong outcome, if there is one that the concrete machine goes too then that."""
    if not evidence.path:
        return []
    names, lost = evidence.names[evidence.begin :], evidence.effect is Effect.LOST_UPDATE
    start = evidence.states[evidence.begin]
    return find_path(evidence.family, names, concrete=True, lost=lost, start=start) or evidence.path


def _scheduled(log: EventLog, evidence: Evidence, path: Sequence[Link]) -> list[Moment]:
    first = _quiet(evidence, path)
    begun = evidence.touch(path[first])
    calls = _calls_around(log, evidence.incident.byte, evidence.touches, begun.number, evidence.touches[-1].number)
    moments = [_rest(begun, _copies([path[first].before]))]
    for n, link in enumerate(path[first:], first):
        touch = evidence.touch(link)
        moments += calls.before(touch.number)
        after = _copies([link.after])
        if link.hidden:
            what = words.operation(link.name, 0)
            moments.append(Moment(0, touch.step.time_ns, "hidden", "hardware, unasked", what, copies=after))
        else:
            moments.append(_moment(touch, after))
        if n == len(path) - 1 and link.hidden:
            moments[-1] = replace(moments[-1], wrong="no copy holds the latest value any more")
    return moments


def _quiet(evidence: Evidence, path: Sequence[Link]) -> int:
    """Where the story begins: memory holds the only copy, and no other one is made before the write that is missed or the
    offending copy."""
    needed = len(path) - 1
    for n, link in enumerate(path):
        touch = evidence.touch(link)
        if link is evidence.maker or (not link.hidden and evidence.writer is not None and touch == evidence.writer):
            needed = min(needed, n)
            break
    if evidence.maker is not None and evidence.maker.hidden:
        made = (n for n, link in enumerate(path) if link.hidden and link.name == evidence.maker.name)
        needed = min(needed, next(made, needed))
    last = next((n for n in range(needed, -1, -1) if _only_in_memory(path[n].before)), 0)
    return next((n + 1 for n in range(last - 1, -1, -1) if not _only_in_memory(path[n].before)), 0)


def _only_in_memory(config: Config) -> bool:
    present = [place for place in places.PLACES if places.present(config, place)]
    return present == ["memory"] and places.holds_latest(config, "memory")


# --- as every schedule has it


def _possible(
    log: EventLog,
    byte: int,
    touches: Sequence[Touch],
    states: Sequence[MaySet],
    last: int,
    verdicts: Sequence[Verdict] = (),
    limit: float = float("inf"),
) -> list[Moment]:
    """Up to step `last` and the time `limit` (ns)."""
    first = _last_rest(states, len(touches) - 1) if touches else 0
    begin = touches[first].number if touches else 0
    calls = _calls_around(log, byte, touches, begin, last, limit)
    if not touches:
        rest = Moment(0, 0.0, "rest", "", "nothing has touched this byte", copies=_copies(states[0]))
        return [rest, *calls.before(last)]
    moments = [_rest(touches[first], _copies(states[first]))]
    for n, touch in enumerate(touches[first:], first):
        moments += calls.before(touch.number)
        told = verdicts[n] if verdicts else Verdict.OK
        moments.append(_moment(touch, _copies(states[n + 1]), _judged(told)))
    return moments + calls.before(last)


def _last_rest(states: Sequence[MaySet], last: int) -> int:
    """The touch from which every copy was the latest, in memory too, up to the last change; the first if there is none."""
    changed = next((n for n in range(last, -1, -1) if states[n + 1] != states[n]), last)
    end = next((n for n in range(changed, -1, -1) if all(map(_rests, states[n]))), 0)
    return next((n + 1 for n in range(end - 1, -1, -1) if not all(map(_rests, states[n]))), 0)


def _rests(config: Config) -> bool:
    """Nothing is under way (a load that was executed early does no harm), and memory could do without the caches."""
    busy = any(places.present(config, where) for where in places.BUFFERS if where in words.HEADINGS)
    dirty = any(places.is_dirty(config, where) for where in places.CACHES)
    return not busy and not dirty and not any(places.holds_stale(config, where) for where in words.HEADINGS)


def _judged(verdict: Verdict) -> str:
    told = []
    if verdict & Verdict.STALE_READ:
        told.append("may return a stale value")
    if verdict & Verdict.LOST_UPDATE:
        told.append("may leave no copy of the latest value")
    return ", ".join(told)


def _outlook(family: Family, touches: Sequence[Touch], state: MaySet) -> Iterator[str]:
    """What each reader would find after the last touch."""
    whole = replay(family)
    names = [touch.operation for touch in touches]
    for reader, name in _READS.items():
        if name == "load_wb" and not any(config.live for config in state):
            continue
        if name not in OPERATIONS or not whole.step(name, state)[1] & Verdict.STALE_READ:
            yield f"{reader}: would read the latest value under every schedule"
            continue
        path = find_path(family, [*names, name], concrete=True) or find_path(family, [*names, name]) or []
        moves = [words.operation(link.name, 0) for link in path if link.hidden]
        yield f"{reader}: may read a stale value" + (f", if {'; '.join(moves)}" if moves else " as it is")


# --- moments


def _rest(touch: Touch, copies: Copies) -> Moment:
    return Moment(touch.number, touch.step.time_ns, "rest", "", "before this", copies=copies)


def _moment(touch: Touch, copies: Copies, wrong: str = "") -> Moment:
    step = touch.step
    who = words.agent(step)
    kind = "device" if step.by == "device" else "kernel" if who == "kernel" else "cpu"
    return Moment(touch.number, step.time_ns, kind, who, words.touch(touch), place(step.site), copies, wrong)


def place(site: Site) -> str:
    return f"{shorten(site.file)}:{site.line}" if site.file else ""


def _copies(configs: Iterable[Config]) -> Copies:
    told: dict[str, set[str]] = {where: set() for where in places.PLACES if where in words.HEADINGS}
    for config in configs:
        for where, codes in told.items():
            codes.add(_code(config, where))
    return {where: tuple(sorted(codes)) for where, codes in told.items()}


def _code(config: Config, where: str) -> str:
    if not places.present(config, where):
        return "absent"
    value = "latest" if places.holds_latest(config, where) else "stale"
    if where in places.CACHES:
        return f"{'dirty' if places.is_dirty(config, where) else 'clean'} {value}"
    return value


def _folded(moments: Iterable[Moment]) -> Iterator[Moment]:
    """Moments that repeat the one before, and change nothing, are told once."""
    last: Moment | None = None
    for moment in moments:
        if last is not None and not moment.wrong and _alike(last, moment):
            last = replace(last, times=last.times + 1)
            continue
        if last is not None:
            yield last
        last = moment
    if last is not None:
        yield last


def _alike(one: Moment, other: Moment) -> bool:
    def key(moment: Moment) -> tuple[object, ...]:
        return moment.kind, moment.who, moment.what, moment.place, moment.copies, moment.wrong

    return key(one) == key(other)


class _Calls:
    """Calls about the byte, and steps of the policy, in the order in which they go between the touches."""

    def __init__(self, marks: list[tuple[int, Moment]]) -> None:
        self.marks = sorted(marks, key=lambda each: each[0])

    def before(self, number: int) -> list[Moment]:
        """Those that came before step `number` and were not told yet."""
        told = [moment for after, moment in self.marks if after < number]
        self.marks = self.marks[len(told) :]
        return told


def _calls_around(
    log: EventLog, byte: int, touches: Sequence[Touch], first: int, last: int, limit: float = float("inf")
) -> _Calls:
    """From step `first` on, before step `last` and up to the time `limit` (ns)."""
    inside = [mark for mark in log.history.marks if first <= mark.after < last and mark.event.time_ns <= limit]
    marks = [(mark.after, _told(mark.event, "call")) for mark in inside if _covers(mark.event, byte)]
    marks += [(mark.after, _told(mark.event, "call")) for mark in _handshakes(inside, touches)]
    for number, step in log.policy_steps:
        found = _RANGE.search(step.detail)
        acts = found is not None and int(found[1], 16) <= byte <= int(found[2], 16)
        if first <= number < last and acts and step.time_ns <= limit:
            marks.append((number, _told(step, "policy")))
    return _Calls(marks)


def _covers(event: Event, byte: int) -> bool:
    return isinstance(event, _CALLS) and event.address <= byte < event.address + event.length


def _handshakes(marks: Sequence[Mark], touches: Sequence[Touch]) -> Iterator[Mark]:
    """The doorbell before the device's first touch of a job, and the interrupt behind its last."""
    at_device = [touch.number for touch in touches if touch.step.by == "device"]
    told: set[int] = set()
    for number in at_device:
        rung = [mark for mark in marks if isinstance(mark.event, ev.MmioWrite) and mark.after < number]
        taken = [mark for mark in marks if isinstance(mark.event, ev.Interrupt) and mark.after >= number]
        for mark in (*rung[-1:], *taken[:1]):
            if id(mark) not in told:
                told.add(id(mark))
                yield mark


def _told(event: Event, kind: str) -> Moment:
    who = f"cpu{event.cpu}" if isinstance(event, ev.MmioWrite | ev.Interrupt) else "kernel"
    return Moment(0, event.time_ns, kind, who, words.call(event), place(event.site))
