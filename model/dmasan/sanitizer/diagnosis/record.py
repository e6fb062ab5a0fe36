# SPDX-License-Identifier: Apache-2.0
"""The history of a run as arrays, so that the stories of many bytes are told quickly; and its lines of program."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dmasan import events as ev
from dmasan.events import NOWHERE, Site
from dmasan.sanitizer.history import STORES, History, Mark, Step, Touch, in_order


class Record:
    """A snapshot of a history. Step k (from 0) has number `first` + k."""

    def __init__(self, history: History) -> None:
        self.steps: list[Step] = list(history.steps)
        self.marks: list[Mark] = list(history.marks)
        self.first = history.count - len(self.steps) + 1
        self.line = history.line
        self._start = np.fromiter((step.address for step in self.steps), np.int64, len(self.steps))
        length = np.fromiter((step.length for step in self.steps), np.int64, len(self.steps))
        self._end = self._start + length
        store = np.fromiter((step.name in STORES for step in self.steps), np.bool_, len(self.steps))
        home = -self.line
        self._first = np.where(store, self._start & home, self._start)  # a store touches the whole of its lines
        self._last = np.where(store, (self._end + self.line - 1) & home, self._end)

    def touching(self, address: int, length: int) -> NDArray[np.int64]:
        """The steps (from 0) that touch a range, or the rest of a line in it."""
        return np.flatnonzero((self._first < address + length) & (address < self._last))

    def story(self, address: int) -> list[Touch]:
        """What happened to a byte, in order, as `History.of` tells it."""
        told = []
        for k in self.touching(address, 1).tolist():
            step = self.steps[k]
            if self._start[k] <= address < self._end[k]:
                name, _ = STORES.get(step.name, (step.name, ""))
                told.append(Touch(step.point_of(address), name, step, self.first + k))
            else:
                told.append(Touch(step.point, STORES[step.name][1], step, self.first + k))
        return in_order(told)

    @cached_property
    def snoops(self) -> bool:
        """Whether some access of a device snooped."""
        return any(step.name.startswith("snoop") for step in self.steps)

    @cached_property
    def device_reach(self) -> list[tuple[int, int]]:
        """What the device touched, as ranges [start, end) that do not meet, ascending."""
        merged: list[tuple[int, int]] = []
        for start, end in sorted({(s.address, s.address + s.length) for s in self.steps if s.by == "device"}):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    def boundaries(self, address: int, length: int) -> list[int]:
        """Where in a range the story changes from one byte to the next, its start included."""
        touching = self.touching(address, length)
        cuts = np.concatenate((self._start[touching], self._end[touching], self._first[touching], self._last[touching]))
        inside = cuts[(address < cuts) & (cuts < address + length)]
        return [address, *np.unique(inside).tolist()]

    @cached_property
    def lines(self) -> list[tuple[float, float, Site]]:
        """The lines of the program that a CPU ran, in order: (number before its first step, after its last, the line).

        Lines that follow each other without another between are one. Steps of the device do not count.
        """
        runs: list[tuple[float, float, Site]] = []
        for number, site in self._timeline():
            if runs and runs[-1][2] == site:
                runs[-1] = (runs[-1][0], number, site)
            else:
                runs.append((number, number, site))
        return [(start - 0.25, end + 0.25, site) for start, end, site in runs if site != NOWHERE]

    def _timeline(self) -> Iterator[tuple[float, Site]]:
        marks = iter(self.marks)
        mark = next(marks, None)
        for k, step in enumerate(self.steps):
            number = self.first + k
            while mark is not None and mark.after < number:
                yield mark.after + 0.5, mark.event.site
                mark = next(marks, None)
            if step.by != "device":
                yield number, step.site
        while mark is not None:
            yield mark.after + 0.5, mark.event.site
            mark = next(marks, None)

    @cached_property
    def doorbells(self) -> list[tuple[float, Site]]:
        """Stores to registers: number, line."""
        return [(m.after + 0.5, m.event.site) for m in self.marks if isinstance(m.event, ev.MmioWrite)]

    @cached_property
    def barriers(self) -> list[tuple[float, str]]:
        """What every byte sees of barriers and doorbells, whether anything of it was pending or not."""
        told: list[tuple[float, str]] = []
        for mark in self.marks:
            event = mark.event
            if isinstance(event, ev.Barrier) and event.name in ("dsb", "dmb") and not event.option.endswith("ld"):
                told.append((mark.after + 0.5, event.name))
            elif isinstance(event, ev.OuterSync):
                told.append((mark.after + 0.5, "outer_sync"))
            elif isinstance(event, ev.MmioWrite):
                told.append((mark.after + 0.5, "doorbell"))
        return told
