# SPDX-License-Identifier: Apache-2.0
"""How values pass from one copy of a byte to the next, and what waits for what: the building blocks of the relation."""

from __future__ import annotations

from collections.abc import Iterator

from dmasan.arch.configuration import (
    ABSENT,
    BEFORE_ALL,
    CLEANING,
    CLEANING_INVALIDATING,
    EMPTY,
    HELD_STALE,
    IDLE,
    LATEST,
    MIXED,
    NC,
    UNORDERED,
    WB,
    Config,
    aged,
    alias_of,
    copy,
    held,
    is_cacheable,
    is_dirty,
    is_store,
    line_waits,
    order_of,
    ordered_part,
    parts,
    value_of,
    with_line,
    without_line,
    without_order,
    without_store,
)
from dmasan.arch.family import Family

Outcome = tuple[Config, int | None]  # the next configuration, and the value that a read returned


# --- values ------------------------------------------------------------------------------------------------------


def beneath(c: Config) -> int:
    """The value that a fill of L1 brings in."""
    return value_of(c.l2) if c.l2 else c.memory


def cached(c: Config) -> int:
    """The value that a read through the caches finds; a buffer is not seen."""
    return value_of(c.l1) if c.l1 else beneath(c)


def beyond_the_cpu(family: Family, c: Config) -> int:
    """The value that a Non-cacheable load finds outside of its CPU: outer buffer, L2 where it is looked up, memory."""
    if c.outer_buffer:
        return value_of(c.outer_buffer)
    return value_of(c.l2) if family.nc_hits_l2 and c.l2 else c.memory


def seen_by_load(family: Family, c: Config, alias: int) -> int:
    """The value that a CPU's load through an alias finds now. Its own buffered store forwards, if it went through the same
    alias: others differ in attributes (DDI 0406C, A3.5.7)."""
    if is_store(c.store_buffer) and alias_of(c.store_buffer) == alias:
        return value_of(c.store_buffer)
    return beyond_the_cpu(family, c) if alias == NC else cached(c)


def allocated(c: Config) -> Config:
    """After a cacheable load: the line is in L1, if a translation allows that."""
    return c._replace(l1=copy(False, beneath(c))) if c.live and not c.l1 else c


def untouched(family: Family, c: Config) -> Iterator[Config]:
    """After a cacheable store to a line in which this byte has another dirty bit, if there can be one: the line is there, or
    will be when the store leaves the CPU's buffer; the byte is as clean or dirty as it was."""
    if family.granular:
        yield allocated(c)
        if family.buffers_cacheable:
            yield c


def written(c: Config, value: int) -> Config:
    """A write takes the value that it leaves: LATEST for the sanitizer, and every other copy ages; STALE is used by
    `may_return`, which follows one write at a time and lets every other leave a value that is not the followed one."""
    return aged(c) if value == LATEST else c


def apart(family: Family, c: Config) -> bool:
    """Whether the L1s of two CPUs are told apart: some translation of the page is Non-shareable, or was when a line was
    filled. Then neither need see the other (DDI 0406C, A3.5.7)."""
    return family.mixed and (c.live == MIXED or bool(c.other))


def snooped(family: Family, c: Config) -> set[int]:
    """The values that a coherent read from outside of the CPUs may find."""
    if not apart(family, c):
        return {cached(c)}
    return {cached(c), beneath(c), value_of(c.other) if c.other else beneath(c)}


def without_snooped(family: Family, c: Config) -> Iterator[Config]:
    """Before a line of the first L1 is dirtied: the copy in the other goes, if it is seen."""
    yield c
    if apart(family, c) and c.l1 and c.other:
        yield c._replace(other=ABSENT)


# --- buffers -----------------------------------------------------------------------------------------------------


