# SPDX-License-Identifier: Apache-2.0
"""One byte: every place that can hold a version of it, and what its CPUs have issued and not performed."""

from __future__ import annotations

from typing import NamedTuple

Copy = tuple[int, bool] | None
"""A cache's copy: (version, dirty), or none."""


class Entry(NamedTuple):
    """An access that a CPU has issued and that is not performed, or a barrier among them.

    kind: `WB`, `WT` and `NC` stores; `clean`, `invalidate`, `both` by address; `DMB` and `DMB ST`.
    line: the L1 line of a cacheable store or an operation by address.
    version: of a store.
    own: an operation by address through a Non-shareable translation: for the caches of its CPU.
    """

    kind: str
    line: int = 0
    version: int = 0
    own: bool = False


STORES = frozenset({"WB", "WT", "NC"})
MAINTENANCE = frozenset({"clean", "invalidate", "both"})
BARRIERS = frozenset({"DMB", "DMB ST"})

CPUS = 2
Queue = tuple[Entry, ...]


class State(NamedTuple):
    """memory at the point of coherency; L1 lines; L2; a queue for each CPU in program order; the outer cache's buffer
    and the device's posted writes, oldest first; whether a cacheable translation is live, and whether live ones differ in
    shareability; the L1 lines that came through a Non-shareable one."""

    memory: int
    lines: tuple[Copy, ...]
    level_2: Copy
    queues: tuple[Queue, ...]
    outer: tuple[int, ...]
    posted: tuple[int, ...]
    live: bool
    mixed: bool = False
    private: frozenset[int] = frozenset()


def with_line(state: State, line: int, copy: Copy) -> State:
    lines = (*state.lines[:line], copy, *state.lines[line + 1 :])
    changed = State(state.memory, lines, *state[2:])
    return changed if copy or line not in state.private else as_shared(changed, line)


def as_private(state: State, line: int) -> State:
    return state._replace(private=state.private | {line})


def as_shared(state: State, line: int) -> State:
    return state._replace(private=state.private - {line})


def with_queue(state: State, cpu: int, queue: Queue) -> State:
    """A barrier orders what stands before it: at the front, or behind one that orders more, it says nothing."""
    kept: list[Entry] = []
    for entry in queue:
        if entry.kind in BARRIERS and (not kept or kept[-1] == entry or kept[-1].kind == "DMB"):
            continue
        if entry.kind == "DMB" and kept[-1].kind == "DMB ST":
            kept.pop()
        kept.append(entry)
    queues = (*state.queues[:cpu], tuple(kept), *state.queues[cpu + 1 :])
    return State(*state[:3], queues, *state[4:])


def renamed(state: State, names: dict[int, int]) -> State:
    """The same state with other names for the versions."""

    def copy(held: Copy) -> Copy:
        return held and (names[held[0]], held[1])

    queues = tuple(
        tuple(e._replace(version=names[e.version]) if e.kind in STORES else e for e in queue) for queue in state.queues
    )
    return State(
        names[state.memory],
        tuple(copy(held) for held in state.lines),
        copy(state.level_2),
        queues,
        tuple(names[v] for v in state.outer),
        tuple(names[v] for v in state.posted),
        *state[6:],
    )


def versions(state: State) -> set[int]:
    found = {state.memory, *state.outer, *state.posted}
    found.update(held[0] for held in (*state.lines, state.level_2) if held)
    found.update(e.version for queue in state.queues for e in queue if e.kind in STORES)
    return found
