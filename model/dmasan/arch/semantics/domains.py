# SPDX-License-Identifier: Apache-2.0
"""Maintenance by VA through a Non-shareable translation of a page that has Shareable ones too: it reaches the L1 of the CPU that
issues it, and an integrated L2, but no other L1 (DDI 0406C, B4.2.1). It is taken to be complete when it returns.
"""

from __future__ import annotations

from collections.abc import Iterator

from dmasan.arch.configuration import CLEANING, CLEANING_INVALIDATING, INVALIDATING, Config
from dmasan.arch.family import Family
from dmasan.arch.semantics import flow
from dmasan.arch.semantics.flow import Outcome


def _own(family: Family, c: Config, operation: int) -> Iterator[Outcome]:
    for ready in flow.cacheable_access(family, flow.behind_stores(family, flow.before_load(family, c))):
        for after in flow.perform_own(family, ready, operation):
            yield after, None


def _own_other(family: Family, c: Config, operation: int) -> Iterator[Outcome]:
    ready = flow.before_store(family, c)
    exchange = flow.exchanged if flow.apart(family, c) else flow.unchanged
    for after in flow.perform_own(family, exchange(ready), operation):
        yield exchange(after), None


def clean_own(family: Family, c: Config) -> Iterator[Outcome]:
    """Clean by VA through a Non-shareable translation: it reaches the L1 of its own CPU."""
    return _own(family, c, CLEANING)


def invalidate_own(family: Family, c: Config) -> Iterator[Outcome]:
    """Invalidate by VA through a Non-shareable translation."""
    return _own(family, c, INVALIDATING)


def clean_invalidate_own(family: Family, c: Config) -> Iterator[Outcome]:
    """Clean and invalidate by VA through a Non-shareable translation."""
    return _own(family, c, CLEANING_INVALIDATING)


def clean_own_other(family: Family, c: Config) -> Iterator[Outcome]:
    """Another CPU's clean by VA through a Non-shareable translation."""
    return _own_other(family, c, CLEANING)


def invalidate_own_other(family: Family, c: Config) -> Iterator[Outcome]:
    """Another CPU's invalidate by VA through a Non-shareable translation."""
    return _own_other(family, c, INVALIDATING)


def clean_invalidate_own_other(family: Family, c: Config) -> Iterator[Outcome]:
    """Another CPU's clean and invalidate by VA through a Non-shareable translation."""
    return _own_other(family, c, CLEANING_INVALIDATING)


OTHERS = (
    clean_own,
    invalidate_own,
    clean_invalidate_own,
    clean_own_other,
    invalidate_own_other,
    clean_invalidate_own_other,
)
