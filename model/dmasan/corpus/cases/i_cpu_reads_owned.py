# SPDX-License-Identifier: Apache-2.0
"""I: the CPU reads a buffer that the device owns and may write."""

from __future__ import annotations

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.events import Direction
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

FRAME = 2048
STATUS = 64
COMMAND = 256
BOTH = Direction.BIDIRECTIONAL


async def i1(soc: Soc, fixed: bool) -> None:
    """The status of a received frame is looked at with the wrong sync before it."""
    cpu, radio = soc.cpu(), await Device.attach(soc)
    frame = await soc.kernel.kmalloc(FRAME, "receive frame")
    await cpu.fill(frame, STATUS, 0)
    handle = await soc.dma.map_single(frame, FRAME, BOTH, "receive frame")
    await radio.receive(handle, FRAME)
    if fixed:
        await soc.dma.sync_single_for_cpu(handle, STATUS, BOTH)
    else:
        await soc.dma.sync_single_for_device(handle, STATUS, BOTH)  # <- place
    await cpu.ldr(frame)  # <- place
    await soc.dma.unmap_single(handle, FRAME, BOTH)
    await cpu.read(frame, FRAME)
    await soc.kernel.kfree(frame)


async def i2(soc: Soc, fixed: bool) -> None:
    """The result of a firmware command is read before the buffer is unmapped."""
    cpu, radio = soc.cpu(), await Device.attach(soc)
    command = await soc.kernel.kmalloc(COMMAND, "command")
    await cpu.fill(command, COMMAND, 1)
    handle = await soc.dma.map_single(command, COMMAND, BOTH, "command")
    await radio.send(handle, COMMAND)
    await radio.receive(handle, 16)
    if not fixed:
        await cpu.ldr(command + 4)  # <- place
    await soc.dma.unmap_single(handle, COMMAND, BOTH)
    if fixed:
        await cpu.ldr(command + 4)
    await soc.kernel.kfree(command)


CASES = (
    Case(
        "I1",
        Code.CPU_RD_OWNED,
        "linux ce9426d1908 'ath9k: fix dma sync in rx path', 9bf9fca8dea",
        "The driver polls the frame's status behind sync_for_device, not sync_for_cpu: what it reads is what the cache had.",
        pair(i1),
        profile="cortex-a8",
        nearest="ath9k on a MIPS: here any non-coherent machine",
    ),
    Case(
        "I2",
        Code.CPU_RD_OWNED,
        "linux 37055bd455b 'mwl8k: call pci_unmap_single() before accessing command structure again', c33de6256a0 (iwlwifi)",
        "The firmware writes the result into the command; the driver reads it and unmaps afterwards.",
        pair(i2),
        profile="cortex-a8",
    ),
)
