# SPDX-License-Identifier: Apache-2.0
"""Mistakes on other platforms: aliases, translations, CMA, bounce buffers, addresses, order, and memory of the wrong kind."""

from __future__ import annotations

from builders import (
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

from dmasan.arch.geometry import Region
from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.device import registers as reg
from dmasan.linux.dma_device import DmaDevice
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.protections import Protection
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc


async def timed_out(soc: Soc, fixed: bool) -> None:
    "an MMC request times out, and its buffer is unmapped while the controller still writes"
    mmc = await Device.attach(soc)
    block = await soc.kernel.kmalloc(4096, "block")
    handle = await soc.dma.map_single(block, 4096, FROM, "block")
    await mmc.start_receive(handle, 4096)
    if fixed:
        await mmc.halt()
    await soc.dma.unmap_single(handle, 4096, FROM)  # <- place
    await mmc.idle()


async def by_physical_address(soc: Soc, fixed: bool) -> None:
    "a driver of the time before the DMA API gives the device virt_to_phys()"
    cpu, sound = soc.cpu(), await Device.attach(soc)
    buffer = await soc.kernel.kmalloc(1024, "samples")
    await cpu.fill(buffer, 1024, 3)
    if fixed:
        handle = await soc.dma.map_single(buffer, 1024, TO, "samples")
    else:
        handle = soc.kernel.layout.physical(buffer)
    await sound.send(handle, 1024)  # <- place
    if fixed:
        await soc.dma.unmap_single(handle, 1024, TO)


async def freed_block(soc: Soc, fixed: bool) -> None:
    "a transfer descriptor of a pool is freed when the URB is given back, and the controller still has it"
    cpu, ehci = soc.cpu(), await Device.attach(soc)
    pool = await soc.dma.pool_create("qtd", 96, 32)
    block = await pool.alloc()
    await cpu.fill(block.cpu_addr, 96, 1)
    if not fixed:
        await pool.free(block)  # <- place
    await ehci.send(block.dma_handle, 96)  # <- place
    if fixed:
        await pool.free(block)
    await pool.destroy()  # <- place


async def other_device(soc: Soc, fixed: bool) -> None:
    "a buffer is mapped for the DMA engine and unmapped for the controller that uses it"
    cpu, dma = soc.cpu(), await Device.attach(soc)
    controller = soc.kernel.dma_of(DmaDevice("controller"))
    buffer = await soc.kernel.kmalloc(512, "buffer")
    await cpu.fill(buffer, 512, 1)
    handle = await soc.dma.map_single(buffer, 512, TO, "buffer")
    await dma.send(handle, 512)
    await (soc.dma if fixed else controller).unmap_single(handle, 512, TO)  # <- place


async def freed_twice(soc: Soc, fixed: bool) -> None:
    "the error path of probe frees the ring, and so does remove"
    ring = await soc.dma.alloc_coherent(1024, "ring")
    await soc.dma.free_coherent(ring)  # <- place
    if not fixed:
        await soc.dma.free_coherent(ring)  # <- place


async def shorter_unmap(soc: Soc, fixed: bool) -> None:
    "the remainder of a transfer is unmapped, not what was mapped"
    cpu, dev = soc.cpu(), await Device.attach(soc)
    buffer = await soc.kernel.kmalloc(512, "buffer")
    await cpu.fill(buffer, 512, 1)
    handle = await soc.dma.map_single(buffer, 512, TO, "buffer")
    await dev.send(handle, 512)
    await soc.dma.unmap_single(handle, 512 if fixed else 256, TO)  # <- place


async def cached_window(soc: Soc, fixed: bool) -> None:
    "remoteproc: a coherent vring is mapped a second time, cacheable, by the other half of the driver"
    kernel, cpu, dsp = soc.kernel, soc.cpu(), await Device.attach(soc)
    vring = await soc.dma.alloc_coherent(PAGE_SIZE, "vring")
    await cpu.fill(vring.cpu_addr, 256, 1)
    page = kernel.layout.page(soc.dma.physical(vring))
    prot = Protection.DMACOHERENT if fixed else Protection.KERNEL
    window = await kernel.vmalloc.vmap(page, 1, prot)  # <- place
    await cpu.dsb()
    await cpu.isb()
    await cpu.fill(window.va, 256, 2)  # <- place
    await soc.io.wmb()
    await dsp.send(vring.dma_handle, 256)  # <- place
    await kernel.vmalloc.vunmap(window.va)
    await soc.dma.free_coherent(vring)


async def strongly_ordered_window(soc: Soc, fixed: bool) -> None:
    "a mailbox page of a driver is mapped Strongly-ordered by ioremap while the linear map has written it"
    kernel, cpu, dsp = soc.kernel, soc.cpu(), await Device.attach(soc)
    box = await Firmware(soc).memory(PAGE_SIZE, "mailbox")
    await cpu.fill(box.va, PAGE_SIZE, 0)  # <- place
    if fixed:
        await Firmware(soc).flush(box.va, PAGE_SIZE)
        page = kernel.layout.page(box.pa)
        await out_of_linear_map(soc, page)
        window = (await kernel.vmalloc.vmap(page, 1, Protection.DMACOHERENT)).va
    else:
        window = await kernel.vmalloc.ioremap(box.pa, PAGE_SIZE, Protection.DEVICE, force=True)  # <- place
    await cpu.dsb()
    await cpu.str_(window, 5)  # <- place
    await cpu.dsb()
    await dsp.send(box.pa, 256)  # <- place


async def user_colour(soc: Soc, fixed: bool) -> None:
    "a process fills the frame by its mapping; the driver hands the page over by its kernel address"
    kernel, cpu, lcd = soc.kernel, soc.cpu(), await Device.attach(soc)
    pages = await kernel.alloc_pages(2, name="frame")
    frame = int(pages[1])
    user = await kernel.user.remap_pfn_range(frame, 1)
    if not user // PAGE_SIZE % 4 != kernel.linear.va(frame) // PAGE_SIZE % 4:
        frame = int(pages[0])
        user = await kernel.user.remap_pfn_range(frame, 1)
    async with kernel.user.using():
        await cpu.fill(user, PAGE_SIZE, 0x31)  # <- place
        if fixed:
            await cpu.dccimvac(user, PAGE_SIZE)
            await cpu.dsb()
        handle = await soc.dma.map_page(frame, 0, PAGE_SIZE, TO, "frame")  # <- place
        await lcd.send(handle, PAGE_SIZE)  # <- place
        await soc.dma.unmap_page(handle, PAGE_SIZE, TO)


async def vmap_read(soc: Soc, fixed: bool) -> None:
    "a metadata buffer is read through vmap after I/O into its pages"
    kernel, cpu, disk = soc.kernel, soc.cpu(), await Device.attach(soc)
    await kernel.vmalloc.vmalloc(PAGE_SIZE, "in between")  # else both mappings of a page may have one colour
    buffer = await kernel.vmalloc.vmalloc(4 * PAGE_SIZE, "metadata")
    await cpu.read(buffer, 4 * PAGE_SIZE)  # <- place
    for va in range(buffer, buffer + 4 * PAGE_SIZE, PAGE_SIZE):
        handle = await soc.dma.map_page(kernel.vmalloc.frame_of(va), 0, PAGE_SIZE, FROM, "metadata page")
        await disk.receive(handle, PAGE_SIZE)
        await soc.dma.unmap_page(handle, PAGE_SIZE, FROM)
    if fixed:
        await cpu.dcimvac(buffer, 4 * PAGE_SIZE)  # invalidate_kernel_vmap_range
        await cpu.dsb()
    await cpu.read(buffer, 4 * PAGE_SIZE)  # <- place


async def relaxed_tail(soc: Soc, fixed: bool) -> None:
    "the payload in coherent memory, and a doorbell that orders nothing"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    data = await soc.dma.alloc_coherent(512, "data")
    await cpu.fill(data.cpu_addr, 512, 9)  # <- place
    if fixed:
        await soc.io.wmb()
    nic.relaxed = True
    await nic.start_send(data.dma_handle, 512)  # <- place
    await nic.wait()


async def ownership_first(soc: Soc, fixed: bool) -> None:
    "the control word with the ownership bit is written before the rest of the descriptor, in a running ring"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    data = await soc.dma.alloc_coherent(512, "data")
    ring = await ring_of(soc, nic)
    entry = send_from(data.dma_handle, 512)
    nic.relaxed = not fixed
    if fixed:
        await hand_over(soc, ring, 0, entry)
    else:
        await cpu.str_(ring.cpu_addr, entry.ctrl)
        await cpu.write(ring.cpu_addr + 4, entry.encode()[4:])  # <- place
    await nic.ring_doorbell(1)  # <- place
    await nic.wait()
    await nic.halt()


async def relaxed_status(soc: Soc, fixed: bool) -> None:
    "the status register is read by readl_relaxed, and the data at once"
    cpu, adc = soc.cpu(), await Device.attach(soc)
    data = await soc.dma.alloc_coherent(256, "samples")
    await adc.start_receive(data.dma_handle, 256)
    while not await soc.io.readl_relaxed(reg.CHANNEL_BASE + reg.CH_STATUS.OFFSET) & reg.CH_STATUS.DONE.mask:
        pass
    if fixed:
        await soc.io.rmb()
    await cpu.read(data.cpu_addr, 256)  # <- place


async def two_completions(soc: Soc, fixed: bool) -> None:
    "a poll loop reads the second completion's length without a barrier of its own"
    cpu, nvme = soc.cpu(), await Device.attach(soc)
    data = await soc.dma.alloc_coherent(512, "data")
    ring = await ring_of(soc, nvme)
    for n in range(2):
        await hand_over(soc, ring, n, receive_into(data.dma_handle + 256 * n, 256))
    await nvme.ring_doorbell(2)
    await polled(soc, ring, 0)
    await soc.io.dma_rmb()
    await cpu.read(data.cpu_addr, 256)
    await polled(soc, ring, 1)
    if fixed:
        await soc.io.dma_rmb()
    await cpu.read(data.cpu_addr + 256, 256)  # <- place
    await nvme.halt()


async def cached_ring(soc: Soc, fixed: bool) -> None:
    "receive descriptors in malloc()ed memory: the driver clears the one before while the MAC writes the next"
    cpu, fw, mac = soc.cpu(), Firmware(soc), await Device.attach(soc)
    frames = await fw.memory(512, "frames")
    await fw.flush(frames.va, 512)
    if fixed:
        ring = await ring_of(soc, mac)
        for n in range(2):
            await hand_over(soc, ring, n, receive_into(frames.pa + 256 * n, 256))
        await mac.ring_doorbell(2)
        await polled(soc, ring, 0)
        await soc.io.dma_rmb()
        await cpu.str_(ring.cpu_addr + ST, 0)
        await mac.completed(2)
        return
    table = await fw.memory(256, "descriptors")
    fw.ownership_words(table, ST, 64, 4)
    await cpu.fill(table.va, 256, 0)
    for n in range(2):
        await cpu.write(table.va + 64 * n, receive_into(frames.pa + 256 * n, 256).encode())
    await fw.flush(table.va, 256)
    await mac.use_ring(table.pa, 4)
    await mac.ring_doorbell(2)  # <- place
    await cpu.str_(table.va + ST, 0)  # <- place
    await fw.clean(table.va, 64)  # <- place
    await mac.completed(2)
    await fw.invalidate(table.va, 128)
    await cpu.ldr(table.va + ST)  # <- place


async def inner_only(soc: Soc, fixed: bool) -> None:
    "a driver of its own knows L1's operations only: what the device wrote is old in L2"
    cpu, fw, dev = soc.cpu(), Firmware(soc), await Device.attach(soc)
    data = await fw.memory(512, "data")
    await fw.flush(data.va, 512)
    await cpu.read(data.va, 512)  # <- place
    await dev.receive(data.pa, 512)
    if fixed:
        await fw.invalidate(data.va, 512)
    else:
        await cpu.dcimvac(data.va, 512)  # <- place
        await cpu.dsb()
    await cpu.read(data.va, 512)  # <- place


async def other_core_reads(soc: Soc, fixed: bool) -> None:
    "CPU 0 invalidates its own cache after the transfer, CPU 1 has looked at the buffer before"
    fw, dev = Firmware(soc), await Device.attach(soc)
    data = await fw.memory(256, "data")
    await soc.cpu(0).dccimvac(data.va, 256)
    await soc.cpu(0).dsb()
    await soc.cpu(1).dccimvac(data.va, 256)
    await soc.cpu(1).dsb()
    await soc.cpu(1).read(data.va, 256)  # <- place
    await dev.receive(data.pa, 256)
    await soc.cpu(0).dcimvac(data.va, 256)  # <- place
    await soc.cpu(0).dsb()
    if fixed:
        await soc.cpu(1).dcimvac(data.va, 256)
        await soc.cpu(1).dsb()
    await soc.cpu(1).read(data.va, 256)  # <- place


async def closed_too_early(soc: Soc, fixed: bool) -> None:
    "a trusted buffer is closed first, and unmapped then"
    kernel, cpu = soc.kernel, soc.cpu()
    region = await Firmware(soc).memory(PAGE_SIZE, "trusted", device=False)
    page = kernel.layout.page(region.pa)
    await Firmware(soc).flush(region.va, PAGE_SIZE)
    await kernel.linear.split_range(page, 1)
    if not fixed:
        soc.machine.forbid(Region(region.pa, PAGE_SIZE))  # <- place
    await kernel.linear.unmap(page, 1)
    await kernel.linear.flush_tlb(page, 1)
    if fixed:
        soc.machine.forbid(Region(region.pa, PAGE_SIZE))
    await cpu.fill(await kernel.kmalloc(256, "work"), 256, 0)
    soc.machine.allow(Region(region.pa, PAGE_SIZE))


CASES = [
    variation("J101", Code.DEV_UNMAPPED, timed_out, profile="cortex-a15"),
    variation("J102", Code.DEV_UNMAPPED, by_physical_address, profile="arm926", era="v2.6.39"),
    variation("J103", Code.DEV_UNMAPPED, freed_block, profile="cortex-a8"),
    variation("K101", Code.MAP_BALANCE, other_device, profile="cortex-a72", era="v6.0"),
    variation("K102", Code.MAP_BALANCE, freed_twice, profile="arm1176", era="v3.5"),
    variation("K103", Code.MAP_BALANCE, shorter_unmap, profile="cortex-a8", era="v3.14"),
    variation("L101", Code.ALIAS_ATTR, cached_window, profile="cortex-a15"),
    variation("L102", Code.ALIAS_ATTR, strongly_ordered_window, profile="cortex-a8", era="v2.6.39"),
    variation("M101", Code.VALIAS, user_colour, profile="arm1176", era="v3.5"),
    variation("M102", Code.VALIAS, vmap_read, profile="arm926", era="v3.14"),
    variation("M103", Code.VALIAS, vmap_read, profile="arm1176"),
    variation("N101", Code.NO_WMB, relaxed_tail, profile="cortex-a53"),
    variation("N102", Code.NO_WMB, ownership_first, profile="cortex-a15"),
    variation("O101", Code.NO_RMB, relaxed_status, profile="cortex-a72"),
    variation("O102", Code.NO_RMB, two_completions, profile="cortex-a9-pl310"),
    variation("P101", Code.RING_CACHED, cached_ring, profile="cortex-a8"),
    variation("Q101", Code.OUTER_MAINT, inner_only),
    variation("Q102", Code.OUTER_MAINT, other_core_reads, profile="arm11mpcore"),
    variation("R101", Code.SPEC_FORBIDDEN, closed_too_early, profile="cortex-a72"),
]
