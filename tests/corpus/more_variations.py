# SPDX-License-Identifier: Apache-2.0
"""More of the mistakes elsewhere: aliases, translations, CMA, bounce buffers, addresses, device order."""

from __future__ import annotations

from builders import (
    BOTH,
    BOUNCE,
    FROM,
    SNOOPS,
    TO,
    hand_over,
    out_of_linear_map,
    polled,
    receive_into,
    ring_of,
    send_from,
    variation,
)

from dmasan.arch.geometry import Region
from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.device.attributes import COHERENT, NONCOHERENT
from dmasan.linux.iommu import Iommu
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.protections import Protection
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc


async def hr1(soc: Soc, fixed: bool) -> None:
    "IPC region of another master: unmapped, but its lines were only cleaned; closed"
    kernel, cpu, fw = soc.kernel, soc.cpu(), Firmware(soc)
    m = await fw.memory(PAGE_SIZE, "ipc", device=False)
    await cpu.fill(m.va, PAGE_SIZE, 1)
    f = kernel.layout.page(m.pa)
    await fw.flush(m.va, PAGE_SIZE)
    if not fixed:
        await kernel.vmalloc.vmap(f, 1, Protection.KERNEL)
    await out_of_linear_map(soc, f)
    soc.machine.forbid(Region(m.pa, PAGE_SIZE))  # <- place
    await cpu.fill(await kernel.kmalloc(512, "work"), 512, 0)
    soc.machine.allow(Region(m.pa, PAGE_SIZE))


async def ht1(soc: Soc, fixed: bool) -> None:
    "ioremap region reused at the same address without TLB flush: vunmap + vmap by hand"
    kernel, cpu = soc.kernel, soc.cpu()
    p = await kernel.alloc_pages(2, name="two pages")
    f = int(p[0])
    await kernel.linear.split_range(f, 1)
    await cpu.read(kernel.linear.va(f), 64)
    await kernel.linear.unmap(f, 1)
    if fixed:
        await kernel.linear.flush_tlb(f, 1)
    else:
        await cpu.tlbimvais(kernel.linear.va(f), 4096)
        # the DSB is missing
    await kernel.linear.protect(f, 1, Protection.DMACOHERENT)  # <- place
    await cpu.dsb()
    await cpu.isb()
    await cpu.read(kernel.linear.va(f), 64)  # <- place


async def ht2(soc: Soc, fixed: bool) -> None:
    "IOMMU: the range that is invalidated is the wrong one"
    cpu, kernel, dev = soc.cpu(), soc.kernel, await Device.attach(soc)
    soc.dma.device.iommu = Iommu(kernel, soc.dma.device.name, deferred=not fixed)
    a = await kernel.kmalloc(PAGE_SIZE, "a")
    await cpu.fill(a, PAGE_SIZE, 0)
    h = await soc.dma.map_single(a, PAGE_SIZE, TO, "a")
    await dev.send(h, PAGE_SIZE)
    await soc.dma.unmap_single(h, PAGE_SIZE, TO)  # <- place
    await kernel.kfree(a)
    if not fixed:
        await dev.send(h, 256)  # <- place


async def hs1(soc: Soc, fixed: bool) -> None:
    "a media buffer from CMA is freed while a streaming mapping of it is alive"
    kernel, dev = soc.kernel, await Device.attach(soc)
    first = await kernel.cma.alloc(4, "media")
    h = await soc.dma.map_page(first, 0, PAGE_SIZE, FROM, "media")
    await dev.start_receive(h, PAGE_SIZE)
    if fixed:
        await dev.wait()
        await soc.dma.unmap_page(h, PAGE_SIZE, FROM)
    kernel.dma_memory.release(first)  # <- place
    await kernel.populate()
    await dev.idle()


