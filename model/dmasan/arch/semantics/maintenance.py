# SPDX-License-Identifier: Apache-2.0
"""Maintenance by VA and by PA, and barriers."""

from __future__ import annotations

from collections.abc import Iterator

from dmasan.arch.configuration import (
    ABSENT,
    BEFORE_ALL,
    BEFORE_STORES,
    CLEANING,
    CLEANING_INVALIDATING,
    EMPTY,
    INVALIDATING,
    NC,
    Config,
    copy,
    in_order,
    is_dirty,
    is_early_by,
    issued,
    ordered,
    value_of,
)
from dmasan.arch.family import Family
from dmasan.arch.semantics import flow
from dmasan.arch.semantics.flow import Outcome


def issue(family: Family, c: Config, operation: int) -> Iterator[Outcome]:
    """Maintenance joins what is in flight on the line: what no DMB separates takes effect in program order, at the same
    moment here. It is ordered with cacheable loads that come later, with all of them where caches are addressed virtually. Where it is not broadcast the line may be in another
    CPU's L1 (lines migrate): then it does nothing."""
    if family.virtual or not is_early_by(c.early, NC):
        c = c._replace(early=EMPTY)
    yield c._replace(in_flight=issued(c.in_flight, operation)), None
    if not family.broadcast:
        yield flow.behind_stores(family, c), None


def issue_clean(family: Family, c: Config) -> Iterator[Outcome]:
    """Clean by VA (DCCMVAC, DC CVAC): in flight until a DSB, ordered with cacheable accesses to the line."""
    return issue(family, c, CLEANING)


def issue_invalidate(family: Family, c: Config) -> Iterator[Outcome]:
    """Invalidate by VA (DCIMVAC, DC IVAC): in flight until a DSB; dirty data is dropped."""
    return issue(family, c, INVALIDATING)


def issue_clean_invalidate(family: Family, c: Config) -> Iterator[Outcome]:
    """Clean and invalidate by VA (DCCIMVAC, DC CIVAC): in flight until a DSB."""
    return issue(family, c, CLEANING_INVALIDATING)


def _outer(family: Family, c: Config, clean: bool, invalidate: bool) -> Outcome:
    if not family.outer:
        return c, None
    c = flow.before_store(family, c)  # the operation is a store to a register of the cache
    if clean and is_dirty(c.l2):
        c = c._replace(memory=value_of(c.l2), l2=copy(False, value_of(c.l2)))
    return (c._replace(l2=ABSENT) if invalidate else c), None


def outer_clean(family: Family, c: Config) -> Iterator[Outcome]:
    """PL310 Clean Line by PA: atomic, complete when its register write returns (DDI 0246, 3.3.10)."""
    yield _outer(family, c, clean=True, invalidate=False)


def outer_invalidate(family: Family, c: Config) -> Iterator[Outcome]:
    """PL310 Invalidate Line by PA: dirty data is dropped."""
    yield _outer(family, c, clean=False, invalidate=True)


def outer_clean_invalidate(family: Family, c: Config) -> Iterator[Outcome]:
    """PL310 Clean and Invalidate Line by PA."""
    yield _outer(family, c, clean=True, invalidate=True)


def dmb(family: Family, c: Config) -> Iterator[Outcome]:
    """DMB: what is buffered or in flight is ordered before the CPU's later accesses, not completed; no later load has
    been satisfied."""
    in_flight = c.in_flight if family.virtual else in_order(c.in_flight)
    yield c._replace(store_buffer=ordered(c.store_buffer, BEFORE_ALL), in_flight=in_flight, early=EMPTY), None


def dmb_stores(family: Family, c: Config) -> Iterator[Outcome]:
    """DMB of stores (`dma_wmb`): buffered stores are ordered before later stores. Neither maintenance nor loads are, on
    either side of it (DDI 0487, D7.5.8: a DMB of loads and stores orders maintenance)."""
    if family.virtual:
        yield from dmb(family, c)  # of ARMv6 and older: there is one barrier, and it orders everything (DDI 0100I, B2.6; from memory)
    else:
        yield c._replace(store_buffer=ordered(c.store_buffer, BEFORE_STORES)), None


def dmb_loads(family: Family, c: Config) -> Iterator[Outcome]:
    """DMB of loads (`dma_rmb` of arm64), and a taken interrupt: no later load has been satisfied."""
    yield c._replace(early=EMPTY), None


def dsb(family: Family, c: Config) -> Iterator[Outcome]:
    """DSB: the CPU's buffer is drained, its maintenance complete, and no later load has been satisfied. An outer buffer is
    beyond its reach."""
    for complete in flow.complete_maintenance(family, c._replace(early=EMPTY)):
        for after in flow.complete_other(family, complete):
            yield flow.drain_cpu(family, after), None


def outer_sync(family: Family, c: Config) -> Iterator[Outcome]:
    """PL310 Cache Sync, a register access too: the outer buffer is drained."""
    yield (flow.drain_outer(family, flow.before_store(family, c)) if family.outer else c), None


def doorbell(family: Family, c: Config) -> Iterator[Outcome]:
    """A store to Device memory: Normal stores that a DMB ordered before it have left the CPU."""
    yield flow.before_store(family, c), None


OTHERS = (
    issue_clean,
    issue_invalidate,
    issue_clean_invalidate,
    outer_clean,
    outer_invalidate,
    outer_clean_invalidate,
    dmb,
    dmb_stores,
    dmb_loads,
    dsb,
    outer_sync,
    doorbell,
)
