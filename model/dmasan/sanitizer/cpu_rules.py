# SPDX-License-Identifier: Apache-2.0
"""What the CPUs do: loads, stores, maintenance and barriers, as operations on the shadow."""

from __future__ import annotations

import numpy as np

from dmasan import events as ev
from dmasan.events import CacheOp, Level, MemoryType
from dmasan.sanitizer.cached_pages import CachedPages
from dmasan.sanitizer.codes import Code, Effect
from dmasan.sanitizer.line_holders import LineHolders
from dmasan.sanitizer.ownership_words import excuse
from dmasan.sanitizer.pending import Ranges
from dmasan.sanitizer.reporting import Core
from dmasan.sanitizer.rules import Handlers
from dmasan.sanitizer.shadow import Verdicts
from dmasan.sanitizer.waiting_stores import WaitingStores

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


_PAGE = 12  # bits of an address in a page


class CpuRules:
    """Applies the CPUs' operations; keeps, for each CPU, the ranges that wait for its barrier."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.pending = [Ranges() for _ in range(core.cpus)]
        self.pending_outer = Ranges()
        self._stores = WaitingStores(core, self.pending, self.pending_outer)
        local = not core.family.broadcast and not core.family.speculates
        self._holders = LineHolders(core.shadow.base, len(core.shadow.states), core.shadow.line, core.cpus) if local else None
        self._cached = CachedPages(core.shadow.base, len(core.shadow.states), core.family.speculates)
        self._names = [f"cpu{n}" for n in range(core.cpus)]
        self._home: dict[int, int] = {}  # by page: the virtual colour that was used first
        # By page of which some live translation is Non-shareable, or was: the CPU that used it first since. The relation's
        # first L1 is this one's, the second stands for all others'.
        self._first: dict[int, int | None] = {}

    def handlers(self) -> Handlers:
        return {
            ev.Store: self._store,
            ev.Load: self._load,
            ev.LinesTaken: self._taken,
            ev.Maintenance: self._maintenance,
            ev.EntireMaintenance: self._entire,
            ev.Barrier: self._barrier,
            ev.Interrupt: self._interrupt,
            ev.OuterSync: self._outer_sync,
            ev.MmioWrite: self._mmio_write,
            ev.AliasChange: self._alias,
        }

    def _store(self, e: ev.Store) -> None:
        core = self.core
        if core.buffers.live and core.buffers.streaming(e.address, e.length):
            self._check_owner(e, write=True)
        wrong, address = self._stored(e) if e.type is MemoryType.WB else (self._stored_uncached(e), e.address)
        if wrong is not None:
            core.report(Effect.LOST_UPDATE, address, wrong, e, e.type)

    def _stored(self, e: ev.Store) -> tuple[Verdicts | None, int]:
        """A cacheable store: what is wrong with it on its bytes or, where something is, on their lines; from which address."""
        core, kind = self.core, self._kind(e)
        start, length = core.shadow.lines_of(e.address, e.length)
        self._cached.touched(e.address, e.length)
        if not kind:
            self._stores.take_over(e, start, length)
        core.remember("store" + kind, e.address, e.length, e, self._names[e.cpu])
        wrong = core.shadow.store(e.address, e.length, kind)
        if core.family.buffers_cacheable:
            self._now_waits(e, start, length, own=not kind)
        if self._holders is not None:
            self._holders.stored(e.cpu, e.address, e.length)
        return wrong, start if wrong is not None else e.address

    def _stored_uncached(self, e: ev.Store) -> Verdicts | None:
        name = "store_wt" if e.type is MemoryType.WT and self.core.family.write_through else "store_nc"
        own = name == "store_wt" or not self._waits_elsewhere(e)
        if own:
            self._stores.take_over(e, e.address, e.length)
        wrong = self.core.apply(name if own else "store_nc_other", e.address, e.length, e, self._names[e.cpu])
        self._now_waits(e, e.address, e.length, own)
        return wrong

    def _now_waits(self, e: ev.Store, address: int, length: int, own: bool) -> None:
        """`own`: in the buffer that the relation follows, where another CPU's store leaves its own at once."""
        if own:
            self._stores.add(e.cpu, address, length)
        else:
            self.pending[e.cpu].add(e.address, e.length)

    def _load(self, e: ev.Load) -> None:
        core = self.core
        if core.buffers.live and core.buffers.streaming(e.address, e.length):
            self._check_owner(e, write=False)
        if e.type is MemoryType.WB:
            name = "load_wb" + self._kind(e)
            self._cached.touched(e.address, e.length)
            if self._holders is not None:
                self._holders.loaded(e.cpu, e.address, e.length)
        elif e.type is MemoryType.WT and core.family.write_through:
            name = "load_wt"
            self._cached.touched(e.address, e.length)
        else:
            name = "load_nc_other" if self._waits_elsewhere(e) else "load_nc"
        found = core.shadow.found(e.address, e.length)
        wrong = core.apply(name, e.address, e.length, e, self._names[e.cpu])
        if not core.family.speculates and not name.startswith("load_nc"):
            self._fetch_rest(e, name)
        if wrong is None:
            return
        states = np.frombuffer(found, np.uint16)
        wrong = excuse(core, name, e.address, states, wrong, e.stale, e)
        if wrong is not None:
            core.report(Effect.STALE_CPU_READ, e.address, wrong, e, e.type, e.stale, name, states)

    def _fetch_rest(self, e: ev.Load, name: str) -> None:
        """The load brings the rest of its lines in; where cores speculate, that may have happened at any time."""
        start, length = self.core.shadow.lines_of(e.address, e.length)
        behind = e.address + e.length
        for address, end in ((start, e.address), (behind, start + length)):
            if address < end:
                self.core.apply(name, address, end - address, e, self._names[e.cpu])

    def _taken(self, e: ev.LinesTaken) -> None:
        """What a line holds stays as it is: taking it is an access to its neighbours, of which none is judged."""
        address, length = self.core.shadow.lines_of(e.address, e.length)
        name = "neighbour_wb" if e.write else "load_wb"
        kind = self._kind(e)
        if e.write and not kind:
            self._stores.take_over(e, address, length)
            if self.core.family.buffers_cacheable:
                self._stores.add(e.cpu, address, length)
        self.core.apply(name + kind, address, length, e, self._names[e.cpu])
        if self._holders is not None:
            (self._holders.stored if e.write else self._holders.loaded)(e.cpu, address, length)

    def _inner(self, e: ev.Maintenance, address: int, length: int) -> Verdicts | None:
        """Maintenance by VA of whole lines: what is wrong with it."""
        self.pending[e.cpu].add(address, length)
        verdicts: Verdicts | None = None
        for start, size, waits in self._stores.cut(e, e.cpu, address, length):
            wrong = self._inner_part(e, start, size, self._kind(e, waits))
            if wrong is not None:
                verdicts = np.zeros(length, np.uint8) if verdicts is None else verdicts
                verdicts[start - address : start - address + size] = wrong
        return verdicts

    def _inner_part(self, e: ev.Maintenance, address: int, length: int, kind: str) -> Verdicts | None:
        by = self._names[e.cpu]
        if self._first and not e.broadcast and self._holders is None and e.address >> _PAGE in self._first:
            return self.core.apply(_INNER[e.op].removeprefix("issue_") + "_own" + kind, address, length, e, by)
        if kind == "_other":
            return self.core.apply(_INNER[e.op].removeprefix("issue_") + kind, address, length, e, by)
        if self._holders is None or e.broadcast:
            return self.core.apply(_INNER[e.op] + kind, address, length, e, by)
        verdicts = np.zeros(length, np.uint8)
        for start, size, where in self._holders.runs(e.cpu, address, length):
            wrong = self.core.apply(_INNER[e.op] + where, start, size, e, by)
            if wrong is not None:
                verdicts[start - address : start - address + size] = wrong
        if e.op is not CacheOp.CLEAN:
            self._holders.invalidated(e.cpu, address, length)
        return verdicts if verdicts.any() else None

    def _maintenance(self, e: ev.Maintenance) -> None:
        address, length = self.core.shadow.lines_of(e.address, e.length)
        if e.level is Level.INNER:
            wrong = self._inner(e, address, length)
        else:
            wrong = self.core.apply(_OUTER[e.op], address, length, e, self._names[e.cpu])
            self.core.may_load_early(address, length)
        if wrong is not None and e.op is CacheOp.INVALIDATE:
            wrong = _beside(wrong, e.address - address, e.length)
        if wrong is not None:
            self.core.report(Effect.LOST_UPDATE, address, wrong, e, None)

    def _entire(self, e: ev.EntireMaintenance) -> None:
        """All lines of the CPU's L1, of every colour, are cleaned and invalidated; then no colour is the first any more."""
        core = self.core
        for address, length in self._cached.take():
            for name in ("issue_clean_invalidate", "issue_clean_invalidate_colour")[: 1 + core.family.virtual]:
                wrong = core.apply(name, address, length, e, self._names[e.cpu])
                if wrong is not None:
                    core.report(Effect.LOST_UPDATE, address, wrong, e, None)
            self.pending[e.cpu].add(address, length)
        if not core.family.speculates:
            self._home.clear()

    def _kind(self, e: ev.Store | ev.Load | ev.Maintenance | ev.LinesTaken, waits: bool | None = None) -> str:
        """Which of the operations of one name it is: through another virtual colour, past another CPU's buffer or through an L1
        that is not coherent with the first one's, or plain. `waits`: whether a store waits elsewhere, where that is known."""
        if self.core.family.virtual and not isinstance(e, ev.LinesTaken):
            return "_colour" if e.colour != self._home.setdefault(e.address >> _PAGE, e.colour) else ""
        elsewhere = self._waits_elsewhere(e) if waits is None else waits
        if self._first and (page := e.address >> _PAGE) in self._first:
            first = self._first[page]
            if first is None:
                self._first[page] = e.cpu
            elsewhere = elsewhere or first not in (None, e.cpu)
        return "_other" if elsewhere else ""

    def _alias(self, e: ev.AliasChange) -> None:
        if e.mixed:
            for page in range(e.address >> _PAGE, (e.address + e.length) >> _PAGE):
                self._first[page] = None

    def _waits_elsewhere(self, e: ev.Store | ev.Load | ev.LinesTaken | ev.Maintenance) -> bool:
        return self._stores.elsewhere(e, e.cpu, e.address, e.length)

    def _barrier(self, e: ev.Barrier) -> None:
        """Options: "ld" orders loads only, "st" stores only; a DSB of whatever kind holds back all that comes later."""
        loads, stores = not e.option.endswith("st"), not e.option.endswith("ld")
        by = self._names[e.cpu]
        if e.name == "dsb" and self._holders is not None:
            self._holders.completed(e.cpu)
        if e.name != "isb" and stores:
            self._stores.hand_over(e)
        if e.name == "dsb" and stores:
            self._stores.drained(e.cpu)
            for address, length in self.pending[e.cpu].take():
                self.core.apply("dsb", address, length, e, by)
                if self.core.family.outer:
                    self.pending_outer.add(address, length)
        elif e.name == "dmb" and stores:
            for address, length in self.pending[e.cpu]:
                self.core.apply("dmb" if loads else "dmb_stores", address, length, e, by)
            self._stores.ordered(e.cpu)
        if e.name == "dsb" or (e.name == "dmb" and loads):
            self._see(e.cpu, e)

    def _see(self, cpu: int, e: ev.Event) -> None:
        """No load of the CPU that comes later was executed before this."""
        if self.core.unseen[cpu]:
            for address, length in self.core.unseen[cpu].take():
                self.core.apply("dmb_loads", address, length, e, self._names[cpu])

    def _interrupt(self, e: ev.Interrupt) -> None:
        self._see(e.cpu, e)

    def _outer_sync(self, e: ev.OuterSync) -> None:
        for address, length in self.pending_outer.take():
            self.core.apply("outer_sync", address, length, e, self._names[e.cpu])

    def _mmio_write(self, e: ev.MmioWrite) -> None:
        for address, length in self.pending[e.cpu]:
            self.core.apply("doorbell", address, length, e, self._names[e.cpu])
        self.core.device_site = e.site

    def _check_owner(self, e: ev.Store | ev.Load, write: bool) -> None:
        where = self.core.buffers.violations(e.address, e.length, write)
        if where is not None and not self.core.copying(e.address):
            code, what = (Code.CPU_WR_OWNED, "store to") if write else (Code.CPU_RD_OWNED, "load from")
            text = f"CPU {what} a buffer that the device owns"
            self.core.add(code, e, text, e.address, where, e.type)
        if write and not self.core.copying(e.address):
            self.core.buffers.keep(e.address, e.length)


def _beside(verdicts: Verdicts, start: int, length: int) -> Verdicts | None:
    """The verdicts on the bytes that an invalidate did not name, and hits all the same.

    What it names its caller has given up: `memset; invalidate; DMA; invalidate; load` is correct. It is missed when it is
    read before it is written again, and then told.
    """
    beside = verdicts.copy()  # they belong to the shadow's memo
    beside[start : start + length] = 0
    return beside if beside.any() else None
