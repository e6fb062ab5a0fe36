# SPDX-License-Identifier: Apache-2.0
"""The cache maintenance of streaming DMA, by direction, architecture and era.

ARM32: arch/arm/mm/dma-mapping.c:arch_sync_dma_for_device, arch_sync_dma_for_cpu, v6.19; the same order in v2.6.39, v3.5
and v3.14. To the device L1 goes before L2, so that dirty lines arrive before L2 is cleaned; to the CPU L2 goes before
L1, so that no speculative fill brings a stale L2 line into L1 again. arm64: arch/arm64/mm/dma-mapping.c.
Addresses are physical, lengths in bytes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from dmasan.events import CacheOp, Direction
from dmasan.linux import cache_ops
from dmasan.linux.architecture import Architecture, architecture_of
from dmasan.linux.eras import since
from dmasan.linux.layout import PAGE_SIZE, Zone

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel

RangeOp = Callable[["Kernel", int, int], Awaitable[None]]

_INNER: dict[CacheOp, RangeOp] = {
    CacheOp.CLEAN: cache_ops.dmac_clean_range,
    CacheOp.INVALIDATE: cache_ops.dmac_inv_range,
    CacheOp.CLEAN_INVALIDATE: cache_ops.dmac_flush_range,
}
_OUTER: dict[CacheOp, RangeOp] = {
    CacheOp.CLEAN: cache_ops.outer_clean_range,
    CacheOp.INVALIDATE: cache_ops.outer_inv_range,
    CacheOp.CLEAN_INVALIDATE: cache_ops.outer_flush_range,
}


def operation_for_device(kernel: Kernel, direction: Direction) -> CacheOp:
    """What map and sync_for_device do.

    FROM_DEVICE must leave no dirty line that could be evicted onto the device's data. ARM32 invalidates; arm64 cleans
    since v5.19, which keeps what the device does not write (c50f11c6196f). Where nothing is done afterwards
    (`done_by_map`) BIDIRECTIONAL buffers are flushed here.
    """
    if direction is Direction.FROM_DEVICE:
        keeps = architecture_of(kernel.machine.profile) is Architecture.ARM64 and since(kernel.era, "v6.0")
        return CacheOp.CLEAN if keeps else CacheOp.INVALIDATE
    if direction is Direction.BIDIRECTIONAL and done_by_map(kernel):
        return CacheOp.CLEAN_INVALIDATE
    return CacheOp.CLEAN


def done_by_map(kernel: Kernel) -> bool:
    """Whether unmap and sync_for_cpu do nothing: the kernel relies on a core that loads nothing unasked.

    ARMv5 (arch/arm/mm/proc-arm926.S:arm926_dma_unmap_area), and ARMv6 with CONFIG_DMA_CACHE_RWFO (cache-v6.S), v6.0.
    """
    return architecture_of(kernel.machine.profile) is Architecture.ARMV5 or cache_ops.takes_lines(kernel)


def operation_for_cpu(kernel: Kernel, direction: Direction) -> CacheOp | None:
    """What sync_for_cpu and unmap do: lines may have been filled while the device wrote."""
    if direction is Direction.TO_DEVICE or done_by_map(kernel):
        return None
    return CacheOp.INVALIDATE


def syncs_name_the_direction(kernel: Kernel) -> bool:
    """Whether a sync of a bounced mapping must have the direction of its map, even BIDIRECTIONAL.

    BUG_ON(buf->direction != dir) in arch/arm/common/dmabounce.c:dmabounce_sync_for_cpu and _for_device, from v2.6.29 to its
    removal in v6.0. swiotlb, on arm64 and since, takes a sync of a BIDIRECTIONAL mapping one way.
    """
    return architecture_of(kernel.machine.profile) is not Architecture.ARM64 and not since(kernel.era, "v6.0")


async def sync_for_device(kernel: Kernel, pa: int, size: int, direction: Direction) -> None:
    """arch_sync_dma_for_device: inner, then outer."""
    op = operation_for_device(kernel, direction)
    await _inner(kernel, pa, size, op)
    await _OUTER[op](kernel, pa, size)


async def sync_for_cpu(kernel: Kernel, pa: int, size: int, direction: Direction) -> None:
    """arch_sync_dma_for_cpu: outer, then inner."""
    op = operation_for_cpu(kernel, direction)
    if op is not None:
        await _OUTER[op](kernel, pa, size)
        await _inner(kernel, pa, size, op)


async def _inner(kernel: Kernel, pa: int, size: int, op: CacheOp) -> None:
    """dma_cache_maint_page: through the linear map, or page by page through temporary mappings of highmem.

    Highmem pages that nothing maps may still be cached, by physical tag; only VIVT and aliasing caches may skip them.
    """
    layout = kernel.layout
    while size > 0:
        page = layout.page(pa)
        if layout.zone(page) is Zone.LOWMEM:
            part = min(size, layout.pa(layout.lowmem_pages) - pa)
            await _INNER[op](kernel, layout.linear(pa), part)
        else:
            part = min(size, PAGE_SIZE - pa % PAGE_SIZE)
            va = await kernel.kmap.map(page)
            await _INNER[op](kernel, va + pa % PAGE_SIZE, part)
            await kernel.kmap.unmap(va)
        pa, size = pa + part, size - part
