# SPDX-License-Identifier: Apache-2.0
"""Mistakes of drivers with the younger calls of the DMA API, with scatterlists, long-lived mappings, and rings that are polled."""

from __future__ import annotations

from builders import (
    BOTH,
    BOUNCE,
    ENTRY,
    FROM,
    SNOOPS,
    ST,
    TO,
    hand_over,
    polled,
    receive_into,
    ring_of,
    send_from,
    variation,
)

from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.device.attributes import COHERENT, NONCOHERENT
from dmasan.device.descriptor import CTRL_SIZE
from dmasan.linux.layout import PAGE_SIZE
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc


async def unbracketed_access(soc: Soc, fixed: bool) -> None:
    "dma-buf: user space reads a captured frame by mmap without DMA_BUF_IOCTL_SYNC, while the importer's mapping lives on"
    cpu, camera = soc.cpu(), await Device.attach(soc)
    planes = [await soc.kernel.kmalloc(PAGE_SIZE, "luma"), await soc.kernel.kmalloc(2048, "chroma")]
    table = soc.dma.sg_of([(planes[0], PAGE_SIZE), (planes[1], 2048)])
    await soc.dma.map_sgtable(table, FROM, "frame")
    for segment in table.entries[:table.nents]:
        await camera.receive(segment.dma_address, segment.dma_length)
    if fixed:
        await soc.dma.sync_sgtable_for_cpu(table, FROM)
    await cpu.read(planes[1], 2048)  # <- place
    if fixed:
        await soc.dma.sync_sgtable_for_device(table, FROM)
    await soc.dma.unmap_sgtable(table, FROM)


async def command_not_synced(soc: Soc, fixed: bool) -> None:
    "an NVMe-like command in dma_alloc_noncoherent memory is started without sync_single_for_device"
    cpu, host = soc.cpu(), await Device.attach(soc)
    command = await soc.dma.alloc_noncoherent(256, TO, "command")
    await cpu.fill(command.cpu_addr, 256, 0x19)  # <- place
    if fixed:
        await soc.dma.sync_single_for_device(command.dma_handle, 256, TO)
    await host.send(command.dma_handle, 256)  # <- place
    await soc.dma.free_noncoherent(command)


async def freed_with_the_rest(soc: Soc, fixed: bool) -> None:
    "a managed buffer is freed by hand in remove, and again when the driver is unbound"
    ring = await soc.dma.managed.alloc_coherent(PAGE_SIZE, "ring")
    await soc.cpu().fill(ring.cpu_addr, 64, 0)
    if not fixed:
        await soc.dma.free_coherent(ring)  # <- place
    await soc.dma.managed.release_all()  # <- place


async def full_duplex(soc: Soc, fixed: bool) -> None:
    "SPI: the bytes to send and those that come lie in one line of the driver's state; the next ones are prepared meanwhile"
    cpu, spi = soc.cpu(), await Device.attach(soc)
    line = soc.machine.profile.l1.line
    state = await soc.kernel.kmalloc(4 * line, "state")
    got, out = state, state + (2 * line if fixed else 8)
    await cpu.fill(state, 4 * line, 0)
    handle = await soc.dma.map_single(got, 8, FROM, "got")
    await spi.start_receive(handle, 8)  # <- place
    await cpu.fill(out, 8, 0x55)  # <- place
    await spi.wait()
    await soc.dma.unmap_single(handle, 8, FROM)  # <- place
    await cpu.read(got, 8)
    await cpu.read(out, 8)  # <- place


