# SPDX-License-Identifier: Apache-2.0
"""Translation tables of init_mm and of the user mm's, in simulated memory.

A first-level table (pgd) is 16 KiB, one word per MiB. Second-level tables come in pairs in a page: Linux's own two
tables of 1 KiB, then the two of 1 KiB that the walker reads, for 2 MiB of addresses (arch/arm/include/asm/
pgtable-2level.h, v6.19). The kernel's first-level words are copied into every new mm (arch/arm/mm/pgd.c:pgd_alloc), so
a section that changes later must be changed in every one of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dmasan.linux import cache_ops, protections
from dmasan.linux.errors import OutOfMemory
from dmasan.linux.frames import Owner
from dmasan.linux.layout import PAGE_OFFSET, PAGE_SHIFT, PAGE_SIZE, SECTION_SIZE, TASK_SIZE

if TYPE_CHECKING:
    from dmasan.arch.cpu import Cpu
    from dmasan.linux.kernel import Kernel

Words = NDArray[np.uint32]

PGD_SIZE = 16 << 10
HW_TABLES = 2048  # offset of the walker's tables in a page of tables
TABLE_SIZE = 1024
USER_START = 0x1000_0000


@dataclass(eq=False)
class Mm:
    """An address space: its first-level table, and the second-level tables that it does not share."""

    name: str
    pgd: int  # physical address
    asid: int
    tables: dict[int, int] = field(
        default_factory=dict
    )  # MiB of the address -> physical address of its table
    next_va: int = USER_START
    task_size: int = TASK_SIZE
    holes: dict[int, list[int]] = field(default_factory=dict)  # size in MiB -> addresses

    def first_level(self, va: int) -> int:
        """Physical address of the first-level word of `va`."""
        return self.pgd + (va >> 20) * 4

    def reserve(self, count: int) -> int:
        """Addresses for `count` pages, a whole number of MiB that is in no other use. Raises OutOfMemory."""
        mib = -(-count // 256)
        if self.holes.get(mib):
            return self.holes[mib].pop()
        va, self.next_va = self.next_va, self.next_va + (mib << 20)
        if self.next_va > self.task_size:
            raise OutOfMemory(f"{self.name} has used up its addresses")
        return va

    def give_back(self, va: int, count: int) -> None:
        """The addresses of `reserve` may be used again; their second-level tables stay."""
        self.holes.setdefault(-(-count // 256), []).append(va)


class PageTables:
    """Writes descriptors through the running CPU and knows all mm's. Effects are the machine's; this keeps only places.

    Entries of pages are words of short descriptors wherever they are handed around, Linux's `pte_t` here.
    """

    pgd_size = PGD_SIZE

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.init_mm = Mm("init_mm", 0, 0)
        self.mms: list[Mm] = []  # user mm's

    def everywhere(self) -> Iterable[Mm]:
        """All mm's, init_mm first: the walk over all page tables."""
        return (self.init_mm, *self.mms)

    async def boot(self) -> None:
        """swapper_pg_dir, before the MMU is on."""
        self.init_mm.pgd = await self._new_pages("pgd of init_mm", PGD_SIZE, mmu=False)

    def activate(self, cpu: Cpu, mm: Mm) -> None:
        """The CPU translates through `mm` from now on: TTBR0."""
        cpu.ttbr = mm.pgd

    async def flush_init_mm(self) -> None:
        """With the MMU on: drops lines of swapper_pg_dir that were filled while it was written without caches.

        arch/arm/mm/mmu.c:devicemaps_init flushes all caches for this reason. First the buffered stores must have reached
        memory, and L2 goes before L1: it is the CPU that shall not see the old lines.
        """
        kernel, pgd = self.kernel, self.init_mm.pgd
        await kernel.cpu.dsb()
        await kernel.cpu.outer_sync()
        kernel.undefined_bytes(pgd, self.pgd_size, "written with the caches off")
        await cache_ops.outer_flush_range(kernel, pgd, self.pgd_size)
        await cache_ops.dmac_flush_range(kernel, kernel.layout.linear(pgd), self.pgd_size)

    async def pgd_alloc(self, name: str) -> Mm:
        """A new user mm with a copy of the kernel's first-level words (arch/arm/mm/pgd.c:pgd_alloc)."""
        mm = Mm(name, await self._new_pages(f"pgd of {name}", PGD_SIZE), len(self.mms) + 1)
        first = PAGE_OFFSET >> 20
        words = self._words(self.init_mm.pgd + first * 4, 4096 - first)
        await self.kernel.cpu.set_descriptors(mm.first_level(PAGE_OFFSET), words, va=PAGE_OFFSET, level=1)
        self.mms.append(mm)
        return mm

    async def set_first_level(self, mm: Mm, va: int, word: int) -> None:
        await self.kernel.cpu.set_descriptor(mm.first_level(va), word, va=va, level=1)

    async def new_table(self, mm: Mm, va: int, words: Words | None = None) -> int:
        """A second-level table for the MiB of `va`, filled with `words` (256) before anything points to it.

        Returns its physical address; the first-level word is the caller's to write (pte_alloc without pmd_populate).
        """
        mib = va >> 20
        pair = mm.tables.get(mib ^ 1)
        if pair is not None:
            table = pair ^ TABLE_SIZE
        else:
            table = await self._new_pair(mm, mib) + HW_TABLES + (mib & 1) * TABLE_SIZE
        mm.tables[mib] = table
        if words is not None:
            await self.kernel.cpu.set_descriptors(table, words, va=mib << 20, level=2)
        return table

    async def populate(self, mm: Mm, va: int) -> None:
        """Makes sure that the MiB of `va` has a second-level table (pte_alloc + pmd_populate)."""
        if va >> 20 not in mm.tables:
            await self.pmd_populate(mm, va, await self.new_table(mm, va))

    async def pmd_populate(self, mm: Mm, va: int, table: int) -> None:
        """Links a second-level table. The DSB of flush_pmd_entry makes the walkers see it, and what is in it
        (arch/arm/include/asm/tlbflush.h, v6.19)."""
        await self.set_first_level(mm, va, protections.table(table))
        await self.kernel.cpu.dsb("ishst")

    async def set_pte(self, mm: Mm, va: int, word: int) -> None:
        """set_pte_ext of the page at `va`, whose table exists."""
        await self.kernel.cpu.set_descriptor(self._entry(mm, va), word, va=va, level=2)

    async def set_ptes(self, mm: Mm, va: int, words: Words) -> None:
        """Consecutive pages from `va`, one word each; all their tables exist."""
        done = 0
        while done < len(words):
            here = va + (done << PAGE_SHIFT)
            room = (SECTION_SIZE - here % SECTION_SIZE) >> PAGE_SHIFT
            part = words[done : done + room]
            await self.kernel.cpu.set_descriptors(self._entry(mm, here), part, va=here, level=2)
            done += room

    def pte(self, mm: Mm, va: int) -> int:
        """The second-level word of `va`, 0 without a table."""
        return int(self._words(self._entry(mm, va), 1)[0]) if va >> 20 in mm.tables else 0

    def _entry(self, mm: Mm, va: int) -> int:
        return mm.tables[va >> 20] + ((va >> PAGE_SHIFT) & 255) * 4

    def _words(self, pa: int, count: int) -> Words:
        """Words of a table as the walker sees them."""
        return self.kernel.machine.hierarchy.peek(pa, 4 * count).view(np.uint32)

    async def _new_pair(self, mm: Mm, mib: int) -> int:
        return await self._new_pages(f"page tables of {mm.name} at {mib << 20:#010x}", PAGE_SIZE)

    async def _new_pages(self, name: str, size: int, *, mmu: bool = True) -> int:
        """Zeroed pages for tables; the walkers of an SMP machine see the stores, so nothing is cleaned."""
        kernel = self.kernel
        count = size >> PAGE_SHIFT
        pages = kernel.take_unmovable(Owner(name), count, align=count)
        pa = kernel.layout.pa(int(pages[0]))
        if mmu:
            await kernel.cpu.fill(kernel.layout.linear(pa), size, 0)
        else:
            kernel.machine.memory.write(pa, np.zeros(size, np.uint8))
        return pa


def words_of(first_pa: int, count: int, prot: protections.Protection) -> Words:
    """Second-level words that map `count` consecutive frames from `first_pa`."""
    return protections.pages(first_pa + (np.arange(count, dtype=np.int64) << PAGE_SHIFT), prot)


def faults(count: int) -> Words:
    """Words of `count` entries that fault."""
    return np.zeros(count, np.uint32)
