# SPDX-License-Identifier: Apache-2.0
"""Accesses of devices and of the page-table walker, and what becomes of translations and of content."""

from __future__ import annotations

from collections.abc import Iterator

from dmasan.arch.configuration import (
    ABSENT,
    DEAD,
    EMPTY,
    HELD_STALE,
    LATEST,
    LIVE,
    MIXED,
    Config,
    copy,
    renewed,
)
from dmasan.arch.family import Family
from dmasan.arch.semantics import flow
from dmasan.arch.semantics.flow import Outcome


def dev_read(family: Family, c: Config) -> Iterator[Outcome]:
    """A read of a device that does not snoop: memory at the PoC."""
    yield c, c.memory


def dev_write(family: Family, c: Config, value: int = LATEST) -> Iterator[Outcome]:
    """A write of a device that does not snoop, complete at once."""
    yield flow.written(c, value)._replace(memory=value, posted=EMPTY), None


def dev_write_posted(family: Family, c: Config, value: int = LATEST) -> Iterator[Outcome]:
    """A write of a device whose data was accepted: visible at some time before its B response."""
    yield flow.written(c, value)._replace(posted=HELD_STALE + value), None


def dev_write_done(family: Family, c: Config) -> Iterator[Outcome]:
    """The B response: the device's write is in memory."""
    yield flow.complete_posted(c), None


def snoop_read(family: Family, c: Config) -> Iterator[Outcome]:
    """A read of a device that snoops: L1, L2, memory; buffers are not seen."""
    for value in flow.snooped(family, c):
        yield c, value


def snoop_write(family: Family, c: Config, value: int = LATEST) -> Iterator[Outcome]:
    """A write of a device that snoops, behind the outer buffer: no L1 keeps the line (WriteUnique is snooped by CleanInvalid
    or MakeInvalid, IHI 0022), a copy in L2 goes or is updated, memory is written; or the data stays dirty in L2 (write
    with AxCACHE write-back, allocate)."""
    c = flow.written(flow.drain_outer(family, c), value)
    unseen = {(c.l1, c.other), (c.l1, ABSENT), (ABSENT, c.other)} if flow.apart(family, c) else set()
    for l1, other in {(ABSENT, ABSENT)} | unseen:
        left = c._replace(l1=l1, other=other)
        for l2 in {ABSENT, copy(False, value) if c.l2 else ABSENT}:
            yield left._replace(l2=l2, memory=value), None
        if family.levels == 2:
            yield left._replace(l2=copy(True, value)), None


def walker_read(family: Family, c: Config) -> Iterator[Outcome]:
    """A read of the page-table walker: as a snooping read where the walker is coherent with L1, else L2 or memory; buffers
    are not seen."""
    for value in flow.snooped(family, c) if family.walker_snoops else {flow.beneath(c)}:
        yield c, value


def alias_live(family: Family, c: Config) -> Iterator[Outcome]:
    """The page gained a cacheable translation that some CPU may walk to."""
    yield c._replace(live=LIVE), None


def alias_mixed(family: Family, c: Config) -> Iterator[Outcome]:
    """The page has a live cacheable translation that is Non-shareable, on a machine of several CPUs: what their L1s hold of it
    need not be coherent from now on."""
    yield c._replace(live=MIXED if family.mixed else LIVE), None


def alias_dead(family: Family, c: Config) -> Iterator[Outcome]:
    """No CPU can reach the page through a cacheable translation any more; copies stay where they are."""
    yield c._replace(live=DEAD), None


def give_up(family: Family, c: Config) -> Iterator[Outcome]:
    """The content is undefined from now on: every copy is as good as any other. Dirty stays dirty."""
    yield renewed(c), None


READS = (dev_read, snoop_read, walker_read)
WRITES = (dev_write, dev_write_posted, snoop_write)
OTHERS = (dev_write_done, alias_live, alias_mixed, alias_dead, give_up)
