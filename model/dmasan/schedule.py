# SPDX-License-Identifier: Apache-2.0
"""Every nondeterministic decision of the hardware is one typed choice, keyed by the point at which it is made.

A *move* is something that hardware may do unasked (a hidden move). A *point* is operation n of an agent, never a
place in a stream, so that a replay file means the same on the RTL and on the behavioural device. The machine asks its
schedule for the moves before each operation; it checks that each is legal, carries it out and logs it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from dmasan.config import UsageError

SCHEDULES = ("benign", "random", "adversarial", "replay")


class MoveKind(Enum):
    """What the hardware does. FILL, EVICT, KEEP and LOAD act on lines, DRAIN on a buffer, HOLD and DRAIN on maintenance."""

    FILL = "fill"  # a speculative read allocates the line
    EVICT = "evict"  # a dirty line is written back and leaves, or a clean one leaves
    DRAIN = "drain"  # a buffered store reaches the next level
    HOLD = "hold"  # the maintenance that comes now stays in flight: until a DSB or an access of its CPU, or until it drains
    LOAD = "load"  # loads of the line that the CPU has not come to yet are executed now
    KEEP = "keep"  # from now on replacement passes the line over, as it is free to do


LEVELS = {
    MoveKind.FILL: ("l1", "l2", "tlb"),
    MoveKind.EVICT: ("l1", "l2", "tlb"),
    MoveKind.DRAIN: ("store_buffer", "outer_buffer", "maintenance"),
    MoveKind.HOLD: ("maintenance",),
    MoveKind.LOAD: ("wb", "nc"),
    MoveKind.KEEP: ("l1", "l2"),
}


class Move(NamedTuple):
    """One hidden move, on `lines` consecutive lines from `address`.

    `level` is "l1", "l2" (fill, evict, keep), "store_buffer" or "outer_buffer" (drain; the whole buffer where `address` is 0).
    LOAD names the alias through which the loads go: "wb" or "nc". At level "maintenance" (hold, drain) it is that of the CPU. At level "tlb" (fill, evict) `address` is virtual, and the CPU's TLB takes in or forgets the translation of its page.
    Under every schedule but `benign` a buffer drains only by such a move, for want of room, or by a barrier or sync.
    """

    kind: MoveKind
    level: str
    cpu: int = 0
    address: int = 0
    lines: int = 1


class Point(NamedTuple):
    """Operation `n` (from 0) of an agent: ("cpu0", "op", n), ("dma0", "descriptor" | "read" | "write" | "status", n)."""

    agent: str
    kind: str
    n: int


@dataclass(slots=True)
class Footprint:
    """What the coming operation touches: physical range and what it does (an operation name of `arch.semantics`)."""

    operation: str
    address: int
    length: int


class LineCopies(Protocol):
    """Where the copies of consecutive lines are: one code a line, as in `arch.configuration`; `live` of its page."""

    @property
    def l1(self) -> NDArray[np.uint8]: ...
    @property
    def l2(self) -> NDArray[np.uint8]: ...
    @property
    def memory(self) -> NDArray[np.uint8]: ...
    @property
    def store_buffer(self) -> NDArray[np.uint8]: ...
    @property
    def outer_buffer(self) -> NDArray[np.uint8]: ...
    @property
    def live(self) -> NDArray[np.bool_]: ...


class LineCodes(NamedTuple):
    """Where the copies of one line are, as in `LineCopies`."""

    l1: int
    l2: int
    memory: int
    store_buffer: int
    outer_buffer: int
    live: bool


class MachineView(Protocol):
    """What a schedule may see of the machine in order to choose among legal moves."""

    def live_lines(self, address: int, reach: int) -> Sequence[int]:
        """Line addresses within `reach` lines of `address` that a speculative fill may bring in."""

    def resident_lines(self, level: str) -> Sequence[int]:
        """Line addresses held by a cache level ("l1" of any CPU, "l2"), in a fixed order."""

    def loads_early(self) -> bool:
        """Whether loads may be executed before what precedes them in program order."""

    def acting(self) -> int:
        """The CPU that acts now, or did last."""

    def next_victims(self, level: str) -> Sequence[int]:
        """As `resident_lines`, those that their full sets would give up next."""

    def line_bytes(self) -> int:
        """Line size in bytes."""

    def copies_of_lines(self, pa: int, lines: int) -> LineCopies:
        """Where the copies of `lines` lines from `pa` are."""

    def copies_of_line(self, pa: int) -> LineCodes:
        """Where the copies of the line at `pa` are."""


class Schedule(Protocol):
    """Chooses the hidden moves before each operation."""

    name: str
    benign: bool

    def moves(self, point: Point, footprint: Footprint, machine: MachineView) -> Sequence[Move]:
        """The moves to make, in order, before the operation at `point`."""


_WORD = (1 << 64) - 1
_GOLDEN = 0x9E37_79B9_7F4A_7C15
_KINDS = (MoveKind.FILL, MoveKind.EVICT, MoveKind.DRAIN)


def _mixed(value: int) -> int:
    value = ((value ^ value >> 30) * 0xBF58_476D_1CE4_E5B9) & _WORD
    value = ((value ^ value >> 27) * 0x94D0_49BB_1331_11EB) & _WORD
    return value ^ value >> 31


class Benign:
    """No hidden move: buffers drain at once, lines leave only for want of room."""

    name = "benign"
    benign = True

    def moves(self, point: Point, footprint: Footprint, machine: MachineView) -> Sequence[Move]:
        return ()


@dataclass
class RandomMoves:
    """Seeded moves near the program's own accesses, within the profile's prefetch reach.

    `rate` is the chance of a move before an operation; `reach` is in lines. `into`: the levels that fills go to;
    `by_replacement`: only lines leave that the cache would replace next, and that for want of room.
    """

    seed: int = 1
    rate: float = 0.25
    reach: int = 4
    into: tuple[str, ...] = ("l1", "l2")
    by_replacement: bool = False
    name: str = "random"
    benign: bool = False

    def __post_init__(self) -> None:
        self._keys: dict[tuple[str, str], int] = {}  # of agent and kind of point
        self._limit = round(self.rate * (1 << 32))

    def _draw(self, point: Point) -> int:
        """64 bits that depend on seed and point alone, so that a point draws the same moves on both backends.

        The finalizer of SplitMix64 (Steele, Lea, Flood 2014) on a counter.
        """
        agent, kind, n = point
        key = self._keys.get((agent, kind))
        if key is None:
            text = f"{self.seed}/{agent}/{kind}".encode()
            key = self._keys[agent, kind] = int.from_bytes(blake2b(text, digest_size=8).digest(), "little")
        return _mixed(key + (n + 1) * _GOLDEN & _WORD)

    def moves(self, point: Point, footprint: Footprint, machine: MachineView) -> Sequence[Move]:
        drawn = self._draw(point)
        if drawn & 0xFFFF_FFFF >= self._limit:
            return ()
        kind = _KINDS[(drawn >> 32) % 3]
        second = bool(drawn >> 63)
        if kind is MoveKind.DRAIN and second and footprint.operation.startswith("issue_"):
            return (Move(MoveKind.HOLD, "maintenance", int(point.agent.removeprefix("cpu"))),)
        if kind is MoveKind.DRAIN:
            return (Move(kind, "outer_buffer" if second else "store_buffer"),)
        level = "l2" if second else "l1"
        early = drawn >> 40 & 7 == 0 and machine.loads_early()
        drawn = _mixed(drawn)
        near = footprint.address + (drawn & 0xFFFF_FFFF) % max(footprint.length, 1)
        if early:
            at = near + (drawn >> 32) % (self.reach + 1) * machine.line_bytes() & -machine.line_bytes()
            return (Move(MoveKind.LOAD, "nc" if second else "wb", machine.acting(), at),)
        if kind is MoveKind.FILL:
            lines = machine.live_lines(near, self.reach)
            level = level if level in self.into else self.into[0]
        else:
            lines = machine.next_victims(level) if self.by_replacement else machine.resident_lines(level)
        return (Move(kind, level, 0, lines[(drawn >> 32) % len(lines)]),) if lines else ()


@dataclass
class Replay:
    """The moves of a recorded schedule, at their points; nothing elsewhere."""

    choices: dict[Point, tuple[Move, ...]] = field(default_factory=dict)
    name: str = "replay"
    benign: bool = False

    def moves(self, point: Point, footprint: Footprint, machine: MachineView) -> Sequence[Move]:
        return self.choices.get(point, ())

    @classmethod
    def read(cls, path: Path) -> Replay:
        """Reads a replay file (JSON lines of point and move). Raises UsageError naming file and line."""
        choices: dict[Point, tuple[Move, ...]] = {}
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot read the schedule {path}: {error}") from None
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip():
                continue
            try:
                agent, kind, n, *move = json.loads(line)
                point, made = Point(str(agent), str(kind), int(n)), _move(*move)
            except (ValueError, TypeError) as error:
                raise UsageError(
                    f"{path}:{number}: not a line of a schedule ([agent, kind, n, move, level, cpu, address, lines]): {error}"
                ) from None
            choices[point] = (*choices.get(point, ()), made)
        return cls(choices)


def _move(kind: str, level: str, cpu: int, address: int, lines: int) -> Move:
    """Raises ValueError for what no machine can carry out."""
    move = Move(MoveKind(kind), level, int(cpu), int(address), int(lines))
    if level not in LEVELS[move.kind]:
        raise ValueError(f"{kind} does not act on {level!r}: allowed are {', '.join(LEVELS[move.kind])}")
    if min(move.cpu, move.address) < 0 or move.lines < 1:
        raise ValueError("cpu and address are 0 and above, lines 1 and above")
    return move


class Recorder:
    """Wraps a schedule and keeps what it chose, so that it can be written as a replay file."""

    def __init__(self, inner: Schedule) -> None:
        self.inner = inner
        self.name = inner.name
        self.benign = inner.benign
        self.log: list[tuple[Point, Move]] = []

    def moves(self, point: Point, footprint: Footprint, machine: MachineView) -> Sequence[Move]:
        chosen = self.inner.moves(point, footprint, machine)
        if chosen:
            self.log.extend((point, move) for move in chosen)
        return chosen

    def write(self, path: Path) -> None:
        path.write_text(to_lines(self.log), encoding="utf-8")


def to_lines(log: Iterable[tuple[Point, Move]]) -> str:
    """A replay file: one JSON line for each move, in the order in which they were made."""
    rows = ([*point, move.kind.value, move.level, move.cpu, move.address, move.lines] for point, move in log)
    return "".join(json.dumps(row) + "\n" for row in rows)
