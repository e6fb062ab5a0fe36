# SPDX-License-Identifier: Apache-2.0
"""Load-Exclusive and Store-Exclusive (DDI 0406C, A3.4)."""

from __future__ import annotations

from dataclasses import dataclass

from dmasan.arch.accesses import Accesses
from dmasan.arch.faults import AlignmentFault
from dmasan.arch.memory import Bytes


@dataclass(frozen=True, slots=True)
class Reservation:
    """What the exclusive monitors remember of a CPU: the marked line, and its content as of the load."""

    line: int
    seen: bytes


class Exclusives(Accesses):
    """LDREX, STREX and CLREX on Normal memory.

    The reservation granule is a cache line. Local and global monitor are one: a store-exclusive fails once anybody,
    a device too, has written the line since. With the knob `versions` off a write of equal bytes is not noticed. What
    exclusives do under mismatched attributes is UNKNOWN, and not modelled.
    """

    _reserved: Reservation | None = None

    async def ldrex(self, va: int) -> int:
        """LDREX: a 32-bit load that marks its line. Raises AlignmentFault, and what `ldr` raises."""
        self._check_exclusive(va, "LDREX")
        self._early.end()  # the monitor watches from when the load is executed: none is taken that was before this
        value = await self.ldr(va)
        line = self.physical(va) & -self._hierarchy.line
        self._reserved = Reservation(line, self._content(line))
        return value

    async def strex(self, va: int, value: int) -> int:
        """STREX: stores and returns 0 if the line is still marked, else returns 1. The mark is gone in either case."""
        self._check_exclusive(va, "STREX")
        line = self.translate(va, "STREX", write=True).delta + va & -self._hierarchy.line
        held, self._reserved = self._reserved, None
        if held is None or held.line != line or held.seen != self._content(line):
            return 1
        await self.str_(va, value)
        return 0

    async def clrex(self) -> None:
        """CLREX: takes the mark away."""
        self._reserved = None

    def _check_exclusive(self, va: int, access: str) -> None:
        if va & 3:
            raise AlignmentFault(va, self.index, access, "exclusive accesses must be aligned")

    def _content(self, line: int) -> bytes:
        memory, length = self.machine.memory, self._hierarchy.line
        if memory.latest is not None:
            latest: Bytes = memory.latest[line - memory.base : line - memory.base + length]
            return latest.tobytes()
        return self._hierarchy.peek(line, length).tobytes()
