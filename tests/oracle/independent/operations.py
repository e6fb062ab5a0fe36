# SPDX-License-Identifier: Apache-2.0
"""The operations of a sequence: what each asks of the state before it, does to it, and asks of the state after it.

An operation that waits for hardware is a condition, not an action: all hidden moves have been explored, so it is enough
to keep the states in which hardware has done what is waited for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from independent.family import Family
from independent.moves import below_level_1, clean_level_2, written_back
from independent.shareability import answers, peer
from independent.state import BARRIERS, MAINTENANCE, STORES, Entry, State, with_line, with_queue

Test = Callable[[State], bool]
Action = Callable[[State, int], State]
"""State and version of this operation, if it is a write."""
Value = Callable[[State], int]
Values = Callable[[State], frozenset[int]]


def always(_state: State) -> bool:
    return True


def nothing(state: State, _version: int) -> State:
    return state


@dataclass(frozen=True)
class Load:
    """A CPU's load. `path`: loads of one CPU through one kind of translation, one of which may be satisfied
    early: in states where `early` holds."""

    path: tuple[str, int, int]
    ready: Test
    early: Test
    value: Value


@dataclass(frozen=True)
class Operation:
    """before: states in which it can take place. action: what it does, hidden moves following. after: states in which
    it is over. values: of a device's read. load: of a CPU's read. write: a new version. forgets: paths of loads that can
    no longer have been satisfied early (own store, barrier, operation on the line)."""

    before: Test = always
    action: Action = nothing
    after: Test = always
    values: Values | None = None
    load: Load | None = None
    write: bool = False
    forgets: Callable[[tuple[str, int, int]], bool] = lambda _path: False


def issue(kind: str, cpu: int, line: int = 0, own: bool = False) -> Action:
    def action(state: State, version: int) -> State:
        stored = version if kind in STORES else 0
        return with_queue(state, cpu, (*state.queues[cpu], Entry(kind, line, stored, own)))

    return action


def no_dmb(cpu: int) -> Test:
    """What a DMB has ordered before an access is performed before it."""
    return lambda state: all(entry.kind != "DMB" for entry in state.queues[cpu])


def store(cpu: int, kind: str, line: int, family: Family) -> Operation:
    complete = kind == "WB" and not family.buffers_cacheable

    def over(state: State) -> bool:
        return all(entry.kind != kind for entry in state.queues[cpu])

    return Operation(
        action=issue(kind, cpu, line),
        after=over if complete else always,
        write=True,
        forgets=lambda path: path[1] == cpu,
    )


def load_nc(cpu: int, family: Family, kind: str = "NC") -> Load:
    """Own buffered stores through the same type, the outer cache's buffer, L2 where non-cacheable reads hit, memory."""

    def value(state: State) -> int:
        own = [entry.version for entry in state.queues[cpu] if entry.kind in family.bypassing]
        if own or state.outer:
            return (own or state.outer)[-1]
        return below_level_1(state) if family.nc_hits_level_2 else state.memory

    def ready(state: State) -> bool:
        kinds = {entry.kind for entry in state.queues[cpu]}
        return "DMB" not in kinds and not (family.maintenance_in_order and kinds & MAINTENANCE)

    return Load((kind, cpu, 0), ready, ready, value)


def load_wb(cpu: int, line: int, family: Family, kind: str = "WB") -> Load:
    """Own buffered stores to the line, L1, the other coherent L1, L2, memory. Behind own operations on the line."""

    def ready(state: State) -> bool:
        for entry in reversed(state.queues[cpu]):
            if entry.line == line and entry.kind in MAINTENANCE:
                return False
            if entry.line == line and entry.kind == kind:
                break
        return no_dmb(cpu)(state)

    def may_speculate(state: State) -> bool:
        return state.live and ready(state)

    def value(state: State) -> int:
        own = [entry.version for entry in state.queues[cpu] if entry.kind == kind and entry.line == line]
        if own:
            return own[-1]
        held = state.lines[line] or peer(state, family, line)
        return held[0] if held else below_level_1(state)

    return Load((kind, cpu, line), ready, may_speculate, value)


def load(what: Load) -> Operation:
    return Operation(before=what.ready, load=what)


def maintain(kind: str, cpu: int, line: int, complete: bool, family: Family, own: bool = False) -> Operation:
    def orders(path: tuple[str, int, int]) -> bool:
        same = path[2] == line and path[0] not in family.bypassing
        return path[1] == cpu and (same or family.maintenance_in_order)

    def over(state: State) -> bool:
        return not any(entry.kind in MAINTENANCE and entry.line == line for entry in state.queues[cpu])

    return Operation(
        action=issue(kind, cpu, line, own),
        after=over if complete else always,
        forgets=orders,
    )


def barrier(kind: str, cpu: int = 0) -> Operation:
    return Operation(action=issue(kind, cpu), forgets=lambda path: kind == "DMB" and path[1] == cpu)


def read_barrier(cpu: int = 0) -> Operation:
    return Operation(forgets=lambda path: path[1] == cpu)


def dsb(cpu: int = 0) -> Operation:
    return Operation(before=lambda state: not state.queues[cpu], forgets=lambda path: path[1] == cpu)


