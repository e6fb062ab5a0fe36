# SPDX-License-Identifier: Apache-2.0
"""State of one channel of the behavioural engine: its registers, the job in work, what is on the bus."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dmasan.device import registers as reg
from dmasan.device.attributes import NONCOHERENT, Attributes, decode
from dmasan.device.bits import Register
from dmasan.device.burst import Burst
from dmasan.device.descriptor import SHORT_SIZE, STRIDES, Descriptor
from dmasan.device.registers import Kind, Mode, Op, State, Stride
from dmasan.device.split import PAGE

_RESTING = (State.IDLE, State.HALTED)
MOST_OUTSTANDING = 16  # write bursts of a channel, where CFG.OUT_LIMIT is 0


@dataclass(frozen=True, slots=True)
class Config:
    """What the configuration and attribute registers said at START; a busy channel refuses changes."""

    mode: Mode = Mode.DIRECT
    cyclic: bool = False
    write_back: bool = True
    short: bool = False
    stride: int = 64
    prefetch: int = 0
    max_beats: int = 16
    outstanding: int = 16
    irq_early: bool = False
    device_single: bool = False
    ignore_phase: bool = False
    early_status: bool = False
    source: Attributes = NONCOHERENT
    destination: Attributes = NONCOHERENT
    descriptors: Attributes = NONCOHERENT
    locked: bool = False
    base: int = 0
    ring_length: int = 0
    fill: int = 0
    page: int = PAGE
    poll: int = 0

    @property
    def polls(self) -> bool:
        """Whether the device looks by itself for descriptors that are its own; of a cyclic ring all are."""
        return bool(self.poll) and self.mode is Mode.RING and not self.cyclic


def read_config(words: list[int], hardware_beats: int, page: int = PAGE, poll: int = 0) -> Config:
    """The configuration in a channel's registers (one word per register, in order of offset). `page` and `poll` as in
    `bus.Sizes`."""

    def word(register: type[Register]) -> int:
        return words[register.OFFSET >> 2]

    cfg = word(reg.CH_CFG)
    code = reg.CH_CFG.DESC_STRIDE.get(cfg)
    source, destination = word(reg.CH_ATTR_SRC), word(reg.CH_ATTR_DST)
    mode = reg.CH_CFG.MODE.get(cfg)
    return Config(
        mode=Mode(mode) if mode <= Mode.RING else Mode.DIRECT,
        cyclic=bool(cfg & reg.CH_CFG.CYCLIC.mask),
        write_back=bool(cfg & reg.CH_CFG.WB_EN.mask),
        short=code >= Stride.SHORT_32,
        stride=STRIDES.get(code, SHORT_SIZE),
        prefetch=min(reg.CH_CFG.PREFETCH.get(cfg), 2),
        max_beats=min(reg.CH_CFG.MAX_LEN.get(cfg) + 1, hardware_beats),
        outstanding=reg.CH_CFG.OUT_LIMIT.get(cfg) or MOST_OUTSTANDING,
        irq_early=bool(cfg & reg.CH_CFG.IRQ_EARLY.mask),
        device_single=bool(cfg & reg.CH_CFG.DEV_SINGLE.mask),
        ignore_phase=bool(cfg & reg.CH_CFG.FI_NO_STALE.mask),
        early_status=bool(cfg & reg.CH_CFG.FI_EARLY_STATUS.mask),
        source=decode(source),
        destination=decode(destination),
        descriptors=decode(word(reg.CH_ATTR_DESC)),
        locked=bool((source | destination) & reg.CH_ATTR_SRC.LOCK.mask),
        base=word(reg.CH_DESC_BASE_LO) | word(reg.CH_DESC_BASE_HI) << 32,
        ring_length=word(reg.CH_RING_LEN),
        fill=word(reg.CH_FILL),
        page=page,
        poll=poll,
    )


def direct_job(words: list[int]) -> Descriptor:
    """The job in a channel's SRC to DSTRIDE registers."""

    def word(register: type[Register]) -> int:
        return words[register.OFFSET >> 2]

    return Descriptor(
        op=reg.CH_CFG.OP.get(word(reg.CH_CFG)),
        src=word(reg.CH_SRC_LO) | word(reg.CH_SRC_HI) << 32,
        dst=word(reg.CH_DST_LO) | word(reg.CH_DST_HI) << 32,
        length=word(reg.CH_LEN),
        rows=word(reg.CH_ROWS) + 1,
        src_stride=signed(word(reg.CH_SSTRIDE)),
        dst_stride=signed(word(reg.CH_DSTRIDE)),
    )


def reset_words(registers: Mapping[int, type[Register]]) -> list[int]:
    """One word per register, by offset / 4, as after reset."""
    words = [0] * 64
    for offset, register in registers.items():
        words[offset >> 2] = register.RESET
    return words


def signed(word: int) -> int:
    return word - (1 << 32) if word >> 31 else word


@dataclass(slots=True)
class Fetched:
    """A descriptor as it was read, not yet judged."""

    address: int
    index: int
    lap: int
    raw: bytes
    response: int = 0


