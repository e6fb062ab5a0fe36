# SPDX-License-Identifier: Apache-2.0
"""Device-managed DMA memory: given back by itself when the driver is unbound (dmam_*).

Sources: dmam_alloc_attrs, dmam_free_coherent, kernel/dma/mapping.c; dmam_pool_create, dmam_pool_destroy, mm/dmapool.c;
devres_release_all, drivers/base/devres.c, and device_unbind_cleanup, drivers/base/dd.c, v6.19.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.linux.dma_attributes import DmaAttr
from dmasan.linux.dma_coherent import CoherentBuffer
from dmasan.linux.dma_pool import DmaPool

if TYPE_CHECKING:
    from dmasan.linux.dma import DmaApi


class Managed:
    """The managed resources of one device, in the order in which its driver took them."""

    def __init__(self, dma: DmaApi) -> None:
        self._dma = dma
        self._held: list[CoherentBuffer | DmaPool] = []

    async def alloc_coherent(self, size: int, name: str = "") -> CoherentBuffer:
        """dmam_alloc_coherent. Raises as `DmaApi.alloc_coherent` does."""
        return await self.alloc_attrs(size, name)

    async def alloc_wc(self, size: int, name: str = "") -> CoherentBuffer:
        """dmam_alloc_wc."""
        return await self.alloc_attrs(size, name, DmaAttr.WRITE_COMBINE)

    async def alloc_attrs(self, size: int, name: str = "", attrs: DmaAttr = DmaAttr.NONE) -> CoherentBuffer:
        """dmam_alloc_attrs."""
        buffer = await self._dma.alloc_attrs(size, name, attrs)
        self._held.append(buffer)
        return buffer

    async def free_coherent(self, buffer: CoherentBuffer) -> None:
        """dmam_free_coherent, before the driver goes. A buffer that is not managed is freed too, with a warning."""
        self._forget(buffer, f"dmam_free_coherent of {buffer.cpu_addr:#010x}", buffer.dma_handle)
        await self._dma.free_coherent(buffer)

    async def pool_create(self, name: str, size: int, align: int = 1, boundary: int = 0) -> DmaPool:
        """dmam_pool_create."""
        pool = await self._dma.pool_create(name, size, align, boundary)
        self._held.append(pool)
        return pool

    async def pool_destroy(self, pool: DmaPool) -> None:
        """dmam_pool_destroy, before the driver goes."""
        self._forget(pool, f"dmam_pool_destroy of {pool.name}")
        await pool.destroy()

    async def release_all(self) -> None:
        """devres_release_all: what was taken last goes first."""
        while self._held:
            resource = self._held.pop()
            if isinstance(resource, DmaPool):
                await resource.destroy()
            else:
                await self._dma.free_coherent(resource)

    def _forget(self, resource: CoherentBuffer | DmaPool, call: str, address: int = 0) -> None:
        """devres_destroy: WARN_ON if there is no such resource."""
        if resource in self._held:
            self._held.remove(resource)
        else:
            self._dma.kernel.message(f"WARNING: {call}, which is no managed resource of {self._dma.device.name}", address)
