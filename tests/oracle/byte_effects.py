# SPDX-License-Identifier: Apache-2.0
"""What happens to one byte in the brute-force oracle: its CPU queue, effects that arrive, and the hidden moves.

The decisions are numbered in `byte_machine.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from byte_machine import (
    DIRTY_VICTIM_MAY_SKIP_ABSENT_L2,
    DMB,
    DMB_OF_STORES,
    MAINTENANCE,
    STORES,
    Copy,
    Entry,
    Machine,
    State,
)

Copies = tuple[Copy | None, Copy | None]

# --- The CPU queue ---------------------------------------------------------------------------------------------------


def tidy(queue: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Drop barrier marks that order nothing: with nothing of theirs before them, or doubled."""
    kept: list[Entry] = []
    for entry in queue:
        if entry == DMB and (not kept or kept[-1] == DMB):
            continue
        if entry == DMB_OF_STORES and (not any(e.kind in STORES for e in kept) or kept[-1].kind in "|:"):
            continue
        kept.append(entry)
    return tuple(kept)


def stores_ordered(queue: tuple[Entry, ...]) -> bool:
    """Is there a store before some barrier mark?"""
    marks = [place for place, entry in enumerate(queue) if entry.kind in "|:"]
    return bool(marks) and any(entry.kind in STORES for entry in queue[: marks[-1]])


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
    """No older element of the CPU queue is ordered before the one at `place` (decisions 3 to 5, 16 to 18)."""
    queue = state.queue
    entry = queue[place]
    if entry.kind != "N" and operations_wait(state, machine):
        return False
    if entry.kind in "cx" and state.l1 is not None and state.l1.dirty and writes_wait(state, machine):
        return False
    if entry.kind in MAINTENANCE and not machine.maintenance_waits:
        return all(older.kind not in MAINTENANCE for older in queue[:place])
    return all(not ordered(older, entry, machine) for older in queue[:place]) and not (
        entry.kind in STORES and stores_ordered((*queue[:place], entry))
    )


def ordered(older: Entry, entry: Entry, machine: Machine) -> bool:
    """Is `older` ordered before `entry`? (A DMB of stores is the business of `stores_ordered`.)"""
    if older == DMB:  # tidy: something stands before it
        return True
    if older == DMB_OF_STORES:
        return False
    if older.kind == entry.kind and older.second == entry.second:
        return True
    stores = older.kind in STORES and entry.kind in STORES
    if not stores and older.kind != "N" and entry.kind != "N" and older.second == entry.second:
        return True  # cacheable accesses and maintenance of the line
    return machine.nc_ordered_with_maintenance and older.kind in MAINTENANCE and entry.kind == "N"


# --- Effects that arrive ---------------------------------------------------------------------------------------------


def maintain_by_va(state: State, kind: str, machine: Machine) -> State:
    """The effect of one clean / invalidate / both by VA to the CPU's point of coherency, on the first line of L1."""
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


def exchanged(state: State) -> State:
    """The same with the two lines of L1 exchanged."""
    return state._replace(l1=state.second, second=state.l1)


def maintain_second(state: State, kind: str, machine: Machine) -> State:
    return exchanged(maintain_by_va(exchanged(state), kind, machine))


def maintain_by_pa(state: State, kind: str) -> State:
    """The effect of one PL310 line operation on the outer cache."""
    l2, memory = state.l2, state.memory
    if kind in "cx" and l2 is not None and l2.dirty:
        l2, memory = Copy(l2.version, False), l2.version
    return state._replace(l2=None if kind in "ix" else l2, memory=memory)


def store_in_l1(state: State, version: int, second: bool, machine: Machine) -> State:
    """A cacheable store reaches L1. Where two CPUs have L1s of their own, the other one gives its line up."""
    copies: Copies = (state.second, state.l1) if second else (state.l1, state.second)
    copies = (Copy(version, True), copies[1] if machine.colours else None)
    return state._replace(l1=copies[1], second=copies[0]) if second else state._replace(l1=copies[0], second=copies[1])


def store_beyond(state: State, version: int, machine: Machine) -> State:
    """A Non-cacheable store leaves its CPU."""
    if not machine.outer:
        return state._replace(memory=version)
    waiting, l2 = () if machine.single_slots else state.outer_buffer, state.l2
    if machine.nc_looks_up_on_entry and machine.nc_hits_l2 and l2 is not None:
        l2 = Copy(version, l2.dirty)
    return state._replace(l2=l2, outer_buffer=(*waiting, version))


def land(state: State, place: int, machine: Machine) -> State:
    """The element at `place` of the CPU queue takes effect."""
    entry = state.queue[place]
    state = state._replace(queue=tidy(state.queue[:place] + state.queue[place + 1 :]))
    if entry.kind == "W":
        return store_in_l1(state, entry.version, entry.second, machine)
    if entry.kind == "T":
        line = None if state.l1 is None else Copy(entry.version, state.l1.dirty)
        return state._replace(l1=line, memory=entry.version)
    if entry.kind in MAINTENANCE:
        return (maintain_second if entry.second else maintain_by_va)(state, entry.kind, machine)
    return store_beyond(state, entry.version, machine)


# --- Hidden moves ----------------------------------------------------------------------------------------------------


def fills(state: State, machine: Machine) -> Iterator[State]:
    """Speculative fills of clean lines; only while the cacheable alias is live."""
    if not machine.broadcast:
        yield from coherent_fills(state)
        yield from map(exchanged, coherent_fills(exchanged(state)))
        return
    if state.l1 is None:
        source = state.memory if state.l2 is None else state.l2.version
        yield state._replace(l1=Copy(source, False))
    if machine.colours and state.second is None:
        yield state._replace(second=Copy(state.memory, False))
    if machine.has_l2 and state.l2 is None:
        copy = Copy(state.memory, False)
        yield state._replace(l2=copy)
        if state.l1 is None:
            yield state._replace(l1=copy, l2=copy)


def coherent_fills(state: State) -> Iterator[State]:
    """The first CPU's L1 is filled, the second CPU's may have the line: it hands a dirty one over or writes it back."""
    other = state.second
    if state.l1 is not None:
        return
    if other is None or not other.dirty:
        yield state._replace(l1=Copy(state.memory, False))
    if other is not None:
        clean = Copy(other.version, False)
        yield state._replace(l1=clean, second=clean, memory=other.version if other.dirty else state.memory)
        if other.dirty:
            yield state._replace(l1=other, second=None)


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
        if state.queue[place].kind not in "|:" and may_drain(state, place, machine):
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
    """Every state that one hidden move leads to; loads executed early are in `byte_operations.early_loads`."""
    if live and not reads_wait(state, machine):
        yield from fills(state, machine)
    yield from l1_evictions(state, machine)
    yield from map(exchanged, l1_evictions(exchanged(state), machine))
    yield from l2_evictions(state)
    yield from drains(state, machine)
