# SPDX-License-Identifier: Apache-2.0
"""The same mistakes elsewhere: other platforms, other calls. None of them is a case of the corpus."""

from __future__ import annotations

from builders import (
    BOTH,
    FROM,
    ST,
    TO,
    hand_over,
    out_of_linear_map,
    polled,
    receive_into,
    ring_of,
    send_from,
    variation,
)

from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.linux.dma_attributes import DmaAttr
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.protections import Protection
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc


async def ha1(soc: Soc, fixed: bool) -> None:
    "EHCI: the queue head is flushed, and its token written afterwards"
    cpu, fw, ehci = soc.cpu(), Firmware(soc), await Device.attach(soc)
    qh = await fw.memory(128, "queue head")
    await cpu.fill(qh.va, 128, 0)
    if not fixed:
        await fw.flush(qh.va, 128)
    await cpu.str_(qh.va + 8, 0x80)  # <- place
    if fixed:
        await fw.flush(qh.va, 128)
    await ehci.send(qh.pa, 128)  # <- place


async def ha2(soc: Soc, fixed: bool) -> None:
    "Zephyr: the second of two scatter segments is not cleaned"
    cpu, fw, spi = soc.cpu(), Firmware(soc), await Device.attach(soc)
    a = await fw.memory(256, "tx a")
    b = await fw.memory(256, "tx b")
    await cpu.fill(a.va, 256, 1)
    await cpu.fill(b.va, 256, 2)  # <- place
    await fw.clean(a.va, 256)
    if fixed:
        await fw.clean(b.va, 256)
    await spi.send(a.pa, 256)
    await spi.send(b.pa, 256)  # <- place


async def ha3(soc: Soc, fixed: bool) -> None:
    "Audio cyclic: the next period is filled while the ring runs, cleaned only the first time"
    cpu, fw, i2s = soc.cpu(), Firmware(soc), await Device.attach(soc)
    ring = await fw.memory(2048, "periods")
    for n in range(4):
        p = 512 * n
        await cpu.fill(ring.va + p, 512, n)  # <- place
        if fixed or n == 0:
            await fw.clean(ring.va + p, 512)
        await i2s.send(ring.pa + p, 512)  # <- place


async def hb1(soc: Soc, fixed: bool) -> None:
    "page pool: unmapped with SKIP_CPU_SYNC and read; the map of arm64 cleans only"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    page = await soc.kernel.alloc_pages(1, name="pool page")
    va = soc.kernel.linear.va(int(page[0]))
    h = await soc.dma.map_page(int(page[0]), 0, PAGE_SIZE, FROM, "pool page")  # <- place
    await nic.receive(h, 1500)
    if fixed:
        await soc.dma.sync_single_for_cpu(h, 1500, FROM)
    await soc.dma.unmap_page(h, PAGE_SIZE, FROM, DmaAttr.SKIP_CPU_SYNC)  # <- place
    await cpu.read(va, 1500)  # <- place


async def hb2(soc: Soc, fixed: bool) -> None:
    "DRM: a dumb buffer is read back without begin_cpu_access"
    cpu, gpu = soc.cpu(), await Device.attach(soc)
    buf = await soc.kernel.kmalloc(4096, "dumb buffer")
    await cpu.fill(buf, 4096, 0)
    h = await soc.dma.map_single(buf, 4096, BOTH, "dumb buffer")
    await gpu.receive(h, 4096)
    if fixed:
        await soc.dma.sync_single_for_cpu(h, 4096, BOTH)
    await cpu.read(buf, 4096)  # <- place
    await soc.dma.unmap_single(h, 4096, BOTH)


async def hb3(soc: Soc, fixed: bool) -> None:
    "an RTOS reads a flag, then the device updates it twice, one invalidate"
    cpu, fw, adc = soc.cpu(), Firmware(soc), await Device.attach(soc)
    s = await fw.memory(128, "samples")
    await fw.invalidate(s.va, 128)
    for n in range(3):
        await adc.receive(s.pa, 128)
        if fixed or n == 0:
            await fw.invalidate(s.va, 128)
        await cpu.read(s.va, 128)  # <- place


