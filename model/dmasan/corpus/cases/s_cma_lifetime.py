# SPDX-License-Identifier: Apache-2.0
"""S: pages of the contiguous memory allocator, their former and their next owners."""

from __future__ import annotations

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.events import Direction
from dmasan.linux.kernel import Kernel
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.policies.base import Mapping, detail, flush
from dmasan.linux.policies.strict import Strict
from dmasan.linux.protections import Protection
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

LONG = 32 << 10
FROM = Direction.FROM_DEVICE


class NoFlush(Strict):
    """A policy that maps what CMA gives and leaves the caches as the former owner did."""

    name = "no flush at allocation"

    def __init__(self, flushes: bool) -> None:
        self.flushes = flushes

    async def alloc(self, kernel: Kernel, count: int, name: str) -> Mapping:
        kernel.step("alloc 1: take pages", f"{count} pages")
        first = await kernel.cma.alloc(count, name)
        where = detail(kernel, first, count)
        if self.flushes:
            kernel.step("alloc 2: clear, clean and invalidate", where)
            for frame in range(first, first + count):
                va = await kernel.kmap.map(frame)
                await kernel.cpu.fill(va, PAGE_SIZE, 0)
                await flush(kernel, va, frame, 1)
                await kernel.kmap.unmap(va)
            await kernel.kmap.flush_residues()
        kernel.step("alloc 3: map non-cacheable", where)
        area = await kernel.vmalloc.vmap(first, count, Protection.DMACOHERENT)
        await kernel.cpu.dsb()
        return Mapping(first, count, area.va)

    async def free(self, kernel: Kernel, mapping: Mapping) -> None:
        await kernel.io.mb()
        await kernel.vmalloc.vunmap(mapping.va, eager=True)
        kernel.dma_memory.release(mapping.first)


async def s1(soc: Soc, fixed: bool) -> None:
    """A page of a process, in CMA, is the device's; then CMA needs its memory."""
    kernel, device = soc.kernel, await Device.attach(soc)
    await kernel.populate()
    frame = kernel.cma.first  # somebody's page
    if fixed:
        kernel.pin(frame)
    handle = await soc.dma.map_page(frame, 0, PAGE_SIZE, FROM, "user page")
    await device.start_receive(handle, PAGE_SIZE)
    # Without a reference the page is moved: the device writes the old frame, which is the allocation's now.
    await soc.dma.alloc_coherent(4 * PAGE_SIZE, "new owner")  # <- place
    await device.wait()
    await soc.dma.unmap_page(handle, PAGE_SIZE, FROM)
    if fixed:
        kernel.unpin(frame)


async def s3(soc: Soc, fixed: bool) -> None:
    """Coherent memory from CMA, whose last owner has left dirty lines."""
    kernel, cpu, device = soc.kernel, soc.cpu(), await Device.attach(soc)
    await kernel.populate()
    soc.dma.device.pool = NoFlush(fixed)
    buffer = await soc.dma.alloc_coherent(PAGE_SIZE, "coherent buffer")  # <- place
    await device.receive(buffer.dma_handle, PAGE_SIZE)  # <- place
    await soc.io.rmb()
    await cpu.read(buffer.cpu_addr, PAGE_SIZE)  # <- place
    await soc.dma.free_coherent(buffer)


async def s4(soc: Soc, fixed: bool) -> None:
    """The same with CMA in highmem, where no linear address names the page."""
    kernel, cpu, device = soc.kernel, soc.cpu(), await Device.attach(soc)
    await kernel.populate()
    soc.dma.device.pool = NoFlush(fixed)
    buffer = await soc.dma.alloc_coherent(PAGE_SIZE, "coherent buffer")  # <- place
    await cpu.fill(buffer.cpu_addr, PAGE_SIZE, 1)  # <- place
    await device.send(buffer.dma_handle, PAGE_SIZE)  # <- place
    await soc.dma.free_coherent(buffer)


async def s5(soc: Soc, fixed: bool) -> None:
    """The interface goes down; another user of the buffer, or the engine, is not through with it."""
    kernel, device = soc.kernel, await Device.attach(soc)
    buffer = await soc.dma.alloc_coherent(LONG, "audio frames")
    await device.start_receive(buffer.dma_handle, LONG)
    if fixed:
        await device.wait()
    await soc.dma.free_coherent(buffer)  # <- place
    users = await kernel.populate()  # the pages are a file's now
    await device.idle()
    for user in users:
        await kernel.movable.damaged(user)


CASES = (
    Case(
        "S1",
        Code.CMA_LIFETIME,
        "linux 9a4e9f3b2d73 'mm: update get_user_pages_longterm to migrate pages allocated from CMA region'",
        "A page of a process that lies in the CMA area is the target of a transfer. Without a reference CMA moves it, and "
        "the device writes into the old frame, the new owner's; with a long one CMA can never have it. It must be moved "
        "out before it is pinned.",
        pair(s1),
        knobs={"cma_mib": 1},
    ),
    Case(
        "S3",
        Code.CMA_LIFETIME,
        "arm32 __alloc_from_contiguous, __dma_clear_buffer; 889239d6b5c, 576c930e5e7d",
        "The last owner of the pages, a movable user, has left dirty lines. CMA hands them out as coherent memory without "
        "a flush, and days later a line is evicted over what the device wrote.",
        pair(s3),
        profile="cortex-a15",
        knobs={"cma_mib": 1},
    ),
    Case(
        "S4",
        Code.CMA_LIFETIME,
        "arm32 __dma_clear_buffer, the branch for PageHighMem",
        "A CMA area above lowmem has no linear address: the flush at allocation needs a temporary mapping of each page. "
        "Left out, the lines of the former owner's user mapping survive.",
        pair(s4),
        profile="cortex-a15",
        policy="highmem_only",
        knobs={"cma_mib": 1},
    ),
    Case(
        "S5",
        Code.CMA_LIFETIME,
        "Avnu/OpenAvnu#835 'igb_main: fix dma memory corruption'",
        "When the interface goes down its buffers are freed, while an application and the engine still use their address: "
        "frames are written into pages that are movable users' again.",
        pair(s5),
        knobs={"cma_mib": 1},
    ),
)
