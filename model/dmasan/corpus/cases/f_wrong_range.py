# SPDX-License-Identifier: Apache-2.0
"""F: maintenance or a sync with the wrong address, offset or length."""

from __future__ import annotations

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.events import Direction
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

PAGE = 4096
PACKET = 64
FRAME = 1024


async def f1(soc: Soc, fixed: bool) -> None:
    """A read from the disk, in blocks, with a pointer that moves on."""
    cpu, firmware, nvme = soc.cpu(), Firmware(soc), await Device.attach(soc)
    buffer = await firmware.memory(2 * PAGE, "read buffer")
    await firmware.flush(buffer.va, buffer.size)
    pointer = buffer.va
    for block in range(2):
        await nvme.receive(buffer.pa + block * PAGE, PAGE)
        pointer += PAGE
    # The loop has moved the pointer behind the buffer.
    start = buffer.va if fixed else pointer
    await firmware.invalidate(start, buffer.size)  # <- place
    await cpu.read(buffer.va, buffer.size)  # <- place


async def f2(soc: Soc, fixed: bool) -> None:
    """A control transfer: the buffer pointer is moved when the chunk is armed."""
    cpu, firmware, dwc2 = soc.cpu(), Firmware(soc), await Device.attach(soc)
    heap = await firmware.heap(PAGE)
    packet = firmware.part(heap, 0, PACKET, "setup packet")
    await cpu.read(packet.va, PACKET)
    await dwc2.start_receive(packet.pa, PACKET)
    pointer = packet.va + PACKET
    await dwc2.wait()
    await cpu.str_(heap.va + PACKET, 0x2000_1234)  # <- place
    # One packet too far: the data stays stale, and the variable behind it is thrown away.
    start = packet.va if fixed else pointer
    await firmware.invalidate(start, PACKET)  # <- place
    await cpu.read(packet.va, PACKET)  # <- place
    await cpu.ldr(heap.va + PACKET)  # <- place


async def f3(soc: Soc, fixed: bool) -> None:
    """A request list at an address that is no multiple of the line."""
    cpu, firmware, ufs = soc.cpu(), Firmware(soc), await Device.attach(soc)
    heap = await firmware.heap(PAGE)
    line = firmware.line
    request = firmware.part(heap, line // 2, 2 * line, "request")
    await cpu.write(request.va, bytes(range(2 * line)))  # <- place
    # A length rounded up from an address that is not rounded down: the last line is left out.
    start = request.va & -line
    end = request.va + request.size if fixed else start + request.size
    await firmware.flush(start, end - start)  # <- place
    await ufs.send(request.pa, request.size)  # <- place


async def f4(soc: Soc, fixed: bool) -> None:
    """A descriptor table in a streaming mapping; entries are synced one by one."""
    cpu, nic = soc.cpu(), await Device.attach(soc)
    entry, index = 64, 5
    table = await soc.kernel.kmalloc(PAGE, "descriptor table")
    await cpu.fill(table, PAGE, 0)
    handle = await soc.dma.map_single(table, PAGE, Direction.BIDIRECTIONAL, "descriptor table")
    await soc.dma.sync_single_for_cpu(handle, PAGE, Direction.BIDIRECTIONAL)
    await cpu.fill(table + index * entry, entry, 0x11)  # <- place
    size = entry if fixed else 4  # sizeof(*dp), sizeof(dp)
    await soc.dma.sync_single_range_for_device(
        handle, index * size, entry, Direction.BIDIRECTIONAL
    )  # <- place
    await nic.send(handle + index * entry, entry)  # <- place
    await soc.dma.unmap_single(handle, PAGE, Direction.BIDIRECTIONAL)
    await soc.kernel.kfree(table)


async def f6(soc: Soc, fixed: bool) -> None:
    """A frame buffer is cleared and flushed, but not the one that was cleared."""
    cpu, firmware, vdma = soc.cpu(), Firmware(soc), await Device.attach(soc)
    read_frame = await firmware.memory(FRAME, "read frame")
    write_frame = await firmware.memory(FRAME, "write frame")
    await cpu.fill(write_frame.va, FRAME, 0)  # <- place
    await firmware.flush(write_frame.va if fixed else read_frame.va, FRAME)  # <- place
    await vdma.receive(write_frame.pa, FRAME)  # <- place
    await firmware.invalidate(write_frame.va, FRAME)
    await cpu.read(write_frame.va, FRAME)  # <- place


CASES = (
    Case(
        "F1",
        Code.WRONG_RANGE,
        "u-boot 30ac0b496b8 'nvme: invalidate correct memory range after read', 29c40bb2a13",
        "The loop over the blocks increments the pointer that is invalidated afterwards: memory behind the buffer is "
        "invalidated, the buffer is not.",
        pair(f1),
        profile="cortex-a53",
    ),
    Case(
        "F2",
        Code.WRONG_RANGE,
        "hathach/tinyusb 59f02a1c4 'dwc2: fix EP0 OUT dcache invalidate range'",
        "The transfer's pointer is moved on when a chunk is armed, and the completion invalidates from there. The packet "
        "stays stale, and the variable behind it loses its dirty line: a wild pointer, and a panic in memcpy.",
        pair(f2),
        profile="cortex-a8",
        nearest="ESP32-P4, a RISC-V with a write-back cache: here the Cortex-A8",
    ),
    Case(
        "F3",
        Code.WRONG_RANGE,
        "u-boot c64d22b57d8 'ufs: fix dcache flush and invalidate range calculation', 73ab8196886 (dwc3)",
        "The length is rounded up, the address rounded down: what begins in the middle of a line ends one line later than "
        "the flush does. Commands fail, writes are corrupted.",
        pair(f3),
        profile="cortex-a53",
    ),
    Case(
        "F4",
        Code.WRONG_RANGE,
        "linux 5d4d9e8ad6c 'b44: Fix sizes passed to b44_sync_dma_desc_for_{device,cpu}()'",
        "The offset of a descriptor is its index times the size of a pointer to it: another one is synced.",
        pair(f4),
        profile="cortex-a53",
        nearest="BCM47xx, a MIPS: here any non-coherent machine",
    ),
    Case(
        "F6",
        Code.WRONG_RANGE,
        "embeddedsw a9c0793bc6 'axivdma: Fix axivdma interrupt example data comparison failure'",
        "The write frame is cleared, the read frame is flushed. The dirty zeros are evicted over the picture, when "
        "the compiler's optimisation makes the loop fast enough.",
        pair(f6),
    ),
)
