# SPDX-License-Identifier: Apache-2.0
"""The protections that the kernel maps memory with, as descriptors (arch/arm/include/asm/pgtable.h, v6.19).

On an SMP kernel L_PTE_SHARED is set on all of them, so that the Non-cacheable ones are *shareable* Non-cacheable: the
case that a PL310 without shared override looks up.
"""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from dmasan.arch.short_descriptor import Access, Kind, Leaf, Table, encode
from dmasan.events import MemoryType
from dmasan.linux.layout import PAGE_SIZE

FAULT = 0
_ANY_PAGE = ~(PAGE_SIZE - 1) & 0xFFFF_FFFF


class Protection(Enum):
    """Memory type, access and scope; the value is the word of a small page at physical address 0."""

    KERNEL = encode(
        Leaf(Kind.SMALL_PAGE, 0, MemoryType.WB, Access.KERNEL)
    )  # PAGE_KERNEL, L_PTE_MT_WRITEALLOC
    DMACOHERENT = encode(
        Leaf(Kind.SMALL_PAGE, 0, MemoryType.NC, Access.KERNEL)
    )  # pgprot_dmacoherent, L_PTE_MT_BUFFERABLE
    USER = encode(Leaf(Kind.SMALL_PAGE, 0, MemoryType.WB, Access.USER, non_global=True))  # anonymous memory
    USER_DMACOHERENT = encode(
        Leaf(Kind.SMALL_PAGE, 0, MemoryType.NC, Access.USER, non_global=True)
    )  # dma_pgprot, phys_mem_access_prot with O_SYNC since v2.6.37
    USER_STRONGLY_ORDERED = encode(
        Leaf(Kind.SMALL_PAGE, 0, MemoryType.STRONGLY_ORDERED, Access.USER, non_global=True)
    )  # pgprot_noncached
    WRITETHROUGH = encode(Leaf(Kind.SMALL_PAGE, 0, MemoryType.WT, Access.KERNEL))  # L_PTE_MT_WRITETHROUGH
    DEVICE = encode(Leaf(Kind.SMALL_PAGE, 0, MemoryType.DEVICE, Access.KERNEL))  # ioremap


def page(pa: int, prot: Protection) -> int:
    """Second-level word of a small page at `pa`."""
    return pa & _ANY_PAGE | prot.value


def pages(pa: NDArray[np.int64], prot: Protection) -> NDArray[np.uint32]:
    """Second-level words of small pages at each of `pa`."""
    return (pa | prot.value).astype(np.uint32)


def section(pa: int) -> int:
    """First-level word of a section of lowmem (MT_MEMORY_RWX: Write-Back write-allocate, shareable)."""
    return encode(Leaf(Kind.SECTION, pa, MemoryType.WB, Access.KERNEL, execute_never=False))


def table(pa: int) -> int:
    """First-level word that points to the second-level table at `pa`."""
    return encode(Table(pa))
