# SPDX-License-Identifier: Apache-2.0
"""A world without caches for the tests of the driver, with buffers in it."""

from __future__ import annotations

import numpy as np

from dmasan.config import Knobs
from dmasan.device.bus import Sizes
from dmasan.device.model import ModelBackend
from dmasan.device.plain import PlainContext, PlainMemory

LENGTH = 3000


def world(sizes: Sizes | None = None, ram: int = 1 << 20, **knobs: int) -> PlainContext:
    return PlainContext(ModelBackend(sizes), PlainMemory(ram), Knobs(**knobs))


async def buffers(soc: PlainContext, length: int = LENGTH) -> tuple[int, int, bytes]:
    """Source (filled) and destination, and what is in the source."""
    source = await soc.alloc_coherent(length)
    target = await soc.alloc_coherent(length)
    content = np.random.default_rng(length).integers(0, 256, length, np.uint8).tobytes()
    await soc.write(source.cpu_addr, content)
    return source.dma_handle, target.dma_handle, content


async def content(soc: PlainContext, address: int, length: int) -> bytes:
    return (await soc.read(address, length)).tobytes()
