# SPDX-License-Identifier: Apache-2.0
"""The kernel of one machine: boot, and the parts that memory management is made of.

The kernel runs on one CPU at a time, in init_mm but for accesses to user memory. Its own page-table stores, copies and
maintenance go through that CPU and are seen by every observer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from dmasan.arch.cpu import Cpu
from dmasan.arch.machine import Machine
from dmasan.config import ERAS, Cell, UsageError, choose
from dmasan.events import ContentUndefined, Event, KernelMessage, PolicyStep, Site, call_site
from dmasan.linux import cacheflush
from dmasan.linux.allocator import PageAllocator
from dmasan.linux.cma import CmaArea
from dmasan.linux.counters import KernelCounters
from dmasan.linux.dma import DmaApi
from dmasan.linux.dma_device import DmaDevice
from dmasan.linux.dma_memory import DmaMemory
from dmasan.linux.eras import since
from dmasan.linux.frames import MigrateType, Owner, PageFrames, Pages, runs
from dmasan.linux.io import Io
from dmasan.linux.kmap import KmapLocal
from dmasan.linux.layout import (
    ARM32_SPACE,
    ARM64_SPACE,
    PAGE_SHIFT,
    PAGEBLOCK_MIB,
    PAGEBLOCK_ORDER,
    PAGEBLOCK_PAGES,
    Layout,
    Zone,
)
from dmasan.linux.linear_map import LinearMap
from dmasan.linux.long_linear_map import LongLinearMap
from dmasan.linux.long_page_tables import LongPageTables
from dmasan.linux.movable import MovableUser, MovableUsers
from dmasan.linux.page_tables import Mm, PageTables
from dmasan.linux.pcp import PerCpuPages
from dmasan.linux.pkmap import Pkmap
from dmasan.linux.policies import POLICIES, AtomicPool, Mapping, Policy, resolve
from dmasan.linux.reclaim import Reclaim
from dmasan.linux.slab import Kmalloc
from dmasan.linux.stack import Stack
from dmasan.linux.swiotlb import Swiotlb
from dmasan.linux.user_mappings import UserMappings
from dmasan.linux.vmalloc import Vmalloc

KERNEL_IMAGE_PAGES = 256  # text and data, at the start of RAM


class Kernel:
    """Memory management on `machine`, by the era and the policy of `cell`.

    `cma_zone` places the CMA area; None leaves it to the policy. Raises UsageError for an unknown name, and where things
    do not fit.
    """

    def __init__(self, machine: Machine, cell: Cell, *, cma_zone: Zone | None = None) -> None:
        self.machine = machine
        self.cell = cell
        self.knobs = knobs = cell.knobs
        self.era = choose("era", cell.era, ERAS)
        self.policy = POLICIES[resolve(cell.policy, cell.profile, cell.era, knobs)].of(cell)
        self.acting: Policy = self.policy  # whose steps are announced now
        # "HIGHMEM is not supported with VIPT aliasing": what lies above lowmem is ignored (adjust_lowmem_bounds).
        used = knobs if machine.profile.highmem else replace(knobs, ram_mib=min(knobs.ram_mib, knobs.lowmem_mib))
        long = machine.profile.translation == "long"
        self.layout = Layout.of(
            used,
            machine.memory.base,
            self.policy.cma_zone if cma_zone is None else cma_zone,
            self.policy.nomap_mib(knobs),
            ARM64_SPACE if long else ARM32_SPACE,
        )
        machine.tables_at = self.layout.linear
        self.image_pages = KERNEL_IMAGE_PAGES
        self.fatal_signal = False  # for the task that runs: it will die as soon as the kernel lets it
        self.messages: list[str] = []  # what the kernel printed
        self.counters = KernelCounters()
        self.frames = PageFrames(self.layout)
        self.pcp = PerCpuPages(self.frames, len(machine.cpus))
        self.allocator = PageAllocator(self.frames, self.era, self.pcp)
        self.tables = LongPageTables(self) if long else PageTables(self)
        self.linear = LongLinearMap(self) if long else LinearMap(self)
        self.vmalloc = Vmalloc(self)
        self.kmap = KmapLocal(self)
        self.pkmap = Pkmap(self)
        self.slab = Kmalloc(self)
        self.movable = MovableUsers(self)
        self.reclaim = Reclaim(self)
        self.stack = Stack(self)
        self.swiotlb = Swiotlb(self)
        self.cma = CmaArea(self, "reserved", self.layout.cma_first, self.layout.cma_pages)
        self.areas = [self.cma]
        self.dma_memory = DmaMemory(self)
        self.user = UserMappings(self)
        self.atomic_pool: AtomicPool | None = None
        self.acting_device = DmaDevice()
        self.acting_area: CmaArea | None = None  # where pages come from now, if a policy chose
        self.dma = DmaApi(self, self.acting_device)
        self.policy.declare(self)
        self.io = Io(self)
        self.cpu: Cpu = machine.cpus[0]
        self.allocator.cpu = lambda: self.cpu.index
        self.allocator.reclaim = self.reclaim.shrink

    async def boot(self) -> None:
        """Builds the tables, turns the MMUs on, gives the pages to the allocator and starts the processes."""
        self._memblock_free_all()
        await self.tables.boot()
        await self.linear.boot()
        for cpu in self.machine.cpus:
            with self.on(cpu.index):
                await self.switch_mm(self.tables.init_mm)
        await self.tables.flush_init_mm()
        await self._dma_contiguous_remap()
        await self.kmap.boot()
        for n in range(self.knobs.processes):
            await self.tables.pgd_alloc(f"process {n}")
        await self.policy.boot(self)

    async def _dma_contiguous_remap(self) -> None:
        """Small pages for the areas in lowmem. v3.5 stopped at the first area in highmem, instead of going on."""
        for area in self.areas:
            if self.layout.zone(area.first) is Zone.HIGHMEM:
                if not since(self.era, "v3.14"):
                    return
                continue
            if (area.policy or self.policy).small_pages_at_boot(self.era) and area.count:
                await self.linear.remap_small_pages(area.first, area.count)

    def declare_contiguous(
        self, name: str, mib: int, zone: Zone = Zone.LOWMEM, *, policy: Policy | None = None, order_per_bit: int = 0
    ) -> CmaArea:
        """dma_declare_contiguous, before boot: another area, for devices of its own, below those that there are.

        `policy` is that of its buffers. Raises UsageError if there is no room.
        """
        layout, count = self.layout, -(-mib // PAGEBLOCK_MIB) * PAGEBLOCK_PAGES
        bottom, top = (0, layout.lowmem_pages) if zone is Zone.LOWMEM else (layout.lowmem_pages, layout.pages)
        taken = [(area.first, area.count) for area in self.areas] + [(layout.nomap_first, layout.nomap_pages)]
        top = min([top, *(first for first, pages in taken if pages and bottom <= first < top)])
        if top - count < bottom + (PAGEBLOCK_PAGES if zone is Zone.LOWMEM else 0):
            raise UsageError(f"CMA area {name}: {mib} MiB do not fit in {zone.name.lower()} below the other areas")
        area = CmaArea(self, name, top - count, count, order_per_bit)
        area.policy = policy
        self.areas.append(area)
        return area

    def drain_all_pages(self) -> None:
        """Empties the per-CPU lists: a work item for each CPU that has pages, this one's without an interrupt."""
        busy = self.pcp.drain()
        self.counters.pcp_drains += 1
        self.machine.counters.ipis += max(0, busy - 1)

    async def populate(self) -> list[MovableUser]:
        """Movable users take the free pages of the CMA area and of the 4 MiB next to it, and write them.

        Also after buffers were freed: then they take and write what came back.
        """
        first = self.cma.first - PAGEBLOCK_PAGES
        return await self.movable.fill(first, self.cma.count + PAGEBLOCK_PAGES)

    @contextmanager
    def on(self, index: int) -> Iterator[Cpu]:
        """The kernel runs on CPU `index` inside the block. Raises UsageError if there is no such CPU."""
        if not 0 <= index < len(self.machine.cpus):
            raise UsageError(f"no cpu{index}: this machine has cpu0 to cpu{len(self.machine.cpus) - 1}")
        before, self.cpu = self.cpu, self.machine.cpus[index]
        try:
            yield self.cpu
        finally:
            self.cpu = before

    @contextmanager
    def acting_as(self, policy: Policy, device: DmaDevice) -> Iterator[None]:
        """Steps that are announced inside the block are the policy's, done for the device."""
        before = self.acting, self.acting_device
        self.acting, self.acting_device = policy, device
        try:
            yield
        finally:
            self.acting, self.acting_device = before

    async def alloc_from(self, area: CmaArea, count: int, name: str) -> Mapping:
        """Pages of one area, mapped by the area's policy. Raises OutOfMemory or CmaBusy."""
        policy, before = area.policy or self.policy, self.acting_area
        self.acting_area = area
        try:
            with self.acting_as(policy, self.acting_device):
                return await policy.alloc(self, count, name)
        finally:
            self.acting_area = before

    async def kmalloc(self, size: int, name: str = "") -> int:
        """kmalloc(size, GFP_KERNEL): a linear address; content undefined. Raises OutOfMemory, DmaApiError for no size."""
        return self.slab.alloc(size, name or f"kmalloc {size}")

    async def kfree(self, va: int) -> None:
        """kfree. Raises DmaApiError if `va` did not come from kmalloc."""
        self.slab.free(va)

    async def alloc_pages(self, count: int, *, movable: bool = False, name: str = "pages") -> Pages:
        """Frames of a new owner: single pages anywhere if `movable`, else consecutive lowmem pages. Raises OutOfMemory."""
        if movable:
            owner, pages = Owner(name), self.allocator.movable(count)
            self.give(owner, pages)
            return pages
        return self.take_unmovable(Owner(name), count)

    async def free_pages(self, pages: Pages) -> None:
        """Ends the owner that `alloc_pages` made for `pages`."""
        owner = self.frames.owner_of(int(pages[0]))
        if owner is None or not np.array_equal(owner.pages, pages):
            raise UsageError("free_pages of pages that alloc_pages did not return together")
        self.free_owner(owner)

    def pin(self, frame: int) -> None:
        """A short-term reference to a page (get_user_pages): it cannot be migrated until `unpin`."""
        self.frames.pins[frame] += 1

    def unpin(self, frame: int) -> None:
        self.frames.pins[frame] -= 1

    def dma_of(self, device: DmaDevice) -> DmaApi:
        """The DMA API of another device."""
        return DmaApi(self, device)

    def area_of(self, frame: int) -> CmaArea | None:
        """The CMA area that a page lies in."""
        return next((area for area in self.areas if frame in area), None)

    def message(self, text: str, address: int = 0, length: int = 0) -> None:
        """The kernel prints a line about a wrong call, and goes on."""
        self.messages.append(text)
        if self.machine.bus.active:
            self.emit(KernelMessage(*self.stamp(), self.acting_device.name, text, address, length))

    def take_unmovable(
        self, owner: Owner, count: int, *, align: int = 1, zone: Zone = Zone.LOWMEM
    ) -> Pages:
        """A run of pages of a zone for `owner`. Raises OutOfMemory."""
        pages = self.allocator.unmovable(count, align=align, zone=zone)
        self.give(owner, pages)
        return pages

    def give(self, owner: Owner, pages: Pages) -> None:
        """`owner` gets pages that were just taken off the free lists."""
        self.undefined(pages, "page allocated")
        self.frames.adopt(owner, pages)

    def free_owner(self, owner: Owner) -> None:
        """Ends `owner`; its pages go back to the free lists."""
        pages = self.frames.disown(owner)
        self.undefined(pages, "page freed")
        self.frames.release(pages)
        if owner.movable or self.area_of(int(pages[0])) is not None:  # freed page by page
            self.pcp.free(pages, self.cpu.index)

    async def switch_mm(self, mm: Mm) -> None:
        """cpu_switch_mm: TTBR0 of the running CPU; the table stands for its ASID too, so no TLB maintenance is needed.

        ARMv5 has no ASIDs, and a cache that tells address spaces apart no better: there both are emptied.
        """
        await cacheflush.before_switch_mm(self)
        self.tables.activate(self.cpu, mm)
        await self.cpu.isb()
        await cacheflush.after_switch_mm(self)

    def step(self, text: str, detail: str = "") -> None:
        """Announces a step of the policy."""
        if self.machine.bus.active:
            self.emit(PolicyStep(*self.stamp(), self.acting.name, text, detail))

    def undefined(self, pages: Pages, why: str) -> None:
        """Says that the content of pages is given up."""
        if self.machine.bus.active:
            for first, count in runs(pages):
                self.undefined_bytes(self.layout.pa(first), count << PAGE_SHIFT, why)

    def undefined_bytes(self, pa: int, length: int, why: str) -> None:
        """Says that the content of a physical range is given up."""
        if self.machine.bus.active:
            self.emit(ContentUndefined(*self.stamp(), pa, length, why))

    def stamp(self) -> tuple[float, Site]:
        """Time and place of an event that happens now."""
        return self.machine.now_ns(), call_site()

    def emit(self, event: Event) -> None:
        self.machine.bus.emit(event)

    def locate(self, pa: int) -> str:
        """What the physical address is, for people: mapping or owner with offset, and zone."""
        page = (pa - self.layout.base) >> PAGE_SHIFT
        if not 0 <= page < self.layout.pages:
            return f"{pa:#010x} (outside RAM)"
        owner = self.frames.owner_of(page)
        what = self.dma.name_of(pa)
        if what is None and owner is not None:
            what = f"{owner.name}+{(int(self.frames.index[page]) << PAGE_SHIFT) + pa % (1 << PAGE_SHIFT):#x}"
        place = self.layout.zone(page).name.lower() + (", CMA area" if self.area_of(page) else "")
        return f"{what or 'free page'} ({place})"

    def _memblock_free_all(self) -> None:
        """All pages but the kernel image and the CMA area go to the allocator; the CMA area follows as CMA pageblocks."""
        frames = self.frames
        pages = frames.disown(frames.firmware)
        frames.adopt(Owner("kernel image"), pages[:KERNEL_IMAGE_PAGES])
        for area in self.areas:
            blocks = slice(area.first >> PAGEBLOCK_ORDER, area.first + area.count >> PAGEBLOCK_ORDER)
            frames.block_type[blocks] = MigrateType.CMA
        frames.block_type[0] = MigrateType.UNMOVABLE
        nomap = self.layout.nomap_first + np.arange(self.layout.nomap_pages)
        if nomap.size:
            frames.adopt(Owner("reserved memory"), nomap)
        rest = pages[KERNEL_IMAGE_PAGES:]
        frames.release(rest[~np.isin(rest, nomap)])
