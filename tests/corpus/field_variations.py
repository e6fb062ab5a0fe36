# SPDX-License-Identifier: Apache-2.0
"""Mistakes of drivers on other platforms, of other eras and by other calls: streaming buffers and plain maintenance."""

from __future__ import annotations

from builders import BOTH, FROM, TO, variation

from dmasan.corpus.case import FIXED, WRONG_FIX
from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.linux.dma_attributes import DmaAttr
from dmasan.linux.layout import PAGE_SIZE
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc


async def sdma_context(soc: Soc, fixed: bool) -> None:
    "i.MX SDMA: the context is cleaned, and a register of it is set afterwards"
    cpu, fw, sdma = soc.cpu(), Firmware(soc), await Device.attach(soc)
    context = await fw.memory(128, "context")
    await cpu.fill(context.va, 128, 0)
    await fw.clean(context.va, 128)
    await cpu.str_(context.va + 32, 0x1234)  # <- place
    if fixed:
        await fw.clean(context.va + 32, 4)
    await sdma.send(context.pa, 128)  # <- place


async def crypto_key(soc: Soc, variant: str) -> None:
    "a key is appended to a descriptor that was flushed; the first fix puts a barrier there"
    cpu, fw, caam = soc.cpu(), Firmware(soc), await Device.attach(soc)
    job = await fw.memory(256, "job descriptor")
    await cpu.fill(job.va, 256, 0)
    await fw.flush(job.va, 256)
    await cpu.fill(job.va + 128, 64, 0x3C)  # <- place
    if variant == WRONG_FIX:
        await cpu.dsb()
    elif variant == FIXED:
        await fw.flush(job.va + 128, 64)
    await caam.send(job.pa, 256)  # <- place


async def second_frame(soc: Soc, fixed: bool) -> None:
    "a camera frame in pages of dma_alloc_pages is read without sync_for_cpu"
    cpu, csi = soc.cpu(), await Device.attach(soc)
    frame = await soc.dma.alloc_pages(PAGE_SIZE, FROM, "frame")
    for n in range(2):
        await soc.dma.sync_single_for_device(frame.dma_handle, PAGE_SIZE, FROM)
        await csi.receive(frame.dma_handle, PAGE_SIZE)
        if fixed or n == 0:
            await soc.dma.sync_single_for_cpu(frame.dma_handle, PAGE_SIZE, FROM)
        await cpu.read(frame.cpu_addr, 256)  # <- place
    if not fixed:
        await soc.dma.sync_single_for_cpu(frame.dma_handle, PAGE_SIZE, FROM)
    await soc.dma.free_pages(frame)


async def memcpy_test(soc: Soc, fixed: bool) -> None:
    "an RTOS checks the target of a DMA copy that it looked at before"
    cpu, fw, dma = soc.cpu(), Firmware(soc), await Device.attach(soc)
    source, target = await fw.memory(256, "source"), await fw.memory(256, "target")
    await cpu.fill(source.va, 256, 7)
    await fw.clean(source.va, 256)
    await fw.flush(target.va, 256)
    await cpu.read(target.va, 256)  # <- place
    await dma.copy(target.pa, source.pa, 256)
    if fixed:
        await fw.invalidate(target.va, 256)
    await cpu.read(target.va, 256)  # <- place


async def page_pool(soc: Soc, variant: str) -> None:
    "a page of a pool is mapped once; the frame is read after an unmap that skips the caches"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    page = int((await soc.kernel.alloc_pages(1, name="pool page"))[0])
    va = soc.kernel.linear.va(page)
    handle = await soc.dma.map_page(page, 0, PAGE_SIZE, FROM, "pool page")  # <- place
    await nic.receive(handle, 1536)
    if variant == FIXED:
        await soc.dma.sync_single_range_for_cpu(handle, 0, 1536, FROM)
    await soc.dma.unmap_page(handle, PAGE_SIZE, FROM, DmaAttr.SKIP_CPU_SYNC)  # <- place
    if variant == WRONG_FIX:
        await cpu.dsb()
    await cpu.read(va, 1536)  # <- place


