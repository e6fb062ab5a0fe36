# SPDX-License-Identifier: Apache-2.0
"""Ownership words: declared words by which one side hands over to the other, read while the other may be writing them.

Such a race is by design. Stale in a buffer, a posted write or maintenance in flight is no hazard, since it passes; stale
in a cache is one. What a side was seen to read tells what the other had done before: it narrows the may-set, applies
what the writer's barrier ordered before the word, and orders the accesses of both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dmasan import events as ev
from dmasan.sanitizer.automaton import States, Verdict
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


class OwnershipWords:
    """What each word that was written last hands over to the side that reads it."""

    def __init__(self, core: Core, pending: Sequence[Ranges]) -> None:
        self.core = core
        self.pending = pending  # each CPU's ranges that wait for a barrier
        self._ordered: dict[int, list[tuple[int, int]]] = {}  # by CPU: ranges behind which there is a DMB
        self._by_cpu: dict[int, tuple[int, list[tuple[int, int]]]] = {}  # by word: number of the store, ranges before it
        self._by_device: dict[int, tuple[Job, int]] = {}  # by word: the job that wrote it, and number of the burst

    def handlers(self) -> Handlers:
        return {ev.Store: self._store, ev.Load: self._load, ev.Barrier: self._barrier}

    # --- the CPU

    def _barrier(self, e: ev.Barrier) -> None:
        if e.name == "dsb":
            self._ordered.pop(e.cpu, None)
        elif e.name == "dmb" and not e.option.endswith("ld"):
            self._ordered[e.cpu] = list(self.pending[e.cpu])

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
        """The CPU reads a word that the device has written: it sees that what came before it is complete."""
        if not self._by_device or not self.core.buffers.words:
            return
        for word in self.core.buffers.words_in(e.address, e.length):
            found = self._by_device.get(word)
            if found is not None and not _stale(e.stale, word - e.address):
                self.core.order.see(*found)

    # --- the device

    def written(self, address: int, length: int, job: Job, number: int) -> None:
        """The device writes; where that is an ownership word, the CPU may see by it how far the job is."""
        if self.core.buffers.words:
            for word in self.core.buffers.words_in(address, length):
                self._by_cpu.pop(word, None)
                self._by_device[word] = job, number

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
                    self.core.apply("doorbell", start, count, event, "cpu")
                    if self.core.family.outer:
                        self.core.apply("outer_sync", start, count, event, "cpu")
                ranges.clear()
                latest = max(latest, number)
        return latest


def _stale(stale: NDArray[np.bool_] | None, at: int) -> bool:
    return stale is not None and 0 <= at < len(stale) and bool(stale[at])
