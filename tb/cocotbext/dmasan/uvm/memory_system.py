# SPDX-License-Identifier: Apache-2.0
"""The component that owns the `Soc`: CPUs, caches, kernel and sanitizer around the device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyuvm import ConfigDB, uvm_component

from cocotbext.dmasan.backend import RtlBackend
from dmasan.config import UsageError, choose
from dmasan.sanitizer.adversary import Adversary
from dmasan.schedule import Benign, Footprint, MachineView, Move, Point, Schedule
from dmasan.soc import Soc

SWITCHED = "switched"
SWITCHABLE = ("benign", "random", "adversarial")


class SwitchedSchedule:
    """A schedule that makes the moves of another, which sequences change: at first none."""

    name = SWITCHED
    benign = False

    def __init__(self) -> None:
        self.active: Schedule = Benign()

    def moves(self, point: Point, footprint: Footprint, machine: MachineView) -> Sequence[Move]:
        return self.active.moves(point, footprint, machine)


class MemorySystem(uvm_component):
    """`CELL` of the configuration database has the arguments of `Soc` (profile, policy, era, schedule, seed, knobs). With
    the schedule "switched" sequences choose the hidden moves while the program runs."""

    def build_phase(self) -> None:
        self.backend: RtlBackend = ConfigDB().get(self, "", "BACKEND")
        cell: dict[str, Any] = dict(ConfigDB().get(self, "", "CELL"))
        self.switch = SwitchedSchedule() if cell.get("schedule") == SWITCHED else None
        if self.switch is not None:
            cell["schedule"] = self.switch
        self.soc = Soc(backend=self.backend, **cell)

    def set_quantum(self, ns: float) -> None:
        """How far each CPU runs ahead of the device, from now on; 0: not at all."""
        for cpu in self.soc.machine.cpus:
            cpu.set_quantum(ns)

    def set_schedule(self, name: str) -> None:
        """Whose hidden moves are made from now on. Raises UsageError for an unknown name, or if the cell's schedule is
        not "switched": a machine under `benign` has no buffers that could be told to wait."""
        choose("schedule", name, SWITCHABLE)
        if self.switch is None:
            raise UsageError(f"the schedule of this cell is {self.soc.schedule.name}: only {SWITCHED!r} can be changed")
        self.switch.active = self._named(name)

    def _named(self, name: str) -> Schedule:
        soc = self.soc
        if name == "random":
            return soc.machine.profile.random_moves(soc.seed, soc.knobs)
        if name == "adversarial":
            sanitizer = soc.sanitizer
            return Adversary(sanitizer.family, sanitizer.buffers, sanitizer.shadow.line)
        return Benign()