async def two_to_a_line(soc: Soc, fixed: bool) -> None:
    "a boot loader's NAND controller: short descriptors, two to a line, are flushed one by one in a running ring"
    cpu, fw, nand = soc.cpu(), Firmware(soc), await Device.attach(soc)
    frames = await fw.memory(512, "pages")
    await fw.flush(frames.va, 512)
    table = await fw.memory(PAGE_SIZE, "descriptors")
    await cpu.fill(table.va, PAGE_SIZE, 0)
    await fw.flush(table.va, PAGE_SIZE)
    await nand.use_ring(table.pa, 4, stride=2)
    for n in range(2):
        await cpu.write(table.va + 32 * n, receive_into(frames.pa + 256 * n, 256).encode_short())  # <- place
        await fw.flush(table.va + 32 * n, 32)  # <- place
        await nand.ring_doorbell(n + 1)  # <- place
        if fixed:
            await nand.completed(n + 1)
            await fw.invalidate(table.va, 64)
    await nand.completed(2)
    await fw.invalidate(table.va, 64)
    await cpu.ldr(table.va)  # <- place
    await cpu.ldr(table.va + 32)  # <- place
    await nand.halt()


async def no_snoop_writes(soc: Soc, fixed: bool) -> None:
    "PCIe: a device that is dma-coherent sets No Snoop in the requests that write"
    cpu, nic = soc.cpu(), await Device.attach(soc, snoop=COHERENT)
    soc.dma.device.coherent = True
    if not fixed:
        await nic.attributes(COHERENT, NONCOHERENT, COHERENT)
    buffer = await soc.kernel.kmalloc(1024, "frame")
    await cpu.fill(buffer, 1024, 0)  # <- place
    handle = await soc.dma.map_single(buffer, 1024, FROM, "frame")
    await nic.receive(handle, 1024)  # <- place
    await soc.dma.unmap_single(handle, 1024, FROM)
    await cpu.read(buffer, 1024)  # <- place


async def longest_frame(soc: Soc, fixed: bool) -> None:
    "the MAC accepts frames with a VLAN tag and its own padding; the buffer was made for the longest frame without"
    cpu, mac = soc.cpu(), await Device.attach(soc)
    skb = await soc.kernel.kmalloc(2048, "skb")
    length = 1600 if fixed else 1536
    handle = await soc.dma.map_single(skb, length, FROM, "skb")
    await mac.receive(handle, 1600)  # <- place
    await soc.dma.unmap_single(handle, length, FROM)
    await cpu.read(skb, 1536)


async def header_only(soc: Soc, fixed: bool) -> None:
    "behind swiotlb a driver syncs a frame's header, and reads the whole frame"
    cpu, mac = soc.cpu(), await Device.attach(soc)
    frame = await soc.kernel.kmalloc(1024, "frame")
    await cpu.fill(frame, 1024, 0)
    handle = await soc.dma.map_single(frame, 1024, BOTH, "frame")
    await mac.receive(handle, 1024)
    await soc.dma.sync_single_for_cpu(handle, 1024 if fixed else 64, BOTH)  # <- place
    await cpu.read(frame, 1024)  # <- place
    await soc.dma.unmap_single(handle, 1024, BOTH)


async def read_as_write(soc: Soc, fixed: bool) -> None:
    "a block driver maps the scatterlist of every request for writing to the disk"
    cpu, disk = soc.cpu(), await Device.attach(soc)
    first, second = await soc.kernel.kmalloc(512, "sector"), await soc.kernel.kmalloc(1024, "sectors")
    table = soc.dma.sg_of([(first, 512), (second, 1024)])
    way = FROM if fixed else TO
    await soc.dma.map_sg(table, way, name="request")  # <- place
    for segment in table.entries[:table.nents]:
        await disk.receive(segment.dma_address, segment.dma_length)  # <- place
    await soc.dma.unmap_sg(table, way)
    await cpu.read(first, 512)  # <- place
    await cpu.read(second, 1024)  # <- place


