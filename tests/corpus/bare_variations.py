# SPDX-License-Identifier: Apache-2.0
"""Mistakes of programs without operating system: variables as a linker lays them out, and the libraries' own cache calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from builders import ST, receive_into

from dmasan.baremetal.cmsis import Cmsis
from dmasan.baremetal.uboot import UBoot
from dmasan.baremetal.xilinx import Xilinx
from dmasan.corpus.device import Device
from dmasan.events import MemoryType
from dmasan.sanitizer.codes import Code
from dmasan.soc.bare import BareSoc, StaticBuffer

MIB = 1 << 20


@dataclass(frozen=True)
class Bare:
    """A program with a parameter `fixed`, on a machine without operating system."""

    id: str
    code: Code
    program: Callable[..., Awaitable[None]]
    profile: str = "cortex-m7"
    type: MemoryType = MemoryType.WB


async def attached(soc: BareSoc) -> Device:
    return await Device.attach(soc)  # type: ignore[arg-type]


async def adc_buffer(soc: BareSoc, fixed: bool) -> None:
    "STM32H7: the ADC's buffer is read in the half-transfer interrupt without an invalidate"
    cpu, cmsis, adc = soc.cpu(), Cmsis(soc.cpu()), await attached(soc)
    samples = soc.memory.array(256, "samples", align=32)
    await cpu.read(samples, 256)  # <- place
    await adc.receive(samples, 128)
    if fixed:
        await cmsis.invalidate_dcache_by_addr(samples, 128)
    await cpu.read(samples, 128)  # <- place


async def uart_string(soc: BareSoc, fixed: bool) -> None:
    "a string is formatted into a static buffer and sent"
    cpu, cmsis, uart = soc.cpu(), Cmsis(soc.cpu()), await attached(soc)
    line = soc.memory.array(128, "line", align=32)
    await cpu.fill(line, 100, 0x41)  # <- place
    if fixed:
        await cmsis.clean_dcache_by_addr(line, 128)
    await uart.send(line, 100)  # <- place


async def old_library(soc: BareSoc, fixed: bool) -> None:
    "the CMSIS of then rounds the address down and keeps the size: the last line is not cleaned"
    cpu, uart = soc.cpu(), await attached(soc)
    text = soc.memory.array(256, "text", align=32)
    await cpu.fill(text + 16, 128, 0x42)  # <- place
    await Cmsis(cpu, old=not fixed).clean_dcache_by_addr(text + 16, 128)  # <- place
    await uart.send(text + 16, 128)  # <- place


async def packed_receive(soc: BareSoc, fixed: bool) -> None:
    "a receive buffer and a counter are neighbours in .bss; the invalidate throws the counter away"
    cpu, cmsis, spi = soc.cpu(), Cmsis(soc.cpu()), await attached(soc)
    rx = soc.memory.array(64 if fixed else 72, "rx", align=32)
    counter = soc.memory.array(4, "counter", align=32 if fixed else 4)
    await cmsis.clean_invalidate_dcache_by_addr(rx, 96)
    await spi.start_receive(rx, 64 if fixed else 72)  # <- place
    await cpu.str_(counter, 7)  # <- place
    await spi.wait()
    await cmsis.invalidate_dcache_by_addr(rx, 64 if fixed else 72)  # <- place
    await cpu.read(rx, 64)  # <- place
    await cpu.ldr(counter)  # <- place


async def zeroed_bss(soc: BareSoc, fixed: bool) -> None:
    "start-up code has cleared .bss; a capture goes into it, and is invalidated behind"
    cpu, cmsis, camera = soc.cpu(), Cmsis(soc.cpu()), await attached(soc)
    frame = soc.memory.array(1024, "frame", align=32)
    await cpu.fill(frame, 1024, 0)  # <- place
    if fixed:
        await cmsis.clean_invalidate_dcache_by_addr(frame, 1024)
    await camera.receive(frame, 1024)  # <- place
    await cmsis.invalidate_dcache_by_addr(frame, 1024)  # <- place
    await cpu.read(frame, 1024)  # <- place


async def length_for_end(soc: BareSoc, fixed: bool) -> None:
    "U-Boot: flush_dcache_range() wants an end, and is given a length"
    cpu, uboot, ide = soc.cpu(), UBoot(soc.cpu()), await attached(soc)
    block = soc.memory.array(512, "block", align=64)
    await cpu.fill(block, 512, 0x55)  # <- place
    await uboot.flush_dcache_range(block, block + 512 if fixed else block + 64)  # <- place
    await ide.send(block, 512)  # <- place


async def refused_invalidate(soc: BareSoc, fixed: bool) -> None:
    "U-Boot on ARMv7 refuses to invalidate a range that is not aligned: nothing is done"
    cpu, uboot, eth = soc.cpu(), UBoot(soc.cpu()), await attached(soc)
    packet = soc.memory.array(1536, "packet", align=64)
    await uboot.flush_dcache_range(packet, packet + 1536)
    await cpu.read(packet, 60)  # <- place
    await eth.receive(packet, 60)
    await uboot.invalidate_dcache_range(packet, packet + (64 if fixed else 60))
    await cpu.read(packet, 60)  # <- place


async def flushes_for_invalidate(soc: BareSoc, fixed: bool) -> None:
    "Xilinx' invalidate of a Cortex-A53 is a flush: what was dirty goes over the frame"
    cpu, xil, gem = soc.cpu(), Xilinx(soc.cpu()), await attached(soc)
    frame = soc.memory.array(1024, "frame", align=64)
    await cpu.fill(frame, 64, 0x11)  # the stack edits the header in place  # <- place
    if fixed:
        await xil.dcache_flush_range(frame, 1024)
    await gem.receive(frame, 1024)  # <- place
    await xil.dcache_invalidate_range(frame, 1024)  # <- place
    await cpu.read(frame, 1024)  # <- place


async def alternating_flush(soc: BareSoc, fixed: bool) -> None:
    "Xilinx' flush of a Cortex-A9 alternates between the levels"
    cpu, vdma = soc.cpu(), await attached(soc)
    frame = soc.memory.array(256, "frame", align=64)
    await cpu.fill(frame, 256, 0x77)  # <- place
    await Xilinx(cpu, old=not fixed).dcache_flush_range(frame, 256)  # <- place
    await vdma.send(frame, 256)  # <- place


async def remapped(soc: BareSoc, fixed: bool) -> None:
    "a region is made Non-cacheable by Xil_SetTlbAttributes, and its dirty lines stay"
    cpu, xil, logic = soc.cpu(), Xilinx(soc.cpu()), await attached(soc)
    buffer = soc.memory.array(MIB, "shared memory", align=MIB)
    await cpu.fill(buffer, 256, 1)  # <- place
    if fixed:
        await xil.dcache_flush_range(buffer, 256)
    await soc.platform.remap(buffer, MIB, MemoryType.NC)  # <- place
    await cpu.fill(buffer, 256, 2)  # <- place
    await cpu.dsb()
    await logic.send(buffer, 256)  # <- place


async def doorbell_too_soon(soc: BareSoc, fixed: bool) -> None:
    "descriptors in the Non-cacheable section, and a doorbell without a barrier"
    cpu, eth = soc.cpu(), await attached(soc)
    descriptor = soc.memory.noncacheable(64, "descriptor", align=32)
    await cpu.fill(descriptor, 64, 3)  # <- place
    if fixed:
        await cpu.dsb()
    eth.relaxed = True
    await eth.start_send(descriptor, 64)  # <- place
    await eth.wait()


async def local_variable(soc: BareSoc, fixed: bool) -> None:
    "a function starts a transfer into a local variable and returns"
    cpu, dma = soc.cpu(), await attached(soc)
    local = soc.memory.push(256, "local")
    await Cmsis(cpu).clean_invalidate_dcache_by_addr(local, 256)
    await dma.start_receive(local, 256)
    if fixed:
        await dma.wait()
    soc.memory.pop()  # <- place
    await dma.idle()


async def pio_fallback(soc: BareSoc, fixed: bool) -> None:
    "the card driver falls back to PIO and invalidates all the same"
    cpu, cmsis, _card = soc.cpu(), Cmsis(soc.cpu()), await attached(soc)
    sector = soc.memory.array(512, "sector", align=32)
    await cpu.fill(sector, 512, 0xA5)  # <- place
    if not fixed:
        await cmsis.invalidate_dcache_by_addr(sector, 512)  # <- place
    await cpu.read(sector, 512)  # <- place


async def early_invalidate(soc: BareSoc, fixed: bool) -> None:
    "the buffer is invalidated when the transfer is set up, and a core that speculates reads it afterwards"
    cpu, uboot, mmc = soc.cpu(), UBoot(soc.cpu()), await attached(soc)
    block = soc.memory.array(512, "block", align=64)
    await uboot.invalidate_dcache_range(block, block + 512)  # <- place
    await mmc.receive(block, 512)
    if fixed:
        await uboot.invalidate_dcache_range(block, block + 512)
    await cpu.read(block, 512)  # <- place


async def write_through(soc: BareSoc, fixed: bool) -> None:
    "all RAM is Write-Through, so nothing is ever cleaned; nothing is invalidated either"
    cpu, cmsis, dac = soc.cpu(), Cmsis(soc.cpu()), await attached(soc)
    block = soc.memory.array(256, "block", align=32)
    await cpu.fill(block, 256, 1)
    await cpu.dsb()
    await dac.send(block, 256)
    await cpu.read(block, 256)  # <- place
    await dac.receive(block, 256)
    if fixed:
        await cmsis.invalidate_dcache_by_addr(block, 256)
    await cpu.read(block, 256)  # <- place


async def wrong_call_before_send(soc: BareSoc, fixed: bool) -> None:
    "Zephyr: a driver for both directions invalidates before every transfer, those that send too"
    cpu, cmsis, spi = soc.cpu(), Cmsis(soc.cpu()), await attached(soc)
    block = soc.memory.array(256, "block", align=32)
    await cpu.fill(block, 256, 0x5A)  # <- place
    await (cmsis.clean_dcache_by_addr if fixed else cmsis.invalidate_dcache_by_addr)(block, 256)  # <- place
    await spi.send(block, 256)  # <- place


async def always_the_first_half(soc: BareSoc, fixed: bool) -> None:
    "a circular receive buffer: both interrupts invalidate its first half"
    cpu, cmsis, uart = soc.cpu(), Cmsis(soc.cpu()), await attached(soc)
    ring = soc.memory.array(256, "ring", align=32)
    await cmsis.clean_invalidate_dcache_by_addr(ring, 256)
    await cpu.read(ring, 256)  # <- place
    for half in (0, 128):
        await uart.receive(ring + half, 128)
        await cmsis.invalidate_dcache_by_addr(ring + (half if fixed else 0), 128)  # <- place
        await cpu.read(ring + half, 128)  # <- place


async def flushed_head(soc: BareSoc, fixed: bool) -> None:
    "U-Boot: a command's header is flushed, and its payload in the next lines is not"
    cpu, uboot, xhci = soc.cpu(), UBoot(soc.cpu()), await attached(soc)
    command = soc.memory.array(512, "command", align=64)
    await cpu.fill(command, 512, 0x21)  # <- place
    await uboot.flush_dcache_range(command, command + (512 if fixed else 64))  # <- place
    await xhci.send(command, 512)  # <- place


async def checksum_later(soc: BareSoc, fixed: bool) -> None:
    "lwIP: a pbuf is cleaned when it is queued, and its checksum put in just before it is sent"
    cpu, cmsis, eth = soc.cpu(), Cmsis(soc.cpu()), await attached(soc)
    pbuf = soc.memory.array(512, "pbuf", align=32)
    await cpu.fill(pbuf, 512, 0x10)
    if not fixed:
        await cmsis.clean_dcache_by_addr(pbuf, 512)
    await cpu.strh(pbuf + 50, 0xBEEF)  # <- place
    if fixed:
        await cmsis.clean_dcache_by_addr(pbuf, 512)
    await eth.send(pbuf, 512)  # <- place


async def two_segments(soc: BareSoc, fixed: bool) -> None:
    "U-Boot: a read in two segments, both invalidated before, only the first one behind"
    cpu, uboot, ufs = soc.cpu(), UBoot(soc.cpu()), await attached(soc)
    a, b = soc.memory.array(512, "a", align=64), soc.memory.array(512, "b", align=64)
    await uboot.invalidate_dcache_range(a, a + 512)
    await uboot.invalidate_dcache_range(b, b + 512)  # <- place
    await ufs.receive(a, 512)
    await ufs.receive(b, 512)
    await uboot.invalidate_dcache_range(a, a + 512)
    if fixed:
        await uboot.invalidate_dcache_range(b, b + 512)
    await cpu.read(a, 512)
    await cpu.read(b, 512)  # <- place


async def bytes_per_pixel(soc: BareSoc, fixed: bool) -> None:
    "a frame is invalidated by width times height, at two bytes a pixel"
    cpu, uboot, csi = soc.cpu(), UBoot(soc.cpu()), await attached(soc)
    fb = soc.memory.array(4096, "frame", align=64)
    await uboot.flush_dcache_range(fb, fb + 4096)
    await cpu.read(fb, 4096)  # <- place
    await csi.receive(fb, 4096)
    w, h, bpp = 64, 32, 2
    await uboot.invalidate_dcache_range(fb, fb + w * h * (bpp if fixed else 1))  # <- place
    await cpu.read(fb, 4096)  # <- place


async def next_command(soc: BareSoc, fixed: bool) -> None:
    "command and answer of a sensor share a line; the next command is written and cleaned while the answer comes"
    cpu, cmsis, spi = soc.cpu(), Cmsis(soc.cpu()), await attached(soc)
    if fixed:
        rx, tx = soc.memory.array(32, "rx", align=32), soc.memory.array(32, "tx", align=32)
    else:
        rx, tx = soc.memory.array(16, "rx", align=32), soc.memory.array(16, "tx")
    await cmsis.clean_invalidate_dcache_by_addr(rx, 32)
    await spi.start_receive(rx, 16)  # <- place
    await cpu.fill(tx, 16, 0x9)  # <- place
    await cmsis.clean_dcache_by_addr(tx, 16)  # <- place
    await spi.wait()
    await cmsis.invalidate_dcache_by_addr(rx, 16)  # <- place
    await cpu.read(rx, 16)  # <- place


async def mpu_later(soc: BareSoc, fixed: bool) -> None:
    "the MPU region of a frame buffer is set Non-cacheable when the splash has been drawn"
    cpu, cmsis, lcd = soc.cpu(), Cmsis(soc.cpu()), await attached(soc)
    fb = soc.memory.array(8192, "frame buffer", align=8192)
    await cpu.fill(fb, 512, 0x11)  # <- place
    if fixed:
        await cmsis.clean_invalidate_dcache_by_addr(fb, 8192)
    await soc.platform.remap(fb, 8192, MemoryType.NC)  # <- place
    await cpu.fill(fb, 512, 0x22)  # <- place
    await cpu.dsb()
    await lcd.send(fb, 512)  # <- place


async def m7_ring(soc: BareSoc, fixed: bool) -> None:
    "descriptors in cacheable .bss: the status of one is cleared and cleaned while the MAC writes it"
    cpu, cmsis, mac = soc.cpu(), Cmsis(soc.cpu()), await attached(soc)
    frames = soc.memory.array(512, "frames", align=32)
    await cmsis.clean_invalidate_dcache_by_addr(frames, 512)
    t = soc.memory.noncacheable(256, "descriptors", align=64) if fixed else soc.memory.array(256, "descriptors", align=64)
    soc.ownership_words(StaticBuffer(t, t, 256), ST, 64, 4)
    await cpu.fill(t, 256, 0)
    for n in range(2):
        await cpu.write(t + 64 * n, receive_into(frames + 256 * n, 256).encode())  # <- place
    await cpu.dsb()
    if not fixed:
        await cmsis.clean_invalidate_dcache_by_addr(t, 256)
    await mac.use_ring(t, 4)
    await mac.ring_doorbell(2)  # <- place
    await cpu.str_(t + ST, 0)  # <- place
    if not fixed:
        await cmsis.clean_dcache_by_addr(t, 64)  # <- place
    await mac.completed(2)
    if not fixed:
        await cmsis.invalidate_dcache_by_addr(t, 128)
    await cpu.dsb()
    await cpu.ldr(t + ST)  # <- place
    await mac.halt()


async def l2_dirty(soc: BareSoc, fixed: bool) -> None:
    "L1 is flushed before a receive, and the dirty line stays in the PL310"
    cpu, sd = soc.cpu(), await attached(soc)
    b = soc.memory.array(512, "block", align=64)
    await cpu.fill(b, 512, 0)  # <- place
    await cpu.dccimvac(b, 512)  # <- place
    await cpu.dsb()
    if fixed:
        await cpu.outer_flush(b, 512)
        await cpu.outer_sync()
    await sd.receive(b, 512)  # <- place
    await cpu.outer_invalidate(b, 512)  # <- place
    await cpu.outer_sync()
    await cpu.dcimvac(b, 512)
    await cpu.dsb()
    await cpu.read(b, 512)  # <- place


async def start_up(soc: BareSoc, fixed: bool) -> None:
    "the application calls SCB_InvalidateDCache, by set and way, behind its own stores"
    cpu, l1 = soc.cpu(), soc.machine.hierarchy.l1[0]
    v = soc.memory.array(256, "variables", align=32)
    await cpu.fill(v, 256, 0x33)  # <- place
    await cpu.dsb()
    if not fixed:
        for s in range(l1.sets):
            for w in range(l1.ways):
                await cpu.dcisw(1, s, w)  # <- place
    await cpu.dsb()
    await cpu.read(v, 256)  # <- place


CASES = [
    Bare("B111", Code.MISSING_INV, adc_buffer),
    Bare("A111", Code.MISSING_CLEAN, uart_string),
    Bare("F111", Code.WRONG_RANGE, old_library),
    Bare("G111", Code.SHARED_LINE, packed_receive),
    Bare("D111", Code.DIRTY_OVER_DMA, zeroed_bss),
    Bare("F112", Code.WRONG_RANGE, length_for_end, "cortex-a8"),
    Bare("B112", Code.MISSING_INV, refused_invalidate, "cortex-a8"),
    Bare("D112", Code.DIRTY_OVER_DMA, flushes_for_invalidate, "cortex-a53"),
    Bare("Q111", Code.OUTER_MAINT, alternating_flush, "cortex-a9-pl310"),
    Bare("L111", Code.ALIAS_ATTR, remapped, "cortex-a9-pl310"),
    Bare("N111", Code.NO_WMB, doorbell_too_soon),
    Bare("J111", Code.DEV_UNMAPPED, local_variable),
    Bare("Z111", Code.LOST_CPU_DATA, pio_fallback),
    Bare("C111", Code.INV_TOO_EARLY, early_invalidate, "cortex-a8"),
    Bare("B113", Code.MISSING_INV, write_through, type=MemoryType.WT),
    Bare("Z133", Code.LOST_CPU_DATA, wrong_call_before_send),
    Bare("F135", Code.WRONG_RANGE, always_the_first_half),
    Bare("F136", Code.WRONG_RANGE, flushed_head, "cortex-a53"),
    Bare("A204", Code.MISSING_CLEAN, checksum_later),
    Bare("C201", Code.INV_TOO_EARLY, two_segments, "cortex-a53"),
    Bare("F201", Code.WRONG_RANGE, bytes_per_pixel, "cortex-a8"),
    Bare("G201", Code.SHARED_LINE, next_command),
    Bare("L202", Code.ALIAS_ATTR, mpu_later),
    Bare("P201", Code.RING_CACHED, m7_ring),
    Bare("Q201", Code.OUTER_MAINT, l2_dirty, "cortex-a9-pl310"),
    Bare("Z201", Code.LOST_CPU_DATA, start_up),
]
