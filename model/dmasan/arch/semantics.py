# SPDX-License-Identifier: Apache-2.0
"""What the copies of one byte are, and what each operation and each hidden move does to them.

This is the only statement of the memory system's coherence rules: the sanitizer's automaton, the adversarial schedule,
the check of the machine and the table in the documentation are all derived from it. A `Config` is one possible state of
the hardware for one byte; a copy holds the *latest* value or a *stale* one, and no data. An operation maps a
configuration to the configurations that it can lead to (with the value returned, for a read). A hidden move is a step
that hardware may take at any time without being asked. Nothing here knows addresses, data or time.

Not modelled here, whatever a `Family` says: write-through lines, loads executed early, maintenance that is not broadcast, virtual colours, victim (exclusive) L2 allocation, two shareability domains at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dmasan.arch.configuration import (
    ABSENT,
    CLEANING,
    CLEANING_INVALIDATING,
    EMPTY,
    HELD_STALE,
    IDLE,
    INVALIDATING,
    LATEST,
    ORDERED,
    Config,
    aged,
    copy,
    held,
    is_cacheable,
    is_dirty,
    is_ordered,
    ordered,
    renewed,
    value_of,
)
from dmasan.arch.family import Family

Outcome = tuple[Config, int | None]  # the next configuration, and the value that a read returned


# --- building blocks ---------------------------------------------------------------------------------------------


def _beneath(c: Config) -> int:
    """The value that a fill of L1 brings in."""
    return value_of(c.l2) if c.l2 else c.memory


def _write_beneath(family: Family, c: Config, value: int) -> Iterator[Config]:
    """L1 writes a dirty byte back: into L2, allocating there or not, or into memory.

    It does not overtake what the outer buffer holds of the line (hazard check; DDI 0284, 4, of the predecessor L210).
    """
    c = _drain_outer(family, c)
    if family.levels == 2:
        yield c._replace(l2=copy(True, value))
    if family.levels == 1 or not c.l2:
        yield c._replace(memory=value)


def _drain_outer(family: Family, c: Config) -> Config:
    """The outer buffer's store looks up the L2 (unless Non-cacheable bypasses it) and reaches memory."""
    if not c.outer_buffer:
        return c
    value = value_of(c.outer_buffer)
    l2 = copy(is_dirty(c.l2), value) if family.nc_hits_l2 and c.l2 else c.l2
    return c._replace(outer_buffer=EMPTY, memory=value, l2=l2)


def _drain_cpu(family: Family, c: Config) -> Config:
    """The CPU's store buffer hands its store on: to L1, to the outer buffer, or to memory where there is none."""
    if not c.store_buffer:
        return c
    value, cacheable = value_of(c.store_buffer), is_cacheable(c.store_buffer)
    c = c._replace(store_buffer=EMPTY)
    if cacheable:
        return c._replace(l1=copy(True, value))
    return c._replace(outer_buffer=HELD_STALE + value) if family.outer else c._replace(memory=value)


def _complete_posted(c: Config) -> Config:
    return c._replace(posted=EMPTY, memory=value_of(c.posted)) if c.posted else c


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
        for after in _write_beneath(family, c, value_of(c.l1)):
            yield after._replace(l1=copy(False, value_of(c.l1)))
    else:
        yield c


def _complete_maintenance(family: Family, c: Config) -> Iterator[Config]:
    """What is in flight takes effect, behind a store of the CPU to the line that came before it: maintenance waits for
    buffered cacheable stores, and for others if a DMB orders them."""
    if not c.in_flight:
        yield c
        return
    if is_cacheable(c.store_buffer) or is_ordered(c.store_buffer):
        c = _drain_cpu(family, c)
    operation = c.in_flight - ORDERED if c.in_flight > ORDERED else c.in_flight
    c = c._replace(in_flight=IDLE)
    cleaned = _clean_inner(family, c) if operation in (CLEANING, CLEANING_INVALIDATING) else iter((c,))
    for after in cleaned:
        if operation == CLEANING:
            yield after
        else:
            yield after._replace(l1=ABSENT, l2=after.l2 if family.outer else ABSENT)


def _own_access(family: Family, c: Config) -> Config:
    """A store that a DMB ordered lands before any later access of its CPU to the byte (DDI 0406C, A3.8.3)."""
    return _drain_cpu(family, c) if is_ordered(c.store_buffer) else c


def _own_cacheable_access(family: Family, c: Config) -> Iterator[Config]:
    """As `_own_access`; maintenance of the line is in program order with cacheable accesses and maintenance of it
    by the same CPU (DDI 0487, D7.5.8, ordering of data cache maintenance by VA)."""
    yield from _complete_maintenance(family, _own_access(family, c))


