# SPDX-License-Identifier: Apache-2.0
"""Q: maintenance does not reach the outer cache or the other CPUs, or does so in the wrong order."""

from __future__ import annotations

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

FRAME = 256
TABLE = 128


async def q1(soc: Soc, fixed: bool) -> None:
    """A flush of L1 and L2, line by line."""
    cpu, firmware, device = soc.cpu(), Firmware(soc), await Device.attach(soc)
    frame = await firmware.memory(FRAME, "frame")
    await cpu.fill(frame.va, FRAME, 0x5C)  # <- place
    if fixed:
        await firmware.flush(frame.va, FRAME)  # all of L1, DSB, all of L2, cache sync
    else:
        for offset in range(0, FRAME, firmware.line):
            await cpu.dccimvac(frame.va + offset)  # <- place
            await cpu.outer_flush(frame.pa + offset, firmware.line)  # <- place
        await cpu.dsb()
        await cpu.outer_sync()
    await device.send(frame.pa, FRAME)  # <- place


async def q2(soc: Soc, fixed: bool) -> None:
    """A descriptor in coherent memory, a DSB, and the doorbell."""
    cpu, device = soc.cpu(), await Device.attach(soc)
    table = await soc.dma.alloc_coherent(TABLE, "descriptors")
    await cpu.write(table.cpu_addr, bytes(range(TABLE)))  # <- place
    await cpu.dsb("st")  # <- place
    if fixed:
        await cpu.outer_sync()
    device.relaxed = True
    await device.start_send(table.dma_handle, TABLE)  # <- place
    await device.wait()
    await soc.dma.free_coherent(table)


async def q4(soc: Soc, fixed: bool) -> None:
    """CPU 1 fills the buffer, CPU 0 hands it over."""
    firmware, device = Firmware(soc), await Device.attach(soc)
    frame = await firmware.memory(FRAME, "frame")
    await soc.cpu(1).fill(frame.va, FRAME, 0x5C)  # <- place
    if fixed:
        await soc.cpu(1).dccmvac(frame.va, FRAME)  # by an interrupt between processors
        await soc.cpu(1).dsb()
    await soc.cpu(0).dccmvac(frame.va, FRAME)  # <- place
    await soc.cpu(0).dsb()
    await device.send(frame.pa, FRAME)  # <- place


CASES = (
    Case(
        "Q1",
        Code.OUTER_MAINT,
        "embeddedsw 6cb1f1f213 'xil_cache: Fix issues in barrier logic in Cortex-A9 cache APIs'",
        "Each line was flushed from L1 and then from L2, without a barrier between: L2 may be clean before the line from "
        "L1 arrives, and then it stays there, dirty.",
        pair(q1),
    ),
    Case(
        "Q2",
        Code.OUTER_MAINT,
        "linux 23107c54206 'ARM: 5995/1: Add L2x0 outer_sync() support'",
        "Even a Non-cacheable store may wait in the PL310's own buffer, which no DSB drains. A barrier that does not "
        "sync the outer cache lets the device read the old descriptor.",
        pair(q2),
    ),
    Case(
        "Q4",
        Code.OUTER_MAINT,
        "linux f4d6477f7f0 (ARM11MPCore RWFO), ca57926d535; nuttx 91cf97ed84c",
        "Cache maintenance of the ARM11 MPCore acts on the CPU that issues it. The other one's dirty lines stay where they "
        "are.",
        pair(q4),
        profile="arm11mpcore",
    ),
)
