# SPDX-License-Identifier: Apache-2.0
"""The doorbells of each channel in order, and which of them handed a descriptor over.

A store to a register may let a channel run with what it has (START of a ring), or make descriptors reachable (its TAIL).
What makes a descriptor reachable releases it; a start does for those that an earlier store has made reachable.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from dmasan.events import NOWHERE, Site

ANY = -1  # every channel
_KEPT = 1 << 12

Reach = tuple[tuple[int, int], ...]  # ranges [start, end) of memory


class Start(NamedTuple):
    """What a store to a register does: `channel` (or ANY) is set to work.

    `goes_on`: only with the jobs that it has. `reach`: where descriptors become reachable by it; empty: nowhere; None: not
    known, any descriptor may. `polls`: from now on the channel looks for descriptors by itself, and takes what is its own.
    """

    channel: int
    goes_on: bool = False
    reach: Reach | None = None
    polls: bool = False


class Doorbell(NamedTuple):
    """A store that set a channel to work: number of the event, its line of the program, and its reach."""

    number: int
    site: Site
    reach: Reach | None = None

    def reaches(self, address: int) -> bool:
        """Whether it may have made the descriptor at `address` reachable."""
        return self.reach is None or any(start <= address < end for start, end in self.reach)


class Doorbells:
    """All doorbells, the oldest forgotten. Numbers are those of events."""

    def __init__(self) -> None:
        self._bells: dict[int, list[Doorbell]] = {}  # by channel
        self.polling: set[int] = set()  # channels that need no doorbell any more
        self.last = 0  # number of the last one

    def __bool__(self) -> bool:
        return bool(self._bells)

    def ring(self, number: int, site: Site, start: Start) -> None:
        bells = self._bells.setdefault(start.channel, [])
        bells.append(Doorbell(number, site, start.reach))
        if len(bells) > 2 * _KEPT:
            del bells[:_KEPT]
        self.last = number
        if start.polls:
            self.polling.add(start.channel)

    def before(self, channel: int, number: int) -> Doorbell:
        """The last doorbell of a channel up to event `number`."""
        found = [bells[at - 1] for bells, at in self._places(channel, number + 1) if at]
        return max(found, key=_number, default=Doorbell(0, NOWHERE))

    def handing_over(self, channel: int, address: int, stored: int, ran: int) -> Doorbell | None:
        """The doorbell that released the descriptor at `address`, stored at event `stored`, that was run last at `ran`.

        It is the first one behind both that reaches it; where none does, an earlier one has, or nothing is known of its
        reach: then it is the first of all, which let the channel run.
        """
        behind = sorted((bell for bells, at in self._places(channel, max(stored, ran)) for bell in bells[at:]), key=_number)
        return next((bell for bell in behind if bell.reaches(address)), behind[0] if behind else None)

    def _places(self, channel: int, number: int) -> Iterator[tuple[list[Doorbell], int]]:
        for key in (channel, ANY):
            bells = self._bells.get(key)
            if bells:
                yield bells, bisect_left(bells, number, key=_number)


def _number(bell: Doorbell) -> int:
    return bell.number
