# SPDX-License-Identifier: Apache-2.0
"""Mistakes with calls and plain maintenance in other subsystems: media, sound, USB, firmware, pools of descriptors."""

from __future__ import annotations

from builders import BOTH, FROM, TO, out_of_linear_map, variation

from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.linux.dma_attributes import DmaAttr
from dmasan.linux.dma_coherent import CoherentBuffer
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.protections import Protection
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc


async def uvc_urb(soc: Soc, fixed: bool) -> None:
    "a USB video driver writes its control data to dma_alloc_noncontiguous memory and submits without sync_sgtable_for_device"
    cpu, hcd = soc.cpu(), await Device.attach(soc)
    table, buffer = await soc.dma.alloc_noncontiguous(2 * PAGE_SIZE, TO, "urb")
    va = await soc.dma.vmap_noncontiguous(buffer)
    await cpu.fill(va + PAGE_SIZE, 512, 0x42)  # <- place
    if fixed:
        await soc.dma.sync_sgtable_for_device(table, TO)
    await hcd.send(table.entries[0].dma_address, 2 * PAGE_SIZE)  # <- place
    await soc.dma.vunmap_noncontiguous(va)
    await soc.dma.free_noncontiguous(buffer)


async def elf_segment(soc: Soc, fixed: bool) -> None:
    "remoteproc: a segment is copied to a carve-out by its cacheable mapping, and the core is started behind a barrier alone"
    kernel, cpu, core = soc.kernel, soc.cpu(), await Device.attach(soc)
    fw = Firmware(soc)
    m = await fw.memory(PAGE_SIZE, "carve-out")
    page = kernel.layout.page(m.pa)
    await fw.flush(m.va, PAGE_SIZE)
    await out_of_linear_map(soc, page)
    window = await kernel.vmalloc.vmap(page, 1, Protection.KERNEL)
    await cpu.fill(window.va, 1024, 0x7F)  # <- place
    if fixed:
        await cpu.dccmvac(window.va, 1024)
        await cpu.dsb()
    else:
        await soc.io.wmb()
    await core.send(m.pa, 1024)  # <- place


async def mailbox_poll(soc: Soc, fixed: bool) -> None:
    "a boot loader polls the answer of another processor in cacheable memory, and never invalidates in the loop"
    cpu, fw, scp = soc.cpu(), Firmware(soc), await Device.attach(soc)
    box = await fw.memory(64, "mailbox")
    await cpu.fill(box.va, 64, 0)
    await fw.flush(box.va, 64)
    assert not await cpu.ldr(box.va)  # <- place
    await scp.start_receive(box.pa, 64)
    await scp.idle()
    for _ in range(4):
        if fixed:
            await fw.invalidate(box.va, 64)
        if await cpu.ldr(box.va):  # <- place
            break


async def shmem_capture(soc: Soc, fixed: bool) -> None:
    "a page that was cleared is imported with DMA_ATTR_SKIP_CPU_SYNC, and captured into"
    kernel, cpu, cam = soc.kernel, soc.cpu(), await Device.attach(soc)
    page = int((await kernel.alloc_pages(1, name="shmem"))[0])
    va = kernel.linear.va(page)
    await cpu.fill(va, PAGE_SIZE, 0)  # <- place
    attrs = DmaAttr.NONE if fixed else DmaAttr.SKIP_CPU_SYNC
    t = soc.dma.sg_of_pages([(page, 0, PAGE_SIZE)])
    await soc.dma.map_sgtable(t, FROM, "shmem", attrs)  # <- place
    await cam.receive(t.entries[0].dma_address, PAGE_SIZE)  # <- place
    await soc.dma.sync_sgtable_for_cpu(t, FROM)  # <- place
    await cpu.read(va, PAGE_SIZE)  # <- place
    await soc.dma.unmap_sgtable(t, FROM, attrs)


async def swapped(soc: Soc, fixed: bool) -> None:
    "a memory-to-memory copy whose source is mapped FROM_DEVICE and whose target TO_DEVICE"
    cpu, dma = soc.cpu(), await Device.attach(soc)
    src, dst = await soc.kernel.kmalloc(1024, "src"), await soc.kernel.kmalloc(1024, "dst")
    await cpu.fill(src, 1024, 5)  # <- place
    a, b = (TO, FROM) if fixed else (FROM, TO)
    s = await soc.dma.map_single(src, 1024, a, "src")  # <- place
    d = await soc.dma.map_single(dst, 1024, b, "dst")  # <- place
    await dma.copy(d, s, 1024)  # <- place
    await soc.dma.unmap_single(s, 1024, a)
    await soc.dma.unmap_single(d, 1024, b)
    await cpu.read(dst, 1024)  # <- place


