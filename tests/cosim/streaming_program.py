# SPDX-License-Identifier: Apache-2.0
"""A driver program with hazards, and mappings that outlive each other: a user's file, and what the probe shows."""

from __future__ import annotations

from dmasan.device.driver import DmaEngine
from dmasan.events import Direction
from dmasan.soc import Soc


async def program(soc: Soc) -> None:
    """Hazards at the device's reads, at the CPU's stores and at its loads."""
    engine = await DmaEngine.probe(soc)
    cpu = soc.cpu(0)
    source = await soc.kernel.kmalloc(4096, "source")
    target = await soc.kernel.kmalloc(4096, "target")
    await cpu.fill(source, 4096, 0x11)
    handle = await soc.dma.map_single(source, 4096, Direction.TO_DEVICE, "source")
    into = await soc.dma.map_single(target, 4096, Direction.FROM_DEVICE, "target")
    await cpu.write(source + 256, b"late" * 16)
    await engine.memcpy(into, handle, 4096)
    await cpu.read(target + 512, 64)
    await soc.dma.unmap_single(into, 4096, Direction.FROM_DEVICE)
    await soc.dma.unmap_single(handle, 4096, Direction.TO_DEVICE)
