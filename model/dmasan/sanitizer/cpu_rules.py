# SPDX-License-Identifier: Apache-2.0
"""What the CPUs do: loads, stores, maintenance and barriers, as operations on the shadow."""

from __future__ import annotations

from dmasan import events as ev
from dmasan.events import CacheOp, Level, MemoryType
from dmasan.sanitizer.codes import Code, Effect
from dmasan.sanitizer.ownership_words import excuse
from dmasan.sanitizer.pending import Ranges
from dmasan.sanitizer.reporting import Core
from dmasan.sanitizer.rules import Handlers
from dmasan.sanitizer.shadow import Verdicts

_INNER = {
    CacheOp.CLEAN: "issue_clean",
    CacheOp.INVALIDATE: "issue_invalidate",
    CacheOp.CLEAN_INVALIDATE: "issue_clean_invalidate",
}
_OUTER = {
    CacheOp.CLEAN: "outer_clean",
    CacheOp.INVALIDATE: "outer_invalidate",
    CacheOp.CLEAN_INVALIDATE: "outer_clean_invalidate",
}


class CpuRules:
    """Applies the CPUs' operations; keeps, for each CPU, the ranges that wait for its barrier."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.pending = [Ranges() for _ in range(core.cpus)]
        self.pending_outer = Ranges()

    def handlers(self) -> Handlers:
        return {
            ev.Store: self._store,
            ev.Load: self._load,
            ev.Maintenance: self._maintenance,
            ev.Barrier: self._barrier,
            ev.OuterSync: self._outer_sync,
            ev.MmioWrite: self._mmio_write,
        }

    def _store(self, e: ev.Store) -> None:
        if self.core.buffers.live and self.core.buffers.streaming(e.address, e.length):
            self._check_owner(e, write=True)
        if e.type is MemoryType.WB:
            self.core.remember("store", e.address, e.length, e, f"cpu{e.cpu}")
            wrong = self.core.shadow.store(e.address, e.length)
            if self.core.family.buffers_cacheable:  # seen by a device that snoops, which looks into no buffer
                self.pending[e.cpu].add(e.address, e.length)
            if wrong is not None:
                address, _ = self.core.shadow.lines_of(e.address, e.length)
                self.core.report(Effect.LOST_UPDATE, address, wrong, e, e.type)
        else:  # write-through and Device stores are buffered and bypass as Non-cacheable ones do (DDI 0388I, 7.1)
            wrong = self.core.apply("store_nc", e.address, e.length, e, f"cpu{e.cpu}")
            self.pending[e.cpu].add(e.address, e.length)
            if wrong is not None:
                self.core.report(Effect.LOST_UPDATE, e.address, wrong, e, e.type)

    def _load(self, e: ev.Load) -> None:
        if self.core.buffers.live and self.core.buffers.streaming(e.address, e.length):
            self._check_owner(e, write=False)
        name = "load_wb" if e.type is MemoryType.WB else "load_nc"
        states = self.core.states(e.address, e.length)
        wrong = self.core.apply(name, e.address, e.length, e, f"cpu{e.cpu}")
        if wrong is not None:
            wrong = excuse(self.core, name, e.address, states, wrong, e.stale, e)
        if wrong is not None:
            self.core.report(Effect.STALE_CPU_READ, e.address, wrong, e, e.type, e.stale, name, states)

    def _maintenance(self, e: ev.Maintenance) -> None:
        address, length = self.core.shadow.lines_of(e.address, e.length)
        if e.level is Level.INNER:
            wrong = self.core.apply(_INNER[e.op], address, length, e, f"cpu{e.cpu}")
            self.pending[e.cpu].add(address, length)
        else:
            wrong = self.core.apply(_OUTER[e.op], address, length, e, f"cpu{e.cpu}")
        if wrong is not None and e.op is CacheOp.INVALIDATE:
            wrong = _beside(wrong, e.address - address, e.length)
        if wrong is not None:
            self.core.report(Effect.LOST_UPDATE, address, wrong, e, None)

    def _barrier(self, e: ev.Barrier) -> None:
        pending = self.pending[e.cpu]
        if e.name == "dsb":
            for address, length in pending.take():
                self.core.apply("dsb", address, length, e, f"cpu{e.cpu}")
                if self.core.family.outer:
                    self.pending_outer.add(address, length)
        elif e.name == "dmb" and not e.option.endswith("ld"):
            for address, length in pending:
                self.core.apply("dmb", address, length, e, f"cpu{e.cpu}")

    def _outer_sync(self, e: ev.OuterSync) -> None:
        for address, length in self.pending_outer.take():
            self.core.apply("outer_sync", address, length, e, f"cpu{e.cpu}")

    def _mmio_write(self, e: ev.MmioWrite) -> None:
        for address, length in self.pending[e.cpu]:
            self.core.apply("doorbell", address, length, e, f"cpu{e.cpu}")
        self.core.device_site = e.site

    def _check_owner(self, e: ev.Store | ev.Load, write: bool) -> None:
        where = self.core.buffers.violations(e.address, e.length, write)
        if where.size and not self.core.copying(e.address):
            code, what = (Code.CPU_WR_OWNED, "store to") if write else (Code.CPU_RD_OWNED, "load from")
            text = f"CPU {what} a buffer that the device owns"
            self.core.add(code, e, text, e.address, where, e.type)


def _beside(verdicts: Verdicts, start: int, length: int) -> Verdicts | None:
    """The verdicts on the bytes that an invalidate did not name, and hits all the same.

    What it names its caller has given up: `memset; invalidate; DMA; invalidate; load` is correct. It is missed when it is
    read before it is written again, and then told.
    """
    beside = verdicts.copy()  # they belong to the shadow's memo
    beside[start : start + length] = 0
    return beside if beside.any() else None
