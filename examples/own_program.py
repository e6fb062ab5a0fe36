# SPDX-License-Identifier: Apache-2.0
"""A driver program of one's own, with a bug that no test on one machine may ever show.

    dmasan run examples/own_program.py --policy strict              # the bug: status 1
    dmasan run examples/own_program.py:repaired --policy strict     # status 0

Add `--backend model` where there is no compiler.

Both send a buffer to the device twice, with other content the second time. `program` forgets to take the buffer back
from the device and to hand it over again.
"""

from __future__ import annotations

from dmasan.device.driver import DmaEngine
from dmasan.events import Direction
from dmasan.soc import Soc

SIZE = 4096


async def program(soc: Soc) -> None:
    """The CPU writes into a buffer that the device owns: what it writes is still in the cache when the device reads."""
    cpu, engine = soc.cpu(0), await DmaEngine.probe(soc)
    buffer = await soc.kernel.kmalloc(SIZE, "packet")
    target = await soc.dma.alloc_coherent(SIZE, "target")
    await cpu.fill(buffer, SIZE, 0x11)
    handle = await soc.dma.map_single(buffer, SIZE, Direction.TO_DEVICE, "packet")
    assert not soc.dma.mapping_error(handle)
    await engine.memcpy(target.dma_handle, handle, SIZE)
    # sync_single_for_cpu is missing here, and sync_single_for_device after the store.
    await cpu.fill(buffer, SIZE, 0x22)
    await engine.memcpy(target.dma_handle, handle, SIZE)
    await soc.dma.unmap_single(handle, SIZE, Direction.TO_DEVICE)
    await soc.dma.free_coherent(target)
    await soc.kernel.kfree(buffer)
    await engine.remove()


async def repaired(soc: Soc) -> None:
    """The same with the buffer taken back and handed over again."""
    cpu, engine = soc.cpu(0), await DmaEngine.probe(soc)
    buffer = await soc.kernel.kmalloc(SIZE, "packet")
    target = await soc.dma.alloc_coherent(SIZE, "target")
    await cpu.fill(buffer, SIZE, 0x11)
    handle = await soc.dma.map_single(buffer, SIZE, Direction.TO_DEVICE, "packet")
    assert not soc.dma.mapping_error(handle)
    await engine.memcpy(target.dma_handle, handle, SIZE)
    await soc.dma.sync_single_for_cpu(handle, SIZE, Direction.TO_DEVICE)
    await cpu.fill(buffer, SIZE, 0x22)
    await soc.dma.sync_single_for_device(handle, SIZE, Direction.TO_DEVICE)
    await engine.memcpy(target.dma_handle, handle, SIZE)
    await soc.dma.unmap_single(handle, SIZE, Direction.TO_DEVICE)
    await soc.dma.free_coherent(target)
    await soc.kernel.kfree(buffer)
    await engine.remove()
