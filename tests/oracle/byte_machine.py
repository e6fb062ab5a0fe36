# SPDX-License-Identifier: Apache-2.0
"""The memory system of one byte, for the brute-force oracle: its states, hidden moves and operations.

One CPU, one device, one byte, absolute versions: a write at position k of the sequence leaves version k, 0 is the
initial content. An operation is *issued* into a queue (CPU queue, outer buffer, posted device writes), where draining
is a hidden move; "complete when it returns" and every barrier are then a *filter*: of all states reachable by hidden
moves, only those in which the thing has happened remain. So no operation has a second, hand-made definition of what
it waits for.

Decisions, with the reason or source (fields of `Machine` hold those that a family, or a dispute, may change):

 1. Liveness: only fills need a live cacheable alias; maintenance acts by line whatever alias is live (golden file).
    `um` changes liveness and orders nothing. `WB` and `rWB` through a dead alias would fault: ValueError.
 2. Lines are never written speculatively; a clean line may vanish and a dirty one be written back at any time,
    keeping a clean copy or not (DDI 0406C A3.5, DDI 0487 B2). Invalidate never cleans (golden file); that the line
    may have been written back just before is a hidden move.
 3. CPU stores wait in a queue in program order. Stores through one alias to one byte stay in order (coherence,
    DDI 0487 B2.3); stores through two aliases may pass each other (mismatched attributes, DDI 0406C A3.5: loss of
    uniprocessor semantics). Two buffered stores need not merge: the older may land late, alone.
 4. Maintenance by VA executes in program order with cacheable accesses and with other maintenance of the same line;
    non-cacheable accesses pass it unless a DMB or DSB stands between (DDI 0487 D7.5.8 / DDI 0406C B2.2.7, from
    memory). It may wait in the queue until `dsb`; a cacheable store behind it then waits with it.
 5. DMB: everything issued before it takes effect before anything of that CPU issued after it on this byte. A load
    executes at its place (no early load here), so it waits for all that a DMB ordered before it.
 6. MMIO stores (`bell`, and the PL310 operations, which are MMIO stores too) are unordered with Normal stores unless
    a DMB stands between: then those stores have left the CPU when the MMIO store acts (DDI 0406C A3.8.3; `writel`
    is `dmb oshst` + store on arm64, commit 22ec71615d82). A DMB never completes maintenance for another observer;
    only DSB does. `bell` stands for "the device has seen the doorbell"; it has no other effect.
 7. A load forwards from the newest queued store of its own alias, and sees no queued store of the other alias.
    (That it may see it is covered: the store may drain first.) The NC load sees the outer buffer too.
 8. PL310: an NC store leaves the CPU into the outer buffer, which drains by itself and surely at `osync`
    (arch/arm/mm/cache-l2x0.c: cache sync; erratum 769419 is its never draining by itself). The look-up in L2 is done
    when the entry drains (DDI 0284G table 4.4, of the predecessor L210: "write to the L2 when write buffer drained"):
    hit -> L2 and memory take the value in one step, the line stays dirty if it was; miss -> memory, no allocation
    ("write-through no write-allocate", DDI 0246). The NC load looks up L2 without allocating. Override (AUX_CTRL bit
    22): neither looks up. `cl2 iv2 ci2` do not drain the outer buffer (the kernel issues a sync for that).
    A *write* of the same line that reaches PL310 later (L1 write-back, clean, snooping write) does not overtake the
    buffer: hazards drain it (DDI 0284G 4, "in the case of hazards the line causing the hazard is drained"), and without
    that a store that DMB or DSB ordered first could undo a later cacheable one. *Reads* by the other alias are
    given no such promise, although the same hazard check would give it: mismatched attributes (A3.5), the wider choice.
 9. L2 is neither inclusive nor exclusive (exclusive mode off, the kernel's setting): a fill allocates in L1, in L2 or in
    both, from L2 if present. A dirty L1 victim goes to L2; see DIRTY_VICTIM_MAY_SKIP_ABSENT_L2.
10. L1 clean on the PL310 families pushes the line into L2, dirty there ("to the PoC" of the CPU ends before an outer
    cache). On the integrated family maintenance by VA acts on both levels at one moment: no state shows a line
    invalidated in one level and refilled from the other half-way (DDI 0487: effect to the PoC).
11. Without an outer cache `cl2 iv2 ci2 osync` do nothing at all (the kernel's outer_cache functions are NULL).
12. Device writes of one master and kind land in issue order (AXI4 A6.3, same ID), so `dw` lands after earlier `dwx`;
    reads do not wait for posted writes (no order between AXI channels) and `sdw` takes another path and passes them.
13. A snooping read looks in L1, then L2 if the port sees it, then memory; it sees no CPU queue and no outer buffer and
    allocates nothing. A snooping write removes or updates (clean) each cached copy and writes memory, or stays dirty in
    an L2 that the port sees (ACP write with AxCACHE write-back, allocate): a non-snooping read then misses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

DIRTY_VICTIM_MAY_SKIP_ABSENT_L2 = True
"""A dirty L1 victim whose line is absent in L2 may go straight to memory.

