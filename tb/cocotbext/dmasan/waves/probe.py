# SPDX-License-Identifier: Apache-2.0
"""Shows what the model does in the waves: an observer of events that says what changed, and when.

Texts are padded on the right to the width of their signals, as viewers show them from the left.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Protocol

from cocotbext.dmasan.waves.plan import CPUS, Plan
from dmasan import events as ev
from dmasan.arch.fields import FIELDS
from dmasan.arch.machine import Machine
from dmasan.events import Event, EventBus
from dmasan.report.html.memory_map import Classes
from dmasan.sanitizer import Sanitizer
from dmasan.sanitizer.buffers import Permission

STROBE_NS = 10.0
# In the order of `report.html.memory_map.CLASSES`.
MAY = ("memory is up to date", "clean copy possible", "write on its way", "dirty copy possible", "STALE COPY POSSIBLE", "UPDATE MAY BE LOST")  # fmt: skip
_CODES = {field.name: field.codes for field in FIELDS}
_OPS = {
    ev.CacheOp.CLEAN: "clean",
    ev.CacheOp.INVALIDATE: "invalidate",
    ev.CacheOp.CLEAN_INVALIDATE: "clean+inv",
}


class World(Protocol):
    """What is shown: a `Soc`."""

    @property
    def bus(self) -> EventBus: ...

    @property
    def machine(self) -> Machine: ...

    @property
    def sanitizer(self) -> Sanitizer: ...


class Sink(Protocol):
    def put(self, time_ns: float, name: str, value: int | str) -> None: ...


class ModelProbe:
    """Subscribes to the events of `world`, behind its sanitizer, and writes to `out` what `plan` wants shown."""

    def __init__(self, world: World, plan: Plan, out: Sink) -> None:
        self.world, self.plan, self.out = world, plan, out
        self.line = world.sanitizer.shadow.line
        self._classes = Classes(world.sanitizer.automaton)
        self._found = 0
        self._at = 0.0  # time that is shown; never goes back
        self._step = ev.NOWHERE  # the program's line that the policy's last step was for
        self._stepping: int | None = None  # the CPU that does it
        self._seen: dict[int, tuple[object, ...]] = {}  # of each line, when it was shown last
        for n, (address, _) in enumerate(plan.lines):
            out.put(0.0, f"line{n}.address", address)
        world.bus.subscribe(self.observe)

    def observe(self, event: Event) -> None:
        self._at = max(self._at, event.time_ns)
        self._operation(event)
        self._policy(event)
        if self._concerns(event):
            for n, (address, _) in enumerate(self.plan.lines):
                self._line(n, address)
        incidents = self.world.sanitizer.log.told
        while self._found < len(incidents):
            self._hazard(self._found)
            self._found += 1

    # --- policy

    def _policy(self, event: Event) -> None:
        """Its step, until the call is over: the mapping is there, or its CPU is at another line of the program."""
        cpu = getattr(event, "cpu", None)
        if isinstance(event, ev.PolicyStep):
            self._step, self._stepping = event.site, None
            self._text("policy", f"{event.policy}: {event.text}", 48)
        elif isinstance(event, ev.DmaMap) or (cpu is not None and cpu == self._stepping and event.site.file and event.site != self._step):
            self._text("policy", "-", 48)
        elif event.site == self._step and self._stepping is None:
            self._stepping = cpu

    # --- CPUs

    def _operation(self, event: Event) -> None:
        cpu = getattr(event, "cpu", None)
        if cpu is None or cpu >= CPUS:
            return
        text, address, alias = _told(event)
        prefix = f"cpu{cpu}."
        self._text(prefix + "operation", text, 40)
        self._text(prefix + "alias_", alias, 8)
        self.out.put(self._at, prefix + "address", address)
        place = f"{PurePath(event.site.file).name}:{event.site.line}" if event.site.file else "kernel"
        self._text(prefix + "place", place, 24)

    # --- watched lines

    def _concerns(self, event: Event) -> bool:
        """Whether a watched line may have changed: a device's burst changes no other line's copies, and what a table walk
        evicts is seen with the access that it was for."""
        if isinstance(event, ev.DeviceRead | ev.DeviceWrite):
            start, end = event.address, event.address + event.length
            return any(start < address + self.line and address < end for address, _ in self.plan.lines)
        return not isinstance(event, ev.MmioRead | ev.DescriptorWrite | ev.TableWalk)

    def _line(self, n: int, address: int) -> None:
        """Shows a line, if anything of it is new since it was shown last."""
        sanitizer = self.world.sanitizer
        start = address - sanitizer.shadow.base
        states = sanitizer.shadow.states[start : start + self.line]
        copies = self.world.machine.moves.copies_of_line(address)
        permissions = sanitizer.buffers.permissions[start : start + self.line].tobytes()
        seen = copies, states.tobytes(), permissions, sanitizer.automaton.renumbered
        if self._seen.get(n) == seen:
            return
        self._seen[n] = seen
        prefix = f"line{n}."
        self._text(prefix + "l1", _cached(copies.l1), 12)
        self._text(prefix + "l2", _cached(copies.l2), 12)
        self._text(prefix + "memory", "latest" if copies.memory else "STALE", 8)
        waiting = [text for text in (_held("store", copies.store_buffer), _held("outer", copies.outer_buffer)) if text]
        self._text(prefix + "buffers", ", ".join(waiting) or "-", 24)
        self._text(prefix + "alias_", "live" if copies.live else "none", 8)
        self._text(prefix + "owner", _owner(max(permissions)), 8)
        self._text(prefix + "may", MAY[int(self._classes.of(states).max())], 32)

    # --- hazards

    def _hazard(self, index: int) -> None:
        """The strobe, for an incident that is the first of its root; the others are consequences."""
        incident = self.world.sanitizer.log.told[index]
        site = incident.site
        found = next(
            (each for each in self.plan.hazards if each.is_at(incident.effect.name, incident.buffer, site.file, site.line)),
            None,
        )
        if found is None:
            return
        self.out.put(self._at, "hazard_number", found.number)
        self._text("hazard_code", found.code, 16)
        self.out.put(self._at, "hazard_address", incident.byte)
        self.out.put(self._at, "hazard", 1)
        self.out.put(self._at + STROBE_NS, "hazard", 0)

    def _text(self, name: str, text: str, width: int) -> None:
        self.out.put(self._at, name, text[:width].ljust(width))


def _told(event: Event) -> tuple[str, int, str]:
    """An event of a CPU as text, with its address and memory type."""
    match event:
        case ev.Store():
            return f"store {event.length}", event.address, event.type.value
        case ev.Load():
            return f"load {event.length}", event.address, event.type.value
        case ev.Maintenance():
            where = "L1" if event.level is ev.Level.INNER else "L2"
            return f"{_OPS[event.op]} {where} {event.length}", event.address, "-"
        case ev.Barrier():
            return f"{event.name} {event.option}", 0, "-"
        case ev.OuterSync():
            return "outer sync", 0, "-"
        case ev.MmioWrite():
            return f"register := {event.value:#x}", event.address, "Device"
        case ev.MmioRead():
            return f"register = {event.value:#x}", event.address, "Device"
        case ev.TlbMaintenance():
            return "TLB invalidate" + (" broadcast" if event.broadcast else ""), event.va, "-"
        case ev.DescriptorWrite():
            return f"page table := {event.new:#x}", event.va, "-"
        case ev.Interrupt():
            return "interrupt", 0, "-"
        case _:
            name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(event).__name__).lower()
            return name, int(getattr(event, "address", 0)), "-"


def _cached(code: int) -> str:
    """A copy: clean or dirty, and whether it is stale."""
    if not code:
        return "-"
    state, _, value = _CODES["l1"][code].partition("_")
    return state if value == "latest" else f"{state} STALE"


def _held(name: str, code: int) -> str:
    if not code:
        return ""
    return f"{name} STALE" if not (code - 1) & 1 else name


def _owner(permissions: int) -> str:
    if permissions & Permission.ALLOCATED:
        return "both"
    return "device" if permissions & Permission.OWNED else "cpu"