async def early_sync(soc: Soc, fixed: bool) -> None:
    "an SPI driver invalidates when it has started the transfer, and reads when it is over"
    cpu, fw, spi = soc.cpu(), Firmware(soc), await Device.attach(soc)
    rx = await fw.memory(2048, "rx")
    await fw.flush(rx.va, rx.size)
    await spi.receive(rx.pa, 1024)
    if not fixed:
        await fw.invalidate(rx.va, rx.size)  # <- place
    await spi.receive(rx.pa + 1024, 1024)
    if fixed:
        await fw.invalidate(rx.va, rx.size)
    await cpu.read(rx.va, rx.size)  # <- place


async def zeroed_pages(soc: Soc, variant: str) -> None:
    "a boot loader clears a load address; the first fix flushes it before it is cleared"
    cpu, fw, mmc = soc.cpu(), Firmware(soc), await Device.attach(soc)
    load = await fw.memory(1024, "load address")
    if variant == WRONG_FIX:
        await fw.flush(load.va, 1024)
    await cpu.fill(load.va, 1024, 0)  # <- place
    if variant == FIXED:
        await fw.flush(load.va, 1024)
    await mmc.receive(load.pa, 1024)  # <- place
    await fw.invalidate(load.va, 1024)  # <- place
    await cpu.read(load.va, 1024)  # <- place


async def clean_on_completion(soc: Soc, fixed: bool) -> None:
    "a gadget driver flushes where it should invalidate, and the buffer was still dirty"
    cpu, fw, udc = soc.cpu(), Firmware(soc), await Device.attach(soc)
    request = await fw.memory(512, "request")
    await cpu.fill(request.va, 512, 0xEE)  # <- place
    if fixed:
        await fw.clean(request.va, 512)
    await udc.receive(request.pa, 512)  # <- place
    await fw.flush(request.va, 512)  # <- place
    if fixed:
        await cpu.read(request.va, 512)
        return
    await cpu.read(request.va, 512)  # <- place


async def cipher_in_place(soc: Soc, fixed: bool) -> None:
    "a cipher works in place, and its scatterlist is mapped TO_DEVICE"
    cpu, aes = soc.cpu(), await Device.attach(soc)
    text = await soc.kernel.kmalloc(1024, "text")
    await cpu.fill(text, 1024, 0x20)
    table = soc.dma.sg_of([(text, 512), (text + 512, 512)])
    direction = BOTH if fixed else TO
    await soc.dma.map_sg(table, direction)  # <- place
    for entry in table.entries:
        await aes.copy(entry.dma_address, entry.dma_address, 512)  # <- place
    await soc.dma.unmap_sg(table, direction)
    await cpu.read(text, 1024)  # <- place


async def wrong_allocation(soc: Soc, fixed: bool) -> None:
    "pages for received data are allocated TO_DEVICE"
    cpu, adc = soc.cpu(), await Device.attach(soc)
    direction = FROM if fixed else TO
    data = await soc.dma.alloc_noncoherent(PAGE_SIZE, direction, "samples")
    await soc.dma.sync_single_for_device(data.dma_handle, PAGE_SIZE, direction)  # <- place
    await adc.receive(data.dma_handle, PAGE_SIZE)  # <- place
    await soc.dma.sync_single_for_cpu(data.dma_handle, PAGE_SIZE, direction)
    await cpu.read(data.cpu_addr, PAGE_SIZE)
    await soc.dma.free_noncoherent(data)


async def fewer_entries(soc: Soc, fixed: bool) -> None:
    "a card reader syncs the first entries of its scatterlist only"
    cpu, card = soc.cpu(), await Device.attach(soc)
    parts = [await soc.kernel.kmalloc(512, f"sector {n}") for n in range(3)]
    table = soc.dma.sg_of([(part, 512) for part in parts])
    await soc.dma.map_sg(table, FROM)
    for entry in table.entries:
        await card.receive(entry.dma_address, 512)
    await soc.dma.sync_sg_for_cpu(table, FROM, 3 if fixed else 2)  # <- place
    await cpu.read(parts[2], 512)  # <- place
    await soc.dma.sync_sg_for_device(table, FROM, 3 if fixed else 2)
    await soc.dma.unmap_sg(table, FROM)


