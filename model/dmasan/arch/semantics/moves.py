# SPDX-License-Identifier: Apache-2.0
"""The hidden moves: what hardware may do at any time without being asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dmasan.arch.configuration import (
    ABSENT,
    BEFORE_ALL,
    MIXED,
    NC,
    WB,
    WT,
    Config,
    copy,
    found_early,
    is_dirty,
    is_store,
    line_waits,
    order_of,
    ordered_part,
    value_of,
)
from dmasan.arch.family import Family
from dmasan.arch.semantics import flow


def fill_l1(family: Family, c: Config) -> Iterator[Config]:
    """A speculative read allocates the line in L1. It is given no promise to see the outer buffer."""
    if family.speculates and c.live and not c.l1:
        yield c._replace(l1=copy(False, flow.beneath(c)))


def fill_l2(family: Family, c: Config) -> Iterator[Config]:
    """A speculative read or a prefetch allocates the line in L2."""
    if family.speculates and c.live and family.levels == 2 and not c.l2:
        yield c._replace(l2=copy(False, c.memory))


def fill_other(family: Family, c: Config) -> Iterator[Config]:
    """A speculative read allocates the line in L1 once more, under the other virtual colour; or in the L1 of another CPU that
    does not see the first's."""
    if family.speculates and not c.other and (c.live == MIXED or (c.live and family.virtual)):
        yield c._replace(other=copy(False, flow.beneath(c)))


def share_line(family: Family, c: Config) -> Iterator[Config]:
    """A fill finds the line in the L1 of another CPU although some translation is Non-shareable; a dirty line migrates."""
    if not flow.apart(family, c) or not c.live:
        return
    if c.other and not c.l1:
        yield c._replace(l1=c.other, other=ABSENT if is_dirty(c.other) else c.other)
    if c.l1 and not c.other:
        yield c._replace(other=c.l1, l1=ABSENT if is_dirty(c.l1) else c.l1)


def evict_l1(family: Family, c: Config) -> Iterator[Config]:
    """A line leaves L1: dropped if clean, or moved to an exclusive L2; written back if dirty, and then it may stay as a clean
    one."""
    if is_dirty(c.l1):
        value = value_of(c.l1)
        for after in flow.write_beneath(family, c, value):
            yield after._replace(l1=ABSENT)
            yield after._replace(l1=copy(False, value))
    elif c.l1:
        yield c._replace(l1=ABSENT)
        if family.exclusive and not c.l2:
            yield c._replace(l1=ABSENT, l2=copy(False, value_of(c.l1)))


def evict_l2(family: Family, c: Config) -> Iterator[Config]:
    """A line leaves L2: dropped if clean; written to memory if dirty, and then it may stay as a clean one."""
    if is_dirty(c.l2):
        value = value_of(c.l2)
        yield c._replace(l2=ABSENT, memory=value)
        yield c._replace(l2=copy(False, value), memory=value)
    elif c.l2:
        yield c._replace(l2=ABSENT)


def evict_other(family: Family, c: Config) -> Iterator[Config]:
    """The line of the other colour, or of the other L1, leaves it as one of the first does; neither knows of the other."""
    for after in evict_l1(family, flow.exchanged(c)):
        yield flow.exchanged(after)


def drain_store_buffer(family: Family, c: Config) -> Iterator[Config]:
    """A buffered store leaves the CPU, one to the byte or one to the rest of its line."""
    if is_store(c.store_buffer):
        yield flow.drain_store(family, c)
    if line_waits(c.store_buffer):
        yield flow.drain_line(c)


def drain_outer_buffer(family: Family, c: Config) -> Iterator[Config]:
    """The outer cache's buffer drains by itself (never doing so is erratum 769419)."""
    if c.outer_buffer:
        yield flow.drain_outer(family, c)


def complete_posted_write(family: Family, c: Config) -> Iterator[Config]:
    """A device write that was accepted becomes visible before its B response."""
    if c.posted:
        yield flow.complete_posted(c)


def complete_maintenance(family: Family, c: Config) -> Iterator[Config]:
    """Maintenance that was issued takes effect before the DSB: all of a colour's, or first what a DMB ordered."""
    if c.in_flight:
        yield from flow.complete_maintenance(family, c)
        if ordered_part(c.in_flight):
            yield from flow.complete_ordered(family, c)
    if c.other_in_flight:
        yield from flow.complete_other(family, c)


def load_early(family: Family, c: Config) -> Iterator[Config]:
    """A load of Normal memory that comes later in program order is satisfied now: not before what a DMB or, through a
    cacheable alias, the line's own maintenance orders before it (DDI 0406C, A3.8.2)."""
    if not family.loads_early or c.early or order_of(c.store_buffer) == BEFORE_ALL:
        return
    held_back = (c.in_flight or c.other_in_flight) if family.virtual else ordered_part(c.in_flight)
    aliases = [] if held_back else [NC]
    if c.live and not c.in_flight:
        aliases += [WB, WT] if family.write_through else [WB]
    for alias in aliases:
        yield c._replace(early=found_early(flow.seen_by_load(family, c, alias), alias))


Move = Callable[[Family, Config], Iterator[Config]]
MOVES: dict[str, Move] = {
    move.__name__: move
    for move in (
        fill_l1,
        fill_l2,
        fill_other,
        share_line,
        evict_l1,
        evict_l2,
        evict_other,
        drain_store_buffer,
        drain_outer_buffer,
        complete_posted_write,
        complete_maintenance,
        load_early,
    )
}
