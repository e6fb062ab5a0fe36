# SPDX-License-Identifier: Apache-2.0
"""Random correct driver programs: drawing, playing and shrinking them. Shrinking is leaving steps out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from api_steps import AllocPages, Fill, Mailbox, MapSg, PoolAlloc, SyncSg, Walk
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
    UserEnds,
    UserReads,
    UserWrites,
    Write,
    WriteWord,
)
from world import Step, World, WrongData

from dmasan.arch.profile import find_profile
from dmasan.config import Cell, Knobs
from dmasan.device.model import ModelBackend
from dmasan.device.transaction import DmaError
from dmasan.events import Direction
from dmasan.linux.policies import POLICIES
from dmasan.sanitizer import Hazard
from dmasan.soc import Soc

SMALL = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 2, "processes": 1, "random_rate": 0.1}


@dataclass
class Played:
    """How a program went: what the sanitizer said, and `wrong`, what the program itself saw."""

    soc: Soc
    world: World
    wrong: Exception | None = None

    @property
    def hazards(self) -> list[Hazard]:
        return self.soc.hazards

    @property
    def silent(self) -> bool:
        return not self.hazards and self.wrong is None

    def __str__(self) -> str:
        lines = [f"{h.code.name} at {h.site} in {h.buffer}: {h.copies} ({h.culprit})" for h in self.hazards]
        return "\n".join([*lines, *([repr(self.wrong)] if self.wrong else [])])


def play(
    cell: Cell,
    schedule: str,
    steps: Sequence[Step],
    seed: int = 1,
    prepare: Callable[[World], None] | None = None,
    backend: ModelBackend | None = None,
    latency: int = 12,
) -> Played:
    """Runs a program on the behavioural device; `prepare` may tamper with its world. `latency` of its memory, in cycles."""
    knobs = {"shared_override": cell.knobs.shared_override, "latency": latency, **SMALL}
    soc = Soc(
        profile=cell.profile, policy=cell.policy, era=cell.era, schedule=schedule, seed=seed, backend=backend, **knobs
    )
    played = Played(soc, World(soc))
    if prepare:
        prepare(played.world)
    try:
        soc.run(lambda _: played.world.run(steps))
    except (WrongData, DmaError) as error:
        played.wrong = error
    return played


def cells(profile: str) -> list[Cell]:
    """Every policy on a profile, with the shared override off and on where there is one."""
    settings = (False, True) if find_profile(profile).outer else (False,)
    return [
        Cell(policy, profile, knobs=Knobs(shared_override=override)) for policy in POLICIES for override in settings
    ]


# --- drawing and shrinking -------------------------------------------------------------------------------------------

SIZES = (64, 96, 200, 256, 1504, 2048, 4096, 8192)
BARRIERS = ("mb", "wmb", "rmb", "dma_wmb", "dma_rmb", "smp_mb", "smp_wmb")


def random_part(draw: Random) -> Part:
    return Part(0, 1000) if draw.random() < 0.4 else Part(draw.randrange(1000), draw.randrange(1001))


def _number(draw: Random) -> int:
    return draw.randrange(1 << 16)


_DRAWS: tuple[tuple[int, Callable[[Random], Step]], ...] = (
    (3, lambda d: AllocCoherent(d.choice(SIZES))),
    (5, lambda d: Kmalloc(d.choice(SIZES))),
    (4, lambda d: Free(_number(d))),
    (10, lambda d: Map(_number(d), d.choice(list(Direction)))),
    (6, lambda d: Unmap(_number(d))),
    (6, lambda d: SyncForCpu(_number(d), random_part(d), d.random() < 0.5)),
    (6, lambda d: SyncForDevice(_number(d), random_part(d), d.random() < 0.5)),
    (12, lambda d: Write(_number(d), random_part(d), _number(d))),
    (12, lambda d: WriteWord(_number(d), random_part(d), d.getrandbits(32))),
    (14, lambda d: Read(_number(d), random_part(d), d.choice((1, 4, 4, 32)))),
    (14, lambda d: Copy(_number(d), _number(d), random_part(d))),
    (3, lambda d: MapSg(_number(d), d.choice((2, 3)), d.choice(list(Direction)))),
    (3, lambda d: SyncSg(_number(d), d.random() < 0.5)),
    (2, lambda d: AllocPages(d.choice(SIZES), d.choice((Direction.TO_DEVICE, Direction.BIDIRECTIONAL)))),
    (2, lambda d: PoolAlloc()),
    (70, lambda d: Walk(_number(d), random_part(d), _number(d))),
    (4, lambda d: Fill(_number(d), random_part(d), _number(d))),
    (3, lambda d: Mailbox(_number(d), _number(d), _number(d), d.getrandbits(32))),
    (3, lambda d: SwitchCpu(_number(d))),
    (3, lambda d: Barrier(d.choice(BARRIERS))),
    (2, lambda d: NewUser(_number(d), d.randint(1, 24))),
    (2, lambda d: UserWrites(_number(d))),
    (1, lambda d: UserReads(_number(d))),
    (1, lambda d: UserEnds(_number(d))),
)


def random_steps(seed: int, count: int) -> list[Step]:
    """A program of `count` steps; it begins with some buffers."""
    draw = Random(seed)
    start = [AllocCoherent(2048), Kmalloc(256), Kmalloc(1504), Kmalloc(4096)]
    weights, makers = zip(*_DRAWS, strict=True)
    return [*start, *(maker(draw) for maker in draw.choices(makers, weights, k=count))]


def shrink(steps: Sequence[Step], fails: Callable[[Sequence[Step]], bool]) -> list[Step]:
    """A shorter program that still fails: leaves out runs of steps, halving the runs, as long as that helps."""
    best = list(steps)
    size = len(best) // 2
    while size:
        at = 0
        while at < len(best):
            shorter = best[:at] + best[at + size :]
            if fails(shorter):
                best = shorter
            else:
                at += size
        size //= 2
    return best
