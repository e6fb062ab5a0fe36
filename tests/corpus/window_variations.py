# SPDX-License-Identifier: Apache-2.0
"""More mistakes on other platforms: bus windows, maintenance of everything, attributes, rings, syncs at the wrong time."""

from __future__ import annotations

from dataclasses import replace

from builders import BOTH, BOUNCE, FROM, TO, hand_over, polled, receive_into, ring_of, send_from, variation

from dmasan.arch.geometry import Region
from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.linux.dma_device import DmaRange
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.protections import Protection
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc


async def bus_window(soc: Soc, fixed: bool) -> None:
    "Raspberry Pi: the device sees memory at another bus address, and is given the physical one"
    cpu, dev, layout = soc.cpu(), await Device.attach(soc), soc.kernel.layout
    ram = layout.pages * PAGE_SIZE
    soc.dma.device.ranges = (DmaRange(layout.base, 0x1000_0000, ram),)
    buffer = await soc.kernel.kmalloc(512, "buffer")
    await cpu.fill(buffer, 512, 1)
    handle = await soc.dma.map_single(buffer, 512, TO, "buffer")  # <- place
    await dev.send(handle if fixed else layout.physical(buffer), 512)  # <- place
    await soc.dma.unmap_single(handle, 512, TO)


async def ring_too_long(soc: Soc, fixed: bool) -> None:
    "the ring's length register says more entries than the ring has"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    data = await soc.dma.alloc_coherent(256, "data")
    ring = await soc.dma.alloc_coherent(64 * 64, "ring")
    await nic.use_ring(ring.dma_handle, 64 if fixed else 128, status=False)
    for n in range(64):
        await hand_over(soc, ring, n, send_from(data.dma_handle, 64, irq=n == 63))
    await nic.ring_doorbell(63 if fixed else 65)  # <- place
    await nic.completed(63 if fixed else 64)
    await nic.halt()
    await cpu.dsb()


async def attributes_without_tlbi(soc: Soc, fixed: bool) -> None:
    "a page is made Non-cacheable in its entry, and the TLB still has it cacheable"
    kernel, cpu, dev = soc.kernel, soc.cpu(), await Device.attach(soc)
    page = int((await kernel.alloc_pages(1, name="page"))[0])
    va = kernel.linear.va(page)
    fw = Firmware(soc)
    await kernel.linear.split_range(page, 1)
    await cpu.fill(va, PAGE_SIZE, 0)
    await fw.flush(va, PAGE_SIZE)
    if fixed:
        await kernel.linear.unmap(page, 1)
        await kernel.linear.flush_tlb(page, 1)
    await kernel.linear.protect(page, 1, Protection.DMACOHERENT)  # <- place
    await cpu.dsb()
    await cpu.isb()
    pa = kernel.layout.pa(page)
    handle = await soc.dma.map_page(page, 0, 256, TO, "page")
    await soc.dma.sync_single_for_cpu(handle, 256, TO)
    await cpu.fill(va, 256, 1)  # <- place
    await cpu.dsb()
    await cpu.outer_sync()
    assert pa == handle
    await soc.dma.sync_single_for_device(handle, 256, TO)
    await dev.send(handle, 256)  # <- place
    await soc.dma.unmap_page(handle, 256, TO)


async def freed_skb(soc: Soc, fixed: bool) -> None:
    "an skb is freed when it is queued, and its memory is another's when it is sent"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    skb = await soc.kernel.kmalloc(2048, "skb")
    await cpu.fill(skb, 2048, 1)
    handle = await soc.dma.map_single(skb, 2048, TO, "skb")
    await nic.start_send(handle, 2048)
    if fixed:
        await nic.wait()
    await soc.dma.unmap_single(handle, 2048, TO)  # <- place
    await soc.kernel.kfree(skb)
    await cpu.fill(await soc.kernel.kmalloc(2048, "next"), 2048, 2)
    await nic.idle()


async def other_size(soc: Soc, fixed: bool) -> None:
    "coherent memory is freed with the length of the structure, not of what was allocated"
    buffer = await soc.dma.alloc_coherent(2 * PAGE_SIZE, "queue")
    await soc.dma.free_coherent(buffer if fixed else replace(buffer, size=PAGE_SIZE))  # <- place


async def write_combined_user(soc: Soc, fixed: bool) -> None:
    "pages of a driver are mapped write-combined into a process, and used through the linear map too"
    kernel, cpu, gpu = soc.kernel, soc.cpu(), await Device.attach(soc)
    memory = await Firmware(soc).memory(PAGE_SIZE, "command buffer")
    await cpu.fill(memory.va, PAGE_SIZE, 0)  # <- place
    if fixed:
        await Firmware(soc).flush(memory.va, PAGE_SIZE)
        user = await kernel.user.remap_pfn_range(kernel.layout.page(memory.pa), 1)
    else:
        user = await kernel.user.remap_pfn_range(kernel.layout.page(memory.pa), 1, Protection.USER_STRONGLY_ORDERED)  # <- place
    async with kernel.user.using():
        await cpu.fill(user, 256, 1)  # <- place
        if fixed:
            await Firmware(soc).flush(memory.va, PAGE_SIZE)
        await cpu.dsb()
        await gpu.send(memory.pa, 256)  # <- place


