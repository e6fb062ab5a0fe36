# SPDX-License-Identifier: Apache-2.0
"""When a completed descriptor raises its cause: at once, by the threshold, or by the timer."""

from __future__ import annotations

from dmasan.device import registers as reg
from dmasan.device.channel import Channel, Job
from dmasan.device.registers import Mode

CAUSES = reg.CH_STATUS
TIMER_UNIT = 64  # cycles


def count_completion(channel: Channel, cycle: int) -> None:
    """A descriptor with the interrupt flag is complete: counts it, and raises the cause at the threshold."""
    channel.pending += 1
    if channel.pending == 1:
        channel.pending_since = cycle
    threshold = reg.CH_COALESCE.THRESHOLD.get(channel.words[reg.CH_COALESCE.OFFSET >> 2])
    if channel.pending >= threshold:
        raise_completion(channel)


def raise_completion(channel: Channel) -> None:
    """DONE, or PERIOD of a cyclic ring; nothing is pending any more."""
    cyclic = channel.config.cyclic and channel.config.mode is Mode.RING
    channel.pending = 0
    channel.causes |= CAUSES.PERIOD.mask if cyclic else CAUSES.DONE.mask


def does_not_wait(job: Job) -> bool:
    """The end of a list or direct job, and LAST with the interrupt flag, raise their cause at once."""
    return job.over or (job.descriptor.irq and job.descriptor.last)


def deadline(channel: Channel) -> int | None:
    """Cycle at which pending completions raise their cause by themselves."""
    limit = reg.CH_COALESCE.TIMEOUT.get(channel.words[reg.CH_COALESCE.OFFSET >> 2])
    return channel.pending_since + TIMER_UNIT * limit if channel.pending and limit else None
