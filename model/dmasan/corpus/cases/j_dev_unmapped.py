# SPDX-License-Identifier: Apache-2.0
"""J: the device touches memory that is not, or no longer, mapped for it."""

from __future__ import annotations

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.device.descriptor import Descriptor
from dmasan.device.registers import Op
from dmasan.events import Direction
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

LONG = 16384
FRAME = 2048
FROM = Direction.FROM_DEVICE


async def j1(soc: Soc, fixed: bool) -> None:
    """A transfer times out: the run bit is cleared, and the buffer goes."""
    cpu, xdma = soc.cpu(), await Device.attach(soc)
    buffer = await soc.kernel.kmalloc(LONG, "user pages")
    handle = await soc.dma.map_single(buffer, LONG, FROM, "user pages")
    await xdma.start_receive(handle, LONG)
    await xdma.stop()
    if fixed:
        await xdma.idle()
    await soc.dma.unmap_single(handle, LONG, FROM)  # <- place
    await soc.kernel.kfree(buffer)
    again = await soc.kernel.kmalloc(LONG, "next owner")
    await cpu.fill(again, LONG, 0x22)
    await xdma.idle()
    await cpu.read(again, LONG)
    await soc.kernel.kfree(again)


async def j3(soc: Soc, fixed: bool) -> None:
    """The boot loader starts the kernel and leaves the receiver on."""
    cpu, firmware, mac = soc.cpu(), Firmware(soc), await Device.attach(soc)
    ring = await firmware.memory(LONG, "receive buffers")
    await firmware.flush(ring.va, LONG)
    await mac.start_receive(ring.pa, LONG)  # frames come when they come
    if fixed:
        await mac.stop()
        await mac.idle()
    firmware.withdraw(ring)  # <- place
    # The kernel takes all memory, and this page becomes somebody's.
    await cpu.fill(ring.va, LONG, 0)
    await mac.idle()
    await cpu.read(ring.va, LONG)


async def j4(soc: Soc, fixed: bool) -> None:
    """Descriptors on the stack of a function that returns before the engine has read them."""
    cpu, firmware, mmc = soc.cpu(), Firmware(soc), await Device.attach(soc)
    stack = await firmware.heap(FRAME)
    data = await firmware.memory(LONG, "sectors")
    await firmware.flush(data.va, LONG)
    descriptors = firmware.part(stack, 512, 2 * 64, "descriptors")
    for n in range(2):
        entry = Descriptor(Op.FILL, 0, data.pa + n * LONG // 2, LONG // 2, irq=n == 1)
        await cpu.write(descriptors.va + 64 * n, entry.encode())
    await firmware.flush(descriptors.va, 2 * 64)
    await mmc.use_ring(descriptors.pa, 4, status=False)
    await mmc.ring_doorbell(2)
    if fixed:
        await mmc.wait()
    # prepare_data() returns, and the next call uses its stack.
    firmware.withdraw(descriptors)  # <- place
    await cpu.fill(descriptors.va, 2 * 64, 0xEE)
    if not fixed:
        await mmc.wait()


CASES = (
    Case(
        "J1",
        Code.DEV_UNMAPPED,
        "Prandr/dma_ip_drivers PR 24 'Wait for engine to go idle after clearing the Run bit'",
        "On a timeout the driver clears the run bit, a posted write, and unmaps at once. The engine finishes what it has "
        "begun: in pages that are somebody else's.",
        pair(j1),
        profile="cortex-a53",
        nearest="x86 with an FPGA card: here a non-coherent machine",
    ),
    Case(
        "J3",
        Code.DEV_UNMAPPED,
        "u-boot 2f74cac8c32 'net: fec_mxc: add DM_FLAG_ACTIVE_DMA'; openbmc/u-boot#3",
        "The boot loader hands over with the receiver running. A frame that comes in is written into memory that the "
        "kernel has given to somebody else.",
        pair(j3),
    ),
    Case(
        "J4",
        Code.DEV_UNMAPPED,
        "u-boot 2136d22630e 'mmc/dw_mmc: Fix DMA descriptor corruption'",
        "The descriptor list is a local variable of the function that prepares the transfer. It returns, its stack is "
        "used again, and the engine fetches what is there now.",
        pair(j4),
    ),
)