async def second_window(soc: Soc, fixed: bool) -> None:
    "a carve-out has left the linear map, but a driver has it mapped by memremap() when it is closed"
    kernel, cpu = soc.kernel, soc.cpu()
    page = int((await kernel.alloc_pages(1, name="carve-out"))[0])
    region = Region(kernel.layout.pa(page), PAGE_SIZE)
    await kernel.linear.split_range(page, 1)
    window = await kernel.vmalloc.vmap(page, 1, Protection.KERNEL)
    await cpu.dsb()
    await cpu.read(window.va, 64)
    await cpu.dccimvac(kernel.linear.va(page), PAGE_SIZE)
    await cpu.dsb()
    await kernel.linear.unmap(page, 1)
    await kernel.linear.flush_tlb(page, 1)
    if fixed:
        await cpu.dccimvac(window.va, PAGE_SIZE)
        await cpu.dsb()
        await kernel.vmalloc.vunmap(window.va, eager=True)
    soc.machine.forbid(region)  # <- place
    await cpu.fill(await kernel.kmalloc(256, "work"), 256, 0)
    soc.machine.allow(region)


async def synced_too_soon(soc: Soc, fixed: bool) -> None:
    "sync_for_cpu is called when the transfer is started, and the buffer is read when it is over"
    cpu, spi = soc.cpu(), await Device.attach(soc)
    rx = await soc.kernel.kmalloc(1024, "rx")
    handle = await soc.dma.map_single(rx, 1024, FROM, "rx")
    await spi.start_receive(handle, 1024)
    if not fixed:
        await soc.dma.sync_single_for_cpu(handle, 1024, FROM)  # <- place
    await spi.wait()
    if fixed:
        await soc.dma.sync_single_for_cpu(handle, 1024, FROM)
    await cpu.read(rx, 1024)  # <- place
    await soc.dma.unmap_single(handle, 1024, FROM)


async def polled_in_stream(soc: Soc, fixed: bool) -> None:
    "a status word in a streaming buffer is polled without sync_for_cpu"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    buffer = await soc.kernel.kmalloc(256, "status block")
    handle = await soc.dma.map_single(buffer, 256, FROM, "status block")
    for _ in range(2):
        await nic.receive(handle, 256)
        if fixed:
            await soc.dma.sync_single_for_cpu(handle, 256, FROM)
        await cpu.ldr(buffer)  # <- place
        if fixed:
            await soc.dma.sync_single_for_device(handle, 256, FROM)
    await soc.dma.unmap_single(handle, 256, FROM)


async def late_length(soc: Soc, fixed: bool) -> None:
    "the length of a frame is read before the bit that says that it is valid"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    frame = await soc.dma.alloc_coherent(256, "frame")
    ring = await ring_of(soc, nic)
    await hand_over(soc, ring, 0, receive_into(frame.dma_handle, 256))
    await nic.ring_doorbell(1)
    await polled(soc, ring)
    if fixed:
        await soc.io.dma_rmb()
    await cpu.ldr(frame.cpu_addr)  # <- place
    await nic.halt()


async def unaligned_bounce(soc: Soc, fixed: bool) -> None:
    "the end of a bounced buffer is synced by the offset from another base"
    cpu, dev = soc.cpu(), await Device.attach(soc)
    buffer = await soc.kernel.kmalloc(1024, "buffer")
    await cpu.fill(buffer, 1024, 1)
    handle = await soc.dma.map_single(buffer, 1024, BOTH, "buffer")
    await dev.receive(handle, 1024)
    await soc.dma.sync_single_for_cpu(handle + (512 if fixed else 0), 512, BOTH)  # <- place
    await cpu.read(buffer + 512, 512)  # <- place
    await soc.dma.unmap_single(handle, 1024, BOTH)


async def by_set_and_way(soc: Soc, fixed: bool) -> None:
    "a boot loader writes a boot argument, and empties its data cache by set and way before the jump: DCISW for DCCISW"
    cpu, fw, l1 = soc.cpu(), Firmware(soc), soc.machine.hierarchy.l1[0]
    argument = await fw.memory(256, "boot argument")
    await cpu.fill(argument.va, 256, 0x42)  # <- place
    if fixed:
        await fw.flush(argument.va, 256)
    empty = cpu.dccisw if fixed else cpu.dcisw
    for set_ in range(l1.sets):
        for way in range(l1.ways):
            await empty(1, set_, way)  # <- place
    await cpu.dsb()
    await cpu.read(argument.va, 256)  # <- place


CASES = [
    variation("V121", Code.DMA_ADDR, bus_window, profile="cortex-a72"),
    variation("V122", Code.DMA_ADDR, ring_too_long, profile="cortex-a15"),
    variation("T121", Code.TLB_BBM, attributes_without_tlbi, profile="cortex-a15"),
    variation("J121", Code.DEV_UNMAPPED, freed_skb, profile="arm926", era="v3.14"),
    variation("K121", Code.MAP_BALANCE, other_size, profile="cortex-a53"),
    variation("L121", Code.ALIAS_ATTR, write_combined_user, profile="cortex-a8"),
    variation("R121", Code.SPEC_FORBIDDEN, second_window, profile="cortex-a53"),
    variation("C121", Code.INV_TOO_EARLY, synced_too_soon, profile="cortex-a53"),
    variation("C122", Code.INV_TOO_EARLY, synced_too_soon, profile="cortex-a9-pl310", era="v3.5"),
    variation("I121", Code.CPU_RD_OWNED, polled_in_stream, profile="cortex-a8", era="v6.0"),
    variation("O121", Code.NO_RMB, late_length, profile="cortex-a15"),
    variation("W121", Code.BOUNCE_SYNC, unaligned_bounce, profile="cortex-a53", policy="bounce", knobs=BOUNCE),
    variation("Z121", Code.LOST_CPU_DATA, by_set_and_way, profile="cortex-a8"),
    variation("Z122", Code.LOST_CPU_DATA, by_set_and_way, profile="cortex-a9-pl310"),
]
