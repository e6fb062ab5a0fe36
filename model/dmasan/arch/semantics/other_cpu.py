# SPDX-License-Identifier: Apache-2.0
"""Accesses of another CPU than the one whose store buffer the byte has, while a store waits in that buffer or while the L1s
of the two are not coherent (`flow.apart`).

The buffer does not forward to it, and its accesses and maintenance wait for no store in it: either comes first. What a DMB
of the first CPU ordered has landed: a program that goes on elsewhere after a DMB has handed over (the barrier is
cumulative, DDI 0406C, A3.8.3). What the other CPU stores here leaves its own buffer at once; where nothing waits, the
operations of `cpu` and `maintenance` serve every CPU. What a load of the first CPU has found early stays: only its own stores
and barriers hold that back (message passing without a barrier on the reader's side, DDI 0406C, A3.8.2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dmasan.arch.configuration import (
    CLEANING,
    CLEANING_INVALIDATING,
    INVALIDATING,
    LATEST,
    Config,
    copy,
)
from dmasan.arch.family import Family
from dmasan.arch.semantics import flow
from dmasan.arch.semantics.flow import Outcome


def _own(family: Family, c: Config) -> tuple[Config, Callable[[Config], Config]]:
    """The configuration as the other CPU's L1 is concerned, and the way back: where the L1s are not coherent, its own is
    the other one."""
    return (flow.exchanged(c), flow.exchanged) if flow.apart(family, c) else (c, flow.unchanged)


def load_wb_other(family: Family, c: Config) -> Iterator[Outcome]:
    """Another CPU's load through the cacheable alias: L1, L2, memory."""
    ready, exchange = _own(family, flow.before_store(family, c))
    yield exchange(flow.allocated(ready)), flow.cached(ready)


def load_nc_other(family: Family, c: Config) -> Iterator[Outcome]:
    """Another CPU's load through the Non-cacheable alias: the outer buffer, L2 where it is looked up, memory."""
    ready = flow.before_store(family, c)
    yield ready, flow.beyond_the_cpu(family, ready)


def store_wb_other(family: Family, c: Config, value: int = LATEST) -> Iterator[Outcome]:
    """Another CPU's store through the cacheable alias: dirty in L1; what the first CPU's buffer holds is older."""
    ready, exchange = _own(family, flow.written(flow.before_store(family, c), value))
    for line in flow.without_snooped(family, ready):
        yield exchange(line._replace(l1=copy(True, value))), None


def neighbour_wb_other(family: Family, c: Config) -> Iterator[Outcome]:
    """The rest of a line that another CPU's cacheable store touched."""
    ready, exchange = _own(family, flow.before_store(family, c))
    for line in flow.without_snooped(family, ready):
        yield exchange(line._replace(l1=copy(True, flow.cached(line)))), None
        for clean in flow.untouched(family, line):
            yield exchange(clean), None


def store_nc_other(family: Family, c: Config, value: int = LATEST) -> Iterator[Outcome]:
    """Another CPU's store through the Non-cacheable alias; what the first CPU's buffer holds is older, and may land later."""
    ready = flow.written(flow.before_store(family, c), value)
    yield flow.store_beyond(family, ready, value), None


def _maintained(family: Family, c: Config, operation: int) -> Iterator[Outcome]:
    ready, exchange = _own(family, flow.before_store(family, c))
    for after in flow.perform(family, ready, operation):
        yield exchange(after), None
    if not family.broadcast:
        yield exchange(ready), None


def clean_other(family: Family, c: Config) -> Iterator[Outcome]:
    """Another CPU's clean by VA: it does not wait for the first CPU's store."""
    return _maintained(family, c, CLEANING)


def invalidate_other(family: Family, c: Config) -> Iterator[Outcome]:
    """Another CPU's invalidate by VA."""
    return _maintained(family, c, INVALIDATING)


def clean_invalidate_other(family: Family, c: Config) -> Iterator[Outcome]:
    """Another CPU's clean and invalidate by VA."""
    return _maintained(family, c, CLEANING_INVALIDATING)


def hand_over(family: Family, c: Config) -> Iterator[Outcome]:
    """Another CPU goes on with the byte: what the first one stored before a DMB has landed."""
    yield flow.before_store(family, c), None


READS = (load_wb_other, load_nc_other)
WRITES = (store_wb_other, store_nc_other)
OTHERS = (neighbour_wb_other, clean_other, invalidate_other, clean_invalidate_other, hand_over)