async def sync_other_direction(soc: Soc, fixed: bool) -> None:
    "a receive buffer is synced for the CPU as if the device had read it"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    b = await soc.kernel.kmalloc(2048, "rx")
    h = await soc.dma.map_single(b, 2048, FROM, "rx")
    await nic.receive(h, 1024)
    await soc.dma.sync_single_for_cpu(h, 1024, FROM if fixed else TO)  # <- place
    await cpu.read(b, 1024)  # <- place
    await soc.dma.sync_single_for_device(h, 1024, FROM)
    await soc.dma.unmap_single(h, 2048, FROM)


async def headroom(soc: Soc, fixed: bool) -> None:
    "a frame lies behind the headroom of its buffer; the sync begins at the buffer"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    b = await soc.kernel.kmalloc(2048, "rx")
    h = await soc.dma.map_single(b, 2048, FROM, "rx")
    await nic.receive(h + 256, 1024)
    await soc.dma.sync_single_range_for_cpu(h, 256 if fixed else 0, 1024, FROM)  # <- place
    await cpu.read(b + 256, 1024)  # <- place
    await soc.dma.sync_single_range_for_device(h, 256 if fixed else 0, 1024, FROM)
    await soc.dma.unmap_single(h, 2048, FROM)


async def user_draws(soc: Soc, fixed: bool) -> None:
    "user space goes on drawing, through its own mapping, in a frame that is queued for output"
    kernel, cpu, out = soc.kernel, soc.cpu(), await Device.attach(soc)
    frame = await soc.dma.alloc_pages(PAGE_SIZE, TO, "frame")
    user = await soc.dma.mmap_pages(frame)
    async with kernel.user.using():
        await cpu.fill(user, PAGE_SIZE, 1)
        await soc.dma.sync_single_for_device(frame.dma_handle, PAGE_SIZE, TO)
        await out.start_send(frame.dma_handle, PAGE_SIZE)
        if fixed:
            await out.wait()
            await soc.dma.sync_single_for_cpu(frame.dma_handle, PAGE_SIZE, TO)
        await cpu.fill(user + 128, 128, 2)  # <- place
        if not fixed:
            await out.wait()
    await soc.dma.free_pages(frame)


async def wrong_side(soc: Soc, fixed: bool) -> None:
    "an audio driver calls sync_for_device when a period has come, in place of sync_for_cpu"
    cpu, sai = soc.cpu(), await Device.attach(soc)
    b = await soc.kernel.kmalloc(4096, "capture")
    h = await soc.dma.map_single(b, 4096, FROM, "capture")
    for n in range(2):
        await sai.receive(h + 2048 * n, 2048)
        if fixed:
            await soc.dma.sync_single_range_for_cpu(h, 2048 * n, 2048, FROM)
        else:
            await soc.dma.sync_single_range_for_device(h, 2048 * n, 2048, FROM)  # <- place
        await cpu.read(b + 2048 * n, 2048)  # <- place
        if fixed:
            await soc.dma.sync_single_range_for_device(h, 2048 * n, 2048, FROM)
    await soc.dma.unmap_single(h, 4096, FROM)


async def heap_free(soc: Soc, fixed: bool) -> None:
    "an RTOS gives a receive buffer back to the heap after a timeout, and the engine goes on"
    fw, uart = Firmware(soc), await Device.attach(soc)
    m = await fw.memory(2048, "rx")
    await fw.flush(m.va, 2048)
    await uart.start_receive(m.pa, 2048)
    if fixed:
        await uart.halt()
    fw.withdraw(m)  # <- place
    await uart.idle()


async def mapped_twice(soc: Soc, fixed: bool) -> None:
    "a retry maps the buffer again while its first mapping is alive"
    dev = await Device.attach(soc)
    b = await soc.kernel.kmalloc(1024, "buffer")
    h = await soc.dma.map_single(b, 1024, FROM, "buffer")  # <- place
    if not fixed:
        g = await soc.dma.map_single(b, 1024, FROM, "buffer")  # <- place
        await dev.receive(g, 1024)
        await soc.dma.unmap_single(g, 1024, FROM)
    else:
        await dev.receive(h, 1024)
    await soc.dma.unmap_single(h, 1024, FROM)  # <- place


async def pool_busy(soc: Soc, fixed: bool) -> None:
    "remove destroys a pool of descriptors of which one is still out"
    dev = await Device.attach(soc)
    pool = await soc.dma.pool_create("td", 64, 64)
    blk = await pool.zalloc()  # <- place
    await dev.send(blk.dma_handle, 64)
    if fixed:
        await pool.free(blk)
    await pool.destroy()  # <- place


