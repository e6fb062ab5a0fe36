# SPDX-License-Identifier: Apache-2.0
"""U-Boot's flush_dcache_range and invalidate_dcache_range, from `start` up to, not including, `stop`.

ARMv7 (arch/arm/cpu/armv7/cache_v7.c): a flush rounds to lines; an invalidation of a range that is not aligned is refused
with a message and does nothing (check_cache_range), as on ARM926 (arch/arm/cpu/arm926ejs/cache.c), where a flush is
refused too. L2: PL310 after L1 for a flush; v7_outer_cache_inval_range after L1 as well. ARMv8
(arch/arm/cpu/armv8/cache.S): both round to lines, whatever else is in them (from memory).
"""

from __future__ import annotations

from dmasan.arch.cpu import Cpu
from dmasan.linux.architecture import Architecture, architecture_of


class UBoot:
    """The functions of one CPU; `messages` is what the console got."""

    def __init__(self, cpu: Cpu) -> None:
        self.cpu = cpu
        self.line = cpu.machine.profile.l1.line
        self.architecture = architecture_of(cpu.machine.profile)
        self.messages: list[str] = []

    def round_up(self, value: int) -> int:
        """ALIGN(value, ARCH_DMA_MINALIGN)."""
        return -(-value // self.line) * self.line

    def round_down(self, value: int) -> int:
        return value - value % self.line

    async def flush_dcache_range(self, start: int, stop: int) -> None:
        """Clean and invalidate: to the PoC, the outer cache included."""
        if self.architecture is Architecture.ARMV5 and not self._check_cache_range(start, stop):
            return
        if self.round_up(stop) <= self.round_down(start):
            return
        length = max(stop - start, 1)  # whole lines are acted upon; the caller meant these bytes of them
        await self.cpu.dccimvac(start, length)
        await self.cpu.dsb()
        await self.cpu.outer_flush(start, length)
        await self.cpu.outer_sync()

    async def invalidate_dcache_range(self, start: int, stop: int) -> None:
        """Invalidate: refused for a range that is not aligned, but on ARMv8."""
        if self.architecture is not Architecture.ARM64 and not self._check_cache_range(start, stop):
            return
        if self.round_up(stop) <= self.round_down(start):
            return
        length = max(stop - start, 1)
        await self.cpu.dcimvac(start, length)
        await self.cpu.dsb()
        await self.cpu.outer_invalidate(start, length)
        await self.cpu.outer_sync()

    def _check_cache_range(self, start: int, stop: int) -> bool:
        """check_cache_range, arch/arm/lib/cache.c."""
        if start % self.line or stop % self.line:
            self.messages.append(f"CACHE: Misaligned operation at range [{start:08x}, {stop:08x}]")
            return False
        return True