def _own_noncacheable_access(family: Family, c: Config) -> Iterator[Config]:
    """As `_own_access`; maintenance in flight is ordered before it only by a DMB."""
    c = _own_access(family, c)
    if c.in_flight > ORDERED:
        yield from _complete_maintenance(family, c)
    else:
        yield c


def _buffered(family: Family, c: Config, value: int, cacheable: bool) -> Iterator[Config]:
    """A store enters the CPU's buffer; it merges with an older one through the same alias.

    One through the other alias is not ordered with it (mismatched attributes, DDI 0406C, A3.5.7): either leaves first.
    """
    if c.store_buffer and is_cacheable(c.store_buffer) != cacheable:
        yield _drain_cpu(family, c._replace(store_buffer=held(value, cacheable)))._replace(
            store_buffer=c.store_buffer
        )
        c = _drain_cpu(family, c)
    yield c._replace(store_buffer=held(value, cacheable))


# --- hidden moves ------------------------------------------------------------------------------------------------


def fill_l1(family: Family, c: Config) -> Iterator[Config]:
    """A speculative read allocates the line in L1. It is given no promise to see the outer buffer."""
    if c.live and not c.l1:
        yield c._replace(l1=copy(False, _beneath(c)))


def fill_l2(family: Family, c: Config) -> Iterator[Config]:
    """A speculative read or a prefetch allocates the line in L2."""
    if c.live and family.levels == 2 and not c.l2:
        yield c._replace(l2=copy(False, c.memory))


def evict_l1(family: Family, c: Config) -> Iterator[Config]:
    """A line leaves L1: dropped if clean; written back if dirty, and then it may stay as a clean one."""
    if is_dirty(c.l1):
        value = value_of(c.l1)
        for after in _write_beneath(family, c, value):
            yield after._replace(l1=ABSENT)
            yield after._replace(l1=copy(False, value))
    elif c.l1:
        yield c._replace(l1=ABSENT)


def evict_l2(family: Family, c: Config) -> Iterator[Config]:
    """A line leaves L2: dropped if clean; written to memory if dirty, and then it may stay as a clean one."""
    if is_dirty(c.l2):
        value = value_of(c.l2)
        yield c._replace(l2=ABSENT, memory=value)
        yield c._replace(l2=copy(False, value), memory=value)
    elif c.l2:
        yield c._replace(l2=ABSENT)


def drain_store_buffer(family: Family, c: Config) -> Iterator[Config]:
    """A buffered store leaves the CPU."""
    if c.store_buffer:
        yield _drain_cpu(family, c)


def drain_outer_buffer(family: Family, c: Config) -> Iterator[Config]:
    """The outer cache's buffer drains by itself (never doing so is erratum 769419)."""
    if c.outer_buffer:
        yield _drain_outer(family, c)


def complete_posted_write(family: Family, c: Config) -> Iterator[Config]:
    """A device write that was accepted becomes visible before its B response."""
    if c.posted:
        yield _complete_posted(c)


def complete_maintenance(family: Family, c: Config) -> Iterator[Config]:
    """Maintenance that was issued takes effect before the DSB."""
    if c.in_flight:
        yield from _complete_maintenance(family, c)


Move = Callable[[Family, Config], Iterator[Config]]
MOVES: dict[str, Move] = {
    move.__name__: move
    for move in (
        fill_l1,
        fill_l2,
        evict_l1,
        evict_l2,
        drain_store_buffer,
        drain_outer_buffer,
        complete_posted_write,
        complete_maintenance,
    )
}


# --- operations --------------------------------------------------------------------------------------------------
# A write takes the value that it leaves: LATEST for the sanitizer (every other copy ages); STALE is used by
# `may_return`, which follows one write at a time and lets every other write leave a value that is not the followed one.


def _written(c: Config, value: int) -> Config:
    return aged(c) if value == LATEST else c


def store_wb(family: Family, c: Config, value: int = LATEST) -> Iterator[Outcome]:
    """CPU store through the cacheable alias: from the store buffer, if there is one, the line is allocated in L1 and
    becomes dirty; all other copies are stale."""
    for ready in _own_cacheable_access(family, c):
        written = _written(ready, value)
        if family.buffers_cacheable:
            for after in _buffered(family, written, value, cacheable=True):
                yield after, None
        else:
            yield written._replace(l1=copy(True, value)), None


