# SPDX-License-Identifier: Apache-2.0
"""H: the CPU writes a buffer that the device owns."""

from __future__ import annotations

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.events import Direction
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

COMMAND = 320
TABLE = 4096
TO = Direction.TO_DEVICE


async def h1(soc: Soc, fixed: bool) -> None:
    """A host command is mapped, and its header is filled in after that."""
    cpu, wifi = soc.cpu(), await Device.attach(soc)
    command = await soc.kernel.kmalloc(COMMAND, "host command")
    await cpu.fill(command, COMMAND, 0)
    if fixed:
        await cpu.str_(command, 0x0001_0040)
    handle = await soc.dma.map_single(command, COMMAND, TO, "host command")
    if not fixed:
        await cpu.str_(command, 0x0001_0040)  # <- place
        await cpu.str_(command + 8, handle)  # <- place
    await wifi.send(handle, COMMAND)
    await soc.dma.unmap_single(handle, COMMAND, TO)
    await soc.kernel.kfree(command)


async def h2(soc: Soc, fixed: bool) -> None:
    """Entries of the adapter's translation table are written."""
    cpu, adapter = soc.cpu(), await Device.attach(soc)
    table = await soc.kernel.kmalloc(TABLE, "translation table")
    await cpu.fill(table, TABLE, 0)
    handle = await soc.dma.map_single(table, TABLE, TO, "translation table")
    if fixed:
        await soc.dma.sync_single_for_cpu(handle, 64, TO)
    await cpu.fill(table, 64, 0x33)  # <- place
    if fixed:
        await soc.dma.sync_single_for_device(handle, 64, TO)
    else:
        await soc.dma.sync_single_for_cpu(handle, 64, TO)  # <- place
    await adapter.send(handle, 64)
    await soc.dma.unmap_single(handle, TABLE, TO)
    await soc.kernel.kfree(table)


async def h4(soc: Soc, fixed: bool) -> None:
    """The driver's own structure is mapped at probe, and then used as ever."""
    cpu, nic = soc.cpu(), await Device.attach(soc)
    adapter = await soc.kernel.kmalloc(1024, "adapter")
    await cpu.fill(adapter, 1024, 0)
    if fixed:
        await cpu.str_(adapter + 16, 1)
        await cpu.ldr(adapter + 16)
        return
    handle = await soc.dma.map_single(adapter, 1024, TO, "adapter")
    for n in range(4):
        await cpu.str_(adapter + 16, n)  # <- place
        await cpu.ldr(adapter + 16)
    await nic.send(handle, 64)
    await soc.dma.unmap_single(handle, 1024, TO)


CASES = (
    Case(
        "H1",
        Code.CPU_WR_OWNED,
        "linux df833b1d736 'iwlwifi: DMA fixes'",
        "The command is mapped first and its header written afterwards; even the address for the unmap is stored inside the "
        "mapped structure. Behind bounce buffers the firmware sees neither.",
        pair(h1),
        profile="cortex-a53",
    ),
    Case(
        "H2",
        Code.CPU_WR_OWNED,
        "linux e727f5cde90 'mlx4_core: Fix dma_sync_single_for_cpu() with matching for_device() calls'",
        "A mechanical rename left sync_for_cpu behind the stores, which for TO_DEVICE does nothing. The table that the "
        "adapter reads is the old one.",
        pair(h2),
        profile="cortex-a53",
    ),
    Case(
        "H4",
        Code.CPU_WR_OWNED,
        "netdev 2024-11 '[RFC v2] vmxnet3: Fix inconsistent DMA accesses'",
        "The driver's main structure is mapped TO_DEVICE at probe and written hundreds of times while the device owns it. "
        "On x86 nothing happens; a tool found it.",
        pair(h4),
        profile="cortex-a53",
        nearest="x86: here a non-coherent machine",
    ),
)
