# SPDX-License-Identifier: Apache-2.0
"""Mistakes with what a machine does by itself, in other subsystems: aliases, colours, order, levels, snooping, slots, addresses."""

from __future__ import annotations

from builders import (
    BOUNCE,
    DONE,
    FROM,
    SNOOPS,
    ST,
    TO,
    hand_over,
    out_of_linear_map,
    receive_into,
    ring_of,
    variation,
)

from dmasan.arch.geometry import Region
from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.device.attributes import COHERENT, NONCOHERENT
from dmasan.linux.dma_attributes import DmaAttr
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.protections import Protection
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc


async def two_windows(soc: Soc, fixed: bool) -> None:
    "a carve-out is mapped cacheable by one half of a driver and write-combined by the other"
    kernel, cpu, dsp = soc.kernel, soc.cpu(), await Device.attach(soc)
    fw = Firmware(soc)
    m = await fw.memory(PAGE_SIZE, "carve-out")
    page = kernel.layout.page(m.pa)
    await fw.flush(m.va, PAGE_SIZE)
    await out_of_linear_map(soc, page)
    wc = await kernel.vmalloc.vmap(page, 1, Protection.DMACOHERENT)
    wb = await kernel.vmalloc.vmap(page, 1, Protection.DMACOHERENT if fixed else Protection.KERNEL)  # <- place
    await cpu.fill(wb.va, 256, 1)  # <- place
    await soc.io.wmb()
    await cpu.fill(wc.va, 256, 2)  # <- place
    await soc.io.wmb()
    await dsp.send(m.pa, 256)  # <- place


async def user_reads_vivt(soc: Soc, fixed: bool) -> None:
    "a process reads, by its own mapping, a page that the disk has written"
    kernel, cpu, disk = soc.kernel, soc.cpu(), await Device.attach(soc)
    page = int((await kernel.alloc_pages(1, name="page cache"))[0])
    user = await kernel.user.remap_pfn_range(page, 1)
    async with kernel.user.using():
        await cpu.read(user, 512)  # <- place
        h = await soc.dma.map_page(page, 0, PAGE_SIZE, FROM, "page cache")
        await disk.receive(h, PAGE_SIZE)
        await soc.dma.unmap_page(h, PAGE_SIZE, FROM)
        if fixed:
            await cpu.dcimvac(user, PAGE_SIZE)
            await cpu.dsb()
        await cpu.read(user, 512)  # <- place


async def pio_into_page(soc: Soc, fixed: bool) -> None:
    "a PIO driver stores to a page by the kernel's address, and the process has another colour"
    kernel, cpu = soc.kernel, soc.cpu()
    pages = await kernel.alloc_pages(2, name="page cache")
    page = int(pages[1])
    user = await kernel.user.remap_pfn_range(page, 1)
    if user // PAGE_SIZE % 4 == kernel.linear.va(page) // PAGE_SIZE % 4:
        page = int(pages[0])
        user = await kernel.user.remap_pfn_range(page, 1)
    va = kernel.linear.va(page)
    await cpu.fill(va, 512, 0x77)  # <- place
    if fixed:
        await cpu.dccimvac(va, 512)  # flush_dcache_page: by the kernel's address, and by the user's
        await cpu.dsb()
    async with kernel.user.using():
        if fixed:
            await cpu.dcimvac(user, 512)
            await cpu.dsb()
        await cpu.read(user, 512)  # <- place


async def data_before_flag(soc: Soc, fixed: bool) -> None:
    "the payload is loaded first and the completion flag behind it, and only the flag is looked at"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    d = await soc.dma.alloc_coherent(256, "payload")
    ring = await ring_of(soc, nic)
    await hand_over(soc, ring, 0, receive_into(d.dma_handle, 256))
    await nic.ring_doorbell(1)
    while True:
        if not fixed:
            await cpu.ldr(d.cpu_addr)  # <- place
        if await cpu.ldr(ring.cpu_addr + ST) & DONE:  # <- place
            break
    if fixed:
        await soc.io.dma_rmb()
        await cpu.ldr(d.cpu_addr)
    await nic.halt()