def write_beneath(family: Family, c: Config, value: int) -> Iterator[Config]:
    """L1 writes a dirty byte back: into L2, allocating there or not, or into memory.

    It does not overtake what the outer buffer holds of the line (hazard check; DDI 0284, 4, of the predecessor L210).
    """
    c = drain_outer(family, c)
    if family.levels == 2:
        yield c._replace(l2=copy(True, value))
    if family.levels == 1 or not c.l2:
        yield c._replace(memory=value)


def drain_outer(family: Family, c: Config) -> Config:
    """The outer buffer's store looks up the L2 (unless Non-cacheable bypasses it) and reaches memory."""
    if not c.outer_buffer:
        return c
    value = value_of(c.outer_buffer)
    l2 = copy(is_dirty(c.l2), value) if family.nc_hits_l2 and c.l2 else c.l2
    return c._replace(outer_buffer=EMPTY, memory=value, l2=l2)


def store_beyond(family: Family, c: Config, value: int) -> Config:
    """A Non-cacheable store leaves its CPU: to the outer buffer, or to memory where there is none."""
    return c._replace(outer_buffer=HELD_STALE + value) if family.outer else c._replace(memory=value)


def drain_line(c: Config) -> Config:
    """A cacheable store to the rest of the line leaves the CPU: the line is allocated and becomes dirty with what it held."""
    if not line_waits(c.store_buffer):
        return c
    return c._replace(l1=copy(True, cached(c)), store_buffer=without_line(c.store_buffer))


def drain_cpu(family: Family, c: Config) -> Config:
    """The CPU's store buffer hands everything on, the store to the byte last: may-sets have the other order too."""
    return drain_store(family, drain_line(c))


def drain_store(family: Family, c: Config) -> Config:
    """The CPU's store buffer hands its store to the byte on. A write-through store updates the line that it hits and memory."""
    if not is_store(c.store_buffer):
        return c
    value, alias = value_of(c.store_buffer), alias_of(c.store_buffer)
    c = c._replace(store_buffer=without_store(c.store_buffer))
    if alias == WB:
        return c._replace(l1=copy(True, value))
    if alias == NC:
        return store_beyond(family, c, value)
    return c._replace(l1=copy(is_dirty(c.l1), value) if c.l1 else ABSENT, memory=value)


def buffered(family: Family, c: Config, value: int, alias: int) -> Iterator[Config]:
    """A store enters the CPU's buffer; it merges with an older one through the same alias.

    One through another alias is not ordered with it (mismatched attributes, DDI 0406C, A3.5.7): either leaves first.
    """
    store = held(value, alias)
    if is_store(c.store_buffer) and alias_of(c.store_buffer) != alias:
        yield drain_store(family, c._replace(store_buffer=store))._replace(store_buffer=c.store_buffer)
        c = drain_store(family, c)
    yield c._replace(store_buffer=with_line(store) if line_waits(c.store_buffer) else store)


def complete_posted(c: Config) -> Config:
    return c._replace(posted=EMPTY, memory=value_of(c.posted)) if c.posted else c


# --- maintenance -------------------------------------------------------------------------------------------------


def _clean_inner(family: Family, c: Config) -> Iterator[Config]:
    """Clean by VA to the PoC of the inner levels; with an outer cache that is where the outer cache begins."""
    if family.levels == 2 and not family.outer:
        newest = c.l1 if is_dirty(c.l1) else c.l2
        if not is_dirty(newest):
            yield c
            return
        value = value_of(newest)
        l1 = copy(False, value) if is_dirty(c.l1) else c.l1
        yield c._replace(l1=l1, l2=copy(False, value) if c.l2 else ABSENT, memory=value)
    elif is_dirty(c.l1):
        for after in write_beneath(family, c, value_of(c.l1)):
            yield after._replace(l1=copy(False, value_of(c.l1)))
    else:
        yield c


