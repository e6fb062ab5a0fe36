# SPDX-License-Identifier: Apache-2.0
"""Controls: correct code that a checker might take for a bug. It must stay silent."""

from __future__ import annotations

from dmasan.corpus.case import Case, control
from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.device import words
from dmasan.device.attributes import COHERENT
from dmasan.device.descriptor import CTRL_SIZE, Descriptor
from dmasan.device.registers import Op
from dmasan.events import Direction
from dmasan.linux.dma_attributes import DmaAttr
from dmasan.linux.layout import PAGE_SIZE
from dmasan.soc import Soc

FRAME = 2048
HEADER = 128
STATUS = words.STATUS.OFFSET
TO, FROM, BOTH = Direction.TO_DEVICE, Direction.FROM_DEVICE, Direction.BIDIRECTIONAL


async def ok1(soc: Soc) -> None:
    """Part of a mapping is synced, and exactly that part is read."""
    cpu, nic = soc.cpu(), await Device.attach(soc)
    frame = await soc.kernel.kmalloc(FRAME, "receive frame")
    handle = await soc.dma.map_single(frame, FRAME, FROM, "receive frame")
    await nic.receive(handle, FRAME)
    await soc.dma.sync_single_range_for_cpu(handle, 0, HEADER, FROM)
    await cpu.read(frame, HEADER)
    await soc.dma.sync_single_range_for_device(handle, 0, HEADER, FROM)
    await nic.receive(handle, FRAME)
    await soc.dma.unmap_single(handle, FRAME, FROM)
    await cpu.read(frame, FRAME)
    await soc.kernel.kfree(frame)


async def ok2(soc: Soc) -> None:
    """A BIDIRECTIONAL mapping is synced for one direction."""
    cpu, nic = soc.cpu(), await Device.attach(soc)
    buffer = await soc.kernel.kmalloc(FRAME, "buffer")
    await cpu.fill(buffer, FRAME, 1)
    handle = await soc.dma.map_single(buffer, FRAME, BOTH, "buffer")
    await nic.receive(handle, FRAME)
    await soc.dma.sync_single_for_cpu(handle, FRAME, FROM)
    await cpu.read(buffer, FRAME)
    await cpu.fill(buffer, FRAME, 2)
    await soc.dma.sync_single_for_device(handle, FRAME, TO)
    await nic.send(handle, FRAME)
    await soc.dma.unmap_single(handle, FRAME, BOTH)
    await soc.kernel.kfree(buffer)


async def ok3(soc: Soc) -> None:
    """Two overlapping mappings that the device only reads."""
    cpu, nic = soc.cpu(), await Device.attach(soc)
    packet = await soc.kernel.kmalloc(FRAME, "packet")
    await cpu.fill(packet, FRAME, 3)
    whole = await soc.dma.map_single(packet, FRAME, TO, "packet")
    part = await soc.dma.map_single(packet + 64, 512, TO, "part of the packet")
    await nic.send(whole, FRAME)
    await nic.send(part, 512)
    await soc.dma.unmap_single(part, 512, TO)
    await soc.dma.unmap_single(whole, FRAME, TO)
    await soc.kernel.kfree(packet)


async def ok4(soc: Soc) -> None:
    """Lines that speculation brings into a buffer of the device's, and that unmap drops."""
    cpu, nic = soc.cpu(), await Device.attach(soc)
    pages = await soc.kernel.alloc_pages(2, name="pages")
    va = soc.kernel.linear.va(int(pages[0]))
    handle = await soc.dma.map_single(va + PAGE_SIZE, PAGE_SIZE, FROM, "receive page")
    await nic.start_receive(handle, PAGE_SIZE)
    # A prefetcher that follows this goes on into the device's page.
    await cpu.read(va, PAGE_SIZE)
    await nic.wait()
    await soc.dma.unmap_single(handle, PAGE_SIZE, FROM)
    await cpu.read(va + PAGE_SIZE, PAGE_SIZE)
    await soc.kernel.free_pages(pages)


