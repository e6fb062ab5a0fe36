# SPDX-License-Identifier: Apache-2.0
"""The behavioural engine: what the RTL does per channel and kind of burst, burst by burst.

A step of a channel is one burst, or one B response, or one change of state. Bursts have the RTL's addresses, lengths,
attributes and order within their kind; how reads and writes interleave, and how long they take, is an estimate.
Order that holds: all data Bs, status write, its B, HEAD and DONE_CNT, interrupt. The watchdog has nothing to watch
here, since a `MemoryPort` always answers.
"""

from __future__ import annotations

import numpy as np

from dmasan.device import registers as reg
from dmasan.device.burst import SLVERR
from dmasan.device.bus import Bus, Sizes
from dmasan.device.channel import Channel, Fault, Fetched, Job, Posted, direct_job, read_config, reset_words
from dmasan.device.descriptor import (
    SHORT_SIZE,
    SIZE,
    STATUS_OFFSET,
    Descriptor,
    Status,
    decode,
    decode_short,
)
from dmasan.device.judge import attributes_of, judge_identity, judge_job
from dmasan.device.port import MemoryPort
from dmasan.device.registers import Kind, Mode, Op, State
from dmasan.device.transfer import next_step, read_data, write_data
from dmasan.events import BurstKind

CAUSES = reg.CH_STATUS
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

    # --- time

    def run_until(self, cycle: int, stop_at_irq: bool = False) -> None:
        """Steps all channels until `cycle` (or until the interrupt rises); idle time is skipped."""
        while self.cycle < cycle and not (stop_at_irq and self.irq):
            cost = self._step()
            if cost is None:
                self.cycle = min(max(self._next_event(), self.cycle + 1), cycle)
            else:
                self.cycle += cost

    @property
    def irq(self) -> bool:
        """The interrupt line: some enabled cause of some channel."""
        for channel in self.channels:
            if channel.causes & channel.words[reg.CH_IRQ_EN.OFFSET >> 2]:
                return True
        return False

    @property
    def quiet(self) -> bool:
        """Nothing will happen any more unless software does something."""
        return self._next_event() == NEVER

    def _step(self) -> int | None:
        """One step of the first channel, in turn, that can make one: its bus time in cycles. None: none can."""
        count = len(self.channels)
        for n in range(count):
            channel = self.channels[(self._turn + n) % count]
            if channel.pending:
                self._coalescing_timer(channel)
            if channel.posted and channel.posted[0].due <= self.cycle:
                self._retire(channel)
                return 0
            if channel.busy and channel.ready_at <= self.cycle:
                cost = self._act(channel)
                if cost is not None:
                    self._turn = (self._turn + n + 1) % count
                    return cost
        return None

    def _next_event(self) -> int:
        """Cycle of the next thing that happens by itself."""
        soonest = NEVER
        for channel in self.channels:
            if channel.posted:
                soonest = min(soonest, channel.posted[0].due)
            if channel.busy and channel.ready_at > self.cycle:
                soonest = min(soonest, channel.ready_at)
            if channel.pending and (limit := self._coalescing_limit(channel)):
                soonest = min(soonest, channel.pending_since + limit)
        return soonest

    # --- commands (from the register file)

    def start(self, channel: Channel) -> None:
        """CMD.START: a direct job begins, or descriptors from HEAD on."""
        resumes = channel.state is State.HALTED
        channel.clear()
        channel.stop = channel.abort = channel.pause = False
        channel.fetched.clear()
        channel.config = config = read_config(channel.words, self.sizes.max_burst)
        size = SHORT_SIZE if config.short else SIZE
        if config.mode is not Mode.DIRECT and (
            config.base % size or (config.mode is Mode.RING and config.ring_length == 0)
        ):
            channel.job = None
            channel.fault = Fault(Kind.ADDR, index=channel.head, address=config.base)
            self._halt(channel, CAUSES.ERR.mask)
            return
        if config.mode is Mode.LIST and not (resumes and channel.list_address):
            channel.list_address, channel.head = config.base, 0
        self.proceed(channel)

    def proceed(self, channel: Channel) -> None:
        """Between two descriptors: stop, wait for the doorbell, or take the next one."""
        config = channel.config
        if channel.stop:
            channel.stop = False
            self._halt(channel, CAUSES.STOPPED.mask)
        elif not self.words[reg.CTRL.OFFSET >> 2] & reg.CTRL.ENABLE.mask:
            channel.state = State.WAIT
        elif config.mode is Mode.DIRECT:
            self._begin(channel, direct_job(channel.words), channel.words[reg.CH_CFG.OFFSET >> 2], 0, 0, 0)
        elif config.mode is Mode.RING and not config.cyclic and (channel.head, channel.head_lap) == channel.tail:
            channel.state = State.WAIT
        else:
            channel.state = State.FETCH
            if not channel.fetched:
                channel.ready_at = self.cycle + self.sizes.latency

    def abort(self, channel: Channel) -> None:
        """CMD.ABORT: nothing more is issued; ABORTED once the bus is quiet."""
        if channel.busy:
            channel.fetched.clear()
            channel.abort, channel.pause = True, False
            channel.state = State.DRAIN

    def stop(self, channel: Channel) -> None:
        """CMD.STOP: halt after this descriptor, at once where none is in work."""
        if channel.busy:
            channel.stop = True
            if channel.state is State.WAIT:
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

    # --- one action of a channel

    def _act(self, channel: Channel) -> int | None:
        """Issues the channel's next burst or changes its state. None while it must wait for a B."""
        if channel.state is State.DRAIN:
            return None if channel.posted else self._drained(channel)
        if channel.pause:
            return None
        if channel.state is State.FETCH:
            return self._fetch(channel)
        if channel.state is State.RUN:
            return self._run(channel)
        if channel.state is State.STATUS:
            return None if channel.posted else self._completed(channel)
        return None

    def _fetch(self, channel: Channel) -> int:
        """Takes the current descriptor, read now or ahead, and begins its job."""
        cost = 0
        if not channel.fetched:
            cost = self._read_descriptor(channel, channel.head, channel.head_lap, self._address_at_head(channel))
        got = channel.fetched.popleft()
        channel.current = got.address
        if got.response >= SLVERR:
            self._refuse(channel, Fault(Kind.DESC_RD, got.response, 0, got.index, got.address))
            return cost
        config = channel.config
        descriptor = decode_short(got.raw) if config.short else decode(got.raw)
        phase = {Mode.LIST: 1, Mode.RING: None if config.cyclic else 1 - got.lap}[config.mode]
        kind = judge_identity(descriptor, config, phase)
        if kind:
            self._refuse(channel, Fault(kind, 0, 0, got.index, got.address))
            return cost
        self._begin(channel, descriptor, int.from_bytes(got.raw[:4], "little"), got.index, got.lap, got.address)
        return cost + self._read_ahead(channel)

    def _address_at_head(self, channel: Channel) -> int:
        if channel.config.mode is Mode.LIST:
            return channel.list_address
        return channel.config.base + channel.head * channel.config.stride

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

    def _read_ahead(self, channel: Channel) -> int:
        """Fetches up to CFG.PREFETCH descriptors behind the one in work. Returns the beats."""
        config, cost = channel.config, 0
        if channel.state is not State.RUN or config.mode is not Mode.RING:
            return 0
        index, lap = channel.head, channel.head_lap
        for place in range(config.prefetch):
            index, lap = channel.after(index, lap)
            if not config.cyclic and (index, lap) == channel.tail:
                break
            if place >= len(channel.fetched):
                cost += self._read_descriptor(channel, index, lap, config.base + index * config.stride)
        return cost

    def _begin(self, channel: Channel, d: Descriptor, ctrl: int, index: int, lap: int, address: int) -> None:
        """A job that passed the first checks: run it, or refuse it."""
        kind = judge_job(d, channel.config)
        source, destination = attributes_of(d, channel.config)
        channel.job = job = Job(d, address, index, lap, ctrl, source, destination)
        if kind or d.op not in tuple(Op):
            self._refuse(channel, Fault(kind or Kind.DESC, 0, 0, index, address))
            return
        job.digest = channel.config.fill if d.op == Op.SINK else 0
        channel.state = State.RUN
        if d.op in (Op.COPY, Op.SINK) and d.total:
            channel.ready_at = self.cycle + self.sizes.latency

    def _run(self, channel: Channel) -> int | None:
        """The next data burst of the job; when there is none left, its status."""
        job = channel.job
        assert job is not None
        step = next_step(job, channel.config, self.sizes.beat)
        if step is None:
            if channel.posted and not channel.config.early_status:
                return None
            return self._finish(channel, job)
        if step.write:
            if len(channel.posted) >= self.sizes.outstanding:
                return None
            return write_data(self.bus, channel, job, step, self.cycle)
        beats = read_data(self.bus, channel, job, step)
        if job.fault is not None:
            channel.state = State.DRAIN
        return beats

    # --- the end of a job

    def _finish(self, channel: Channel, job: Job) -> int:
        """All data is acknowledged: the status write goes out, if there is one."""
        channel.state = State.STATUS
        if channel.config.mode is Mode.DIRECT or not channel.config.write_back:
            return 0
        if channel.config.irq_early:
            self._raise_completion(channel, job)
        return self._write_status(channel, job)

    def _write_status(self, channel: Channel, job: Job) -> int:
        """Status write-back, one burst: the last 16 bytes, or the control word of the short format."""
        fault = job.fault or Fault()
        status = Status(
            job.fault is None, job.fault is not None, fault.kind, fault.response, job.descriptor.phase,
            job.acknowledged, job.digest if job.descriptor.op == Op.SINK else 0, self.cycle,
        )  # fmt: skip
        raw = status.encode_short(job.ctrl) if channel.config.short else status.encode()
        address = job.address if channel.config.short else job.address + STATUS_OFFSET
        burst = self.bus.burst(
            channel.number, BurstKind.STATUS, address, len(raw), job.index, channel.config.descriptors
        )
        response = self.bus.write(burst, np.frombuffer(raw, np.uint8))
        posted = Posted(self.cycle + self.sizes.latency, burst, response, 0, job)
        if channel.config.early_status:
            posted.due = self.cycle + 1
            channel.posted.appendleft(posted)
        else:
            channel.posted.append(posted)
        return self.bus.beats(burst)

    def _retire(self, channel: Channel) -> None:
        """The oldest B arrives."""
        posted = channel.posted.popleft()
        job, burst = posted.job, posted.burst
        self.bus.done(burst)
        failed = posted.response >= SLVERR
        if burst.kind is BurstKind.DATA and not failed:
            job.acknowledged += posted.bytes
        elif failed and job.fault is None:
            kind = Kind.WR if burst.kind is BurstKind.DATA else Kind.DESC_WB
            job.fault = Fault(kind, posted.response, 0, job.index, burst.address)
            if channel.state is State.RUN and job is channel.job:
                channel.state = State.DRAIN

    def _completed(self, channel: Channel) -> int:
        """The status has its B: HEAD and DONE_CNT move, then the interrupt."""
        job = channel.job
        assert job is not None
        if job.fault is not None:
            channel.fault = job.fault
            self._halt(channel, CAUSES.ERR.mask)
            return 0
        channel.done_count = (channel.done_count + 1) & 0xFFFF_FFFF
        if job.descriptor.op == Op.SINK:
            channel.digest = job.digest
        if not (channel.config.irq_early and channel.config.write_back):
            self._raise_completion(channel, job)
        self._advance_head(channel, job)
        return 0

    def _advance_head(self, channel: Channel, job: Job) -> None:
        """Moves on behind a completed job."""
        mode = channel.config.mode
        if mode is Mode.RING:
            channel.head, channel.head_lap = channel.after(channel.head, channel.head_lap)
            if not channel.config.cyclic and (channel.head, channel.head_lap) == channel.tail:
                channel.causes |= CAUSES.EMPTY.mask
            self.proceed(channel)
        elif mode is Mode.LIST and job.descriptor.next and not job.descriptor.last:
            channel.head = (channel.head + 1) & 0xFFFF
            channel.list_address = job.descriptor.next
            self.proceed(channel)
        else:
            channel.list_address = 0
            channel.state = State.IDLE

    def _raise_completion(self, channel: Channel, job: Job) -> None:
        """DONE or PERIOD of a completed job, coalesced where it may wait."""
        d, mode = job.descriptor, channel.config.mode
        cause = CAUSES.PERIOD.mask if mode is Mode.RING and channel.config.cyclic else CAUSES.DONE.mask
        ends = mode is Mode.DIRECT or (mode is Mode.LIST and (d.last or not d.next))
        if ends:
            channel.pending = 0
            channel.causes |= cause
        elif d.irq:
            channel.pending += 1
            if channel.pending == 1:
                channel.pending_since = self.cycle
            threshold = reg.CH_COALESCE.THRESHOLD.get(channel.words[reg.CH_COALESCE.OFFSET >> 2])
            if d.last or channel.pending >= threshold:
                channel.pending = 0
                channel.causes |= cause

    def _coalescing_limit(self, channel: Channel) -> int:
        """Longest delay of a pending completion, cycles; 0: none."""
        return 64 * reg.CH_COALESCE.TIMEOUT.get(channel.words[reg.CH_COALESCE.OFFSET >> 2])

    def _coalescing_timer(self, channel: Channel) -> None:
        limit = self._coalescing_limit(channel)
        if limit and self.cycle >= channel.pending_since + limit:
            channel.pending = 0
            channel.causes |= CAUSES.PERIOD.mask if channel.config.cyclic else CAUSES.DONE.mask

    def _refuse(self, channel: Channel, fault: Fault) -> None:
        """A descriptor that is not run: nothing moves, HEAD stays."""
        channel.fault = fault
        channel.fetched.clear()
        self._halt(channel, CAUSES.ERR.mask)

    def _drained(self, channel: Channel) -> int:
        """The bus is quiet after an error or an abort."""
        job = channel.job
        if channel.abort:
            channel.abort = False
            self._halt(channel, CAUSES.ABORTED.mask)
            self._reset_if_drained()
            return 0
        assert job is not None
        channel.fetched.clear()
        if channel.config.mode is Mode.DIRECT or not channel.config.write_back:
            return self._completed(channel)
        channel.state = State.STATUS
        return self._write_status(channel, job)

    def _halt(self, channel: Channel, cause: int) -> None:
        channel.state = State.HALTED
        channel.causes |= cause