def perform(family: Family, c: Config, operation: int) -> Iterator[Config]:
    """Maintenance by VA takes effect, in all L1s; in which first is open."""
    if not (apart(family, c) and c.other):
        yield from perform_own(family, c, operation)
        return
    for before in (c, exchanged(c)):
        for first in perform_own(family, before, operation):
            for both in perform_own(family, exchanged(first), operation):
                yield both if before is not c else exchanged(both)


def perform_own(family: Family, c: Config, operation: int) -> Iterator[Config]:
    """Maintenance by VA takes effect, in the first L1 and an integrated L2."""
    cleaned = _clean_inner(family, c) if operation in (CLEANING, CLEANING_INVALIDATING) else iter((c,))
    for after in cleaned:
        if operation in (IDLE, CLEANING):
            yield after
        else:
            yield after._replace(l1=ABSENT, l2=after.l2 if family.outer else ABSENT)


def behind_stores(family: Family, c: Config) -> Config:
    """Maintenance waits for buffered cacheable stores to the line, and for others if a DMB orders them, of loads and stores
    (not where caches are addressed virtually); Cortex-M7's waits for none (DUI 0646, 4.8.7)."""
    if not family.maintenance_waits:
        return c
    c = drain_line(c)
    waits = is_cacheable(c.store_buffer) or (order_of(c.store_buffer) == BEFORE_ALL and not family.virtual)
    return drain_store(family, c) if waits else c


def complete_maintenance(family: Family, c: Config) -> Iterator[Config]:
    """All that is in flight takes effect."""
    if not c.in_flight:
        yield c
        return
    first, then = parts(c.in_flight)
    for after in perform(family, behind_stores(family, c)._replace(in_flight=IDLE), first):
        yield from perform(family, after, then)


def complete_ordered(family: Family, c: Config) -> Iterator[Config]:
    """What a DMB orders of the maintenance in flight takes effect."""
    first = ordered_part(c.in_flight)
    if not first:
        yield c
        return
    c = behind_stores(family, c)
    yield from perform(family, c._replace(in_flight=without_order(c.in_flight)), first)


def unchanged(c: Config) -> Config:
    return c


def exchanged(c: Config) -> Config:
    """The same, with the two colours exchanged, or the two L1s."""
    return c._replace(
        l1=c.other, other=c.l1, in_flight=c.other_in_flight, other_in_flight=c.in_flight
    )


def complete_other(family: Family, c: Config) -> Iterator[Config]:
    """As `complete_maintenance`, for the other colour. No cacheable store to it waits in a buffer."""
    if not c.other_in_flight:
        yield c
        return
    for after in complete_maintenance(family, exchanged(c)._replace(store_buffer=EMPTY)):
        yield exchanged(after)._replace(store_buffer=c.store_buffer)


# --- order -------------------------------------------------------------------------------------------------------


def before_load(family: Family, c: Config) -> Config:
    """A store that a DMB ordered lands before any later access of its CPU to the byte (DDI 0406C, A3.8.3)."""
    return drain_cpu(family, c) if order_of(c.store_buffer) == BEFORE_ALL else c


def before_store(family: Family, c: Config) -> Config:
    """A store that a DMB or a DMB ST ordered lands before any later store of its CPU; so it has for a CPU or a device that
    saw a later store (DDI 0406C, A3.8.3)."""
    return drain_cpu(family, c) if order_of(c.store_buffer) != UNORDERED else c


def cacheable_access(family: Family, c: Config) -> Iterator[Config]:
    """Maintenance of the line is in program order with cacheable accesses and maintenance of it by the same CPU (DDI 0487,
    D7.5.8, ordering of data cache maintenance by VA)."""
    return complete_maintenance(family, c)


def noncacheable_access(family: Family, c: Config) -> Iterator[Config]:
    """Maintenance in flight is ordered before it only by a DMB. Virtually addressed caches are older: there accesses behind
    maintenance in program order come after it (from memory)."""
    if not family.virtual:
        yield from complete_ordered(family, c)
        return
    for ready in complete_maintenance(family, c):
        yield from complete_other(family, ready)
