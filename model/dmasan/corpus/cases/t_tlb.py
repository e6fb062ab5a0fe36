# SPDX-License-Identifier: Apache-2.0
"""T: a stale translation: TLB maintenance, a barrier, or the break before the make is missing."""

from __future__ import annotations

from dmasan.arch.faults import Fault
from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.events import Direction
from dmasan.linux.iommu import Iommu
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.page_tables import faults
from dmasan.linux.protections import Protection
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

FROM = Direction.FROM_DEVICE


async def t1(soc: Soc, fixed: bool) -> None:
    """The linear mapping of the CMA area is rebuilt: sections go, small pages come."""
    kernel, cpu = soc.kernel, soc.cpu()
    first = kernel.cma.first
    await kernel.linear.split_range(first, 1)
    await cpu.read(kernel.linear.va(first), 64)
    await kernel.linear.unmap(first, 1)
    if fixed:
        await kernel.linear.flush_tlb(first, 1)
    await kernel.linear.protect(first, 1, Protection.DMACOHERENT)  # <- place
    await cpu.dsb()
    await cpu.isb()
    await cpu.read(kernel.linear.va(first), 64)  # <- place


async def t2(soc: Soc, fixed: bool) -> None:
    """A page is mapped for a coherent allocation, and used at once."""
    kernel, cpu = soc.kernel, soc.cpu()
    pages = await kernel.alloc_pages(1, name="buffer")
    area = await kernel.vmalloc.vmap_noflush(pages, Protection.DMACOHERENT)  # <- place
    if fixed:
        await cpu.dsb("ishst")
    try:
        await cpu.str_(area.va, 1)  # <- place
    except Fault:
        pass  # the walker has read the old entry


async def t4(soc: Soc, fixed: bool) -> None:
    """A page is unmapped and freed; the TLBs are told afterwards."""
    kernel, cpu, device = soc.kernel, soc.cpu(), await Device.attach(soc)
    user = await kernel.movable.anonymous(1)
    mm, va, frame = user.mm, user.va, int(user.pages[0])
    async with kernel.user.using(mm):
        await cpu.read(va, 64)
    await kernel.tables.set_ptes(mm, va, faults(1))
    if fixed:
        await cpu.dsb("ish")
        await cpu.tlbimvais(va, PAGE_SIZE)
        await cpu.dsb("ish")
    kernel.free_owner(user)  # <- place
    # The page is a DMA buffer now, and another CPU may fill lines of it through the old entry.
    handle = await soc.dma.map_page(frame, 0, PAGE_SIZE, FROM, "DMA buffer")
    await device.receive(handle, PAGE_SIZE)
    await soc.dma.unmap_page(handle, PAGE_SIZE, FROM)
    if not fixed:
        await cpu.dsb("ish")
        await cpu.tlbimvais(va, PAGE_SIZE)
        await cpu.dsb("ish")


async def t5(soc: Soc, fixed: bool) -> None:
    """A buffer is unmapped from the IOMMU, its page is somebody else's, the IOTLB knows the old translation."""
    cpu, kernel, device = soc.cpu(), soc.kernel, await Device.attach(soc)
    soc.dma.device.iommu = Iommu(kernel, soc.dma.device.name, deferred=not fixed)
    buffer = await kernel.kmalloc(PAGE_SIZE, "buffer")
    handle = await soc.dma.map_single(buffer, PAGE_SIZE, FROM, "buffer")
    await device.receive(handle, PAGE_SIZE)
    await soc.dma.unmap_single(handle, PAGE_SIZE, FROM)  # <- place
    await kernel.kfree(buffer)
    other = await kernel.kmalloc(PAGE_SIZE, "next owner")
    await cpu.fill(other, PAGE_SIZE, 0x22)
    if not fixed:
        await device.receive(handle, PAGE_SIZE)  # <- place
    await cpu.read(other, PAGE_SIZE)


CASES = (
    Case(
        "T1",
        Code.TLB_BBM,
        "arm32 dma_contiguous_remap; linux 6b076991dca9 'ensure that old section mappings are flushed from the TLB'",
        "The sections of the CMA area are cleared and the small pages entered at once. A speculative walk has kept the "
        "section: two entries for one address, or the old attribute for a page that is non-cacheable now.",
        pair(t1),
        profile="cortex-a15",
    ),
    Case(
        "T2",
        Code.TLB_BBM,
        "linux 2be23c475af 'Ensure PTE modifications via dma_alloc_coherent are visible', 6a0e243069b",
        "The new page table entry is in the write buffer when the allocation returns. Under heavy load on the bus the "
        "first access finds the old one: a page fault.",
        pair(t2),
        profile="cortex-a15",
    ),
    Case(
        "T4",
        Code.TLB_BBM,
        "linux 06824ba824b 'ARM: tlb: delay page freeing for SMP and ARMv7 CPUs'",
        "A page is freed before the invalidation of its translations has completed. The next owner uses it for DMA while "
        "another CPU can still fill its lines.",
        pair(t4),
        profile="cortex-a15",
    ),
    Case(
        "T5",
        Code.TLB_BBM,
        "linux f48ef99ca14, 0fa035e5237 (OMAP), 80be308dfa3 (AMD)",
        "The IOMMU's TLB is not, or not correctly, invalidated at unmap. The device writes through the old translation "
        "into a page that belongs to somebody else. With iommu.strict=0 the same window is there by design.",
        pair(t5),
        profile="cortex-a53",
    ),
)
