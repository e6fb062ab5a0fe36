# SPDX-License-Identifier: Apache-2.0
"""How much of RAM has a linear mapping, by the split of the address space (arch/arm/mm/mmu.c:adjust_lowmem_bounds).

lowmem ends where the vmalloc area, of 240 MiB unless `vmalloc=` says otherwise, and a hole of 8 MiB must begin.
VMALLOC_END is 0xff800000, and was 0xff000000 in v3.5. All in MiB.
"""

from __future__ import annotations

from dmasan.config import UsageError, choose
from dmasan.linux.eras import since

VMALLOC_MIB = 240  # VMALLOC_DEFAULT_SIZE
HOLE_MIB = 8  # VMALLOC_OFFSET
PAGE_OFFSETS = {
    "VMSPLIT_3G": 0xC000_0000,
    "VMSPLIT_3G_OPT": 0xB000_0000,
    "VMSPLIT_2G": 0x8000_0000,
    "VMSPLIT_1G": 0x4000_0000,
}


def lowmem_limit(split: str = "VMSPLIT_3G", era: str = "v6.19", vmalloc_mib: int = VMALLOC_MIB) -> int:
    """The most lowmem that a kernel can have. Raises UsageError for an unknown split, or where nothing is left."""
    offset = PAGE_OFFSETS[choose("split of the address space", split, PAGE_OFFSETS)]
    end = 0xFF80_0000 if since(era, "v3.14") else 0xFF00_0000
    room = ((end - offset) >> 20) - vmalloc_mib - HOLE_MIB
    if room <= 0:
        raise UsageError(f"vmalloc={vmalloc_mib}M leaves no lowmem under {split}")
    return room


def lowmem_of(ram_mib: int, split: str = "VMSPLIT_3G", era: str = "v6.19", vmalloc_mib: int = VMALLOC_MIB) -> int:
    """lowmem of a machine with `ram_mib` of RAM; the rest is highmem."""
    return min(ram_mib, lowmem_limit(split, era, vmalloc_mib))
