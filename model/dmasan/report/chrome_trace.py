# SPDX-License-Identifier: Apache-2.0
"""The event log in the Trace Event Format, which Perfetto and chrome://tracing read: `dmasan/trace/1`.

One process for each part of the machine, one thread for each agent; times are microseconds. Steps are instants with their operation,
address and line of the program as arguments; what the CPUs did for a line, steps of the policy, the device's work and whose
each buffer was are slices; hazards are global instants.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf, nextafter
from typing import Any

from dmasan.report import story_words as words
from dmasan.report.eventlog import EventLog
from dmasan.report.html.timeline import lanes
from dmasan.report.results import Finding
from dmasan.report.story import place

Record = dict[str, Any]
_PARTS = ("CPUs", "kernel", "device", "buffers")


def to_trace(log: EventLog, findings: Sequence[Finding] = ()) -> dict[str, Any]:
    """The whole document."""
    threads = _Threads()
    events = [*_slices(log, threads), *_steps(log, threads), *_calls(log, threads), *_hazards(findings)]
    events.sort(key=lambda each: each["ts"])
    about = {"schema": "dmasan/trace/1", "version": log.version, "line_bytes": log.line, "family": log.family.name}
    return {"traceEvents": [*threads.names(), *events], "displayTimeUnit": "ns", "otherData": about}


class _Threads:
    """Numbers for agents, in the order of their first event."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, str], int] = {}

    def __call__(self, part: str, name: str) -> dict[str, int]:
        process = _PARTS.index(part) + 1
        return {"pid": process, "tid": self.known.setdefault((process, name), len(self.known) + 1)}

    def names(self) -> Iterator[Record]:
        """What viewers call them."""
        for n, part in enumerate(_PARTS, 1):
            yield _metadata("process_name", n, 0, name=part)
            yield _metadata("process_sort_index", n, 0, sort_index=n)
        for (process, name), thread in self.known.items():
            yield _metadata("thread_name", process, thread, name=name)


def _metadata(what: str, process: int, thread: int, **told: str | int) -> Record:
    return {"ph": "M", "name": what, "cat": "__metadata", "pid": process, "tid": thread, "ts": 0, "args": told}


def _part(who: str) -> str:
    return "CPUs" if who.startswith("cpu") else "device" if who.startswith("dma") else "kernel"


def _slices(log: EventLog, threads: _Threads) -> Iterator[Record]:
    for lane in lanes(log):
        for span in lane.spans:
            part = "buffers" if span.kind.startswith("owner") else _part(lane.name)
            start, end = int(span.start), int(span.end)
            yield {
                "ph": "X",
                "name": span.text,
                "cat": span.kind,
                "ts": _microseconds(start),
                "dur": _microseconds(end - start),
                **threads(part, lane.name),
            }


def _microseconds(ns: int) -> float:
    """Of whole ns, so that a reader gets them back whether it rounds or cuts off: Perfetto counts in ns, begin and duration
    each for itself, and slices that were to meet would overlap by one."""
    value = ns / 1000
    return value if int(value * 1000) == ns else nextafter(value, inf)


def _steps(log: EventLog, threads: _Threads) -> Iterator[Record]:
    first = log.history.count - len(log.history.steps) + 1
    for number, step in enumerate(log.history.steps, first):
        who = words.agent(step)
        point = f"{step.point.kind} {step.point.n} of {step.point.agent}" if step.point.agent else ""
        yield {
            "ph": "i",
            "s": "t",
            "name": words.operation(step.name, step.length),
            "cat": step.name,
            "ts": step.time_ns / 1000,
            **threads(_part(who), who),
            "args": {
                "step": number,
                "address": f"{step.address:#x}",
                "bytes": step.length,
                "place": place(step.site),
                "point": point,
            },
        }


def _calls(log: EventLog, threads: _Threads) -> Iterator[Record]:
    for mark in log.history.marks:
        event = mark.event
        yield {
            "ph": "i",
            "s": "t",
            "name": words.call(event),
            "cat": type(event).__name__,
            "ts": event.time_ns / 1000,
            **threads("kernel", "calls"),
            "args": {"after_step": mark.after, "place": place(event.site)},
        }


def _hazards(findings: Sequence[Finding]) -> Iterator[Record]:
    for each in findings:
        yield {
            "ph": "i",
            "s": "g",
            "name": f"hazard {each.id}: {each.state}[{each.code}] {each.buffer}",
            "cat": "hazard",
            "ts": each.time_ns / 1000,
            "pid": 1,
            "tid": 0,
            "args": {"because": each.because, "repair": each.repair or "", "place": f"{each.file}:{each.line}"},
        }