async def secure_video(soc: Soc, fixed: bool) -> None:
    "pages of CMA are closed for the normal world while the linear map has them"
    kernel, cpu = soc.kernel, soc.cpu()
    first = await kernel.cma.alloc(1, "secure frame")
    fw = Firmware(soc)
    if kernel.layout.zone(first).name == "LOWMEM":
        await fw.flush(kernel.linear.va(first), PAGE_SIZE)
        if fixed:
            await out_of_linear_map(soc, first)
    r = Region(kernel.layout.pa(first), PAGE_SIZE)
    soc.machine.forbid(r)  # <- place
    await cpu.fill(await kernel.kmalloc(512, "work"), 512, 0)
    soc.machine.allow(r)


async def status_no_snoop(soc: Soc, fixed: bool) -> None:
    "a coherent NIC whose write-backs do not snoop: the CPU looks at its cached copy of the status"
    cpu = soc.cpu()
    nic = await Device.attach(soc, snoop=COHERENT)
    if not fixed:
        await nic.attributes(COHERENT, COHERENT, NONCOHERENT)
    soc.dma.device.coherent = True
    d = await soc.kernel.kmalloc(256, "data")
    h = await soc.dma.map_single(d, 256, FROM, "data")
    ring = await ring_of(soc, nic)
    if not fixed:
        await Firmware(soc).flush(ring.cpu_addr, 256)
    await cpu.write(ring.cpu_addr, receive_into(h, 256).encode())  # <- place
    if not fixed:
        await cpu.dccmvac(ring.cpu_addr, 64)
    await soc.io.wmb()
    await nic.ring_doorbell(1)  # <- place
    await nic.completed(1)
    await cpu.ldr(ring.cpu_addr + ST)  # <- place
    await soc.io.rmb()
    await soc.dma.unmap_single(h, 256, FROM)
    await cpu.read(d, 256)
    await nic.halt()


async def long_segment(soc: Soc, fixed: bool) -> None:
    "a controller that takes 4 KiB a descriptor is given a segment of 8 KiB"
    soc.dma.set_max_seg_size(8192 if fixed else 4096)
    p = await soc.kernel.alloc_pages(2, name="pages")
    va = soc.kernel.linear.va(int(p[0]))
    t = soc.dma.sg_of([(va, 8192)])
    await soc.dma.map_sg(t, TO)  # <- place
    await soc.dma.unmap_sg(t, TO)


async def ring_out_of_reach(soc: Soc, fixed: bool) -> None:
    "a descriptor table lies where the controller's base register has no bits"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    soc.dma.device.address_bits = 32 if fixed else 31
    ring = await soc.dma.alloc_coherent(4096, "table")  # <- place
    await cpu.fill(ring.cpu_addr, 256, 1)
    await nic.send(ring.dma_handle, 256)  # <- place


async def unmap_skips(soc: Soc, fixed: bool) -> None:
    "a page is unmapped behind its bounce buffer with DMA_ATTR_SKIP_CPU_SYNC, and nothing was synced before"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    page = int((await soc.kernel.alloc_pages(1, name="page"))[0])
    va = soc.kernel.linear.va(page)
    await cpu.fill(va, 1024, 0)
    h = await soc.dma.map_page(page, 0, 1024, FROM, "page")
    await nic.receive(h, 1024)
    if fixed:
        await soc.dma.sync_single_for_cpu(h, 1024, FROM)
    await soc.dma.unmap_page(h, 1024, FROM, DmaAttr.SKIP_CPU_SYNC)  # <- place
    await cpu.read(va, 1024)  # <- place


async def bounce_offset(soc: Soc, fixed: bool) -> None:
    "of a bounced table the changed part is synced at the wrong offset"
    cpu, dev = soc.cpu(), await Device.attach(soc)
    b = await soc.kernel.kmalloc(2048, "table")
    await cpu.fill(b, 2048, 1)
    h = await soc.dma.map_single(b, 2048, TO, "table")
    await dev.send(h, 2048)
    await soc.dma.sync_single_for_cpu(h, 2048, TO)
    await cpu.fill(b + 1024, 64, 2)  # <- place
    await soc.dma.sync_single_range_for_device(h, 1024 if fixed else 0, 64, TO)  # <- place
    await dev.send(h, 2048)  # <- place
    await soc.dma.unmap_single(h, 2048, TO)


