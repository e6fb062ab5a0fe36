# SPDX-License-Identifier: Apache-2.0
"""E: the direction of a mapping is not what the device does."""

from __future__ import annotations

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.events import Direction
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

PAGE = 4096
FRAME = 1536
KEY = 128
TO, FROM, BOTH = Direction.TO_DEVICE, Direction.FROM_DEVICE, Direction.BIDIRECTIONAL


async def e1(soc: Soc, fixed: bool) -> None:
    """An RDMA read sink: the adapter writes the pages."""
    cpu, adapter = soc.cpu(), await Device.attach(soc)
    pages = await soc.kernel.alloc_pages(1, name="read sink")
    direction = FROM if fixed else TO
    handle = await soc.dma.map_page(int(pages[0]), 0, PAGE, direction, "read sink")  # <- place
    await adapter.receive(handle, PAGE)  # <- place
    await soc.dma.unmap_page(handle, PAGE, direction)
    await cpu.read(soc.kernel.linear.va(int(pages[0])), PAGE)  # <- place
    await soc.kernel.free_pages(pages)


async def e2(soc: Soc, fixed: bool) -> None:
    """A receive frame descriptor, mapped for both directions, is handed back with another one."""
    cpu, nic = soc.cpu(), await Device.attach(soc)
    rfd = await soc.kernel.kmalloc(FRAME, "receive frame")
    handle = await soc.dma.map_single(rfd, FRAME, BOTH, "receive frame")
    await nic.receive(handle, FRAME)
    await soc.dma.sync_single_for_cpu(handle, 64, BOTH)
    await cpu.str_(rfd + 4, handle)
    direction = BOTH if fixed else TO
    await soc.dma.sync_single_for_device(handle, 64, direction)  # <- place
    await nic.send(handle, 64)
    await soc.dma.unmap_single(handle, FRAME, BOTH)
    await cpu.read(rfd, FRAME)
    await soc.kernel.kfree(rfd)


async def e4(soc: Soc, fixed: bool) -> None:
    """A key for the crypto engine, which now derives the split key in place."""
    cpu, caam = soc.cpu(), await Device.attach(soc)
    key = await soc.kernel.kmalloc(KEY, "key")
    await cpu.write(key, bytes(range(KEY)))
    direction = BOTH if fixed else TO
    handle = await soc.dma.map_single(key, KEY, direction, "key")  # <- place
    await caam.send(handle, KEY)
    await caam.receive(handle, KEY)  # <- place
    await caam.send(handle, KEY)
    await soc.dma.unmap_single(handle, KEY, direction)
    await soc.kernel.kfree(key)


CASES = (
    Case(
        "E1",
        Code.WRONG_DIR,
        "linux d0687be7c7a 'svcrdma: Fix dma map direction for rdma read targets'",
        "The pages into which the adapter reads the client's data were mapped TO_DEVICE: cleaned, never invalidated. Map "
        "and unmap agree with each other, so that only who watches the device sees it.",
        pair(e1),
        profile="cortex-a53",
        nearest="an NFS server on any non-coherent machine",
    ),
    Case(
        "E2",
        Code.WRONG_DIR,
        "linux 773c9c1f771 'e100: fix dma error in direction for mapping'",
        "The descriptor is mapped BIDIRECTIONAL and synced TO_DEVICE. Where ARM's dmabounce stood between, the kernel "
        "stopped: a sync has the direction of its mapping.",
        pair(e2),
        profile="arm926",
        policy="bounce",
        era="v3.5",
        knobs={"swiotlb_mib": 1},
        nearest="IXP4xx, an XScale with dmabounce in v2.6.31: here an ARM926 with bounce buffers, which the model has from v3.5",
    ),
    Case(
        "E4",
        Code.WRONG_DIR,
        "linux 'crypto: caam - add Derived Key Protocol (DKP) support' (msm-4.19 14359bd7a045^)",
        "With the derived key protocol the engine writes the split key back over the key it was given. The mapping was "
        "still TO_DEVICE: a new feature of the hardware silently changes the direction that is right.",
        pair(e4),
        profile="cortex-a53",
    ),
)
