# SPDX-License-Identifier: Apache-2.0
"""The world of boot loaders and RTOSes: cacheable memory, the raw cache primitives, and no DMA API.

The primitives act on whole lines, as the loops of U-Boot (arch/arm/cpu/armv7/cache_v7.c, arch/arm/lib/cache-pl310.c),
of Xilinx' standalone library (Xil_DCacheFlushRange) and of CMSIS (SCB_CleanDCache_by_Addr) do: every line that
[start, start + length) touches. With an outer cache they end there: inner first on the way to memory, outer first on
the way back. Memory is given to the device for good.
"""

from __future__ import annotations

from dataclasses import dataclass

from dmasan.events import Direction, DmaMap, DmaUnmap, MappingKind, OwnershipWords
from dmasan.linux.layout import PAGE_SIZE, pages_of
from dmasan.soc import Soc


@dataclass(frozen=True)
class Memory:
    """A buffer: `va` for the CPU, `pa` for the device, `size` bytes."""

    va: int
    pa: int
    size: int


class Firmware:
    """Memory and caches of a machine without operating system. `line` is the length of a cache line in bytes."""

    def __init__(self, soc: Soc) -> None:
        self._soc = soc
        self.line = soc.machine.profile.l1.line

    async def memory(self, size: int, name: str, *, device: bool = True) -> Memory:
        """Cacheable memory, aligned to a page; content undefined. Without `device` the device has no business there."""
        kernel = self._soc.kernel
        pages = await kernel.alloc_pages(pages_of(size), name=name)
        pa = kernel.layout.pa(int(pages[0]))
        found = Memory(kernel.linear.va(int(pages[0])), pa, size)
        if device:
            self.share(found, name)
        return found

    async def heap(self, size: int) -> Memory:
        """Like `memory`, but what of it the device may use has still to be shared; pages are cleared and clean."""
        found = await self.memory(size, "heap", device=False)
        await self._soc.cpu().fill(found.va, pages_of(size) * PAGE_SIZE, 0)
        await self.flush(found.va, pages_of(size) * PAGE_SIZE)
        return found

    def part(self, memory: Memory, offset: int, size: int, name: str) -> Memory:
        """A part of the heap that the device may use."""
        found = Memory(memory.va + offset, memory.pa + offset, size)
        self.share(found, name)
        return found

    def share(self, memory: Memory, name: str) -> None:
        """Tells that CPU and device both use a range."""
        kernel = self._soc.kernel
        kernel.emit(
            DmaMap(*kernel.stamp(), MappingKind.STATIC, memory.pa, memory.size, Direction.BIDIRECTIONAL, name)
        )

    def withdraw(self, memory: Memory) -> None:
        """Tells that the device has no business in a range any more, which was shared as such."""
        kernel = self._soc.kernel
        kernel.emit(
            DmaUnmap(*kernel.stamp(), MappingKind.STATIC, memory.pa, memory.size, Direction.BIDIRECTIONAL)
        )

    def ownership_words(self, memory: Memory, offset: int, stride: int, count: int) -> None:
        """Says which 32-bit words of a descriptor table both sides may write, and poll, at any time."""
        kernel = self._soc.kernel
        kernel.emit(OwnershipWords(*kernel.stamp(), memory.pa + offset, 4, stride, count))

    # --- cache primitives

    async def clean(self, va: int, length: int) -> None:
        """Writes dirty lines back: SCB_CleanDCache_by_Addr, up_clean_dcache."""
        cpu = self._soc.cpu()
        await cpu.dccmvac(va, length)
        await cpu.dsb()
        await cpu.outer_clean(self._pa(va), length)
        await cpu.outer_sync()

    async def flush(self, va: int, length: int) -> None:
        """Writes back and invalidates: flush_dcache_range, Xil_DCacheFlushRange, up_flush_dcache."""
        cpu = self._soc.cpu()
        await cpu.dccimvac(va, length)
        await cpu.dsb()
        await cpu.outer_flush(self._pa(va), length)
        await cpu.outer_sync()

    async def invalidate(self, va: int, length: int) -> None:
        """Drops lines, dirty ones too: invalidate_dcache_range, SCB_InvalidateDCache_by_Addr, up_invalidate_dcache."""
        cpu = self._soc.cpu()
        await cpu.outer_invalidate(self._pa(va), length)
        await cpu.outer_sync()
        await cpu.dcimvac(va, length)
        await cpu.dsb()

    def _pa(self, va: int) -> int:
        return self._soc.kernel.layout.physical(va)
