# SPDX-License-Identifier: Apache-2.0
"""Where the copies of one byte are, as plain facts: the projection of the machine that checks compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from dmasan.arch.cache import Cache
from dmasan.arch.early_loads import EarlyLoads
from dmasan.arch.hierarchy import Hierarchy
from dmasan.arch.noncacheable import NonCacheable
from dmasan.config import UsageError


class Copy(NamedTuple):
    """A cached copy of a byte."""

    dirty: bool
    stale: bool


class Early(NamedTuple):
    """What a load that comes later has found of a byte, through a cacheable alias or the Non-cacheable one."""

    cacheable: bool
    stale: bool


@dataclass(frozen=True, slots=True)
class Copies:
    """The copies of one byte: None where there is none. For the buffers: whether what is held is stale."""

    l1: list[Copy | None]  # of each CPU
    l2: Copy | None
    memory_stale: bool
    store_buffer: list[bool | None]  # of each CPU
    outer_buffer: bool | None
    cacheable: bool = False  # what waits in some CPU's buffer is a Write-Back store
    early: Early | None = None  # not returned yet
    aliased: tuple[Copy, ...] = ()  # further copies in a virtually indexed L1, under other virtual addresses


def copies_of(hierarchy: Hierarchy, noncacheable: NonCacheable, early: EarlyLoads, pa: int) -> Copies:
    """The copies of the byte at `pa`. Raises UsageError if the machine keeps no versions."""
    memory = hierarchy.memory
    if memory.version is None or memory.latest is None:
        raise UsageError(
            "copies of a byte can be told apart with versions only: set the knob versions to true"
        )
    offset = memory.offset(pa)
    latest = int(memory.latest[offset])
    line, byte = pa >> hierarchy.shift, pa & (hierarchy.line - 1)

    def held(cache: Cache | None) -> list[Copy]:
        if cache is None or cache.version is None:
            return []
        slots = cache.copies(line, line + 1).tolist()
        return [Copy(cache.is_dirty(slot, byte), int(cache.version[slot, byte]) != latest) for slot in slots]

    l1 = [held(cache) for cache in hierarchy.l1]
    l2 = held(hierarchy.l2)

    def stale(version: int | None) -> bool | None:
        return None if version is None else version != latest

    outer, loaded = noncacheable.outer, early.found(pa)
    return Copies(
        l1=[copies[0] if copies else None for copies in l1],
        l2=l2[0] if l2 else None,
        memory_stale=int(memory.version[offset]) != latest,
        store_buffer=[stale(buffer.version_of(pa)) for buffer in noncacheable.buffers],
        outer_buffer=stale(outer.version_of(pa)) if outer is not None else None,
        cacheable=any(
            entry.cacheable and entry.holds(pa) for buffer in noncacheable.buffers for entry in buffer.entries
        ),
        early=None if loaded is None else Early(loaded[0], loaded[1] != latest),
        aliased=tuple(copy for copies in l1 for copy in copies[1:]),
    )
