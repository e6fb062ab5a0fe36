# SPDX-License-Identifier: Apache-2.0
"""Maintenance that is not broadcast, by a CPU that has taken the line into its own L1 before (ARM11MPCore).

Only where no core speculates does the line stay where an access has brought it, so that software can rely on it: the
read and write for ownership of arch/arm/mm/cache-v6.S (CONFIG_DMA_CACHE_RWFO, v2.6.36 to v6.3). Elsewhere, and where
maintenance is broadcast, the operations are those of `maintenance`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dmasan.arch.configuration import (
    CLEANING,
    CLEANING_INVALIDATING,
    INVALIDATING,
    Config,
    is_cacheable,
    is_dirty,
    line_waits,
)
from dmasan.arch.family import Family
from dmasan.arch.semantics.flow import Outcome
from dmasan.arch.semantics.maintenance import issue


def _issue_owned(family: Family, c: Config, operation: int) -> Iterator[Outcome]:
    """As where maintenance is broadcast: `issue` names the case that the line is elsewhere second."""
    outcomes = issue(family, c, operation)
    if family.broadcast or family.speculates:
        yield from outcomes
    else:
        yield next(outcomes)


def _issue_held(family: Family, c: Config, operation: int) -> Iterator[Outcome]:
    """As `_issue_owned`; a clean line, which may be in another L1 as well, may stay there."""
    yield from _issue_owned(family, c, operation)
    shared = bool(c.l1) and not is_dirty(c.l1)
    shared = shared and not is_cacheable(c.store_buffer) and not line_waits(c.store_buffer)
    if not family.broadcast and not family.speculates and operation != CLEANING and shared:
        yield c, None


def issue_clean_held(family: Family, c: Config) -> Iterator[Outcome]:
    """Local clean by the CPU that has loaded the line last: a dirty line has migrated to its L1 (DDI 0360, 7; M)."""
    return _issue_held(family, c, CLEANING)


def issue_invalidate_held(family: Family, c: Config) -> Iterator[Outcome]:
    """Local invalidate by the CPU that has loaded the line last: another L1 may keep a clean copy."""
    return _issue_held(family, c, INVALIDATING)


def issue_clean_invalidate_held(family: Family, c: Config) -> Iterator[Outcome]:
    """Local clean and invalidate by the CPU that has loaded the line last: another L1 may keep a clean copy."""
    return _issue_held(family, c, CLEANING_INVALIDATING)


def issue_clean_owned(family: Family, c: Config) -> Iterator[Outcome]:
    """Local clean by the CPU that has stored to the line last: no other L1 has a copy."""
    return _issue_owned(family, c, CLEANING)


def issue_invalidate_owned(family: Family, c: Config) -> Iterator[Outcome]:
    """Local invalidate by the CPU that has stored to the line last."""
    return _issue_owned(family, c, INVALIDATING)


def issue_clean_invalidate_owned(family: Family, c: Config) -> Iterator[Outcome]:
    """Local clean and invalidate by the CPU that has stored to the line last."""
    return _issue_owned(family, c, CLEANING_INVALIDATING)


OTHERS = (
    issue_clean_held,
    issue_invalidate_held,
    issue_clean_invalidate_held,
    issue_clean_owned,
    issue_invalidate_owned,
    issue_clean_invalidate_owned,
)
