# SPDX-License-Identifier: Apache-2.0
"""P: a descriptor ring in cacheable memory, where agents or descriptors share lines."""

from __future__ import annotations

from dataclasses import replace

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.device.descriptor import Descriptor
from dmasan.device.registers import Op, Stride
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

SHORT = 32  # bytes of a short descriptor: two in a line of 64
FRAME = 1024
JUMBO = 32 << 10  # a frame that is long on the wire


def short(target: int, length: int) -> bytes:
    return Descriptor(Op.FILL, 0, target, length, irq=True).encode_short()[:SHORT]


async def p1(soc: Soc, fixed: bool) -> None:
    """Receive descriptors, several in a line, given back one by one."""
    cpu, firmware, macb = soc.cpu(), Firmware(soc), await Device.attach(soc)
    ring = await firmware.memory(4 * SHORT, "receive descriptors")
    frames = await firmware.memory(FRAME + JUMBO, "frames")
    await firmware.flush(frames.va, frames.size)
    await cpu.fill(ring.va, ring.size, 0)
    await cpu.write(ring.va, short(frames.pa, FRAME))
    await cpu.write(ring.va + SHORT, short(frames.pa + FRAME, JUMBO))
    await firmware.flush(ring.va, ring.size)
    await macb.use_ring(ring.pa, 4, stride=Stride.SHORT_32)
    await macb.ring_doorbell(2)  # <- place
    await macb.wait()
    if fixed:
        await macb.completed(2)  # a whole line of descriptors at once
    await firmware.invalidate(ring.va, SHORT)
    await cpu.ldr(ring.va)  # <- place
    await cpu.str_(ring.va, 0)  # <- place
    # The clean writes the line back: with it the next descriptor as it was before the hardware completed it.
    await firmware.flush(ring.va, SHORT)  # <- place
    await macb.completed(2)


async def p2(soc: Soc, fixed: bool) -> None:
    """The end-of-list bit of a descriptor is cleared while the device writes its status."""
    cpu, firmware, e100 = soc.cpu(), Firmware(soc), await Device.attach(soc)
    ring = await firmware.memory(4 * 64, "receive frame descriptors")
    frame = await firmware.memory(FRAME, "frame")
    await firmware.flush(frame.va, FRAME)
    last = Descriptor(Op.FILL, 0, frame.pa, FRAME, irq=True)
    await cpu.fill(ring.va, ring.size, 0)
    await cpu.write(ring.va, last.encode())
    await firmware.flush(ring.va, ring.size)
    firmware.ownership_words(ring, 0, 64, 4)
    firmware.ownership_words(ring, 48, 64, 4)
    await e100.use_ring(ring.pa, 4)
    await e100.ring_doorbell(1)  # <- place
    if fixed:
        # In the new protocol the hardware is through with a descriptor when the CPU edits it.
        await e100.wait()
        await firmware.invalidate(ring.va, 64)
    await cpu.str_(ring.va, replace(last, last=True).ctrl)  # <- place
    await firmware.flush(ring.va, 64)  # <- place
    if not fixed:
        await e100.wait()
    await firmware.invalidate(ring.va, 64)
    await cpu.ldr(ring.va + 48)  # <- place


async def p4(soc: Soc, fixed: bool) -> None:
    """Maintenance of each descriptor by itself hits the one beside it."""
    cpu, firmware, axi = soc.cpu(), Firmware(soc), await Device.attach(soc)
    frames = await firmware.memory(JUMBO + FRAME, "frames")
    await firmware.flush(frames.va, frames.size)
    if fixed:
        space = await soc.dma.alloc_coherent(4 * SHORT, "descriptor space")
        va, pa = space.cpu_addr, space.dma_handle
    else:
        cached = await firmware.memory(4 * SHORT, "descriptor space")
        va, pa = cached.va, cached.pa
        await cpu.fill(va, cached.size, 0)
        await firmware.flush(va, cached.size)
    await axi.use_ring(pa, 4, stride=Stride.SHORT_32)
    await cpu.write(va, short(frames.pa, JUMBO))
    if not fixed:
        await firmware.flush(va, SHORT)
    await axi.ring_doorbell(1)  # <- place
    await cpu.write(va + SHORT, short(frames.pa + JUMBO, FRAME))  # <- place
    if not fixed:
        await firmware.flush(va + SHORT, SHORT)  # <- place
    await axi.wait()
    if not fixed:
        await firmware.invalidate(va, SHORT)  # <- place
    await cpu.ldr(va)  # <- place
    await axi.ring_doorbell(2)
    await axi.wait()


CASES = (
    Case(
        "P1",
        Code.RING_CACHED,
        "u-boot d1559435d7f 'net: macb: Fix race caused by flushing unwanted descriptors'",
        "Four receive descriptors share a line. The driver frees one and flushes the line, and so writes the others back "
        "as they were before the hardware completed them: packets are lost, the ring is stuck.",
        pair(p1),
        profile="cortex-a53",
        nearest="Zynq, 8-byte descriptors in lines of 32: here 32-byte ones in lines of 64",
    ),
    Case(
        "P2",
        Code.RING_CACHED,
        "linux 7734f6e6bcd 'Fix e100 on systems that have cache incoherent DMA'",
        "The descriptor is the head of its receive buffer, one line. The CPU clears its end-of-list bit while the device "
        "writes status and count: one of the two is lost. The cure was a protocol in which the device never writes the "
        "line that the CPU edits.",
        pair(p2),
        profile="cortex-a53",
        nearest="IXP4xx, an XScale: here any machine with a line as long as the descriptor",
    ),
    Case(
        "P4",
        Code.RING_CACHED,
        "embeddedsw f86c8dac18 'lwip211: Make the BD space non-cacheable on all processors for PL ethernet'",
        "Flush and invalidate of a descriptor hit the ones beside it, and 'can corrupt BD data'. The descriptor space is "
        "non-cacheable since.",
        pair(p4),
        profile="cortex-a53",
    ),
)
