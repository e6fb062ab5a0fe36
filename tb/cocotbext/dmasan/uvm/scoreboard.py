# SPDX-License-Identifier: Apache-2.0
"""The scoreboard: what the monitors saw, and what the sanitizer says of it."""

from __future__ import annotations

from collections import Counter

from pyuvm import uvm_component, uvm_subscriber

from cocotbext.dmasan.uvm.items import BurstItem, InterruptItem, RegisterItem
from dmasan.events import BurstKind
from dmasan.sanitizer import Hazard
from dmasan.soc import Soc


class BurstCounter(uvm_subscriber):
    """Counts bursts and bytes, and writes that have no B yet."""

    def build_phase(self) -> None:
        self.bursts: Counter[tuple[str, BurstKind]] = Counter()
        self.bytes: Counter[str] = Counter()

    def write(self, item: BurstItem) -> None:
        self.bursts[item.phase, item.burst.kind] += 1
        if item.burst.kind is BurstKind.DATA:
            self.bytes[item.phase] += item.burst.length

    @property
    def unanswered(self) -> int:
        count = Counter[str]()
        for (phase, _), n in self.bursts.items():
            count[phase] += n
        return count["write"] - count["done"]


class InterruptCounter(uvm_subscriber):
    def build_phase(self) -> None:
        self.count = 0

    def write(self, item: InterruptItem) -> None:
        self.count += 1


class RegisterLog(uvm_subscriber):
    def build_phase(self) -> None:
        self.items: list[RegisterItem] = []

    def write(self, item: RegisterItem) -> None:
        self.items.append(item)


class Scoreboard(uvm_component):
    """Checks at the end: every write has its B, and the hazards are those that the test expects (by default none)."""

    def build_phase(self) -> None:
        self.memory = BurstCounter("memory", self)
        self.interrupts = InterruptCounter("interrupts", self)
        self.registers = RegisterLog("registers", self)
        self.soc: Soc | None = None
        self.expected: frozenset[str] = frozenset()  # hazard codes

    def check_phase(self) -> None:
        assert self.soc is not None
        assert self.memory.unanswered == 0, f"{self.memory.unanswered} write bursts have no response"
        found = {hazard.code.name for hazard in self.soc.hazards}
        assert found == self.expected, f"hazards {sorted(found)}, expected {sorted(self.expected)}{_told(self.soc.hazards)}"


def _told(hazards: list[Hazard]) -> str:
    return "".join(f"; {hazard.code.name} in {hazard.buffer} at {hazard.site}" for hazard in hazards)
