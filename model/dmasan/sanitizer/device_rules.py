# SPDX-License-Identifier: Apache-2.0
"""What the device does: its bursts, as operations on the shadow, and whether it was given what it touches."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dmasan import events as ev
from dmasan.sanitizer.codes import Code, Effect
from dmasan.sanitizer.history import Step
from dmasan.sanitizer.ownership_words import excuse
from dmasan.sanitizer.reporting import Core
from dmasan.schedule import Point

BEAT = 8  # bytes of a beat of the device's port (64 bits)


class DeviceAccess(NamedTuple):
    """A burst as the sanitizer sees it. Addresses and lengths in bytes, time in ns."""

    point: Point
    address: int
    length: int
    snoop: bool
    time_ns: float


class DeviceRules:
    """Judges the device's bursts."""

    def __init__(self, core: Core) -> None:
        self.core = core

    def read(self, access: DeviceAccess, stale: NDArray[np.bool_] | None) -> None:
        """A read burst, judged before its data is sampled. `stale` marks the bytes not the latest at the PoC in this run."""
        skipped, length = self.core.buffers.given_lanes(access.address, access.length, BEAT)
        access = access._replace(address=access.address + skipped, length=length)
        stale = None if stale is None else stale[skipped : skipped + length]
        event = ev.DeviceRead(*self._device(access), ev.BurstKind.DATA, 0, 0, access.snoop)
        self._check_device(event, write=False)
        name = "snoop_read" if access.snoop else "dev_read"
        states = self.core.states(access.address, access.length)
        wrong = self.core.apply(name, access.address, access.length, event, "device", access.point)
        if wrong is not None:
            wrong = excuse(self.core.shadow, self.core.buffers, name, access.address, states, wrong, stale)
        if wrong is not None:
            self.core.report(Effect.STALE_DEVICE_READ, access.address, wrong, event, None, stale, name, states)

    def write(self, access: DeviceAccess, strobe: NDArray[np.bool_] | None) -> None:
        """A write burst whose data was accepted; bytes without strobe are not touched."""
        name = "snoop_write" if access.snoop else "dev_write_posted"
        for start, count in _runs(strobe, access.length):
            part = access._replace(address=access.address + start, length=count)
            event = ev.DeviceWrite(*self._device(part), ev.BurstKind.DATA, 0, 0, part.snoop, done=False)
            self._check_device(event, write=True)
            wrong = self.core.apply(name, part.address, count, event, "device", part.point)
            if wrong is not None:
                self.core.report(Effect.LOST_UPDATE, part.address, wrong, event, None)

    def done(self, access: DeviceAccess) -> None:
        """The B response of a write burst."""
        event = ev.DeviceWrite(*self._device(access), ev.BurstKind.DATA, 0, 0, access.snoop, done=True)
        self.core.apply("dev_write_done", access.address, access.length, event, "device", access.point)

    def served(self, access: DeviceAccess, operation: str, burst: int) -> None:
        """Consecutive bursts of `burst` bytes, from `access.point` on, that were judged and served elsewhere."""
        self.core.history.add(
            Step(
                access.point,
                operation,
                access.address,
                access.length,
                self.core.device_site,
                access.time_ns,
                "device",
                burst,
            )
        )

    def strayed(self, access: DeviceAccess) -> None:
        """A burst outside of RAM."""
        event = ev.DeviceRead(*self._device(access), ev.BurstKind.DATA, 0, 0, access.snoop)
        self.core.add(Code.DMA_ADDR, event, "device access outside of RAM", access.address, access.length)

    def _device(self, access: DeviceAccess) -> tuple[float, ev.Site, int, int]:
        return access.time_ns, self.core.device_site, access.address, access.length

    def _check_device(self, e: ev.DeviceRead | ev.DeviceWrite, write: bool) -> None:
        where = self.core.buffers.forbidden(e.address, e.length, write)
        if where.size:
            what = "write" if write else "read"
            text = f"device {what} outside of what it was given"
            self.core.add(Code.DEV_UNMAPPED, e, text, e.address, where)


def _runs(strobe: NDArray[np.bool_] | None, length: int) -> list[tuple[int, int]]:
    """The runs of written bytes of a burst: (start, count)."""
    if strobe is None or bool(strobe.all()):
        return [(0, length)]
    edges = np.flatnonzero(np.diff(np.concatenate(([False], strobe, [False]))))
    return [(int(a), int(b - a)) for a, b in edges.reshape(-1, 2)]
