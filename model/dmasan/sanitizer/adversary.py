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
from numpy.typing import NDArray

from dmasan.arch.configuration import IDLE, NC, STALE, WB, Config, alias_of_early
from dmasan.arch.family import Family
from dmasan.arch.semantics import MOVES, OPERATIONS
from dmasan.schedule import Footprint, LineCopies, MachineView, Move, MoveKind, Point

MACHINE_MOVES = {  # hidden moves that the concrete machine makes
    "fill_l1": (MoveKind.FILL, "l1"),
    "fill_l2": (MoveKind.FILL, "l2"),
    "evict_l1": (MoveKind.EVICT, "l1"),
    "evict_l2": (MoveKind.EVICT, "l2"),
    "drain_store_buffer": (MoveKind.DRAIN, "store_buffer"),
    "drain_outer_buffer": (MoveKind.DRAIN, "outer_buffer"),
}
_DEPTH = 6  # hidden moves before one operation
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
_PATIENCE = 8  # reads of the same bytes by a device, in a row, that a buffered store of the CPU may be kept from
_BLOCK = 4096  # bytes that are attacked at once before a device's access


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
        self._early: dict[Config, tuple[int, ...]] = {}
        self._held: dict[tuple[Config, str], bool] = {}

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
                for name in MACHINE_MOVES:
                    for after in MOVES[name](self.family, config):
                        if after not in ways:
                            ways[after] = (*ways[config], name)
                            reached.append(after)
            edge = reached
        return max(ways.items(), key=lambda way: (self._harm(way[0], operation), -len(way[1])))[1]

    def early(self, config: Config) -> tuple[int, ...]:
        """The aliases through which a load that is executed now, before the device writes, may return a stale value later."""
        found = self._early.get(config)
        if found is None:
            left = self._harm(config, "dev_write")
            loads = MOVES["load_early"](self.family, config)
            worse = {alias_of_early(after.early): self._harm(after, "dev_write") for after in loads}
            found = self._early[config] = tuple(sorted((a for a, harm in worse.items() if harm > left), key=lambda a: -worse[a]))
        return found

    def holds(self, config: Config, operation: str) -> bool:
        """Whether maintenance does more harm while it is in flight than once it is complete."""
        key = (config, operation)
        found = self._held.get(key)
        if found is None:
            waiting = [after for after, _ in OPERATIONS[operation].apply(self.family, config)]
            done = [each for c in waiting for each in MOVES["complete_maintenance"](self.family, c)]
            found = self._held[key] = max(map(self.worth, waiting)) > max(map(self.worth, done), default=0)
        return found

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
        self._prepared: set[tuple[str, int]] = set()  # operation and block that the device will find attacked
        self._calm: dict[tuple[str, int], int] = {}  # loads of a line in a row that left nothing to do
        self._looks: dict[int, int] = {}  # reads by a device that polls, of an address, while CPUs only load

    def moves(self, point: Point, footprint: Footprint, machine: MachineView) -> Sequence[Move]:
        if footprint.operation in ("dev_read", "dev_write"):
            self._calm.clear()
            return (*self._before_device(footprint, machine), *self._drain_at_last(footprint, machine))
        if footprint.operation in _LOADS:
            return self._before_load(footprint, machine)
        if footprint.operation in _REGISTERS and not self._recent:
            return ()
        self._calm.clear()
        self._looks.clear()
        return self._before_cpu(footprint, machine)

    def _before_load(self, footprint: Footprint, machine: MachineView) -> Sequence[Move]:
        """Loads of a line in a row: when two have left nothing to do, a third one finds what the second one found."""
        line = footprint.address & -self.line
        key = (footprint.operation, line)
        alone = footprint.address + footprint.length <= line + self.line and not self._recent
        if alone and self._calm.get(key, 0) >= 2:
            return ()
        chosen = self._before_cpu(footprint, machine)
        if chosen or not alone:
            self._calm.clear()
        else:
            self._calm[key] = self._calm.get(key, 0) + 1
        return chosen

    def _before_cpu(self, footprint: Footprint, machine: MachineView) -> Sequence[Move]:
        self._prepared.clear()
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
            if operation.startswith("issue_"):
                chosen += self._hold(footprint, machine)
        return chosen

    def _before_device(self, footprint: Footprint, machine: MachineView) -> Sequence[Move]:
        """A device goes through a buffer burst by burst: whole blocks are attacked when it enters them.

        Until a CPU does something again, a second attack on a block would find nothing new to do.
        """
        operation = footprint.operation
        first = footprint.address & -_BLOCK
        last = (footprint.address + footprint.length - 1) & -_BLOCK
        chosen: list[Move] = []
        small = footprint.length <= self.line  # a descriptor, a status: what is polled
        for block in range(first, last + 1, _BLOCK):
            if (operation, block) not in self._prepared:
                small = True
                self._prepared.add((operation, block))
                for address, length in self.interest.overlapping(block, _BLOCK):
                    chosen += self._attack(address, length, operation, machine)
        if small and operation == "dev_write" and machine.loads_early():
            chosen += self._load_early(footprint, machine)
        return chosen

    def _drain_at_last(self, footprint: Footprint, machine: MachineView) -> Iterator[Move]:
        """A store to Normal memory is observed in finite time, barrier or not (DDI 0406C, A3.5.1; DDI 0487, B2.7.1): a device
        that looks again and again sees it at last."""
        if footprint.operation != "dev_read":
            return
        looks = self._looks[footprint.address] = self._looks.get(footprint.address, 0) + 1
        if looks < _PATIENCE:
            return
        first = footprint.address & -self.line
        for line in range(first, footprint.address + footprint.length, self.line):
            _, _, _, store, outer, _ = machine.copies_of_line(line)
            if store:
                yield Move(MoveKind.DRAIN, "store_buffer", 0, line, 1)
            if store or outer:
                yield Move(MoveKind.DRAIN, "outer_buffer", 0, line, 1)

    def _load_early(self, footprint: Footprint, machine: MachineView) -> Iterator[Move]:
        """The line in which the device is about to write first is loaded before: a CPU has few loads in flight."""
        for address, _ in self.interest.overlapping(footprint.address, footprint.length):
            line = address & -self.line
            for alias in self.planner.early(self._config(line, machine)):
                if alias in _ALIASES:
                    yield Move(MoveKind.LOAD, _ALIASES[alias], machine.acting(), line)

    def _hold(self, footprint: Footprint, machine: MachineView) -> Iterator[Move]:
        """The maintenance that comes stays in flight if that hurts: the first line of each buffer speaks for the others."""
        for address, _ in self.interest.overlapping(footprint.address, footprint.length):
            if self.planner.holds(self._config(address & -self.line, machine), footprint.operation):
                yield Move(MoveKind.HOLD, "maintenance", machine.acting())
                return

    def _attack(self, address: int, length: int, operation: str, machine: MachineView) -> Iterator[Move]:
        """The moves for every line of a range; neighbours that make the same move make it together."""
        first = address & -self.line
        lines = -(-(address + length - first) // self.line)
        if lines == 1:
            yield from self._attack_line(first, operation, machine)
            return
        packed, kind = np.unique(_pack(machine.copies_of_lines(first, lines)), return_inverse=True)
        configs = [_unpack(code) for code in packed.tolist()]
        plans = [self.planner.plan(config, operation) for config in configs]
        for step in range(max(map(len, plans))):
            for name, (move, level) in MACHINE_MOVES.items():
                moving = np.array([plan[step : step + 1] == (name,) for plan in plans])[kind]
                if moving.any():
                    along = np.array(
                        [not plan and self._harmless(name, c) for plan, c in zip(plans, configs, strict=True)]
                    )
                    for start, end in _runs(moving, along[kind]):
                        yield Move(move, level, 0, first + start * self.line, end - start)

    def _attack_line(self, address: int, operation: str, machine: MachineView) -> Iterator[Move]:
        """As `_attack`, for the line at `address`: the usual case of a CPU's accesses."""
        for name in self.planner.plan(self._config(address, machine), operation):
            move, level = MACHINE_MOVES[name]
            yield Move(move, level, 0, address, 1)

    def _config(self, address: int, machine: MachineView) -> Config:
        """The configuration in which the line at `address` is."""
        l1, l2, memory, store, outer, live = machine.copies_of_line(address)
        return Config(l1, l2, memory, store, outer, 0, IDLE, int(live))

    def _harmless(self, name: str, config: Config) -> bool:
        """Whether a line that has nothing to do may lie inside a run of lines that are filled, losing no worth by it."""
        if not config.live or not name.startswith("fill"):
            return False
        worth, planner = self.planner.worth, self.planner
        return all(worth(after) >= worth(config) for after in MOVES[name](planner.family, config))


def _pack(copies: LineCopies) -> NDArray[np.int32]:
    """One number a line: its codes, four bits each."""
    fields = (copies.l1, copies.l2, copies.memory, copies.store_buffer, copies.outer_buffer, copies.live)
    return sum((field.astype(np.int32) << 4 * n for n, field in enumerate(fields)), np.zeros(1, np.int32))


def _unpack(code: int) -> Config:
    l1, l2, memory, store_buffer, outer_buffer, live = (code >> 4 * n & 15 for n in range(6))
    return Config(l1, l2, memory, store_buffer, outer_buffer, 0, IDLE, live)


def _runs(moving: NDArray[np.bool_], along: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Runs [start, end) of lines that move, across lines that may go along."""
    places = np.flatnonzero(moving)
    blocked = np.concatenate(([0], np.cumsum(~moving & ~along)))[places]
    breaks = np.flatnonzero(np.diff(blocked)) + 1
    for part in np.split(places, breaks):
        yield int(part[0]), int(part[-1]) + 1


_ALIASES = {NC: "nc", WB: "wb"}
_LOADS = ("load_wb", "load_nc")
_REGISTERS = ("load_device",)
_MAINTENANCE = (
    "issue_clean",
    "issue_invalidate",
    "issue_clean_invalidate",
    "outer_clean",
    "outer_invalidate",
    "outer_clean_invalidate",
)
