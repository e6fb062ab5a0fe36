# SPDX-License-Identifier: Apache-2.0
"""Random correct driver programs that aim at missing bins of functional coverage.

A bin of the mappings says what is to happen to one buffer: its lines before it is mapped, who touches it in which order
while it is. Everything else is drawn: sizes, which part is touched, reading or writing, the CPU, barriers in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random

from api_steps import AllocPages, MapSg, SyncSg
from programs import BARRIERS, play, random_part
from register_steps import RegisterWalk, ShortDescriptor
from steps import (
    AllocCoherent,
    Barrier,
    Copy,
    Free,
    Kmalloc,
    Map,
    NewUser,
    Part,
    Read,
    SwitchCpu,
    SyncForCpu,
    SyncForDevice,
    Unmap,
    Write,
)
from world import Step, World

from cocotbext.dmasan.coverage import Group, Observer
from dmasan.config import Cell
from dmasan.events import Direction, MappingKind
from dmasan.linux.policies import POLICIES

Bin = Sequence[str]

LINE = 32  # bytes; sizes below are whole lines of 32 and 64 bytes, or of neither
WHOLE, RAGGED = (64, 128, 256, 2048, 4096), (72, 200, 1000, 1504 + 8, 3000)
PARTNER, AIMED = 0, 1  # places among the buffers that a step can name
EVERYTHING, HALF = Part(0, 1000), Part(0, 500)
TWO_IN_A_LIST, USER_PAGES, MORE_THAN_A_PAGE = 2, 16, 8192


def aimed(bin: Bin, draw: Random) -> list[Step]:
    """The life of a buffer (of two, in a scatterlist) that hits `bin` of the group "mappings", as far as it can be."""
    _, kind, direction, alignment, lines, order = bin
    size = draw.choice(WHOLE if alignment == "whole lines" else RAGGED)
    life = _LIVES[kind](size, Direction[direction], lines, draw)
    steps = [*life.begin]
    for who in order.split(", "):
        if who != "nobody":
            steps += life.cpu() if who == "cpu" else life.device()
    return [*_noisy(steps, draw), *life.end]


def _noisy(steps: Sequence[Step], draw: Random) -> Iterator[Step]:
    """The steps, with a barrier or a switch to another CPU before some of them."""
    for step in steps:
        if draw.random() < 0.1:
            yield Barrier(draw.choice(BARRIERS))
        if draw.random() < 0.1:
            yield SwitchCpu(draw.randrange(4))
        yield step


class _Life:
    """Steps of one buffer's life. The partner of its copies, coherent memory, is there before."""

    begin: list[Step]
    end: list[Step]

    def __init__(self, size: int, direction: Direction, lines: str, draw: Random) -> None:
        self.size, self.direction, self.draw = size, direction, draw
        self.owned = True  # the device's
        self.set_up(lines)

    def set_up(self, lines: str) -> None:
        raise NotImplementedError

    def before(self, lines: str, which: int = AIMED) -> list[Step]:
        """What the CPU does to the buffer before it is mapped."""
        if lines == "untouched":
            return []
        if lines == "loaded":
            return [self.reading(which)]
        # A FROM_DEVICE map may throw away what was stored: half of the buffer is left for a correct driver to read.
        part = HALF if self.direction is Direction.FROM_DEVICE else EVERYTHING
        return [Write(which, part, self.draw.randrange(1 << 16))]

    def reading(self, which: int = AIMED) -> Step:
        return Read(which, random_part(self.draw), self.draw.choice((1, 4, 32)))

    def touching(self) -> Step:
        """An access of the CPU that the direction allows."""
        if self.direction is Direction.FROM_DEVICE:
            return Read(AIMED, EVERYTHING, self.draw.choice((1, 4, 32)))
        if self.draw.random() < 0.4:
            return self.reading()
        return Write(AIMED, random_part(self.draw), self.draw.randrange(1 << 16))

    def cpu(self) -> list[Step]:
        return [*self._hand(to_device=False), self.touching()]

    def device(self) -> list[Step]:
        """A copy between the buffer and its partner, in a way that the direction allows."""
        out = self.direction is Direction.TO_DEVICE or (
            self.direction is Direction.BIDIRECTIONAL and self.draw.random() < 0.5
        )
        ends = (AIMED, PARTNER) if out else (PARTNER, AIMED)
        unit = self.draw.choice((8, 8, 1))
        return [*self._hand(to_device=True), Copy(*ends, self.copied(), unit)]

    def copied(self) -> Part:
        return random_part(self.draw)

    def _hand(self, to_device: bool) -> list[Step]:
        if self.owned == to_device:
            return []
        self.owned = to_device
        return self.hand_over(to_device)

    def hand_over(self, to_device: bool) -> list[Step]:
        return [(SyncForDevice if to_device else SyncForCpu)(0, EVERYTHING, False)]


