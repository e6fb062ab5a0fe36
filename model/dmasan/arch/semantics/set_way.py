# SPDX-License-Identifier: Apache-2.0
"""Maintenance by set and way (DDI 0406C, B2.2.6): of one slot, of one CPU's L1 or of an integrated L2.

A clean of a slot is no more than what hardware may do unasked at any time (`evict_l1`, `evict_l2`), and promises nothing of any
address: the line may have moved, or come back. So only an invalidate is an operation: it may throw dirty data away.
"""

from __future__ import annotations

from collections.abc import Iterator

from dmasan.arch.configuration import ABSENT, Config
from dmasan.arch.family import Family
from dmasan.arch.semantics.flow import Outcome


def drop_l1_slot(family: Family, c: Config) -> Iterator[Outcome]:
    """Invalidate by set and way of L1 (DCISW): the line is dropped, dirty or not, if it is in that slot."""
    yield c, None
    if c.l1:
        yield c._replace(l1=ABSENT), None


def drop_l2_slot(family: Family, c: Config) -> Iterator[Outcome]:
    """Invalidate by set and way of an integrated L2: as of L1."""
    yield c, None
    if c.l2 and not family.outer:
        yield c._replace(l2=ABSENT), None


OTHERS = (drop_l1_slot, drop_l2_slot)