async def freed_and_freed(soc: Soc, fixed: bool) -> None:
    "the completion handler and the one of the timeout both give a transfer descriptor back to its pool"
    cpu, ehci = soc.cpu(), await Device.attach(soc)
    pool = await soc.dma.pool_create("qtd", 96, 32)
    block = await pool.alloc()
    await cpu.fill(block.cpu_addr, 96, 1)
    await ehci.send(block.dma_handle, 96)
    await pool.free(block)
    if not fixed:
        await pool.free(block)  # <- place
    await pool.destroy()


async def wrong_free(soc: Soc, fixed: bool) -> None:
    "memory of dma_alloc_noncoherent goes to dma_free_coherent"
    m = await soc.dma.alloc_noncoherent(PAGE_SIZE, BOTH, "queue")
    if fixed:
        await soc.dma.free_noncoherent(m)
    else:
        await soc.dma.free_coherent(CoherentBuffer(m.cpu_addr, m.dma_handle, m.size, "queue"))  # <- place


async def page_under_io(soc: Soc, fixed: bool) -> None:
    "direct I/O: a page of a process in the CMA area is on its way to the disk without a pin, and the area is needed"
    kernel, disk = soc.kernel, await Device.attach(soc)
    await kernel.populate()
    page = kernel.cma.first + 2
    if fixed:
        kernel.pin(page)
    t = soc.dma.sg_of_pages([(page, 0, 2048)])
    await soc.dma.map_sg(t, TO)
    await disk.start_send(t.entries[0].dma_address, 2048)
    try:
        await kernel.cma.alloc(8, "codec")  # <- place
    finally:
        await disk.wait()
        await soc.dma.unmap_sg(t, TO)
        if fixed:
            kernel.unpin(page)


async def pio_after_timeout(soc: Soc, fixed: bool) -> None:
    "DMA never starts, the CPU fills the buffer by hand, and the unmap discards that"
    cpu = soc.cpu()
    b = await soc.kernel.kmalloc(512, "sector")
    h = await soc.dma.map_single(b, 512, FROM, "sector")
    if fixed:
        await soc.dma.unmap_single(h, 512, FROM)
    await cpu.fill(b, 512, 0x66)  # <- place
    if not fixed:
        await soc.dma.unmap_single(h, 512, FROM)  # <- place
    await cpu.read(b, 512)  # <- place


async def cyclic_one_period_late(soc: Soc, fixed: bool) -> None:
    "cyclic playback without DMA API: a period is cleaned when it has been played"
    cpu, fw, i2s = soc.cpu(), Firmware(soc), await Device.attach(soc)
    ring = await fw.memory(1024, "periods")
    for n in range(2):
        await cpu.fill(ring.va + 512 * n, 512, n + 1)  # <- place
        if fixed:
            await fw.clean(ring.va + 512 * n, 512)
        await i2s.start_send(ring.pa + 512 * n, 512)  # <- place
        await i2s.wait()
        if not fixed:
            await fw.clean(ring.va + 512 * n, 512)  # <- place


CASES = [
    variation("A201", Code.MISSING_CLEAN, uvc_urb, profile="cortex-a15"),
    variation("A202", Code.MISSING_CLEAN, elf_segment, profile="cortex-a72", era="v6.0"),
    variation("A203", Code.MISSING_CLEAN, cyclic_one_period_late, profile="arm926", era="v2.6.39"),
    variation("B201", Code.MISSING_INV, mailbox_poll, profile="cortex-a53"),
    variation("D201", Code.DIRTY_OVER_DMA, shmem_capture, profile="cortex-a72"),
    variation("E201", Code.WRONG_DIR, swapped, profile="cortex-a15", era="v3.14"),
    variation("E202", Code.WRONG_DIR, sync_other_direction, profile="arm1176", era="v6.0"),
    variation("F202", Code.WRONG_RANGE, headroom, profile="cortex-a53", era="v6.0"),
    variation("H201", Code.CPU_WR_OWNED, user_draws, profile="cortex-a72"),
    variation("I201", Code.CPU_RD_OWNED, wrong_side, era="v3.14"),
    variation("J201", Code.DEV_UNMAPPED, heap_free, profile="arm11mpcore"),
    variation("K201", Code.MAP_BALANCE, mapped_twice, profile="cortex-a8", era="v3.5"),
    variation("K202", Code.MAP_BALANCE, pool_busy, profile="cortex-a53"),
    variation("K204", Code.MAP_BALANCE, freed_and_freed, profile="cortex-a8", era="v3.14"),
    variation("K203", Code.MAP_BALANCE, wrong_free, profile="cortex-a15"),
    variation("S201", Code.CMA_LIFETIME, page_under_io, profile="cortex-a53", era="v6.0"),
    variation("Z202", Code.LOST_CPU_DATA, pio_after_timeout, era="v3.14"),
    variation("Z203", Code.LOST_CPU_DATA, pio_after_timeout, profile="cortex-a72", era="v3.14"),
]
