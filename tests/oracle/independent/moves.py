# SPDX-License-Identifier: Apache-2.0
"""Hidden moves: what hardware may do to the byte at any time, unasked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from independent.family import Family
from independent.shareability import answers, peer, private_moves, private_store
from independent.state import (
    BARRIERS,
    CPUS,
    MAINTENANCE,
    STORES,
    Copy,
    Entry,
    Queue,
    State,
    with_line,
    with_queue,
)


def hidden(state: State, family: Family) -> Iterator[State]:
    """Every state that one hidden move makes of `state`."""
    for line in range(family.lines):
        yield from level_1(state, family, line)
        yield from private_moves(state, line, below_level_1(state))
    if family.level_2:
        yield from level_2(state)
    for cpu in range(CPUS):
        yield from performed(state, family, cpu)
    if state.outer:
        yield drained(state, family)
    if state.posted:
        yield state._replace(memory=state.posted[0], posted=state.posted[1:])


def drained(state: State, family: Family) -> State:
    """The outer cache's oldest buffered write is looked up, updates the line that it may hit, and goes to memory."""
    version, held = state.outer[0], state.level_2
    if family.nc_hits_level_2 and held:
        held = (version, held[1])
    return state._replace(memory=version, level_2=held, outer=state.outer[1:])


def level_1(state: State, family: Family, line: int) -> Iterator[State]:
    """Fill while a cacheable translation is live; drop a clean line; write a dirty one back, and keep it or not. Between
    coherent CPUs a line may move, with its dirtiness (migratory lines); where maintenance is local, at any time."""
    held = state.lines[line]
    if held is None:
        found = peer(state, family, line)
        if found and (state.live or not family.broadcast):
            yield with_line(with_line(state, 1 - line, None), line, found)
        if state.live:
            yield filled(state, family, line, found)
    elif held[1]:
        below = written_back(state, family, held[0])
        yield with_line(below, line, None)
        yield with_line(below, line, (held[0], False))
    else:
        yield with_line(state, line, None)


def filled(state: State, family: Family, line: int, found: Copy) -> State:
    """From the other CPU's L1 if that holds the line, which both share then, a dirty one written back first; otherwise from
    the next level. A fill sees nobody's buffers."""
    if found is None:
        return with_line(state, line, (below_level_1(state), False))
    shared = written_back(state, family, found[0]) if found[1] else state
    clean = (found[0], False)
    return with_line(with_line(shared, 1 - line, clean), line, clean)


def below_level_1(state: State) -> int:
    return state.level_2[0] if state.level_2 else state.memory


def written_back(state: State, family: Family, version: int) -> State:
    """A dirty L1 line goes to the next level, which allocates it; at an outer cache it comes behind the older writes
    that are buffered there."""
    while state.outer:
        state = drained(state, family)
    return state._replace(level_2=(version, True)) if family.level_2 else state._replace(memory=version)


def level_2(state: State) -> Iterator[State]:
    held = state.level_2
    if held is None:
        if state.live:
            yield state._replace(level_2=(state.memory, False))
    elif held[1]:
        yield state._replace(memory=held[0], level_2=None)
        yield state._replace(memory=held[0], level_2=(held[0], False))
    else:
        yield state._replace(level_2=None)


def performed(state: State, family: Family, cpu: int) -> Iterator[State]:
    """Any entry of the CPU's queue that nothing before it holds up."""
    queue = state.queues[cpu]
    for index, entry in enumerate(queue):
        if entry.kind not in BARRIERS and not held_up(queue, index, family):
            rest = with_queue(state, cpu, queue[:index] + queue[index + 1 :])
            yield EFFECTS[entry.kind](rest, family, entry)
            if entry.kind == "WB" and state.mixed:
                yield private_store(rest, entry.line, entry.version)


def held_up(queue: Queue, index: int, family: Family) -> bool:
    """An older entry has to be performed first.

    Stores of one kind to one byte keep their order. An operation by address keeps its order with cacheable accesses to
    the line and with other operations on it (DDI 0487, data cache maintenance by address), stores through another
    memory type may pass (DDI 0406C, A3.5: mismatched attributes lose the order of one processor). DMB orders all,
    DMB ST stores alone.
    """
    entry, seen = queue[index], set[str]()
    for older in reversed(queue[:index]):
        if older.kind in BARRIERS:
            seen.add(older.kind)
        elif ordered(older, entry, seen, family) or same_stream(older, entry, family):
            return True
    return False


def ordered(older: Entry, entry: Entry, barriers: set[str], family: Family) -> bool:
    """By the barriers between the two."""
    if older.kind in STORES and entry.kind in STORES:
        return bool(barriers)
    return "DMB" in barriers and family.dmb_orders_maintenance


def same_stream(older: Entry, entry: Entry, family: Family) -> bool:
    kinds = {older.kind, entry.kind}
    if kinds <= family.bypassing:
        return True
    if family.maintenance_in_order and older.kind in MAINTENANCE:
        return older.line == entry.line or entry.kind in family.bypassing
    if kinds & family.bypassing or older.line != entry.line or (kinds <= STORES and len(kinds) == 2):
        return False
    return not (family.maintenance_passes_stores and older.kind in STORES and entry.kind in MAINTENANCE)


def store_wb(state: State, family: Family, entry: Entry) -> State:
    """Allocates and dirties the line; a coherent L1 beside it loses its copy, unless the store hits a private line."""
    if family.coherent_pair and entry.line not in state.private and answers(state, 1 - entry.line):
        state = with_line(state, 1 - entry.line, None)
    return with_line(state, entry.line, (entry.version, True))


def store_nc(state: State, family: Family, entry: Entry) -> State:
    """Bypasses L1. Before an outer cache it goes into that cache's buffer."""
    if family.level_2_is_outer:
        return state._replace(outer=(*state.outer, entry.version))
    return state._replace(memory=entry.version)


def store_wt(state: State, family: Family, entry: Entry) -> State:
    """Updates the line that it hits, allocates none, and goes to memory."""
    if not family.write_through:
        return store_nc(state, family, entry)
    held = state.lines[entry.line]
    if held:
        state = with_line(state, entry.line, (entry.version, held[1]))
    return state._replace(memory=entry.version)


def reached(family: Family, entry: Entry) -> Iterable[int]:
    """The L1 lines that an operation by address acts on."""
    return range(family.lines) if family.broadcast and not entry.own else (entry.line,)


def clean(state: State, family: Family, entry: Entry) -> State:
    """To the point of coherency that operations by address know: through an integrated L2, not an outer one."""
    for line in reached(family, entry):
        held = state.lines[line]
        if held and held[1]:
            state = with_line(written_back(state, family, held[0]), line, (held[0], False))
    return clean_level_2(state) if not family.level_2_is_outer else state


def invalidate(state: State, family: Family, entry: Entry) -> State:
    for line in reached(family, entry):
        state = with_line(state, line, None)
    return state if family.level_2_is_outer else state._replace(level_2=None)


def clean_and_invalidate(state: State, family: Family, entry: Entry) -> State:
    return invalidate(clean(state, family, entry), family, entry)


def clean_level_2(state: State) -> State:
    held: Copy = state.level_2
    return state._replace(memory=held[0], level_2=(held[0], False)) if held and held[1] else state


EFFECTS = {
    "WB": store_wb,
    "WT": store_wt,
    "NC": store_nc,
    "clean": clean,
    "invalidate": invalidate,
    "both": clean_and_invalidate,
}