async def hc1(soc: Soc, fixed: bool) -> None:
    "QSPI: invalidate while the transfer runs, then wait"
    cpu, fw, q = soc.cpu(), Firmware(soc), await Device.attach(soc)
    b = await fw.memory(512, "flash page")
    await fw.invalidate(b.va, 512)
    await q.start_receive(b.pa, 512)
    if not fixed:
        await fw.invalidate(b.va, 512)  # <- place
    await q.wait()
    if fixed:
        await fw.invalidate(b.va, 512)
    await cpu.read(b.va, 512)  # <- place


async def hd1(soc: Soc, fixed: bool) -> None:
    "USB gadget: request buffer memset by the function driver, given to the controller raw"
    cpu, fw, udc = soc.cpu(), Firmware(soc), await Device.attach(soc)
    r = await fw.memory(512, "request")
    await cpu.fill(r.va, 512, 0)  # <- place
    if fixed:
        await fw.clean(r.va, 512)
    await udc.receive(r.pa, 512)  # <- place
    await fw.invalidate(r.va, 512)
    await cpu.read(r.va, 512)  # <- place


async def he1(soc: Soc, fixed: bool) -> None:
    "mapped TO, unmapped FROM"
    cpu, dev = soc.cpu(), await Device.attach(soc)
    b = await soc.kernel.kmalloc(512, "buffer")
    await cpu.fill(b, 512, 0)
    h = await soc.dma.map_single(b, 512, TO, "buffer")
    await dev.send(h, 512)
    await soc.dma.unmap_single(h, 512, TO if fixed else FROM)  # <- place


async def he2(soc: Soc, fixed: bool) -> None:
    "MMC: the scatterlist of a read is mapped TO_DEVICE"
    cpu, mmc = soc.cpu(), await Device.attach(soc)
    bs = [await soc.kernel.kmalloc(512, f"s{n}") for n in range(2)]
    d = FROM if fixed else TO
    t = soc.dma.sg_of([(b, 512) for b in bs])
    await soc.dma.map_sg(t, d)  # <- place
    for e in t.entries:
        await mmc.receive(e.dma_address, 512)  # <- place
    await soc.dma.unmap_sg(t, d)
    for b in bs:
        await cpu.read(b, 512)  # <- place


async def he3(soc: Soc, fixed: bool) -> None:
    "FROM_DEVICE for a command block that the device reads"
    cpu, dev = soc.cpu(), await Device.attach(soc)
    b = await soc.kernel.kmalloc(512, "command")
    await cpu.fill(b, 512, 7)  # <- place
    h = await soc.dma.map_single(b, 512, TO if fixed else FROM, "command")  # <- place
    await dev.send(h, 512)  # <- place
    await soc.dma.unmap_single(h, 512, TO if fixed else FROM)


async def hf1(soc: Soc, fixed: bool) -> None:
    "audio capture: the sync names the period before"
    cpu, i2s = soc.cpu(), await Device.attach(soc)
    b = await soc.kernel.kmalloc(4096, "capture")
    h = await soc.dma.map_single(b, 4096, FROM, "capture")
    for n in range(2):
        await i2s.receive(h + 1024 * n, 1024)
        p = n if fixed else (n - 1) % 4
        await soc.dma.sync_single_range_for_cpu(h, 1024 * p, 1024, FROM)  # <- place
        await cpu.read(b + 1024 * n, 1024)  # <- place
        await soc.dma.sync_single_range_for_device(h, 1024 * p, 1024, FROM)
    await soc.dma.unmap_single(h, 4096, FROM)


