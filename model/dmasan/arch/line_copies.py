# SPDX-License-Identifier: Apache-2.0
"""Where the copies of many lines are, as the codes of `arch.configuration`: what an adversarial schedule looks at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dmasan.arch.alias import AliasTracker
from dmasan.arch.cache import Cache, Indices
from dmasan.arch.configuration import ABSENT, EMPTY, copy, held
from dmasan.arch.hierarchy import Hierarchy
from dmasan.arch.memory import PAGE, Bytes
from dmasan.arch.noncacheable import NonCacheable
from dmasan.arch.write_buffer import Entry, WriteBuffer
from dmasan.config import UsageError
from dmasan.schedule import LineCodes

Codes = NDArray[np.uint8]
_CLEAN, _DIRTY = copy(False, 0), copy(True, 0)


@dataclass(frozen=True, slots=True)
class LineCopies:
    """One code a line (uint8), as in `arch.configuration`; a copy counts as stale if any byte of the line is.

    `l1` is the copy of whichever CPU has one, a dirty one first. `live`: a cacheable alias of the page is live.
    """

    l1: Codes
    l2: Codes
    memory: Codes
    store_buffer: Codes
    outer_buffer: Codes
    live: NDArray[np.bool_]


def copies_of_lines(
    hierarchy: Hierarchy, noncacheable: NonCacheable, aliases: AliasTracker, pa: int, lines: int
) -> LineCopies:
    """The copies of `lines` lines from `pa`, a line's address. Raises UsageError if the machine keeps no versions."""
    memory = hierarchy.memory
    if memory.version is None or memory.latest is None:
        raise UsageError("the adversarial schedule needs the knob versions to be true")
    offset = memory.offset(pa, lines * hierarchy.line)
    span = slice(offset, offset + lines * hierarchy.line)
    latest = memory.latest[span].reshape(lines, hierarchy.line)
    numbers = np.arange(lines, dtype=np.int64) + (pa >> hierarchy.shift)
    l1 = np.zeros(lines, np.uint8)
    for cache in hierarchy.l1:
        np.maximum(l1, _cached(cache, numbers, latest), out=l1)
    nothing = np.zeros(lines, np.uint8)
    outer = noncacheable.outer
    return LineCopies(
        l1=l1,
        l2=_cached(hierarchy.l2, numbers, latest) if hierarchy.l2 is not None else nothing,
        memory=(memory.version[span].reshape(latest.shape) == latest).all(axis=1).astype(np.uint8),
        store_buffer=_buffered(noncacheable.buffers, pa, latest),
        outer_buffer=_buffered([outer], pa, latest) if outer is not None else nothing,
        live=_live(aliases, pa, lines, hierarchy.line),
    )


def copies_of_line(hierarchy: Hierarchy, noncacheable: NonCacheable, aliases: AliasTracker, pa: int) -> LineCodes:
    """As `copies_of_lines`, for the line at `pa`: without arrays, several times faster."""
    if hierarchy.virtual:
        one = copies_of_lines(hierarchy, noncacheable, aliases, pa, 1)
        l1, l2, in_memory, stored, outer_stored = (
            int(codes[0]) for codes in (one.l1, one.l2, one.memory, one.store_buffer, one.outer_buffer)
        )
        return LineCodes(l1, l2, in_memory, stored, outer_stored, bool(one.live[0]))
    memory, line = hierarchy.memory, hierarchy.line
    if memory.version is None or memory.latest is None:
        raise UsageError("the adversarial schedule needs the knob versions to be true")
    offset = memory.offset(pa, line)
    latest = memory.latest[offset : offset + line].tobytes()
    number = pa >> hierarchy.shift
    outer = noncacheable.outer
    return LineCodes(
        max([_cached_line(cache, number, latest) for cache in hierarchy.l1]),
        _cached_line(hierarchy.l2, number, latest) if hierarchy.l2 is not None else ABSENT,
        int(memory.version[offset : offset + line].tobytes() == latest),
        _buffered_line(noncacheable.buffers, pa, latest),
        _buffered_line([outer], pa, latest) if outer is not None else EMPTY,
        aliases.is_live(pa),
    )


def _cached_line(cache: Cache, number: int, latest: bytes) -> int:
    slot = cache.find(number)
    if slot < 0 or cache.version_view is None:
        return ABSENT
    fresh = cache.version_view[slot * cache.line : (slot + 1) * cache.line] == latest
    return (_DIRTY if cache.dirty_view[slot] else _CLEAN) + fresh


def _buffered_line(buffers: list[WriteBuffer], pa: int, latest: bytes) -> int:
    code = EMPTY
    for buffer in buffers:
        for entry in buffer.entries:
            if 0 <= entry.address - pa < len(latest):
                fresh = _is_latest(entry, latest[entry.address - pa :])
                code = held(int(fresh), cacheable=entry.cacheable)
    return code


def _is_latest(entry: Entry, wanted: bytes) -> bool:
    """Whether what an entry holds is the latest; `wanted` are the versions from its address on."""
    return all(entry.version[start:end] == wanted[start:end] for start, end in entry.runs())


def _live(aliases: AliasTracker, pa: int, lines: int, line: int) -> NDArray[np.bool_]:
    """Liveness is a property of pages."""
    first = pa & -PAGE
    pages = [aliases.is_live(page) for page in range(first, pa + lines * line, PAGE)]
    skipped = (pa - first) // line
    return np.repeat(np.array(pages, np.bool_), PAGE // line)[skipped : skipped + lines]


def _cached(cache: Cache, numbers: Indices, latest: Bytes) -> Codes:
    slots = cache.locate_any(numbers)
    codes = np.full(len(numbers), ABSENT, np.uint8)
    here = np.flatnonzero(slots >= 0)
    if len(here) and cache.version is not None:
        found = slots[here]
        fresh = (cache.version[found] == latest[here]).all(axis=1)
        codes[here] = np.where(cache.dirty[found], _DIRTY, _CLEAN) + fresh
    return codes


def _buffered(buffers: list[WriteBuffer], pa: int, latest: Bytes) -> Codes:
    """The few entries of a buffer, by line."""
    lines, line = latest.shape
    codes = np.full(lines, EMPTY, np.uint8)
    for buffer in buffers:
        for entry in buffer.entries:
            index = (entry.address - pa) // line
            if 0 <= index < lines:
                at = (entry.address - pa) % line
                fresh = _is_latest(entry, latest[index, at : at + len(entry.mask)].tobytes())
                codes[index] = held(int(fresh), cacheable=entry.cacheable)
    return codes
