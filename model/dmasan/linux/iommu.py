# SPDX-License-Identifier: Apache-2.0
"""A minimal IOMMU: one domain of 4 KiB pages, a TLB, and invalidation that may be deferred.

Source: drivers/iommu/dma-iommu.c, v6.19 (__iommu_dma_map, __iommu_dma_unmap, fq_ring_free). Strict mode invalidates at
each unmap; deferred mode collects unmapped addresses in a flush queue, whose addresses are not given out again before
the whole TLB is invalidated: until then the device still reaches the memory. The hardware may hold any translation
that it could read since the last invalidation: `translate` answers from the TLB where it has one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dmasan.events import IommuMap, IotlbMaintenance
from dmasan.linux.errors import DmaApiError, OutOfMemory
from dmasan.linux.layout import PAGE_SHIFT, PAGE_SIZE

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel

IOVA_START = 0x1000_0000
IOVA_END = 0x4000_0000
FLUSH_QUEUE = 256  # entries: IOVA_DEFAULT_FQ_SIZE


@dataclass(eq=False)
class Iommu:
    """Translations of one device's domain, by page of the bus address. `deferred` is iommu.strict=0."""

    kernel: Kernel
    device: str
    deferred: bool = False
    tables: dict[int, int] = field(default_factory=dict)  # page of iova -> page address
    tlb: dict[int, int] = field(default_factory=dict)
    queue: list[tuple[int, int]] = field(default_factory=list)  # unmapped, not invalidated: iova, pages
    _next: int = IOVA_START
    _holes: dict[int, list[int]] = field(default_factory=dict)

    def map(self, pa: int, size: int) -> int:
        """Maps the pages of a physical range; returns the bus address of its first byte. Raises OutOfMemory."""
        offset, pages = pa % PAGE_SIZE, _pages(pa, size)
        iova = self._reserve(pages)
        for n in range(pages):
            self.tables[(iova >> PAGE_SHIFT) + n] = pa - offset + (n << PAGE_SHIFT)
        self._tell(iova, pa - offset, pages << PAGE_SHIFT, True)
        return iova + offset

    def unmap(self, iova: int, size: int) -> None:
        """Ends the translations; the TLB is invalidated now, or with the queue. Raises DmaApiError if there are none."""
        first, pages = iova >> PAGE_SHIFT, _pages(iova, size)
        if first not in self.tables:
            raise DmaApiError(f"the IOMMU has no translation for bus address {iova:#010x}")
        pa = self.tables[first]
        for n in range(pages):
            self.tables.pop(first + n, None)
        self._tell(first << PAGE_SHIFT, pa, pages << PAGE_SHIFT, False)
        if not self.deferred:
            self.invalidate(first << PAGE_SHIFT, pages << PAGE_SHIFT)
            self._holes.setdefault(pages, []).append(first << PAGE_SHIFT)
            return
        self.queue.append((first << PAGE_SHIFT, pages))
        if len(self.queue) >= FLUSH_QUEUE:
            self.flush()

    def invalidate(self, iova: int, length: int) -> None:
        """TLB invalidation by address (length 0: everything)."""
        first, end = iova >> PAGE_SHIFT, (iova + length + PAGE_SIZE - 1) >> PAGE_SHIFT
        self.tlb = {page: pa for page, pa in self.tlb.items() if length and not first <= page < end}
        if self.kernel.machine.bus.active:
            self.kernel.emit(IotlbMaintenance(*self.kernel.stamp(), self.device, iova, length))

    def flush(self) -> None:
        """The flush queue runs: everything is invalidated, and the queued addresses are free again."""
        self.invalidate(0, 0)
        for iova, pages in self.queue:
            self._holes.setdefault(pages, []).append(iova)
        self.queue.clear()

    def physical(self, iova: int) -> int | None:
        """iommu_iova_to_phys: by the tables, as the kernel sees them."""
        page = self.tables.get(iova >> PAGE_SHIFT)
        return None if page is None else page + iova % PAGE_SIZE

    def translate(self, iova: int) -> int | None:
        """What the hardware does with an access: TLB, else a walk that fills it; None is a fault."""
        number = iova >> PAGE_SHIFT
        page = self.tlb.get(number)
        if page is None:
            page = self.tables.get(number)
            if page is None:
                return None
            self.tlb[number] = page
        return page + iova % PAGE_SIZE

    def _reserve(self, pages: int) -> int:
        if self._holes.get(pages):
            return self._holes[pages].pop()
        iova, self._next = self._next, self._next + (pages << PAGE_SHIFT)
        if self._next > IOVA_END:
            raise OutOfMemory(f"no bus addresses left for {pages} pages")
        return iova

    def _tell(self, iova: int, pa: int, length: int, valid: bool) -> None:
        if self.kernel.machine.bus.active:
            self.kernel.emit(IommuMap(*self.kernel.stamp(), self.device, iova, pa, length, valid))


def _pages(address: int, size: int) -> int:
    return (address % PAGE_SIZE + size + PAGE_SIZE - 1) >> PAGE_SHIFT
