# SPDX-License-Identifier: Apache-2.0
"""Where the copies of one byte are, as plain facts: the projection of the machine that checks compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from dmasan.arch.hierarchy import Hierarchy
from dmasan.arch.noncacheable import NonCacheable
from dmasan.config import UsageError


class Copy(NamedTuple):
    """A cached copy of a byte."""

    dirty: bool
    stale: bool


@dataclass(frozen=True, slots=True)
class Copies:
    """The copies of one byte: None where there is none. For the buffers: whether what is held is stale."""

    l1: list[Copy | None]  # of each CPU
    l2: Copy | None
    memory_stale: bool
    store_buffer: list[bool | None]  # of each CPU
    outer_buffer: bool | None


def copies_of(hierarchy: Hierarchy, noncacheable: NonCacheable, pa: int) -> Copies:
    """The copies of the byte at `pa`. Raises UsageError if the machine keeps no versions."""
    memory = hierarchy.memory
    if memory.version is None or memory.latest is None:
        raise UsageError(
            "copies of a byte can be told apart with versions only: set the knob versions to true"
        )
    offset = memory.offset(pa)
    latest = int(memory.latest[offset])
    found: list[Copy | None] = []
    for cache in (*hierarchy.l1, hierarchy.l2):
        slot = cache.find(pa >> hierarchy.shift) if cache is not None else -1
        if cache is None or cache.version is None or slot < 0:
            found.append(None)
        else:
            version = int(cache.version[slot, pa & (hierarchy.line - 1)])
            found.append(Copy(bool(cache.dirty[slot]), version != latest))

    def stale(version: int | None) -> bool | None:
        return None if version is None else version != latest

    outer = noncacheable.outer
    return Copies(
        l1=found[:-1],
        l2=found[-1],
        memory_stale=int(memory.version[offset]) != latest,
        store_buffer=[stale(buffer.version_of(pa)) for buffer in noncacheable.buffers],
        outer_buffer=stale(outer.version_of(pa)) if outer is not None else None,
    )
