# SPDX-License-Identifier: Apache-2.0
"""The time line of a run: what each CPU and each channel of the device did, the policy's steps, and who owned each buffer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from dmasan import events as ev
from dmasan.events import MappingKind
from dmasan.report import story_words as words
from dmasan.report.eventlog import EventLog
from dmasan.report.story import place
from dmasan.sanitizer.history import Step

SPANS = 500  # of a lane, at most; neighbours are joined beyond
BUFFERS = 16  # that have a lane
_SHARED = (MappingKind.COHERENT, MappingKind.STATIC)


@dataclass(frozen=True)
class Span:
    """Something from `start` to `end` (ns); `kind` chooses its colour."""

    start: float
    end: float
    text: str
    kind: str


@dataclass(frozen=True)
class Lane:
    name: str
    spans: tuple[Span, ...]


def lanes(log: EventLog) -> tuple[Lane, ...]:
    """CPUs, kernel and policy, channels of the device, then one lane for each buffer."""
    end = max((step.time_ns for step in log.history.steps), default=0.0)
    end = max(end, *(mark.event.time_ns for mark in log.history.marks), 1.0)
    told = [
        *_cpus(log),
        Lane("policy", tuple(_policy(log))),
        *_channels(log),
        *_owners(log, end),
    ]
    return tuple(Lane(lane.name, tuple(_joined(lane.spans))) for lane in told if lane.spans)


def _cpus(log: EventLog) -> Iterator[Lane]:
    """A span for what a CPU did for one line of the program, one after the other."""
    by_cpu: dict[str, list[tuple[float, str]]] = {}
    for step in log.history.steps:
        if step.by.startswith("cpu") and step.site.file:
            by_cpu.setdefault(words.agent(step), []).append((step.time_ns, place(step.site)))
    for mark in log.history.marks:
        event = mark.event
        if isinstance(event, ev.MmioWrite | ev.MmioRead | ev.Barrier | ev.Interrupt) and event.site.file:
            by_cpu.setdefault(f"cpu{event.cpu}", []).append((event.time_ns, place(event.site)))
    for cpu, found in sorted(by_cpu.items()):
        found.sort(key=lambda each: each[0])
        spans: list[Span] = []
        for time_ns, where in found:
            if spans and spans[-1].text == where:
                spans[-1] = replace(spans[-1], end=time_ns)
            else:
                spans.append(Span(time_ns, time_ns, where, "cpu"))
        yield Lane(cpu, tuple(spans))


def _policy(log: EventLog) -> Iterator[Span]:
    for n, (_, step) in enumerate(log.policy_steps):
        later = log.policy_steps[n + 1][1].time_ns if n + 1 < len(log.policy_steps) else step.time_ns
        number = step.text.partition(":")[0]
        same = n + 1 < len(log.policy_steps) and log.policy_steps[n + 1][1].text.split()[0] == number.split()[0]
        yield Span(step.time_ns, later if same else step.time_ns, f"{step.text} ({step.detail})", "policy")


def _channels(log: EventLog) -> Iterator[Lane]:
    """Bursts of one kind, joined over neighbours in time."""
    by_lane: dict[str, list[Span]] = {}
    for step in log.history.steps:
        if step.by == "device" and not step.name.endswith("done"):
            name, kind = _channel(step)
            by_lane.setdefault(name, []).append(Span(step.time_ns, step.time_ns, words.operation(step.name, step.length), kind))
    for name, spans in sorted(by_lane.items()):
        yield Lane(name, tuple(_bursts(spans)))


def _channel(step: Step) -> tuple[str, str]:
    """The lane of a burst and its colour."""
    if step.point.kind in ("descriptor", "status"):
        return f"{step.point.agent} {_LANES[step.point.kind]}", "descriptor"
    return f"{step.point.agent} {_LANES.get(step.point.kind, step.point.kind)}", step.point.kind


def _bursts(spans: Iterable[Span]) -> Iterator[Span]:
    """Equal bursts less than 2 us apart are one span."""
    last, count = None, 0
    for span in spans:
        if last is not None and span.start - last.end < 2000:
            last, count = replace(last, end=span.end), count + 1
            continue
        if last is not None:
            yield replace(last, text=_counted(last.text, count))
        last, count = span, 1
    if last is not None:
        yield replace(last, text=_counted(last.text, count))


def _counted(text: str, count: int) -> str:
    return text if count == 1 else f"{count} times: {text}"


def _owners(log: EventLog, end: float) -> Iterator[Lane]:
    """Whose each mapped buffer is: the CPU's, the device's, both's."""
    by_buffer: dict[tuple[str, int], list[tuple[float, str]]] = {}
    for mark in log.history.marks:
        event = mark.event
        if isinstance(event, ev.DmaMap):
            key = event.name or f"{event.address:#x}", event.address
            by_buffer.setdefault(key, []).append((event.time_ns, "both" if event.kind in _SHARED else "device"))
        elif isinstance(event, ev.DmaUnmap | ev.DmaSync):
            for (name, address), turns in by_buffer.items():
                if address == event.address and turns[-1][1] != "":
                    sync = isinstance(event, ev.DmaSync)
                    owner = ("cpu" if event.for_cpu else "device") if isinstance(event, ev.DmaSync) else ""
                    by_buffer[name, address].append((event.time_ns, owner if sync else ""))
    for (name, _), turns in list(by_buffer.items())[:BUFFERS]:
        spans = []
        for n, (start, owner) in enumerate(turns):
            if owner:
                stop = turns[n + 1][0] if n + 1 < len(turns) else end
                spans.append(Span(start, stop, f"{name}: {_OWNERS[owner]}", f"owner-{owner}"))
        yield Lane(name, tuple(spans))


_LANES = {"descriptor": "descriptors", "status": "status", "read": "reads", "write": "writes"}
_OWNERS = {"cpu": "the CPU's", "device": "the device's", "both": "both may use it"}


def _joined(spans: Iterable[Span]) -> list[Span]:
    """At most `SPANS`: the ones that lie closest together are joined."""
    told = list(spans)
    while len(told) > SPANS:
        pairs = zip(told[::2], told[1::2], strict=False)
        joined = [replace(one, end=other.end, text=f"{one.text}; {other.text}"[:160]) for one, other in pairs]
        told = joined + ([told[-1]] if len(told) % 2 else [])
    return told
