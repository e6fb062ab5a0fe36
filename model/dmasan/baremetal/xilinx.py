# SPDX-License-Identifier: Apache-2.0
"""Xilinx' standalone library (embeddedsw, lib/bsp/standalone/src/arm): Xil_DCacheFlushRange and its likes.

Cortex-A9 (cortexa9/xil_cache.c): a partial first or last line of an invalidation is flushed; then L2 goes before L1. A
flush does each level line by line; before 6cb1f1f213 it alternated between the levels without a barrier, so that L2 was
flushed before L1's data had arrived (`old`). Cortex-A53 (ARMv8/64bit/xil_cache.c): both are dc civac, an invalidation too
(from memory of the sources): nothing is lost, and dirty lines go over what a device has written.
"""

from __future__ import annotations

from dmasan.arch.cpu import Cpu
from dmasan.linux.architecture import Architecture, architecture_of


class Xilinx:
    """The functions of one CPU. Addresses are flat, lengths in bytes."""

    def __init__(self, cpu: Cpu, *, old: bool = False) -> None:
        self.cpu = cpu
        self.old = old
        profile = cpu.machine.profile
        self.line = profile.l1.line
        self._arm64 = architecture_of(profile) is Architecture.ARM64

    async def dcache_flush_range(self, address: int, length: int) -> None:
        """Xil_DCacheFlushRange: clean and invalidate to the PoC, both levels."""
        if length <= 0:
            return
        cpu = self.cpu
        if self.old and cpu.machine.profile.outer:
            start, size = self._lines(address, length)
            for each in range(start, start + size, self.line):
                await cpu.dccimvac(each, self.line)
                await cpu.outer_flush(each, self.line)  # what L1 writes back may still be on its way
            await cpu.dsb()
            await cpu.outer_sync()
            return
        await cpu.dccimvac(address, length)
        await cpu.dsb()
        await cpu.outer_flush(address, length)
        await cpu.outer_sync()

    async def dcache_invalidate_range(self, address: int, length: int) -> None:
        """Xil_DCacheInvalidateRange: on Cortex-A53 a flush."""
        if length <= 0:
            return
        cpu, start, end = self.cpu, address, address + length
        if self._arm64:
            await cpu.dccimvac(address, length)
            await cpu.dsb()
            return
        for edge in {start - start % self.line} if start % self.line else set():
            await self._flush_line(edge)
            start = edge + self.line
        if end % self.line and end > start:
            end -= end % self.line
            await self._flush_line(end)
        if start < end:
            await cpu.outer_invalidate(start, end - start)
            await cpu.outer_sync()
            await cpu.dcimvac(start, end - start)
        await cpu.dsb()

    async def _flush_line(self, line: int) -> None:
        """Xil_L1DCacheFlushLine, Xil_L2CacheFlushLine."""
        await self.cpu.dccimvac(line, self.line)
        await self.cpu.dsb()
        await self.cpu.outer_flush(line, self.line)
        await self.cpu.outer_sync()

    def _lines(self, address: int, length: int) -> tuple[int, int]:
        """(first line, bytes of all lines touched)."""
        start = address - address % self.line
        return start, -(-(address + length - start) // self.line) * self.line