PL310 allocates on an L1 victim only by the AWCACHE allocate hint and its force-write-allocate bits 24:23, and an L2 that
is full of locked ways cannot; both outcomes are allowed. It adds no outcome: victim to L2, L2 write-back and drop are
hidden moves too, and together they lead to the same state."""


@dataclass(frozen=True)
class Machine:
    """One family of memory systems, and the decisions that another implementation might take differently."""

    has_l2: bool
    """A second level below L1, in front of memory."""
    outer: bool = False
    """That level is an outer cache (PL310): maintenance by PA of its own, outer buffer, beyond the CPU's PoC."""
    nc_hits_l2: bool = False
    """Non-cacheable accesses look up L2 (PL310 shareable attribute override off, AUX_CTRL bit 22 = 0)."""
    cacheable_stores_buffered: bool = True
    """Cacheable stores pass through the CPU's store buffer (DDI 0388 A9 store buffer; DDI 0489 5.9.2)."""
    snoop_sees_l2: bool = True
    """The coherent port looks up L2: ACP misses go to PL310 like any cacheable read of the cluster."""
    snoop_write_may_stay_in_l2: bool = True
    """Decision 13; False: a snooping write always reaches memory."""
    outer_buffer_before_writes: bool = True
    """Decision 8; False: an L1 write-back or a snooping write overtakes a store in the outer buffer."""
    outer_buffer_before_reads: bool = False
    """Decision 8; True: fills, cacheable loads and snooping reads wait for the outer buffer."""
    outer_buffer_before_operations: bool = False
    """Decision 8; True: cacheable accesses and maintenance (by VA and by PA) of the line all find the buffer empty. An L1
    operation that has nothing to write never reaches PL310, so there is no ground for it."""
    outer_maintenance_drains: bool = False
    """Decision 8; True: `cl2 iv2 ci2` drain the outer buffer (PL310 drains it at accesses to its registers, DDI 0246 2.5,
    from memory; but the kernel follows them with a cache sync, so nothing is promised here)."""
    mmio_lands_ordered_stores: bool = True
    """Decision 6; False: an MMIO store leaves the queue alone even after a DMB."""
    nc_ordered_with_maintenance: bool = False
    """Decision 4; True: maintenance in flight is ordered with NC accesses of the same line too."""
    nc_looks_up_on_entry: bool = False
    """Decision 8; True: the look-up in L2 is done when an NC store enters the outer buffer, not when it leaves."""
    unmap_is_dsb: bool = False
    """Decision 1; True: `um` drains like `dsb` (real TLB maintenance completes only by a DSB; the golden file's words
    give `um` no such effect, so none is promised here)."""
    snooping_write_after_posted: bool = False
    """Decision 12; True: `sdw` lands after the device's posted writes."""
    single_slots: bool = False
    """Decisions 3 and 5; True: one entry of each kind: a buffered store merges into the queued one of its alias, a
    posted device write and maintenance wait for their predecessor, a cacheable store waits for maintenance in flight,
    and whatever is issued after a DMB waits at once for what the DMB ordered, instead of standing behind it."""


FAMILIES: dict[str, Machine] = {
    # The golden file's model text: "cacheable stores reach the cache at once"; maintenance acts to the PoC.
    "one-level": Machine(has_l2=False, cacheable_stores_buffered=False),
    "integrated": Machine(has_l2=True),
    "pl310": Machine(has_l2=True, outer=True, nc_hits_l2=True),
    "pl310-override": Machine(has_l2=True, outer=True, nc_hits_l2=False),
}