async def ok5(soc: Soc) -> None:
    """A dirty line of a neighbour in the same page, but not in the same line."""
    cpu, nic = soc.cpu(), await Device.attach(soc)
    page = await soc.kernel.kmalloc(PAGE_SIZE, "page")
    handle = await soc.dma.map_single(page + 1024, 512, FROM, "receive buffer")
    await cpu.fill(page, 1024, 5)
    await nic.receive(handle, 512)
    await cpu.fill(page + 1536, 512, 6)
    await soc.dma.unmap_single(handle, 512, FROM)
    await cpu.read(page, 2048)
    await soc.kernel.kfree(page)


async def ok6(soc: Soc) -> None:
    """A coherent device, and no maintenance at all."""
    cpu, device = soc.cpu(), await Device.attach(soc, snoop=COHERENT)
    soc.dma.device.coherent = True
    buffer = await soc.kernel.kmalloc(FRAME, "buffer")
    await cpu.fill(buffer, FRAME, 7)
    handle = await soc.dma.map_single(buffer, FRAME, BOTH, "buffer")
    await device.send(handle, FRAME)
    await device.receive(handle, FRAME)
    await soc.dma.unmap_single(handle, FRAME, BOTH)
    await cpu.read(buffer, FRAME)
    await soc.kernel.kfree(buffer)


async def ok7(soc: Soc) -> None:
    """Coherent memory beside a cacheable alias that nobody uses, on a machine where uncached accesses hit no line."""
    cpu, device = soc.cpu(), await Device.attach(soc)
    buffer = await soc.dma.alloc_coherent(FRAME, "coherent buffer")
    await cpu.fill(buffer.cpu_addr, FRAME, 8)
    await device.send(buffer.dma_handle, FRAME)
    await device.receive(buffer.dma_handle, FRAME)
    await soc.io.rmb()
    await cpu.read(buffer.cpu_addr, FRAME)
    await soc.dma.free_coherent(buffer)


async def ok8(soc: Soc) -> None:
    """A ring in coherent memory, with the barriers of writel and readl and no others."""
    cpu, device = soc.cpu(), await Device.attach(soc)
    ring = await soc.dma.alloc_coherent(4 * 64, "ring")
    data = await soc.dma.alloc_coherent(FRAME, "data")
    soc.dma.ownership_words(ring, STATUS, 64, 4)
    await device.use_ring(ring.dma_handle, 4)
    entry = Descriptor(Op.FILL, 0, data.dma_handle, FRAME, irq=True)
    await cpu.write(ring.cpu_addr, entry.encode())
    await device.ring_doorbell(1)
    await device.wait()  # readl of the status register
    await cpu.read(data.cpu_addr, FRAME)
    await device.halt()
    await soc.dma.free_coherent(data)
    await soc.dma.free_coherent(ring)


async def ok9(soc: Soc) -> None:
    """The CPU reads what the device only reads too."""
    cpu, device = soc.cpu(), await Device.attach(soc)
    packet = await soc.kernel.kmalloc(FRAME, "packet")
    await cpu.fill(packet, FRAME, 9)
    handle = await soc.dma.map_single(packet, FRAME, TO, "packet")
    await device.start_send(handle, FRAME)
    await cpu.read(packet, FRAME)
    await device.wait()
    await soc.dma.unmap_single(handle, FRAME, TO)
    await soc.kernel.kfree(packet)


async def ok10(soc: Soc) -> None:
    """A page pool: synced by hand, and unmapped without."""
    cpu, nic = soc.cpu(), await Device.attach(soc)
    pages = await soc.kernel.alloc_pages(1, name="page pool")
    frame = int(pages[0])
    handle = await soc.dma.map_page(frame, 0, PAGE_SIZE, FROM, "page pool", DmaAttr.SKIP_CPU_SYNC)
    await soc.dma.sync_single_for_device(handle, PAGE_SIZE, FROM)
    await nic.receive(handle, PAGE_SIZE)
    await soc.dma.sync_single_for_cpu(handle, PAGE_SIZE, FROM)
    await soc.dma.unmap_page(handle, PAGE_SIZE, FROM, DmaAttr.SKIP_CPU_SYNC)
    await cpu.read(soc.kernel.linear.va(frame), PAGE_SIZE)
    await soc.kernel.free_pages(pages)