async def hf2(soc: Soc, fixed: bool) -> None:
    "CMSIS: length in words instead of bytes"
    cpu, fw, dev = soc.cpu(), Firmware(soc), await Device.attach(soc)
    b = await fw.memory(512, "tx")
    await cpu.fill(b.va, 512, 9)  # <- place
    await fw.clean(b.va, 512 if fixed else 512 // 4)  # <- place
    await dev.send(b.pa, 512)  # <- place


async def hf3(soc: Soc, fixed: bool) -> None:
    "sizeof(pointer): unmap/inv only 4 bytes of the reply"
    cpu, fw, dev = soc.cpu(), Firmware(soc), await Device.attach(soc)
    b = await fw.memory(256, "reply")
    await fw.flush(b.va, 256)
    await dev.receive(b.pa, 256)
    await fw.invalidate(b.va, 256 if fixed else 4)  # <- place
    await cpu.read(b.va, 256)  # <- place


async def hg1(soc: Soc, fixed: bool) -> None:
    "two 48-byte messages in one array, each mapped by itself"
    cpu, dev = soc.cpu(), await Device.attach(soc)
    step = 128 if fixed else 48
    arr = await soc.kernel.kmalloc(512, "messages")
    await cpu.fill(arr, 512, 0)
    h0 = await soc.dma.map_single(arr, 48, FROM, "message 0")
    await cpu.fill(arr + step, 48, 5)  # <- place
    await dev.receive(h0, 48)  # <- place
    await soc.dma.unmap_single(h0, 48, FROM)  # <- place
    await cpu.read(arr, 48)  # <- place
    await cpu.read(arr + step, 48)  # <- place


async def hg2(soc: Soc, fixed: bool) -> None:
    "firmware: rx buffer shares a line with a lock word"
    cpu, fw, dev = soc.cpu(), Firmware(soc), await Device.attach(soc)
    heap = await fw.heap(4096)
    L = fw.line
    rx = fw.part(heap, L if fixed else 8, 2 * L, "rx")
    await fw.flush(rx.va, rx.size)
    await dev.start_receive(rx.pa, rx.size)  # <- place
    await cpu.str_(heap.va, 1)  # <- place
    await dev.wait()
    await fw.invalidate(rx.va, rx.size)  # <- place
    await cpu.read(rx.va, rx.size)  # <- place
    await cpu.ldr(heap.va)  # <- place


async def hh1(soc: Soc, fixed: bool) -> None:
    "USB: setup packet is patched after the map"
    cpu, usb = soc.cpu(), await Device.attach(soc)
    b = await soc.kernel.kmalloc(64, "setup")
    await cpu.fill(b, 8, 1)
    if fixed:
        await cpu.str_(b + 4, 64)
    h = await soc.dma.map_single(b, 64, TO, "setup")
    if not fixed:
        await cpu.str_(b + 4, 64)  # <- place
    await usb.send(h, 8)
    await soc.dma.unmap_single(h, 64, TO)


async def hh2(soc: Soc, fixed: bool) -> None:
    "CPU writes the buffer while the device reads it (no wait)"
    cpu, fw, dev = soc.cpu(), Firmware(soc), await Device.attach(soc)
    b = await fw.memory(8192, "stream")
    await cpu.fill(b.va, 8192, 1)
    await fw.clean(b.va, 8192)
    await dev.start_send(b.pa, 8192)  # <- place
    if fixed:
        await dev.wait()
    await cpu.fill(b.va, 8192, 2)  # <- place
    await fw.clean(b.va, 8192)
    if not fixed:
        await dev.wait()


async def hj1(soc: Soc, fixed: bool) -> None:
    "dmaengine: terminate_async and free without synchronize"
    dev = await Device.attach(soc)
    b = await soc.dma.alloc_coherent(16384, "capture")
    await dev.start_receive(b.dma_handle, 16384)
    await dev.stop()
    if fixed:
        await dev.idle()
    await soc.dma.free_coherent(b)  # <- place
    await dev.idle()


async def hj2(soc: Soc, fixed: bool) -> None:
    "the descriptor still has the address of the buffer before"
    dev = await Device.attach(soc)
    a = await soc.kernel.kmalloc(2048, "first")
    b = await soc.kernel.kmalloc(2048, "second")
    h = await soc.dma.map_single(a, 2048, FROM, "first")
    await dev.receive(h, 2048)
    await soc.dma.unmap_single(h, 2048, FROM)
    g = await soc.dma.map_single(b, 2048, FROM, "second")
    await dev.receive(g if fixed else h, 2048)  # <- place
    await soc.dma.unmap_single(g, 2048, FROM)


async def hk1(soc: Soc, fixed: bool) -> None:
    "unmap_sg with the number that map returned"
    bs = [await soc.kernel.kmalloc(512, f"s{n}") for n in range(3)]
    t = soc.dma.sg_of([(b, 512) for b in bs])
    await soc.dma.map_sg(t, TO)
    await soc.dma.unmap_sg(t, TO, *([] if fixed else [2]))  # <- place


async def hk2(soc: Soc, fixed: bool) -> None:
    "driver removed with a mapping left"
    dev = await Device.attach(soc)
    b = await soc.kernel.kmalloc(512, "ring buffer")
    h = await soc.dma.map_single(b, 512, FROM, "ring buffer")  # <- place
    await dev.receive(h, 512)
    if fixed:
        await soc.dma.unmap_single(h, 512, FROM)
    soc.dma.release_driver()  # <- place


async def hk3(soc: Soc, fixed: bool) -> None:
    "coherent memory freed as a streaming mapping"
    dev = await Device.attach(soc)
    b = await soc.dma.alloc_coherent(512, "table")
    await dev.receive(b.dma_handle, 512)
    if fixed:
        await soc.dma.free_coherent(b)
    else:
        await soc.dma.unmap_single(b.dma_handle, 512, FROM)  # <- place


async def hl1(soc: Soc, fixed: bool) -> None:
    "framebuffer: WC vmap of pages cleared by the linear map, not flushed"
    kernel, cpu, lcd = soc.kernel, soc.cpu(), await Device.attach(soc)
    fw = Firmware(soc)
    fb = await fw.memory(PAGE_SIZE, "framebuffer")
    await cpu.fill(fb.va, PAGE_SIZE, 0)  # <- place
    if fixed:
        await fw.flush(fb.va, PAGE_SIZE)
        f = kernel.layout.page(fb.pa)
        await out_of_linear_map(soc, f)
    area = await kernel.vmalloc.vmap(kernel.layout.page(fb.pa), 1, Protection.DMACOHERENT)  # <- place
    await cpu.dsb()
    await cpu.isb()
    await cpu.fill(area.va, 256, 0x33)  # <- place
    await soc.io.wmb()
    await lcd.send(fb.pa, 256)  # <- place


async def hn1(soc: Soc, fixed: bool) -> None:
    "tail doorbell relaxed behind dma_wmb only"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    ring = await soc.dma.alloc_coherent(256, "ring")
    pkt = await soc.dma.alloc_coherent(256, "pkt")
    await cpu.fill(pkt.cpu_addr, 256, 1)
    await nic.use_ring(ring.dma_handle, 4, status=False)
    await cpu.write(ring.cpu_addr, send_from(pkt.dma_handle, 256).encode())  # <- place
    await soc.io.dma_wmb()
    nic.relaxed = not fixed
    await nic.ring_doorbell(1)  # <- place
    await nic.wait()


async def ho1(soc: Soc, fixed: bool) -> None:
    "status polled, then a WB payload through unmap: ordered by its DSB; the length field beside is not"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    pkt = await soc.kernel.kmalloc(512, "pkt")
    h = await soc.dma.map_single(pkt, 512, FROM, "pkt")
    ring = await ring_of(soc, nic)
    await hand_over(soc, ring, 0, receive_into(h, 512))
    await nic.ring_doorbell(1)
    await polled(soc, ring)
    if fixed:
        await soc.io.dma_rmb()
    await cpu.ldr(ring.cpu_addr + ST + 4)  # <- place
    await soc.dma.unmap_single(h, 512, FROM)
    await cpu.read(pkt, 512)
    await nic.halt()


async def hq1(soc: Soc, fixed: bool) -> None:
    "U-Boot on Cortex-A9: the L2 is on and only L1 is flushed"
    cpu, fw, dev = soc.cpu(), Firmware(soc), await Device.attach(soc)
    b = await fw.memory(512, "kernel image")
    await cpu.fill(b.va, 512, 3)  # <- place
    await cpu.dccmvac(b.va, 512)
    await cpu.dsb()  # <- place
    if fixed:
        await cpu.outer_clean(b.pa, 512)
        await cpu.outer_sync()
    await dev.send(b.pa, 512)  # <- place


async def hq2(soc: Soc, fixed: bool) -> None:
    "on the way back the inner lines are invalidated before the outer ones"
    cpu, fw, dev = soc.cpu(), Firmware(soc), await Device.attach(soc)
    b = await fw.memory(512, "rx")
    await fw.flush(b.va, 512)
    await dev.receive(b.pa, 512)
    if fixed:
        await fw.invalidate(b.va, 512)
    else:
        await cpu.dcimvac(b.va, 512)
        await cpu.dsb()  # <- place
        await cpu.outer_invalidate(b.pa, 512)
        await cpu.outer_sync()  # <- place
    await cpu.read(b.va, 512)  # <- place


CASES = [
    variation("A91", Code.MISSING_CLEAN, ha1, profile="cortex-a53"),
    variation("A92", Code.MISSING_CLEAN, ha2, profile="cortex-a8"),
    variation("A93", Code.MISSING_CLEAN, ha3, profile="cortex-a53"),
    variation("B91", Code.MISSING_INV, hb1, profile="cortex-a53"),
    variation("B92", Code.CPU_RD_OWNED, hb2, profile="cortex-a72"),
    variation("B93", Code.MISSING_INV, hb3, profile="cortex-a8"),
    variation("C91", Code.INV_TOO_EARLY, hc1, profile="cortex-a53"),
    variation("D91", Code.DIRTY_OVER_DMA, hd1, profile="cortex-a8"),
    variation("E91", Code.WRONG_DIR, he1),
    variation("E92", Code.WRONG_DIR, he2),
    variation("E93", Code.WRONG_DIR, he3, profile="cortex-a53"),
    variation("F91", Code.WRONG_RANGE, hf1, profile="cortex-a53"),
    variation("F92", Code.WRONG_RANGE, hf2, profile="cortex-a8"),
    variation("F93", Code.WRONG_RANGE, hf3, profile="cortex-a72"),
    variation("G91", Code.SHARED_LINE, hg1, profile="cortex-a53"),
    variation("G92", Code.SHARED_LINE, hg2, profile="cortex-a8"),
    variation("H91", Code.CPU_WR_OWNED, hh1),
    variation("H92", Code.CPU_WR_OWNED, hh2, profile="cortex-a53"),
    variation("J91", Code.DEV_UNMAPPED, hj1, profile="cortex-a53"),
    variation("J92", Code.DEV_UNMAPPED, hj2),
    variation("K91", Code.MAP_BALANCE, hk1),
    variation("K92", Code.MAP_BALANCE, hk2),
    variation("K93", Code.MAP_BALANCE, hk3),
    variation("L91", Code.ALIAS_ATTR, hl1, profile="cortex-a53"),
    variation("N91", Code.NO_WMB, hn1),
    variation("O91", Code.NO_RMB, ho1, profile="cortex-a53"),
    variation("Q91", Code.OUTER_MAINT, hq1),
    variation("Q92", Code.OUTER_MAINT, hq2),
]
