# SPDX-License-Identifier: Apache-2.0
"""In whose buffer a store may wait: the relation has one buffer for a byte, and its owner is the CPU that stored there last.

What a CPU stored before a DMB has landed once another goes on with the byte: something told it to (`hand_over`). From then
on the buffer is the other's, which its own accesses and maintenance wait for. A cacheable store waits for the rest of its
lines too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dmasan import events as ev
from dmasan.sanitizer.pending import Ranges
from dmasan.sanitizer.reporting import Core


class WaitingStores:
    """For each CPU the bytes of which a store may wait in its buffer. Addresses and lengths in bytes."""

    def __init__(self, core: Core, pending: Sequence[Ranges], pending_outer: Ranges) -> None:
        """`pending`: each CPU's ranges that wait for its barrier, stores and maintenance; a byte that is taken over leaves it.

        `pending_outer`: what may be in the outer cache's buffer.
        """
        self.core = core
        self.pending = pending
        self.pending_outer = pending_outer
        self._stored = [Ranges() for _ in pending]
        self._ordered: list[list[tuple[int, int]]] = [[] for _ in pending]  # of each CPU: stored before its last DMB
        self._others = [[n for n in range(len(pending)) if n != own] for own in range(len(pending))]

    def elsewhere(self, e: ev.Event, cpu: int, address: int, length: int) -> bool:
        """Whether a store to the range may wait in the buffer of another CPU than `cpu`."""
        return self._touched(cpu, address, length) and self._waits(e, cpu, address, length)

    def _touched(self, cpu: int, address: int, length: int) -> bool:
        """Whether another CPU than `cpu` has stored to the range: on most accesses none has."""
        for other in self._others[cpu]:
            ranges = self._stored[other]
            if ranges and ranges.touch(address, length):
                return True
        return False

    def cut(self, e: ev.Event, cpu: int, address: int, length: int) -> Iterator[tuple[int, int, bool]]:
        """Cuts whole lines into (address, length, whether a store to them may wait elsewhere)."""
        size = self.core.shadow.line
        found = [r for other in self._others[cpu] if self._stored[other] for r in self._stored[other].touching(address, length)]
        lines = Ranges()
        for start, end in found:
            first = max(start & -size, address)
            lines.add(first, min((end + size - 1) & -size, address + length) - first)
        at = address
        for start, held in lines:
            if at < start:
                yield at, start - at, False
            yield start, held, self._waits(e, cpu, start, held)
            at = start + held
        if at < address + length:
            yield at, address + length - at, False

    def take_over(self, e: ev.Store | ev.LinesTaken, address: int, length: int) -> None:
        """Before a store of a CPU to bytes that wait nowhere else; [address, + length) are those and the rest of their lines.

        What waits in another CPU's buffer for the rest stays that one's.
        """
        if not self._touched(e.cpu, address, length):
            return
        for other in self._others[e.cpu]:
            for start, end in self._stored[other].touching(address, length):
                start, end = max(start, address), min(end, address + length)
                if not self._waits(e, e.cpu, start, end - start):
                    self._leave(other, start, end - start)

    def _leave(self, cpu: int, address: int, length: int) -> None:
        """Barriers of the CPU are none of these bytes' any more, unless its maintenance of them is in flight."""
        self._stored[cpu].remove(address, length)
        if not self.core.automaton.maintenance_waits(self.core.states(address, length)):
            self.pending[cpu].remove(address, length)

    def add(self, cpu: int, address: int, length: int) -> None:
        """A store went into the CPU's buffer: what of the range is not another's waits for its barriers."""
        if not self._touched(cpu, address, length):
            self.pending[cpu].add(address, length)
            self._stored[cpu].add(address, length)
            return
        free = Ranges()
        free.add(address, length)
        for other in self._others[cpu]:
            for start, end in self._stored[other].touching(address, length):
                free.remove(start, end - start)
        for start, size in free:
            self.pending[cpu].add(start, size)
            self._stored[cpu].add(start, size)

    def ordered(self, cpu: int) -> None:
        """A DMB of the CPU."""
        if self._others[cpu]:
            self._ordered[cpu] = list(self._stored[cpu])

    def drained(self, cpu: int) -> None:
        """A DSB of the CPU."""
        self._stored[cpu] = Ranges()
        self._ordered[cpu] = []

    def hand_over(self, e: ev.Barrier) -> None:
        """A barrier of another CPU is one for what that CPU has observed too: the program goes on there, so what the first one
        stored before a DMB is among it (group A of DDI 0406C, A3.8.3)."""
        for other in self._others[e.cpu]:
            ranges, self._ordered[other] = self._ordered[other], []
            for address, length in ranges:
                if not self._waits(e, e.cpu, address, length):
                    self._leave(other, address, length)
                if self.core.family.outer:
                    self.pending_outer.add(address, length)

    def _waits(self, e: ev.Event, cpu: int, address: int, length: int) -> bool:
        self.core.apply("hand_over", address, length, e, f"cpu{cpu}")
        return self.core.automaton.store_waits(self.core.states(address, length))
