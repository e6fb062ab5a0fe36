# SPDX-License-Identifier: Apache-2.0
"""Which accesses of CPU and device are ordered by what they told each other, whatever the time of this run was.

A doorbell releases to the device what the CPU did before it: the release of a job is the first doorbell of its channel
behind the last store to its descriptor that makes this reachable (a direct job's is its start). A completion that the CPU was seen to observe (an
interrupt, a status register, an ownership word) releases to the CPU what the device has completed. Of two conflicting
accesses that nothing orders either may be the first, on a faster or slower device.

Before the first doorbell nothing is judged: a device that nobody started has no order to keep. Line stamps tell quickly
that nothing conflicts; the accesses themselves are kept for the exact answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import takewhile
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from dmasan.events import Site
from dmasan.sanitizer.doorbells import ANY, Doorbells, Start
from dmasan.sanitizer.hazards import Finding
from dmasan.sanitizer.pending import Ranges
from dmasan.zeroed import zeroed

KEPT = 1 << 16  # CPU accesses that are still told
_NEVER = 1 << 62


class Progress(IntEnum):
    """What an observation tells of a channel: which jobs are complete, that it rests, or that it has ended.

    JOBS: those that have reported by now, since it counts or names them. FIRST: one that interrupts, at least; on a slower
    device only the first one that was not seen yet, and those before it.
    """

    JOBS = 0
    RESTING = 1
    ENDED = 2
    FIRST = 3


class Registers(Protocol):
    """What accesses to the device's registers mean."""

    def started(self, address: int, value: int) -> Start | None:
        """What a store to a register sets to work, if anything. Told of each one, in order."""

    def observed(self, address: int, value: int) -> tuple[int, Progress] | None:
        """The channel (or ANY) whose progress a load from a register tells."""

    def interrupts(self, descriptor: bytes) -> bool | None:
        """Whether a descriptor asks for an interrupt; None if that is not known."""


class AnyRegister:
    """A device of which nothing is known: every store to it may be a doorbell, every load a completion."""

    def started(self, address: int, value: int) -> Start | None:
        return Start(ANY)

    def observed(self, address: int, value: int) -> tuple[int, Progress] | None:
        return ANY, Progress.ENDED

    def interrupts(self, descriptor: bytes) -> bool | None:
        return None


@dataclass(slots=True)
class Range:
    """Bytes that the device has touched and the CPU may not rely on yet.

    `number` is that of the last burst, `step` that of the first one's step in the history.
    """

    address: int
    end: int
    write: bool
    number: int
    step: int


@dataclass(slots=True)
class Job:
    """What the device does because of one descriptor or one start.

    `release` is the number of the event up to which the CPU's accesses are ordered before the job. `posted` counts the
    bytes of data that have no B yet. A job `reports` when it has a descriptor, and is `reported` when its status has its B.
    `interrupts`: its descriptor asks for an interrupt; None where that is not known.
    """

    channel: int
    tag: int
    release: int
    site: Site
    described: bool = False
    interrupts: bool | None = None
    acted: bool = False
    posted: int = 0
    reporting: bool = False  # its status is on the bus
    reported: bool = False
    announced: bool = False  # the CPU took an interrupt while the status was on the bus
    ranges: list[Range] = field(default_factory=list)
    held: list[Finding] = field(default_factory=list)  # findings of its descriptor's fetch, told when it acts
    fetch: tuple[int, int] | None = None  # its descriptor (address, length), where acting on it decides that it was read


@dataclass(slots=True)
class CpuAccess:
    """A load or store of memory that the device may touch, or a row of them from one line of the program."""

    number: int
    address: int
    end: int
    write: bool
    site: Site


class Given(NamedTuple):
    """A range that the device was given, and could not touch in this way before. `write`: to write."""

    number: int
    address: int
    end: int
    write: bool


class Taken(NamedTuple):
    """A range that was taken from the device: unmapped, freed, or synced for the CPU. `what` names the call."""

    number: int
    address: int
    end: int
    site: Site
    what: str