async def hw1(soc: Soc, fixed: bool) -> None:
    "bounce: CPU patches the buffer between two sends without sync_for_device"
    cpu, dev = soc.cpu(), await Device.attach(soc)
    b = await soc.kernel.kmalloc(512, "pkt")
    await cpu.fill(b, 512, 1)
    h = await soc.dma.map_single(b, 512, TO, "pkt")
    await dev.send(h, 512)
    await soc.dma.sync_single_for_cpu(h, 512, TO)
    await cpu.fill(b, 64, 2)  # <- place
    if fixed:
        await soc.dma.sync_single_for_device(h, 512, TO)
    await dev.send(h, 512)  # <- place
    await soc.dma.unmap_single(h, 512, TO)


async def hw2(soc: Soc, fixed: bool) -> None:
    "bounce: the CPU polls a received word without sync_for_cpu"
    cpu, dev = soc.cpu(), await Device.attach(soc)
    b = await soc.kernel.kmalloc(512, "rx")
    await cpu.fill(b, 512, 0)
    h = await soc.dma.map_single(b, 512, BOTH, "rx")
    await dev.receive(h, 512)
    if fixed:
        await soc.dma.sync_single_for_cpu(h, 512, BOTH)
    await cpu.ldr(b)  # <- place
    await soc.dma.unmap_single(h, 512, BOTH)


async def hw3(soc: Soc, fixed: bool) -> None:
    "bounce: for_device called before the CPU write"
    cpu, dev = soc.cpu(), await Device.attach(soc)
    b = await soc.kernel.kmalloc(512, "tx")
    await cpu.fill(b, 512, 1)
    h = await soc.dma.map_single(b, 512, TO, "tx")
    await soc.dma.sync_single_for_cpu(h, 512, TO)
    if fixed:
        await cpu.fill(b, 512, 2)
    await soc.dma.sync_single_for_device(h, 512, TO)
    if not fixed:
        await cpu.fill(b, 512, 2)  # <- place
    await dev.send(h, 512)  # <- place
    await soc.dma.unmap_single(h, 512, TO)


async def hx1(soc: Soc, fixed: bool) -> None:
    "an i2c message on the stack"
    cpu, dev = soc.cpu(), await Device.attach(soc)
    b = await soc.kernel.kmalloc(32, "msg") if fixed else await soc.kernel.stack.push(32)
    await cpu.fill(b, 32, 1)
    h = await soc.dma.map_single(b, 32, TO, "msg")  # <- place
    await dev.send(h, 32)
    await soc.dma.unmap_single(h, 32, TO)


async def hx2(soc: Soc, fixed: bool) -> None:
    "firmware image in module text (kernel image)"
    dev = await Device.attach(soc)
    va = await soc.kernel.kmalloc(512, "copy") if fixed else soc.kernel.linear.va(0)
    h = await soc.dma.map_single(va, 512, TO, "blob")  # <- place
    await dev.send(h, 512)
    await soc.dma.unmap_single(h, 512, TO)


async def hu1(soc: Soc, fixed: bool) -> None:
    "coherent device whose write channel does not snoop"
    cpu = soc.cpu()
    dev = await Device.attach(soc, snoop=COHERENT)
    if not fixed:
        await dev.attributes(COHERENT, NONCOHERENT, COHERENT)
    soc.dma.device.coherent = True
    b = await soc.kernel.kmalloc(512, "rx")
    await cpu.fill(b, 512, 0)  # <- place
    h = await soc.dma.map_single(b, 512, FROM, "rx")
    await dev.receive(h, 512)  # <- place
    await soc.dma.unmap_single(h, 512, FROM)
    await cpu.read(b, 512)  # <- place


async def hu2(soc: Soc, fixed: bool) -> None:
    "device tree says dma-coherent, port does not snoop"
    cpu = soc.cpu()
    dev = await Device.attach(soc, snoop=COHERENT if fixed else NONCOHERENT)
    soc.dma.device.coherent = True
    b = await soc.dma.alloc_coherent(512, "queue")
    await cpu.fill(b.cpu_addr, 512, 3)  # <- place
    await dev.send(b.dma_handle, 512)  # <- place


