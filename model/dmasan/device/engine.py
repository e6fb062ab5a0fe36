# SPDX-License-Identifier: Apache-2.0
"""The behavioural engine: what the RTL does per channel and kind of burst, burst by burst.

A step of a channel is one burst, or one B response, or one change of state. Bursts have the RTL's addresses, lengths,
attributes and order within their kind; how reads and writes interleave, and how long they take, is an estimate.
Order that holds: all data Bs, status write, its B, HEAD and DONE_CNT, interrupt. A `MemoryPort` always answers, after
the latency of its `Sizes`: the watchdog barks when it is set shorter than that.
"""

from __future__ import annotations

import numpy as np

from dmasan.device import registers as reg
from dmasan.device.burst import SLVERR
from dmasan.device.bus import Bus, Sizes
from dmasan.device.channel import Channel, Fault, Fetched, Job, Posted, direct_job, read_config, reset_words
from dmasan.device.coalescing import CAUSES, count_completion, deadline, does_not_wait, raise_completion
from dmasan.device.descriptor import (
    SHORT_SIZE,
    SIZE,
    STATUS_OFFSET,
    Status,
    decode,
    decode_short,
)
from dmasan.device.judge import attributes_of, handed_over, judge, judge_fetch
from dmasan.device.port import MemoryPort
from dmasan.device.registers import Kind, Mode, Op, State
from dmasan.device.transfer import next_step, read_data, write_data
from dmasan.device.watchdog import outstanding, time_out
from dmasan.events import BurstKind

NEVER = 1 << 62


