# SPDX-License-Identifier: Apache-2.0
"""B: lines that the CPU held before the device wrote are not invalidated before the CPU reads."""

from __future__ import annotations

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.linux.layout import PAGE_SIZE
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

HEADER = 256
REPLY = 128


async def b1(soc: Soc, fixed: bool) -> None:
    """The boot header is read, then the crypto unit's DMA puts the decrypted image over it."""
    cpu, firmware, csu = soc.cpu(), Firmware(soc), await Device.attach(soc)
    image = await firmware.memory(HEADER, "boot header")
    await cpu.fill(image.va, HEADER, 0)
    await firmware.flush(image.va, HEADER)
    await cpu.read(image.va, HEADER)  # <- place
    await csu.receive(image.pa, HEADER)
    if fixed:
        await firmware.invalidate(image.va, HEADER)
    # The certificate that is checked is the one that was there before.
    await cpu.read(image.va, HEADER)  # <- place


async def b2(soc: Soc, fixed: bool) -> None:
    """A request and its answer share one mailbox buffer."""
    cpu, firmware, videocore = soc.cpu(), Firmware(soc), await Device.attach(soc)
    mailbox = await firmware.memory(REPLY, "mailbox buffer")
    await cpu.write(mailbox.va, bytes(range(REPLY)))  # <- place
    await firmware.clean(mailbox.va, REPLY)
    await videocore.send(mailbox.pa, REPLY)
    await videocore.receive(mailbox.pa, REPLY)
    # The lines of the request are clean, and still there.
    if fixed:
        await firmware.invalidate(mailbox.va, REPLY)
    await cpu.read(mailbox.va, REPLY)  # <- place


async def b4(soc: Soc, fixed: bool) -> None:
    """A process maps the buffer of programmable logic without O_SYNC, that is cacheable, and reads it."""
    kernel, cpu = soc.kernel, soc.cpu()
    firmware, logic = Firmware(soc), await Device.attach(soc)
    buffer = await firmware.memory(2 * PAGE_SIZE, "udmabuf0")
    await cpu.fill(buffer.va, buffer.size, 0)
    await firmware.flush(buffer.va, buffer.size)
    user = await kernel.user.remap_pfn_range(kernel.layout.page(buffer.pa), 2)
    async with kernel.user.using():
        await cpu.read(user, buffer.size)  # <- place
        await logic.receive(buffer.pa, buffer.size)
        if fixed:
            await firmware.invalidate(buffer.va, buffer.size)  # what the driver does for sync_for_cpu
        await cpu.read(user, buffer.size)  # <- place


CASES = (
    Case(
        "B1",
        Code.MISSING_INV,
        "embeddedsw 9a0cf94ec3 'zynqmp_fsbl: Add DCache invalidation after CSU DMA transfer'",
        "The first-stage boot loader looks at the boot header, has the CSU's DMA decrypt over it, and reads it again: "
        "out of the cache. Authenticated boot fails.",
        pair(b1),
        profile="cortex-a53",
    ),
    Case(
        "B2",
        Code.MISSING_INV,
        "apache/nuttx 7bf0f26ec26 'bcm2711/mailbox: Invalidate cache before read'",
        "The VideoCore answers in the buffer that holds the request. The request was cleaned, its lines stayed; the CPU "
        "reads its own request back.",
        pair(b2),
        profile="cortex-a72",
    ),
    Case(
        "B4",
        Code.MISSING_INV,
        "ikwzm/udmabuf #79, #136, #16",
        "u-dma-buf's memory belongs to programmable logic for good; a process maps it cacheable, and has to name the "
        "range of each sync by hand. It reads without one: what is still in the cache is old, the rest is right.",
        pair(b4),
        profile="cortex-a53",
    ),
)
