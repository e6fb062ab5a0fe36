# SPDX-License-Identifier: Apache-2.0
"""O: no barrier orders the loads behind the ownership word."""

from __future__ import annotations

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.device import words
from dmasan.device.descriptor import CTRL_SIZE, Descriptor
from dmasan.device.registers import Op
from dmasan.linux.dma import CoherentBuffer
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

ENTRIES = 4
FRAME = 256
STATUS = words.STATUS.OFFSET
COUNT = STATUS + 4


async def ring_of_one(soc: Soc, device: Device, target: int) -> CoherentBuffer:
    """A ring in coherent memory with one receive descriptor, handed over."""
    cpu = soc.cpu()
    ring = await soc.dma.alloc_coherent(ENTRIES * 64, "receive ring")
    soc.dma.ownership_words(ring, STATUS, 64, ENTRIES)
    await device.use_ring(ring.dma_handle, ENTRIES)
    entry = Descriptor(Op.FILL, 0, target, FRAME, irq=True)
    await cpu.write(ring.cpu_addr + CTRL_SIZE, entry.encode()[CTRL_SIZE:])
    await soc.io.dma_wmb()
    await cpu.str_(ring.cpu_addr, entry.ctrl)
    await device.ring_doorbell(1)
    return ring


async def o1(soc: Soc, fixed: bool) -> None:
    """The payload of a packet, read when its descriptor says done."""
    cpu, nic = soc.cpu(), await Device.attach(soc)
    packet = await soc.dma.alloc_coherent(FRAME, "packet")
    ring = await ring_of_one(soc, nic, packet.dma_handle)
    while not await cpu.ldr(ring.cpu_addr + STATUS) & words.STATUS.DONE.mask:
        pass
    if fixed:
        await soc.io.dma_rmb()
    await cpu.read(packet.cpu_addr, FRAME)  # <- place
    await nic.halt()
    await soc.dma.free_coherent(ring)
    await soc.dma.free_coherent(packet)


async def o2(soc: Soc, fixed: bool) -> None:
    """The other words of a completion, read when its phase bit has turned."""
    cpu, nvme = soc.cpu(), await Device.attach(soc)
    data = await soc.dma.alloc_coherent(FRAME, "data")
    ring = await ring_of_one(soc, nvme, data.dma_handle)
    while not await cpu.ldr(ring.cpu_addr + STATUS) & words.STATUS.DONE.mask:
        pass
    # The branch on the phase bit orders no load.
    if fixed:
        await soc.io.dma_rmb()
    await cpu.ldr(ring.cpu_addr + COUNT)  # <- place
    await nvme.halt()
    await soc.dma.free_coherent(ring)
    await soc.dma.free_coherent(data)


async def o3(soc: Soc, fixed: bool) -> None:
    """Completed descriptors are cleaned: length first, then the packet."""
    cpu, axidma = soc.cpu(), await Device.attach(soc)
    packet = await soc.dma.alloc_coherent(FRAME, "packet")
    ring = await ring_of_one(soc, axidma, packet.dma_handle)
    while not await cpu.ldr(ring.cpu_addr + STATUS) & words.STATUS.DONE.mask:
        pass
    if fixed:
        await soc.io.dma_rmb()
    length = await cpu.ldr(ring.cpu_addr + COUNT)  # <- place
    await cpu.read(packet.cpu_addr, min(length, FRAME))  # <- place
    await axidma.halt()
    await soc.dma.free_coherent(ring)
    await soc.dma.free_coherent(packet)


CASES = (
    Case(
        "O1",
        Code.NO_RMB,
        "linux 2d0bb1c1f45 'e100/e1000*/igb*/ixgb*: Add missing read memory barrier'",
        "The processor may load the packet before the status that says that it is there. The checksum was verified by "
        "the hardware, so the application gets wrong data in silence.",
        pair(o1),
        nearest="POWER: here a core that satisfies loads of Normal memory early",
    ),
    Case(
        "O2",
        Code.NO_RMB,
        "linux b69e2ef24b7b 'nvme-pci: dma read memory barrier for completions'",
        "The phase bit of a completion is tested, then its other words are used. The branch does not order the loads.",
        pair(o2),
        profile="cortex-a72",
    ),
    Case(
        "O3",
        Code.NO_RMB,
        "linux 95978df6fa32 'net: axienet: add missing memory barriers'",
        "Three barriers are missing in one driver: behind the complete bit before the length and address are read, "
        "before the status is given back, and before the space in the ring is counted. Here the first.",
        pair(o3),
    ),
)