class Engine:
    """All channels, and the cycle counter. `run_until` is the only thing that lets time pass."""

    def __init__(self, port: MemoryPort, sizes: Sizes) -> None:
        self.bus = Bus(port, sizes)
        self.sizes = sizes
        self.cycle = 0
        self.words = reset_words(reg.GLOBAL_REGISTERS)
        self.channels = [Channel(n, reset_words(reg.CHANNEL_REGISTERS)) for n in range(sizes.channels)]
        self.resetting = False  # a soft reset drains
        self.counted_from = 0  # cycle at which the performance counters were cleared
        self._turn = 0
        self._silent_from: int | None = None  # cycle since which nothing has moved that is outstanding

    # --- time

    def run_until(self, cycle: int, stop_at_irq: bool = False) -> None:
        """Steps all channels until `cycle` (or until the interrupt rises); idle time is skipped."""
        if not stop_at_irq and self._idle:
            self.cycle, self._silent_from = max(self.cycle, cycle), None
            return
        while self.cycle < cycle and not (stop_at_irq and self.irq):
            cost = self._step()
            if cost is not None:
                self.cycle += cost
                self._silent_from = None
            elif (barks := self._watchdog()) <= min(self.next_event(), cycle):
                self.cycle, self._silent_from = barks, NEVER
                for channel in self.channels:
                    time_out(channel)
            else:
                self.cycle = min(max(self.next_event(), self.cycle + 1), cycle)

    @property
    def _idle(self) -> bool:
        """Whether no channel can make a step before software does something."""
        for channel in self.channels:
            if channel.busy or channel.posted or channel.pending:
                return False
        return True

    def _watchdog(self) -> int:
        """The cycle in which the watchdog barks if nothing moves before; NEVER if it is off or nothing is outstanding."""
        patience = self.words[reg.WDOG.OFFSET >> 2]
        if not patience or not any(outstanding(channel, self.cycle) for channel in self.channels):
            self._silent_from = None
            return NEVER
        if self._silent_from is None:
            self._silent_from = self.cycle
        return self._silent_from + patience

    @property
    def irq(self) -> bool:
        """The interrupt line: some enabled cause of some channel."""
        for channel in self.channels:
            if channel.causes & channel.words[reg.CH_IRQ_EN.OFFSET >> 2]:
                return True
        return False

    @property
    def enabled(self) -> bool:
        return bool(self.words[reg.CTRL.OFFSET >> 2] & reg.CTRL.ENABLE.mask) and not self.resetting

    def next_event(self) -> int:
        """Cycle of the next thing that happens by itself; NEVER when only software can make something happen."""
        soonest = NEVER
        for channel in self.channels:
            if channel.posted:
                soonest = min(soonest, channel.posted[0].due)
            if channel.busy and channel.ready_at > self.cycle:
                soonest = min(soonest, channel.ready_at)
            if (limit := deadline(channel)) is not None:
                soonest = min(soonest, limit)
        return soonest

    def _step(self) -> int | None:
        """One step of the first channel, in turn, that can make one: its bus time in cycles. None: none can."""
        count = len(self.channels)
        for n in range(count):
            channel = self.channels[(self._turn + n) % count]
            if channel.pending and self.cycle >= (deadline(channel) or NEVER):
                raise_completion(channel)
                return 0
            if channel.posted and channel.posted[0].due <= self.cycle:
                self._acknowledge(channel)
                return 0
            if channel.busy and channel.ready_at <= self.cycle:
                cost = self._act(channel)
                if cost is not None:
                    self._turn = (self._turn + n + 1) % count
                    return cost
        return None

    # --- commands (from the register file)

    def start(self, channel: Channel) -> None:
        """CMD.START: a direct job begins, or descriptors from HEAD on."""
        channel.clear()
        channel.stop = channel.abort = channel.pause = False
        channel.fetched.clear()
        channel.job = None
        channel.config = read_config(channel.words, self.sizes.max_burst, self.sizes.page, self.sizes.poll)
        if channel.rewound:
            channel.rewound = False
            channel.head = channel.head_lap = 0
            channel.head_address = channel.config.base
        self.proceed(channel)

    def proceed(self, channel: Channel) -> None:
        """Between two jobs: halt, wait for the doorbell, or take the next one."""
        if channel.killed:
            channel.state = State.DRAIN
        elif channel.stop:
            self._halt(channel, CAUSES.STOPPED.mask)
        elif not self.enabled or channel.empty(channel.head, channel.head_lap):
            channel.state = State.WAIT
        else:
            channel.state = State.FETCH
            if channel.config.mode is not Mode.DIRECT and not channel.fetched:
                channel.ready_at = self.cycle + self.sizes.latency

    def abort(self, channel: Channel) -> None:
        """CMD.ABORT: nothing more is issued; ABORTED once the bus is quiet."""
        if not channel.busy:
            channel.causes |= CAUSES.ABORTED.mask
            return
        channel.abort = True
        if channel.state is not State.STATUS:
            channel.state = State.DRAIN

    def stop(self, channel: Channel) -> None:
        """CMD.STOP: halt after this descriptor, at once where none is in work."""
        if channel.busy:
            channel.stop = True
            if channel.state in (State.WAIT, State.FETCH):
                self.proceed(channel)

    def soft_reset(self) -> None:
        """CTRL.SOFT_RESET: aborts all channels; registers are reset once they have drained."""
        self.resetting = True
        for channel in self.channels:
            self.abort(channel)
        self._reset_if_drained()

    def _reset_if_drained(self) -> None:
        if self.resetting and not any(c.busy or c.posted for c in self.channels):
            self.resetting = False
            self.words = reset_words(reg.GLOBAL_REGISTERS)
            self.channels = [Channel(c.number, reset_words(reg.CHANNEL_REGISTERS)) for c in self.channels]
            self.bus.counters.clear()
            self.counted_from = self.cycle

    # --- one action of a channel

    def _act(self, channel: Channel) -> int | None:
        """Issues the channel's next burst or changes its state. None while it must wait."""
        if channel.state is State.RUN:
            return self._run(channel)
        if channel.state is State.STATUS:
            return None if channel.posted else self._retire(channel)
        if channel.state is State.DRAIN:
            return None if channel.posted else self._drained(channel)
        if channel.state is State.FETCH and not channel.pause:
            return self._begin(channel) if channel.config.mode is Mode.DIRECT else self._take(channel)
        return None

    def _take(self, channel: Channel) -> int:
        """Takes the current descriptor, read now or ahead, and begins its job or refuses it."""
        cost, config = 0, channel.config
        channel.current = channel.head_address
        if kind := judge_fetch(config, channel.head_address):
            self._refuse(channel, Fault(kind, 0, 0, channel.head, channel.head_address))
            return 0
        if not channel.fetched:
            cost = self._read_descriptor(channel, channel.head, channel.head_lap, channel.head_address)
        got = channel.fetched.popleft()
        job, fault = self._open(channel, got)
        if config.polls and not handed_over(job.descriptor, 1 - job.lap):
            channel.fetched.clear()
            channel.ready_at = self.cycle + config.poll
            return cost
        if fault is not None and config.polls:  # nobody rang who would look at registers: the descriptor tells
            job.fault, channel.job = fault, job
            return cost + self._report(channel, job)
        if fault is not None:
            self._refuse(channel, fault)
            return cost
        self._run_job(channel, job)
        return cost + self._read_ahead(channel, job)

    def _open(self, channel: Channel, got: Fetched) -> tuple[Job, Fault | None]:
        """The job in a descriptor as it was read, and what is wrong with it."""
        config = channel.config
        descriptor = decode_short(got.raw) if config.short else decode(got.raw)
        job = Job(descriptor, got.address, got.index, got.lap, int.from_bytes(got.raw[:4], "little"))
        if config.mode is Mode.LIST:
            job.over, job.link = descriptor.last or not descriptor.next, descriptor.next
        else:
            index, _ = channel.after(got.index, got.lap)
            job.link = config.base + index * config.stride
        if got.response >= SLVERR:
            return job, Fault(Kind.DESC_RD, got.response, 0, got.index, got.address)
        unchecked = config.ignore_phase or (config.cyclic and config.mode is Mode.RING)
        kind = judge(descriptor, config, None if unchecked else 1 - got.lap)
        return job, Fault(kind, 0, 0, got.index, got.address) if kind else None

    def _begin(self, channel: Channel) -> int:
        """Begins a direct job or refuses it."""
        descriptor = direct_job(channel.words)
        channel.current = channel.head_address
        if kind := judge(descriptor, channel.config, None):
            self._refuse(channel, Fault(kind, index=channel.head))
        else:
            self._run_job(channel, Job(descriptor, 0, 0, 0, over=True))
        return 0

    def _run_job(self, channel: Channel, job: Job) -> None:
        job.source, job.destination = attributes_of(job.descriptor, channel.config)
        job.running_digest = channel.config.fill
        channel.job, channel.state = job, State.RUN
        if job.descriptor.op != Op.FILL and job.descriptor.total:
            channel.ready_at = self.cycle + self.sizes.latency

    def _read_descriptor(self, channel: Channel, index: int, lap: int, address: int) -> int:
        """A descriptor fetch: one burst. Appends to `fetched`, returns its beats."""
        size = SHORT_SIZE if channel.config.short else SIZE
        burst = self.bus.burst(
            channel.number, BurstKind.DESCRIPTOR, address, size, index, channel.config.descriptors
        )
        response, data = self.bus.read(burst)
        self.bus.count(reg.PMU_DESCS, 1)
        channel.fetched.append(Fetched(address, index, lap, data[:size].tobytes(), response))
        return self.bus.beats(burst)

    def _read_ahead(self, channel: Channel, job: Job) -> int:
        """Fetches up to CFG.PREFETCH descriptors behind the one in work, none behind a bad one. Returns the beats."""
        cost = 0
        for place in range(channel.config.prefetch):
            index, lap = channel.after(job.index, job.lap)
            if job.over or channel.stop or channel.empty(index, lap) or judge_fetch(channel.config, job.link):
                break
            if place >= len(channel.fetched):
                cost += self._read_descriptor(channel, index, lap, job.link)
            job, fault = self._open(channel, channel.fetched[place])
            if channel.config.polls and not handed_over(job.descriptor, 1 - job.lap):
                channel.fetched.pop()  # it is looked at again when it is its turn
                break
            if fault is not None:
                break
        return cost

    def _run(self, channel: Channel) -> int | None:
        """The next data burst of the job; when there is none left, its status."""
        job = channel.job
        assert job is not None
        early = channel.config.early_status and channel.config.mode is not Mode.DIRECT
        if job.complete or (early and job.cut and job.chunk is None):
            return self._report(channel, job)
        if channel.pause:
            return None
        step = next_step(job, channel.config, self.sizes.beat)
        if step is None or (step.write and len(channel.posted) >= channel.config.outstanding):
            return 0 if step is None and early else None
        if step.write:
            return write_data(self.bus, channel, job, step, self.cycle)
        beats = read_data(self.bus, channel, job, step)
        if job.fault is not None:
            # What arrived before the failed beat still goes out, in whole bursts.
            while (rest := next_step(job, channel.config, self.sizes.beat)) and rest.write:
                beats += write_data(self.bus, channel, job, rest, self.cycle)
            channel.state = State.DRAIN
        return beats

    # --- the end of a job

    def _report(self, channel: Channel, job: Job) -> int:
        """All data is acknowledged, or has failed: the status write goes out, if there is one."""
        channel.state = State.STATUS
        config = channel.config
        if config.mode is Mode.DIRECT or not config.write_back:
            return 0
        fault = job.fault or Fault()
        sink = job.descriptor.op == Op.SINK and job.descriptor.total
        status = Status(
            job.fault is None, job.fault is not None, fault.kind, fault.response, 1 - job.lap,
            job.acknowledged, job.digest if sink else 0, self.cycle,
        )  # fmt: skip
        raw = status.encode_short(job.ctrl) if config.short else status.encode()
        address = job.address if config.short else job.address + STATUS_OFFSET
        burst = self.bus.burst(
            channel.number, BurstKind.STATUS, address, len(raw), job.index, config.descriptors
        )
        response = self.bus.write(burst, np.frombuffer(raw, np.uint8))
        channel.posted.append(Posted(self.cycle + self.sizes.latency, burst, response, 0, job))
        if config.irq_early and job.fault is None and job.descriptor.irq:
            count_completion(channel, self.cycle)
        return self.bus.beats(burst)

    def _acknowledge(self, channel: Channel) -> None:
        """The next B arrives."""
        posted = channel.posted.popleft()
        job, burst = posted.job, posted.burst
        self.bus.done(burst)
        failed = posted.response >= SLVERR
        if burst.kind is BurstKind.DATA and not failed:
            # Behind a failed write nothing counts: what is acknowledged is one piece from the first byte on.
            if job.fault is None or job.fault.kind is not Kind.WR:
                job.acknowledged += posted.bytes
        elif failed and job.fault is None:
            kind = Kind.WR if burst.kind is BurstKind.DATA else Kind.DESC_WB
            job.fault = Fault(kind, posted.response, 0, job.index, burst.address)
            if channel.state is State.RUN:
                channel.state = State.DRAIN

    def _retire(self, channel: Channel) -> int:
        """The status has its B: HEAD and DONE_CNT move, then the interrupt."""
        job, config = channel.job, channel.config
        assert job is not None
        if job.fault is not None:
            return self._fail(channel, job.fault)
        job.retired = True
        channel.done_count = (channel.done_count + 1) & 0xFFFF_FFFF
        if job.descriptor.op == Op.SINK and job.descriptor.total:
            channel.digest = job.digest
        if config.mode is not Mode.DIRECT:
            channel.head, channel.head_lap = channel.after(job.index, job.lap)
            channel.head_address = job.link
            channel.rewound = job.over
        if does_not_wait(job):
            raise_completion(channel)
        elif job.descriptor.irq and not (config.irq_early and config.write_back):
            count_completion(channel, self.cycle)
        if channel.empty(channel.head, channel.head_lap):
            channel.causes |= CAUSES.EMPTY.mask
        if job.over and not channel.killed:
            channel.state, channel.pause, channel.stop = State.IDLE, False, False
            return 0
        self.proceed(channel)
        return 0

    def _refuse(self, channel: Channel, fault: Fault) -> None:
        """A descriptor that is not run: nothing moves, HEAD stays."""
        channel.job = None
        self._fail(channel, fault)

    def _drained(self, channel: Channel) -> int:
        """The bus is quiet after an error or an abort. A job that is complete still retires."""
        job, timed_out = channel.job, channel.fault.kind is not Kind.NONE
        if job is not None and (job.complete or (job.fault is not None and not timed_out)):
            return self._report(channel, job)
        self._halt(channel, CAUSES.ERR.mask if timed_out else CAUSES.ABORTED.mask)
        return 0

    def _fail(self, channel: Channel, fault: Fault) -> int:
        if channel.fault.kind is Kind.NONE:
            channel.fault = fault
        self._halt(channel, CAUSES.ERR.mask)
        return 0

    def _halt(self, channel: Channel, cause: int) -> None:
        """HALTED until START or CLEAR, HEAD at the first descriptor that is not complete."""
        channel.state = State.HALTED
        channel.causes |= cause | (CAUSES.ABORTED.mask if channel.abort else 0)
        channel.abort = channel.stop = channel.pause = False
        channel.fetched.clear()
        self._reset_if_drained()