async def last_slot(soc: Soc, fixed: bool) -> None:
    "an audio buffer that is mapped for good: the period before the one that has come is synced"
    cpu, i2s = soc.cpu(), await Device.attach(soc)
    samples = await soc.kernel.kmalloc(2048, "samples")
    handle = await soc.dma.map_single(samples, 2048, FROM, "samples")
    for period in range(3):
        await i2s.receive(handle + 512 * period, 512)
        told = period if fixed else max(period - 1, 0)
        await soc.dma.sync_single_range_for_cpu(handle, 512 * told, 512, FROM)  # <- place
        await cpu.read(samples + 512 * period, 512)  # <- place
        await soc.dma.sync_single_range_for_device(handle, 512 * told, 512, FROM)
    await soc.dma.unmap_single(handle, 2048, FROM)


async def status_before_data(soc: Soc, fixed: bool) -> None:
    "the status of a descriptor turns while the frame is still on the bus, and a driver that polls it unmaps"
    cpu, mac = soc.cpu(), await Device.attach(soc)
    skb = await soc.kernel.kmalloc(1024, "skb")
    ring = await ring_of(soc, mac, early=not fixed)
    handle = await soc.dma.map_single(skb, 1024, FROM, "skb")
    await hand_over(soc, ring, 0, receive_into(handle, 1024))
    await mac.ring_doorbell(1)  # <- place
    await polled(soc, ring)
    await soc.io.dma_rmb()
    await soc.dma.unmap_single(handle, 1024, FROM)  # <- place
    await cpu.read(skb, 1024)  # <- place
    await mac.halt()


async def reply_in_place(soc: Soc, fixed: bool) -> None:
    "a mailbox that both write: the reply is stored behind the sync for the CPU, and the buffer unmapped for good"
    cpu, peer = soc.cpu(), await Device.attach(soc)
    box = await soc.kernel.kmalloc(256, "mailbox")
    await cpu.fill(box, 256, 1)
    handle = await soc.dma.map_single(box, 256, BOTH, "mailbox")
    await peer.receive(handle, 256)
    await soc.dma.sync_single_for_cpu(handle, 256, BOTH)
    if not fixed:
        await cpu.fill(box, 64, 2)  # <- place
    await soc.dma.unmap_single(handle, 256, BOTH)  # <- place
    if fixed:
        await cpu.fill(box, 64, 2)
    await cpu.read(box, 64)  # <- place


async def interface_down(soc: Soc, fixed: bool) -> None:
    "ifdown gives the receive buffers back while the ring still has them; the MAC is stopped last"
    mac = await Device.attach(soc)
    ring = await ring_of(soc, mac)
    frames = [await soc.kernel.kmalloc(2048, f"buffer {n}") for n in range(2)]
    handles = [await soc.dma.map_single(each, 2048, FROM, "receive buffer") for each in frames]
    for n, handle in enumerate(handles):
        await hand_over(soc, ring, n, receive_into(handle, 2048))
    await mac.ring_doorbell(2)
    if fixed:
        await mac.halt()
    for handle in handles:
        await soc.dma.unmap_single(handle, 2048, FROM)  # <- place
    if not fixed:
        await mac.halt()
    await soc.dma.free_coherent(ring)


async def polled_without_barrier(soc: Soc, fixed: bool) -> None:
    "a controller that polls its ring: nothing orders a transmit descriptor's words before the one that gives it away"
    cpu, gem = soc.cpu(), await Device.attach(soc)
    frame = await soc.dma.alloc_coherent(256, "frame")
    ring = await soc.dma.alloc_coherent(4 * ENTRY, "transmit ring")
    soc.dma.ownership_words(ring, 0, ENTRY, 4)
    await gem.use_ring(ring.dma_handle, 4)
    for n in range(2):
        entry, at = send_from(frame.dma_handle, 256), ring.cpu_addr + n * ENTRY
        await cpu.fill(frame.cpu_addr, 256, n)  # <- place
        await cpu.write(at + CTRL_SIZE, entry.encode()[CTRL_SIZE:])  # <- place
        if fixed:
            await soc.io.dma_wmb()
        await cpu.str_(at, entry.ctrl)  # <- place
        await gem.wait()
        await cpu.ldr(at + ST)
    await gem.halt()
    await soc.dma.free_coherent(ring)
    await soc.dma.free_coherent(frame)


