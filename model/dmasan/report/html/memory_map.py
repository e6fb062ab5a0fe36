# SPDX-License-Identifier: Apache-2.0
"""The buffers of a run over time: for each of its moments, what every cache line may hold under some schedule.

The history is run through the sanitizer's automaton once more; at chosen steps the shadow is read and each line classed by
the worst that is possible for one of its bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dmasan import events as ev
from dmasan.arch.configuration import Config
from dmasan.events import Event
from dmasan.report import story_words as words
from dmasan.report.eventlog import EventLog
from dmasan.sanitizer.automaton import Automaton
from dmasan.sanitizer.diagnosis import places
from dmasan.sanitizer.history import SEEN, STORES, Step
from dmasan.sanitizer.shadow import Shadow

# What a line may be, the worse the higher.
CLASSES = (
    "memory is up to date, no cacheable alias is live",
    "memory is up to date, a clean copy may be in a cache",
    "a write may still be in a buffer or on its way",
    "the latest value may be only in a cache (dirty)",
    "a stale copy may be in a cache",
    "no copy may hold the latest value: the update is lost",
)
_QUIET, _CLEAN, _PENDING, _DIRTY, _STALE, _LOST = range(len(CLASSES))
_UNKNOWN = 255
CELLS = 1024  # of a buffer; a cell of a larger buffer stands for several lines
FRAMES = 90  # moments, at most


@dataclass(frozen=True)
class Buffer:
    """What was given to the device: `address` and `length` in bytes, `lines` a cell stands for."""

    name: str
    address: int
    length: int
    lines: int
    kind: str


@dataclass(frozen=True)
class Frame:
    """One moment: the class of every cell of every buffer, run by run, as [class, cells, class, cells, ...]."""

    number: int
    time_ns: float
    text: str
    cells: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class MemoryMap:
    line: int
    buffers: tuple[Buffer, ...]
    frames: tuple[Frame, ...]


def memory_map(log: EventLog) -> MemoryMap:
    """The map of all that was ever mapped for the device."""
    buffers = tuple(_buffers(log))
    if not buffers:
        return MemoryMap(log.line, (), ())
    automaton = Automaton(log.family)
    shadow = Shadow(automaton, log.base, log.size, log.line)
    spans = _merged([(b.address & -log.line, b.address + b.length + log.line) for b in buffers])
    classes = Classes(automaton)
    frames = []
    steps = iter(enumerate(log.history.steps, log.history.count - len(log.history.steps) + 1))
    for number, time_ns, text in _moments(log, buffers):
        for at, step in steps:
            _apply(shadow, step, spans)
            if at >= number:
                break
        cells = tuple(_cells(shadow, classes, buffer) for buffer in buffers)
        frames.append(Frame(number, time_ns, text, cells))
    return MemoryMap(log.line, buffers, tuple(frames))


def _buffers(log: EventLog) -> Iterator[Buffer]:
    """By address, each range once."""
    found: dict[tuple[int, int], Buffer] = {}
    for mark in log.history.marks:
        event = mark.event
        if isinstance(event, ev.DmaMap) and log.base <= event.address < log.base + log.size:
            count = -(-event.length // log.line)
            name = event.name or f"{event.address:#x}"
            lines = -(-count // CELLS)
            found.setdefault(
                (event.address, event.length), Buffer(name, event.address, event.length, lines, event.kind.value)
            )
    return iter(sorted(found.values(), key=lambda each: each.address)[:24])


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _moments(log: EventLog, buffers: Sequence[Buffer]) -> list[tuple[int, float, str]]:
    """When something happens to the buffers as a whole, in order: number of steps before it, time, words."""
    told = [(0, 0.0, "the run begins")]
    told += [(mark.after, mark.event.time_ns, words.call(mark.event)) for mark in log.history.marks if _of(mark.event, buffers)]
    told += [(number, step.time_ns, words.call(step)) for number, step in log.policy_steps]
    named = {each.seen: each for each in log.seen}
    first = log.history.count - len(log.history.steps) + 1
    for number, seen in named.items():
        if number >= first:
            step = log.history.steps[number - first]
            told.append((number, step.time_ns, f"hazard {seen.id}: {words.operation(step.name, step.length)}"))
    told += _device_progress(log, first)
    told += _maintenance(log, first, buffers)
    told.sort()
    while len(told) > FRAMES:
        gaps = [later[0] - one[0] for one, later in pairwise(told)]
        candidates = [n for n in range(1, len(gaps)) if not told[n][2].startswith("hazard")]
        told.pop(min(candidates, key=lambda n: gaps[n]))
    return told


def _device_progress(log: EventLog, first: int) -> Iterator[tuple[int, float, str]]:
    """A moment at each eighth of the device's accesses."""
    at = [n for n, step in enumerate(log.history.steps, first) if step.by == "device"]
    for eighth in range(1, 9):
        if len(at) >= 16:
            number = at[len(at) * eighth // 8 - 1]
            step = log.history.steps[number - first]
            yield number, step.time_ns, f"{step.point.agent} {words.operation(step.name, step.length)}"


def _maintenance(log: EventLog, first: int, buffers: Sequence[Buffer]) -> Iterator[tuple[int, float, str]]:
    """What maintenance found, where it begins on a buffer."""
    last = ""
    for number, step in enumerate(log.history.steps, first):
        acts = step.named is not None and any(
            step.address < each.address + each.length and each.address < step.address + step.length for each in buffers
        )
        if acts and step.name != last:
            yield number - 1, step.time_ns, words.operation(step.name, step.length)
        last = step.name if acts else ""


def _of(event: Event, buffers: Sequence[Buffer]) -> bool:
    if isinstance(event, ev.DmaMap | ev.DmaUnmap | ev.DmaSync):
        return any(each.address <= event.address < each.address + each.length for each in buffers)
    return isinstance(event, ev.Interrupt)


def _apply(shadow: Shadow, step: Step, spans: Sequence[tuple[int, int]]) -> None:
    """One step, as far as it meets the buffers."""
    for start, end in spans:
        first, last = max(step.address, start), min(step.address + step.length, end)
        if first >= last:
            continue
        if step.name in STORES:
            shadow.store(first, last - first, step.name.removeprefix("store"))
        elif step.name.endswith(SEEN):
            _seen(shadow, step.name.removesuffix(SEEN), first, last)
        else:
            shadow.apply(step.name, first, last - first)


def _seen(shadow: Shadow, name: str, first: int, last: int) -> None:
    states = shadow.states[first - shadow.base : last - shadow.base]
    for state in np.unique(states).tolist():
        states[states == state] = shadow.automaton.after_latest(name, state)


class Classes:
    """The class of each state of an automaton, worked out when it is first met."""

    def __init__(self, automaton: Automaton) -> None:
        self.automaton = automaton
        self._known: NDArray[np.uint8] = np.full(1 << 16, _UNKNOWN, np.uint8)
        self._renumbered = automaton.renumbered

    def of(self, states: NDArray[np.uint16]) -> NDArray[np.uint8]:
        if self._renumbered != self.automaton.renumbered:
            self._known.fill(_UNKNOWN)
            self._renumbered = self.automaton.renumbered
        classes = self._known.take(states)
        if len(classes) and classes.max() == _UNKNOWN:
            for number in np.unique(states[classes == _UNKNOWN]).tolist():
                self._known[number] = max(map(_class_of, self.automaton.states[number]))
            classes = self._known.take(states)
        return classes


def _cells(shadow: Shadow, classes: Classes, buffer: Buffer) -> tuple[int, ...]:
    """The worst class of each cell, run by run."""
    start = buffer.address - shadow.base
    by_byte = classes.of(shadow.states[start : start + buffer.length])
    size = buffer.lines * shadow.line
    padded = np.zeros(-(-buffer.length // size) * size, np.uint8)
    padded[: len(by_byte)] = by_byte
    return _runs(padded.reshape(-1, size).max(axis=1))


def _runs(cells: NDArray[np.uint8]) -> tuple[int, ...]:
    edges = np.flatnonzero(np.diff(cells)) + 1
    starts = np.concatenate(([0], edges))
    lengths = np.diff(np.concatenate((starts, [len(cells)])))
    return tuple(int(value) for pair in zip(cells[starts].tolist(), lengths.tolist(), strict=True) for value in pair)


def _class_of(config: Config) -> int:
    """What is stale beneath a newer copy does no harm."""
    caches, buffers = places.CACHES, [where for where in places.BUFFERS if where in words.HEADINGS]
    if not any(places.holds_latest(config, where) for where in words.HEADINGS):
        return _LOST
    if _hides_the_latest(config):
        return _STALE
    if places.holds_stale(config, "memory") and any(places.holds_latest(config, where) for where in caches):
        return _DIRTY
    if any(places.present(config, where) for where in buffers):
        return _PENDING
    return _CLEAN if any(places.present(config, where) for where in caches) else _QUIET


def _hides_the_latest(config: Config) -> bool:
    """Whether a stale copy lies where a read looks first, in front of the latest one."""
    order = (*places.CACHES, "memory")
    first = next((where for where in order if places.present(config, where)), "memory")
    return first != "memory" and places.holds_stale(config, first)
