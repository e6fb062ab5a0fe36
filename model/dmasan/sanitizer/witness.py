# SPDX-License-Identifier: Apache-2.0
"""A schedule that makes a latent hazard manifest: a path through the relation that ends in the stale read.

The operations that reached one byte are known, each with its point. Between them hardware may make hidden moves: the
search carries all configurations along, each with the fewest moves that lead to it, as late as possible, and stops at
the read that returns a stale value. Its moves, keyed by their points, are a schedule that any backend can replay.

The search prefers what the concrete machine does too: there maintenance and device writes take effect when issued, and
a fill of L1 fills L2. Where only the whole relation has a path, the moves that the machine cannot make are left out.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dmasan.arch.configuration import IDLE, RESET, STALE, Config, is_cacheable
from dmasan.arch.family import Family
from dmasan.arch.semantics import MOVES, OPERATIONS
from dmasan.sanitizer.adversary import MACHINE_MOVES
from dmasan.sanitizer.history import Touch
from dmasan.schedule import Move, MoveKind, Point

Cost = tuple[int, int]  # hidden moves, and how early they are


class _Chain(NamedTuple):
    """The moves that led to a configuration, last one first."""

    touch: int  # index of the operation before which the move is made
    name: str
    before: _Chain | None


@dataclass(frozen=True)
class Witness:
    """The hidden moves that lead to a wrong read of the byte at `address`, in order, each before the operation at its point.

    `start` is the point at which the byte's story begins; `replayable`: the concrete machine can make all of the moves.
    """

    address: int
    start: Point
    moves: tuple[tuple[Point, str], ...]
    replayable: bool

    def schedule(self, line: int) -> list[tuple[Point, Move]]:
        """The moves as a replay file holds them, on the byte's line of `line` bytes.

        What is to stay in a cache until it does harm is kept there: no other line may take its place meanwhile.
        """
        home = self.address & -line
        made = [(self.start, Move(MoveKind.KEEP, level, 0, home)) for level in ("l1", "l2")]
        for point, name in self.moves:
            if name in MACHINE_MOVES:
                kind, level = MACHINE_MOVES[name]
                made.append((point, Move(kind, level, 0, home)))
        return made


def find_witness(family: Family, address: int, touches: Sequence[Touch]) -> Witness | None:
    """A schedule under which the last of `touches`, a read, returns a stale value of the byte. None if there is none."""
    for concrete in (True, False):
        chain = _search(family, touches, concrete)
        if chain is not None:
            moves = tuple((touches[link.touch].point, link.name) for link in reversed(list(_links(chain[0]))))
            return Witness(address, touches[0].point, moves, concrete)
    return None


def _links(chain: _Chain | None) -> Iterator[_Chain]:
    while chain is not None:
        yield chain
        chain = chain.before


Reached = dict[Config, tuple[Cost, _Chain | None]]


def _search(family: Family, touches: Sequence[Touch], concrete: bool) -> tuple[_Chain | None] | None:
    """The cheapest chain of moves, in a tuple (it may be empty); None if the last operation returns no stale value."""
    reached: Reached = {RESET: ((0, 0), None)}
    last = len(touches) - 1
    for index, touch in enumerate(touches):
        expanded = _with_moves(family, reached, index, last - index, concrete)
        operation = OPERATIONS[touch.operation]
        reached = {}
        wrong: list[tuple[Cost, int, _Chain | None]] = []
        for config, (cost, chain) in expanded.items():
            for after, value in operation.apply(family, config):
                if index == last and value == STALE:
                    wrong.append((cost, len(wrong), chain))
                for settled in _settle(family, after) if concrete else (after,):
                    if settled not in reached or cost < reached[settled][0]:
                        reached[settled] = cost, chain
        if wrong:
            return (min(wrong)[2],)
    return None


def _with_moves(family: Family, reached: Reached, index: int, remaining: int, concrete: bool) -> Reached:
    """All configurations that hidden moves lead to from those reached, each by the cheapest way."""
    best: Reached = dict(reached)
    queue = [(cost, n, config) for n, (config, (cost, _)) in enumerate(reached.items())]
    heapq.heapify(queue)
    while queue:
        cost, _, config = heapq.heappop(queue)
        if cost > best[config][0]:
            continue
        chain = best[config][1]
        further = (cost[0] + 1, cost[1] + remaining)
        for name, after in _moves(family, config, concrete):
            if after not in best or further < best[after][0]:
                best[after] = further, _Chain(index, name, chain)
                heapq.heappush(queue, (further, len(best), after))
    return best


def _moves(family: Family, config: Config, concrete: bool) -> Iterable[tuple[str, Config]]:
    for name in MACHINE_MOVES if concrete else MOVES:
        if concrete and name == "fill_l1" and family.levels == 2 and not config.l2:
            continue  # the machine fills both
        for after in MOVES[name](family, config):
            yield name, after


def _settle(family: Family, config: Config) -> Iterator[Config]:
    """What the concrete machine makes of it at once: maintenance and device writes are complete, cacheable stores in L1."""
    if config.in_flight != IDLE:
        for after in MOVES["complete_maintenance"](family, config):
            yield from _settle(family, after)
    elif config.posted:
        for after in MOVES["complete_posted_write"](family, config):
            yield from _settle(family, after)
    elif is_cacheable(config.store_buffer):
        for after in MOVES["drain_store_buffer"](family, config):
            yield from _settle(family, after)
    else:
        yield config
