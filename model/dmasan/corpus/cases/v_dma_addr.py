# SPDX-License-Identifier: Apache-2.0
"""V: the device's address is wrong: mask, window, boundary or overrun."""

from __future__ import annotations

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.device.model import ModelBackend
from dmasan.events import Direction
from dmasan.linux.layout import PAGE_SIZE
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

FROM = Direction.FROM_DEVICE


async def v1(soc: Soc, fixed: bool) -> None:
    """A controller that decodes fewer address bits than its driver says."""
    cpu, usb = soc.cpu(), await Device.attach(soc)
    # RAM begins at 2 GiB here. The device drops a bit in the middle, so that what it touches is RAM, but another page.
    device = soc.dma.device
    buffer = await soc.kernel.kmalloc(PAGE_SIZE, "sector buffer")
    reach = 31 if not fixed else 32
    device.address_bits = reach
    handle = await soc.dma.map_single(buffer, PAGE_SIZE, FROM, "sector buffer")  # <- place
    await usb.receive(handle, PAGE_SIZE)  # <- place
    await soc.dma.unmap_single(handle, PAGE_SIZE, FROM)
    await cpu.read(buffer, PAGE_SIZE)
    await soc.kernel.kfree(buffer)


async def v3(soc: Soc, fixed: bool) -> None:
    """A copy of more than 8 KiB between buffers that do not begin on a page."""
    cpu, mover = soc.cpu(), await Device.attach(soc)
    length = 8 << 10
    target = await soc.dma.alloc_coherent(length + PAGE_SIZE, "target")
    if not fixed and isinstance(soc.device, ModelBackend):
        soc.device.cross_pages(2 * PAGE_SIZE)  # the crossing test looks at one bit of the address
    await mover.receive(target.dma_handle + 3 * 1024 + 64, length)  # <- place
    await soc.io.rmb()
    await cpu.read(target.cpu_addr + 3 * 1024 + 64, length)
    await soc.dma.free_coherent(target)


async def v5(soc: Soc, fixed: bool) -> None:
    """The last byte of a buffer, and the last address that the mask allows."""
    cpu, device = soc.cpu(), await Device.attach(soc)
    buffer = await soc.kernel.kmalloc(PAGE_SIZE, "buffer")
    last = soc.kernel.layout.physical(buffer) + PAGE_SIZE - 1
    # A check with one byte too few lets a buffer through whose last byte is beyond the mask.
    soc.dma.device.mask = last if fixed else last - 1
    handle = await soc.dma.map_single(buffer, PAGE_SIZE, FROM, "buffer")  # <- place
    await device.receive(handle, PAGE_SIZE)  # <- place
    await soc.dma.unmap_single(handle, PAGE_SIZE, FROM)
    await cpu.read(buffer, PAGE_SIZE)
    await soc.kernel.kfree(buffer)


CASES = (
    Case(
        "V1",
        Code.DMA_ADDR,
        "raspberrypi/linux#3509 'DWC2 host-mode driver corrupts data if there is more than 1GB RAM'",
        "The controller decodes 30 address bits and its driver sets no mask: what lies above 1 GiB is written below it. The "
        "checksum of a copied file is wrong; with total_mem=1024 it is right.",
        pair(v1),
        profile="cortex-a72",
        nearest="a Raspberry Pi 4 with 4 GiB: here RAM at 2 GiB and 31 address bits",
    ),
    Case(
        "V3",
        Code.DMA_ADDR,
        "alexforencich/verilog-axi#12, 0eda0767af15 'Rewrite 4K address boundary crossing checks'",
        "The check for a burst that crosses 4 KiB looks at one address bit, and fails for transfers of a multiple of 8 KiB. "
        "The software is right, the device is not.",
        pair(v3),
        nearest="Verilog: here the behavioural device with the fault, as no RTL of ours has it",
    ),
    Case(
        "V5",
        Code.DMA_ADDR,
        "linux ac2b3e67dd5 'dma-mapping: fix off-by-one error in dma_capable()'",
        "Whether a buffer is within the mask is a question of its last byte, not of the byte behind it. With the wrong "
        "question a buffer is refused that fits, or allowed that does not.",
        pair(v5),
        profile="cortex-a15",
        era="v3.14",
        nearest="a kernel with the wrong comparison: here one that does not compare",
    ),
)
