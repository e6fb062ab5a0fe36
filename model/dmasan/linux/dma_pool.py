# SPDX-License-Identifier: Apache-2.0
"""Small coherent blocks cut from pages of coherent memory (mm/dmapool.c, v6.19).

A page of the pool has max(size, PAGE_SIZE) bytes. Blocks are handed out last freed, first used, and not cleared again
unless zalloc is called. `boundary` is a power of two that no block crosses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dmasan.events import PoolBlock, PoolMisuse
from dmasan.linux.dma_coherent import CoherentBuffer
from dmasan.linux.errors import DmaApiError
from dmasan.linux.layout import PAGE_SIZE

if TYPE_CHECKING:
    from dmasan.linux.dma import DmaApi


@dataclass(frozen=True)
class Block:
    """A block of a pool: the CPU's and the device's address."""

    cpu_addr: int
    dma_handle: int
    size: int


class DmaPool:
    """`struct dma_pool`. Raises DmaApiError for a size, an alignment or a boundary that cannot be."""

    def __init__(self, dma: DmaApi, name: str, size: int, align: int = 1, boundary: int = 0) -> None:
        align = align or 1
        if align & (align - 1):
            raise DmaApiError(f"dma_pool {name}: alignment {align} is no power of two")
        if size <= 0:
            raise DmaApiError(f"dma_pool {name}: blocks of {size} bytes")
        size = -(-max(size, 4) // align) * align
        allocation = max(size, PAGE_SIZE)
        boundary = boundary or allocation
        if boundary < size or boundary & (boundary - 1):
            raise DmaApiError(f"dma_pool {name}: boundary {boundary} with blocks of {size} bytes")
        self.dma, self.name, self.size = dma, name, size
        self.allocation, self.boundary = allocation, min(boundary, allocation)
        self.pages: list[CoherentBuffer] = []
        self._free: list[Block] = []
        self._used: dict[int, Block] = {}  # by bus address

    async def alloc(self) -> Block:
        """dma_pool_alloc: content is what the block's last user left. Raises as dma_alloc_coherent does."""
        if not self._free:
            await self._grow()
        block = self._free.pop()
        self._used[block.dma_handle] = block
        self._tell(block.cpu_addr, block.size, given=True)
        return block

    async def zalloc(self) -> Block:
        """dma_pool_zalloc: cleared."""
        block = await self.alloc()
        await self.dma.kernel.cpu.fill(block.cpu_addr, block.size, 0)
        return block

    async def free(self, block: Block) -> None:
        """dma_pool_free. A block that is not in use is reported and not freed (CONFIG_DMAPOOL_DEBUG)."""
        if self._used.pop(block.dma_handle, None) != block:
            what = "already free" if block in self._free else "bad dma"
            text = f"dma_pool_free {self.name}, {block.cpu_addr:#010x} ({what})/{block.dma_handle:#010x}"
            self.dma.kernel.message(text, block.dma_handle, block.size)
            for page in self.pages if block in self._free else ():
                if page.dma_handle <= block.dma_handle < page.dma_handle + page.size:
                    self._tell_misuse(page, [block], lost=False)
            return
        self._tell(block.cpu_addr, block.size, given=False)
        self._free.append(block)

    async def destroy(self) -> None:
        """dma_pool_destroy: pages with blocks in use are leaked, and that is said."""
        for page in self.pages:
            end = page.dma_handle + page.size
            lost = [block for handle, block in self._used.items() if page.dma_handle <= handle < end]
            if lost:
                self._tell_misuse(page, lost, lost=True)
                self.dma.kernel.message(f"dma_pool_destroy {self.name}, {page.cpu_addr:#010x} busy", page.dma_handle)
            else:
                await self.dma.free_coherent(page)
        self.pages, self._free = [], []

    async def _grow(self) -> None:
        """pool_alloc_page, pool_initialise_page."""
        page = await self.dma.alloc_coherent(self.allocation, f"dma_pool {self.name}")
        self.pages.append(page)
        self._tell(page.cpu_addr, self.allocation, given=False)
        blocks, offset, limit = [], 0, self.boundary
        while offset + self.size <= self.allocation:
            if offset + self.size > limit:
                offset, limit = limit, limit + self.boundary
                continue
            blocks.append(Block(page.cpu_addr + offset, page.dma_handle + offset, self.size))
            offset += self.size
        self._free += reversed(blocks)  # the page's first block comes first

    def _tell_misuse(self, page: CoherentBuffer, blocks: list[Block], *, lost: bool) -> None:
        kernel = self.dma.kernel
        if kernel.machine.bus.active:
            for block in blocks:
                physical = self.dma.physical(page) + block.cpu_addr - page.cpu_addr
                kernel.emit(PoolMisuse(*kernel.stamp(), physical, block.size, lost))

    def _tell(self, cpu_addr: int, size: int, *, given: bool) -> None:
        """Whose a block, or a page of blocks, is from now on."""
        kernel = self.dma.kernel
        page = next(each for each in self.pages if each.cpu_addr <= cpu_addr < each.cpu_addr + each.size)
        if kernel.machine.bus.active:
            physical = self.dma.physical(page) + cpu_addr - page.cpu_addr
            kernel.emit(PoolBlock(*kernel.stamp(), physical, size, given))
