# SPDX-License-Identifier: Apache-2.0
"""Users of movable pages, which really hold data: the page cache, and anonymous memory of processes.

Each page of a user is filled with a pattern of its own, so that a page that was lost, swapped or torn by a migration is
seen. The page cache is written through the linear map; anonymous pages, which may lie in highmem, through their user
mapping. Shared anonymous memory (MAP_SHARED, after a fork) is mapped into several processes: each maps the page that a
migration made, and none may keep a translation of the old one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dmasan.events import Direction
from dmasan.linux import cache_ops, cacheflush, dma_sync, protections
from dmasan.linux.errors import OutOfMemory
from dmasan.linux.frames import MigrateType, Owner, Pages, runs
from dmasan.linux.layout import PAGE_SHIFT, PAGE_SIZE, Zone
from dmasan.linux.page_tables import Mm
from dmasan.linux.protections import FAULT, Protection, page
from dmasan.linux.user_mappings import UsingMm

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel

_WORDS = PAGE_SIZE // 4


@dataclass(eq=False)
class MovableUser(Owner):
    """A holder of movable pages. `generation` counts how often it was written, and selects the pattern."""

    movable: bool = True
    generation: int = 0

    def pattern(self, first: int, count: int) -> NDArray[np.uint8]:
        """What pages [first, first + count) of this user hold: bytes, shape (count * PAGE_SIZE,)."""
        page_key = self.places(first, count).astype(np.uint32) + np.uint32(1)
        salt = np.uint32((self.number * 0x9E37_79B1 + self.generation * 0x85EB_CA6B) & 0xFFFF_FFFF)
        words = (np.arange(_WORDS, dtype=np.uint32) * np.uint32(0xC2B2_AE35)) ^ salt
        return (words[None, :] + page_key[:, None] * np.uint32(0x27D4_EB2F)).view(np.uint8).reshape(-1)


    def places(self, first: int, count: int) -> Pages:
        """Where pages [first, first + count) lie in what the user knows, in pages."""
        return np.arange(first, first + count)


@dataclass(eq=False, kw_only=True)
class PageCache(MovableUser):
    """Pages of a file in lowmem (`struct address_space`): nothing maps them but the linear map.

    `offsets` are their places in the file, in pages; `clean`: the disk has them all, so that they may be reclaimed.
    """

    offsets: Pages
    clean: bool = False

    def places(self, first: int, count: int) -> Pages:
        return self.offsets[first : first + count]


@dataclass(frozen=True)
class UserMapping:
    """Where the pages of a user lie in one process (`struct vm_area_struct`): from user address `va` on, in `mm`."""

    mm: Mm
    va: int

    def address(self, index: int) -> int:
        return self.va + (index << PAGE_SHIFT)


@dataclass(eq=False, kw_only=True)
class Anonymous(MovableUser):
    """Anonymous pages, in one process or shared by several; the first of `mappings` writes them."""

    mappings: list[UserMapping]

    @property
    def mm(self) -> Mm:
        return self.mappings[0].mm

    @property
    def va(self) -> int:
        return self.mappings[0].va


class MovableUsers:
    """Creates, writes, reads back, moves and ends movable users. What they hold is written by the running CPU."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self._created = 0

    def all(self) -> list[MovableUser]:
        """The users alive, oldest first."""
        return [owner for owner in self.kernel.frames.owners.values() if isinstance(owner, MovableUser)]

    async def page_cache(self, count: int) -> PageCache:
        """A file of `count` pages in lowmem, written. Raises OutOfMemory."""
        return await self._fill_file(self.kernel.allocator.movable(count, highmem=False))

    async def anonymous(self, count: int) -> Anonymous:
        """Anonymous memory of `count` pages, highmem first, mapped into one of the processes and written."""
        return await self._fill_process(self.kernel.allocator.movable(count))

    async def fill(self, first: int, count: int) -> list[MovableUser]:
        """Gives every free page among frames [first, first + count) to a movable user, who writes it.

        Lowmem pages go to a file, highmem pages to a process. UNMOVABLE pageblocks are left alone.
        """
        kernel = self.kernel
        kernel.pcp.drain()
        users: list[MovableUser] = []
        for zone in Zone:
            mask = (
                kernel.frames.lists[zone, MigrateType.CMA].member
                | kernel.frames.lists[zone, MigrateType.MOVABLE].member
            )
            pages = first + np.flatnonzero(mask[first : first + count])
            if pages.size:
                kernel.frames.take(pages)
                users.append(
                    await (self._fill_file(pages) if zone is Zone.LOWMEM else self._fill_process(pages))
                )
        return users

    async def write(self, user: MovableUser) -> None:
        """The user writes all its pages anew."""
        kernel = self.kernel
        user.generation += 1
        if isinstance(user, Anonymous):
            async with UsingMm(kernel, user.mm):
                await kernel.cpu.write(user.va, user.pattern(0, user.pages.size))
            return
        done = 0
        for start, count in runs(user.pages):
            await kernel.cpu.write(kernel.linear.va(start), user.pattern(done, count))
            done += count
        if isinstance(user, PageCache):
            user.clean = False

    async def write_back(self, user: PageCache) -> None:
        """The file goes to the disk (writepages): its pages are mapped for a device that reads them, and are clean then."""
        for start, count in runs(user.pages):
            pa, size = self.kernel.layout.pa(start), count << PAGE_SHIFT
            await dma_sync.sync_for_device(self.kernel, pa, size, Direction.TO_DEVICE)
        user.clean = True

    async def damaged(self, user: MovableUser) -> int:
        """Reads all pages back, in every process that maps them, and counts the bytes that are not what was written."""
        kernel = self.kernel
        wrong = done = 0
        if isinstance(user, Anonymous):
            for each in user.mappings:
                async with UsingMm(kernel, each.mm):
                    found = await kernel.cpu.read(each.va, user.pages.size << PAGE_SHIFT)
                wrong += int(np.count_nonzero(found != user.pattern(0, user.pages.size)))
            return wrong
        for start, count in runs(user.pages):
            found = await kernel.cpu.read(kernel.linear.va(start), count << PAGE_SHIFT)
            wrong += int(np.count_nonzero(found != user.pattern(done, count)))
            done += count
        return wrong

    async def free(self, user: MovableUser) -> None:
        """The file is dropped, or every process unmaps the memory; the pages are free again."""
        kernel = self.kernel
        if isinstance(user, Anonymous):
            for each in user.mappings:
                await kernel.user.munmap(each.va, user.pages.size, each.mm)
        kernel.free_owner(user)

    async def share(self, user: Anonymous) -> UserMapping | None:
        """The next process that does not map the pages of `user` yet maps them too; None if there is none.

        A child that inherits a MAP_SHARED mapping: copy_page_range, mm/memory.c, v6.19. Invalid to valid: no TLBI.
        """
        mapped = {each.mm for each in user.mappings}
        mm = next((each for each in self.kernel.tables.mms if each not in mapped), None)
        if mm is None:
            return None
        mapping = await self._map(user, mm)
        user.mappings.append(mapping)
        return mapping

    async def unmap(self, user: MovableUser, index: int) -> None:
        """try_to_migrate of one page: flush_cache_page, ptep_clear_flush of each user mapping (mm/rmap.c, v6.19)."""
        if isinstance(user, Anonymous):
            for each in user.mappings:
                await cacheflush.flush_cache_page(self.kernel, each.address(index), int(user.pages[index]))
                await self.kernel.tables.set_pte(each.mm, each.address(index), FAULT)
                await cache_ops.flush_tlb_kernel_range(self.kernel, each.address(index), PAGE_SIZE)

    async def remap(self, user: MovableUser, index: int, frame: int) -> None:
        """remove_migration_ptes of one page: its user mappings point to `frame`; invalid to valid, so a DSB will do."""
        if isinstance(user, Anonymous):
            word = page(self.kernel.layout.pa(frame), Protection.USER)
            for each in user.mappings:
                await self.kernel.tables.set_pte(each.mm, each.address(index), word)
            await self.kernel.cpu.dsb("ishst")

    async def _fill_file(self, pages: Pages) -> PageCache:
        self._created += 1
        user = PageCache(f"page cache {self._created}", offsets=np.arange(pages.size))
        self.kernel.give(user, pages)
        await self.write(user)
        return user

    async def _fill_process(self, pages: Pages) -> Anonymous:
        kernel = self.kernel
        self._created += 1
        mm = kernel.tables.mms[self._created % len(kernel.tables.mms)]
        user = Anonymous(f"anonymous {self._created} of {mm.name}", mappings=[])
        kernel.give(user, pages)
        try:
            user.mappings.append(await self._map(user, mm))
        except OutOfMemory:
            kernel.free_owner(user)
            raise
        await self.write(user)
        return user

    async def _map(self, user: Anonymous, mm: Mm) -> UserMapping:
        base = self.kernel.layout.base
        words = protections.pages(base + (user.pages << PAGE_SHIFT), Protection.USER)
        mapping = UserMapping(mm, await self.kernel.user.insert(words, mm))
        for start, count in runs(user.pages):  # update_mmu_cache of pages that others have mapped, or nobody
            await cacheflush.flush_dcache_pages(self.kernel, start, count)
        return mapping
