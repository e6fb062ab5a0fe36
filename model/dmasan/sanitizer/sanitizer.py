# SPDX-License-Identifier: Apache-2.0
"""The sanitizer: turns events into operations on the shadow, and wrong verdicts into hazards.

It sees events and the relation, nothing of the machine: its verdicts hold for every schedule, whatever this run did.
What this run did enters only as the mask of stale bytes that an access carries; it makes a hazard manifest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dmasan import events as ev
from dmasan.arch.configuration import Config
from dmasan.arch.family import Family
from dmasan.events import CacheOp, Level, MappingKind, MemoryType
from dmasan.sanitizer.automaton import Automaton
from dmasan.sanitizer.blame import blames_policy, step_to_blame
from dmasan.sanitizer.buffers import Buffers, Mapping
from dmasan.sanitizer.describe import describe
from dmasan.sanitizer.hazards import Code, Finding, HazardLog
from dmasan.sanitizer.history import History, Step
from dmasan.sanitizer.ownership_words import excuse
from dmasan.sanitizer.pending import Ranges
from dmasan.sanitizer.shadow import Shadow, Verdicts
from dmasan.schedule import Point

BEAT = 8  # bytes of a beat of the device's port (64 bits)
NO_POINT = Point("", "", 0)

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


class DeviceAccess(NamedTuple):
    """A burst as the sanitizer sees it. Addresses and lengths in bytes, time in ns."""

    point: Point
    address: int
    length: int
    snoop: bool
    time_ns: float


class Sanitizer:
    """May-sets of `size` bytes of RAM from `base`, cache lines of `line` bytes, on a machine of `family`."""

    def __init__(self, family: Family, base: int, size: int, line: int, cpus: int) -> None:
        self.family = family
        self.automaton = Automaton(family)
        self.shadow = Shadow(self.automaton, base, size, line)
        self.buffers = Buffers(base, size)
        self.log = HazardLog()
        self.history = History(line)
        self.point: Callable[[], Point] = lambda: NO_POINT  # of the CPU's operation that is told now
        self.pending = [Ranges() for _ in range(cpus)]
        self.pending_outer = Ranges()
        self.policy_steps: list[tuple[int, ev.PolicyStep]] = []  # each with the history's count when it began
        self.device_site = ev.NOWHERE
        self._handlers: dict[type[ev.Event], Callable[[Any], None]] = {
            ev.Store: self._store,
            ev.Load: self._load,
            ev.Maintenance: self._maintenance,
            ev.Barrier: self._barrier,
            ev.OuterSync: self._outer_sync,
            ev.MmioWrite: self._mmio_write,
            ev.AliasChange: self._alias,
            ev.ContentUndefined: self._undefined,
            ev.DescriptorWrite: self._descriptor,
            ev.DmaMap: self._map,
            ev.DmaUnmap: self._unmap,
            ev.DmaSync: self._sync,
            ev.OwnershipWords: self._words,
            ev.PolicyStep: self._step,
        }

    def observe(self, event: ev.Event) -> None:
        """The subscriber of the machine's event bus."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    # --- CPU -----------------------------------------------------------------------------------------------------

    def _store(self, e: ev.Store) -> None:
        if self.buffers.live and self.buffers.streaming(e.address, e.length):
            self._check_owner(e, write=True)
        if e.type is MemoryType.WB:
            self._remember("store", e.address, e.length, e, f"cpu{e.cpu}")
            wrong = self.shadow.store(e.address, e.length)
            if wrong is not None:
                address, _ = self.shadow.lines_of(e.address, e.length)
                self._report(Code.LOST_UPDATE, address, wrong, e, e.type)
        else:  # write-through and Device stores are buffered and bypass as Non-cacheable ones do (DDI 0388I, 7.1)
            wrong = self._apply("store_nc", e.address, e.length, e, f"cpu{e.cpu}")
            self.pending[e.cpu].add(e.address, e.length)
            if wrong is not None:
                self._report(Code.LOST_UPDATE, e.address, wrong, e, e.type)

    def _load(self, e: ev.Load) -> None:
        if self.buffers.live and self.buffers.streaming(e.address, e.length):
            self._check_owner(e, write=False)
        name = "load_wb" if e.type is MemoryType.WB else "load_nc"
        states = self._states(e.address, e.length)
        wrong = self._apply(name, e.address, e.length, e, f"cpu{e.cpu}")
        if wrong is not None:
            wrong = excuse(self.shadow, self.buffers, name, e.address, states, wrong, e.stale)
        if wrong is not None:
            self._report(Code.STALE_CPU_READ, e.address, wrong, e, e.type, e.stale, name, states)

    def _maintenance(self, e: ev.Maintenance) -> None:
        address, length = self.shadow.lines_of(e.address, e.length)
        if e.level is Level.INNER:
            wrong = self._apply(_INNER[e.op], address, length, e, f"cpu{e.cpu}")
            self.pending[e.cpu].add(address, length)
        else:
            wrong = self._apply(_OUTER[e.op], address, length, e, f"cpu{e.cpu}")
        if wrong is not None:
            self._report(Code.LOST_UPDATE, address, wrong, e, None)

    def _barrier(self, e: ev.Barrier) -> None:
        pending = self.pending[e.cpu]
        if e.name == "dsb":
            for address, length in pending.take():
                self._apply("dsb", address, length, e, f"cpu{e.cpu}")
                if self.family.outer:
                    self.pending_outer.add(address, length)
        elif e.name == "dmb" and not e.option.endswith("ld"):
            for address, length in pending:
                self._apply("dmb", address, length, e, f"cpu{e.cpu}")

    def _outer_sync(self, e: ev.OuterSync) -> None:
        for address, length in self.pending_outer.take():
            self._apply("outer_sync", address, length, e, f"cpu{e.cpu}")

    def _mmio_write(self, e: ev.MmioWrite) -> None:
        for address, length in self.pending[e.cpu]:
            self._apply("doorbell", address, length, e, f"cpu{e.cpu}")
        self.device_site = e.site

    # --- translations and content --------------------------------------------------------------------------------

    def _alias(self, e: ev.AliasChange) -> None:
        self._apply("alias_live" if e.live else "alias_dead", e.address, e.length, e, "kernel")

    def _undefined(self, e: ev.ContentUndefined) -> None:
        self._apply("give_up", e.address, e.length, e, "kernel")

    def _descriptor(self, e: ev.DescriptorWrite) -> None:
        if e.valid_to_valid:
            self.log.note("break-before-make: a valid translation was replaced by another valid one")

    def _step(self, e: ev.PolicyStep) -> None:
        self.policy_steps.append((self.history.count, e))

    # --- the DMA API ---------------------------------------------------------------------------------------------

    def _map(self, e: ev.DmaMap) -> None:
        mapping = Mapping(e.kind, e.address, e.length, e.direction, e.name, e.site)
        if e.kind is MappingKind.COHERENT and self.policy_steps:
            mapping.policy = self.policy_steps[-1][1].policy
        self.buffers.add(mapping)

    def _unmap(self, e: ev.DmaUnmap) -> None:
        self.buffers.remove(e.address, e.length)

    def _sync(self, e: ev.DmaSync) -> None:
        if e.for_cpu:
            self.buffers.give_to_cpu(e.address, e.length)
        else:
            mapping = self.buffers.at(e.address, e.length)
            self.buffers.give_to_device(e.address, e.length, mapping.direction if mapping else e.direction)

    def _words(self, e: ev.OwnershipWords) -> None:
        self.buffers.declare(e.address, e.length, e.stride, e.count)

    # --- the device ----------------------------------------------------------------------------------------------

    def device_read(self, access: DeviceAccess, stale: NDArray[np.bool_] | None) -> None:
        """A read burst, judged before its data is sampled. `stale` marks the bytes not the latest at the PoC in this run."""
        skipped, length = self.buffers.given_lanes(access.address, access.length, BEAT)
        access = access._replace(address=access.address + skipped, length=length)
        stale = None if stale is None else stale[skipped : skipped + length]
        event = ev.DeviceRead(*self._device(access), ev.BurstKind.DATA, 0, 0, access.snoop)
        self._check_device(event, write=False)
        name = "snoop_read" if access.snoop else "dev_read"
        states = self._states(access.address, access.length)
        wrong = self._apply(name, access.address, access.length, event, "device", access.point)
        if wrong is not None:
            wrong = excuse(self.shadow, self.buffers, name, access.address, states, wrong, stale)
        if wrong is not None:
            self._report(Code.STALE_DEVICE_READ, access.address, wrong, event, None, stale, name, states)

    def device_write(self, access: DeviceAccess, strobe: NDArray[np.bool_] | None) -> None:
        """A write burst whose data was accepted; bytes without strobe are not touched."""
        name = "snoop_write" if access.snoop else "dev_write_posted"
        for start, count in _runs(strobe, access.length):
            part = access._replace(address=access.address + start, length=count)
            event = ev.DeviceWrite(*self._device(part), ev.BurstKind.DATA, 0, 0, part.snoop, done=False)
            self._check_device(event, write=True)
            wrong = self._apply(name, part.address, count, event, "device", part.point)
            if wrong is not None:
                self._report(Code.LOST_UPDATE, part.address, wrong, event, None)

    def device_done(self, access: DeviceAccess) -> None:
        """The B response of a write burst."""
        event = ev.DeviceWrite(*self._device(access), ev.BurstKind.DATA, 0, 0, access.snoop, done=True)
        self._apply("dev_write_done", access.address, access.length, event, "device", access.point)

    def device_served(self, access: DeviceAccess, operation: str, burst: int) -> None:
        """Consecutive bursts of `burst` bytes, from `access.point` on, that were judged and served elsewhere."""
        self.history.add(
            Step(
                access.point,
                operation,
                access.address,
                access.length,
                self.device_site,
                access.time_ns,
                "device",
                burst,
            )
        )

    def device_strayed(self, access: DeviceAccess) -> None:
        """A burst outside of RAM."""
        event = ev.DeviceRead(*self._device(access), ev.BurstKind.DATA, 0, 0, access.snoop)
        where = np.arange(access.length)
        self._add(Code.OWNERSHIP, access.address, where, None, event, "device access outside of RAM", None)

    def _device(self, access: DeviceAccess) -> tuple[float, ev.Site, int, int]:
        return access.time_ns, self.device_site, access.address, access.length

    # --- reports -------------------------------------------------------------------------------------------------

    def _apply(
        self, name: str, address: int, length: int, event: ev.Event, by: str, point: Point | None = None
    ) -> Verdicts | None:
        self._remember(name, address, length, event, by, point)
        return self.shadow.apply(name, address, length)

    def _remember(
        self, name: str, address: int, length: int, event: ev.Event, by: str, point: Point | None = None
    ) -> None:
        self.history.add(Step(point or self.point(), name, address, length, event.site, event.time_ns, by))

    def _states(self, address: int, length: int) -> NDArray[np.uint16]:
        start = address - self.shadow.base
        return self.shadow.states[start : start + length].copy()

    def _check_owner(self, e: ev.Store | ev.Load, write: bool) -> None:
        where = self.buffers.violations(e.address, e.length, write)
        if where.size:
            what = "CPU store to" if write else "CPU load from"
            self._add(
                Code.OWNERSHIP, e.address, where, None, e, f"{what} a buffer that the device owns", e.type
            )

    def _check_device(self, e: ev.DeviceRead | ev.DeviceWrite, write: bool) -> None:
        where = self.buffers.forbidden(e.address, e.length, write)
        if where.size:
            what = "write" if write else "read"
            self._add(
                Code.OWNERSHIP, e.address, where, None, e, f"device {what} outside of what it was given", None
            )

    def _report(
        self,
        code: Code,
        address: int,
        verdicts: NDArray[np.uint8],
        event: ev.Event,
        alias: MemoryType | None,
        stale: NDArray[np.bool_] | None = None,
        operation: str = "",
        states: NDArray[np.uint16] | None = None,
    ) -> None:
        where = np.flatnonzero(verdicts)
        config = None
        copies = "an older dirty copy may be written back over it"
        if operation and states is not None:
            config = self.automaton.witness(operation, int(states[where[0]]))
            copies = describe(config) if config is not None else ""
        self._add(code, address, where, stale, event, copies, alias, config)

    def _add(
        self,
        code: Code,
        address: int,
        where: NDArray[np.int64],
        stale: NDArray[np.bool_] | None,
        event: ev.Event,
        copies: str,
        alias: MemoryType | None,
        config: Config | None = None,
    ) -> None:
        first = address + int(where[0])
        mapping = self.buffers.at(first, int(where[-1]) - int(where[0]) + 1)
        writer = self._writer_of(first, event)
        by_policy = mapping is not None and bool(mapping.policy) and blames_policy(code, config)
        own = writer if code is Code.STALE_DEVICE_READ and writer != ev.NOWHERE else event.site
        self.log.add(
            Finding(
                code=code,
                address=address,
                bytes=where,
                manifest=stale,
                site=event.site,
                writer=writer,
                culprit=f"policy {mapping.policy}" if mapping and by_policy else str(own),
                buffer=mapping.name if mapping and mapping.name else f"{first:#x}",
                buffer_address=mapping.address if mapping else first,
                alias=alias.value if alias else "device",
                copies=copies,
                time_ns=event.time_ns,
                seen=self.history.count,
                step=(lambda: step_to_blame(self.history, self.policy_steps, first)) if by_policy else str,
            )
        )

    def _writer_of(self, address: int, event: ev.Event) -> ev.Site:
        """The last write to an address before this event: a line of the program, for a device the one that started it."""
        writes = self.history.writes_to(address)
        if isinstance(event, ev.Store):
            next(writes, None)  # the store that is reported, not the one that it may lose
        found = next(writes, None)
        return found.site if found is not None else ev.NOWHERE


def _runs(strobe: NDArray[np.bool_] | None, length: int) -> list[tuple[int, int]]:
    """The runs of written bytes of a burst: (start, count)."""
    if strobe is None or bool(strobe.all()):
        return [(0, length)]
    edges = np.flatnonzero(np.diff(np.concatenate(([False], strobe, [False]))))
    return [(int(a), int(b - a)) for a, b in edges.reshape(-1, 2)]