def neighbour_wb(family: Family, c: Config) -> Iterator[Outcome]:
    """The rest of a line that a cacheable store touched: it is allocated and becomes dirty with what it held.

    At once, even where the store itself waits in a buffer: the later moment adds nothing that can go wrong.
    """
    for ready in _own_cacheable_access(family, c):
        yield ready._replace(l1=copy(True, value_of(ready.l1) if ready.l1 else _beneath(ready))), None


def load_wb(family: Family, c: Config) -> Iterator[Outcome]:
    """CPU load through the cacheable alias: own buffered store, L1, L2, memory; the line is allocated.

    A Non-cacheable store in the CPU's buffer is not forwarded: the aliases differ in attributes (DDI 0406C, A3.5.7).
    """
    for ready in _own_cacheable_access(family, c):
        if is_cacheable(ready.store_buffer):
            yield ready, value_of(ready.store_buffer)
        elif ready.l1:
            yield ready, value_of(ready.l1)
        else:
            value = _beneath(ready)
            yield (ready._replace(l1=copy(False, value)) if ready.live else ready), value


def store_nc(family: Family, c: Config, value: int = LATEST) -> Iterator[Outcome]:
    """CPU store through the Non-cacheable alias: it waits in the store buffer."""
    for ready in _own_noncacheable_access(family, c):
        for after in _buffered(family, _written(ready, value), value, cacheable=False):
            yield after, None


def load_nc(family: Family, c: Config) -> Iterator[Outcome]:
    """CPU load through the Non-cacheable alias: own buffers forward; L2 where it is looked up; memory."""
    for ready in _own_noncacheable_access(family, c):
        if ready.store_buffer and not is_cacheable(ready.store_buffer):
            yield ready, value_of(ready.store_buffer)
        elif ready.outer_buffer:
            yield ready, value_of(ready.outer_buffer)
        elif family.nc_hits_l2 and ready.l2:
            yield ready, value_of(ready.l2)
        else:
            yield ready, ready.memory


def _issue(c: Config, operation: int) -> Iterator[Outcome]:
    """Maintenance joins what is in flight on the line; the two take effect in program order, at the same moment here."""
    earlier = c.in_flight - ORDERED if c.in_flight > ORDERED else c.in_flight
    if earlier == IDLE:
        together = operation
    elif INVALIDATING in (earlier, operation):
        together = INVALIDATING if earlier == INVALIDATING else CLEANING_INVALIDATING
    else:
        together = max(earlier, operation)
    yield c._replace(in_flight=together), None


def issue_clean(family: Family, c: Config) -> Iterator[Outcome]:
    """Clean by VA (DCCMVAC, DC CVAC): in flight until a DSB, ordered with cacheable accesses to the line."""
    return _issue(c, CLEANING)


def issue_invalidate(family: Family, c: Config) -> Iterator[Outcome]:
    """Invalidate by VA (DCIMVAC, DC IVAC): in flight until a DSB; dirty data is dropped."""
    return _issue(c, INVALIDATING)


def issue_clean_invalidate(family: Family, c: Config) -> Iterator[Outcome]:
    """Clean and invalidate by VA (DCCIMVAC, DC CIVAC): in flight until a DSB."""
    return _issue(c, CLEANING_INVALIDATING)


def _outer(family: Family, c: Config, clean: bool, invalidate: bool) -> Outcome:
    if not family.outer:
        return c, None
    c = _own_access(family, c)  # the operation is a store to a register of the cache
    if clean and is_dirty(c.l2):
        c = c._replace(memory=value_of(c.l2), l2=copy(False, value_of(c.l2)))
    return (c._replace(l2=ABSENT) if invalidate else c), None


def outer_clean(family: Family, c: Config) -> Iterator[Outcome]:
    """PL310 Clean Line by PA: atomic, complete when its register write returns (DDI 0246, 3.3.10)."""
    yield _outer(family, c, clean=True, invalidate=False)


def outer_invalidate(family: Family, c: Config) -> Iterator[Outcome]:
    """PL310 Invalidate Line by PA: dirty data is dropped."""
    yield _outer(family, c, clean=False, invalidate=True)


def outer_clean_invalidate(family: Family, c: Config) -> Iterator[Outcome]:
    """PL310 Clean and Invalidate Line by PA."""
    yield _outer(family, c, clean=True, invalidate=True)


def dmb(family: Family, c: Config) -> Iterator[Outcome]:
    """DMB: what is buffered or in flight is ordered before the CPU's later accesses, not completed."""
    in_flight = c.in_flight + ORDERED if IDLE < c.in_flight <= ORDERED else c.in_flight
    yield c._replace(store_buffer=ordered(c.store_buffer), in_flight=in_flight), None