async def hv1(soc: Soc, fixed: bool) -> None:
    "the transfer is one burst longer than the buffer"
    cpu, dev = soc.cpu(), await Device.attach(soc)
    b = await soc.kernel.kmalloc(1024, "rx")
    h = await soc.dma.map_single(b, 1024, FROM, "rx")  # <- place
    await dev.receive(h, 1024 if fixed else 1024 + 128)  # <- place
    await soc.dma.unmap_single(h, 1024, FROM)
    await cpu.read(b, 1024)


async def hv2(soc: Soc, fixed: bool) -> None:
    "a segment crosses the boundary that the device has"
    p = await soc.kernel.alloc_pages(2, name="pages")
    if not fixed:
        soc.dma.set_seg_boundary(0xFFF)
    va = soc.kernel.linear.va(int(p[0]))
    t = soc.dma.sg_of([(va + 2048, 4096)])
    await soc.dma.map_sg(t, TO)  # <- place
    await soc.dma.unmap_sg(t, TO)


async def hy1(soc: Soc, fixed: bool) -> None:
    "completion interrupt raised before the writes have landed, no status"
    cpu, dev = soc.cpu(), await Device.attach(soc)
    t = await soc.dma.alloc_coherent(512, "target")
    ring = await ring_of(soc, dev, early=not fixed)
    await hand_over(soc, ring, 0, receive_into(t.dma_handle, 512))
    await dev.ring_doorbell(1)  # <- place
    await polled(soc, ring)
    await soc.io.dma_rmb()
    await cpu.read(t.cpu_addr, 512)  # <- place
    await dev.halt()


async def hz1(soc: Soc, fixed: bool) -> None:
    "header written into the rx buffer by the stack, then a second invalidate"
    cpu, fw, dev = soc.cpu(), Firmware(soc), await Device.attach(soc)
    b = await fw.memory(512, "rx")
    await fw.flush(b.va, 512)
    await dev.receive(b.pa, 512)
    await fw.invalidate(b.va, 512)
    await cpu.fill(b.va, 64, 5)  # <- place
    if not fixed:
        await fw.invalidate(b.va, 512)  # <- place
    await cpu.read(b.va, 512)  # <- place


async def hz2(soc: Soc, fixed: bool) -> None:
    "the invalidate of a whole page for a short buffer drops the neighbour's data"
    cpu, fw, dev = soc.cpu(), Firmware(soc), await Device.attach(soc)
    heap = await fw.heap(4096)
    L = fw.line
    rx = fw.part(heap, 0, 4 * L, "rx")
    await fw.flush(rx.va, rx.size)
    await dev.receive(rx.pa, rx.size)
    await cpu.fill(heap.va + 8 * L, 64, 1)  # <- place
    await fw.invalidate(rx.va, rx.size if fixed else 4096)  # <- place
    await cpu.read(rx.va, rx.size)
    await cpu.read(heap.va + 8 * L, 64)  # <- place


async def hp1(soc: Soc, fixed: bool) -> None:
    "descriptors in WB memory, CPU polls status without invalidate"
    cpu, fw, mac = soc.cpu(), Firmware(soc), await Device.attach(soc)
    ring = await fw.memory(256, "bds")
    f = await fw.memory(1024, "frame")
    fw.ownership_words(ring, 48, 64, 4)
    await fw.flush(f.va, 1024)
    await cpu.fill(ring.va, 256, 0)
    await cpu.write(ring.va, receive_into(f.pa, 1024).encode())
    await fw.flush(ring.va, 256)
    await mac.use_ring(ring.pa, 4)
    await mac.ring_doorbell(1)  # <- place
    await cpu.ldr(ring.va + 48)  # <- place
    await mac.wait()
    if fixed:
        await fw.invalidate(ring.va, 64)
    await cpu.ldr(ring.va + 48)  # <- place