async def ok11(soc: Soc) -> None:
    """An ownership word is polled while the device writes it, a race by design."""
    cpu, device = soc.cpu(), await Device.attach(soc)
    ring = await soc.dma.alloc_coherent(4 * 64, "ring")
    data = await soc.dma.alloc_coherent(FRAME, "data")
    soc.dma.ownership_words(ring, STATUS, 64, 4)
    await device.use_ring(ring.dma_handle, 4)
    entry = Descriptor(Op.FILL, 0, data.dma_handle, FRAME, irq=True)
    await cpu.write(ring.cpu_addr + CTRL_SIZE, entry.encode()[CTRL_SIZE:])
    await soc.io.dma_wmb()
    await cpu.str_(ring.cpu_addr, entry.ctrl)
    await device.ring_doorbell(1)
    while not await cpu.ldr(ring.cpu_addr + STATUS) & words.STATUS.DONE.mask:
        pass
    await soc.io.dma_rmb()
    await cpu.read(data.cpu_addr, FRAME)
    await device.halt()
    await soc.dma.free_coherent(data)
    await soc.dma.free_coherent(ring)


async def ok12(soc: Soc) -> None:
    """Bare metal: a buffer is cleared, given up by an invalidate, filled by the device, invalidated and read."""
    cpu, firmware, device = soc.cpu(), Firmware(soc), await Device.attach(soc)
    buffer = await firmware.memory(FRAME, "buffer")
    await cpu.fill(buffer.va, FRAME, 0)
    await firmware.invalidate(buffer.va, FRAME)
    await device.receive(buffer.pa, FRAME)
    await firmware.invalidate(buffer.va, FRAME)
    await cpu.read(buffer.va, FRAME)


CASES = (
    Case("OK1", None, "control", "Part of a mapping is synced and read.", control(ok1), profile="cortex-a53"),
    Case(
        "OK2",
        None,
        "linux 42d53b4ff7d, bugzilla 14169",
        "A sync of a BIDIRECTIONAL mapping may have the direction of the transfer; the kernel's debugging once complained.",
        control(ok2),
        profile="cortex-a53",
    ),
    Case(
        "OK3",
        None,
        "control",
        "Mappings of one packet that the device only reads may overlap; the kernel's debugging skips them on purpose.",
        control(ok3),
    ),
    Case(
        "OK4",
        None,
        "control",
        "Speculation into a buffer of the device's is harmless if unmap invalidates.",
        control(ok4),
    ),
    Case("OK5", None, "control", "Neighbours in the page, not in the line.", control(ok5)),
    Case(
        "OK6",
        None,
        "control",
        "A device that snoops everything needs no maintenance.",
        control(ok6),
        profile="cortex-a53",
        policy="coherent",
    ),
    Case(
        "OK7",
        None,
        "control",
        "The linear mapping of coherent memory stays cacheable and is speculated through; with the shared override of the "
        "PL310 no uncached access hits those lines.",
        control(ok7),
        policy="double_map",
        era="v2.6.39",
        knobs={"shared_override": True},
    ),
    Case("OK8", None, "control", "writel and readl have the barriers in them.", control(ok8)),
    Case("OK9", None, "control", "Reading what the device only reads is harmless.", control(ok9)),
    Case(
        "OK10",
        None,
        "linux 4cd9d227ab83 (airoha)",
        "The page pool syncs for itself, and unmaps with DMA_ATTR_SKIP_CPU_SYNC.",
        control(ok10),
        profile="cortex-a53",
    ),
    Case(
        "OK11",
        None,
        "control",
        "Polling an ownership word is a race by design, with dma_rmb behind it.",
        control(ok11),
    ),
    Case(
        "OK12",
        None,
        "control",
        "An invalidate gives up what its caller names: clear, invalidate, receive, invalidate, read is correct code.",
        control(ok12),
        profile="cortex-a8",
    ),
)
