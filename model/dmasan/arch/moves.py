# SPDX-License-Identifier: Apache-2.0
"""Hidden moves: what the hardware does unasked, on the concrete machine (DDI 0406C, A3.5 and B2.2.2).

A fill needs a live cacheable translation of its page and brings in a clean line; anything resident may leave, a dirty
line by being written back; a buffered store may go on to the next level. Nothing is ever written speculatively.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, overload

import numpy as np

from dmasan.arch.cache import Cache, Indices
from dmasan.arch.faults import Fault
from dmasan.arch.line_copies import LineCopies, copies_of_line, copies_of_lines
from dmasan.arch.write_buffer import WriteBuffer
from dmasan.config import RunError
from dmasan.schedule import LineCodes, Move, MoveKind

if TYPE_CHECKING:
    from dmasan.arch.machine import Machine


class IllegalMove(RunError):
    """A move that no hardware may make here, or that names a place which this machine does not have."""

    def __init__(self, move: Move, reason: str) -> None:
        where = f"{move.level} of cpu{move.cpu}, {move.address:#010x}"
        super().__init__(f"hidden move {move.kind.value} ({where}) is not allowed: {reason}")
        self.move = move


class LineAddresses(Sequence[int]):
    """Addresses of lines, ascending, made on demand from an array of line numbers in any order."""

    def __init__(self, lines: Indices, shift: int) -> None:
        self._lines = lines
        self._shift = shift

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> LineAddresses: ...
    def __getitem__(self, index: int | slice) -> int | LineAddresses:
        if isinstance(index, slice):
            return LineAddresses(np.sort(self._lines)[index], self._shift)
        if not -len(self._lines) <= index < len(self._lines):
            raise IndexError(index)  # what ends an iteration
        return int(np.partition(self._lines, index)[index]) << self._shift


def _distinct(lines: Indices) -> Indices:
    """As np.unique, which takes several times as long for so few."""
    ordered = np.sort(lines)
    first = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


class HiddenMoves:
    """Carries moves out, and shows a schedule what it may choose from (`schedule.MachineView`)."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.hierarchy = machine.hierarchy
        self.noncacheable = machine.noncacheable
        self.aliases = machine.aliases
        self.walking = False  # a table walk is under way that no access asked for
        self._apply: dict[tuple[MoveKind, str], Callable[[Move], bool]] = {
            (MoveKind.FILL, "l1"): self._fill_l1,
            (MoveKind.FILL, "l2"): self._fill_l2,
            (MoveKind.EVICT, "l1"): self._evict_l1,
            (MoveKind.EVICT, "l2"): self._evict_l2,
            (MoveKind.FILL, "tlb"): self._fill_tlb,
            (MoveKind.EVICT, "tlb"): self._evict_tlb,
            (MoveKind.KEEP, "l1"): self._keep,
            (MoveKind.KEEP, "l2"): self._keep,
            (MoveKind.DRAIN, "store_buffer"): self._drain_store_buffer,
            (MoveKind.DRAIN, "outer_buffer"): self._drain_outer_buffer,
            (MoveKind.LOAD, "wb"): self._load_early,
            (MoveKind.LOAD, "nc"): self._load_early,
            (MoveKind.HOLD, "maintenance"): self._hold,
            (MoveKind.DRAIN, "maintenance"): self._complete,
        }

    # --- what a schedule may see ---

    def line_bytes(self) -> int:
        return self.hierarchy.line

    def loads_early(self) -> bool:
        return self.machine.profile.loads_early

    def acting(self) -> int:
        return self.machine.active_cpu.index

    def live_lines(self, address: int, reach: int) -> Sequence[int]:
        """Lines within `reach` lines of `address` whose page is live; none where the core does not speculate."""
        if not self.machine.profile.speculates:
            return []
        line = self.hierarchy.line
        first = (address & -line) - reach * line
        return [pa for pa in range(first, first + (2 * reach + 1) * line, line) if self.aliases.is_live(pa)]

    def resident_lines(self, level: str) -> Sequence[int]:
        """Lines that "l1" (of any CPU) or "l2" holds, ascending; none where the machine has no such level."""
        h = self.hierarchy
        if level == "l1":
            held = h.l1[0].held() if len(h.l1) == 1 else _distinct(np.concatenate([c.held() for c in h.l1]))
            return LineAddresses(held, h.shift)
        return LineAddresses(h.l2.held(), h.shift) if level == "l2" and h.l2 is not None else ()

    def next_victims(self, level: str) -> Sequence[int]:
        """Of the lines that `resident_lines` names those that the next allocation in their sets replaces; ascending."""
        h = self.hierarchy
        caches = h.l1 if level == "l1" else [h.l2] if level == "l2" and h.l2 is not None else []
        held = [cache.next_victims() for cache in caches]
        return LineAddresses(_distinct(np.concatenate(held)), h.shift) if held else ()

    def copies_of_lines(self, pa: int, lines: int) -> LineCopies:
        """Where the copies of `lines` lines from `pa` are. Raises UsageError without versions."""
        return copies_of_lines(self.hierarchy, self.noncacheable, self.aliases, pa, lines)

    def copies_of_line(self, pa: int) -> LineCodes:
        """As `copies_of_lines`, for one line."""
        return copies_of_line(self.hierarchy, self.noncacheable, self.aliases, pa)

    # --- moves ---

    def apply(self, move: Move) -> bool:
        """Carries `move` out; False if it changed nothing. Raises IllegalMove."""
        act = self._apply.get((move.kind, move.level))
        if act is None:
            raise IllegalMove(move, f"{move.kind.value} does not act on {move.level!r}")
        if not 0 <= move.cpu < len(self.hierarchy.l1):
            raise IllegalMove(move, f"the machine has {len(self.hierarchy.l1)} CPUs")
        if move.lines < 1:
            raise IllegalMove(move, "it acts on no line")
        cycles = self.hierarchy.cycles
        changed = act(move)
        self.hierarchy.cycles = cycles  # it runs beside the CPU, and costs it nothing
        self.hierarchy.counters.hidden_moves += changed
        return changed

    def _absent(self, move: Move, held: Callable[[Indices], Indices]) -> Iterator[Indices]:
        """The lines of a fill that `held` does not locate, in portions of which no two share a set."""
        h = self.hierarchy
        first, end = move.address >> h.shift, (move.address >> h.shift) + move.lines
        if not self.machine.profile.speculates:
            raise IllegalMove(move, f"{self.machine.profile.name} loads no data unasked")
        if not self.aliases.all_live(first << h.shift, move.lines << h.shift):
            raise IllegalMove(move, "no cacheable translation of the page is live")
        if self.machine.forbidden:
            self.machine.cpus[move.cpu].check_allowed(0, first << h.shift, move.lines << h.shift, "speculative load")
        h.snooping = True
        ahead = self._colour(move) if h.virtual and move.level == "l1" else 0
        if ahead is None:
            return
        first, end = first + ahead, end + ahead
        step = h.piece >> h.shift
        for start in range(first, end, step):
            lines = np.arange(start, min(start + step, end), dtype=np.int64)
            absent = lines[held(lines) < 0]
            if len(absent):
                yield absent

    def _colour(self, move: Move) -> int | None:
        """Under which colour a speculative load of the line goes: that of a cacheable translation that the CPU holds."""
        cpu = self.machine.cpus[move.cpu]
        for entry in cpu.tlb.holding(move.address):
            if entry.cacheable:
                return entry.colour >> self.hierarchy.shift
        return None

    def _fill_l1(self, move: Move) -> bool:
        changed = False
        for lines in self._absent(move, self.hierarchy.l1[move.cpu].locate):
            self.hierarchy.ensure(move.cpu, lines)
            changed = True
        return changed

    def _fill_l2(self, move: Move) -> bool:
        l2 = self.hierarchy.l2
        changed = False
        for lines in self._absent(move, l2.locate) if l2 is not None else ():
            assert l2 is not None
            self.hierarchy.allocate_l2(l2, lines)
            changed = True
        return changed

    def _resident(self, cache: Cache, move: Move) -> Indices:
        first = move.address >> self.hierarchy.shift
        if move.lines == 1 and not self.hierarchy.virtual:
            slot = cache.find(first)
            return np.array((slot,) if slot >= 0 else (), np.int64)
        return cache.copies(first, first + move.lines)

    def _evict_l1(self, move: Move) -> bool:
        """From the L1 of `move.cpu`, or if that holds none of the lines from whichever does."""
        h = self.hierarchy
        for cache in (h.l1[move.cpu], *h.l1):
            slots = self._resident(cache, move)
            if len(slots):
                h.evict_l1(cache, slots)
                return True
        return False

    def _evict_l2(self, move: Move) -> bool:
        l2 = self.hierarchy.l2
        if l2 is None:
            return False
        slots = self._resident(l2, move)
        if not len(slots):
            return False
        self.hierarchy.make_room(l2, slots)
        l2.drop(slots)
        return True

    def _load_early(self, move: Move) -> bool:
        if not self.loads_early():
            raise IllegalMove(move, f"{self.machine.profile.name} executes loads in order")
        changed, line = False, self.hierarchy.line
        first = move.address & -line
        for at in range(first, first + move.lines * line, line):
            if self.machine.forbidden:
                self.machine.cpus[move.cpu].check_allowed(0, at, line, "early load")
            changed |= self.machine.early.load(move.cpu, at, move.level == "wb")
        return changed

    def _fill_tlb(self, move: Move) -> bool:
        """A CPU walks for the virtual page at `address` unasked. What faults is not held (DDI 0406C, B3.10.3)."""
        cpu = self.machine.cpus[move.cpu]
        if cpu.tlb.lookup(move.address, cpu.ttbr) is not None:
            return False
        self.walking = True
        try:
            cpu.translate(move.address)
        except Fault:
            return False
        finally:
            self.walking = False
        return True

    def _evict_tlb(self, move: Move) -> bool:
        """A CPU forgets what it holds for the virtual page at `address`; the next access walks anew."""
        tlb = self.machine.cpus[move.cpu].tlb
        if tlb.lookup(move.address, self.machine.cpus[move.cpu].ttbr) is None:
            return False
        tlb.invalidate(move.address, 1)
        return True

    def _keep(self, move: Move) -> bool:
        """In every L1, or in L2: which line a fill replaces is the cache's own choice."""
        h = self.hierarchy
        first = move.address >> h.shift
        for cache in h.l1 if move.level == "l1" else (h.l2,):
            if cache is not None:
                cache.kept.update(range(first, first + move.lines))
        return False

    def _hold(self, move: Move) -> bool:
        self.machine.maintenance.hold(move.cpu)
        return True

    def _complete(self, move: Move) -> bool:
        return self.machine.maintenance.complete(move.cpu)

    def _drain(self, buffer: WriteBuffer, move: Move) -> bool:
        """What the buffer holds of the lines, or everything where the address is 0."""
        if not move.address:
            return buffer.drain()
        start = move.address & -self.hierarchy.line
        return buffer.drain_range(start, start + move.lines * self.hierarchy.line)

    def _drain_store_buffer(self, move: Move) -> bool:
        return self._drain(self.noncacheable.buffers[move.cpu], move)

    def _drain_outer_buffer(self, move: Move) -> bool:
        outer = self.noncacheable.outer
        return outer is not None and self.machine.profile.outer_drains_alone and self._drain(outer, move)