DISPUTABLE = (
    "cacheable_stores_buffered",
    "snoop_sees_l2",
    "snoop_write_may_stay_in_l2",
    "outer_buffer_before_writes",
    "outer_buffer_before_reads",
    "outer_buffer_before_operations",
    "outer_maintenance_drains",
    "mmio_lands_ordered_stores",
    "nc_ordered_with_maintenance",
    "nc_looks_up_on_entry",
    "unmap_is_dsb",
    "snooping_write_after_posted",
    "single_slots",
)
"""The fields of `Machine` that are decisions rather than hardware; `byte_oracle.explanations` reverses them."""

READS = frozenset({"dr", "rWB", "rNC", "sdr"})
WRITES = frozenset({"WB", "NC", "dw", "dwx", "sdw"})
OPERATIONS = READS | WRITES | frozenset(
    "cl iv ci clx ivx cix cl2 iv2 ci2 osync dsb dmb bell um db".split()
)
NEED_LIVE_ALIAS = frozenset({"WB", "rWB"})


class Copy(NamedTuple):
    """The byte in one cache: its version, and whether its line is dirty there."""

    version: int
    dirty: bool


class Entry(NamedTuple):
    """One element of the CPU queue: `N` / `W` store, `c` / `i` / `x` clean, invalidate, both; `|` a DMB."""

    kind: str
    version: int


class State(NamedTuple):
    """All copies of the byte, and everything that is on its way. Queues are oldest first."""

    l1: Copy | None
    l2: Copy | None
    memory: int
    queue: tuple[Entry, ...]
    outer_buffer: tuple[int, ...]
    posted: tuple[int, ...]


START = State(None, None, 0, (), (), ())
DMB = Entry("|", 0)
MAINTENANCE = frozenset("cix")
STORES = frozenset("NW")


# --- The CPU queue ---------------------------------------------------------------------------------------------------


