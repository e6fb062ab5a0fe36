# SPDX-License-Identifier: Apache-2.0
"""A: what the CPU wrote is not cleaned to memory before the device reads it."""

from __future__ import annotations

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.device.descriptor import Descriptor
from dmasan.device.registers import Op
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

PAGE = 4096
SECTOR = 512


async def a1(soc: Soc, fixed: bool) -> None:
    """An array of pointers is written, and the controller that reads it is started."""
    cpu, firmware, controller = soc.cpu(), Firmware(soc), await Device.attach(soc)
    scratchpads = await firmware.memory(4 * PAGE, "scratchpad buffers")
    array = await firmware.memory(SECTOR, "scratchpad array")
    await cpu.fill(scratchpads.va, scratchpads.size, 0)
    await firmware.flush(scratchpads.va, scratchpads.size)
    for n in range(4):
        await cpu.str_(array.va + 8 * n, scratchpads.pa + n * PAGE)  # <- place
    # The buffers were flushed, the array that points to them was not.
    if fixed:
        await firmware.flush(array.va, SECTOR)
    await controller.send(array.pa, 4 * 8)  # <- place


async def a2(soc: Soc, fixed: bool) -> None:
    """A scratch buffer is refilled for each sector that is written to the card."""
    cpu, firmware, sdmmc = soc.cpu(), Firmware(soc), await Device.attach(soc)
    scratch = await firmware.memory(SECTOR, "scratch")
    if not fixed:
        # Harmless here by luck; had somebody written the scratch buffer before, that would be lost.
        await firmware.invalidate(scratch.va, SECTOR)
    for sector in range(2):
        await cpu.write(scratch.va, bytes([0x10 + sector]) * SECTOR)  # <- place
        if fixed:
            await firmware.clean(scratch.va, SECTOR)
        # Without the clean the card gets the sector before, and the CPU never notices.
        await sdmmc.send(scratch.pa, SECTOR)  # <- place


async def a5(soc: Soc, fixed: bool) -> None:
    """Transmit descriptors are set up, and the engine is enabled."""
    cpu, firmware, nic = soc.cpu(), Firmware(soc), await Device.attach(soc)
    ring = await firmware.memory(PAGE, "transmit descriptors")
    packet = await firmware.memory(SECTOR, "packet")
    await cpu.fill(packet.va, SECTOR, 0x42)
    await firmware.flush(packet.va, SECTOR)
    for n in range(4):
        descriptor = Descriptor(Op.SINK, packet.pa, 0, 64, irq=n == 3)
        await cpu.write(ring.va + 64 * n, descriptor.encode())  # <- place
    # Whoever is lucky had the lines evicted by now: then the first packet does go out.
    if fixed:
        await firmware.flush(ring.va, 4 * 64)
    await nic.use_ring(ring.pa, 8, status=False)
    await nic.ring_doorbell(4)  # <- place
    await nic.wait()


CASES = (
    Case(
        "A1",
        Code.MISSING_CLEAN,
        "u-boot 61293f519ef 'usb: xhci: Add missing cache flush in the scratchpad array initialization'",
        "The xHCI driver flushes the scratchpad buffers and forgets the array of pointers to them. The controller reads "
        "old memory and never answers the first command, 'slot enable'.",
        pair(a1),
        profile="cortex-a72",
    ),
    Case(
        "A2",
        Code.MISSING_CLEAN,
        "STMicroelectronics/stm32-mw-fatfs#15",
        "Unaligned writes to the SD card go through a scratch buffer that was invalidated once, before the loop. Each "
        "sector that memcpy leaves there stays in the cache; the card gets the sector before. Files are corrupted, and "
        "the CPU's own view of them is right.",
        pair(a2),
        profile="cortex-a8",
        nearest="STM32H7, a Cortex-M7: here another uniprocessor with a write-back cache and raw maintenance",
    ),
    Case(
        "A5",
        Code.MISSING_CLEAN,
        "u-boot 0f8888b763f 'net: mvneta: dcache flush TX descriptors at init'",
        "The transmit descriptors are zeroed and written, the network engine is enabled, and nothing cleans them. "
        "Whether the first packet goes out depends on which lines were evicted in the meantime: 'packet not sent'.",
        pair(a5),
        nearest="Armada XP, a PJ4B with an outer cache: here the Cortex-A9 with its PL310",
    ),
)
