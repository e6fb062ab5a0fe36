# SPDX-License-Identifier: Apache-2.0
"""The kernel stack of the running task, on which a driver's local variables live.

THREAD_SIZE is 8 KiB (arch/arm/include/asm/thread_info.h). With CONFIG_VMAP_STACK, ARM32 since v5.18, it is vmalloc
memory; before, two pages of lowmem. A frame that was left is used again by the next call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.linux.eras import since
from dmasan.linux.errors import OutOfMemory
from dmasan.linux.frames import Owner
from dmasan.linux.layout import PAGE_SIZE

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel

THREAD_SIZE = 8 << 10
ALIGNMENT = 8  # AAPCS


class Stack:
    """Grows down from its top; made when it is first used."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.base = 0
        self._frames: list[int] = []  # their sizes

    def holds(self, va: int) -> bool:
        """object_is_on_stack."""
        return bool(self.base) and self.base <= va < self.base + THREAD_SIZE

    async def push(self, size: int) -> int:
        """A call with a local variable of `size` bytes: its address; content undefined. Raises OutOfMemory."""
        if not self.base:
            await self._make()
        room = -(-size // ALIGNMENT) * ALIGNMENT
        if sum(self._frames) + room > THREAD_SIZE:
            raise OutOfMemory(f"no room for {size} bytes on the kernel stack of {THREAD_SIZE} bytes")
        self._frames.append(room)
        return self.base + THREAD_SIZE - sum(self._frames)

    async def pop(self) -> None:
        """The call returns: its variable is gone."""
        self._frames.pop()

    async def _make(self) -> None:
        kernel, count = self.kernel, THREAD_SIZE // PAGE_SIZE
        if since(kernel.era, "v6.0"):
            self.base = await kernel.vmalloc.vmalloc(THREAD_SIZE, "kernel stack")
        else:
            pages = kernel.take_unmovable(Owner("kernel stack"), count, align=count)
            self.base = kernel.linear.va(int(pages[0]))