def seen_by_others(cpu: int = 0) -> Test:
    """An access to a device is observed: stores that a barrier ordered before it are performed. An operation by
    address may be in flight still: for others only DSB completes it."""

    def test(state: State) -> bool:
        stores = False
        for entry in state.queues[cpu]:
            if entry.kind in BARRIERS and stores:
                return False
            stores = stores or entry.kind in STORES
        return True

    return test


def outer(action: Action = nothing, after: Test = always) -> Operation:
    """A write to a register of the outer cache, and the wait for its end."""
    return Operation(before=seen_by_others(), action=action, after=after)


def device_write(state: State, version: int) -> State:
    return state._replace(memory=version)


def post(state: State, version: int) -> State:
    return state._replace(posted=(*state.posted, version))


def all_written(state: State) -> bool:
    return not state.posted


def snooped(state: State, family: Family) -> frozenset[int]:
    """Any line that answers. A snoop has no virtual address: of two colours it looks up the first."""
    lines = (0,) if family.colours else range(family.lines)
    found = frozenset(held[0] for held in (answers(state, line) for line in lines) if held)
    return found or frozenset({below_level_1(state)})


def snooping_write(family: Family) -> Action:
    """Takes the line from every L1 that answers (IHI 0022, WriteUnique), and stays in L2 where there is one, evicted at
    any time."""

    def action(state: State, version: int) -> State:
        for line in range(family.lines):
            state = with_line(state, line, None) if answers(state, line) else state
        return written_back(state, family, version)

    return action


def translated(live: bool, mixed: bool = False) -> Operation:
    """The page's cacheable translations are others now; TLB maintenance is complete."""
    return Operation(action=lambda state, _version: state._replace(live=live, mixed=mixed))


def operations(family: Family) -> dict[str, Operation]:
    """By name, as in the golden file of outcomes. A name that ends in `x` takes effect later, maintenance that ends in `n`
    goes through a Non-shareable translation. Prefix `o`: by the other CPU (nothing in flight, for it has no `dsb`); `y`:
    through the other virtual colour. `mp`: there is a cacheable translation again; `mix`: there are several, which differ
    in shareability."""
    table = {
        "dsb": dsb(),
        "dmb": barrier("DMB"),
        "dmbst": barrier("DMB ST" if family.dmb_of_stores else "DMB"),
        "rmb": read_barrier(),
        "bell": Operation(before=seen_by_others()),
        "um": translated(live=False),
        "mp": translated(live=True),
        "dr": Operation(values=lambda state: frozenset({state.memory})),
        "dw": Operation(before=all_written, action=device_write, write=True),
        "dwx": Operation(action=post, write=True),
        "db": Operation(before=all_written),
        "sdr": Operation(values=lambda state: snooped(state, family)),
        "sdw": Operation(action=snooping_write(family), write=True),
    }
    if family.level_2_is_outer:
        table["osync"] = outer(after=lambda state: not state.outer)
        table["cl2"] = outer(lambda state, _version: clean_level_2(state))
        table["iv2"] = outer(lambda state, _version: state._replace(level_2=None))
        table["ci2"] = outer(lambda state, _version: clean_level_2(state)._replace(level_2=None))
    else:
        table |= {name: Operation() for name in ("cl2", "iv2", "ci2", "osync")}
    table |= cpu_operations(0, 0, family)
    table["WT"] = store(0, "WT", 0, family)
    table["rWT"] = load(load_wb(0, 0, family, "WT") if family.write_through else load_nc(0, family, "WT"))
    table["walk"] = table["sdr"] if family.walker_snoops else table["dr"]
    others = cpu_operations(1, 0, family).items()
    table |= {"o" + name: handed_over(operation) for name, operation in others if not name.endswith("x")}
    if family.mixes:
        table["mix"] = translated(live=True, mixed=True)
    if family.colours:
        table |= {"y" + name: one for name, one in cpu_operations(0, 1, family).items() if not name.endswith("NC")}
    return table


def handed_over(operation: Operation) -> Operation:
    """The other CPU's access, behind a flag of the first CPU: what this ordered before by a barrier is performed.

    It is complete when it returns. The first CPU's loads may have been satisfied before it, as before a device's write
    (DDI 0406C, A3.8: message passing needs a barrier on the reader's side too).
    """
    seen, ready = seen_by_others(), operation.before
    return replace(
        operation,
        before=lambda state: seen(state) and ready(state),
        after=lambda state: not state.queues[1],
        forgets=lambda _path: False,
    )


def cpu_operations(cpu: int, colour: int, family: Family) -> dict[str, Operation]:
    line = family.line_of(cpu, colour)
    table = {
        "WB": store(cpu, "WB", line, family),
        "NC": store(cpu, "NC", 0, family),
        "rWB": load(load_wb(cpu, line, family)),
        "rNC": load(load_nc(cpu, family)),
    }
    for kind, name in (("clean", "cl"), ("invalidate", "iv"), ("both", "ci")):
        table[name] = maintain(kind, cpu, line, True, family)
        table[name + "x"] = maintain(kind, cpu, line, False, family)
        if family.mixes:
            table[name + "n"] = maintain(kind, cpu, line, True, family, own=True)
    return table
