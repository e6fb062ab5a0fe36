# SPDX-License-Identifier: Apache-2.0
"""M: another virtual alias of the page holds lines that maintenance by this one does not reach."""

from __future__ import annotations

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.events import Direction
from dmasan.linux.dma_attributes import DmaAttr
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.protections import Protection
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

TO = Direction.TO_DEVICE


async def m1(soc: Soc, fixed: bool) -> None:
    """A log buffer is written through its vmap mapping, and its pages go to the disk."""
    kernel, cpu, disk = soc.kernel, soc.cpu(), await Device.attach(soc)
    buffer = await kernel.vmalloc.vmalloc(2 * PAGE_SIZE, "log buffer")
    await cpu.fill(buffer, 2 * PAGE_SIZE, 0x6C)  # <- place
    if fixed:
        await cpu.dccimvac(buffer, 2 * PAGE_SIZE)  # flush_kernel_vmap_range
        await cpu.dsb()
    for n in range(2):
        frame = kernel.vmalloc.frame_of(buffer + n * PAGE_SIZE)
        handle = await soc.dma.map_page(frame, 0, PAGE_SIZE, TO, "log page")  # <- place
        await disk.send(handle, PAGE_SIZE)  # <- place
        await soc.dma.unmap_page(handle, PAGE_SIZE, TO)


async def m2(soc: Soc, fixed: bool) -> None:
    """A page has two kernel mappings at a time: it is written through one and read through the other."""
    kernel, cpu = soc.kernel, soc.cpu()
    page = await kernel.alloc_pages(1, name="page of a file")
    lasting = await kernel.vmalloc.vmap_noflush(page, Protection.KERNEL)  # kmap
    await cpu.dsb()
    await cpu.fill(lasting.va, PAGE_SIZE, 0x2E)  # <- place
    if fixed:
        await cpu.read(lasting.va, PAGE_SIZE)  # kmap_atomic finds and takes the address that kmap gave: kmap_high_get
        return
    temporary = await kernel.vmalloc.vmap_noflush(page, Protection.KERNEL)  # kmap_atomic
    await cpu.dsb()
    await cpu.read(temporary.va, PAGE_SIZE)  # <- place


async def m3(soc: Soc, fixed: bool) -> None:
    """A highmem page that only a process has mapped is written to the disk."""
    kernel, cpu, disk = soc.kernel, soc.cpu(), await Device.attach(soc)
    user = await kernel.movable.anonymous(1)  # the process writes it  # <- place
    frame = int(user.pages[0])
    # The kernel of then skipped the maintenance of a page that it had not mapped itself.
    attrs = DmaAttr.NONE if fixed else DmaAttr.SKIP_CPU_SYNC
    handle = await soc.dma.map_page(frame, 0, PAGE_SIZE, TO, "user page", attrs)  # <- place
    await disk.send(handle, PAGE_SIZE)  # <- place
    await soc.dma.unmap_page(handle, PAGE_SIZE, TO, attrs)
    await cpu.dsb()


CASES = (
    Case(
        "M1",
        Code.VALIAS,
        "linux 73c77e2ccc1 'xfs: fix xfs to work with Virtually Indexed architectures', 9df5f741948",
        "The buffer is written through a vmap mapping, I/O goes by page, and the DMA API maintains the linear address. In "
        "a virtually indexed cache that is another place. flush_kernel_vmap_range was made for it.",
        pair(m1),
        profile="arm1176",
    ),
    Case(
        "M2",
        Code.VALIAS,
        "linux 7929eb9cf64 'ARM: 5691/1: fix cache aliasing issues between kmap() and kmap_atomic() with highmem'",
        "A page is written through kmap and read through kmap_atomic: two addresses, two places in a VIVT cache. The "
        "condition was met extremely frequently.",
        pair(m2),
        profile="arm926",
        nearest="a page of highmem with kmap and kmap_atomic: here a page of lowmem with two vmap mappings, in a VIVT cache",
    ),
    Case(
        "M3",
        Code.VALIAS,
        "linux 7e5a69e83ba 'ARM: 6007/1: fix highmem with VIPT cache and DMA', 831e8047eb2, 39af22a7923",
        "'Not mapped by the kernel, so not cached' is true of VIVT caches only. On ARMv7 the lines that a process has made "
        "dirty stay when nothing else maps the page, and the DMA API skipped them.",
        pair(m3),
        era="v2.6.39",
        nearest="v2.6.33: here a later kernel is told to skip the maintenance of the page",
    ),
)
