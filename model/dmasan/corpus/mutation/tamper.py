# SPDX-License-Identifier: Apache-2.0
"""What edited programs call in place of what was there: the same thing done wrong."""

from __future__ import annotations

from dmasan.corpus.firmware import Firmware
from dmasan.linux.dma_coherent import CoherentBuffer
from dmasan.linux.layout import PAGE_SIZE
from dmasan.soc import Soc


async def cached(soc: Soc, size: int, name: str) -> CoherentBuffer:
    """A buffer like that of dma_alloc_coherent, in cacheable memory, cleared and clean."""
    firmware = Firmware(soc)
    memory = await firmware.memory(size, name)
    await soc.cpu().fill(memory.va, size, 0)
    await firmware.flush(memory.va, size)
    return CoherentBuffer(memory.va, memory.pa, size, name)


async def inner_only(soc: Soc, operation: str, va: int, length: int) -> None:
    """A cache primitive that forgets the outer cache."""
    cpu = soc.cpu()
    await {"clean": cpu.dccmvac, "flush": cpu.dccimvac, "invalidate": cpu.dcimvac}[operation](va, length)
    await cpu.dsb()


async def wrong_order(soc: Soc, operation: str, va: int, length: int) -> None:
    """A cache primitive that does the levels in the wrong order."""
    cpu, pa = soc.cpu(), soc.kernel.layout.physical(va)
    if operation == "invalidate":
        await cpu.dcimvac(va, length)
        await cpu.dsb()
        await cpu.outer_invalidate(pa, length)
        await cpu.outer_sync()
        return
    outer, inner = (cpu.outer_clean, cpu.dccmvac) if operation == "clean" else (cpu.outer_flush, cpu.dccimvac)
    await outer(pa, length)
    await cpu.outer_sync()
    await inner(va, length)
    await cpu.dsb()


async def by_hand(soc: Soc, pa: int, length: int) -> None:
    """PIO: the CPU stores what the device should have written."""
    await soc.cpu().fill(soc.kernel.layout.linear(pa), length, 0xA5)


async def vmalloc(soc: Soc, size: int) -> int:
    return await soc.kernel.vmalloc.vmalloc(-(-size // PAGE_SIZE) * PAGE_SIZE, "vmalloc")
