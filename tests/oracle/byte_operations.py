# SPDX-License-Identifier: Apache-2.0
"""The operations of the brute-force oracle on one byte: what they do when issued, what they wait for, what they read.

The decisions are numbered in `byte_machine.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from byte_effects import (
    exchanged,
    maintain_by_pa,
    maintain_by_va,
    maintain_second,
    operations_wait,
    reads_wait,
    store_beyond,
    store_in_l1,
    stores_ordered,
    tidy,
    writes_wait,
)
from byte_machine import (
    DMB,
    DMB_OF_STORES,
    MAINTENANCE,
    OTHER_CPU,
    SECOND_COLOUR,
    STORES,
    Copy,
    Entry,
    Machine,
    State,
)

KINDS = {"WB": "W", "NC": "N", "WT": "T", "cl": "c", "iv": "i", "ci": "x"}
LOADS = {"rWB": "W", "rNC": "N", "rWT": "T"}
OUTER = {"cl2": "c", "iv2": "i", "ci2": "x"}


def plain(op: str, machine: Machine) -> tuple[str, bool]:
    """The operation, and whether it goes through the second colour; write-through is Non-cacheable where not cached."""
    second = op in SECOND_COLOUR
    op = SECOND_COLOUR.get(op, op)
    if not machine.write_through:
        op = {"WT": "NC", "rWT": "rNC"}.get(op, op)
    return op, second


# --- Loads executed early --------------------------------------------------------------------------------------------


def early_loads(state: State, live: bool, machine: Machine) -> Iterator[State]:
    """A load that comes later in program order is satisfied now (decision 15)."""
    if not machine.loads_early:
        return
    for op, alias in LOADS.items():
        if (op == "rNC" or live) and (op != "rWT" or machine.write_through):
            if alias not in dict(state.early) and acts_only_after(state, op, machine):
                for version in values_read(state, op, machine):
                    yield state._replace(early=tuple(sorted((*state.early, (alias, version)))))


def forgotten(state: State, op: str, machine: Machine) -> State:
    """After `op` of the first CPU: without the early loads that cannot be of a load behind it."""
    if not state.early:
        return state
    op, _ = plain(op, machine)
    if op in ("dmb", "rmb", "dsb", "WB", "NC", "WT") or (op == "dmbst" and machine.colours):
        return state._replace(early=())
    if op.removesuffix("x") in ("cl", "iv", "ci"):
        kept = () if machine.nc_ordered_with_maintenance else "N"
        return state._replace(early=tuple(entry for entry in state.early if entry[0] in kept))
    return state


# --- Operations ------------------------------------------------------------------------------------------------------


def issue(state: State, op: str, version: int, machine: Machine) -> Iterable[State]:
    """The states right after `op` is issued; what it waits for is the business of `returned`."""
    state = forgotten(state, op, machine)
    if op in OTHER_CPU:
        return (by_other_cpu(state, OTHER_CPU[op], version, machine),)
    op, second = plain(op, machine)
    kind = KINDS.get(op.removesuffix("x"), "")
    if kind:
        return enqueue(state, Entry(kind, version if kind in STORES else 0, second), machine)
    if op in ("dmb", "dmbst"):
        mark = DMB if op == "dmb" and not machine.colours else DMB_OF_STORES
        return (state._replace(queue=tidy((*state.queue, mark))),)
    if op in ("dw", "dwx"):
        if machine.single_slots and state.posted:
            return ()
        return (state._replace(posted=(*state.posted, version)),)
    if op in OUTER and machine.outer:
        return (maintain_by_pa(state, OUTER[op]),)
    if op == "sdw":
        return snooping_write(state, version, machine)
    return (state,)


def by_other_cpu(state: State, op: str, version: int, machine: Machine) -> State:
    """Decision 14. Loads change nothing: what they allocate, a hidden move allocates."""
    if op == "WB":
        return store_in_l1(state, version, not machine.broadcast, machine)
    if op == "NC":
        return store_beyond(state, version, machine)
    if op in ("cl", "iv", "ci"):
        return (maintain_by_va if machine.broadcast else maintain_second)(state, KINDS[op], machine)
    return state


def enqueue(state: State, entry: Entry, machine: Machine) -> tuple[State, ...]:
    """Append to the CPU queue; with single slots merge, or (no state) wait for the predecessor."""
    queue = state.queue
    if machine.single_slots:
        kinds = [older.kind for older in queue]
        if "|" in kinds or ":" in kinds:
            return ()
        if entry.kind in MAINTENANCE and any(kind in "WTcix" for kind in kinds):
            return ()
        if entry.kind in "WT" and any(kind in MAINTENANCE for kind in kinds):
            return ()
        if entry.kind in kinds:
            place = kinds.index(entry.kind)
            return (state._replace(queue=(*queue[:place], entry, *queue[place + 1 :])),)
    return (state._replace(queue=(*queue, entry)),)


def snooping_write(state: State, version: int, machine: Machine) -> tuple[State, ...]:
    """Decision 13."""
    clean = Copy(version, False)
    below: list[tuple[Copy | None, int]] = [(None, version)]
    if machine.has_l2 and not machine.snoop_sees_l2:
        below = [(state.l2, version)]
    elif machine.has_l2:
        if state.l2 is not None:
            below.append((clean, version))
        if machine.snoop_write_may_stay_in_l2:
            below.append((Copy(version, True), state.memory))
    return tuple(
        state._replace(l1=None, second=None, l2=l2, memory=memory)
        for l2, memory in below
    )


def acts_only_after(state: State, op: str, machine: Machine) -> bool:
    """Before it acts: has everything happened that is ordered before `op`? (Queued operations wait in the queue.)"""
    queue = state.queue
    if op in OTHER_CPU:
        return not stores_ordered(queue)
    op, second = plain(op, machine)
    if op in ("rWB", "rWT", "cl2", "iv2", "ci2") and operations_wait(state, machine):
        return False
    if op in OUTER and machine.outer_maintenance_drains and state.outer_buffer:
        return False
    if op in ("rWB", "rWT", "sdr") and state.l1 is None and reads_wait(state, machine):
        return False
    if op == "sdw" and (writes_wait(state, machine) or (machine.snooping_write_after_posted and state.posted)):
        return False
    if op in LOADS:
        if DMB in queue or (machine.colours and stores_ordered(queue)):
            return False
        cacheable = op != "rNC" or machine.nc_ordered_with_maintenance
        return not cacheable or all(
            e.kind not in MAINTENANCE or (op != "rNC" and e.second != second) for e in queue
        )
    if op == "bell" or (op in (*OUTER, "osync") and machine.outer):
        return not machine.mmio_lands_ordered_stores or not stores_ordered(queue)
    return True


def returned(state: State, op: str, machine: Machine) -> bool:
    """Has everything happened that `op` promises when it returns?"""
    queue = state.queue
    op, second = plain(op, machine)
    if op == "dsb" or (op == "um" and machine.unmap_is_dsb):
        return not queue
    if op in ("cl", "iv", "ci"):
        return all(entry.kind not in MAINTENANCE or entry.second != second for entry in queue)
    if op == "WB" and not machine.cacheable_stores_buffered:
        return all(entry.kind != "W" for entry in queue)
    if op in ("dw", "db"):
        return not state.posted
    if op == "osync":
        return not state.outer_buffer
    return True


def values_read(state: State, op: str, machine: Machine) -> set[int]:
    """The versions that the read may return in this state."""
    if op in ("orWB", "orNC"):
        alone = state._replace(queue=(), early=())
        return values_read(alone if machine.broadcast else exchanged(alone), OTHER_CPU[op], machine)
    op, second = plain(op, machine)
    if second:
        state = exchanged(state)
    if op == "dr" or (op == "walk" and not machine.walker_snoops and state.l2 is None):
        return {state.memory}
    if op in LOADS:
        alias = LOADS[op]
        if not second and alias in dict(state.early):
            return {dict(state.early)[alias]}
        own = [entry.version for entry in state.queue if entry.kind == alias and entry.second == second]
        if own:
            return {own[-1]}
    if op == "rNC":
        if state.outer_buffer:
            return {state.outer_buffer[-1]}
        return {state.l2.version if machine.nc_hits_l2 and state.l2 is not None else state.memory}
    return through_caches(state, op, machine)


def through_caches(state: State, op: str, machine: Machine) -> set[int]:
    """What a cacheable or snooping read finds: L1, the other CPU's L1 where that is told apart, L2, memory."""
    if op == "walk" and not machine.walker_snoops:
        return {state.memory if state.l2 is None else state.l2.version}
    if not machine.broadcast:
        first = () if state.l1 is None else (state.l1,)
        second = () if state.second is None else (state.second,)
        held = {copy.version for copy in (first or second if op in LOADS else (*first, *second))}
        from_memory = op in LOADS and not first and all(not copy.dirty for copy in second)
        return held | {state.memory} if from_memory or not held else held
    if state.l1 is not None:
        return {state.l1.version}
    if state.l2 is not None and (op in LOADS or machine.snoop_sees_l2):
        return {state.l2.version}
    return {state.memory}
