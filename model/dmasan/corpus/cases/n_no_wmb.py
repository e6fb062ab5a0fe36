# SPDX-License-Identifier: Apache-2.0
"""N: no barrier orders data or a descriptor before the doorbell."""

from __future__ import annotations

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.device.descriptor import CTRL_SIZE, SIZE, STATUS_OFFSET, Descriptor
from dmasan.device.registers import Op
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

ENTRIES = 4
COMMAND = 512


async def n1(soc: Soc, fixed: bool) -> None:
    """A command block in coherent memory, and an accessor without barrier."""
    cpu, sata = soc.cpu(), await Device.attach(soc)
    block = await soc.dma.alloc_coherent(COMMAND, "command block")
    await cpu.write(block.cpu_addr, bytes(range(256)) * 2)  # <- place
    sata.relaxed = not fixed
    await sata.start_send(block.dma_handle, COMMAND)  # <- place
    await sata.wait()
    await soc.dma.free_coherent(block)


async def n2(soc: Soc, fixed: bool) -> None:
    """The command block of a USB storage device."""
    cpu, musb = soc.cpu(), await Device.attach(soc)
    wrapper = await soc.dma.alloc_coherent(64, "command block wrapper")
    await cpu.str_(wrapper.cpu_addr, 0x4342_5355)
    for n in range(4):
        await cpu.str_(wrapper.cpu_addr + 16 + 4 * n, 0x28 + n)  # <- place
    if fixed:
        await soc.io.wmb()
    musb.relaxed = True
    await musb.start_send(wrapper.dma_handle, 32)  # <- place
    await musb.wait()
    await soc.dma.free_coherent(wrapper)


async def n3(soc: Soc, fixed: bool) -> None:
    """The ownership word of a descriptor, and the tail register behind it."""
    cpu, mac = soc.cpu(), await Device.attach(soc)
    ring = await soc.dma.alloc_coherent(ENTRIES * 64, "transmit ring")
    packet = await soc.dma.alloc_coherent(COMMAND, "packet")
    await cpu.fill(packet.cpu_addr, COMMAND, 0x42)
    await mac.use_ring(ring.dma_handle, ENTRIES, status=False)
    entry = Descriptor(Op.SINK, packet.dma_handle, 0, COMMAND, irq=True)
    await cpu.write(ring.cpu_addr + CTRL_SIZE, entry.encode()[CTRL_SIZE:])
    await soc.io.wmb()
    await cpu.str_(ring.cpu_addr, entry.ctrl)  # <- place
    if fixed:
        await soc.io.wmb()
    mac.relaxed = True
    await mac.ring_doorbell(1)  # <- place
    await mac.wait()
    await soc.dma.free_coherent(packet)
    await soc.dma.free_coherent(ring)


async def n5(soc: Soc, fixed: bool) -> None:
    """Two receive descriptors of a controller that polls its ring; the second one is handed over while it runs."""
    cpu, gem = soc.cpu(), await Device.attach(soc)
    ring = await soc.dma.alloc_coherent(ENTRIES * SIZE, "receive ring")
    frames = await soc.dma.alloc_coherent(2 * COMMAND, "frames")
    soc.dma.ownership_words(ring, 0, SIZE, ENTRIES)
    await gem.use_ring(ring.dma_handle, ENTRIES)
    for n in range(2):
        entry = Descriptor(Op.FILL, 0, frames.dma_handle + n * COMMAND, COMMAND, irq=True)
        at = ring.cpu_addr + n * SIZE
        await cpu.write(at + CTRL_SIZE, entry.encode()[CTRL_SIZE:STATUS_OFFSET])
        if fixed:
            await cpu.str_(at + STATUS_OFFSET, 0)
            await soc.io.dma_wmb()
            await cpu.str_(at, entry.ctrl)
        else:
            await soc.io.dma_wmb()
            await cpu.str_(at, entry.ctrl)  # the device may complete it from here on
            await cpu.str_(at + STATUS_OFFSET, 0)  # <- place
        await gem.wait()
        await cpu.ldr(at + STATUS_OFFSET)
        await cpu.read(frames.cpu_addr + n * COMMAND, COMMAND)
    await gem.halt()
    await soc.dma.free_coherent(frames)
    await soc.dma.free_coherent(ring)


CASES = (
    Case(
        "N1",
        Code.NO_WMB,
        "linux 79f64dbf68c 'ARM: 6273/1: Add barriers to the I/O accessors if ARM_DMA_MEM_BUFFERABLE', 1082345290d",
        "Since coherent memory is bufferable, a store to it waits in the write buffer while the store to the doorbell, "
        "which is Device memory, overtakes it. writel had no barrier then: sata_sil24 failed.",
        pair(n1),
    ),
    Case(
        "N2",
        Code.NO_WMB,
        "linux 4c647338267 'usb: musb: host: Issue a memory barrier before starting DMA'",
        "The command is written to coherent memory and the DMA is started by a raw register write. The device fetches "
        "zeros, in one of many thousand transfers: copies of more than 20 MB fail.",
        pair(n2),
        profile="cortex-a8",
    ),
    Case(
        "N3",
        Code.NO_WMB,
        "quartiq/stabilizer PR 49 'fix memory safety issue in ethernet interface'",
        "The store to the ownership word is still on its way when the tail pointer says that there is work. The engine "
        "finds a descriptor that is not its own, and sleeps until the next packet.",
        pair(n3),
        profile="cortex-a8",
        nearest="STM32H7, a Cortex-M7: here another core whose store buffer the doorbell overtakes",
    ),
    Case(
        "N5",
        Code.NO_WMB,
        "aws/amazon-freertos PR 1628 (Zynq x_emacpsif_dma.c)",
        "The address word of a receive descriptor holds the ownership bit; it was written first and the flags were "
        "cleared afterwards. The controller may complete the descriptor in between, and its status is erased.",
        pair(n5),
        profile="cortex-a9-pl310",
        knobs={"ring_poll": 64},
        nearest="Zynq GEM: here an engine that polls its ring by the bit in the control word. The RTL engine waits for its tail "
        "register, so this runs on the behavioural one alone",
    ),
)
