# SPDX-License-Identifier: Apache-2.0
"""Attributes of DMA calls (include/linux/dma-mapping.h, v6.19), those that a device without IOMMU can tell apart."""

from __future__ import annotations

from enum import Flag, auto


class DmaAttr(Flag):
    """DMA_ATTR_*. `str` of one lists the names."""

    NONE = 0
    WEAK_ORDERING = auto()  # no effect on ARM
    WRITE_COMBINE = auto()  # the same memory type as coherent memory on ARMv7 and arm64: Normal Non-cacheable
    NO_KERNEL_MAPPING = auto()
    SKIP_CPU_SYNC = auto()  # the caller does the cache maintenance
    FORCE_CONTIGUOUS = auto()  # without an IOMMU memory is contiguous anyway
    ALLOC_SINGLE_PAGES = auto()  # a hint to an IOMMU's allocator
    NO_WARN = auto()
    PRIVILEGED = auto()
    MMIO = auto()  # v6.19: no RAM, no cache maintenance

    @property
    def names(self) -> frozenset[str]:
        return frozenset(each.name for each in self if each.name)
