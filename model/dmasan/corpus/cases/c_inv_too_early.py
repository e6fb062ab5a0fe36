# SPDX-License-Identifier: Apache-2.0
"""C: lines are invalidated before the device writes only; speculation fills them again while it does."""

from __future__ import annotations

from functools import partial

from dmasan.corpus.case import BUGGY, FIXED, WRONG_FIX, Case, Variant, pair
from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.events import Direction
from dmasan.linux.dma_attributes import DmaAttr
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

SECTOR = 512
FRAME = 1536


async def c1(soc: Soc, fixed: bool) -> None:
    """An SD card sector, by DMA, into an aligned buffer of the caller."""
    cpu, firmware, sdmmc = soc.cpu(), Firmware(soc), await Device.attach(soc)
    sector = await firmware.memory(SECTOR, "sector buffer")
    await firmware.invalidate(sector.va, SECTOR)  # <- place
    await sdmmc.start_receive(sector.pa, SECTOR)
    # Meanwhile the prefetcher may read lines of the buffer: the sector before.
    await sdmmc.wait()
    if fixed:
        await firmware.invalidate(sector.va, SECTOR)
    await cpu.read(sector.va, SECTOR)  # <- place


async def c2(soc: Soc, fixed: bool) -> None:
    """sdhci flushes the buffer and starts the transfer."""
    cpu, firmware, sdhci = soc.cpu(), Firmware(soc), await Device.attach(soc)
    block = await firmware.memory(SECTOR, "block buffer")
    await cpu.fill(block.va, SECTOR, 0)
    await firmware.flush(block.va, SECTOR)  # <- place
    await sdhci.receive(block.pa, SECTOR)
    if fixed:
        await firmware.invalidate(block.va, SECTOR)  # dma_unmap_single
    await cpu.read(block.va, SECTOR)  # <- place


async def c4(soc: Soc, fixed: bool) -> None:
    """The DMA API before v2.6.34: all maintenance at map, unmap and sync_for_cpu do nothing."""
    cpu, nic = soc.cpu(), await Device.attach(soc)
    packet = await soc.kernel.kmalloc(2048, "packet")
    handle = await soc.dma.map_single(packet, 2048, Direction.FROM_DEVICE, "packet")  # <- place
    await nic.receive(handle, 2048)
    attrs = DmaAttr.NONE if fixed else DmaAttr.SKIP_CPU_SYNC
    await soc.dma.unmap_single(handle, 2048, Direction.FROM_DEVICE, attrs)  # <- place
    await cpu.read(packet, 2048)  # <- place
    await soc.kernel.kfree(packet)


async def c5(soc: Soc, fixed: bool) -> None:
    """A packet buffer of lwIP goes to the network controller and comes back."""
    cpu, firmware, gem = soc.cpu(), Firmware(soc), await Device.attach(soc)
    pbuf = await firmware.memory(FRAME, "pbuf")
    await firmware.flush(pbuf.va, FRAME)  # <- place
    await gem.receive(pbuf.pa, FRAME)
    if fixed:
        # On the Cortex-A53 this is a clean and invalidate: safe, as nothing can be dirty any more.
        await firmware.flush(pbuf.va, FRAME)
    await cpu.read(pbuf.va, FRAME)  # <- place


CASES = (
    Case(
        "C1",
        Code.INV_TOO_EARLY,
        "apache/nuttx 2cb7b7c03e1 (PR 19506) 'stm32h7: invalidate dcache after aligned SDMMC RX DMA'",
        "The buffer is invalidated when the transfer is set up, and not again. While the card delivers, the core "
        "prefetches lines of it: 32-byte windows of the previous sector. With the cache off it never happens.",
        pair(c1),
        profile="cortex-a8",
        nearest="STM32H743, a Cortex-M7: here another uniprocessor that prefetches",
    ),
    Case(
        "C2",
        Code.INV_TOO_EARLY,
        "u-boot 4155ad9aac9 'mmc: sdhci: fix missing cache invalidation after reading by DMA'",
        "One flush before the transfer was all. A line that the prefetcher takes in between holds old data.",
        pair(c2),
        profile="cortex-a53",
    ),
    Case(
        "C4",
        Code.INV_TOO_EARLY,
        "linux 2ffe2da3e71 'ARM: dma-mapping: fix for speculative prefetching' (v2.6.34)",
        "A flaw of the API itself: for ARMv6 and ARMv7 all maintenance was done at map, and unmap was empty. A core that "
        "speculates fetches old lines of a FROM_DEVICE buffer after the invalidate.",
        pair(c4),
        era="v2.6.39",
        nearest="v2.6.33: here a newer kernel is told to skip the maintenance of unmap, which is the same",
    ),
    Case(
        "C5",
        Code.INV_TOO_EARLY,
        "embeddedsw af328199dc 'lwip202: disable L1 prefetch', 3ea5d43f00 'lwip211: Fix cache handling in RX path'",
        "Packet buffers are flushed when they go to the controller; the L1 prefetcher brings lines back before the "
        "packet is there. The first fix turned the prefetcher off, which costs 3 to 5 %, and leaves every other "
        "speculative access; the real one invalidates what was received.",
        (
            Variant(BUGGY, partial(c5, fixed=False)),
            Variant(WRONG_FIX, partial(c5, fixed=False), {"prefetch_reach": 0}),
            Variant(FIXED, partial(c5, fixed=True)),
        ),
        profile="cortex-a53",
    ),
)
