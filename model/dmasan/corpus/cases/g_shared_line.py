# SPDX-License-Identifier: Apache-2.0
"""G: a buffer shares a cache line with other data."""

from __future__ import annotations

from dmasan.corpus.case import BUGGY, FIXED, WRONG_FIX, Case, pair, triple
from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.events import Direction
from dmasan.linux.layout import PAGE_SIZE
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

FROM = Direction.FROM_DEVICE


async def g1(soc: Soc, fixed: bool) -> None:
    """struct ser_req { struct spi_message msg; ...; u16 sample; }"""
    cpu, spi = soc.cpu(), await Device.attach(soc)
    request = await soc.kernel.kmalloc(256, "ser_req")
    await cpu.fill(request, 256, 0)
    status, sample = request, request + (soc.dma.cache_alignment() if fixed else 16)
    handle = await soc.dma.map_single(sample, 4, FROM, "sample")
    await cpu.str_(status, 1)  # <- place
    await spi.receive(handle, 4)  # <- place
    await soc.dma.unmap_single(handle, 4, FROM)  # <- place
    await cpu.ldr(sample)  # <- place
    await cpu.ldr(status)  # <- place
    await soc.kernel.kfree(request)


async def g2(soc: Soc, variant: str) -> None:
    """A bounce buffer of the USB driver, with the pointer to the original buffer kept behind its data."""
    cpu, usb = soc.cpu(), await Device.attach(soc)
    size = 200
    pad = {BUGGY: 8, WRONG_FIX: 32, FIXED: soc.dma.cache_alignment()}[variant]
    offset = -(-size // pad) * pad
    buffer = await soc.kernel.kmalloc(512, "aligned transfer buffer")
    await cpu.fill(buffer, 512, 0)
    handle = await soc.dma.map_single(buffer, size, FROM, "aligned transfer buffer")
    await cpu.str_(buffer + offset, 0xC012_3400)  # <- place
    await usb.receive(handle, size)  # <- place
    await soc.dma.unmap_single(handle, size, FROM)  # <- place
    await cpu.ldr(buffer + offset)  # <- place
    await cpu.read(buffer, size)  # <- place
    await soc.kernel.kfree(buffer)


async def g3(soc: Soc, fixed: bool) -> None:
    """A sensor's state with a member that is aligned to the L1 line, where the granule is twice as long."""
    cpu, spi = soc.cpu(), await Device.attach(soc)
    state = await soc.kernel.kmalloc(512, "iio state")
    await cpu.fill(state, 512, 0)
    member = soc.dma.cache_alignment() if fixed else soc.machine.profile.l1.line // 2
    handle = await soc.dma.map_single(state + member, 8, FROM, "receive member")
    await cpu.str_(state + 4, 7)  # <- place
    await spi.receive(handle, 8)  # <- place
    await soc.dma.unmap_single(handle, 8, FROM)  # <- place
    await cpu.read(state + member, 8)  # <- place
    await cpu.ldr(state + 4)  # <- place
    await soc.kernel.kfree(state)


async def g4(soc: Soc, fixed: bool) -> None:
    """A bulk read to an odd address: the ends go by fragments, the middle by DMA."""
    cpu, kernel, vchiq = soc.cpu(), soc.kernel, await Device.attach(soc)
    pages = await kernel.alloc_pages(1, name="user buffer")
    user = kernel.linear.va(int(pages[0]))
    await cpu.fill(user, PAGE_SIZE, 0)
    # The device tree says cache-line-size 32; the cores have 64.
    line = soc.machine.profile.l1.line if fixed else soc.machine.profile.l1.line // 2
    head = line - 12
    handle = await soc.dma.map_page(int(pages[0]), line, 1024, FROM, "bulk read")
    await vchiq.start_receive(handle, 1024)  # <- place
    await cpu.fill(user + line - head, head, 0x77)  # <- place
    await vchiq.wait()
    await soc.dma.unmap_page(handle, 1024, FROM)  # <- place
    await cpu.read(user + line - head, head + 1024)  # <- place
    await kernel.free_pages(pages)


async def g6(soc: Soc, variant: str) -> None:
    """The invalidate of a range whose ends lie inside lines."""
    cpu, firmware, device = soc.cpu(), Firmware(soc), await Device.attach(soc)
    heap, line = await firmware.heap(PAGE_SIZE), firmware.line
    start = line if variant == FIXED else line // 2
    buffer = firmware.part(heap, start, 2 * line, "buffer")
    await cpu.str_(heap.va, 1)
    await firmware.flush(buffer.va, buffer.size)
    await device.start_receive(buffer.pa, buffer.size)  # <- place
    await cpu.str_(heap.va, 2)  # <- place
    await device.wait()
    if variant == WRONG_FIX:
        # Clean and invalidate at the ends: the neighbour lives, and may be written over the device's bytes instead.
        await firmware.flush(buffer.va, 1)  # <- place
        await firmware.flush(buffer.va + buffer.size - 1, 1)
        await firmware.invalidate(heap.va + line, line)
    else:
        await firmware.invalidate(buffer.va, buffer.size)  # <- place
    await cpu.ldr(heap.va)  # <- place
    await cpu.read(buffer.va, buffer.size)  # <- place


CASES = (
    Case(
        "G1",
        Code.SHARED_LINE,
        "linux 3843384a055 'Input: ad7877 - keep dma rx buffers in seperate cache lines', e8f462d2020 (ads7846)",
        "The sample that the SPI controller writes lies in one object with the message that describes it. The core "
        "writes the message's status during the transfer, and the line is dirty again: evicted over the sample.",
        pair(g1),
        nearest="Blackfin and OMAP2: here any non-coherent machine",
    ),
    Case(
        "G2",
        Code.SHARED_LINE,
        "linux 4a4863bf2e79 'usb: dwc2: padding between data and stored_xfer_buffer', 3bc04e28a030, 56406e017a88",
        "The driver keeps the pointer to the caller's buffer right behind the data, in its last line: one of the two is "
        "lost, an oops with every webcam. A padding to the line that the code assumed, not to the machine's, was no cure.",
        triple(g2),
        profile="cortex-a53",
        era="v6.0",
        nearest="Lantiq, a MIPS, whose unmap drops whole lines: here the pointer is written after the map",
    ),
    Case(
        "G3",
        Code.SHARED_LINE,
        "linux series 'iio: ...: Fix alignment for DMA safety' (92 patches, 2022); ad5758 465bdce79a9f (2026)",
        "____cacheline_aligned is the line of L1; the granule of DMA may be longer (ARCH_DMA_MINALIGN). The member shares "
        "its granule with the driver's state.",
        pair(g3),
        profile="cortex-a53",
        era="v6.0",
        nearest="64-byte lines under a granule of 128 bytes: here 32 under 64",
    ),
    Case(
        "G4",
        Code.SHARED_LINE,
        "raspberrypi/linux PR 1987 'staging: vc04_services: Fix bulk cache maintenance' (1977, 2643, PR 2666)",
        "The ends of an unaligned bulk read go through fragments that the CPU copies, the rest by DMA. With a line size "
        "of 32 in the device tree and 64 in the cores, a fragment and DMA data share a line.",
        pair(g4),
        profile="cortex-a53",
        era="v6.0",
    ),
    Case(
        "G6",
        Code.SHARED_LINE,
        "linux 4f6627ac3ba 'l2x0 cache invalidate handling of unaligned addresses'; nuttx 1b3005accf0; powerpc 03d70617b8a",
        "An invalidate acts on whole lines and drops what neighbours at the ends have written. Cleaning the end lines "
        "instead saves the neighbour and writes its line over the device's bytes: the problem has only moved.",
        triple(g6),
    ),
)