async def outer_first(soc: Soc, fixed: bool) -> None:
    "a board's own cache routine cleans the outer cache, then the inner one"
    cpu, fw, lcd = soc.cpu(), Firmware(soc), await Device.attach(soc)
    frame = await fw.memory(1024, "frame")
    await cpu.fill(frame.va, 1024, 0x77)  # <- place
    if fixed:
        await fw.clean(frame.va, 1024)
    else:
        await cpu.outer_clean(frame.pa, 1024)  # <- place
        await cpu.outer_sync()
        await cpu.dccmvac(frame.va, 1024)  # <- place
        await cpu.dsb()
    await lcd.send(frame.pa, 1024)  # <- place


async def read_when_half_done(soc: Soc, fixed: bool) -> None:
    "a dmaengine client reads the residue, and takes what has come so far out of a mapping that it never synced"
    cpu, uart = soc.cpu(), await Device.attach(soc)
    fifo = await soc.kernel.kmalloc(PAGE_SIZE, "receive buffer")
    handle = await soc.dma.map_single(fifo, PAGE_SIZE, FROM, "receive buffer")
    await uart.receive(handle, 512)
    if fixed:
        await soc.dma.sync_single_for_cpu(handle, 512, FROM)
    await cpu.read(fifo, 512)  # <- place
    if fixed:
        await soc.dma.sync_single_for_device(handle, 512, FROM)
    await uart.receive(handle + 512, 512)
    await soc.dma.unmap_single(handle, PAGE_SIZE, FROM)


async def synced_when_gone(soc: Soc, fixed: bool) -> None:
    "a completion handler syncs the frame for the CPU when the unmap has come already"
    cpu, mac = soc.cpu(), await Device.attach(soc)
    frame = await soc.kernel.kmalloc(1024, "frame")
    handle = await soc.dma.map_single(frame, 1024, FROM, "frame")
    await mac.receive(handle, 1024)
    if fixed:
        await soc.dma.sync_single_for_cpu(handle, 1024, FROM)
    await soc.dma.unmap_single(handle, 1024, FROM)  # <- place
    if not fixed:
        await soc.dma.sync_single_for_cpu(handle, 1024, FROM)  # <- place
    await cpu.read(frame, 1024)


async def mapped_ring(soc: Soc, fixed: bool) -> None:
    "a ring in streaming memory: the CPU clears the status of one descriptor while the device writes that of the one beside it"
    cpu, mac = soc.cpu(), await Device.attach(soc)
    frames = await soc.dma.alloc_coherent(512, "frames")
    table = await soc.kernel.kmalloc(PAGE_SIZE, "ring")
    await cpu.fill(table, PAGE_SIZE, 0)
    handle = await soc.dma.map_single(table, PAGE_SIZE, BOTH, "ring")
    await mac.use_ring(handle, 4, stride=2)
    await soc.dma.sync_single_for_cpu(handle, 64, BOTH)
    for n in range(2):
        await cpu.write(table + 32 * n, receive_into(frames.dma_handle + 256 * n, 256).encode_short())  # <- place
    await soc.dma.sync_single_for_device(handle, 64, BOTH)  # <- place
    await mac.ring_doorbell(2)  # <- place
    await mac.completed(2 if fixed else 1)  # <- place
    await soc.dma.sync_single_range_for_cpu(handle, 0, 32, BOTH)  # <- place
    await cpu.str_(table, 0)  # <- place
    await soc.dma.sync_single_range_for_device(handle, 0, 32, BOTH)  # <- place
    await mac.completed(2)
    await soc.dma.sync_single_range_for_cpu(handle, 32, 32, BOTH)  # <- place
    await cpu.ldr(table + 32)  # <- place
    await mac.halt()
    await soc.dma.unmap_single(handle, PAGE_SIZE, BOTH)


