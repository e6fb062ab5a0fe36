# SPDX-License-Identifier: Apache-2.0
"""bounce: every streaming mapping goes through a bounce buffer (swiotlb=force; devices with short masks).

Kernel: kernel/dma/swiotlb.c, v6.19 (dmasan.linux.swiotlb). Streaming is what this policy is about: the driver's own
lines are never the device's, at the price of two copies. Coherent memory is that of the kernel's own choice. On ARM32
only LPAE kernels with RAM above the DMA limit have the pool (arch_mm_preinit, v6.19); before, dmabounce had another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.config import Cell
from dmasan.linux.policies.base import Mapping, Policy
from dmasan.linux.policies.choice import kernel_choice

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


class Bounce(Policy):
    """`base` allocates coherent memory."""

    name = "bounce"
    summary = "streaming mappings are copied through bounce buffers (swiotlb=force); coherent memory as auto"

    def __init__(self, base: Policy) -> None:
        self.base = base
        self.cma_zone = base.cma_zone

    @classmethod
    def of(cls, cell: Cell) -> Policy:
        return cls(kernel_choice(cell)())

    @classmethod
    def hypothetical(cls, profile: str, era: str) -> str | None:
        return f"an ARM32 kernel for {profile} has bounce buffers only with LPAE and RAM beyond the device's reach"

    def small_pages_at_boot(self, era: str) -> bool:
        return self.base.small_pages_at_boot(era)

    async def boot(self, kernel: Kernel) -> None:
        """swiotlb_init, swiotlb=force."""
        await kernel.swiotlb.allocate(kernel.knobs.swiotlb_mib << 20)
        kernel.dma.device.bounce = True

    async def alloc(self, kernel: Kernel, count: int, name: str) -> Mapping:
        with kernel.acting_as(self.base, kernel.acting_device):
            return await self.base.alloc(kernel, count, name)

    async def free(self, kernel: Kernel, mapping: Mapping) -> None:
        with kernel.acting_as(self.base, kernel.acting_device):
            await self.base.free(kernel, mapping)
