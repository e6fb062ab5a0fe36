# SPDX-License-Identifier: Apache-2.0
"""Barriers and register accessors of ARM32 with ARM_DMA_MEM_BUFFERABLE, and of arm64.

Sources: arch/arm/include/asm/barrier.h and io.h, v6.19; arch/arm/include/asm/system.h, v2.6.39 and v3.5, where wmb was
mb and no barrier had an option. dma_wmb and dma_rmb came with v3.19 (from memory): the eras before have wmb and rmb in
their place. dma_mb is mb (asm-generic/barrier.h, from memory). arm64: arch/arm64/include/asm/barrier.h and io.h, v6.19;
its registers are behind DMB instead of DSB since v5.1, and before that behind the full barriers (from memory).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.linux.architecture import Architecture, architecture_of
from dmasan.linux.eras import since

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel

REGISTERS = 0x4000_0000  # physical address of the device's registers


class Io:
    """What a driver uses to order its accesses and to reach its registers, by byte offset from `base`."""

    def __init__(self, kernel: Kernel, base: int = REGISTERS) -> None:
        self.kernel = kernel
        self.base = base
        self._arm64 = architecture_of(kernel.machine.profile) is Architecture.ARM64

    async def mb(self) -> None:
        """dsb; outer_sync."""
        await self.kernel.cpu.dsb("sy")
        await self.kernel.cpu.outer_sync()

    async def wmb(self) -> None:
        """dsb st; outer_sync, without which stores stay in the PL310's buffer. Up to v3.5 the same as mb."""
        await self.kernel.cpu.dsb("st" if since(self.kernel.era, "v3.14") else "sy")
        await self.kernel.cpu.outer_sync()

    async def rmb(self) -> None:
        """dsb; arm64: dsb ld."""
        await self.kernel.cpu.dsb("ld" if self._arm64 else "sy")

    async def dma_wmb(self) -> None:
        """dmb oshst: orders stores to memory that a device reads; drains nothing. wmb before v3.19."""
        if since(self.kernel.era, "v6.0"):
            await self.kernel.cpu.dmb("oshst")
        else:
            await self.wmb()

    async def dma_rmb(self) -> None:
        """dmb osh (arm64: dmb oshld): orders loads from memory that a device writes. rmb before v3.19."""
        if since(self.kernel.era, "v6.0"):
            await self.kernel.cpu.dmb("oshld" if self._arm64 else "osh")
        else:
            await self.rmb()

    async def dma_mb(self) -> None:
        """mb."""
        await self.mb()

    async def smp_mb(self) -> None:
        """dmb ish: between CPUs only; dmb without option up to v3.5."""
        await self.kernel.cpu.dmb("ish" if since(self.kernel.era, "v3.14") else "sy")

    async def smp_wmb(self) -> None:
        """dmb ishst; smp_mb up to v3.5."""
        await self.kernel.cpu.dmb("ishst" if since(self.kernel.era, "v3.14") else "sy")

    async def smp_rmb(self) -> None:
        """smp_mb."""
        await self.smp_mb()

    async def readl(self, offset: int) -> int:
        """ldr; rmb. arm64: ldr; dmb oshld."""
        value = await self.readl_relaxed(offset)
        await (self.dma_rmb() if self._arm64 else self.rmb())
        return value

    async def writel(self, value: int, offset: int) -> None:
        """wmb; str. arm64: dmb oshst; str."""
        await (self.dma_wmb() if self._arm64 else self.wmb())
        await self.writel_relaxed(value, offset)

    async def readl_relaxed(self, offset: int) -> int:
        """ldr, ordered with other accesses to Device memory only."""
        return await self.kernel.cpu.load_device(self.base + offset)

    async def writel_relaxed(self, value: int, offset: int) -> None:
        """str, ordered with other accesses to Device memory only."""
        await self.kernel.cpu.store_device(self.base + offset, value)
