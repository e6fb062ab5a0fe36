# SPDX-License-Identifier: Apache-2.0
"""Z: maintenance destroys data that the CPU wrote."""

from __future__ import annotations

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.events import Direction
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

SECTOR = 512
FROM = Direction.FROM_DEVICE


async def z1(soc: Soc, fixed: bool) -> None:
    """ADMA cannot be set up, the transfer falls back to PIO, and is completed as if it had been DMA."""
    cpu, firmware, _usdhc = soc.cpu(), Firmware(soc), await Device.attach(soc)
    sector = await firmware.memory(SECTOR, "sector buffer")
    used_dma = False
    await cpu.write(sector.va, bytes([0xA5]) * SECTOR)  # <- place
    if used_dma or not fixed:
        await firmware.invalidate(sector.va, SECTOR)  # <- place
    await cpu.read(sector.va, SECTOR)  # <- place


async def z2(soc: Soc, fixed: bool) -> None:
    """The USB core maps the buffer, and the controller decides on PIO."""
    cpu, dma, _musb = soc.cpu(), soc.dma, await Device.attach(soc)
    urb = await soc.kernel.kmalloc(SECTOR, "urb buffer")
    handle = await dma.map_single(urb, SECTOR, FROM, "urb buffer")  # <- place
    if fixed:
        await dma.unmap_single(handle, SECTOR, FROM)
    await cpu.write(urb, bytes([0xA5]) * SECTOR)  # <- place
    if not fixed:
        await dma.unmap_single(handle, SECTOR, FROM)  # <- place
    await cpu.read(urb, SECTOR)  # <- place
    await soc.kernel.kfree(urb)


async def z4(soc: Soc, fixed: bool) -> None:
    """A short answer into a buffer that was cleared so that the rest is zero."""
    cpu, dma, device = soc.cpu(), soc.dma, await Device.attach(soc)
    buffer = await soc.kernel.kmalloc(SECTOR, "answer")
    await cpu.fill(buffer, SECTOR, 0)  # <- place
    handle = await dma.map_single(buffer, SECTOR, FROM, "answer")  # <- place
    await device.receive(handle, 64)
    await dma.unmap_single(handle, SECTOR, FROM)
    # A caller gets all of it: what the device left alone is what memory held before the clearing.
    await cpu.read(buffer, 64 if fixed else SECTOR)  # <- place
    await soc.kernel.kfree(buffer)


CASES = (
    Case(
        "Z1",
        Code.LOST_CPU_DATA,
        "nxp-mcuxpresso/mcuxsdk-core#20 (PR 25); zephyr PR 111739",
        "The transfer fell back to PIO: the CPU wrote the buffer, and the completion invalidates it 'after DMA'. What was "
        "received is gone, and with it what else was in its lines: the stack.",
        pair(z1),
        profile="cortex-a8",
        nearest="i.MX RT, a Cortex-M7: here another uniprocessor with raw maintenance",
    ),
    Case(
        "Z2",
        Code.LOST_CPU_DATA,
        "linux 496dda704bc 'usb: musb: host: unmap the buffer for PIO data transfers'",
        "The core maps the buffer FROM_DEVICE, the controller moves the data by PIO, and the unmap invalidates what the CPU "
        "has written.",
        pair(z2),
        profile="cortex-a8",
    ),
    Case(
        "Z4",
        Code.LOST_CPU_DATA,
        "linux c50f11c6196f 'arm64: mm: Don't invalidate FROM_DEVICE buffers at start of DMA transfer'",
        "A FROM_DEVICE map that invalidates drops what the CPU wrote; where the device writes only part of the buffer, the "
        "rest is older memory: stale data leaks, or a cleared buffer is not clear. arm64 cleans instead.",
        pair(z4),
        profile="cortex-a53",
        era="v3.14",
    ),
)
