# SPDX-License-Identifier: Apache-2.0
"""The adversarial schedule: at each point the hidden moves that hurt most, found in the relation itself.

For each line that the coming operation touches in a buffer of the device, or that maintenance touched just now, the
adversary takes the configuration in which the machine really is, searches the configurations that hidden moves can
reach, and judges each by the stale reads that follow from it: at once, if the operation is a read, or soon, after one
more write. It plans once for each pair of configuration and operation; lines in the same configuration move together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from dmasan.arch.configuration import IDLE, STALE, Config
from dmasan.arch.semantics import MOVES, OPERATIONS, Family
from dmasan.schedule import Footprint, MachineView, Move, MoveKind, Point

_MOVES = {
    "fill_l1": (MoveKind.FILL, "l1"),
    "fill_l2": (MoveKind.FILL, "l2"),
    "evict_l1": (MoveKind.EVICT, "l1"),
    "evict_l2": (MoveKind.EVICT, "l2"),
    "drain_store_buffer": (MoveKind.DRAIN, "store_buffer"),
    "drain_outer_buffer": (MoveKind.DRAIN, "outer_buffer"),
}
_DEPTH = 3  # hidden moves before one operation
# What may come next, and how much a stale read in it counts: the nearer, the more.
_FUTURES = (
    (16, ("dev_read",)),
    (16, ("load_nc",)),
    (8, ("load_wb",)),
    (4, ("dev_write", "load_nc")),
    (4, ("store_nc", "dsb", "outer_sync", "dev_read")),
    (2, ("dev_write", "load_wb")),
)
_NOW = 1000


class Interest(Protocol):
    """Which bytes are worth attacking."""

    def overlapping(self, address: int, length: int) -> Sequence[tuple[int, int]]:
        """The parts (address, length) of a range that belong to buffers of the device."""


@dataclass
class Planner:
    """The best hidden moves from a configuration before an operation."""

    family: Family

    def __post_init__(self) -> None:
        self._plans: dict[tuple[Config, str], tuple[str, ...]] = {}
        self._worth: dict[Config, int] = {}

    def plan(self, start: Config, operation: str) -> tuple[str, ...]:
        """Names of hidden moves, in order; the shortest way to the worst that can happen."""
        key = (start, operation)
        found = self._plans.get(key)
        if found is None:
            found = self._plans[key] = self._search(start, operation)
        return found

    def _search(self, start: Config, operation: str) -> tuple[str, ...]:
        ways: dict[Config, tuple[str, ...]] = {start: ()}
        edge = [start]
        for _ in range(_DEPTH):
            reached = []
            for config in edge:
                for name in _MOVES:
                    for after in MOVES[name](self.family, config):
                        if after not in ways:
                            ways[after] = (*ways[config], name)
                            reached.append(after)
            edge = reached
        return max(ways.items(), key=lambda way: (self._harm(way[0], operation), -len(way[1])))[1]

    def _harm(self, config: Config, operation: str) -> int:
        """Stale reads now count most, then those that may follow."""
        if operation not in OPERATIONS:
            return self.worth(config)
        outcomes = list(OPERATIONS[operation].apply(self.family, config))
        now = max(_NOW * (value == STALE) for _, value in outcomes)
        return now + max(self.worth(after) for after, _ in outcomes)

    def worth(self, config: Config) -> int:
        """The weight of the stale reads that can follow without further hidden moves."""
        found = self._worth.get(config)
        if found is None:
            found = self._worth[config] = sum(
                weight for weight, future in _FUTURES if self._goes_wrong(config, future)
            )
        return found

    def _goes_wrong(self, config: Config, future: tuple[str, ...]) -> bool:
        configs = {config}
        stale = False
        for name in future:
            if name.endswith("_wb") and not config.live:
                return False
            outcomes = [o for c in configs for o in OPERATIONS[name].apply(self.family, c)]
            stale = any(value == STALE for _, value in outcomes)
            configs = {after for after, _ in outcomes}
        return stale


class Adversary:
    """A `Schedule` that attacks the buffers named by `interest`."""

    name = "adversarial"
    benign = False

    def __init__(self, family: Family, interest: Interest, line: int) -> None:
        self.planner = Planner(family)
        self.interest = interest
        self.line = line
        self._recent: list[tuple[int, int]] = []  # what maintenance touched last, for the window behind it

    def moves(self, point: Point, footprint: Footprint, machine: MachineView) -> Sequence[Move]:
        chosen: list[Move] = []
        recent, self._recent = self._recent, []
        for address, length in recent:
            chosen += self._attack(address, length, "", machine)
        operation = footprint.operation
        if operation in _MAINTENANCE:
            self._recent = [(footprint.address, footprint.length)]
        elif operation in ("dsb", "outer_sync"):
            self._recent = recent  # the window is still open
        if footprint.length and operation in OPERATIONS:
            for address, length in self.interest.overlapping(footprint.address, footprint.length):
                chosen += self._attack(address, length, operation, machine)
        return chosen

    def _attack(self, address: int, length: int, operation: str, machine: MachineView) -> Iterator[Move]:
        """The moves for every line of a range, line by line in the same configuration taken together."""
        first = address & -self.line
        lines = -(-(address + length - first) // self.line)
        copies = machine.copies_of_lines(first, lines)
        codes = np.stack(
            [copies.l1, copies.l2, copies.memory, copies.store_buffer, copies.outer_buffer, copies.live],
            axis=1,
        ).astype(np.uint8)
        edges = np.flatnonzero((codes[1:] != codes[:-1]).any(axis=1)) + 1
        starts = [0, *edges.tolist()]
        for start, end in zip(starts, [*starts[1:], lines], strict=True):
            l1, l2, memory, store_buffer, outer_buffer, live = (int(code) for code in codes[start])
            config = Config(l1, l2, memory, store_buffer, outer_buffer, 0, IDLE, live)
            for name in self.planner.plan(config, operation):
                kind, level = _MOVES[name]
                yield Move(kind, level, 0, first + start * self.line, end - start)


_MAINTENANCE = (
    "clean",
    "invalidate",
    "clean_invalidate",
    "outer_clean",
    "outer_invalidate",
    "outer_clean_invalidate",
)
