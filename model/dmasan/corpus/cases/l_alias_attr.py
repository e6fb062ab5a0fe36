# SPDX-License-Identifier: Apache-2.0
"""L: two mappings of a page with conflicting attributes are both used."""

from __future__ import annotations

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware, Memory
from dmasan.events import Direction
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.protections import Protection
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

SIZE = 256
BOTH = Direction.BIDIRECTIONAL


async def page_of_ram(soc: Soc, name: str) -> Memory:
    """A page of lowmem that is given to the device by its physical address, as drivers without the DMA API do."""
    return await Firmware(soc).memory(PAGE_SIZE, name)


async def l1(soc: Soc, fixed: bool) -> None:
    """A driver makes a buffer uncached by ioremap of RAM."""
    cpu, device = soc.cpu(), await Device.attach(soc)
    if fixed:
        buffer = await soc.dma.alloc_coherent(SIZE, "buffer")
        await cpu.fill(buffer.cpu_addr, SIZE, 0x11)
        await device.send(buffer.dma_handle, SIZE)
        return
    ram = await page_of_ram(soc, "buffer")
    await cpu.fill(ram.va, SIZE, 0)  # <- place
    uncached = await soc.kernel.vmalloc.ioremap(
        ram.pa, PAGE_SIZE, Protection.DMACOHERENT, force=True
    )  # <- place
    await cpu.fill(uncached, SIZE, 0x11)  # <- place
    # The dirty lines of the linear mapping may be written over this at any time.
    await device.send(ram.pa, SIZE)  # <- place


async def l2(soc: Soc, fixed: bool) -> None:
    """A coherent buffer is mapped into a process with the attributes of ordinary memory."""
    kernel, cpu, fpga = soc.kernel, soc.cpu(), await Device.attach(soc)
    buffer = await soc.dma.alloc_coherent(PAGE_SIZE, "ring buffer")
    if fixed:
        user = await soc.dma.mmap_coherent(buffer)
    else:
        frame = kernel.layout.page(soc.dma.physical(buffer))
        user = await kernel.user.remap_pfn_range(frame, 1, Protection.USER)  # <- place
    async with kernel.user.using():
        await cpu.read(user, SIZE)  # <- place
        await fpga.receive(buffer.dma_handle, SIZE)
        await soc.io.rmb()
        await cpu.read(user, SIZE)  # <- place
    await kernel.user.munmap(user, 1)
    await soc.dma.free_coherent(buffer)


async def l4(soc: Soc, fixed: bool) -> None:
    """A page of a shmem file is cleared through the linear map, then mapped write-combined for the GPU."""
    kernel, cpu, gpu = soc.kernel, soc.cpu(), await Device.attach(soc)
    pages = await kernel.alloc_pages(1, name="shmem page")
    frame = int(pages[0])
    await cpu.fill(kernel.linear.va(frame), PAGE_SIZE, 0)  # <- place
    if fixed:
        handle = await soc.dma.map_page(frame, 0, PAGE_SIZE, BOTH, "shmem page")
        await soc.dma.sync_single_for_cpu(handle, PAGE_SIZE, BOTH)
    else:
        ram = Memory(kernel.linear.va(frame), kernel.layout.pa(frame), PAGE_SIZE)
        Firmware(soc).share(ram, "shmem page")
        handle = ram.pa
    area = await kernel.vmalloc.vmap(frame, 1, Protection.DMACOHERENT)  # <- place
    await cpu.dsb("ishst")
    await cpu.fill(area.va, SIZE, 0x44)  # <- place
    if fixed:
        await soc.dma.sync_single_for_device(handle, PAGE_SIZE, BOTH)
    await gpu.send(handle, SIZE)  # <- place