class HappensBefore:
    """Stamps, jobs and doorbells of one machine. Addresses are physical, of `size` bytes of RAM from `base`."""

    def __init__(self, base: int, size: int, line: int) -> None:
        self.base = base
        self.shift = line.bit_length() - 1
        lines = (size >> self.shift) + 1
        self.stored: NDArray[np.uint32] = zeroed(lines, np.uint32)  # number of the last CPU store
        self.touched: NDArray[np.uint32] = zeroed(lines, np.uint32)  # of the last CPU access
        self.used: NDArray[np.uint32] = zeroed(lines, np.uint32)  # of the last device access
        self._marks = self.stored.data, self.touched.data, self.used.data  # one of them is reached faster so
        self._fresh = Ranges()  # what the CPU has stored since the last doorbell
        self.now = 0
        self.registers: Registers = AnyRegister()
        self.jobs: dict[int, list[Job]] = {}  # by channel, in order of their descriptors
        self.accesses: deque[CpuAccess] = deque(maxlen=KEPT)
        self.taken: deque[Taken] = deque(maxlen=KEPT)
        self.given: deque[Given] = deque(maxlen=KEPT)
        self._bells = Doorbells()
        self._floor = _NEVER  # least number of a range in flight
        self._reports: set[int] = set()  # channels that write statuses
        self._descriptors: set[int] = set()  # lines
        self._ran: dict[tuple[int, int], int] = {}  # when the descriptor of a channel and tag was acted upon last

    def _lines(self, address: int, end: int) -> slice:
        return slice((address - self.base) >> self.shift, ((end - 1 - self.base) >> self.shift) + 1)

    # --- the CPU

    @property
    def started(self) -> bool:
        """Whether there was a doorbell."""
        return bool(self._bells)

    def polls(self, channel: int) -> bool:
        """Whether a channel looks for its descriptors by itself."""
        return channel in self._bells.polling

    def ring(self, site: Site, start: Start) -> None:
        """A doorbell. Jobs that go on do so with what the CPU did meanwhile."""
        self.now += 1
        self._bells.ring(self.now, site, start)
        self._fresh = Ranges()
        if start.goes_on:
            for job in self._of(start.channel):
                job.release = self.now

    def cpu(self, address: int, length: int, write: bool, site: Site) -> None:
        """A load or store of memory that the device may touch."""
        self.now += 1
        end = address + length
        self._stamp(address, end, write)
        if not self._bells:
            return
        if write:
            self._fresh.add(address, length)
        last = self.accesses[-1] if self.accesses else None
        if (
            last is not None
            and last.end == address
            and last.site == site
            and last.write == write
            and last.number > self._bells.last
        ):
            last.number, last.end = self.now, end
        else:
            self.accesses.append(CpuAccess(self.now, address, end, write, site))

    def _stamp(self, address: int, end: int, write: bool) -> None:
        """The lines of a CPU access were touched, and stored to, now."""
        first, last = (address - self.base) >> self.shift, (end - 1 - self.base) >> self.shift
        if first == last:
            stored, touched, _ = self._marks
            touched[first] = self.now
            if write:
                stored[first] = self.now
        else:
            self.touched[first : last + 1] = self.now
            if write:
                self.stored[first : last + 1] = self.now

    def stored_since(self, address: int, length: int) -> bool:
        """Whether the CPU has written all lines of a range since the last doorbell: none of it is handed over yet."""
        lines = self._lines(address, address + length)
        if lines.stop - lines.start == 1:
            return int(self._marks[0][lines.start]) > self._bells.last
        return int(self.stored[lines].min()) > self._bells.last

    def all_stored_since(self, address: int, length: int) -> bool:
        """Whether the CPU has written every byte of a range since the last doorbell."""
        return self._fresh.cover(address, length)

    def bytes_stored_since(self, address: int, length: int) -> NDArray[np.bool_]:
        """Which bytes of a range the CPU has written since the last doorbell."""
        stored: NDArray[np.bool_] = np.zeros(length, np.bool_)
        for start, end in self._fresh.touching(address, length):
            stored[max(0, start - address) : end - address] = True
        return stored

    def in_flight(self, address: int, length: int, write: bool) -> list[tuple[Job, Range]]:
        """What the device does, unobserved, to bytes that the CPU now reads or writes, and that is in conflict with it."""
        if self._floor == _NEVER:
            return []
        end = address + length
        if not self._used_since(self._floor, address, end):
            return []
        return [
            (job, part)
            for jobs in self.jobs.values()
            for job in jobs
            for part in job.ranges
            if part.address < end and address < part.end and (write or part.write)
        ]

    def _used_since(self, number: int, address: int, end: int) -> bool:
        """Whether the device has touched a line of a range at event `number` or later."""
        lines = self._lines(address, end)
        if lines.stop - lines.start == 1:
            return int(self._marks[2][lines.start]) >= number
        return int(self.used[lines].max()) >= number

    def writing(self, address: int, length: int) -> list[tuple[int, int, int]]:
        """The parts [start, end) of a range that the device is writing, unobserved, each with the step that began it.

        They are disjoint, and ascend.
        """
        end, parts = address + length, []
        for part in sorted((part for _, part in self.in_flight(address, length, False)), key=lambda part: part.address):
            first, last = max(address, part.address), min(end, part.end)
            if first < last:
                parts.append((first, last, part.step))
                address = last
        return parts

    def take(self, address: int, length: int, site: Site, what: str) -> list[tuple[Job, Range]]:
        """A range is taken from the device. Returns what it does there unobserved, which is forgotten."""
        self.now += 1
        end = address + length
        found = self.in_flight(address, length, write=True)
        for job, part in found:
            job.ranges.remove(part)
            job.ranges += [
                Range(start, stop, part.write, part.number, part.step)
                for start, stop in ((part.address, address), (end, part.end))
                if start < stop
            ]
        if self._bells:
            self.taken.append(Taken(self.now, address, end, site, what))
        self._settle()
        return found

    # --- the device

    def job(self, channel: int, tag: int) -> Job | None:
        """The job of a burst, begun if need be: a direct job has no descriptor. None before the first doorbell."""
        if not self._bells:
            return None
        jobs = self.jobs.setdefault(channel, [])
        for job in reversed(jobs):
            if job.tag == tag:
                if job.described or job.release >= self._bells.before(channel, self.now).number:
                    return job
                break
        bell = self._bells.before(channel, self.now)
        job = Job(channel, tag, bell.number, bell.site)
        jobs.append(job)
        return job

    def fetched(
        self, channel: int, tag: int, address: int, length: int, word: int, interrupts: bool | None = None
    ) -> Job | None:
        """The job of a descriptor that is read now. `word`: number of the store that handed it over by an ownership word."""
        if not self._bells and not word:
            return None
        jobs = self.jobs.setdefault(channel, [])
        stored = int(self.stored[self._lines(address, address + length)].max())
        ran = self._ran.get((channel, tag), 0)
        bell = self._bells.handing_over(channel, address, stored, ran)
        release, site, _ = bell or self._bells.before(channel, self.now)
        if bell is None and (word or ran > stored):
            # Handed over by an ownership word; or a cyclic transfer comes round, which is ordered by its pace.
            release = max(word, release) if word else self.now
        job = Job(channel, tag, release, site, described=True, interrupts=interrupts)
        for before in jobs:
            if before.tag == tag and before.described and not before.acted:
                jobs.remove(before)  # what was read ahead and dropped is nothing that happened
                break
        jobs.append(job)
        return job

    def act(self, job: Job) -> None:
        """The device does what the job's descriptor says: from now on its fetch counts."""
        job.acted = True
        self._ran[job.channel, job.tag] = self.now

    def device(self, job: Job, address: int, length: int, write: bool, step: int = 0) -> None:
        """A burst of `job`, or part of one; `step` is its number in the history."""
        self.now += 1
        end = address + length
        self.used[self._lines(address, end)] = self.now
        if self._floor == _NEVER:
            self._floor = self.now
        last = job.ranges[-1] if job.ranges else None
        if last is not None and last.write == write and last.end == address:
            last.end, last.number = end, self.now
        elif last is None or last.write != write or not last.address <= address <= end <= last.end:
            self._insert(job, Range(address, end, write, self.now, step))

    def _insert(self, job: Job, part: Range) -> None:
        """Appends a range; one of the last few that it continues grows instead, as reads and writes alternate."""
        for known in job.ranges[-4:]:
            if known.write == part.write and known.address <= part.address <= known.end:
                known.end, known.number = max(known.end, part.end), part.number
                return
        job.ranges.append(part)

    def describe(self, address: int, length: int) -> None:
        """There is a descriptor."""
        lines = self._lines(address, address + length)
        self._descriptors.update(range(lines.start, lines.stop))

    def is_descriptor(self, address: int) -> bool:
        """Whether the device has read a descriptor from the line."""
        return (address - self.base) >> self.shift in self._descriptors

    def conflicts(self, job: Job, address: int, length: int, write: bool) -> Iterator[CpuAccess]:
        """The CPU's accesses behind the release of `job` that are in conflict with a burst of it, the last one first."""
        end = address + length
        stamps = self.touched if write else self.stored
        if int(stamps[self._lines(address, end)].max()) <= job.release:
            return
        for access in reversed(self.accesses):
            if access.number <= job.release:
                return
            if access.address < end and address < access.end and (write or access.write):
                yield access

    def taken_since(self, job: Job, address: int, length: int) -> list[Taken]:
        """What was taken from the device behind the release of `job`, of the bytes of a burst of it; the first comes first."""
        end, found = address + length, []
        for taken in reversed(self.taken):
            if taken.number <= job.release:
                break
            if taken.address < end and address < taken.end:
                found.append(taken)
        return found[::-1]

    def taken_lately(self, address: int, end: int) -> bool:
        """Whether some of a range was taken from the device behind the last doorbell."""
        taken = takewhile(lambda each: each.number > self._bells.last, reversed(self.taken))
        return any(each.address < end and address < each.end for each in taken)

    def give(self, address: int, end: int, write: bool) -> None:
        """The device may touch a range from now on."""
        if self._bells:
            self.now += 1
            self.given.append(Given(self.now, address, end, write))

    def given_since(self, job: Job, address: int, length: int, write: bool) -> Iterator[Given]:
        """What the device was given behind the release of `job`, of the bytes of a burst of it."""
        end = address + length
        for given in reversed(self.given):
            if given.number <= job.release:
                return
            if given.address < end and address < given.end and given.write == write:
                yield given

    def reports(self, job: Job) -> None:
        """The status of a job goes out."""
        job.reporting = True
        self._reports.add(job.channel)

    # --- what the CPU observes

    def observe(self, channel: int, progress: Progress) -> None:
        """The CPU sees how far a channel is: what is complete is ordered before what it does next."""
        for number in list(self.jobs) if channel == ANY else [channel]:
            jobs = self.jobs.get(number, [])
            if progress is Progress.ENDED:
                done, kept = jobs, [job for job in jobs if job.posted]
            elif progress is Progress.FIRST:
                done = self._first(number, jobs)
                kept = [job for job in jobs if job not in done]
            else:
                done = jobs if progress is Progress.RESTING else self._complete(number, jobs)
                kept = [job for job in jobs if job not in done or progress is Progress.RESTING]
            for job in done:
                if not job.posted:
                    job.ranges.clear()
            if jobs:
                self.jobs[number] = kept
        self._settle()

    def interrupt(self) -> None:
        """The CPU takes the device's interrupt."""
        self.observe(ANY, Progress.FIRST)
        for jobs in self.jobs.values():
            for job in jobs:
                job.announced |= job.reporting and not job.reported

    def _complete(self, channel: int, jobs: list[Job]) -> list[Job]:
        """The jobs that are complete: all up to the last one that has reported; where none reports, all that act."""
        last = max((n for n, job in enumerate(jobs) if job.reported), default=-1)
        direct = [job for job in jobs[last + 1 :] if job.acted and not job.posted and not self.will_report(job)]
        return jobs[: last + 1] + direct

    def _first(self, channel: int, jobs: list[Job]) -> list[Job]:
        """The jobs that are complete if one that interrupts is; all where no descriptor is known to ask for it."""
        done = self._complete(channel, jobs)
        asks = (n for n, job in enumerate(done) if job.interrupts or not job.described)
        return done[: next(asks, len(done)) + 1]

    def will_report(self, job: Job) -> bool:
        """Whether a status will tell the job's end."""
        return job.described and job.channel in self._reports

    def writes_before(self, job: Job, number: int) -> list[tuple[int, int]]:
        """What `see` orders: ranges [start, end) that the device has written, and the CPU has not seen complete otherwise."""
        jobs = self.jobs.get(job.channel, [])
        if job not in jobs:
            return []
        whole = jobs[: jobs.index(job)]
        parts = [part for each in whole for part in each.ranges]
        parts += [part for part in job.ranges if part.number <= number or (job.reporting and not job.posted)]
        return [(part.address, part.end) for part in parts if part.write]

    def see(self, job: Job, number: int) -> None:
        """The CPU has seen an ownership word that burst `number` of `job` wrote: jobs before it are complete."""
        jobs = self.jobs.get(job.channel, [])
        if job not in jobs:
            return
        at = jobs.index(job)
        if job.reporting and not job.posted:
            self.jobs[job.channel] = jobs[at + 1 :]
        else:
            job.ranges = [part for part in job.ranges if part.number > number or job.posted]
            self.jobs[job.channel] = jobs[at:]
        self._settle()

    def _settle(self) -> None:
        numbers = [part.number for jobs in self.jobs.values() for job in jobs for part in job.ranges]
        self._floor = min(numbers, default=_NEVER)

    # --- doorbells

    def _of(self, channel: int) -> list[Job]:
        return [job for n, jobs in self.jobs.items() if channel in (ANY, n) for job in jobs]


def mask(ranges: Sequence[tuple[int, int]], address: int, length: int) -> NDArray[np.bool_] | None:
    """Which of `length` bytes from `address` lie in some of the ranges [start, end); None if none do."""
    hit: NDArray[np.bool_] | None = None
    for start, end in ranges:
        if start < address + length and address < end:
            hit = np.zeros(length, np.bool_) if hit is None else hit
            hit[max(start - address, 0) : end - address] = True
    return hit
