# SPDX-License-Identifier: Apache-2.0
"""What the sanitizer makes of barriers and of stores to Device memory: a DMB orders, the doorbell behind it carries over."""

from __future__ import annotations

import pytest

from dmasan import events as ev
from dmasan.arch.family import INTEGRATED, PL310, Family
from dmasan.events import MemoryType, Site
from dmasan.sanitizer import Sanitizer

BASE = 0x8000_0000
HERE = Site("driver.py", 7)


def device_may_read_stale(family: Family, *steps: str) -> bool:
    """After a Non-cacheable store by cpu0 and these steps."""
    sanitizer = Sanitizer(family, BASE, 1 << 12, 32, cpus=2)
    sanitizer.observe(ev.Store(1.0, HERE, 0, BASE, 4, MemoryType.NC))
    for step in steps:
        name, _, option = step.partition(" ")
        if name == "bell":
            sanitizer.observe(ev.MmioWrite(2.0, HERE, int(option or 0), 0x4000_0000, 1))
        else:
            sanitizer.observe(ev.Barrier(2.0, HERE, 0, name, option))
    return sanitizer.shadow.apply("dev_read", BASE, 4) is not None


@pytest.mark.parametrize(
    ("steps", "stale"),
    [
        (("bell",), True),  # writel_relaxed
        (("dmb",), True),  # ordered before nothing
        (("dmb oshst", "bell"), False),  # writel of arm64: DMB, then the store
        (("dmb", "bell 1"), True),  # another CPU's doorbell
        (("dmb oshld", "bell"), True),  # a barrier of loads
        (("dsb",), False),
    ],
)
def test_doorbell_on_an_integrated_profile(steps: tuple[str, ...], stale: bool) -> None:
    assert device_may_read_stale(INTEGRATED, *steps) == stale


def test_dmb_and_doorbell_do_not_reach_the_outer_buffer() -> None:
    assert device_may_read_stale(PL310, "dmb", "bell")
    assert device_may_read_stale(PL310, "dsb")
