# SPDX-License-Identifier: Apache-2.0
"""K: maps and unmaps do not match."""

from __future__ import annotations

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.events import Direction
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

PAGE = 4096
FRAME = 2048
TO, FROM, BOTH = Direction.TO_DEVICE, Direction.FROM_DEVICE, Direction.BIDIRECTIONAL


async def k1(soc: Soc, fixed: bool) -> None:
    """An XOR whose target is one of its sources."""
    cpu, xor = soc.cpu(), await Device.attach(soc)
    block = await soc.kernel.kmalloc(PAGE, "block")
    await cpu.fill(block, PAGE, 0x0F)
    if fixed:
        target = source = await soc.dma.map_single(block, PAGE, BOTH, "block")
    else:
        target = await soc.dma.map_single(block, PAGE, FROM, "block as target")
        source = await soc.dma.map_single(block, PAGE, TO, "block as source")  # <- place
    await xor.send(source, PAGE)
    await xor.receive(target, PAGE)
    if fixed:
        await soc.dma.unmap_single(target, PAGE, BOTH)
    else:
        await soc.dma.unmap_single(source, PAGE, TO)
        await soc.dma.unmap_single(target, PAGE, FROM)
    await cpu.read(block, PAGE)
    await soc.kernel.kfree(block)


async def k2(soc: Soc, fixed: bool) -> None:
    """The interface goes down and up again."""
    mac = await Device.attach(soc)
    buffer = await soc.kernel.kmalloc(FRAME, "receive buffer")
    for _ in range(2):
        handle = await soc.dma.map_single(buffer, FRAME, FROM, "receive buffer")  # <- place
        await mac.receive(handle, FRAME)
        if fixed:
            await soc.dma.unmap_single(handle, FRAME, FROM)


async def k4(soc: Soc, fixed: bool) -> None:
    """A receive buffer of half a page is unmapped with another length, and then once more."""
    cpu, nic = soc.cpu(), await Device.attach(soc)
    buffer = await soc.kernel.kmalloc(PAGE, "receive page")
    handle = await soc.dma.map_single(buffer, FRAME, FROM, "receive page")
    await nic.receive(handle, FRAME)
    await soc.dma.unmap_single(handle, FRAME if fixed else PAGE, FROM)  # <- place
    await cpu.read(buffer, FRAME)
    if not fixed:
        # The handle was not cleared: on the next error path it is unmapped again.
        await soc.dma.unmap_single(handle, FRAME, FROM)  # <- place
    await soc.kernel.kfree(buffer)


CASES = (
    Case(
        "K1",
        Code.MAP_BALANCE,
        "linux a06d568f7c5 'async_xor: dma_map destination DMA_BIDIRECTIONAL'",
        "The target of the XOR is a source too, and was mapped twice, once for each direction. The maintenance of one "
        "mapping acts on live DMA data of the other.",
        pair(k1),
        profile="cortex-a8",
        nearest="iop-adma and mv_xor: here any non-coherent machine",
    ),
    Case(
        "K2",
        Code.MAP_BALANCE,
        "netdev 2022 'moxart-ethernet: cacheline tracking EEXIST'",
        "Receive buffers are mapped when the interface goes up and never unmapped; when it goes up again they are mapped "
        "twice, and the first mapping is lost.",
        pair(k2),
        profile="arm926",
    ),
    Case(
        "K4",
        Code.MAP_BALANCE,
        "linux 4f57ca6e17e 'ixgbe: fix unmap length bug', fd3686a8427 (double unmap); f6b24caaf93 (via-velocity)",
        "Unmapped with the length of the page instead of the half that was mapped, and with a handle that was not cleared, "
        "so that the next error path unmaps it again: perhaps somebody else's buffer by then.",
        pair(k4),
        profile="cortex-a53",
    ),
)
