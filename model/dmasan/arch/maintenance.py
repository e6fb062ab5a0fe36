# SPDX-License-Identifier: Apache-2.0
"""Cache maintenance by address on ranges of lines: by VA to the PoC of the inner levels, and by PA on the PL310.

A range costs a search of the tags, not a loop over its lines: what is not resident is not touched. Operations by VA take
effect when they are issued, unless the schedule holds them: then they stay in flight until their CPU's DSB, or until it does
something that is ordered behind them (DDI 0406C, B2.2.7). A held one may also complete by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dmasan.arch.cache import PHYSICAL, Cache, Indices
from dmasan.arch.hierarchy import Hierarchy
from dmasan.arch.noncacheable import NonCacheable
from dmasan.events import CacheOp

# Operations that maintenance in flight need not be complete for: of the outer cache, of device registers, and a DMB, which
# orders it before later accesses only. Maintenance behind it takes effect in its turn.
_BESIDE = ("dmb", "doorbell", "load_device", "tlbi", "isb", "outer_sync")


@dataclass(frozen=True, slots=True)
class Operation:
    """Maintenance by VA of a physical range: of the L1 of `cpu` alone, or of all (None), under one `colour`."""

    op: CacheOp
    pa: int
    length: int
    cpu: int | None
    colour: int


class CacheMaintenance:
    """The operations of one machine. Ranges are physical, in bytes, and act on every line that they touch."""

    def __init__(self, hierarchy: Hierarchy, noncacheable: NonCacheable) -> None:
        self.hierarchy = hierarchy
        self.noncacheable = noncacheable
        self.in_flight: list[list[Operation]] = [[] for _ in hierarchy.l1]  # of each CPU, in program order
        self._held = [False] * len(hierarchy.l1)  # the next one of the CPU stays in flight

    def hold(self, cpu: int) -> None:
        """The maintenance that `cpu` issues now stays in flight."""
        self._held[cpu] = True

    def before(self, cpu: int, operation: str) -> None:
        """`cpu` begins an operation: what must be complete before it is."""
        self._held[cpu] = False
        if self.in_flight[cpu] and operation not in _BESIDE and not operation.startswith(("issue_", "outer_")):
            self.complete(cpu)

    def issue(self, cpu: int, operation: Operation, *, at_once: bool = False) -> None:
        """Maintenance by VA of `cpu`, behind what it has in flight; `at_once`: all of that is complete when it returns."""
        if at_once:
            self.complete(cpu)
        if (self._held[cpu] or self.in_flight[cpu]) and not at_once:
            self.in_flight[cpu].append(operation)
        else:
            self.inner(operation.op, operation.pa, operation.length, operation.cpu, operation.colour)

    def complete(self, cpu: int) -> bool:
        """All that `cpu` has in flight takes effect; False if there was nothing."""
        waiting, self.in_flight[cpu] = self.in_flight[cpu], []
        for each in waiting:
            self.inner(each.op, each.pa, each.length, each.cpu, each.colour)
        return bool(waiting)

    def _range(self, pa: int, length: int) -> tuple[int, int]:
        h = self.hierarchy
        return pa >> h.shift, (pa + length + h.line - 1) >> h.shift

    def inner(self, op: CacheOp, pa: int, length: int, cpu: int | None = None, colour: int = 0) -> None:
        """DCCMVAC, DCIMVAC, DCCIMVAC: L1, and an integrated L2; dirty data goes on to an outer cache or memory.

        With the multiprocessing extensions they reach all L1s of the domain (DDI 0406C, B4.2.1), otherwise that of `cpu`
        alone. A virtually indexed L1 is searched under one `colour` only.
        """
        h = self.hierarchy
        first, end = self._range(pa, length)
        h.counters.l1_ops += end - first
        h.cycles += (end - first) * h.costs.l1_op
        self.noncacheable.settle(first << h.shift, (end - first) << h.shift)
        ahead = colour >> h.shift
        for l1 in h.l1 if cpu is None else (h.l1[cpu],):
            slots = l1.resident(first + ahead, end + ahead)
            if op is not CacheOp.INVALIDATE:
                h.write_back_l1(l1, slots)
            if op is not CacheOp.CLEAN:
                l1.drop(slots)
        if h.inner_l2 is not None:
            self._to_memory(h.inner_l2, op, first, end)

    def outer(self, op: CacheOp, pa: int, length: int) -> None:
        """PL310 Clean, Invalidate, Clean and Invalidate Line by PA (DDI 0246, 3.3.10). No effect without one."""
        h = self.hierarchy
        if h.outer_l2 is None:
            return
        first, end = self._range(pa, length)
        h.counters.l2_ops += end - first
        h.cycles += (end - first) * h.costs.l2_op
        self.noncacheable.settle(first << h.shift, (end - first) << h.shift)
        self._to_memory(h.outer_l2, op, first, end)

    def _to_memory(self, cache: Cache, op: CacheOp, first: int, end: int) -> None:
        slots = cache.resident(first, end)
        if op is CacheOp.CLEAN_INVALIDATE:
            self.hierarchy.make_room(cache, slots)
        elif op is CacheOp.CLEAN:
            self.hierarchy.write_back(cache, slots)
            cache.dirty[slots] = False
        if op is not CacheOp.CLEAN:
            if self.hierarchy.inclusive:
                self._leave_l1(cache.tags[slots])
            cache.drop(slots)

    def entire(self, cpu: int) -> None:
        """CP15 c7, c14, 0: the L1 of `cpu` is cleaned and invalidated, whatever lies in it (DDI 0100I, B6.6.5)."""
        h = self.hierarchy
        l1 = h.l1[cpu]
        slots = np.flatnonzero(l1.tags >= 0)
        slots = slots[np.argsort(l1.tags[slots], kind="stable")]
        h.counters.l1_ops += len(slots)
        h.cycles += len(slots) * h.costs.l1_op
        h.write_back_l1(l1, slots)
        l1.drop(slots)

    def set_way(self, op: CacheOp, cpu: int, level: int, set_: int, way: int) -> int | None:
        """DCCSW, DCISW, DCCISW of one slot: of the L1 of `cpu` alone, or of an integrated L2 (DDI 0406C, B2.2.6).

        Returns the physical address of the line that was there, None for an empty slot.
        """
        h = self.hierarchy
        cache = h.l1[cpu] if level == 1 else h.inner_l2
        assert cache is not None
        h.counters.l1_ops += 1
        h.cycles += h.costs.l1_op
        slot = np.array((set_ * cache.ways + way,), np.int64)
        line = int(cache.tags[slot[0]])
        if line < 0:
            return None
        if level == 1:
            if op is not CacheOp.INVALIDATE:
                h.write_back_l1(cache, slot)
            if op is not CacheOp.CLEAN:
                cache.drop(slot)
        else:
            self._to_memory(cache, op, line, line + 1)
        return (line & PHYSICAL) << h.shift

    def _leave_l1(self, lines: Indices) -> None:
        """An inclusive L2 that drops a line drops it everywhere."""
        for l1 in self.hierarchy.l1:
            slots = l1.locate(lines)
            l1.drop(slots[slots >= 0])
