# SPDX-License-Identifier: Apache-2.0
"""What the device does: its bursts, as operations on the shadow, and whether it was given what it touches, and when."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dmasan import events as ev
from dmasan.events import BurstKind, MappingKind
from dmasan.sanitizer.buffers import Permission, runs
from dmasan.sanitizer.codes import Code, Effect
from dmasan.sanitizer.happens_before import Job, mask
from dmasan.sanitizer.history import Step
from dmasan.sanitizer.order_rules import race, taken_text
from dmasan.sanitizer.ownership_words import OwnershipWords, excuse
from dmasan.sanitizer.reporting import Core
from dmasan.schedule import Point

Mask = NDArray[np.bool_]
PAGE = 4096  # no burst crosses its multiples


class DeviceAccess(NamedTuple):
    """A burst as the sanitizer sees it. Addresses and lengths in bytes, time in ns.

    `channel` and `tag` say for which descriptor (or direct job) the device makes it. `interrupts`: whether the descriptor
    that it reads asks for an interrupt, None where it reads none or that is not known.
    """

    point: Point
    address: int
    length: int
    snoop: bool
    time_ns: float
    kind: BurstKind = BurstKind.DATA
    channel: int = 0
    tag: int = 0
    interrupts: bool | None = None


@dataclass(slots=True)
class _Posted:
    """Bytes of a job that wait for their B."""

    job: Job
    bytes: int


class DeviceRules:
    """Judges the device's bursts. `words` are the ownership words; `beat` is the width of its port in bytes."""

    def __init__(self, core: Core, words: OwnershipWords, beat: int = 8) -> None:
        self.core = core
        self.words = words
        self.beat = beat
        self.listeners: list[Callable[[ev.DeviceRead | ev.DeviceWrite], None]] = []  # rules that follow the device's data
        self.iotlb_holds: Callable[[int], bool] = lambda address: False  # see TranslationRules
        self._posted: dict[tuple[int, BurstKind], deque[_Posted]] = {}  # in order of their data

    # --- bursts

    def read(self, access: DeviceAccess, stale: Mask | None) -> None:
        """A read burst, judged before its data is sampled. `stale` marks the bytes not the latest at the PoC in this run."""
        skipped, length = self.core.buffers.given_lanes(access.address, access.length, self.beat)
        access = access._replace(address=access.address + skipped, length=length)
        stale = None if stale is None else stale[skipped : skipped + length]
        core = self.core
        seen = ev.Event(access.time_ns, core.device_site)
        job = self._job(access, self.words.handed_over(access.address, length, stale, seen))
        ahead = job is not None and access.kind is BurstKind.DESCRIPTOR and self._reads_ahead(job)
        core.hold = [] if ahead else None
        event = ev.DeviceRead(*self._device(access, job), access.kind, access.channel, access.tag, access.snoop)
        self._announce(event)
        self._check_boundary(event, access.length)
        name = "snoop_read" if access.snoop else "dev_read"
        if job is not None and access.kind is BurstKind.DESCRIPTOR and core.order.polls(access.channel):
            self._look(access, job, event, name, stale)
            return
        taken = self._order(access, job, event, write=False)
        self._check_device(event, job, taken, write=False)
        states = core.states(access.address, length)
        wrong = core.apply(name, access.address, length, event, "device", access.point)
        if wrong is not None:
            wrong = excuse(core, name, access.address, states, wrong, stale, event, access.point)
        wrong, late = self._with_late(access, job, _without(wrong, taken), states, write=False)
        if wrong is not None:
            core.report(Effect.STALE_DEVICE_READ, access.address, wrong, event, None, stale, name, states, late)
        self._give_up(event)
        if ahead and job is not None:
            job.held += core.hold or []
        core.hold = None

    def _look(self, access: DeviceAccess, job: Job, event: ev.DeviceRead, name: str, stale: Mask | None) -> None:
        """A device that polls its ring looks at a descriptor, which may be software's still, and half written.

        What tells whose it is counts at once, and so does whether the device may look there; the rest when it acts.
        """
        core, address, length = self.core, access.address, access.length
        core.hold = None
        self._check_device(event, job, None, write=False)
        states = core.states(address, length)
        wrong = core.apply(name, address, length, event, "device", access.point)
        if wrong is not None:
            wrong = excuse(core, name, address, states, wrong, stale, event, access.point)
        words = core.buffers.declared(address, length)
        for start, end in runs(words):
            core.order.device(job, address + start, end - start, False, core.history.count)
        job.fetch = address, length
        for part, hold in ((words, None), (~words, job.held)):
            if (told := _without(wrong, ~part)) is not None:
                core.hold = hold
                core.report(Effect.STALE_DEVICE_READ, address, told, event, None, stale, name, states)
        core.hold = None

    def write(self, access: DeviceAccess, strobe: Mask | None) -> None:
        """A write burst whose data was accepted; bytes without strobe are not touched."""
        name = "snoop_write" if access.snoop else "dev_write_posted"
        job = self._job(access)
        for start, count in _runs(strobe, access.length):
            part = access._replace(address=access.address + start, length=count)
            event = ev.DeviceWrite(
                *self._device(part, job), part.kind, part.channel, part.tag, part.snoop, done=False
            )
            self._announce(event)
            self._check_boundary(event, count)
            taken = self._order(part, job, event, write=True)
            self._check_device(event, job, taken, write=True)
            wrong = self.core.apply(name, part.address, count, event, "device", part.point)
            self.core.may_load_early(part.address, count)
            wrong, late = self._with_late(part, job, _without(wrong, taken), None, write=True)
            if wrong is not None:
                self.core.report(Effect.LOST_UPDATE, part.address, wrong, event, None, late=late)
            self._give_up(event)
        self._accepted(access, job)

    def done(self, access: DeviceAccess) -> None:
        """The B response of a write burst."""
        job = self._acknowledged(access)
        event = ev.DeviceWrite(
            *self._device(access, job), access.kind, access.channel, access.tag, access.snoop, done=True
        )
        self.core.apply("dev_write_done", access.address, access.length, event, "device", access.point)
        self.core.may_load_early(access.address, access.length)

    def served(self, access: DeviceAccess, operation: str, burst: int) -> None:
        """Consecutive bursts of `burst` bytes, from `access.point` on, that were judged and served elsewhere."""
        if operation != "dev_read":
            self.core.may_load_early(access.address, access.length)
        if operation == "dev_write_done":
            self._remember(access, operation, burst, self._acknowledged(access))
            return
        job, write = self._job(access), operation != "dev_read"
        self._remember(access, operation, burst, job)
        kind = ev.DeviceWrite if write else ev.DeviceRead
        done = (False,) if write else ()
        event = kind(*self._device(access, job), access.kind, access.channel, access.tag, access.snoop, *done)
        self._announce(event)
        self._check_boundary(event, burst)
        if job is None:
            return
        self._check_device(event, job, self._order(access, job, event, write), write)
        states = None if write else self.core.states(access.address, access.length)
        wrong, late = self._with_late(access, job, None, states, write)
        if wrong is not None:
            effect, name = (Effect.LOST_UPDATE, "") if write else (Effect.STALE_DEVICE_READ, "dev_read")
            self.core.report(effect, access.address, wrong, event, None, None, name, states, late)
        self._give_up(event)
        if write:
            self._accepted(access, job)

    def _check_boundary(self, event: ev.DeviceRead | ev.DeviceWrite, burst: int) -> None:
        """No burst crosses 4 KiB: what decodes its address does so once, and it wraps, or ends, elsewhere (IHI 0022, A3.4.1)."""
        for start in range(event.address, event.address + event.length, burst):
            if start % PAGE + burst > PAGE:
                where = (start // PAGE + 1) * PAGE
                text = f"burst of {burst} bytes from {start:#x} crosses a 4 KiB boundary"
                self.core.add(Code.DMA_ADDR, event, text, where, start + burst - where)
                return

    def _announce(self, event: ev.DeviceRead | ev.DeviceWrite) -> None:
        for listener in self.listeners:
            listener(event)

    def _remember(self, access: DeviceAccess, operation: str, burst: int, job: Job | None) -> None:
        time_ns, site, address, length = self._device(access, job)
        self.core.history.add(Step(access.point, operation, address, length, site, time_ns, "device", burst))

    def strayed(self, access: DeviceAccess) -> None:
        """A burst outside of RAM."""
        job = self._job(access) if access.kind is not BurstKind.DESCRIPTOR else None
        event = ev.DeviceRead(*self._device(access, job), access.kind, access.channel, access.tag, access.snoop)
        self.core.add(Code.DMA_ADDR, event, "device access outside of RAM", access.address, access.length)

    # --- the job of a burst

    def _job(self, access: DeviceAccess, word: int = 0) -> Job | None:
        """The job of a burst; `word`: number of the store that handed a descriptor over by an ownership word."""
        order = self.core.order
        if access.kind is BurstKind.DESCRIPTOR:
            return order.fetched(
                access.channel, access.tag, access.address, access.length, word, access.interrupts
            )
        job = order.job(access.channel, access.tag)
        if job is not None and not job.acted:
            order.act(job)
            self._fetch(access, job)
            self._tell(job)
        return job

    def _fetch(self, access: DeviceAccess, job: Job) -> None:
        """The device acts on a descriptor that it had looked at: now it counts as read."""
        if job.fetch is not None:
            address, length = job.fetch
            read = access._replace(address=address, length=length, kind=BurstKind.DESCRIPTOR)
            event = ev.DeviceRead(*self._device(read, job), read.kind, read.channel, read.tag, read.snoop)
            self._order(read, job, event, write=False)
            self._give_up(event)

    def _reads_ahead(self, job: Job) -> bool:
        """Whether the device is still at work on what comes before the job whose descriptor it reads."""
        before = [other for other in self.core.order.jobs[job.channel] if other is not job]
        return bool(before) and not before[-1].reported and self.core.order.will_report(before[-1])

    def _tell(self, job: Job) -> None:
        """Reports what was found when the job's descriptor was read ahead."""
        for finding in job.held:
            self.core.log.add(finding)
        job.held.clear()

    def _device(self, access: DeviceAccess, job: Job | None) -> tuple[float, ev.Site, int, int]:
        site = job.site if job is not None and job.site != ev.NOWHERE else self.core.device_site
        return access.time_ns, site, access.address, access.length

    def _accepted(self, access: DeviceAccess, job: Job | None) -> None:
        """A write joins those that wait for their B."""
        if job is None:
            return
        self._posted.setdefault((access.channel, access.kind), deque()).append(_Posted(job, access.length))
        if access.kind is BurstKind.STATUS:
            self.core.order.reports(job)
            if job.posted:
                event = ev.Event(access.time_ns, job.site)
                text = f"the device reports completion while {job.posted} bytes of its data have no response yet"
                first = next((part.address for part in job.ranges if part.write), access.address)
                self.core.add(Code.DEV_ORDER, event, text, first, min(job.posted, self.beat))
        else:
            job.posted += access.length
            if job.described and job.reporting:
                text = "the device writes data of a job that it has reported complete"
                self.core.add(Code.DEV_ORDER, ev.Event(access.time_ns, job.site), text, access.address, access.length)
        self.words.written(access.address, access.length, job, self.core.order.now, self.beat)

    def _acknowledged(self, access: DeviceAccess) -> Job | None:
        """The B of the oldest writes of a kind."""
        waiting = self._posted.get((access.channel, access.kind))
        left, job = access.length, None
        while waiting and left > 0:
            oldest = waiting[0]
            job, step = oldest.job, min(left, oldest.bytes)
            left -= step
            oldest.bytes -= step
            if access.kind is BurstKind.STATUS:
                job.reported = True
                self._succeed(job)
            else:
                job.posted -= step
            if not oldest.bytes:
                waiting.popleft()
        return job

    def _succeed(self, job: Job) -> None:
        """A job has ended: the device now acts on what it has read ahead."""
        jobs = self.core.order.jobs.get(job.channel, [])
        if job in jobs and (at := jobs.index(job) + 1) < len(jobs):
            self._tell(jobs[at])

    # --- order and permission

    def _order(self, access: DeviceAccess, job: Job | None, event: ev.Event, write: bool) -> Mask | None:
        """Reports what is not ordered with this burst; the bytes that were taken from the device."""
        if job is None:
            return None
        core, address, length = self.core, access.address, access.length
        excluded: list[tuple[int, int]] = []
        for taken in core.order.taken_since(job, address, length):
            start, end = max(address, taken.address), min(address + length, taken.end)
            if (before := mask(excluded, start, end - start)) is not None and before.all():
                continue  # whoever takes it once more takes nothing from the device
            where = ev.Event(event.time_ns, taken.site)
            core.add(Code.DEV_UNMAPPED, where, taken_text(taken.what, job), start, end - start)
            excluded.append((start, end))
            if write:
                core.log.withdraw(start, end)
        core.raced += excluded
        self._races(access, job, event, write, excluded)
        for start, count in core.buffers.undeclared(address, length):
            core.order.device(job, start, count, write, core.history.count + 1)
        if access.kind is BurstKind.DESCRIPTOR:
            core.order.describe(address, length)
        return mask(excluded, address, length)

    def _with_late(
        self,
        access: DeviceAccess,
        job: Job | None,
        wrong: NDArray[np.uint8] | None,
        states: NDArray[np.uint16] | None,
        write: bool,
    ) -> tuple[NDArray[np.uint8] | None, int]:
        """Judges a burst as if it had come at once behind the doorbell, where the CPU has put its bytes right since.

        The verdicts, with those of the burst as it came; and the step behind which others came too late, 0 if none did.
        `states` become those behind the doorbell.
        """
        if job is None or access.snoop:
            return wrong, 0
        address, length = access.address, access.length
        found = self.core.late.found(job, address, length, write)
        late = mask([(cure.address, cure.address + len(cure.states)) for cure in found], address, length)
        if late is None:
            return wrong, 0
        if states is not None:
            for cure in reversed(found):  # the earliest last: it tells how the byte was behind the doorbell
                states[cure.address - address : cure.address - address + len(cure.states)] = cure.states
        verdicts = late.astype(np.uint8)
        return verdicts if wrong is None else verdicts | wrong, found[0].step

    def _races(
        self, access: DeviceAccess, job: Job, event: ev.Event, write: bool, excluded: list[tuple[int, int]]
    ) -> None:
        """Reports the CPU's accesses that nothing orders with this burst."""
        core = self.core
        for start, count in core.buffers.undeclared(access.address, access.length):
            for cpu in core.order.conflicts(job, start, count, write):
                first, last = max(start, cpu.address), min(start + count, cpu.end)
                if mask(excluded, first, last - first) is not None:
                    continue
                code, text = race(core, job, first, cpu.write, access.kind is not BurstKind.DATA)
                core.add(code, ev.Event(event.time_ns, cpu.site), text, first, last - first)
                core.raced.append((first, last))

    def _goes_on(self, job: Job | None, e: ev.DeviceRead | ev.DeviceWrite, first: int, write: bool) -> bool:
        """Whether the device came to `first` from before it: by its own burst or job, or from descriptor to descriptor."""
        ring = e.kind is BurstKind.DESCRIPTOR and self.core.order.is_descriptor(first - 1)
        return ring or _came_from(job, e.address, first, write)

    def _give_up(self, event: ev.Event) -> None:
        if self.core.raced:
            self.core.give_up_raced(event)

    def _check_device(
        self, e: ev.DeviceRead | ev.DeviceWrite, job: Job | None, excluded: Mask | None, write: bool
    ) -> None:
        """Reports bytes that the device may not touch, or might not when it was started."""
        buffers = self.core.buffers
        if buffers.streaming(e.address, e.length):
            buffers.take_back(e.address, e.length)
        where = buffers.forbidden(e.address, e.length, write)
        if job is not None:
            given = self.core.order.given_since(job, e.address, e.length, write)
            early = mask([(g.address, g.end) for g in given], e.address, e.length)
            if early is not None:
                where = np.union1d(where, np.flatnonzero(early))
        if excluded is not None and where.size:
            where = where[~excluded[where]]
        if not where.size:
            return
        what = "write" if write else "read"
        first = e.address + int(where[0])
        mapping = buffers.live_at(first)
        denied = not buffers.permits(first, 1, write)[0]
        if mapping is not None and denied and buffers.permission(first) & Permission.OWNED:
            text = f"device {what} of a buffer mapped {mapping.direction.value}"
            self.core.add(Code.WRONG_DIR, e, text, e.address, where)
        elif mapping is None and (over := buffers.ending_at(first)) is not None and self._goes_on(job, e, first, write):
            text = f"device {what} beyond the end of {over.name or 'a buffer'}"
            self.core.add(Code.DMA_ADDR, e, text, e.address, where)
        elif mapping is None and self.iotlb_holds(first):
            text = f"device {what} by a translation that was unmapped, and that the IOMMU's TLB still holds"
            self.core.add(Code.TLB_BBM, e, text, e.address, where)
        else:
            text = f"device {what} outside of what it was given"
            if mapping is not None and mapping.kind is not MappingKind.COHERENT:
                text = f"device {what} of a buffer that was the CPU's when the device was started"
            self.core.add(Code.DEV_UNMAPPED, e, text, e.address, where)


def _came_from(job: Job | None, address: int, first: int, write: bool) -> bool:
    """Whether a burst at `address` begins before `first`, or goes on where an earlier one of its job ended."""
    parts = () if job is None else job.ranges
    return address < first or any(part.write == write and part.address < first <= part.end for part in parts)


def _without(verdicts: NDArray[np.uint8] | None, excluded: Mask | None) -> NDArray[np.uint8] | None:
    """The verdicts that are left where some bytes are not judged."""
    if excluded is None or verdicts is None:
        return verdicts
    left = np.where(excluded, 0, verdicts).astype(np.uint8)
    return left if left.any() else None


def _runs(strobe: Mask | None, length: int) -> list[tuple[int, int]]:
    """The runs of written bytes of a burst: (start, count)."""
    if strobe is None or bool(strobe.all()):
        return [(0, length)]
    return [(start, end - start) for start, end in runs(strobe)]
