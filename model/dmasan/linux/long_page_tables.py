# SPDX-License-Identifier: Apache-2.0
"""Translation tables of arm64: 4 KiB granule, 39-bit addresses, three levels (arch/arm64/mm/mmu.c, v6.0).

The kernel's addresses are translated by TTBR1, swapper_pg_dir, which all address spaces share: nothing is copied into a
new mm, and a change is made once. User addresses are translated by TTBR0; while the kernel runs without an mm it points to
reserved_pg_dir, which is empty (arch/arm64/include/asm/mmu_context.h:cpu_set_reserved_ttbr0).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dmasan.arch.long_descriptor import INDEX_ARM64, WORDS, LongLeaf, LongTable, encode_long, entry_bytes
from dmasan.arch.long_walk import LongRegime
from dmasan.events import MemoryType
from dmasan.linux.layout import PAGE_SHIFT, PAGE_SIZE
from dmasan.linux.page_tables import Mm, PageTables, Words
from dmasan.linux.protections import Protection

if TYPE_CHECKING:
    from dmasan.arch.cpu import Cpu

LongWords = NDArray[np.uint64]

BLOCK_SHIFT = 21  # an entry of level 2: what a table of pages translates
_DIRECTORY_SHIFT = 30  # an entry of level 1
_T_SZ = 25  # 39-bit addresses
_LOW = np.uint32(PAGE_SIZE - 1)
# arm64 has had no Write-Through type since v5.13, and its cores treat such pages as Non-cacheable (DDI 0500, 6.2).
_TYPES = {
    Protection.KERNEL: MemoryType.WB,
    Protection.DMACOHERENT: MemoryType.NC,
    Protection.USER: MemoryType.WB,
    Protection.USER_DMACOHERENT: MemoryType.NC,
    Protection.USER_STRONGLY_ORDERED: MemoryType.STRONGLY_ORDERED,
    Protection.WRITETHROUGH: MemoryType.NC,
    Protection.DEVICE: MemoryType.DEVICE,
}


def leaf(level: int, pa: int, prot: Protection = Protection.KERNEL, *, contiguous: bool = False) -> LongLeaf:
    """The entry that maps `pa` as `prot` says: PAGE_KERNEL, pgprot_dmacoherent and so on of arch/arm64."""
    user = prot.name.startswith("USER")
    return LongLeaf(level, pa, INDEX_ARM64[_TYPES[prot]], user=user, non_global=user, contiguous=contiguous)


_PAGES = {prot.value & int(_LOW): np.uint64(encode_long(leaf(3, 0, prot))) for prot in Protection}


def long_words(words: Words) -> LongWords:
    """Words of small pages, as they are handed around, as level 3 entries of the same memory, type and access."""
    out = np.zeros(len(words), np.uint64)
    low = words & _LOW
    for kind in np.unique(low).tolist():
        if kind & 3:
            here = low == kind
            out[here] = (words[here] & ~_LOW).astype(np.uint64) | _PAGES[kind]
    return out


class LongPageTables(PageTables):
    """`Mm.tables` holds the tables of pages by the number of their 2 MiB; `pgd` is a page."""

    pgd_size = PAGE_SIZE

    async def boot(self) -> None:
        """swapper_pg_dir and reserved_pg_dir, before the MMU is on."""
        self.init_mm.pgd = await self._new_pages("swapper_pg_dir", PAGE_SIZE, mmu=False)
        self._reserved = await self._new_pages("reserved_pg_dir", PAGE_SIZE, mmu=False)
        self._directories: dict[tuple[int, int], int] = {}  # tables of level 2, by pgd and GiB

    def activate(self, cpu: Cpu, mm: Mm) -> None:
        """TTBR0_EL1; TTBR1_EL1, TCR_EL1 and MAIR_EL1 are the same everywhere."""
        user = self._reserved if mm is self.init_mm else mm.pgd
        cpu.use(LongRegime(user, self.init_mm.pgd, _T_SZ, _T_SZ))

    async def pgd_alloc(self, name: str) -> Mm:
        """A new user mm: an empty table (arch/arm64/mm/pgd.c:pgd_alloc)."""
        mm = Mm(name, await self._new_pages(f"pgd of {name}", PAGE_SIZE), len(self.mms) + 1)
        mm = replace(mm, task_size=self.kernel.layout.space.task_size)
        self.mms.append(mm)
        return mm

    async def set_entry(self, mm: Mm, va: int, level: int, words: LongWords) -> None:
        """Consecutive entries of level 2, from that of `va`, in one table."""
        table = await self._directory(mm, va)
        at = table + 8 * ((va >> BLOCK_SHIFT) % WORDS)
        await self.kernel.cpu.set_long_descriptors(at, words, va=va & -entry_bytes(level), level=level)

    async def entries(self, mm: Mm, va: int, count: int) -> LongWords:
        """Consecutive entries of level 2, as the walker sees them."""
        at = await self._directory(mm, va) + 8 * ((va >> BLOCK_SHIFT) % WORDS)
        return self.kernel.machine.hierarchy.peek(at, 8 * count).view(np.uint64).copy()

    async def new_table(self, mm: Mm, va: int, words: Words | None = None) -> int:
        """A table for the 2 MiB of `va`, filled with `words` (512) before anything points to it; the link is the caller's."""
        start = va & -(1 << BLOCK_SHIFT)
        table = await self._new_pages(f"page table of {mm.name} at {start:#x}", PAGE_SIZE, mmu=self._mmu)
        mm.tables[va >> BLOCK_SHIFT] = table
        if words is not None:
            await self.kernel.cpu.set_long_descriptors(table, long_words(words), va=start, level=3)
        return table

    async def populate(self, mm: Mm, va: int) -> None:
        """Makes sure that the 2 MiB of `va` have a table of pages."""
        if va >> BLOCK_SHIFT not in mm.tables:
            table = await self.new_table(mm, va)
            await self.set_entry(mm, va, 2, np.array((encode_long(LongTable(table)),), np.uint64))

    async def set_pte(self, mm: Mm, va: int, word: int) -> None:
        """set_pte of the page at `va`, whose table exists."""
        await self.set_ptes(mm, va, np.array((word,), np.uint32))

    async def set_ptes(self, mm: Mm, va: int, words: Words) -> None:
        """Consecutive pages from `va`, one word each; all their tables exist."""
        done, new = 0, long_words(words)
        while done < len(new):
            here = va + (done << PAGE_SHIFT)
            part = new[done : done + WORDS - (here >> PAGE_SHIFT) % WORDS]
            await self.kernel.cpu.set_long_descriptors(self._entry(mm, here), part, va=here, level=3)
            done += len(part)

    def pte(self, mm: Mm, va: int) -> int:
        """The level 3 entry of `va`, 0 without a table."""
        if va >> BLOCK_SHIFT not in mm.tables:
            return 0
        return int(self.kernel.machine.hierarchy.peek(self._entry(mm, va), 8).view(np.uint64)[0])

    @property
    def _mmu(self) -> bool:
        return self.kernel.cpu.regime is not None

    def _entry(self, mm: Mm, va: int) -> int:
        return mm.tables[va >> BLOCK_SHIFT] + ((va >> PAGE_SHIFT) % WORDS) * 8

    async def _directory(self, mm: Mm, va: int) -> int:
        """The level 2 table of `va`, made if need be."""
        gib = va >> _DIRECTORY_SHIFT
        table = self._directories.get((mm.pgd, gib))
        if table is None:
            table = await self._new_pages(f"directory of {mm.name} at {gib << _DIRECTORY_SHIFT:#x}", PAGE_SIZE, mmu=self._mmu)
            self._directories[mm.pgd, gib] = table
            link = np.array((encode_long(LongTable(table)),), np.uint64)
            at = mm.pgd + 8 * (gib % WORDS)
            await self.kernel.cpu.set_long_descriptors(at, link, va=gib << _DIRECTORY_SHIFT, level=1)
        return table
