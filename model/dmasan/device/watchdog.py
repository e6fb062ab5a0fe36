# SPDX-License-Identifier: Apache-2.0
"""WDOG: when nothing has moved for so many cycles and something is outstanding, every busy channel stops with TIMEOUT."""

from __future__ import annotations

from dmasan.device.channel import Channel, Fault
from dmasan.device.coalescing import CAUSES
from dmasan.device.registers import Kind, Mode, State


def outstanding(channel: Channel, cycle: int) -> bool:
    """True while the channel waits for a B, for data or for a descriptor."""
    reads = channel.state is State.RUN or (
        channel.state is State.FETCH and channel.config.mode is not Mode.DIRECT and not channel.fetched
    )
    return bool(channel.posted) or (reads and channel.ready_at > cycle)


def time_out(channel: Channel) -> None:
    """The channel drains, and halts when the memory has answered all. An error that is there already stays."""
    if not channel.busy:
        return
    if channel.fault.kind is Kind.NONE:
        job = channel.job
        channel.fault = Fault(Kind.TIMEOUT, 0, 0, job.index if job else 0, job.address if job else 0)
        channel.causes |= CAUSES.ERR.mask
    if channel.state is not State.STATUS:
        channel.state = State.DRAIN