def tidy(queue: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Drop DMB marks that order nothing: at the head, or doubled."""
    kept: list[Entry] = []
    for entry in queue:
        if entry != DMB or (kept and kept[-1] != DMB):
            kept.append(entry)
    return tuple(kept)


def writes_wait(state: State, machine: Machine) -> bool:
    """Does the outer cache hold back a write of this line until its buffer is empty?"""
    return machine.outer_buffer_before_writes and bool(state.outer_buffer)


def reads_wait(state: State, machine: Machine) -> bool:
    """Does the outer cache hold back a cacheable read of this line until its buffer is empty?"""
    return machine.outer_buffer_before_reads and bool(state.outer_buffer)


def operations_wait(state: State, machine: Machine) -> bool:
    """Does every cacheable or maintenance operation wait until the outer buffer is empty?"""
    return machine.outer_buffer_before_operations and bool(state.outer_buffer)


def may_drain(state: State, place: int, machine: Machine) -> bool:
    """No older element of the CPU queue is ordered before the one at `place` (decisions 3 to 5)."""
    queue = state.queue
    entry = queue[place]
    if entry.kind != "N" and operations_wait(state, machine):
        return False
    if entry.kind in "cx" and state.l1 is not None and state.l1.dirty and writes_wait(state, machine):
        return False
    for older in queue[:place]:
        if older == DMB:  # tidy: something stands before it
            return False
        if older.kind == entry.kind:
            return False
        if older.kind != "N" and entry.kind != "N":  # cacheable accesses and maintenance of the line
            return False
        if machine.nc_ordered_with_maintenance and (older.kind in MAINTENANCE or entry.kind in MAINTENANCE):
            return False
    return True


def maintain_by_va(state: State, kind: str, machine: Machine) -> State:
    """The effect of one clean / invalidate / both by VA to the CPU's point of coherency."""
    l1, l2, memory = state.l1, state.l2, state.memory
    if kind in "cx" and l1 is not None and l1.dirty:
        if machine.outer:  # decision 10
            l2 = Copy(l1.version, True)
        elif machine.has_l2 and l2 is not None:
            l2 = Copy(l1.version, True)
        else:
            memory = l1.version
        l1 = Copy(l1.version, False)
    if kind in "cx" and not machine.outer and l2 is not None and l2.dirty:
        l2, memory = Copy(l2.version, False), l2.version
    if kind in "ix":
        l1 = None
        if not machine.outer:
            l2 = None
    return state._replace(l1=l1, l2=l2, memory=memory)


def maintain_by_pa(state: State, kind: str) -> State:
    """The effect of one PL310 line operation on the outer cache."""
    l2, memory = state.l2, state.memory
    if kind in "cx" and l2 is not None and l2.dirty:
        l2, memory = Copy(l2.version, False), l2.version
    return state._replace(l2=None if kind in "ix" else l2, memory=memory)


def land(state: State, place: int, machine: Machine) -> State:
    """The element at `place` of the CPU queue takes effect."""
    entry = state.queue[place]
    state = state._replace(queue=tidy(state.queue[:place] + state.queue[place + 1 :]))
    if entry.kind == "W":
        return state._replace(l1=Copy(entry.version, True))
    if entry.kind in MAINTENANCE:
        return maintain_by_va(state, entry.kind, machine)
    if not machine.outer:
        return state._replace(memory=entry.version)
    waiting, l2 = () if machine.single_slots else state.outer_buffer, state.l2
    if machine.nc_looks_up_on_entry and machine.nc_hits_l2 and l2 is not None:
        l2 = Copy(entry.version, l2.dirty)
    return state._replace(l2=l2, outer_buffer=(*waiting, entry.version))


# --- Hidden moves ----------------------------------------------------------------------------------------------------


def fills(state: State, machine: Machine) -> Iterator[State]:
    """Speculative fills of clean lines; only while the cacheable alias is live."""
    if state.l1 is None:
        source = state.memory if state.l2 is None else state.l2.version
        yield state._replace(l1=Copy(source, False))
    if machine.has_l2 and state.l2 is None:
        copy = Copy(state.memory, False)
        yield state._replace(l2=copy)
        if state.l1 is None:
            yield state._replace(l1=copy, l2=copy)


def l1_evictions(state: State, machine: Machine) -> Iterator[State]:
    """A clean line vanishes; a dirty one is written to the next level, and stays clean or goes."""
    l1 = state.l1
    if l1 is not None:
        if not l1.dirty:
            yield state._replace(l1=None)
        elif not writes_wait(state, machine):
            below: list[State] = []
            if machine.has_l2:
                below.append(state._replace(l2=l1))
            if not machine.has_l2 or (state.l2 is None and DIRTY_VICTIM_MAY_SKIP_ABSENT_L2):
                below.append(state._replace(memory=l1.version))
            for written in below:
                yield written._replace(l1=None)
                yield written._replace(l1=Copy(l1.version, False))


def l2_evictions(state: State) -> Iterator[State]:
    """The same one level down; the next level is memory."""
    l2 = state.l2
    if l2 is not None:
        if not l2.dirty:
            yield state._replace(l2=None)
        else:
            yield state._replace(l2=None, memory=l2.version)
            yield state._replace(l2=Copy(l2.version, False), memory=l2.version)


def drains(state: State, machine: Machine) -> Iterator[State]:
    """Something that is on its way arrives."""
    for place in range(len(state.queue)):
        if state.queue[place] != DMB and may_drain(state, place, machine):
            yield land(state, place, machine)
    if state.outer_buffer:
        version, *rest = state.outer_buffer
        l2 = state.l2
        if machine.nc_hits_l2 and not machine.nc_looks_up_on_entry and l2 is not None:
            l2 = Copy(version, l2.dirty)  # write-through hit: the line's dirty bit is left alone
        yield state._replace(l2=l2, memory=version, outer_buffer=tuple(rest))
    if state.posted:
        yield state._replace(memory=state.posted[0], posted=state.posted[1:])


def hidden_moves(state: State, live: bool, machine: Machine) -> Iterator[State]:
    """Every state that one hidden move leads to."""
    if live and not reads_wait(state, machine):
        yield from fills(state, machine)
    yield from l1_evictions(state, machine)
    yield from l2_evictions(state)
    yield from drains(state, machine)


# --- Operations ------------------------------------------------------------------------------------------------------


def issue(state: State, op: str, version: int, machine: Machine) -> Iterable[State]:
    """The states right after `op` is issued; what it waits for is the business of `returned`."""
    kind = {"WB": "W", "NC": "N", "cl": "c", "iv": "i", "ci": "x"}.get(op.removesuffix("x"), "")
    if kind:
        return enqueue(state, Entry(kind, version if kind in STORES else 0), machine)
    if op == "dmb":
        return (state._replace(queue=tidy((*state.queue, DMB))),)
    if op in ("dw", "dwx"):
        if machine.single_slots and state.posted:
            return ()
        return (state._replace(posted=(*state.posted, version)),)
    if op in ("cl2", "iv2", "ci2") and machine.outer:
        return (maintain_by_pa(state, {"cl2": "c", "iv2": "i", "ci2": "x"}[op]),)
    if op == "sdw":
        return snooping_write(state, version, machine)
    return (state,)


def enqueue(state: State, entry: Entry, machine: Machine) -> tuple[State, ...]:
    """Append to the CPU queue; with single slots merge, or (no state) wait for the predecessor."""
    queue = state.queue
    if machine.single_slots:
        kinds = [older.kind for older in queue]
        if "|" in kinds:
            return ()
        if entry.kind in MAINTENANCE and any(kind in "Wcix" for kind in kinds):
            return ()
        if entry.kind == "W" and any(kind in MAINTENANCE for kind in kinds):
            return ()
        if entry.kind in kinds:
            place = kinds.index(entry.kind)
            return (state._replace(queue=(*queue[:place], entry, *queue[place + 1 :])),)
    return (state._replace(queue=(*queue, entry)),)


def snooping_write(state: State, version: int, machine: Machine) -> tuple[State, ...]:
    """Decision 13."""
    clean = Copy(version, False)
    l1_choices = [None] if state.l1 is None else [None, clean]
    below: list[tuple[Copy | None, int]] = [(None, version)]
    if machine.has_l2 and not machine.snoop_sees_l2:
        below = [(state.l2, version)]
    elif machine.has_l2:
        if state.l2 is not None:
            below.append((clean, version))
        if machine.snoop_write_may_stay_in_l2:
            below.append((Copy(version, True), state.memory))
    return tuple(
        state._replace(l1=l1, l2=l2, memory=memory) for l1 in l1_choices for l2, memory in below
    )


def acts_only_after(state: State, op: str, machine: Machine) -> bool:
    """Before it acts: has everything happened that is ordered before `op`? (Queued operations wait in the queue.)"""
    queue = state.queue
    if op in ("rWB", "cl2", "iv2", "ci2") and operations_wait(state, machine):
        return False
    if op in ("cl2", "iv2", "ci2") and machine.outer_maintenance_drains and state.outer_buffer:
        return False
    if op in ("rWB", "sdr") and state.l1 is None and reads_wait(state, machine):
        return False
    if op == "sdw" and (writes_wait(state, machine) or (machine.snooping_write_after_posted and state.posted)):
        return False
    if op in ("rWB", "rNC"):
        waits_for = MAINTENANCE if op == "rWB" or machine.nc_ordered_with_maintenance else frozenset()
        return DMB not in queue and all(entry.kind not in waits_for for entry in queue)
    if op == "bell" or (op in ("cl2", "iv2", "ci2", "osync") and machine.outer):
        if not machine.mmio_lands_ordered_stores or DMB not in queue:
            return True
        last = max(place for place, entry in enumerate(queue) if entry == DMB)
        return all(entry.kind not in STORES for entry in queue[:last])
    return True


def returned(state: State, op: str, machine: Machine) -> bool:
    """Has everything happened that `op` promises when it returns?"""
    queue = state.queue
    if op == "dsb" or (op == "um" and machine.unmap_is_dsb):
        return not queue
    if op in ("cl", "iv", "ci"):
        return all(entry.kind not in MAINTENANCE for entry in queue)
    if op == "WB" and not machine.cacheable_stores_buffered:
        return all(entry.kind != "W" for entry in queue)
    if op in ("dw", "db"):
        return not state.posted
    if op == "osync":
        return not state.outer_buffer
    return True


def value_read(state: State, op: str, machine: Machine) -> int:
    """The version that the read returns in this state."""
    if op == "dr":
        return state.memory
    if op in ("rWB", "rNC"):
        own = "W" if op == "rWB" else "N"
        for entry in reversed(state.queue):
            if entry.kind == own:
                return entry.version
    if op == "rNC":
        if state.outer_buffer:
            return state.outer_buffer[-1]
        if machine.nc_hits_l2 and state.l2 is not None:
            return state.l2.version
        return state.memory
    if state.l1 is not None:
        return state.l1.version
    if state.l2 is not None and (op == "rWB" or machine.snoop_sees_l2):
        return state.l2.version
    return state.memory
