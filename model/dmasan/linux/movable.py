# SPDX-License-Identifier: Apache-2.0
"""Users of movable pages, which really hold data: the page cache, and anonymous memory of processes.

Each page of a user is filled with a pattern of its own, so that a page that was lost, swapped or torn by a migration is
seen. The page cache is written through the linear map; anonymous pages, which may lie in highmem, through their user
mapping.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dmasan.linux import cache_ops, cacheflush, protections
from dmasan.linux.frames import MigrateType, Owner, Pages, runs
from dmasan.linux.layout import PAGE_SHIFT, PAGE_SIZE, SECTION_SIZE, Zone
from dmasan.linux.page_tables import Mm, faults
from dmasan.linux.protections import FAULT, Protection, page

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
        page_key = np.arange(first, first + count, dtype=np.uint32) + np.uint32(1)
        salt = np.uint32((self.number * 0x9E37_79B1 + self.generation * 0x85EB_CA6B) & 0xFFFF_FFFF)
        words = (np.arange(_WORDS, dtype=np.uint32) * np.uint32(0xC2B2_AE35)) ^ salt
        return (words[None, :] + page_key[:, None] * np.uint32(0x27D4_EB2F)).view(np.uint8).reshape(-1)


@dataclass(eq=False)
class PageCache(MovableUser):
    """Pages of a file in lowmem (`struct address_space`): nothing maps them but the linear map."""


@dataclass(eq=False, kw_only=True)
class Anonymous(MovableUser):
    """Pages of a process from user address `va` on, in `mm`."""

    mm: Mm
    va: int

    def address(self, index: int) -> int:
        return self.va + (index << PAGE_SHIFT)


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

    async def damaged(self, user: MovableUser) -> int:
        """Reads all pages of the user back and counts the bytes that are not what it wrote."""
        kernel = self.kernel
        if isinstance(user, Anonymous):
            async with UsingMm(kernel, user.mm):
                found = await kernel.cpu.read(user.va, user.pages.size << PAGE_SHIFT)
            return int(np.count_nonzero(found != user.pattern(0, user.pages.size)))
        wrong = done = 0
        for start, count in runs(user.pages):
            found = await kernel.cpu.read(kernel.linear.va(start), count << PAGE_SHIFT)
            wrong += int(np.count_nonzero(found != user.pattern(done, count)))
            done += count
        return wrong

    async def free(self, user: MovableUser) -> None:
        """The file is dropped, or the process unmaps its memory; the pages are free again."""
        kernel = self.kernel
        if isinstance(user, Anonymous):
            await cacheflush.flush_cache_range(kernel, user.va, user.pages.size << PAGE_SHIFT)
            await kernel.tables.set_ptes(user.mm, user.va, faults(user.pages.size))
            await cache_ops.flush_tlb_kernel_range(kernel, user.va, user.pages.size << PAGE_SHIFT)
            user.mm.give_back(user.va, user.pages.size)
        kernel.free_owner(user)

    async def unmap(self, user: MovableUser, index: int) -> None:
        """try_to_migrate of one page: flush_cache_page, ptep_clear_flush of its user mapping, if it has one (mm/rmap.c,
        v6.19)."""
        if isinstance(user, Anonymous):
            await cacheflush.flush_cache_page(self.kernel, user.address(index), int(user.pages[index]))
            await self.kernel.tables.set_pte(user.mm, user.address(index), FAULT)
            await cache_ops.flush_tlb_kernel_range(self.kernel, user.address(index), PAGE_SIZE)

    async def remap(self, user: MovableUser, index: int, frame: int) -> None:
        """remove_migration_ptes of one page: the user mapping points to `frame`; invalid to valid, so a DSB will do."""
        if isinstance(user, Anonymous):
            word = page(self.kernel.layout.pa(frame), Protection.USER)
            await self.kernel.tables.set_pte(user.mm, user.address(index), word)
            await self.kernel.cpu.dsb("ishst")

    async def _fill_file(self, pages: Pages) -> PageCache:
        self._created += 1
        user = PageCache(f"page cache {self._created}")
        self.kernel.give(user, pages)
        await self.write(user)
        return user

    async def _fill_process(self, pages: Pages) -> Anonymous:
        kernel = self.kernel
        self._created += 1
        mm = kernel.tables.mms[self._created % len(kernel.tables.mms)]
        user = Anonymous(f"anonymous {self._created} of {mm.name}", mm=mm, va=mm.reserve(pages.size))
        kernel.give(user, pages)
        for va in range(user.va & -SECTION_SIZE, user.address(pages.size), SECTION_SIZE):
            await kernel.tables.populate(mm, va)
        await kernel.tables.set_ptes(
            mm, user.va, protections.pages(kernel.layout.base + (pages << PAGE_SHIFT), Protection.USER)
        )
        await kernel.cpu.dsb("ishst")
        for start, count in runs(pages):  # update_mmu_cache of pages that nobody had mapped
            await cacheflush.flush_dcache_pages(kernel, start, count)
        await self.write(user)
        return user


class UsingMm:
    """kthread_use_mm: the running CPU translates through `mm` inside the block, through init_mm after it.

    A class, not a generator of contextlib: a frame of the standard library would pass for the driver program's.
    """

    def __init__(self, kernel: Kernel, mm: Mm) -> None:
        self._kernel, self._mm = kernel, mm

    async def __aenter__(self) -> None:
        await self._kernel.switch_mm(self._mm)

    async def __aexit__(self, *error: object) -> None:
        await self._kernel.switch_mm(self._kernel.tables.init_mm)
