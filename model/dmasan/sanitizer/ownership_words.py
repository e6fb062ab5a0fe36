# SPDX-License-Identifier: Apache-2.0
"""Ownership words: declared words by which one side hands over to the other, read while the other may be writing them.

Such a race is by design. Stale in a buffer, a posted write or maintenance in flight is no hazard, since it passes; stale
in a cache is one. What a side was seen to read tells what the other had done before: it narrows the may-set, applies
what the writer's barrier ordered before the word, and orders the accesses of both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dmasan import events as ev
from dmasan.sanitizer.automaton import States
from dmasan.sanitizer.codes import Code
from dmasan.sanitizer.determined import Verdict
from dmasan.sanitizer.happens_before import Job
from dmasan.sanitizer.pending import Ranges
from dmasan.sanitizer.rules import Handlers
from dmasan.sanitizer.shadow import Verdicts

if TYPE_CHECKING:
    from dmasan.sanitizer.reporting import Core
    from dmasan.schedule import Point

_KEPT = 4096  # words of which it is known what they hand over


def excuse(
    core: Core,
    name: str,
    address: int,
    before: States,
    verdicts: Verdicts,
    stale: NDArray[np.bool_] | None,
    event: ev.Event,
    point: Point | None = None,
) -> Verdicts | None:
    """The verdicts of a read by `name` that are left when ownership words are judged after all drains.

    Where the read was seen to return the latest value (`stale` marks the bytes that were not), that narrows the may-set,
    and the history says so. `before` are the states that it found.
    """
    polled = core.buffers.declared(address, len(verdicts))
    if not polled.any():
        return verdicts
    automaton = core.automaton
    verdicts = verdicts.copy()  # they belong to the shadow's memo
    after = core.shadow.states[address - core.shadow.base :]
    for at in np.flatnonzero(polled & (verdicts != 0)).tolist():
        state = int(before[at])
        if not automaton.stale_when_drained(name, state):
            verdicts[at] = Verdict.OK
            if stale is None or not stale[at]:
                after[at] = automaton.after_latest(name, state)
                core.saw_latest(name, address + at, event, point)
    return verdicts if verdicts.any() else None


class _Written(NamedTuple):
    """A word that the device wrote: its job, number of the burst, and the bytes [start, end) of the same beat."""

    job: Job
    number: int
    start: int
    end: int


class OwnershipWords:
    """What each word that was written last hands over to the side that reads it."""

    def __init__(self, core: Core, pending: Sequence[Ranges], behind: Ranges) -> None:
        self.core = core
        self.pending = pending  # each CPU's ranges that wait for a barrier
        self.behind = behind  # ranges behind a DSB, that wait for the outer cache's sync
        self._ordered: dict[int, list[tuple[int, int]]] = {}  # by CPU: ranges behind which there is a DMB or DSB
        self._by_cpu: dict[int, tuple[int, list[tuple[int, int]]]] = {}  # by word: number of the store, ranges before it
        self._by_device: dict[int, _Written] = {}
        self._unordered: dict[int, list[tuple[int, int]]] = {}  # by CPU: ranges that no barrier orders behind a word

    def handlers(self) -> Handlers:
        return {ev.Store: self._store, ev.Load: self._load, ev.Barrier: self._barrier}

    # --- the CPU

    def _barrier(self, e: ev.Barrier) -> None:
        if e.name != "isb" and not e.option.endswith("st"):
            self._unordered.pop(e.cpu, None)
        if e.name != "isb" and not e.option.endswith("ld"):  # a DSB has taken what was pending, and orders all that a DMB does
            self._ordered[e.cpu] = [*self.pending[e.cpu], *self.behind]

    def _store(self, e: ev.Store) -> None:
        """A store to a word hands over what a DMB has ordered before it; a store to those bytes later is not part of it."""
        buffers = self.core.buffers
        if not buffers.words:
            return
        for number, ranges in self._by_cpu.values():
            ranges[:] = [r for r in ranges if r[0] >= e.address + e.length or e.address >= r[0] + r[1]]
            del number
        for word in buffers.words_in(e.address, e.length):
            self._by_device.pop(word, None)
            if len(self._by_cpu) >= _KEPT:
                self._by_cpu.clear()
            self.core.order.now += 1
            self._by_cpu[word] = self.core.order.now, list(self._ordered.get(e.cpu, ()))

    def _load(self, e: ev.Load) -> None:
        """The CPU reads a word that the device has written: it sees that what came before it is complete.

        And what came with it: a beat is visible as a whole, though its write may have no response yet.
        """
        if not self._by_device or not self.core.buffers.words:
            return
        if self._unordered.get(e.cpu):
            self._check_order(e, self._unordered[e.cpu])
        for word in self.core.buffers.words_in(e.address, e.length):
            found = self._by_device.get(word)
            if found is not None and not _stale(e.stale, word - e.address):
                seen = self.core.order.writes_before(found.job, found.number)
                if seen:
                    self._unordered.setdefault(e.cpu, []).extend(seen)
                self.core.order.see(found.job, found.number)
                self.core.apply("dev_write_done", found.start, found.end - found.start, e, "seen")

    def _check_order(self, e: ev.Load, ranges: list[tuple[int, int]]) -> None:
        """A load of what a word has handed over: it may be satisfied before the load of the word (DDI 0406C, A3.8.2)."""
        for address, length in self.core.buffers.undeclared(e.address, e.length):
            for first, last in ranges:
                start, end = max(address, first), min(address + length, last)
                if start < end:
                    text = "no barrier orders the load behind that of the ownership word that handed the data over"
                    self.core.add(Code.NO_RMB, e, text, start, end - start, e.type)

    # --- the device

    def written(self, address: int, length: int, job: Job, number: int, beat: int) -> None:
        """The device writes; where that is an ownership word, the CPU may see by it how far the job is. `beat` in bytes."""
        if self.core.buffers.words:
            for word in self.core.buffers.words_in(address, length):
                self._by_cpu.pop(word, None)
                start = word & -beat
                self._by_device[word] = _Written(job, number, max(address, start), min(address + length, start + beat))

    def handed_over(self, address: int, length: int, stale: NDArray[np.bool_] | None, event: ev.Event) -> int:
        """The device reads: number of the last store to a word there that it was seen to see, 0 if there is none."""
        latest = 0
        if self._by_cpu and self.core.buffers.words:
            for word in self.core.buffers.words_in(address, length):
                found = self._by_cpu.get(word)
                if found is None or _stale(stale, word - address):
                    continue
                number, ranges = found
                for start, count in ranges:
                    self._landed("doorbell", start, count, event)
                    if self.core.family.outer:
                        self._landed("outer_sync", start, count, event)
                ranges.clear()
                latest = max(latest, number)
        return latest

    def _landed(self, operation: str, address: int, length: int, event: ev.Event) -> None:
        """What was stored has arrived, since the word behind it has: nobody did that now, so it comes too late for nobody."""
        self.core.remember(operation, address, length, event, "cpu")
        self.core.shadow.apply(operation, address, length)


def _stale(stale: NDArray[np.bool_] | None, at: int) -> bool:
    return stale is not None and 0 <= at < len(stale) and bool(stale[at])
