# SPDX-License-Identifier: Apache-2.0
"""Loads and stores of the CPU whose store buffer and early loads the byte has."""

from __future__ import annotations

from collections.abc import Iterator

from dmasan.arch.configuration import (
    EMPTY,
    LATEST,
    NC,
    WB,
    WT,
    Config,
    copy,
    is_early_by,
    value_of,
    with_line,
)
from dmasan.arch.family import Family
from dmasan.arch.semantics import flow
from dmasan.arch.semantics.flow import Outcome


def _load(family: Family, c: Config, alias: int) -> Iterator[Outcome]:
    """A load that was satisfied early returns what it found; it stays for those behind it, which may have been too.

    On a core that does not speculate it is this load, and no other, that has brought the line in when it was satisfied.
    """
    c = flow.before_load(family, c)
    if is_early_by(c.early, alias):
        found = value_of(c.early)
        yield c, found
        if not family.speculates and alias != NC and c.live and not c.l1:
            yield c._replace(l1=copy(False, found)), found
    elif alias == NC:
        for ready in flow.noncacheable_access(family, c):
            yield ready, flow.seen_by_load(family, ready, NC)
    else:
        for ready in flow.cacheable_access(family, c):
            yield flow.allocated(ready), flow.seen_by_load(family, ready, alias)


def load_wb(family: Family, c: Config) -> Iterator[Outcome]:
    """CPU load through the cacheable alias: own buffered store, L1, L2, memory; the line is allocated.

    A Non-cacheable store in the CPU's buffer is not forwarded: the aliases differ in attributes (DDI 0406C, A3.5.7).
    """
    return _load(family, c, WB)


def load_wt(family: Family, c: Config) -> Iterator[Outcome]:
    """CPU load through a write-through alias: as a cacheable one where write-through memory is cached, else as a
    Non-cacheable one (DDI 0388, 7.1)."""
    return _load(family, c, WT if family.write_through else NC)


def load_nc(family: Family, c: Config) -> Iterator[Outcome]:
    """CPU load through the Non-cacheable alias: own buffers forward; L2 where it is looked up; memory."""
    return _load(family, c, NC)


def store_wb(family: Family, c: Config, value: int = LATEST) -> Iterator[Outcome]:
    """CPU store through the cacheable alias: from the store buffer, if there is one, the line is allocated in L1 and
    becomes dirty; all other copies are stale. No load behind a store to the byte was satisfied before it."""
    for ready in flow.cacheable_access(family, flow.before_store(family, c._replace(early=EMPTY))):
        for changed in flow.without_snooped(family, flow.written(ready, value)):
            if family.buffers_cacheable:
                for after in flow.buffered(family, changed, value, WB):
                    yield after, None
            else:
                yield changed._replace(l1=copy(True, value)), None


def neighbour_wb(family: Family, c: Config) -> Iterator[Outcome]:
    """The rest of a line that a cacheable store touched: it is allocated and becomes dirty with what it held, when the store
    leaves the CPU's buffer; where parts of a line have dirty bits of their own, it need not become dirty."""
    for ready in flow.cacheable_access(family, flow.before_store(family, c)):
        for line in flow.without_snooped(family, ready):
            waiting = line._replace(store_buffer=with_line(line.store_buffer))
            yield (waiting if family.buffers_cacheable else flow.drain_line(waiting)), None
            for clean in flow.untouched(family, line):
                yield clean, None


def store_wt(family: Family, c: Config, value: int = LATEST) -> Iterator[Outcome]:
    """CPU store through a write-through alias: it waits in the store buffer, then updates the line of L1 that it hits, and
    memory; it allocates nothing and dirties nothing. Where write-through memory is not cached it is `store_nc`."""
    if not family.write_through:
        yield from store_nc(family, c, value)
        return
    for ready in flow.cacheable_access(family, flow.before_store(family, c._replace(early=EMPTY))):
        for after in flow.buffered(family, flow.written(ready, value), value, WT):
            yield after, None


def store_nc(family: Family, c: Config, value: int = LATEST) -> Iterator[Outcome]:
    """CPU store through the Non-cacheable alias: it waits in the store buffer."""
    for ready in flow.noncacheable_access(family, flow.before_store(family, c._replace(early=EMPTY))):
        for after in flow.buffered(family, flow.written(ready, value), value, NC):
            yield after, None


READS = (load_wb, load_wt, load_nc)
WRITES = (store_wb, store_wt, store_nc)
OTHERS = (neighbour_wb,)
