# SPDX-License-Identifier: Apache-2.0
"""Physical and virtual layout of the kernel, and the arithmetic that places lowmem and the CMA area.

A *page* here is a page frame, counted from the base of RAM. Addresses and sizes are in bytes.
Sources: Documentation/arch/arm/memory.rst and arch/arm/mm/mmu.c:adjust_lowmem_bounds, v6.19 (VMSPLIT_3G).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from dmasan.config import Knobs, UsageError

MIB = 1 << 20
PAGE_SHIFT = 12
PAGE_SIZE = 1 << PAGE_SHIFT
SECTION_SIZE = MIB
PAGEBLOCK_ORDER = 10  # MAX_PAGE_ORDER without huge pages: 4 MiB
PAGEBLOCK_PAGES = 1 << PAGEBLOCK_ORDER
PAGEBLOCK_MIB = (PAGEBLOCK_PAGES * PAGE_SIZE) // MIB
MAX_ORDER = PAGEBLOCK_ORDER

PAGE_OFFSET = 0xC000_0000
TASK_SIZE = 0xBF00_0000
VMALLOC_START = 0xF000_0000
VMALLOC_END = 0xFF80_0000
FIXMAP_START = 0xFFC8_0000
KMAP_SLOTS = 16  # KM_MAX_IDX per CPU, include/asm-generic/kmap_size.h


class Zone(IntEnum):
    """Lowmem is the kernel's ZONE_NORMAL: it has a linear address. Highmem has none."""

    LOWMEM = 0
    HIGHMEM = 1


def pages_of(size: int) -> int:
    """Pages that `size` bytes take (PAGE_ALIGN)."""
    return -(-size // PAGE_SIZE)


def get_order(size: int) -> int:
    """Smallest order whose 2^order pages hold `size` bytes (include/asm-generic/getorder.h)."""
    return (pages_of(size) - 1).bit_length() if size > 0 else 0


@dataclass(frozen=True)
class Layout:
    """Where things are in RAM: counts and first numbers of pages."""

    base: int
    pages: int
    lowmem_pages: int
    cma_first: int
    cma_pages: int
    nomap_first: int = 0
    nomap_pages: int = 0  # of lowmem, without a linear mapping

    @classmethod
    def of(cls, knobs: Knobs, base: int, cma_zone: Zone, nomap_mib: int = 0) -> Layout:
        """The layout for `knobs`. Raises UsageError where something does not fit.

        memblock allocates from the top down, so the CMA area ends where its zone ends. Its size is rounded up to
        CMA_MIN_ALIGNMENT_BYTES, one pageblock (mm/cma.c:cma_declare_contiguous_nid, v6.19). A region of `nomap_mib` that
        the device tree reserves lies below it.
        """
        for name, mib in (("ram_mib", knobs.ram_mib), ("lowmem_mib", knobs.lowmem_mib)):
            if mib % PAGEBLOCK_MIB:
                raise UsageError(
                    f"knob {name}: {mib} is not a multiple of {PAGEBLOCK_MIB}, the size of a pageblock"
                )
        low = min(knobs.lowmem_mib, knobs.ram_mib)
        high = knobs.ram_mib - low
        cma = -(-knobs.cma_mib // PAGEBLOCK_MIB) * PAGEBLOCK_MIB
        if cma_zone is Zone.HIGHMEM and cma > high:
            raise UsageError(
                f"knob cma_mib: a CMA area of {cma} MiB does not fit in highmem, which has {high} MiB "
                f"(ram_mib {knobs.ram_mib} less lowmem_mib {low})"
            )
        if cma_zone is Zone.LOWMEM and cma > low - PAGEBLOCK_MIB:
            raise UsageError(
                f"knob cma_mib: a CMA area of {cma} MiB does not fit in lowmem, which has {low} MiB "
                f"of which {PAGEBLOCK_MIB} MiB hold the kernel"
            )
        end = knobs.ram_mib if cma_zone is Zone.HIGHMEM else low
        per_mib = MIB // PAGE_SIZE
        nomap = -(-nomap_mib // PAGEBLOCK_MIB) * PAGEBLOCK_MIB
        free = low - cma if cma_zone is Zone.LOWMEM else low
        if nomap > free - PAGEBLOCK_MIB:
            raise UsageError(
                f"knob carveout_mib: a reserved region of {nomap} MiB does not fit in lowmem, which has {free} MiB left "
                f"of which {PAGEBLOCK_MIB} MiB hold the kernel"
            )
        areas = [(end - cma) * per_mib, cma * per_mib, (free - nomap) * per_mib, nomap * per_mib]
        return cls(base, knobs.ram_mib * per_mib, low * per_mib, *areas)

    @property
    def cma_end(self) -> int:
        return self.cma_first + self.cma_pages

    def zone(self, page: int) -> Zone:
        return Zone.LOWMEM if page < self.lowmem_pages else Zone.HIGHMEM

    def pa(self, page: int) -> int:
        return self.base + (page << PAGE_SHIFT)

    def page(self, pa: int) -> int:
        """The page that holds physical address `pa`. Raises UsageError outside RAM."""
        page = (pa - self.base) >> PAGE_SHIFT
        if not 0 <= page < self.pages:
            raise UsageError(
                f"physical address {pa:#010x} is outside RAM ({self.base:#010x} to {self.pa(self.pages):#010x})"
            )
        return page

    def linear(self, pa: int) -> int:
        """phys_to_virt: the linear address of a lowmem physical address."""
        return pa - self.base + PAGE_OFFSET

    def is_linear(self, va: int) -> bool:
        """virt_addr_valid: `va` lies in the linear map of lowmem."""
        page = (va - PAGE_OFFSET) >> PAGE_SHIFT
        hole = self.nomap_first <= page < self.nomap_first + self.nomap_pages
        return 0 <= page < self.lowmem_pages and not hole

    def physical(self, va: int) -> int:
        """virt_to_phys of a linear address."""
        return va - PAGE_OFFSET + self.base
