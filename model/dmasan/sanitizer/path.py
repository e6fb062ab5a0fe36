# SPDX-License-Identifier: Apache-2.0
"""Paths through the relation: how a byte that went wrong got there, operation by operation, with the hidden moves between.

The search carries all configurations along, each with the fewest hidden moves that lead to it, as late as possible, and
stops at the operation that goes wrong: a read that returns a stale value, or one after which no copy holds the latest.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from dmasan.arch.configuration import (
    ABSENT,
    IDLE,
    LATEST,
    RESET,
    STALE,
    Config,
    has_latest,
    is_cacheable,
    is_dirty,
    line_waits,
)
from dmasan.arch.family import Family
from dmasan.arch.semantics import MOVES, OPERATIONS, Outcome
from dmasan.sanitizer.adversary import MACHINE_MOVES
from dmasan.sanitizer.history import SEEN

Cost = tuple[int, int]  # hidden moves, and how early they are


class Link(NamedTuple):
    """One step of a path: an operation, or a hidden move before (after the last: behind) operation `at`."""

    at: int
    name: str
    hidden: bool
    before: Config
    after: Config
    earlier: Link | None


Reached = dict[Config, tuple[Cost, Link | None]]


def find_path(
    family: Family,
    names: Sequence[str],
    *,
    concrete: bool = False,
    lost: bool = False,
    start: Iterable[Config] = (RESET,),
) -> list[Link] | None:
    """The cheapest path through the operations `names` to the wrong outcome of the last one; None if there is none.

    `lost`: the wrong outcome is that no copy holds the latest value, hidden moves after the operation included; else a
    stale value that is returned. `concrete`: only what the concrete machine does too. It starts in one of `start`.
    """
    reached: Reached = {config: ((0, 0), None) for config in start}
    last = len(names) - 1
    for index, name in enumerate(names):
        expanded = _with_moves(family, reached, index, last - index, concrete)
        reached = {}
        wrong: list[tuple[Cost, int, Link]] = []
        for config, (cost, earlier) in expanded.items():
            for after, value in outcomes_of(family, name, config):
                for settled in settled_of(family, after) if concrete else (after,):
                    link = Link(index, name, False, config, settled, earlier)
                    if index == last and value == STALE and not lost:
                        wrong.append((cost, len(wrong), link))
                    if settled not in reached or cost < reached[settled][0]:
                        reached[settled] = cost, link
        if wrong:
            return _steps(min(wrong, key=lambda each: each[:2])[2])
    if lost and reached:
        after_all = _with_moves(family, reached, last + 1, 0, concrete)
        ends = [(cost, n, link) for n, (config, (cost, link)) in enumerate(after_all.items()) if not has_latest(config)]
        found = min(ends, key=lambda each: each[:2], default=None)
        return _steps(found[2]) if found else None
    return None


def _steps(link: Link | None) -> list[Link]:
    path = []
    while link is not None:
        path.append(link)
        link = link.earlier
    return path[::-1]


def _with_moves(family: Family, reached: Reached, index: int, remaining: int, concrete: bool) -> Reached:
    """All configurations that hidden moves lead to from those reached, each by the cheapest way."""
    best: Reached = dict(reached)
    queue = [(cost, n, config) for n, (config, (cost, _)) in enumerate(reached.items())]
    heapq.heapify(queue)
    count = len(queue)
    while queue:
        cost, _, config = heapq.heappop(queue)
        if cost > best[config][0]:
            continue
        earlier = best[config][1]
        further = (cost[0] + 1, cost[1] + remaining)
        for name, after in moves_of(family, config, concrete):
            if after not in best or further < best[after][0]:
                best[after] = further, Link(index, name, True, config, after, earlier)
                count += 1
                heapq.heappush(queue, (further, count, after))
    return best


@cache
def outcomes_of(family: Family, name: str, config: Config) -> tuple[Outcome, ...]:
    """What an operation can lead to; of a read that was seen to return the latest value only that."""
    if name.endswith(SEEN):
        return tuple(o for o in outcomes_of(family, name.removesuffix(SEEN), config) if o[1] == LATEST)
    return tuple(OPERATIONS[name].apply(family, config))


@cache
def moves_of(family: Family, config: Config, concrete: bool) -> tuple[tuple[str, Config], ...]:
    return tuple(_moves(family, config, concrete))


def _moves(family: Family, config: Config, concrete: bool) -> Iterator[tuple[str, Config]]:
    for name in MACHINE_MOVES if concrete else MOVES:
        if concrete and name == "fill_l1" and family.levels == 2 and not config.l2:
            continue  # the machine fills both
        if concrete and name.startswith("fill") and config.outer_buffer:
            continue  # the machine's fill waits for the line's store
        for after in MOVES[name](family, config):
            if not concrete or _as_evicted(family, name, config, after):
                yield name, after


def _as_evicted(family: Family, name: str, before: Config, after: Config) -> bool:
    """The machine's evicted lines leave; a dirty one of L1 goes to L2, where there is one, and is allocated there."""
    if name == "evict_l1":
        written_through = family.levels == 2 and is_dirty(before.l1) and not after.l2
        return after.l1 == ABSENT and not written_through
    return name != "evict_l2" or after.l2 == ABSENT


@cache
def settled_of(family: Family, config: Config) -> tuple[Config, ...]:
    return tuple(_settle(family, config))


def _settle(family: Family, config: Config) -> Iterator[Config]:
    """What the concrete machine makes of it at once: maintenance and device writes are complete, cacheable stores in L1."""
    if config.in_flight != IDLE:
        for after in MOVES["complete_maintenance"](family, config):
            yield from _settle(family, after)
    elif config.posted:
        for after in MOVES["complete_posted_write"](family, config):
            yield from _settle(family, after)
    elif is_cacheable(config.store_buffer) or line_waits(config.store_buffer):
        for after in MOVES["drain_store_buffer"](family, config):
            yield from _settle(family, after)
    else:
        yield config