async def size_of_pointer(soc: Soc, fixed: bool) -> None:
    "sizeof(buf), where buf is a pointer: four bytes of the message are handed over"
    cpu, i2c = soc.cpu(), await Device.attach(soc)
    message = await soc.kernel.kmalloc(256, "message")
    await cpu.fill(message, 256, 0)
    handle = await soc.dma.map_single(message, 256, TO, "message")
    for n in range(2):
        await soc.dma.sync_single_for_cpu(handle, 256, TO)
        await cpu.fill(message, 256, n)  # <- place
        await soc.dma.sync_single_for_device(handle, 256 if fixed else 4, TO)  # <- place
        await i2c.send(handle, 256)  # <- place
    await soc.dma.unmap_single(handle, 256, TO)


async def patched_header(soc: Soc, fixed: bool) -> None:
    "IPsec: the sequence number is put into the header when the crypto engine has the packet already"
    cpu, engine = soc.cpu(), await Device.attach(soc)
    packet = await soc.kernel.kmalloc(512, "packet")
    await cpu.fill(packet, 512, 4)
    if fixed:
        await cpu.str_(packet + 4, 77)
    handle = await soc.dma.map_single(packet, 512, BOTH, "packet")
    if not fixed:
        await cpu.str_(packet + 4, 77)  # <- place
    await engine.copy(handle, handle, 512)  # <- place
    await soc.dma.unmap_single(handle, 512, BOTH)
    await cpu.read(packet, 512)


CASES = [
    variation("I131", Code.CPU_RD_OWNED, unbracketed_access, profile="cortex-a15", era="v6.0"),
    variation("I132", Code.CPU_RD_OWNED, read_when_half_done, profile="cortex-a8", era="v3.5"),
    variation("A131", Code.MISSING_CLEAN, command_not_synced, profile="cortex-a72"),
    variation("K131", Code.MAP_BALANCE, freed_with_the_rest, profile="cortex-a15", era="v3.14"),
    variation("G131", Code.SHARED_LINE, full_duplex, profile="arm926", era="v2.6.39"),
    variation("G132", Code.SHARED_LINE, full_duplex, profile="cortex-a72", era="v6.19"),
    variation("P131", Code.RING_CACHED, two_to_a_line, profile="cortex-a53"),
    variation("U131", Code.COH_CFG, no_snoop_writes, profile="cortex-a72", policy="coherent", knobs=SNOOPS),
    variation("V131", Code.DMA_ADDR, longest_frame, profile="arm1176", era="v3.5"),
    variation("W131", Code.BOUNCE_SYNC, header_only, profile="cortex-a53", policy="bounce", era="v6.0", knobs=BOUNCE),
    variation("E131", Code.WRONG_DIR, read_as_write, profile="arm926", era="v2.6.39"),
    variation("F131", Code.WRONG_RANGE, last_slot, profile="cortex-a8", era="v3.14"),
    variation("Y131", Code.DEV_ORDER, status_before_data, profile="cortex-a15"),
    variation("Z131", Code.LOST_CPU_DATA, reply_in_place, profile="cortex-a9-pl310", era="v3.14"),
    variation("Z132", Code.LOST_CPU_DATA, reply_in_place, profile="cortex-a53", era="v6.19"),
    variation("J131", Code.DEV_UNMAPPED, interface_down, profile="cortex-a53", era="v6.0"),
    variation("N131", Code.NO_WMB, polled_without_barrier, profile="cortex-a72", knobs={"ring_poll": 64}),
    variation("Q131", Code.OUTER_MAINT, outer_first, profile="cortex-a9-pl310"),
    variation("K132", Code.MAP_BALANCE, synced_when_gone, profile="cortex-a8", era="v3.5"),
    variation("P132", Code.RING_CACHED, mapped_ring, profile="cortex-a72"),
    variation("F134", Code.WRONG_RANGE, size_of_pointer, profile="cortex-a15", era="v6.0"),
    variation("H131", Code.CPU_WR_OWNED, patched_header, profile="cortex-a53"),
]