async def l5(soc: Soc, fixed: bool) -> None:
    """A region for DMA is mapped write-through: the device sees every store, the CPU not the device's."""
    kernel, cpu, mac = soc.kernel, soc.cpu(), await Device.attach(soc)
    frame = int((await kernel.alloc_pages(512, name="memory of the driver"))[-1])  # not in one section with page tables
    ram = Memory(kernel.linear.va(frame), kernel.layout.pa(frame), PAGE_SIZE)
    Firmware(soc).share(ram, "DMA region")
    await kernel.linear.split_range(frame, 1)
    await kernel.linear.unmap(frame, 1)
    await kernel.linear.flush_tlb(frame, 1)
    prot = Protection.DMACOHERENT if fixed else Protection.WRITETHROUGH
    area = await kernel.vmalloc.vmap(frame, 1, prot)  # <- place
    await cpu.dsb()
    await cpu.fill(area.va, SIZE, 0)
    await cpu.read(area.va, SIZE)  # <- place
    await mac.receive(ram.pa, SIZE)
    await cpu.dsb()
    await cpu.read(area.va, SIZE)  # <- place


async def l8(soc: Soc, fixed: bool) -> None:
    """A user-space driver maps RAM by /dev/mem with O_SYNC."""
    kernel, cpu, logic = soc.kernel, soc.cpu(), await Device.attach(soc)
    if fixed:
        buffer = await soc.dma.alloc_coherent(PAGE_SIZE, "buffer")
        user, bus = await soc.dma.mmap_coherent(buffer), buffer.dma_handle
    else:
        ram = await page_of_ram(soc, "buffer")
        await cpu.fill(ram.va, SIZE, 0)  # <- place
        frame, bus = kernel.layout.page(ram.pa), ram.pa
        user = await kernel.user.remap_pfn_range(frame, 1, Protection.USER_STRONGLY_ORDERED)  # <- place
    async with kernel.user.using():
        for offset in range(0, SIZE, 4):
            await cpu.str_(user + offset, 0x55AA_0000 + offset)  # <- place
        await logic.send(bus, SIZE)  # <- place


CASES = (
    Case(
        "L1",
        Code.ALIAS_ATTR,
        "linux 309caa9cc6f 'ARM: Prohibit ioremap() on kernel managed RAM'",
        "ioremap of RAM makes a second mapping, uncached, beside the cacheable linear one. A dirty line of that one is "
        "written over the uncached stores, whenever it likes. Refused since v2.6.36.",
        pair(l1),
        era="v2.6.39",
        nearest="a kernel before v2.6.36: here the check is left out",
    ),
    Case(
        "L2",
        Code.ALIAS_ATTR,
        "raspberrypi/linux#4680 'remap_pfn_range is not able to remap ... dma_alloc_coherent ... right cache attributes'",
        "The kernel's own mapping of the coherent buffer is uncached; the process gets a cacheable one, by remap_pfn_range "
        "with the default protection, and reads old lines.",
        pair(l2),
        profile="cortex-a72",
    ),
    Case(
        "L4",
        Code.ALIAS_ATTR,
        "linux 576c930e5e7d 'drm/panthor: Flush shmem writes before mapping buffers CPU-uncached' (2025)",
        "New pages are cleared through the linear map and given to the GPU and, write-combined, to the process. The zeros "
        "are dirty lines still, and come down on the data later.",
        pair(l4),
        profile="cortex-a72",
    ),
    Case(
        "L5",
        Code.ALIAS_ATTR,
        "oxidecomputer/hubris#99 'kern: fix DMA mem atts for ARMv7M'",
        "Write-through memory makes the CPU's stores visible to the device, but the CPU's loads still hit lines that are "
        "older than what the device wrote: it cures one direction only.",
        pair(l5),
        profile="arm926",
        era="v3.5",
        nearest="a Cortex-M7 with an MPU region: here a page mapped write-through, and no other mapping",
    ),
    Case(
        "L8",
        Code.ALIAS_ATTR,
        "linux d907387c42e 'ARM: 6383/1: Implement phys_mem_access_prot() to avoid attributes aliasing'",
        "A program maps RAM by /dev/mem with O_SYNC, Strongly-ordered then, while the kernel has it cacheable: the usual "
        "'DMA driver' in user space.",
        pair(l8),
        era="v2.6.39",
    ),
)
