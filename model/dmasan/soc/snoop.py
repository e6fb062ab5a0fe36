# SPDX-License-Identifier: Apache-2.0
"""A burst that snoops: the device's access through a coherent port (ACP; ACE-Lite ReadOnce and WriteUnique).

A read takes the newest copy in the caches, else memory's. A write leaves no older copy behind: dirty lines are written
back first, for it may not cover them, then they go (the relation's `snoop_write` allows more; this is one of its
outcomes). Neither is maintenance by software, so that no operation is counted. Lengths are bytes.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dmasan.arch.cache import PHYSICAL
from dmasan.arch.machine import Machine
from dmasan.events import CacheOp


def snoop_read(machine: Machine, pa: int, length: int) -> NDArray[np.uint8]:
    """What a device that snoops reads. Raises BusError outside RAM."""
    return machine.hierarchy.peek(pa, length)


def snoop_stale(machine: Machine, pa: int, length: int) -> NDArray[np.bool_] | None:
    """The bytes of which a snooping read does not return the latest value; None if there are none, or without versions.

    Raises BusError outside RAM.
    """
    hierarchy, memory = machine.hierarchy, machine.memory
    offset = memory.offset(pa, length)
    if memory.version is None or memory.latest is None:
        return None
    seen = memory.version[offset : offset + length].copy()
    first, end = pa >> hierarchy.shift, (pa + length + hierarchy.line - 1) >> hierarchy.shift
    for cache in (hierarchy.l2, *hierarchy.l1):  # as `Hierarchy.peek`: L1 over L2 over memory
        if cache is None or cache.version is None:
            continue
        for slot in cache.copies(first, end).tolist():
            at = (int(cache.tags[slot] & PHYSICAL) << hierarchy.shift) - pa
            low, high = max(at, 0), min(at + hierarchy.line, length)
            seen[low:high] = cache.version[slot, low - at : high - at]
    mask = seen != memory.latest[offset : offset + length]
    return mask if mask.any() else None


def snoop_write(
    machine: Machine, pa: int, data: NDArray[np.uint8], strobe: NDArray[np.bool_] | None
) -> None:
    """A write of a device that snoops; `strobe` marks the bytes written. Raises BusError outside RAM."""
    hierarchy, op = machine.hierarchy, CacheOp.CLEAN_INVALIDATE
    counted, cycles = replace(hierarchy.counters), hierarchy.cycles
    machine.maintenance.inner(op, pa, len(data))
    machine.maintenance.outer(op, pa, len(data))
    hierarchy.counters.l1_ops, hierarchy.counters.l2_ops = counted.l1_ops, counted.l2_ops
    hierarchy.cycles = cycles
    machine.device_write(pa, data, strobe)
