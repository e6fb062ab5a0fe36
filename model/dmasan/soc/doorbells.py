# SPDX-License-Identifier: Apache-2.0
"""What accesses to the engine's registers tell of its work: which start it, and which tell how far it is."""

from __future__ import annotations

from dmasan.device import registers as reg
from dmasan.device.backend import REGISTERS_BASE
from dmasan.sanitizer.happens_before import ANY, Progress

_STATUS = reg.CH_STATUS
_CHANNEL_PROGRESS = (
    reg.CH_HEAD.OFFSET,
    reg.CH_DONE_CNT.OFFSET,
    reg.CH_DIGEST.OFFSET,
    reg.CH_CUR_DESC_LO.OFFSET,
    reg.CH_CUR_DESC_HI.OFFSET,
)


class EngineRegisters:
    """`sanitizer.happens_before.Registers` of our engine; knows of each channel's ring whether it was ever filled."""

    def __init__(self) -> None:
        self._rings: set[int] = set()  # channels that run a ring
        self._empty: set[int] = set()  # whose ring has HEAD = TAIL since it was set up

    def started(self, address: int, value: int) -> tuple[int, bool] | None:
        """START and TAIL set a channel to work, RESUME lets it go on; CTRL.ENABLE lets all channels begin.

        START of an empty ring lets the device find nothing: the doorbell is the first TAIL.
        """
        channel, offset = _place(address)
        if channel is None:
            enables = offset == reg.CTRL.OFFSET and value & reg.CTRL.ENABLE.mask
            return (ANY, False) if enables else None
        self._follow(channel, offset, value)
        if offset == reg.CH_CMD.OFFSET and value & (reg.CH_CMD.START.mask | reg.CH_CMD.RESUME.mask):
            idle = channel in self._rings & self._empty
            return None if idle else (channel, not value & reg.CH_CMD.START.mask)
        return (channel, False) if offset == reg.CH_TAIL.OFFSET else None

    def _follow(self, channel: int, offset: int, value: int) -> None:
        """DESC_BASE_LO sets HEAD = TAIL = 0."""
        if offset == reg.CH_CFG.OFFSET:
            ring = reg.CH_CFG.MODE.get(value) == reg.Mode.RING
            (self._rings.add if ring else self._rings.discard)(channel)
        elif offset == reg.CH_DESC_BASE_LO.OFFSET:
            self._empty.add(channel)
        elif offset == reg.CH_TAIL.OFFSET:
            self._empty.discard(channel)

    def observed(self, address: int, value: int) -> tuple[int, Progress] | None:
        """STATUS tells of an idle, halted or paused channel that its bus is quiet; RESIDUE counts by Bs."""
        channel, offset = _place(address)
        if channel is None:
            return (ANY, Progress.JOBS) if offset == reg.IRQ_PEND.OFFSET and value else None
        if offset == _STATUS.OFFSET:
            if not value & _STATUS.BUSY.mask:
                return channel, Progress.ENDED
            return channel, Progress.RESTING if value & _STATUS.PAUSED.mask else Progress.JOBS
        if offset == reg.CH_RESIDUE.OFFSET:
            return channel, Progress.RESTING
        return (channel, Progress.JOBS) if offset in _CHANNEL_PROGRESS else None


def _place(address: int) -> tuple[int | None, int]:
    """Channel (None: global) and offset of a register."""
    offset = address - REGISTERS_BASE
    if offset < reg.CHANNEL_BASE:
        return None, offset
    channel, offset = divmod(offset - reg.CHANNEL_BASE, reg.CHANNEL_STRIDE)
    return channel, offset
