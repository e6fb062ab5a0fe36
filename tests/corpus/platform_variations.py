# SPDX-License-Identifier: Apache-2.0
"""Mistakes on other platforms: CMA, translations, snooping, bounce buffers, addresses, memory of the wrong kind."""

from __future__ import annotations

from builders import (
    BOTH,
    BOUNCE,
    FROM,
    SNOOPS,
    TO,
    hand_over,
    receive_into,
    ring_of,
    send_from,
    variation,
)

from dmasan.arch.faults import Fault
from dmasan.corpus.device import Device
from dmasan.device.attributes import COHERENT, NONCOHERENT
from dmasan.linux.iommu import Iommu
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.page_tables import faults
from dmasan.linux.protections import Protection
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc


async def camera_pages(soc: Soc, fixed: bool) -> None:
    "a page of a process is given to a camera without a reference, and the area is needed"
    kernel, camera = soc.kernel, await Device.attach(soc)
    await kernel.populate()
    page = kernel.cma.first + 1
    if fixed:
        kernel.pin(page)
    handle = await soc.dma.map_page(page, 0, PAGE_SIZE, FROM, "user page")
    await camera.start_receive(handle, PAGE_SIZE)
    await soc.dma.alloc_coherent(8 * PAGE_SIZE, "codec memory")  # <- place
    await camera.wait()
    await soc.dma.unmap_page(handle, PAGE_SIZE, FROM)
    if fixed:
        kernel.unpin(page)


async def highmem_of_v35(soc: Soc, fixed: bool) -> None:
    "coherent memory of a kernel that neither clears nor flushes pages of highmem, which a file had dirtied"
    cpu, dev = soc.cpu(), await Device.attach(soc)
    if not fixed:
        await soc.kernel.populate()
    buffer = await soc.dma.alloc_coherent(PAGE_SIZE, "coherent")  # <- place
    await dev.receive(buffer.dma_handle, PAGE_SIZE)  # <- place
    await soc.io.rmb()
    await cpu.read(buffer.cpu_addr, PAGE_SIZE)  # <- place


async def no_dsb_behind_pte(soc: Soc, fixed: bool) -> None:
    "a mapping that was made by vmap_range_noflush is used before its entry is visible to the walker"
    kernel, cpu = soc.kernel, soc.cpu()
    pages = await kernel.alloc_pages(1, name="page")
    area = await kernel.vmalloc.vmap_noflush(pages, Protection.KERNEL)  # <- place
    if fixed:
        await cpu.dsb("ishst")
        await cpu.isb()
    try:
        await cpu.ldr(area.va)  # <- place
    except Fault:
        pass


async def freed_under_tlb(soc: Soc, fixed: bool) -> None:
    "a process' page is freed when its entry is cleared, and the TLB is told later"
    kernel, cpu = soc.kernel, soc.cpu()
    user = await kernel.movable.anonymous(1)
    async with kernel.user.using(user.mm):
        await cpu.str_(user.va, 7)
    await kernel.tables.set_ptes(user.mm, user.va, faults(1))
    await cpu.dsb("ish")
    if fixed:
        await cpu.tlbimvais(user.va, PAGE_SIZE)
        await cpu.dsb("ish")
    kernel.free_owner(user)  # <- place
    if not fixed:
        await cpu.tlbimvais(user.va, PAGE_SIZE)
        await cpu.dsb("ish")


async def reused_iova(soc: Soc, fixed: bool) -> None:
    "a GPU's address space: a page goes, the TLB of its MMU is not told, and the GPU writes"
    kernel, gpu = soc.kernel, await Device.attach(soc)
    soc.dma.device.iommu = Iommu(kernel, soc.dma.device.name, deferred=True)
    texture = await kernel.kmalloc(PAGE_SIZE, "texture")
    handle = await soc.dma.map_single(texture, PAGE_SIZE, FROM, "texture")
    await gpu.receive(handle, PAGE_SIZE)
    await soc.dma.unmap_single(handle, PAGE_SIZE, FROM)  # <- place
    if fixed:
        soc.dma.device.iommu.flush()
        return
    await gpu.receive(handle, 512)  # <- place


async def descriptors_snoop(soc: Soc, fixed: bool) -> None:
    "a coherent controller whose descriptor fetches do not snoop"
    cpu = soc.cpu()
    nic = await Device.attach(soc, snoop=COHERENT)
    if not fixed:
        await nic.attributes(COHERENT, COHERENT, NONCOHERENT)
    soc.dma.device.coherent = True
    data = await soc.kernel.kmalloc(256, "data")
    await cpu.fill(data, 256, 1)
    handle = await soc.dma.map_single(data, 256, TO, "data")
    ring = await ring_of(soc, nic)
    await hand_over(soc, ring, 0, send_from(handle, 256))  # <- place
    await nic.ring_doorbell(1)  # <- place
    await nic.wait()
    await nic.halt()


async def narrow_mask(soc: Soc, fixed: bool) -> None:
    "an ISA-like master with fewer address lines than its mask says"
    cpu, dev = soc.cpu(), await Device.attach(soc)
    buffer = await soc.kernel.kmalloc(512, "buffer")
    await cpu.fill(buffer, 512, 1)
    soc.dma.device.address_bits = 32 if fixed else 31
    handle = await soc.dma.map_single(buffer, 512, TO, "buffer")  # <- place
    await dev.send(handle, 512)  # <- place
    await soc.dma.unmap_single(handle, 512, TO)


