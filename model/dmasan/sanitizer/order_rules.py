# SPDX-License-Identifier: Apache-2.0
"""Order between CPU and device: doorbells, completions, and conflicting accesses that neither of them orders.

Where two agents race for a byte its latest value is nobody's: the race is reported, no verdict on the value beside it,
and the content is given up, so that what follows does not depend on who came first in this run.
"""

from __future__ import annotations

from dmasan import events as ev
from dmasan.events import MappingKind
from dmasan.sanitizer.codes import Code
from dmasan.sanitizer.happens_before import Job, Range
from dmasan.sanitizer.reporting import Core
from dmasan.sanitizer.rules import Handlers


class OrderRules:
    """Follows doorbells and completions, and judges the CPU's accesses before they are applied to the shadow."""

    def __init__(self, core: Core) -> None:
        self.core = core

    def handlers(self) -> Handlers:
        return {
            ev.Store: self._store,
            ev.Load: self._load,
            ev.MmioRead: self._mmio_read,
            ev.Interrupt: self._interrupt,
        }

    def _mmio_read(self, e: ev.MmioRead) -> None:
        observed = self.core.order.registers.observed(e.address, e.value)
        if observed is not None:
            self.core.order.observe(*observed)

    def _interrupt(self, e: ev.Interrupt) -> None:
        self.core.order.interrupt()

    def _store(self, e: ev.Store) -> None:
        if self.core.buffers.given(e.address, e.length):
            self._access(e, write=True)

    def _load(self, e: ev.Load) -> None:
        if self.core.buffers.given(e.address, e.length):
            self._access(e, write=False)

    def _access(self, e: ev.Store | ev.Load, write: bool) -> None:
        """A CPU access to a page of which the device was given something."""
        order = self.core.order
        for start, count in self.core.buffers.undeclared(e.address, e.length):
            order.cpu(start, count, write, e.site)
            for job, part in order.in_flight(start, count, write):
                self._race(e, job, part, start, start + count, write)

    def _race(self, e: ev.Store | ev.Load, job: Job, part: Range, start: int, end: int, write: bool) -> None:
        start, end = max(start, part.address), min(end, part.end)
        code, text = race(self.core, job, start, write, self.core.order.is_descriptor(start))
        self.core.add(code, e, text, start, end - start, e.type)
        self.core.raced.append((start, end))


class AfterOrder:
    """What comes when an event is applied: a doorbell releases what it has drained too; raced content is given up."""

    def __init__(self, core: Core) -> None:
        self.core = core

    def handlers(self) -> Handlers:
        return {ev.Store: self._access, ev.Load: self._access, ev.MmioWrite: self._mmio_write}

    def _mmio_write(self, e: ev.MmioWrite) -> None:
        started = self.core.order.registers.started(e.address, e.value)
        if started is not None:
            self.core.order.ring(e.site, started)

    def _access(self, e: ev.Event) -> None:
        if self.core.raced:
            self.core.give_up_raced(e)


def race(core: Core, job: Job, address: int, write: bool, descriptor: bool) -> tuple[Code, str]:
    """The code of a CPU access that is not ordered with a job of the device, and what was done, in half a sentence."""
    what = "CPU store to" if write else "CPU load from"
    if job.announced and not write:
        return Code.DEV_ORDER, f"{what} what the device announced as complete before its last write was"
    mapping = core.buffers.at(address)
    if write and mapping is not None and mapping.kind is MappingKind.COHERENT and descriptor:
        return Code.NO_WMB, "store to a descriptor that no doorbell or ownership word hands over"
    doorbell = f"the doorbell at {job.site.short}" if job.site != ev.NOWHERE else "a doorbell"
    text = f"{what} a buffer in which the device is at work since {doorbell}: no completion was observed in between"
    return (Code.CPU_WR_OWNED if write else Code.CPU_RD_OWNED), text


def check_taken(core: Core, event: ev.Event, address: int, length: int, what: str) -> None:
    """A call takes a range from the device: nothing of it may be in flight."""
    for job, part in core.order.take(address, length, event.site, what):
        start, end = max(address, part.address), min(address + length, part.end)
        core.add(Code.DEV_UNMAPPED, event, taken_text(what, job), start, end - start)
        core.raced.append((start, end))
    if core.raced:
        core.give_up_raced(event)


def taken_text(what: str, job: Job) -> str:
    doorbell = f"the doorbell at {job.site.short}" if job.site != ev.NOWHERE else "a doorbell"
    return f"{what} while the device is at work in it since {doorbell}: no completion was observed in between"
