# SPDX-License-Identifier: Apache-2.0
"""All that a sanitizer was told, in order, so that it can be told again: with an edit, to a fresh one.

A tape is whole or useless: beyond `KEPT` entries it is given up, and its memory with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dmasan.events import Event
from dmasan.sanitizer.device_rules import PAGE, DeviceAccess, DeviceRules
from dmasan.sanitizer.doorbells import ANY
from dmasan.sanitizer.happens_before import Progress

if TYPE_CHECKING:
    from dmasan.sanitizer.sanitizer import Sanitizer

KEPT = 150_000
READ, WRITE, DONE, STRAYED = "read", "write", "done", "strayed"
_OF_OPERATION = {"dev_read": READ, "dev_write_posted": WRITE, "dev_write_done": DONE}


class Burst(NamedTuple):
    """A burst of the device in one of its phases; `mask`: the stale bytes of a read, the strobe of a write."""

    phase: str
    access: DeviceAccess
    mask: NDArray[np.bool_] | None = None


class Idle(Event):
    """Put in by an edit: the CPU sees that the device is idle, by whatever its status register is."""


Entry = Event | Burst


class Tape:
    """The entries so far; `whole` is False once there were too many."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.whole = True

    def add(self, entry: Entry) -> None:
        if self.whole:
            self.entries.append(entry)
            if len(self.entries) > KEPT:
                self.whole = False
                self.entries.clear()

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)


class TapedDevice(DeviceRules):
    """The rules of the device's bursts, which also put them on the sanitizer's tape."""

    tape: Tape

    def read(self, access: DeviceAccess, stale: NDArray[np.bool_] | None) -> None:
        self.tape.add(Burst(READ, access, stale))
        super().read(access, stale)

    def write(self, access: DeviceAccess, strobe: NDArray[np.bool_] | None) -> None:
        self.tape.add(Burst(WRITE, access, strobe))
        super().write(access, strobe)

    def done(self, access: DeviceAccess) -> None:
        self.tape.add(Burst(DONE, access))
        super().done(access)

    def strayed(self, access: DeviceAccess) -> None:
        self.tape.add(Burst(STRAYED, access))
        super().strayed(access)

    def served(self, access: DeviceAccess, operation: str, burst: int) -> None:
        for part in _by_page(access, burst):
            self.tape.add(Burst(_OF_OPERATION[operation], part))
        super().served(access, operation, burst)


def _by_page(access: DeviceAccess, burst: int) -> Iterator[DeviceAccess]:
    """A run of bursts in parts that are told like bursts: they cross no 4 KiB, unless a burst of the run does."""
    start, end = access.address, access.address + access.length
    cuts = [start, *range((start // PAGE + 1) * PAGE, end, PAGE), end]
    if any((cut - start) % burst for cut in cuts[1:-1]):
        yield access
        return
    for first, last in pairwise(cuts):
        yield access._replace(address=first, length=last - first)


def tell(sanitizer: Sanitizer, entries: Iterable[Entry]) -> None:
    """Tells the entries to a sanitizer that has seen nothing yet."""
    device = sanitizer.device
    for entry in entries:
        if isinstance(entry, Idle):
            sanitizer.order.observe(ANY, Progress.ENDED)
        elif not isinstance(entry, Burst):
            sanitizer.observe(entry)
        elif entry.phase == READ:
            device.read(entry.access, entry.mask)
        elif entry.phase == WRITE:
            device.write(entry.access, entry.mask)
        elif entry.phase == DONE:
            device.done(entry.access)
        else:
            device.strayed(entry.access)
