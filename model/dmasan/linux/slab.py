# SPDX-License-Identifier: Apache-2.0
"""kmalloc: small objects share a page, bigger ones get pages of their own (mm/slub.c, mm/slab_common.c).

Sizes are rounded up to a power of two, at least ARCH_DMA_MINALIGN, which is 64 on ARMv7 (L1_CACHE_BYTES with
ARM_L1_CACHE_SHIFT_6, arch/arm/mm/Kconfig), 32 before it and 128 on arm64. Objects of 4 KiB and more are runs of whole pages, naturally aligned.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dmasan.linux.architecture import Architecture, architecture_of
from dmasan.linux.eras import since
from dmasan.linux.errors import DmaApiError
from dmasan.linux.frames import Owner
from dmasan.linux.layout import PAGE_SIZE, get_order, pages_of

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel

ARCH_DMA_MINALIGN = 64
_DMA_MINALIGN = {Architecture.ARM64: 128, Architecture.ARMV6: 32, Architecture.ARMV5: 32}


@dataclass(eq=False)
class Slab(Owner):
    """One page of objects of `size` bytes: names of those in use, by offset."""

    size: int = ARCH_DMA_MINALIGN
    used: dict[int, str] = field(default_factory=dict)


@dataclass(eq=False)
class LargeObject(Owner):
    """An object with pages of its own."""


class Kmalloc:
    """Objects in lowmem, by their linear address."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.architecture = architecture_of(kernel.machine.profile)
        self._slabs: dict[int, list[Slab]] = {}

    @property
    def dma_alignment(self) -> int:
        """ARCH_DMA_MINALIGN, bytes."""
        return _DMA_MINALIGN.get(self.architecture, ARCH_DMA_MINALIGN)

    @property
    def minimum(self) -> int:
        """ARCH_KMALLOC_MINALIGN: smallest object. arm64 gave up ARCH_DMA_MINALIGN in v6.5 and bounces instead."""
        if self.architecture is Architecture.ARM64 and since(self.kernel.era, "v6.19"):
            return 8
        return self.dma_alignment

    def rounded(self, size: int) -> int:
        """kmalloc_size_roundup for objects that share a page."""
        return max(self.minimum, 1 << (size - 1).bit_length())

    def alloc(self, size: int, name: str) -> int:
        """kmalloc(size, GFP_KERNEL): content undefined. Raises DmaApiError for no size, OutOfMemory."""
        if size <= 0:
            raise DmaApiError(f"kmalloc of {size} bytes: allowed is 1 byte and more")
        kernel = self.kernel
        if size > PAGE_SIZE // 2:
            count = pages_of(size)
            pages = kernel.take_unmovable(LargeObject(name), count, align=1 << get_order(size))
            return kernel.linear.va(int(pages[0]))
        rounded = self.rounded(size)
        slab = next(
            (s for s in self._slabs.setdefault(rounded, []) if len(s.used) < PAGE_SIZE // rounded), None
        )
        if slab is None:
            slab = Slab(f"kmalloc-{rounded}", size=rounded)
            kernel.take_unmovable(slab, 1)
            self._slabs[rounded].append(slab)
        offset = next(o for o in range(0, PAGE_SIZE, rounded) if o not in slab.used)
        slab.used[offset] = name
        va = kernel.linear.va(int(slab.pages[0])) + offset
        kernel.undefined_bytes(kernel.layout.physical(va), rounded, "object allocated")
        return va

    def free(self, va: int) -> None:
        """kfree. Raises DmaApiError if `va` is no address that `alloc` returned."""
        kernel = self.kernel
        page = kernel.layout.page(kernel.layout.physical(va)) if kernel.layout.is_linear(va) else None
        owner = kernel.frames.owner_of(page) if page is not None else None
        offset = va % PAGE_SIZE
        if isinstance(owner, Slab) and offset in owner.used:
            del owner.used[offset]
            kernel.undefined_bytes(kernel.layout.physical(va), owner.size, "object freed")
            if not owner.used:
                self._slabs[owner.size].remove(owner)
                kernel.free_owner(owner)
        elif isinstance(owner, LargeObject) and int(owner.pages[0]) == page and not offset:
            kernel.free_owner(owner)
        else:
            raise DmaApiError(f"kfree of {va:#010x}, which kmalloc did not return")
