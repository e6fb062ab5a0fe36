# SPDX-License-Identifier: Apache-2.0
"""Physical and virtual layout of the kernel, and the arithmetic that places lowmem and the CMA area.

A *page* here is a page frame, counted from the base of RAM. Addresses and sizes are in bytes.
Sources: Documentation/arch/arm/memory.rst and arch/arm/mm/mmu.c:adjust_lowmem_bounds, v6.19 (VMSPLIT_3G).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from dmasan.config import Knobs, UsageError
from dmasan.linux.cma_parameter import CmaParameter, parse_cma

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
PKMAP_BASE = PAGE_OFFSET - (2 << 20)
LAST_PKMAP = 512
FLUSH_ALIAS_START = 0xFFFF_4000  # one page for each colour of an aliasing cache (arch/arm/mm/mm.h)
KMAP_SLOTS = 16  # KM_MAX_IDX per CPU, include/asm-generic/kmap_size.h


@dataclass(frozen=True)
class AddressSpace:
    """Where a kernel puts things, virtual addresses: the linear map, vmalloc, fixmap and kmap slots, and users below `task_size`."""

    page_offset: int = PAGE_OFFSET
    vmalloc_start: int = VMALLOC_START
    vmalloc_end: int = VMALLOC_END
    fixmap_start: int = FIXMAP_START
    pkmap_base: int = PKMAP_BASE
    task_size: int = TASK_SIZE

    def is_vmalloc(self, va: int) -> bool:
        """is_vmalloc_addr."""
        return self.vmalloc_start <= va < self.vmalloc_end


ARM32_SPACE = AddressSpace()
# CONFIG_ARM64_VA_BITS_39 (arch/arm64/include/asm/memory.h, v6.0): the upper half of the addresses is the kernel's. The places of
# vmalloc and fixmap are from memory; arm64 has no kmap slots, they serve what the model makes of highmem there.
ARM64_SPACE = AddressSpace(
    page_offset=0xFFFF_FF80_0000_0000,
    vmalloc_start=0xFFFF_FFC0_0800_0000,
    vmalloc_end=0xFFFF_FFC0_1800_0000,
    fixmap_start=0xFFFF_FFFE_FF80_0000,
    pkmap_base=0xFFFF_FFFE_FF00_0000,
    task_size=1 << 39,
)


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
    space: AddressSpace = ARM32_SPACE

    @classmethod
    def of(
        cls, knobs: Knobs, base: int, cma_zone: Zone, nomap_mib: int = 0, space: AddressSpace = ARM32_SPACE
    ) -> Layout:
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
        per_mib = MIB // PAGE_SIZE
        low, ram = min(knobs.lowmem_mib, knobs.ram_mib), knobs.ram_mib
        if knobs.cma:
            cma_first, cma = _placed(parse_cma(knobs.cma), base, low, ram, cma_zone)
        else:
            cma = -(-knobs.cma_mib // PAGEBLOCK_MIB) * PAGEBLOCK_MIB
            _check_room(knobs, cma, low, cma_zone)
            cma_first = (ram if cma_zone is Zone.HIGHMEM else low) - cma
        nomap = -(-nomap_mib // PAGEBLOCK_MIB) * PAGEBLOCK_MIB
        free = min(cma_first, low) if cma else low
        if nomap > free - PAGEBLOCK_MIB:
            raise UsageError(
                f"knob carveout_mib: a reserved region of {nomap} MiB does not fit in lowmem, which has {free} MiB left "
                f"of which {PAGEBLOCK_MIB} MiB hold the kernel"
            )
        cma_area, hole = (cma_first * per_mib, cma * per_mib), ((free - nomap) * per_mib, nomap * per_mib)
        return cls(base, ram * per_mib, low * per_mib, *cma_area, *hole, space)

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
        return pa - self.base + self.space.page_offset

    def is_linear(self, va: int) -> bool:
        """virt_addr_valid: `va` lies in the linear map of lowmem."""
        page = (va - self.space.page_offset) >> PAGE_SHIFT
        hole = self.nomap_first <= page < self.nomap_first + self.nomap_pages
        return 0 <= page < self.lowmem_pages and not hole

    def physical(self, va: int) -> int:
        """virt_to_phys of a linear address."""
        return va - self.space.page_offset + self.base


def _check_room(knobs: Knobs, cma: int, low: int, zone: Zone) -> None:
    """Raises UsageError if an area of `cma` MiB does not fit into its zone."""
    high = knobs.ram_mib - low
    if zone is Zone.HIGHMEM and cma > high:
        raise UsageError(
            f"knob cma_mib: a CMA area of {cma} MiB does not fit in highmem, which has {high} MiB "
            f"(ram_mib {knobs.ram_mib} less lowmem_mib {low})"
        )
    if zone is Zone.LOWMEM and cma > low - PAGEBLOCK_MIB:
        raise UsageError(
            f"knob cma_mib: a CMA area of {cma} MiB does not fit in lowmem, which has {low} MiB "
            f"of which {PAGEBLOCK_MIB} MiB hold the kernel"
        )


def _placed(wanted: CmaParameter, base: int, low: int, ram: int, zone: Zone) -> tuple[int, int]:
    """(first MiB, MiB) of the area that cma= asks for (cma_declare_contiguous_nid, cma_alloc_mem).

    A fixed area lies where it says. Others are taken from the top down, below the limit, in the policy's zone if they
    fit there, else in the other one. Raises UsageError where there is no place, and for an area in both zones.
    """
    size = -(-(wanted.size // MIB or bool(wanted.size)) // PAGEBLOCK_MIB) * PAGEBLOCK_MIB
    if not size:
        return low, 0
    start, limit = max(0, wanted.base - base) // MIB, ((wanted.limit or 1 << 32) - base) // MIB
    if wanted.fixed:
        if wanted.base % (PAGEBLOCK_MIB * MIB):
            raise UsageError(f"cma={wanted.size >> 20}M at {wanted.base:#x}: Region must be aligned to {PAGEBLOCK_MIB} MiB")
        if start < low < start + size:
            raise UsageError(f"Region at {wanted.base:#x} defined on low/high memory boundary ({base + low * MIB:#x})")
        places = [start] if PAGEBLOCK_MIB <= start <= ram - size else []
    else:
        tops = [(low, min(ram, limit)), (PAGEBLOCK_MIB, min(low, limit))]
        order = tops if zone is Zone.HIGHMEM else tops[::-1]
        ends = [(max(bottom, start), top // PAGEBLOCK_MIB * PAGEBLOCK_MIB) for bottom, top in order]
        places = [top - size for bottom, top in ends if top - size >= bottom]
    if not places:
        raise UsageError(f"Failed to reserve {size} MiB: cma= has no place in {ram} MiB of RAM from {base:#x}")
    return places[0], size
