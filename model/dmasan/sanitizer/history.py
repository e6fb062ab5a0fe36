# SPDX-License-Identifier: Apache-2.0
"""What was done to RAM, in order: the operations on the shadow, each with the point at which it happened.

From it the story of one byte can be told, and a schedule be searched that makes a hazard visible.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from dmasan.events import Event, Site
from dmasan.schedule import Point

KEPT = 500_000  # steps that can still be told
_SEARCHED = 50_000  # steps that are looked through for a write
SEEN = "="  # behind the name of a read: it was seen to return the latest value
EARLIER = "<"  # behind the name of an invalidate: nothing orders it behind the device's writes that came before it
_ALIAS = ("alias_live", "alias_mixed", "alias_dead")
WRITES = ("store", "store_other", "store_colour", "store_nc", "store_nc_other", "store_wt", "dev_write_posted", "snoop_write")
STORES = {"store" + kind: (f"store_wb{kind}", f"neighbour_wb{kind}") for kind in ("", "_other", "_colour")}


class Step(NamedTuple):
    """One operation of the relation on a range, or a cacheable store with its line's rest (`name` "store", with a kind).

    Consecutive bursts of a device that were served together are one step: burst k of `burst` bytes happened at
    point n + k. Addresses and lengths are bytes. Maintenance acts on whole lines: `named` is the range (address, length)
    that its caller named. A step that is EARLIER may have come before the one whose number is `before`, and is told there.
    """

    point: Point
    name: str
    address: int
    length: int
    site: Site
    time_ns: float
    by: str
    burst: int = 0
    named: tuple[int, int] | None = None
    before: int = 0

    def names(self, address: int) -> bool:
        """Whether the caller meant the byte at `address`, and did not only hit it by rounding to the line."""
        start, length = self.named or (self.address, self.length)
        return start <= address < start + length

    def point_of(self, address: int) -> Point:
        """The point at which the byte at `address` was reached."""
        if not self.burst:
            return self.point
        return self.point._replace(n=self.point.n + (address - self.address) // self.burst)


class Touch(NamedTuple):
    """What one step did to one byte. `number` counts the steps of the run from 1."""

    point: Point
    operation: str
    step: Step
    number: int = 0

    @property
    def when(self) -> float:
        """Its place among the numbers of the story: before that of the step which nothing orders before it."""
        return self.step.before - 0.5 if self.step.before else self.number


def in_order(touches: Iterable[Touch]) -> list[Touch]:
    """The story of a byte with what is EARLIER where it belongs, under its plain name."""
    told = list(touches)
    if any(touch.step.before for touch in told):
        told.sort(key=lambda touch: touch.when)
        told = [touch._replace(operation=touch.operation.removesuffix(EARLIER)) for touch in told]
    return told


class Mark(NamedTuple):
    """An event that touches no RAM: a call, a barrier, a register access. `after`: how many steps came before it."""

    after: int
    event: Event


class History:
    """The steps of a run; the oldest are forgotten beyond `KEPT`. Lines have `line` bytes."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.steps: deque[Step] = deque(maxlen=KEPT)
        self.count = 0  # all steps so far, forgotten ones included
        self.marks: deque[Mark] = deque(maxlen=KEPT)

    def add(self, step: Step) -> None:
        self.steps.append(step)
        self.count += 1

    def mark(self, event: Event) -> None:
        self.marks.append(Mark(self.count, event))

    def of(self, address: int, until: int | None = None) -> Iterator[Touch]:
        """What happened to the byte at `address`, in order; `until` is a value of `count`: what came later is left out."""
        return iter(in_order(self._of(address, until)))

    def _of(self, address: int, until: int | None) -> Iterator[Touch]:
        skipped = self.count - len(self.steps)
        first, last = address & -self.line, address | (self.line - 1)
        for number, step in enumerate(self.steps, skipped + 1):
            if until is not None and number > until:
                return
            if step.address <= address < step.address + step.length:
                name, _ = STORES.get(step.name, (step.name, ""))
                yield Touch(step.point_of(address), name, step, number)
            elif step.name in STORES and step.address <= last and first < step.address + step.length:
                yield Touch(step.point, STORES[step.name][1], step, number)

    def story(self, address: int, seen: int, late: int = 0) -> tuple[Touch, ...]:
        """What happened to a byte up to step `seen`; where `late` is not 0, without the steps between the two."""
        return tuple(t for t in self.of(address, seen) if not late or t.number <= late or t.number == seen)

    def writes_to(self, address: int) -> Iterator[Step]:
        """The writes to a byte, the last one first, as far as is worth looking."""
        for step in islice(reversed(self.steps), _SEARCHED):
            if step.name in WRITES and step.address <= address < step.address + step.length:
                yield step

    def last_alias_change(self, address: int) -> tuple[int, bool] | None:
        """When the byte's page last gained (True) or lost its cacheable alias: number of the step (as of `count`)."""
        for back, step in enumerate(reversed(self.steps)):
            if step.name in _ALIAS and step.address <= address < step.address + step.length:
                return self.count - back, step.name != "alias_dead"
        return None