async def unaligned_length(soc: Soc, fixed: bool) -> None:
    "the length is rounded to lines, the address is not: the last line stays dirty"
    cpu, fw, ufs = soc.cpu(), Firmware(soc), await Device.attach(soc)
    line = fw.line
    block = await fw.memory(16 * line, "block")
    start, length = line // 2, 4 * line
    await cpu.fill(block.va + start, length, 0x44)  # <- place
    end = start + length
    last = -(-end // line) * line if fixed else start // line * line + length
    await fw.flush(block.va, last)  # <- place
    await ufs.send(block.pa + start, length)  # <- place


async def wrong_offset(soc: Soc, fixed: bool) -> None:
    "the period that was played is synced for the device, not the one that was filled"
    cpu, i2s = soc.cpu(), await Device.attach(soc)
    ring = await soc.kernel.kmalloc(4096, "periods")
    await cpu.fill(ring, 4096, 0)
    handle = await soc.dma.map_single(ring, 4096, TO, "periods")
    await i2s.send(handle, 1024)
    await soc.dma.sync_single_for_cpu(handle, 4096, TO)
    await cpu.fill(ring + 1024, 1024, 0x11)  # <- place
    await soc.dma.sync_single_for_device(handle + (1024 if fixed else 0), 1024, TO)  # <- place
    await i2s.send(handle + 1024, 1024)  # <- place
    await soc.dma.unmap_single(handle, 4096, TO)


async def shared_info(soc: Soc, fixed: bool) -> None:
    "what the stack keeps behind the data of an skb shares the last line of the frame"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    data = await soc.kernel.kmalloc(2048, "skb data")
    await cpu.fill(data, 2048, 0)
    length = 1536 if fixed else 1544
    handle = await soc.dma.map_single(data, length, FROM, "skb data")  # <- place
    await cpu.str_(data + (1664 if fixed else 1552), 1)  # skb_shared_info  # <- place
    await nic.receive(handle, length)  # <- place
    await soc.dma.unmap_single(handle, length, FROM)  # <- place
    await cpu.read(data, length)  # <- place
    await cpu.ldr(data + (1664 if fixed else 1552))  # <- place


async def sensor_state(soc: Soc, fixed: bool) -> None:
    "the sample buffer of a sensor lies in the driver's state, aligned to the L1's line of another core"
    cpu, fw, spi = soc.cpu(), Firmware(soc), await Device.attach(soc)
    state = await fw.heap(PAGE_SIZE)
    offset = fw.line if fixed else 32
    samples = fw.part(state, offset, fw.line, "samples")
    await fw.flush(samples.va, samples.size)
    await cpu.str_(state.va + 16, 0xB)  # the lock  # <- place
    await spi.receive(samples.pa, samples.size)  # <- place
    await fw.invalidate(samples.va, samples.size)  # <- place
    await cpu.read(samples.va, samples.size)  # <- place
    await cpu.ldr(state.va + 16)  # <- place


async def padded_frame(soc: Soc, fixed: bool) -> None:
    "a short frame is padded when it is already mapped"
    cpu, mac = soc.cpu(), await Device.attach(soc)
    frame = await soc.kernel.kmalloc(64, "frame")
    await cpu.fill(frame, 40, 0xAA)
    if fixed:
        await cpu.fill(frame + 40, 20, 0)
    handle = await soc.dma.map_single(frame, 60, TO, "frame")
    if not fixed:
        await cpu.fill(frame + 40, 20, 0)  # <- place
    await mac.send(handle, 60)
    await soc.dma.unmap_single(handle, 60, TO)


async def reused_buffer(soc: Soc, fixed: bool) -> None:
    "a log buffer is filled again while the UART still sends it"
    cpu, uart = soc.cpu(), await Device.attach(soc)
    log = await soc.kernel.kmalloc(4096, "log")
    await cpu.fill(log, 4096, 1)
    handle = await soc.dma.map_single(log, 4096, TO, "log")
    await uart.start_send(handle, 4096)
    if fixed:
        await uart.wait()
        await soc.dma.sync_single_for_cpu(handle, 4096, TO)
    await cpu.fill(log, 256, 2)  # <- place
    if fixed:
        await soc.dma.sync_single_for_device(handle, 4096, TO)
    else:
        await uart.wait()
    await soc.dma.unmap_single(handle, 4096, TO)


async def header_split(soc: Soc, fixed: bool) -> None:
    "the header of a frame is looked at while its buffer is still mapped both ways"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    buffer = await soc.kernel.kmalloc(2048, "frame")
    handle = await soc.dma.map_single(buffer, 2048, BOTH, "frame")
    await nic.receive(handle, 2048)
    if fixed:
        await soc.dma.sync_single_range_for_cpu(handle, 0, 128, BOTH)
    await cpu.read(buffer, 64)  # <- place
    await soc.dma.unmap_single(handle, 2048, BOTH)


async def twice_synced(soc: Soc, fixed: bool) -> None:
    "a header is edited in the buffer of a FROM_DEVICE mapping that was synced, and it is synced for the CPU again"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    buffer = await soc.kernel.kmalloc(2048, "frame")
    handle = await soc.dma.map_single(buffer, 2048, FROM, "frame")
    await nic.receive(handle, 2048)
    await soc.dma.sync_single_for_cpu(handle, 2048, FROM)
    if fixed:
        await soc.dma.unmap_single(handle, 2048, FROM)
    await cpu.fill(buffer, 64, 0x99)  # <- place
    if not fixed:
        await soc.dma.unmap_single(handle, 2048, FROM)  # <- place
    await cpu.read(buffer, 2048)  # <- place


async def cleared_answer(soc: Soc, fixed: bool) -> None:
    "USB core on ARM: a descriptor buffer is cleared, mapped, and a short one comes"
    cpu, usb = soc.cpu(), await Device.attach(soc)
    buffer = await soc.kernel.kmalloc(256, "descriptor")
    await cpu.fill(buffer, 256, 0)  # <- place
    direction = BOTH if fixed else FROM
    handle = await soc.dma.map_single(buffer, 256, direction, "descriptor")  # <- place
    await usb.receive(handle, 18)
    await soc.dma.unmap_single(handle, 256, direction)
    await cpu.read(buffer, 256)  # <- place


async def tail_of_a_sector(soc: Soc, fixed: bool) -> None:
    "a boot loader rounds the invalidate of a short read up to lines: what stands behind it is lost"
    cpu, fw, nvme = soc.cpu(), Firmware(soc), await Device.attach(soc)
    heap = await fw.heap(PAGE_SIZE)
    line = fw.line
    data = fw.part(heap, 0, 2 * line, "data")
    await fw.flush(data.va, data.size)
    await nvme.receive(data.pa, data.size)
    await cpu.fill(heap.va + 2 * line, line, 0x12)  # <- place
    await fw.invalidate(data.va, data.size if fixed else 3 * line)  # <- place
    await cpu.read(data.va, data.size)
    await cpu.read(heap.va + 2 * line, line)  # <- place


async def edited_again(soc: Soc, fixed: bool) -> None:
    "a command block is taken back, changed, and sent again without sync_for_device"
    cpu, hba = soc.cpu(), await Device.attach(soc)
    block = await soc.kernel.kmalloc(128, "command block")
    await cpu.fill(block, 128, 1)
    handle = await soc.dma.map_single(block, 128, TO, "command block")
    await hba.send(handle, 128)
    await soc.dma.sync_single_for_cpu(handle, 128, TO)
    await cpu.str_(block + 8, 2)  # <- place
    if fixed:
        await soc.dma.sync_single_for_device(handle, 128, TO)
    await hba.send(handle, 128)  # <- place
    await soc.dma.unmap_single(handle, 128, TO)


async def recycled(soc: Soc, fixed: bool) -> None:
    "a receive buffer is edited in place and given back to the ring without sync_for_device"
    cpu, nic = soc.cpu(), await Device.attach(soc)
    buffer = await soc.kernel.kmalloc(2048, "receive buffer")
    handle = await soc.dma.map_single(buffer, 2048, FROM, "receive buffer")
    for n in range(2):
        await nic.receive(handle, 2048)  # <- place
        await soc.dma.sync_single_for_cpu(handle, 2048, FROM)
        await cpu.read(buffer, 64)
        if not n:
            await cpu.str_(buffer + 16, 0x45)  # the TTL  # <- place
            if fixed:
                await soc.dma.sync_single_for_device(handle, 2048, FROM)
    await soc.dma.unmap_single(handle, 2048, FROM)


async def handed_back_first(soc: Soc, fixed: bool) -> None:
    "a driver syncs for the CPU and for the device in one go, and stores then"
    cpu, dev = soc.cpu(), await Device.attach(soc)
    block = await soc.kernel.kmalloc(512, "block")
    await cpu.fill(block, 512, 1)
    handle = await soc.dma.map_single(block, 512, TO, "block")
    await soc.dma.sync_single_for_cpu(handle, 512, TO)
    if fixed:
        await cpu.fill(block, 512, 2)
    await soc.dma.sync_single_for_device(handle, 512, TO)
    if not fixed:
        await cpu.fill(block, 512, 2)  # <- place
    await dev.send(handle, 512)  # <- place
    await soc.dma.unmap_single(handle, 512, TO)


CASES = [
    variation("A103", Code.MISSING_CLEAN, edited_again, profile="cortex-a8", era="v3.5"),
    variation("A104", Code.MISSING_CLEAN, edited_again, profile="cortex-a53"),
    variation("D103", Code.DIRTY_OVER_DMA, recycled, profile="cortex-a15", era="v6.0"),
    variation("H103", Code.CPU_WR_OWNED, handed_back_first, profile="arm1176", era="v2.6.39"),
    variation("A101", Code.MISSING_CLEAN, sdma_context, profile="arm926"),
    variation("A102", Code.MISSING_CLEAN, crypto_key, wrong_fix=True, profile="cortex-a15"),
    variation("I101", Code.CPU_RD_OWNED, second_frame, profile="cortex-a72", era="v6.0"),
    variation("B101", Code.MISSING_INV, memcpy_test, profile="arm926"),
    variation("B102", Code.MISSING_INV, page_pool, wrong_fix=True, profile="cortex-a53"),
    variation("C101", Code.INV_TOO_EARLY, page_pool, wrong_fix=True, profile="cortex-a9-pl310", era="v3.14"),
    variation("C102", Code.INV_TOO_EARLY, early_sync, profile="cortex-a15"),
    variation("D101", Code.DIRTY_OVER_DMA, zeroed_pages, wrong_fix=True, profile="arm926"),
    variation("D102", Code.DIRTY_OVER_DMA, clean_on_completion, profile="cortex-a8"),
    variation("E101", Code.WRONG_DIR, cipher_in_place, profile="arm1176", era="v3.5"),
    variation("E102", Code.WRONG_DIR, wrong_allocation, profile="cortex-a15", era="v6.0"),
    variation("K104", Code.MAP_BALANCE, fewer_entries, profile="cortex-a72"),
    variation("F102", Code.WRONG_RANGE, unaligned_length, profile="cortex-a8"),
    variation("F103", Code.WRONG_RANGE, wrong_offset, profile="cortex-a9-pl310", era="v2.6.39"),
    variation("G101", Code.SHARED_LINE, shared_info, profile="cortex-a8", era="v3.5"),
    variation("G102", Code.SHARED_LINE, sensor_state, profile="cortex-a53"),
    variation("H101", Code.CPU_WR_OWNED, padded_frame, profile="arm926", era="v2.6.39"),
    variation("H102", Code.CPU_WR_OWNED, reused_buffer, profile="cortex-a15", era="v3.14"),
    variation("I102", Code.CPU_RD_OWNED, header_split, profile="arm1176", era="v3.5"),
    variation("Z101", Code.LOST_CPU_DATA, twice_synced, profile="cortex-a9-pl310", era="v3.14"),
    variation("Z102", Code.LOST_CPU_DATA, cleared_answer, profile="cortex-a8", era="v6.19"),
    variation("Z103", Code.LOST_CPU_DATA, tail_of_a_sector, profile="cortex-a53"),
]
