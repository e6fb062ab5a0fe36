# SPDX-License-Identifier: Apache-2.0
"""What accesses to the engine's registers tell of its work: which start it, and which tell how far it is."""

from __future__ import annotations

from dataclasses import dataclass

from dmasan.device import registers as reg
from dmasan.device import words
from dmasan.device.backend import REGISTERS_BASE
from dmasan.device.descriptor import CTRL_SIZE, SIZE
from dmasan.device.registers import Mode, Stride
from dmasan.sanitizer.doorbells import ANY, Reach, Start
from dmasan.sanitizer.happens_before import Progress

_STATUS = reg.CH_STATUS
_CHANNEL_PROGRESS = (
    reg.CH_HEAD.OFFSET,
    reg.CH_DONE_CNT.OFFSET,
    reg.CH_DIGEST.OFFSET,
    reg.CH_CUR_DESC_LO.OFFSET,
    reg.CH_CUR_DESC_HI.OFFSET,
)


_TELLS_MORE = _STATUS.EMPTY.mask | _STATUS.ERR.mask | _STATUS.ABORTED.mask | _STATUS.STOPPED.mask
_TELLS_ONE = _STATUS.DONE.mask | _STATUS.PERIOD.mask
_IDLE_ADDRESS = (reg.CH_DESC_BASE_LO.OFFSET, reg.CH_DESC_BASE_HI.OFFSET)


@dataclass
class _Ring:
    """What a channel was told of its ring: `tail` counts places over both laps; `waiting` is what no START has begun."""

    cfg: int = reg.CH_CFG.RESET
    base: int = 0
    length: int = 0
    tail: int = 0
    running: bool = False
    waiting: Reach = ()

    @property
    def has_tail(self) -> bool:
        """Whether it ends at TAIL: a cyclic one does not, and nor does a list."""
        return reg.CH_CFG.MODE.get(self.cfg) == Mode.RING and not self.cfg & reg.CH_CFG.CYCLIC.mask

    @property
    def has_doorbell(self) -> bool:
        """Whether only TAIL makes descriptors reachable, and which ones can be told."""
        return self.has_tail and bool(self.length) and reg.CH_CFG.DESC_STRIDE.get(self.cfg) == Stride.STRIDE_64

    def advance(self, value: int) -> Reach:
        """TAIL is written: where descriptors become reachable."""
        tail = reg.CH_TAIL.INDEX.get(value) + self.length * reg.CH_TAIL.LAP.get(value)
        first, count = self.tail % self.length, (tail - self.tail) % (2 * self.length)
        self.tail = tail
        last = min(first + count, self.length)
        parts = ((first, last), (0, first + count - last))
        return tuple((self.base + SIZE * start, self.base + SIZE * end) for start, end in parts if start < end)


class EngineRegisters:
    """`sanitizer.happens_before.Registers` of our engine; follows each channel's ring. `polls`: see the knob ring_poll."""

    def __init__(self, polls: bool = False) -> None:
        self._polls = polls  # the device looks at its rings by itself
        self._rings: dict[int, _Ring] = {}

    def started(self, address: int, value: int) -> Start | None:
        """TAIL makes descriptors reachable, START those of a list; RESUME lets a channel go on, CTRL.ENABLE all of them.

        START of a ring that was never filled lets the device find nothing: the doorbell is the first TAIL.
        """
        channel, offset = _place(address)
        if channel is None:
            enables = offset == reg.CTRL.OFFSET and value & reg.CTRL.ENABLE.mask
            return Start(ANY, reach=()) if enables else None
        ring = self._rings.setdefault(channel, _Ring())
        if offset == reg.CH_CMD.OFFSET:
            return self._commanded(channel, ring, value)
        if offset == reg.CH_TAIL.OFFSET:
            return self._handed_over(channel, ring, value)
        if offset == reg.CH_CFG.OFFSET:
            ring.cfg = value
        elif offset == reg.CH_RING_LEN.OFFSET:
            ring.length = reg.CH_RING_LEN.COUNT.get(value)
        elif offset in _IDLE_ADDRESS:
            high = offset == reg.CH_DESC_BASE_HI.OFFSET
            ring.base = (value << 32 | ring.base & 0xFFFF_FFFF) if high else (ring.base >> 32 << 32 | value)
            ring.tail, ring.running, ring.waiting = 0, False, ()
        return None

    def _commanded(self, channel: int, ring: _Ring, value: int) -> Start | None:
        if value & (reg.CH_CMD.STOP.mask | reg.CH_CMD.ABORT.mask):
            ring.running = False
        if value & reg.CH_CMD.START.mask:
            reach, ring.waiting, ring.running = ring.waiting, (), True
            if self._polls and ring.has_tail:
                return Start(channel, polls=True)
            if not ring.has_doorbell:
                return Start(channel)
            return Start(channel, reach=reach) if ring.tail else None
        return Start(channel, goes_on=True) if value & reg.CH_CMD.RESUME.mask else None

    def _handed_over(self, channel: int, ring: _Ring, value: int) -> Start | None:
        if self._polls and ring.has_tail:
            return None  # nobody looks at it
        if not ring.has_doorbell:
            return Start(channel)
        reach = ring.advance(value)
        if ring.running:
            return Start(channel, reach=reach)
        ring.waiting += reach
        return Start(channel, reach=())

    def observed(self, address: int, value: int) -> tuple[int, Progress] | None:
        """STATUS tells of an idle, halted or paused channel that its bus is quiet; RESIDUE counts by Bs.

        HEAD and DONE_CNT tell how many descriptors are complete. A cause of an interrupt tells of one only.
        """
        channel, offset = _place(address)
        if channel is None:
            pending = reg.IRQ_PEND.CHANNELS.get(value) if offset == reg.IRQ_PEND.OFFSET else 0
            one = pending.bit_length() - 1 if not pending & (pending - 1) else ANY
            return (one, Progress.FIRST) if pending else None
        if offset == _STATUS.OFFSET:
            return _told_by_status(channel, value)
        if offset == reg.CH_RESIDUE.OFFSET:
            return channel, Progress.RESTING
        return (channel, Progress.JOBS) if offset in _CHANNEL_PROGRESS else None

    def interrupts(self, descriptor: bytes) -> bool | None:
        """The flags IRQ, and LAST, which ends a list."""
        control = int.from_bytes(descriptor[:CTRL_SIZE], "little")
        return bool(control & (words.CTRL.IRQ.mask | words.CTRL.LAST.mask))


def _told_by_status(channel: int, value: int) -> tuple[int, Progress] | None:
    if not value & _STATUS.BUSY.mask:
        return channel, Progress.ENDED
    if value & _STATUS.PAUSED.mask:
        return channel, Progress.RESTING
    if value & _TELLS_MORE:
        return channel, Progress.JOBS
    return (channel, Progress.FIRST) if value & _TELLS_ONE else None


def _place(address: int) -> tuple[int | None, int]:
    """Channel (None: global) and offset of a register."""
    offset = address - REGISTERS_BASE
    if offset < reg.CHANNEL_BASE:
        return None, offset
    channel, offset = divmod(offset - reg.CHANNEL_BASE, reg.CHANNEL_STRIDE)
    return channel, offset