async def sg_of_vmalloc(soc: Soc, fixed: bool) -> None:
    "a scatterlist is made of a vmalloc buffer by its address"
    cpu, dev = soc.cpu(), await Device.attach(soc)
    if fixed:
        va = await soc.kernel.kmalloc(1024, "key")
    else:
        va = await soc.kernel.vmalloc.vmalloc(PAGE_SIZE, "key")
    await cpu.fill(va, 1024, 1)
    t = soc.dma.sg_of([(va, 1024)])  # <- place
    if await soc.dma.map_sg(t, TO):  # <- place
        await dev.send(t.entries[0].dma_address, 1024)
        await soc.dma.unmap_sg(t, TO)


async def early_counter(soc: Soc, fixed: bool) -> None:
    "an engine reports a streaming receive before its last write has a response"
    cpu, eng = soc.cpu(), await Device.attach(soc)
    b = await soc.kernel.kmalloc(1024, "buffer")
    h = await soc.dma.map_single(b, 1024, FROM, "buffer")
    ring = await ring_of(soc, eng, early=not fixed)
    await hand_over(soc, ring, 0, receive_into(h, 1024))
    await eng.ring_doorbell(1)  # <- place
    await eng.wait()
    await soc.dma.unmap_single(h, 1024, FROM)  # <- place
    await cpu.read(b, 1024)  # <- place
    await eng.halt()


async def set_way_smp(soc: Soc, fixed: bool) -> None:
    "a driver empties its caches by set and way; the buffer is dirty in the L1 of another CPU"
    fw, dev, l1 = Firmware(soc), await Device.attach(soc), soc.machine.hierarchy.l1[0]
    b = await fw.memory(256, "data")
    await soc.cpu(1).fill(b.va, 256, 4)  # <- place
    if fixed:
        await soc.cpu(1).dccimvac(b.va, 256)
        await soc.cpu(1).dsb()
        await soc.cpu(1).outer_flush(b.pa, 256)
        await soc.cpu(1).outer_sync()
    else:
        for s in range(l1.sets):
            for w in range(l1.ways):
                await soc.cpu(0).dccisw(1, s, w)  # <- place
        await soc.cpu(0).dsb()
        await soc.cpu(0).outer_flush(b.pa, 256)
        await soc.cpu(0).outer_sync()
    await dev.send(b.pa, 256)  # <- place


CASES = [
    variation("L201", Code.ALIAS_ATTR, two_windows, profile="cortex-a53"),
    variation("M201", Code.VALIAS, user_reads_vivt, profile="arm926", era="v3.14"),
    variation("M202", Code.VALIAS, pio_into_page, profile="arm1176", era="v3.5"),
    variation("O201", Code.NO_RMB, data_before_flag, profile="cortex-a53"),
    variation("Q203", Code.OUTER_MAINT, set_way_smp),
    variation("R201", Code.SPEC_FORBIDDEN, secure_video, profile="cortex-a15"),
    variation("U201", Code.COH_CFG, status_no_snoop, profile="cortex-a72", knobs=SNOOPS),
    variation("V201", Code.DMA_ADDR, long_segment, profile="cortex-a72"),
    variation("V202", Code.DMA_ADDR, ring_out_of_reach, profile="cortex-a8", era="v3.5"),
    variation("W201", Code.BOUNCE_SYNC, unmap_skips, profile="cortex-a53", policy="bounce", knobs=BOUNCE),
    variation("W202", Code.BOUNCE_SYNC, bounce_offset, profile="cortex-a72", policy="bounce", era="v6.0", knobs=BOUNCE),
    variation("X201", Code.BAD_MEM, sg_of_vmalloc, profile="cortex-a15", era="v3.14"),
    variation("X202", Code.BAD_MEM, sg_of_vmalloc, profile="cortex-a53"),
    variation("Y201", Code.DEV_ORDER, early_counter, profile="cortex-a15"),
]
