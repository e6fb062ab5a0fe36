# SPDX-License-Identifier: Apache-2.0
"""Cache maintenance by address on ranges of lines: by VA to the PoC of the inner levels, and by PA on the PL310.

A range costs a search of the tags, not a loop over its lines: what is not resident is not touched. Operations take
effect when they are issued; that they may stay in flight until a DSB is the relation's concern, not the machine's.
"""

from __future__ import annotations

from dmasan.arch.cache import Cache
from dmasan.arch.hierarchy import Hierarchy
from dmasan.arch.noncacheable import NonCacheable
from dmasan.events import CacheOp


class CacheMaintenance:
    """The operations of one machine. Ranges are physical, in bytes, and act on every line that they touch."""

    def __init__(self, hierarchy: Hierarchy, noncacheable: NonCacheable) -> None:
        self.hierarchy = hierarchy
        self.noncacheable = noncacheable

    def _range(self, pa: int, length: int) -> tuple[int, int]:
        h = self.hierarchy
        return pa >> h.shift, (pa + length + h.line - 1) >> h.shift

    def inner(self, op: CacheOp, pa: int, length: int) -> None:
        """DCCMVAC, DCIMVAC, DCCIMVAC: every L1, and an integrated L2; dirty data goes on to an outer cache or memory.

        With the multiprocessing extensions they reach all L1s of the domain (DDI 0406C, B4.2.1).
        """
        h = self.hierarchy
        first, end = self._range(pa, length)
        h.counters.l1_ops += end - first
        h.cycles += (end - first) * h.costs.l1_op
        self.noncacheable.settle(first << h.shift, (end - first) << h.shift)
        for l1 in h.l1:
            slots = l1.resident(first, end)
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
        if op is not CacheOp.INVALIDATE:
            self.hierarchy.write_back(cache, slots)
            cache.dirty[slots] = False
        if op is not CacheOp.CLEAN:
            cache.drop(slots)
