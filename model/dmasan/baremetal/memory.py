# SPDX-License-Identifier: Apache-2.0
"""Memory as a linker lays it out: variables one after the other, a stack, and a section that is mapped Non-cacheable.

Addresses are physical and virtual at once; sizes are in bytes. Nothing is rounded to a cache line unless `align` asks for
it: neighbours share lines, as they do in a program.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from dmasan.config import UsageError
from dmasan.events import Direction, DmaMap, DmaUnmap, Event, MappingKind, Site

STACK_BYTES = 8 << 10
STACK_ALIGNMENT = 8  # AAPCS


@dataclass
class Section:
    """Addresses [next, end) that are free."""

    name: str
    next: int
    end: int

    def take(self, size: int, align: int, name: str) -> int:
        """Raises UsageError if there is no room, or for an alignment that is no power of two."""
        if size <= 0 or align <= 0 or align & (align - 1):
            raise UsageError(f"{name}: {size} bytes aligned to {align} cannot be placed")
        address = -(-self.next // align) * align
        if address + size > self.end:
            raise UsageError(f"{name}: no room for {size} bytes in section {self.name}")
        self.next = address + size
        return address


@dataclass
class StaticMemory:
    """Places variables and tells observers their names. `tell` takes an event; `stamp` gives time and place."""

    cached: Section
    uncached: Section
    stack: Section
    tell: Callable[[Event], None]
    stamp: Callable[[], tuple[float, Site]]
    _frames: list[tuple[int, int, int]] = field(default_factory=list)  # address, size, former end of the stack

    def array(self, size: int, name: str = "", align: int = 4) -> int:
        """A static variable in cacheable memory."""
        return self._named(self.cached.take(size, align, name or "array"), size, name)

    def noncacheable(self, size: int, name: str = "", align: int = 4) -> int:
        """A static variable in the section that is mapped Non-cacheable."""
        return self._named(self.uncached.take(size, align, name or "array"), size, name, MappingKind.COHERENT)

    def push(self, size: int, name: str = "") -> int:
        """A local variable of a function that is called now. Raises UsageError when the stack is full."""
        address = (self.stack.end - size) & -STACK_ALIGNMENT
        if address < self.stack.next:
            raise UsageError(f"{name or 'local'}: no room for {size} bytes on the stack")
        self._frames.append((address, size, self.stack.end))
        self.stack.end = address
        return self._named(address, size, name)

    def pop(self) -> None:
        """The function returns: its variable is gone, and the next call uses its bytes."""
        address, size, self.stack.end = self._frames.pop()
        self.tell(DmaUnmap(*self.stamp(), MappingKind.STATIC, address, size, Direction.BIDIRECTIONAL, cpu_address=address))

    def _named(self, address: int, size: int, name: str, kind: MappingKind = MappingKind.STATIC) -> int:
        both = Direction.BIDIRECTIONAL
        self.tell(DmaMap(*self.stamp(), kind, address, size, both, name, cpu_address=address))
        return address
