# SPDX-License-Identifier: Apache-2.0
"""W: a bounce buffer and the memory that it stands for are not synchronised."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from dmasan.corpus.case import BUGGY, FIXED, WRONG_FIX, Case, Variant, pair
from dmasan.corpus.device import Device
from dmasan.events import Direction
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

SIZE = 2048
FRAME = 512
TO, FROM = Direction.TO_DEVICE, Direction.FROM_DEVICE


async def w1(soc: Soc, fixed: bool) -> None:
    """Part of a bounced mapping is handed over: the copy begins at the wrong end of the buffer."""
    cpu, nvme, pool = soc.cpu(), await Device.attach(soc), soc.kernel.swiotlb
    buffer = await soc.kernel.kmalloc(SIZE, "buffer")
    await cpu.fill(buffer, SIZE, 0x11)
    handle = await soc.dma.map_single(buffer, SIZE, TO, "buffer")
    await nvme.send(handle, SIZE)
    await soc.dma.sync_single_for_cpu(handle, SIZE, TO)
    await cpu.fill(buffer + 1024, 512, 0x22)  # <- place
    if fixed:
        await soc.dma.sync_single_range_for_device(handle, 1024, 512, TO)
    else:
        # swiotlb_tbl_sync_single of 5.12: the original address, without the offset in the slot.
        slots = pool.find(handle)
        assert slots is not None
        await pool.copy(replace(slots, slot=handle + 1024), handle + 1024, 512, to_slot=True)  # <- place
        await soc.dma.sync_single_for_device(handle, 1024, TO)
        await soc.dma.sync_single_range_for_device(handle, 1536, 512, TO)
    await nvme.send(handle + 1024, 512)  # <- place
    await soc.dma.unmap_single(handle, SIZE, TO)
    await soc.kernel.kfree(buffer)


async def w2(soc: Soc, variant: str) -> None:
    """A receive buffer behind a bounce slot, and a frame that is shorter."""
    cpu, radio, pool = soc.cpu(), await Device.attach(soc), soc.kernel.swiotlb
    old = await soc.kernel.kmalloc(SIZE, "secret")
    await cpu.fill(old, SIZE, 0x5E)
    used = await soc.dma.map_single(old, SIZE, TO, "secret")
    await radio.send(used, SIZE)
    await soc.dma.unmap_single(used, SIZE, TO)
    frame = await soc.kernel.kmalloc(SIZE, "receive frame")
    await cpu.fill(frame, SIZE, 0)
    handle = await soc.dma.map_single(frame, SIZE, FROM, "receive frame")  # <- place
    await radio.receive(handle, FRAME)
    if variant == WRONG_FIX:
        # The first fix copied to the slot in sync_for_device too: over what the device had written by then.
        slots = pool.find(handle)
        assert slots is not None
        await pool.copy(slots, handle, SIZE, to_slot=True)  # <- place
        await soc.dma.sync_single_for_device(handle, SIZE, FROM)
    # The slot's last user shows through behind the frame.
    await soc.dma.unmap_single(handle, SIZE, FROM)  # <- place
    await cpu.read(frame, SIZE)  # <- place


async def w4(soc: Soc, fixed: bool) -> None:
    """The driver's own bounce buffer for unaligned packets."""
    cpu, fec = soc.cpu(), await Device.attach(soc)
    packet = await soc.kernel.kmalloc(FRAME, "skb data")
    bounce = await soc.kernel.kmalloc(FRAME, "bounce buffer")
    handle = await soc.dma.map_single(bounce, FRAME, TO, "bounce buffer")
    await soc.dma.sync_single_for_cpu(handle, FRAME, TO)
    await cpu.fill(packet, FRAME, 0x45)
    await cpu.copy(bounce, packet, FRAME)  # <- place
    if fixed:
        await soc.dma.sync_single_for_device(handle, FRAME, TO)
    else:
        await soc.dma.sync_single_for_device(soc.kernel.layout.physical(packet), FRAME, TO)  # <- place
    await fec.send(handle, FRAME)  # <- place
    await soc.dma.unmap_single(handle, FRAME, TO)


async def w5(soc: Soc, fixed: bool) -> None:
    """The last entry of a scatterlist says a whole page; the buffer ends before."""
    cpu, grabber = soc.cpu(), await Device.attach(soc)
    page = await soc.kernel.kmalloc(4096, "user page")
    await cpu.fill(page, 4096, 0)
    length = 1024 if fixed else 4096
    handle = await soc.dma.map_single(page, length, FROM, "video buffer")  # <- place
    await cpu.fill(page + 2048, 64, 0x99)  # what follows the buffer is the program's own  # <- place
    await grabber.receive(handle, 1024)
    await soc.dma.unmap_single(handle, length, FROM)  # <- place
    await cpu.read(page + 2048, 64)  # <- place
    await soc.kernel.kfree(page)


BOUNCE = {"swiotlb_mib": 1}
CASES = (
    Case(
        "W1",
        Code.BOUNCE_SYNC,
        "linux 5f89468e2f06 'swiotlb: manipulate orig_addr when tlb_addr has offset'",
        "A sync of a part copies from the beginning of the original to the middle of the slot: NVMe writes the wrong data.",
        pair(w1),
        profile="cortex-a53",
        policy="bounce",
        knobs=BOUNCE,
    ),
    Case(
        "W2",
        Code.BOUNCE_SYNC,
        "linux ddbd89deb7d3, aa6f8dcbab47; ath9k in 5.17; LWN 889593",
        "A FROM_DEVICE slot is not initialised: behind a short frame the unmap copies what the slot's last user left. The "
        "first fix copied the buffer to the slot in sync_for_device too, over the frame of a device that had not waited: "
        "access points with ath9k were dead.",
        (
            Variant(BUGGY, partial(w2, variant=BUGGY), {"era": "v3.14"}),
            Variant(WRONG_FIX, partial(w2, variant=WRONG_FIX)),
            Variant(FIXED, partial(w2, variant=FIXED)),
        ),
        profile="cortex-a53",
        policy="bounce",
        knobs=BOUNCE,
    ),
    Case(
        "W4",
        Code.BOUNCE_SYNC,
        "linux 9555b31e8c2 'fec: fix FEC driver packet transmission breakage'",
        "An unaligned packet is copied into a bounce buffer of the driver's, and the packet is synced, not the bounce "
        "buffer: the device sends what was in there before.",
        pair(w4),
        profile="cortex-a8",
        nearest="ColdFire and i.MX: here any non-coherent machine",
    ),
    Case(
        "W5",
        Code.BOUNCE_SYNC,
        "linux 2fc11536cf5 'videobuf-dma-sg: set correct size in last sg element'",
        "The last entry of the scatterlist has the length of a page. The device writes the right amount; the bounce buffer "
        "copies the whole page back, over what follows the user's buffer.",
        pair(w5),
        profile="cortex-a53",
        policy="bounce",
        knobs=BOUNCE,
    ),
)