@dataclass(slots=True)
class Fault:
    """The first error since START: what ERR_INFO and ERR_ADDR show."""

    kind: Kind = Kind.NONE
    response: int = 0
    beat: int = 0
    index: int = 0
    address: int = 0


@dataclass(slots=True)
class Chunk:
    """At most 4 KiB of a row: its bursts on both sides as (start, bytes), and how many bytes are there (`ready`)."""

    source: int
    destination: int
    data: NDArray[np.uint8]
    reads: tuple[tuple[int, int], ...] = ()
    writes: tuple[tuple[int, int], ...] = ()
    next_read: int = 0
    next_write: int = 0
    ready: int = 0


@dataclass(slots=True)
class Job:
    """The descriptor (or direct job) in work: how far it was cut, and what of it is acknowledged."""

    descriptor: Descriptor
    address: int
    index: int
    lap: int
    ctrl: int = 0
    source: Attributes = NONCOHERENT
    destination: Attributes = NONCOHERENT
    row: int = 0
    offset: int = 0
    chunk: Chunk | None = None
    link: int = 0  # address of the descriptor behind it
    over: bool = False  # nothing is behind it: direct job, end of a list
    acknowledged: int = 0
    running_digest: int = 0
    digest: int = 0  # SINK: up to the last complete chunk
    fault: Fault | None = None
    retired: bool = False

    @property
    def cut(self) -> bool:
        """True when no further chunk is left to begin."""
        d = self.descriptor
        return d.op == Op.NOP or d.length == 0 or self.row >= d.rows

    @property
    def complete(self) -> bool:
        """True when all bytes are acknowledged and the job may retire."""
        return self.cut and self.residue == 0 and not self.retired

    @property
    def residue(self) -> int:
        """Bytes that no B has acknowledged (SINK: not yet read)."""
        return self.descriptor.total - self.acknowledged


@dataclass(slots=True)
class Posted:
    """A write whose data the memory has accepted and whose B is still on its way (until cycle `due`)."""

    due: int
    burst: Burst
    response: int
    bytes: int
    job: Job


@dataclass(slots=True)
class Channel:
    """One channel. `words` are the stored registers; the rest is what the hardware holds beside them."""

    number: int
    words: list[int]
    config: Config = field(default_factory=Config)
    state: State = State.IDLE
    ready_at: int = 0  # cycle before which the channel takes no step of its own
    causes: int = 0  # sticky causes, at their positions in STATUS
    head: int = 0
    head_lap: int = 0
    head_address: int = 0  # of HEAD's descriptor
    rewound: bool = True  # the next START begins at DESC_BASE
    fetched: deque[Fetched] = field(default_factory=deque)
    job: Job | None = None
    posted: deque[Posted] = field(default_factory=deque)
    fault: Fault = field(default_factory=Fault)
    err_addr_high: int = 0
    pause: bool = False
    stop: bool = False
    abort: bool = False
    done_count: int = 0
    ignored: int = 0
    digest: int = 0
    current: int = 0  # address of the current descriptor
    pending: int = 0  # coalesced completions that have not raised their cause yet
    pending_since: int = 0  # cycle of the first of them

    @property
    def busy(self) -> bool:
        return self.state not in _RESTING

    @property
    def killed(self) -> bool:
        """Aborted, or stopped by the watchdog: it drains."""
        return self.abort or self.fault.kind is not Kind.NONE

    @property
    def paused(self) -> bool:
        """Paused and drained; a job that is complete still retires meanwhile."""
        if not self.pause or not self.busy or self.posted or self.state in (State.DRAIN, State.STATUS):
            return False
        return self.state is not State.RUN or self.job is None or not self.job.complete

    @property
    def tail(self) -> tuple[int, int]:
        """Index and lap of the producer."""
        word = self.words[reg.CH_TAIL.OFFSET >> 2]
        return reg.CH_TAIL.INDEX.get(word), reg.CH_TAIL.LAP.get(word)

    def after(self, index: int, lap: int) -> tuple[int, int]:
        """Index and lap that follow: round the ring, or on in the list."""
        if self.config.mode is Mode.RING and index + 1 == self.config.ring_length:
            return 0, lap ^ 1
        return (index + 1) & 0xFFFF, lap

    def rewind(self) -> None:
        """A write of DESC_BASE_LO: HEAD and TAIL are 0 and of lap 0, and the next START begins at the base."""
        self.head = self.head_lap = 0
        self.rewound = True
        self.words[reg.CH_TAIL.OFFSET >> 2] = 0

    def empty(self, index: int, lap: int) -> bool:
        """True when the ring has no descriptor at `index` of `lap` for the device."""
        waits = self.config.mode is Mode.RING and not self.config.cyclic and not self.config.polls
        return waits and (index, lap) == self.tail

    def clear(self) -> None:
        """START and CLEAR: sticky causes and the coalescing count; of an idle channel the error too."""
        self.causes = self.pending = 0
        if not self.busy:
            self.fault = Fault()
