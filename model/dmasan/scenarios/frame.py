# SPDX-License-Identifier: Apache-2.0
"""A picture through the DMA engine, twice: by coherent buffers from CMA, then by streaming mappings of ordinary pages.

Before it, the pages of the CMA area belong to others, who have just written them: their dirty lines are in the caches.
After it, the pages go back to them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dmasan.device.driver import DmaEngine
from dmasan.device.probe import Settings
from dmasan.device.transaction import DmaError
from dmasan.events import Direction
from dmasan.scenarios.picture import Picture, load
from dmasan.soc import Soc

ALIGNMENT = 64  # bytes; a whole number of lines and bus words

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Delivery:
    """What the CPU found in the second buffer after one pass; `error` is what the driver of the engine said, if anything."""

    name: str
    data: Bytes
    error: str | None = None


@dataclass(frozen=True, eq=False)
class FrameResult:
    """Both deliveries of a picture, and the bytes that the next users of the memory did not find as they wrote them."""

    picture: Picture
    deliveries: tuple[Delivery, ...]
    damaged: int


async def frame(soc: Soc, picture: Picture | None = None) -> FrameResult:
    """The driver program. Boot has happened."""
    picture = picture or load()

    # A machine in use: the page cache and user memory fill the CMA area and 4 MiB beside it.
    await soc.kernel.populate()

    engine = await DmaEngine.probe(soc, Settings(dma_coherent=soc.dma.device.coherent))
    coherent = await through_coherent_buffers(soc, engine, picture.data)
    streaming = await through_streaming_mappings(soc, engine, picture.data)
    await engine.remove()

    # The pages go back to movable users, who write them, and must find what they wrote.
    users = await soc.kernel.populate()
    damaged = sum([await soc.kernel.movable.damaged(user) for user in users])
    return FrameResult(picture, (coherent, streaming), damaged)


async def through_coherent_buffers(soc: Soc, engine: DmaEngine, picture: Bytes) -> Delivery:
    """Two coherent buffers; nothing but the accesses themselves and the driver's barriers."""
    cpu, size = soc.cpu(0), rounded(len(picture))
    source = await soc.dma.alloc_coherent(size, "coherent source")
    target = await soc.dma.alloc_coherent(size, "coherent target")
    await cpu.write(source.cpu_addr, picture)
    error = await copy(engine, target.dma_handle, source.dma_handle, size)
    delivered = await cpu.read(target.cpu_addr, len(picture))
    await soc.dma.free_coherent(target)
    await soc.dma.free_coherent(source)
    return Delivery("coherent", delivered, error)


async def through_streaming_mappings(soc: Soc, engine: DmaEngine, picture: Bytes) -> Delivery:
    """Two buffers of ordinary cacheable memory, each handed to the device and taken back by the DMA API.

    Piece by piece, if the device has a longest mapping: bounce buffers have 256 KiB.
    """
    cpu, size = soc.cpu(0), rounded(len(picture))
    source = await soc.kernel.kmalloc(size, "streaming source")
    target = await soc.kernel.kmalloc(size, "streaming target")
    await cpu.fill(source, size, 0)
    await cpu.fill(target, size, 0)  # dirty lines, which must not survive the mapping
    await cpu.write(source, picture)
    error, piece = None, min(size, soc.dma.max_mapping_size())
    for start in range(0, size, piece):
        length = min(piece, size - start)
        error = await one_mapping(soc, engine, target + start, source + start, length) or error
    delivered = await cpu.read(target, len(picture))
    await soc.kernel.kfree(target)
    await soc.kernel.kfree(source)
    return Delivery("streaming", delivered, error)


async def one_mapping(soc: Soc, engine: DmaEngine, target: int, source: int, size: int) -> str | None:
    """Maps both, copies, takes both back: None, or the text of the error."""
    source_handle = await soc.dma.map_single(source, size, Direction.TO_DEVICE, "streaming source")
    target_handle = await soc.dma.map_single(target, size, Direction.FROM_DEVICE, "streaming target")
    if soc.dma.mapping_error(source_handle) or soc.dma.mapping_error(target_handle):
        return "the DMA API has no mapping for the buffer"
    error = await copy(engine, target_handle, source_handle, size)
    await soc.dma.unmap_single(target_handle, size, Direction.FROM_DEVICE)
    await soc.dma.unmap_single(source_handle, size, Direction.TO_DEVICE)
    return error


async def copy(engine: DmaEngine, target: int, source: int, size: int) -> str | None:
    """Copies by the device. A stale descriptor makes it fail: then the text of the error, and the picture is not there."""
    try:
        await engine.memcpy(target, source, size)
    except DmaError as error:
        return str(error)
    return None


def rounded(length: int) -> int:
    """`length` in whole units of alignment."""
    return -(-length // ALIGNMENT) * ALIGNMENT
