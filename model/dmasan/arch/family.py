# SPDX-License-Identifier: Apache-2.0
"""Families of profiles: what of a memory system matters to the coherence of one byte."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """A family of profiles: what distinguishes their memory systems for one byte.

    `levels` of cache before the PoC; `outer`: the second level is a PL310, with operations and a buffer of its own;
    `nc_hits_l2`: Non-cacheable accesses look up the L2, reads hit and writes write through (PL310 with shared
    attribute override off: DDI 0246, 2.3.2; AUX bit 22); `buffers_cacheable`: cacheable stores too wait in the CPU's
    store buffer (DDI 0388, 2.1).
    """

    name: str
    levels: int
    outer: bool = False
    nc_hits_l2: bool = False
    buffers_cacheable: bool = True


ONE_LEVEL = Family("one-level", levels=1, buffers_cacheable=False)
INTEGRATED = Family("integrated", levels=2)
PL310 = Family("pl310", levels=2, outer=True, nc_hits_l2=True)
PL310_OVERRIDE = Family("pl310-override", levels=2, outer=True)
FAMILIES = {family.name: family for family in (ONE_LEVEL, INTEGRATED, PL310, PL310_OVERRIDE)}


def family_of(name: str, shared_override: bool) -> Family:
    """The family of a profile, with the PL310's shared attribute override taken into account."""
    return PL310_OVERRIDE if name == PL310.name and shared_override else FAMILIES[name]
