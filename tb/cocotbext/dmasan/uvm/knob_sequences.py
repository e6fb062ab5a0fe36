# SPDX-License-Identifier: Apache-2.0
"""Sequences for the knobs of the world: how the memory port, the interrupt, the CPUs and the hidden moves behave.

Each sets its own knob and leaves the others as they are; what runs next runs under it. Values that are not given are
drawn, from ranges that a correct driver and a correct device must bear.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any, ClassVar

from pyuvm import uvm_sequence

from cocotbext.dmasan.pace import Pace, Sample
from dmasan.device.burst import SLVERR

OFTEN = 160  # of 256: as likely as a stall may be without a run taking for ever


class KnobSequence(uvm_sequence):
    """`env` is the environment; `values` of the knobs by name, None for what is to be drawn with `draw`."""

    ranges: ClassVar[dict[str, tuple[int, int]]] = {}  # least and most of what is drawn

    def __init__(self, name: str = "knob", env: Any = None, draw: Random | None = None, **values: Any) -> None:
        super().__init__(name)
        if unknown := values.keys() - self.ranges.keys():
            raise ValueError(f"{type(self).__name__} has no knob {', '.join(sorted(unknown))}: it has {', '.join(self.ranges)}")
        self.env = env
        draw = draw or Random(name)
        self.values = {key: values.get(key, draw.randint(*limits)) for key, limits in self.ranges.items()}

    async def body(self) -> None:
        self.set()

    def set(self) -> None:
        raise NotImplementedError


class PaceSequence(uvm_sequence):
    """The whole pace of the memory port at once."""

    def __init__(self, name: str = "pace", env: Any = None, pace: Pace | None = None, latency: int | None = None) -> None:
        super().__init__(name)
        self.env, self.pace, self.latency = env, pace or Pace(), latency

    async def body(self) -> None:
        self.env.memory.set_pace(self.pace, self.latency)


class _PaceKnob(KnobSequence):
    def set(self) -> None:
        self.env.memory.set_pace(replace(self.env.memory.pace, **self.values))


class LatencySequence(KnobSequence):
    """Cycles from an accepted address to the first beat, and from accepted data to its B."""

    ranges: ClassVar = {"latency": (2, 200)}

    def set(self) -> None:
        self.env.memory.set_pace(self.env.memory.pace, self.values["latency"])


class BackPressureSequence(_PaceKnob):
    """Chances in 256 per cycle that a READY is low, and that the next beat or B is not offered."""

    ranges: ClassVar = {name: (0, OFTEN) for name in ("stall_ar", "stall_aw", "stall_w", "gap_r", "gap_b")}


class ReorderSequence(_PaceKnob):
    """Whether reads of different IDs come back out of order."""

    ranges: ClassVar = {"reorder": (0, 1)}


class AddressOrderSequence(_PaceKnob):
    """AW against W: `aw_hold` cycles an AW waits while its data is taken; `w_hold` addresses wait before data is."""

    ranges: ClassVar = {"aw_hold": (0, 40), "w_hold": (0, 8)}


class SampleSequence(_PaceKnob):
    """When a read burst looks at memory: a value of `Sample`."""

    ranges: ClassVar = {"sample": (min(Sample), max(Sample))}


class ResponseDelaySequence(_PaceKnob):
    """Cycles that a B comes later than the port's latency."""

    ranges: ClassVar = {"b_delay": (0, 400)}


class InterruptLatencySequence(KnobSequence):
    """ns from the interrupt line's edge to the CPU that takes it."""

    ranges: ClassVar = {"ns": (0, 5000)}

    def set(self) -> None:
        self.env.interrupt.set_latency(self.values["ns"])


class QuantumSequence(KnobSequence):
    """ns that a CPU runs ahead of the device before it yields; 0: it yields at every access."""

    ranges: ClassVar = {"ns": (0, 1000)}

    def set(self) -> None:
        self.env.system.set_quantum(self.values["ns"])


class ErrorSequence(uvm_sequence):
    """Error responses for beats that touch `length` bytes at `address`, until the next one: with length 0, none."""

    def __init__(
        self, name: str = "error", env: Any = None, address: int = 0, length: int = 0, response: int = SLVERR,
        *, read: bool = True, write: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(name)
        self.env = env
        self.where = (address, length, response)
        self.read, self.write = read, write

    async def body(self) -> None:
        self.env.memory.plant_error(*self.where, read=self.read, write=self.write)


class ScheduleSequence(uvm_sequence):
    """Whose hidden moves are made: "benign", "random" or "adversarial"; the cell's schedule has to be "switched"."""

    def __init__(self, name: str = "schedule", env: Any = None, schedule: str = "random") -> None:
        super().__init__(name)
        self.env, self.schedule = env, schedule

    async def body(self) -> None:
        self.env.system.set_schedule(self.schedule)


WORLD = (
    LatencySequence,
    BackPressureSequence,
    ReorderSequence,
    AddressOrderSequence,
    SampleSequence,
    ResponseDelaySequence,
    InterruptLatencySequence,
    QuantumSequence,
)


class RandomWorldSequence(uvm_sequence):
    """All the knobs that no driver can see, drawn from one seed. `values` tells what was drawn, by sequence and knob."""

    def __init__(self, name: str = "world", env: Any = None, seed: int = 1) -> None:
        super().__init__(name)
        self.env, self.draw = env, Random(seed)
        self.values: dict[str, dict[str, Any]] = {}

    async def body(self) -> None:
        for kind in WORLD:
            sequence = kind(kind.__name__, self.env, self.draw)
            await sequence.start()
            self.values[kind.__name__] = sequence.values