async def short_bounce(soc: Soc, fixed: bool) -> None:
    "a short frame in a bounced buffer that was prepared: behind it the slot's last user shows"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    first = await soc.kernel.kmalloc(1024, "first")
    await cpu.fill(first, 1024, 0x77)
    handle = await soc.dma.map_single(first, 1024, TO, "first")
    await nic.send(handle, 1024)
    await soc.dma.unmap_single(handle, 1024, TO)
    second = await soc.kernel.kmalloc(1024, "second")
    await cpu.fill(second, 1024, 0)
    direction = BOTH if fixed else FROM
    table = soc.dma.sg_of([(second, 1024)])
    await soc.dma.map_sg(table, direction)  # <- place
    await nic.receive(table.entries[0].dma_address, 60)
    await soc.dma.unmap_sg(table, direction)  # <- place
    await cpu.read(second, 1024)  # <- place


async def unsynced_bounce(soc: Soc, fixed: bool) -> None:
    "a status word behind a bounce buffer is read without sync_for_cpu, by a device of 31 bits"
    cpu, dev = soc.cpu(), await Device.attach(soc)
    status = await soc.kernel.kmalloc(64, "status")
    handle = await soc.dma.map_single(status, 64, FROM, "status")
    await dev.receive(handle, 64)
    if fixed:
        await soc.dma.sync_single_for_cpu(handle, 64, FROM)
    await cpu.ldr(status)  # <- place
    await soc.dma.unmap_single(handle, 64, FROM)


async def kmapped(soc: Soc, fixed: bool) -> None:
    "a page of highmem is mapped for DMA by its kmap address"
    kernel, dev = soc.kernel, await Device.attach(soc)
    page = int((await kernel.alloc_pages(1, movable=True, name="page"))[0])
    if fixed:
        handle = await soc.dma.map_page(page, 0, 512, TO, "page")
    else:
        va = await kernel.kmap.map(page)
        handle = await soc.dma.map_single(va, 512, TO, "page")  # <- place
    if not soc.dma.mapping_error(handle):
        await dev.send(handle, 512)  # <- place
        await soc.dma.unmap_single(handle, 512, TO)


async def message_on_stack(soc: Soc, fixed: bool) -> None:
    "an SPI message and its answer on the stack of the caller"
    cpu, spi = soc.cpu(), await Device.attach(soc)
    word = await soc.kernel.kmalloc(4, "word") if fixed else await soc.kernel.stack.push(4)
    handle = await soc.dma.map_single(word, 4, FROM, "word")  # <- place
    await spi.receive(handle, 4)
    await soc.dma.unmap_single(handle, 4, FROM)
    await cpu.ldr(word)


async def early_interrupt(soc: Soc, fixed: bool) -> None:
    "a capture engine interrupts when it has issued its last write"
    cpu, grabber = soc.cpu(), await Device.attach(soc)
    frame = await soc.dma.alloc_coherent(2048, "frame")
    ring = await ring_of(soc, grabber, early=not fixed)
    await hand_over(soc, ring, 0, receive_into(frame.dma_handle, 2048))
    await grabber.ring_doorbell(1)  # <- place
    await grabber.wait()
    await soc.io.rmb()
    await cpu.read(frame.cpu_addr, 2048)  # <- place
    await grabber.halt()


CASES = [
    variation("S101", Code.CMA_LIFETIME, camera_pages, profile="cortex-a15", era="v3.14"),
    variation("S102", Code.CMA_LIFETIME, highmem_of_v35, policy="highmem_only", era="v3.5"),
    variation("T101", Code.TLB_BBM, no_dsb_behind_pte, profile="cortex-a53"),
    variation("T102", Code.TLB_BBM, freed_under_tlb, profile="cortex-a15"),
    variation("T103", Code.TLB_BBM, reused_iova, profile="cortex-a72"),
    variation("U101", Code.COH_CFG, descriptors_snoop, profile="cortex-a72", knobs=SNOOPS),
    variation("V101", Code.DMA_ADDR, narrow_mask, profile="cortex-a9-pl310", era="v3.5"),
    variation("W101", Code.BOUNCE_SYNC, short_bounce, profile="cortex-a15", policy="bounce", era="v3.14", knobs=BOUNCE),
    variation("W102", Code.BOUNCE_SYNC, short_bounce, profile="cortex-a8", policy="bounce", era="v6.19", knobs=BOUNCE),
    variation("W103", Code.BOUNCE_SYNC, unsynced_bounce, profile="cortex-a53", policy="bounce", knobs=BOUNCE),
    variation("X101", Code.BAD_MEM, kmapped, profile="cortex-a9-pl310", era="v3.14", knobs={"ram_mib": 16}),
    variation("X102", Code.BAD_MEM, message_on_stack, profile="arm926", era="v2.6.39"),
    variation("Y101", Code.DEV_ORDER, early_interrupt, profile="cortex-a72"),
]