class _Single(_Life):
    def set_up(self, lines: str) -> None:
        self.begin = [Kmalloc(self.size), *self.before(lines), Map(0, self.direction)]
        self.end = [Unmap(0), Free(AIMED)]


class _Scatter(_Life):
    def set_up(self, lines: str) -> None:
        before = [step for which in (AIMED, AIMED + 1) for step in self.before(lines, which)]
        self.begin = [Kmalloc(self.size), Kmalloc(self.size), *before, MapSg(0, TWO_IN_A_LIST, self.direction)]
        self.end = [Unmap(0), Free(AIMED), Free(AIMED)]

    def hand_over(self, to_device: bool) -> list[Step]:
        return [SyncSg(0, not to_device)]


class _Pages(_Life):
    def set_up(self, lines: str) -> None:
        self.owned = False
        self.begin = [AllocPages(self.size, self.direction)]
        self.end = [Unmap(0), Free(AIMED)]

    def copied(self) -> Part:
        """All of it, where the CPU will read: sync_for_device of FROM_DEVICE drops the zeros that the kernel wrote."""
        return EVERYTHING if self.direction is Direction.FROM_DEVICE else random_part(self.draw)


class _Coherent(_Life):
    def set_up(self, lines: str) -> None:
        self.begin = [AllocCoherent(self.size)]
        if lines == "stored":  # a user's page that makes room leaves lines behind, in CMA: for more than one page
            self.begin = [NewUser(0, USER_PAGES), AllocCoherent(MORE_THAN_A_PAGE + self.size)]
        self.end = [Free(AIMED)]

    def hand_over(self, to_device: bool) -> list[Step]:
        return []


_LIVES: dict[str, Callable[[int, Direction, str, Random], _Life]] = {
    MappingKind.COHERENT.value: _Coherent,
    MappingKind.SINGLE.value: _Single,
    MappingKind.SG.value: _Scatter,
    MappingKind.NONCOHERENT.value: _Pages,
}


def program(bins: Sequence[Bin], draw: Random) -> list[Step]:
    """A program that aims at these bins of one policy, one after another."""
    return [AllocCoherent(8192), *(step for bin in bins for step in aimed(bin, draw))]


def device_program(draw: Random) -> list[Step]:
    """A program that aims at registers and at shapes of bursts: all registers, and copies at any byte."""
    copies = [Copy(n, 1 - n, random_part(draw), 1) for n in (0, 1, 0, 1)]
    return [AllocCoherent(8192), AllocCoherent(8192), *copies, RegisterWalk(draw.getrandbits(32)), ShortDescriptor(0)]


# --- chasing holes ---------------------------------------------------------------------------------------------------

# Mappings of one program, fewer from round to round: what a program needs fresh memory for, it needs alone.
LIVES = (16, 8, 2, 1)
MAX_BEATS = (1, 4, 16, 64)  # of bursts
DEVICE_PROGRAMS = 12


Watch = Callable[[World], Observer]


def chase_mappings(group: Group, watch: Watch, cell: Cell, seed: int = 1) -> None:
    """Plays programs in `cell` that aim at what `group` misses of its policy, in one round for each of `LIVES`.

    Raises AssertionError if one of them, all correct and in a benign schedule, sees wrong data.
    """
    draw = Random(seed)
    for lives in LIVES:
        bins = [bin for bin in group.missing() if bin[0] == cell.policy]
        draw.shuffle(bins)
        for first in range(0, len(bins), lives):
            _watched(cell, program(bins[first : first + lives], draw), watch, draw)


def chase_device(groups: Sequence[Group], watch: Watch, profile: str, seed: int = 1) -> None:
    """The same for bursts and registers, under any policies. Raises as `chase_mappings`."""
    draw = Random(seed)
    for _ in range(DEVICE_PROGRAMS):
        if any(group.missing() for group in groups):
            _watched(Cell(draw.choice(sorted(POLICIES)), profile), device_program(draw), watch, draw)


def _watched(cell: Cell, steps: list[Step], watch: Watch, draw: Random) -> None:
    observers = []

    def prepare(world: World) -> None:
        world.max_beats = draw.choice(MAX_BEATS)
        observers.append(watch(world))

    told = play(cell, "benign", steps, seed=draw.randrange(1 << 16), prepare=prepare)
    observers[0].finish()
    assert told.wrong is None, f"{cell.policy}: {told}"
