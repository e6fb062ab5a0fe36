# SPDX-License-Identifier: Apache-2.0
"""CMSIS-Core's cache functions for Cortex-M7 (CMSIS/Core/Include/core_cm7.h, cachel1_armv7.h).

Up to CMSIS 5.6 the address was rounded down and the size left as it was, so that an unaligned range lost its last line;
since 5.7 (from memory) the size grows by what the address was rounded. Every function acts on whole lines, and the
invalidation throws away whatever shares them: addresses aligned to 32 bytes are the caller's duty.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from dmasan.arch.cpu import Cpu


class Cmsis:
    """SCB_*DCache_by_Addr. `old` is the library up to 5.6."""

    def __init__(self, cpu: Cpu, line: int = 32, *, old: bool = False) -> None:
        self.cpu = cpu
        self.line = line
        self.old = old

    async def clean_dcache_by_addr(self, address: int, size: int) -> None:
        """SCB_CleanDCache_by_Addr."""
        await self._by_address(self.cpu.dccmvac, address, size)

    async def invalidate_dcache_by_addr(self, address: int, size: int) -> None:
        """SCB_InvalidateDCache_by_Addr: dirty data in the lines is lost, neighbours' too."""
        await self._by_address(self.cpu.dcimvac, address, size)

    async def clean_invalidate_dcache_by_addr(self, address: int, size: int) -> None:
        """SCB_CleanInvalidateDCache_by_Addr."""
        await self._by_address(self.cpu.dccimvac, address, size)

    async def _by_address(self, operation: Callable[[int, int], Awaitable[None]], address: int, size: int) -> None:
        """__DSB; the loop over lines; __DSB; __ISB. Nothing for a size of nothing."""
        if size <= 0:
            return
        end = address + size - (address % self.line if self.old else 0)
        await self.cpu.dsb()
        await operation(address, max(end - address, 1))  # acts on all lines touched; the caller meant these bytes of them
        await self.cpu.dsb()
        await self.cpu.isb()
