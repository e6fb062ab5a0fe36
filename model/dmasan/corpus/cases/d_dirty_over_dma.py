# SPDX-License-Identifier: Apache-2.0
"""D: a line that was dirty before the device wrote is written back over what it wrote."""

from __future__ import annotations

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

BLOCK = 512
FRAME = 2048
EVENTS = 256


async def d1(soc: Soc, fixed: bool) -> None:
    """A block is read from the SPI flash into memory that was just written."""
    cpu, firmware, spi = soc.cpu(), Firmware(soc), await Device.attach(soc)
    block = await firmware.memory(BLOCK, "load address")
    await cpu.fill(block.va, BLOCK, 0xFF)  # <- place
    if fixed:
        await firmware.flush(block.va, BLOCK)
    await spi.receive(block.pa, BLOCK)  # <- place
    # A dirty line may have been evicted between the transfer and this.
    await firmware.invalidate(block.va, BLOCK)
    await cpu.read(block.va, BLOCK)  # <- place


async def d2(soc: Soc, fixed: bool) -> None:
    """A receive buffer comes round: the network stack has worked in it."""
    cpu, firmware, genet = soc.cpu(), Firmware(soc), await Device.attach(soc)
    buffer = await firmware.memory(FRAME, "receive buffer")
    await firmware.invalidate(buffer.va, FRAME)
    for lap in range(2):
        await genet.receive(buffer.pa, FRAME)  # <- place
        await firmware.invalidate(buffer.va, FRAME)
        await cpu.read(buffer.va, FRAME)  # <- place
        if lap == 0:
            await cpu.write(buffer.va + 14, bytes(range(40)))  # <- place
            # free_pkt: the buffer goes back into the ring.
            if fixed:
                await firmware.flush(buffer.va, FRAME)


async def d4(soc: Soc, fixed: bool) -> None:
    """The event buffer of the USB controller: maintenance in the wrong order."""
    cpu, firmware, dwc3 = soc.cpu(), Firmware(soc), await Device.attach(soc)
    events = await firmware.memory(EVENTS, "event buffer")
    await cpu.fill(events.va, EVENTS, 0)  # <- place
    if fixed:
        await firmware.flush(events.va, EVENTS)
    await dwc3.receive(events.pa, EVENTS)  # <- place
    if fixed:
        # The project's fix does without: its core brings no line back meanwhile. Ours may.
        await firmware.invalidate(events.va, EVENTS)
    else:
        # The clean puts the old dirty lines over the events.
        await firmware.flush(events.va, EVENTS)  # <- place
    await cpu.read(events.va, EVENTS)  # <- place
    await firmware.flush(events.va, EVENTS)


async def d6(soc: Soc, fixed: bool) -> None:
    """A machine whose only operation is flush and invalidate."""
    cpu, firmware, mac = soc.cpu(), Firmware(soc), await Device.attach(soc)
    skb = await firmware.memory(FRAME, "receive skb")
    await cpu.fill(skb.va, 64, 0)  # <- place
    if fixed:
        await firmware.flush(skb.va, FRAME)
    await mac.receive(skb.pa, FRAME)  # <- place
    if fixed:
        await firmware.flush(skb.va, FRAME)  # what was filled since is clean
    else:
        await firmware.flush(skb.va, FRAME)  # <- place
    await cpu.read(skb.va, FRAME)  # <- place


async def d7(soc: Soc, fixed: bool) -> None:
    """Like D2, and the invalidate of the receive path cleans too."""
    cpu, firmware, gem = soc.cpu(), Firmware(soc), await Device.attach(soc)
    buffer = await firmware.memory(FRAME, "receive buffer")
    await firmware.flush(buffer.va, FRAME)
    for lap in range(2):
        await gem.receive(buffer.pa, FRAME)  # <- place
        await firmware.flush(buffer.va, FRAME)  # <- place
        await cpu.read(buffer.va, FRAME)  # <- place
        if lap == 0:
            await cpu.write(buffer.va + 14, bytes(range(40)))  # <- place
            if fixed:
                await firmware.clean(buffer.va, FRAME)


CASES = (
    Case(
        "D1",
        Code.DIRTY_OVER_DMA,
        "u-boot 88d15559687 'MX28: SPI: Fix the DMA DCache race condition', 97ed12cedf9 (MMC)",
        "`mw` fills the target, then the flash is read into it by DMA and the target is invalidated. Between the two a "
        "dirty line may be evicted: the first SHA1 is right, each later one is wrong.",
        pair(d1),
        profile="arm926",
    ),
    Case(
        "D2",
        Code.DIRTY_OVER_DMA,
        "u-boot b993bd65ec2 'bcmgenet: fix Rx buffer corruption caused by lack of cache flush'",
        "The stack edits a received packet in place, and the buffer goes back into the ring with those lines dirty. "
        "When the ring has gone round, they are evicted over the next packet: checksum errors after 256 packets.",
        pair(d2),
        profile="cortex-a72",
    ),
    Case(
        "D4",
        Code.DIRTY_OVER_DMA,
        "u-boot 889239d6b5c 'usb: dwc3: gadget: make cache-maintenance on event buffers more robust'",
        "The event buffer is dirty from the allocator; the controller writes events; the driver flushes before it reads, "
        "and so commits the old lines over them.",
        pair(d4),
        profile="cortex-a53",
    ),
    Case(
        "D6",
        Code.DIRTY_OVER_DMA,
        "linux f6e1e4f3e51 'netdev: bfin_mac: invalid data cache only once for each new rx skb buffer'",
        "Blackfin can flush and invalidate, not invalidate alone. Done after the packet has come, it writes a line that "
        "was dirty before over the packet.",
        pair(d6),
        profile="one-level",
        nearest="Blackfin: here one level of cache and the one operation",
    ),
    Case(
        "D7",
        Code.DIRTY_OVER_DMA,
        "u-boot 0f8defd8910 'net: zynq_gem: Add cache flush to zynq_gem_free_pkt'",
        "As D2; and the receive path's invalidate is a clean and invalidate, so that the old lines are written over the "
        "new packet every time.",
        pair(d7),
        profile="cortex-a53",
    ),
)