def dsb(family: Family, c: Config) -> Iterator[Outcome]:
    """DSB: the CPU's buffer is drained, and its maintenance complete. An outer buffer is beyond its reach."""
    for complete in _complete_maintenance(family, c):
        yield _drain_cpu(family, complete), None


def outer_sync(family: Family, c: Config) -> Iterator[Outcome]:
    """PL310 Cache Sync, a register access too: the outer buffer is drained."""
    yield (_drain_outer(family, _own_access(family, c)) if family.outer else c), None


def doorbell(family: Family, c: Config) -> Iterator[Outcome]:
    """A store to Device memory: Normal stores that a DMB ordered before it have left the CPU."""
    yield _own_access(family, c), None


def dev_read(family: Family, c: Config) -> Iterator[Outcome]:
    """A read of a device that does not snoop: memory at the PoC."""
    yield c, c.memory


def dev_write(family: Family, c: Config, value: int = LATEST) -> Iterator[Outcome]:
    """A write of a device that does not snoop, complete at once."""
    yield _written(c, value)._replace(memory=value, posted=EMPTY), None


def dev_write_posted(family: Family, c: Config, value: int = LATEST) -> Iterator[Outcome]:
    """A write of a device whose data was accepted: visible at some time before its B response."""
    yield _written(c, value)._replace(posted=HELD_STALE + value), None


def dev_write_done(family: Family, c: Config) -> Iterator[Outcome]:
    """The B response: the device's write is in memory."""
    yield _complete_posted(c), None


def snoop_read(family: Family, c: Config) -> Iterator[Outcome]:
    """A read of a device that snoops: L1, L2, memory; buffers are not seen."""
    yield c, value_of(c.l1) if c.l1 else _beneath(c)


def snoop_write(family: Family, c: Config, value: int = LATEST) -> Iterator[Outcome]:
    """A write of a device that snoops, behind the outer buffer: cached copies go or are updated, memory is written; or
    the data stays dirty in L2 (write with AxCACHE write-back, allocate)."""
    c = _written(_drain_outer(family, c), value)
    for l1 in {ABSENT, copy(False, value) if c.l1 else ABSENT}:
        for l2 in {ABSENT, copy(False, value) if c.l2 else ABSENT}:
            yield c._replace(l1=l1, l2=l2, memory=value), None
        if family.levels == 2:
            yield c._replace(l1=l1, l2=copy(True, value)), None


def alias_live(family: Family, c: Config) -> Iterator[Outcome]:
    """The page gained a cacheable translation that some CPU may walk to."""
    yield c._replace(live=1), None


def alias_dead(family: Family, c: Config) -> Iterator[Outcome]:
    """No CPU can reach the page through a cacheable translation any more; copies stay where they are."""
    yield c._replace(live=0), None


def give_up(family: Family, c: Config) -> Iterator[Outcome]:
    """The content is undefined from now on: every copy is as good as any other. Dirty stays dirty."""
    yield renewed(c), None


@dataclass(frozen=True)
class Operation:
    """An operation of the relation. `reads`: it returns a value; `writes`: it takes one."""

    name: str
    apply: Callable[..., Iterator[Outcome]]
    reads: bool = False
    writes: bool = False

    @property
    def text(self) -> str:
        return " ".join((self.apply.__doc__ or "").split())


_READS = (load_wb, load_nc, dev_read, snoop_read)
_WRITES = (store_wb, store_nc, dev_write, dev_write_posted, snoop_write)
_OTHERS = (
    neighbour_wb,
    issue_clean,
    issue_invalidate,
    issue_clean_invalidate,
    outer_clean,
    outer_invalidate,
    outer_clean_invalidate,
    dmb,
    dsb,
    outer_sync,
    doorbell,
    dev_write_done,
    alias_live,
    alias_dead,
    give_up,
)
OPERATIONS: dict[str, Operation] = {
    f.__name__: Operation(f.__name__, f, reads=f in _READS, writes=f in _WRITES)
    for f in (*_READS, *_WRITES, *_OTHERS)
}


def successors(family: Family, c: Config) -> Iterator[tuple[str, Config]]:
    """Every hidden move from `c`, by name."""
    for name, move in MOVES.items():
        for after in move(family, c):
            yield name, after


def closure(family: Family, configs: Iterable[Config]) -> frozenset[Config]:
    """All configurations that hidden moves can reach from `configs`, themselves included."""
    seen = set(configs)
    todo = list(seen)
    while todo:
        for _, after in successors(family, todo.pop()):
            if after not in seen:
                seen.add(after)
                todo.append(after)
    return frozenset(seen)
