# SPDX-License-Identifier: Apache-2.0
"""Loads that a CPU executes before what precedes them in program order (DDI 0406C, A3.8.2).

A hidden move of the schedule loads a line early, as its CPU finds it now through one alias; the loads that come there later
return what was found, each byte once. Nothing is left of it after a DMB of loads, a DSB or an interrupt, nor after a store
or maintenance of the line: the relation has one CPU's early loads for each byte, and so it is whichever CPU does that. Dropping
what was found is always allowed, since the load need not have been executed early.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dmasan.arch.alias import AliasTracker
from dmasan.arch.hierarchy import Hierarchy
from dmasan.arch.maintenance import CacheMaintenance
from dmasan.arch.memory import Bytes
from dmasan.arch.noncacheable import NonCacheable

# Lines in flight at a time: of Normal memory a Cortex-A15 has up to six requests outstanding (DDI 0438, 6.4), as has a
# Cortex-A72 (100095, 6.4).
CAPACITY = 6


@dataclass(slots=True)
class Found:
    """What a CPU found of a line, through a cacheable alias or the Non-cacheable one; `used` has 1 for each byte returned."""

    cpu: int
    cacheable: bool
    data: bytes
    version: bytes | None
    used: bytearray


class EarlyLoads:
    """Lines that are loaded early and not yet used up. Addresses are physical."""

    def __init__(
        self,
        hierarchy: Hierarchy,
        noncacheable: NonCacheable,
        maintenance: CacheMaintenance,
        aliases: AliasTracker,
    ) -> None:
        self.hierarchy = hierarchy
        self.noncacheable = noncacheable
        self.maintenance = maintenance
        self.aliases = aliases
        self.line = hierarchy.line
        self.lines: dict[int, Found] = {}  # by the line's address

    # --- the hidden move ---

    def load(self, cpu: int, line: int, cacheable: bool) -> bool:
        """`cpu` loads the line at `line` early; False if nothing comes of it, or something must come first."""
        before = self.lines.get(line)
        if (before is not None and not any(before.used)) or not self._possible(cpu, line, cacheable):
            return False
        if before is not None:
            del self.lines[line]
        if len(self.lines) >= CAPACITY:
            del self.lines[next(iter(self.lines))]
        if cacheable:
            data, version = self.hierarchy.look(cpu, line)
        else:
            data, version = self.noncacheable.load(cpu, line, self.line)
        if cacheable:
            self.noncacheable.buffers[cpu].overlay(line, data, version, cacheable=True)
        held = None if version is None else version.tobytes()
        self.lines[line] = Found(cpu, cacheable, data.tobytes(), held, bytearray(self.line))
        return True

    def _possible(self, cpu: int, line: int, cacheable: bool) -> bool:
        """Whether a load through the alias may come, and nothing is ordered before it: maintenance in flight, what a DMB
        orders in the CPU's buffer. What other CPUs have buffered of the line would not be found."""
        if not self.aliases.is_live(line) if cacheable else not self.aliases.is_uncached(line):
            return False
        if (cacheable and self.hierarchy.virtual) or any(self.maintenance.in_flight):
            return False
        for owner, buffer in enumerate(self.noncacheable.buffers):
            for entry in buffer.entries:
                if entry.epoch < self.noncacheable.orders_all[cpu] if owner == cpu else 0 <= entry.address - line < self.line:
                    return False
        return True

    # --- loads ---

    def taken(self, cpu: int, pa: int, size: int, cacheable: bool) -> tuple[bytes, bytes | None] | None:
        """What a load within one line returns of what was found early; None if nothing was, or if a byte of it has been returned
        before: then the load is executed now, and none behind it returns what is older."""
        line = pa & -self.line
        found = self.lines.get(line)
        if found is None or found.cpu != cpu or found.cacheable is not cacheable:
            return None
        at = slice(pa - line, pa - line + size)
        before, found.used[at] = any(found.used[at]), b"\x01" * size
        if before:
            return None
        return found.data[at], None if found.version is None else found.version[at]

    def overlay(self, cpu: int, pa: int, data: Bytes, version: Bytes | None, cacheable: bool) -> None:
        """Puts what was found early of [pa, pa + len(data)), and not returned yet, over what a load finds now."""
        for line in self.overlapping(pa, len(data)):
            found = self.lines[line]
            if found.cpu != cpu or found.cacheable is not cacheable:
                continue
            for at in range(max(line, pa), min(line + self.line, pa + len(data))):
                if not found.used[at - line]:
                    data[at - pa] = found.data[at - line]
                    if version is not None and found.version is not None:
                        version[at - pa] = found.version[at - line]
            del self.lines[line]

    def found(self, pa: int) -> tuple[bool, int] | None:
        """The alias (whether it is cacheable) and the version of the byte at `pa`, if it was found and not returned yet."""
        line = pa & -self.line
        found = self.lines.get(line)
        if found is None or found.version is None or found.used[pa - line]:
            return None
        return found.cacheable, found.version[pa - line]

    # --- what ends it ---

    def overlapping(self, pa: int, length: int) -> Sequence[int]:
        """The lines of [pa, pa + length) that are loaded early."""
        return [line for line in self.lines if line < pa + length and pa < line + self.line]

    def changed(self, pa: int, length: int) -> None:
        """A CPU stores to the range, or maintains its lines: its loads come after that."""
        for line in self.overlapping(pa, length):
            del self.lines[line]

    def end(self) -> None:
        """A barrier or an interrupt: the loads that come after it are executed after it."""
        self.lines.clear()
