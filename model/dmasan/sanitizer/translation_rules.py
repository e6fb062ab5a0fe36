# SPDX-License-Identifier: Apache-2.0
"""Translations that are used after their end: of the CPUs' MMU, and of a device's IOMMU.

- An entry that was made invalid is made valid again with another output or other attributes before its TLB maintenance
  has completed: the make comes without the end of the break (DDI 0406C, B3.10.1; DDI 0487, D8.16.1). Sections that are
  cut into pages so, with the same output, are a note: kernels have done it (dma_contiguous_remap, v3.5).
- An entry was made another one without a break, and an access to its page comes before TLB maintenance has ended the old
  translation: whichever of the two it goes by (DDI 0406C, B3.10.1). Without such an access it is a note.
- A page of a process is freed before its translation is invalidated: mm/mmu_gather.c frees afterwards. A page of vmalloc
  memory is freed before, by design (mm/vmalloc.c, lazily): what follows from that is the may-sets' business.
- A table walk for an access fetches a descriptor whose last store the walker may not see: it waits in the CPU's buffer for
  want of a DSB (DDI 0406C, B3.10.1), or in a cache that the walker does not look up and nobody cleaned
  (arch/arm/mm/proc-v6.S:cpu_v6_set_pte_ext, v6.19). A walk that no access asked for may see the old one: it is not judged.
- The device reaches a page by a translation that the IOMMU's tables no longer have and its TLB may still hold.

TLB maintenance counts from the DSB behind it; of which CPUs it reaches nothing is asked here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dmasan import events as ev
from dmasan.sanitizer.codes import Code
from dmasan.sanitizer.reporting import Core
from dmasan.sanitizer.rules import Handlers

USER_END = 0xBF00_0000  # TASK_SIZE of ARM32 (arch/arm/include/asm/memory.h, v6.19)
_PAGE = 4096
_OUTPUT = 0xFFFF_FFFF_F000  # of an entry for a page, in either format
_MOST_PAGES = 1 << 16  # of one unmapping by the IOMMU that are remembered


@dataclass(slots=True)
class _Broken:
    """An entry that was made invalid; `issued` when TLB maintenance for it was, and only its DSB is missing."""

    old: int
    site: ev.Site
    issued: bool = False


class TranslationRules:
    """Follows entries that were made invalid until TLB maintenance has ended them."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._broken: dict[int, _Broken] = {}  # by virtual address
        self._changed: dict[int, _Broken] = {}  # by virtual address: made another one without a break
        self._iotlb: dict[int, int] = {}  # by physical page: the bus page that led there

    def handlers(self) -> Handlers:
        return {
            ev.DescriptorWrite: self._descriptor,
            ev.TableWalk: self._walk,
            ev.TlbMaintenance: self._maintenance,
            ev.Barrier: self._barrier,
            ev.ContentUndefined: self._undefined,
            ev.IommuMap: self._iommu,
            ev.IotlbMaintenance: self._iotlb_maintenance,
            ev.Store: self._access,
            ev.Load: self._access,
        }

    # --- the CPUs' MMU

    def _descriptor(self, e: ev.DescriptorWrite) -> None:
        if e.valid_to_valid and (e.old & e.new & 2 or e.old & 3 == e.new & 3):  # of one size
            self._changed[e.va] = _Broken(e.old, e.site)
        elif e.old & 3 and not e.new & 3:
            self._broken[e.va] = _Broken(e.old, e.site)
        elif e.new & 3 and (broken := self._broken.pop(e.va, None)) is not None and e.new != broken.old:
            if e.new & 3 != broken.old & 3:
                self.core.log.note("break-before-make: the size of a translation was changed before its TLB maintenance")
                return
            text = (
                f"the translation of {e.va:#010x} is made anew before the TLB maintenance of the old one, "
                f"made invalid at {broken.site.short}, is complete"
            )
            self.core.add(Code.TLB_BBM, e, text, self._in_ram(e.new & _OUTPUT), 1)

    def _walk(self, e: ev.TableWalk) -> None:
        if e.speculative:
            return
        wrong = self.core.shadow.apply("walker_read", e.address, e.length)
        if wrong is not None:
            where = np.flatnonzero(wrong)
            writer = self.core.writer_of(e.address + int(where[0]), e)
            text = f"the table walk may still find the descriptor that was stored before the one of {writer.short}"
            self.core.add(Code.TLB_BBM, e, text, e.address, where)

    def _maintenance(self, e: ev.TlbMaintenance) -> None:
        for va, broken in (*self._broken.items(), *self._changed.items()):
            if not e.length or e.va - _PAGE < va < e.va + e.length:
                broken.issued = True

    def _barrier(self, e: ev.Barrier) -> None:
        if e.name == "dsb" and self._broken:
            self._broken = {va: broken for va, broken in self._broken.items() if not broken.issued}
        if e.name == "dsb" and self._changed:
            self._changed = {va: changed for va, changed in self._changed.items() if not changed.issued}

    def _access(self, e: ev.Store | ev.Load) -> None:
        """By which address it goes is not told: the page stands for it."""
        for va, changed in list(self._changed.items()) if self._changed else ():
            page = changed.old & _OUTPUT
            if page < e.address + e.length and e.address < page + _PAGE:
                del self._changed[va]
                text = (
                    f"the access may go by the translation of {va:#010x} as it was before {changed.site.short}: no TLB "
                    "maintenance has completed since"
                )
                self.core.add(Code.TLB_BBM, e, text, e.address, 1)

    def _undefined(self, e: ev.ContentUndefined) -> None:
        if e.why != "page freed" or not self._broken:
            return
        for va, broken in list(self._broken.items()):
            if va < USER_END and e.address <= broken.old & _OUTPUT < e.address + e.length:
                del self._broken[va]
                text = f"the page is freed before the TLB maintenance of its translation at {va:#010x} is complete"
                self.core.add(Code.TLB_BBM, e, text, broken.old & _OUTPUT, _PAGE)

    def _in_ram(self, address: int) -> int:
        shadow = self.core.shadow
        return address if self.core.buffers.holds(address, 1) else shadow.base

    # --- the IOMMU

    def _iommu(self, e: ev.IommuMap) -> None:
        pages = range(0, min(e.length, _MOST_PAGES * _PAGE), _PAGE)
        for offset in pages:
            if e.valid:
                self._iotlb.pop(e.address + offset, None)
            else:
                self._iotlb[e.address + offset] = e.iova + offset

    def _iotlb_maintenance(self, e: ev.IotlbMaintenance) -> None:
        end = e.iova + e.length
        self._iotlb = {page: bus for page, bus in self._iotlb.items() if e.length and not e.iova <= bus < end}

    def iotlb_holds(self, address: int) -> bool:
        """Whether the IOMMU's TLB may still lead to a physical address to which its tables do not."""
        return address & -_PAGE in self._iotlb
