# SPDX-License-Identifier: Apache-2.0
"""One copy after another on plain memory, each held against what it has to do; what differs is a finding."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from cocotb.triggers import SimTimeoutError, with_timeout
from numpy.typing import NDArray

from cocotbext.dmasan.attach.backend import AttachedBackend, Hang
from cocotbext.dmasan.attach.driver import Driver, Features
from cocotbext.dmasan.attach.world import PlainRam
from cocotbext.dmasan.pace import Pace

SOURCE, TARGET = 0x2_0000, 0x8_0000  # offsets of the areas, with room around them
GUARD = 256  # bytes before and behind a target that must not change


@dataclass(frozen=True)
class Found:
    """What a scenario found: the rule that was broken, and one sentence."""

    scenario: str
    rule: str
    text: str


@dataclass
class BusBench:
    """A design on plain memory. `source` and `target` of a copy are offsets into the two areas."""

    scenario: str
    backend: AttachedBackend
    driver: Driver
    seed: int
    ram: PlainRam = field(default_factory=PlainRam)
    found: list[Found] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.noise = np.random.default_rng(self.seed)

    @property
    def features(self) -> Features:
        return self.driver.features

    @property
    def beat(self) -> int:
        return self.backend.resolved.memories[0].data // 8

    def find(self, rule: str, text: str) -> None:
        """Notes a finding; one per rule is enough."""
        if all(each.rule != rule for each in self.found):
            self.found.append(Found(self.scenario, rule, text))

    def pace(self, pace: Pace, latency: int | None = None) -> None:
        self.backend.set_pace(pace, latency)

    def allows(self, target: int, source: int, length: int) -> bool:
        """Whether the design claims to do this copy."""
        f = self.features
        aligned = target % f.alignment == source % f.alignment == 0 and length % f.granule == 0
        same = not f.same_offset or (target - source) % self.beat == 0
        return aligned and same and length <= f.longest and (length > 0 or f.zero_length)

    def plant_error(self, offset: int, length: int, response: int, *, read: bool) -> None:
        """Beats that touch these bytes of the source (`read`) or the target area are answered with `response`."""
        base = self.ram.base + (SOURCE if read else TARGET)
        self.backend.shared.plant_error(base + offset, length, response, read=read, write=not read)

    async def copy(self, target: int, source: int, length: int, *, fails: str = "") -> bool:
        """One copy. With `fails`, the text of an error that was planted, the design has to report it.

        Returns what the design says of it. Raises Hang.
        """
        if not self.allows(target, source, length):
            return True
        what = f"{length} bytes from offset {source:#x} to {target:#x}"
        wanted, before = self.prepare(target, source, length)
        await self.limited(self.driver.start(*self.bus(target, source), length), f"start ({what})")
        good = await self.limited(self.driver.finish(), f"the end of a copy ({what})")
        if (waiting := self.backend.posted()) and good:
            self.find(
                "EARLY_COMPLETION",
                f"{what}: the design called the copy complete while {waiting} of its write bursts had no response yet",
            )
        if fails and good:
            self.find("ERROR_MISSED", f"{what}: {fails}, and the design reports success")
        elif not fails and not good:
            self.find("FALSE_ERROR", f"{what}: the design reports an error, and there was none")
        elif good:
            self.compare(what, target, wanted, before)
        self.look_outside(what)
        return good

    def bus(self, target: int, source: int) -> tuple[int, int]:
        return self.ram.base + TARGET + target, self.ram.base + SOURCE + source

    def prepare(self, target: int, source: int, length: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Fills source and target: a byte of the target is the complement of what it is to become. (source, target area)"""
        content = self.noise.integers(0, 256, length, dtype=np.uint8)
        start = SOURCE + source
        self.ram.data[start - GUARD : start + length + GUARD] = 0x5A
        self.ram.data[start : start + length] = content
        place = TARGET + target
        self.ram.data[place - GUARD : place + length + GUARD] = 0xA5
        self.ram.data[place : place + length] = ~content
        return content, self.area(target, length)

    def area(self, target: int, length: int) -> NDArray[np.uint8]:
        """The target with its guards."""
        place = TARGET + target
        return self.ram.data[place - GUARD : place + length + GUARD].copy()

    def compare(self, what: str, target: int, wanted: NDArray[np.uint8], before: NDArray[np.uint8]) -> None:
        """All of the target is the source's content, and nothing else has changed."""
        got, length = self.area(target, len(wanted)), len(wanted)
        data = got[GUARD : GUARD + length]
        wrong = np.flatnonzero(data != wanted)
        if wrong.size:
            first = int(wrong[0])
            self.find(
                "WRONG_DATA",
                f"{what}: {wrong.size} bytes are wrong after a success, the first at {first}: "
                f"{data[first]:#04x} instead of {wanted[first]:#04x}",
            )
        self.compare_guards(what, got, before)

    def compare_guards(self, what: str, got: NDArray[np.uint8], before: NDArray[np.uint8]) -> None:
        stray = [i - GUARD for i in np.flatnonzero(got != before) if not GUARD <= i < len(got) - GUARD]
        if stray:
            self.find("STRAY_WRITE", f"{what}: {len(stray)} bytes beside the target changed, the first at {stray[0]}")

    def look_outside(self, what: str) -> None:
        if self.ram.outside:
            burst = self.ram.outside[0]
            self.find("OUTSIDE", f"{what}: a burst at {burst.address:#x} of {burst.length} bytes, where no memory is")
            self.ram.outside.clear()

    async def limited(self, call: Awaitable[Any], what: str) -> Any:
        """A call of the driver class, within its time limit. Raises Hang."""
        try:
            return await with_timeout(call, round(self.backend.call_limit_ns), "ns")
        except SimTimeoutError:
            raise Hang(f"{what} did not come within {self.backend.call_limit_ns:,.0f} ns") from None