async def hi1(soc: Soc, fixed: bool) -> None:
    "netdev: skb is given up to the stack (unmap) after its header was looked at"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    b = await soc.kernel.kmalloc(2048, "skb")
    h = await soc.dma.map_single(b, 2048, FROM, "skb")
    await nic.receive(h, 2048)
    if not fixed:
        await cpu.ldr(b)  # <- place
    await soc.dma.unmap_single(h, 2048, FROM)
    if fixed:
        await cpu.ldr(b)


async def hd2(soc: Soc, fixed: bool) -> None:
    "FreeRTOS: rx descriptor's buffer is zeroed after it was given back"
    cpu, fw, eth = soc.cpu(), Firmware(soc), await Device.attach(soc)
    b = await fw.memory(512, "rx")
    await fw.invalidate(b.va, 512)
    await eth.receive(b.pa, 512)
    await fw.invalidate(b.va, 512)
    await cpu.read(b.va, 512)
    await cpu.fill(b.va, 512, 0)  # <- place
    if fixed:
        await fw.flush(b.va, 512)
    await eth.receive(b.pa, 512)  # <- place
    if fixed:
        await fw.invalidate(b.va, 512)
    else:
        await fw.flush(b.va, 512)  # <- place
    await cpu.read(b.va, 512)  # <- place


async def hn2(soc: Soc, fixed: bool) -> None:
    "stores to the descriptor after the doorbell"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    ring = await soc.dma.alloc_coherent(256, "ring")
    pkt = await soc.dma.alloc_coherent(256, "pkt")
    await cpu.fill(pkt.cpu_addr, 256, 1)
    await nic.use_ring(ring.dma_handle, 4, status=False)
    e = send_from(pkt.dma_handle, 256).encode()
    await cpu.write(ring.cpu_addr, e)
    if fixed:
        await cpu.str_(ring.cpu_addr + 24, int.from_bytes(e[24:28], "little"))
    await nic.ring_doorbell(1)  # <- place
    if not fixed:
        await cpu.str_(ring.cpu_addr + 24, int.from_bytes(e[24:28], "little"))  # <- place
    await nic.wait()


CASES = [
    variation("R91", Code.SPEC_FORBIDDEN, hr1, profile="cortex-a53"),
    variation("T91", Code.TLB_BBM, ht1, profile="cortex-a15"),
    variation("T92", Code.TLB_BBM, ht2, profile="cortex-a53"),
    variation("S91", Code.CMA_LIFETIME, hs1, knobs={"cma_mib": 1}),
    variation("W91", Code.BOUNCE_SYNC, hw1, profile="cortex-a53", policy="bounce", knobs=BOUNCE),
    variation("W92", Code.BOUNCE_SYNC, hw2, profile="cortex-a53", policy="bounce", knobs=BOUNCE),
    variation("W93", Code.BOUNCE_SYNC, hw3, profile="cortex-a53", policy="bounce", knobs=BOUNCE),
    variation("X91", Code.BAD_MEM, hx1, era="v2.6.39"),
    variation("X92", Code.BAD_MEM, hx2, era="v6.0"),
    variation("U91", Code.COH_CFG, hu1, profile="cortex-a53", knobs=SNOOPS),
    variation("U92", Code.COH_CFG, hu2, profile="cortex-a53", knobs=SNOOPS),
    variation("V91", Code.DMA_ADDR, hv1, profile="cortex-a53"),
    variation("V92", Code.DMA_ADDR, hv2),
    variation("Y91", Code.DEV_ORDER, hy1),
    variation("Z91", Code.LOST_CPU_DATA, hz1, profile="cortex-a8"),
    variation("Z92", Code.LOST_CPU_DATA, hz2, profile="cortex-a8"),
    variation("P91", Code.RING_CACHED, hp1, profile="cortex-a53"),
    variation("I91", Code.CPU_RD_OWNED, hi1),
    variation("D92", Code.DIRTY_OVER_DMA, hd2, profile="cortex-a53"),
    variation("N92", Code.NO_WMB, hn2, profile="cortex-a8"),
]
