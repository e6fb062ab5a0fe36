# SPDX-License-Identifier: Apache-2.0
"""Accesses and maintenance through another virtual colour, where L1 may hold a byte twice (DDI 0100I, B6.5; ARM1136 and
ARM1176 with ways of more than 4 KiB), or through another virtual address of a virtually tagged cache (ARM926).

Neither line sees the other; both are filled from memory and written back to it. Two colours are told apart, no more.
Elsewhere there is one line whatever the address, and the operations are those of `cpu` and `maintenance`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dmasan.arch.configuration import (
    CLEANING,
    CLEANING_INVALIDATING,
    EMPTY,
    INVALIDATING,
    LATEST,
    Config,
    copy,
    value_of,
)
from dmasan.arch.family import Family
from dmasan.arch.semantics import flow
from dmasan.arch.semantics.cpu import load_wb, neighbour_wb, store_wb
from dmasan.arch.semantics.flow import Outcome
from dmasan.arch.semantics.maintenance import issue


def _found(c: Config) -> int:
    return value_of(c.other) if c.other else c.memory


def load_wb_colour(family: Family, c: Config) -> Iterator[Outcome]:
    """CPU load through another colour: that colour's line, else memory; the line is allocated."""
    if not family.virtual:
        yield from load_wb(family, c)
        return
    for ready in flow.complete_other(family, flow.before_load(family, c)):
        value = _found(ready)
        yield (ready._replace(other=copy(False, value)) if ready.live and not ready.other else ready), value


def store_wb_colour(family: Family, c: Config, value: int = LATEST) -> Iterator[Outcome]:
    """CPU store through another colour: dirty there; what the first colour holds is stale."""
    if not family.virtual:
        yield from store_wb(family, c, value)
        return
    for ready in flow.complete_other(family, flow.before_store(family, c._replace(early=EMPTY))):
        yield flow.written(ready, value)._replace(other=copy(True, value)), None


def neighbour_wb_colour(family: Family, c: Config) -> Iterator[Outcome]:
    """The rest of a line that a store through another colour touched."""
    if not family.virtual:
        yield from neighbour_wb(family, c)
        return
    for ready in flow.complete_other(family, flow.before_store(family, c)):
        yield ready._replace(other=copy(True, _found(ready))), None
        for clean in flow.untouched(family, flow.exchanged(ready)):
            yield flow.exchanged(clean), None


def _issue(family: Family, c: Config, operation: int) -> Iterator[Outcome]:
    if not family.virtual:
        yield from issue(family, c, operation)
        return
    for after, _ in issue(family, flow.exchanged(c), operation):
        yield flow.exchanged(after), None


def issue_clean_colour(family: Family, c: Config) -> Iterator[Outcome]:
    """Clean by VA through another colour: it reaches that colour's line only."""
    return _issue(family, c, CLEANING)


def issue_invalidate_colour(family: Family, c: Config) -> Iterator[Outcome]:
    """Invalidate by VA through another colour."""
    return _issue(family, c, INVALIDATING)


def issue_clean_invalidate_colour(family: Family, c: Config) -> Iterator[Outcome]:
    """Clean and invalidate by VA through another colour."""
    return _issue(family, c, CLEANING_INVALIDATING)


READS = (load_wb_colour,)
WRITES = (store_wb_colour,)
OTHERS = (neighbour_wb_colour, issue_clean_colour, issue_invalidate_colour, issue_clean_invalidate_colour)
