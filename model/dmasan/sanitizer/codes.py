# SPDX-License-Identifier: Apache-2.0
"""The names of what is reported: the cause of a hazard (its code), its effect, and whether it happened in this run."""

from __future__ import annotations

from enum import Enum


class Effect(Enum):
    """What a hazard does: three wrong outcomes of an access, or a broken rule whatever the data does."""

    STALE_DEVICE_READ = "the device may read a value that is not the latest"
    STALE_CPU_READ = "the CPU may read a value that is not the latest"
    LOST_UPDATE = "the latest value may be left without any copy"
    CONTRACT = "a rule is broken, whatever the data does"


class State(Enum):
    """`LATENT`: wrong under at least one schedule; `MANIFEST`: wrong in this run."""

    LATENT = "latent"
    MANIFEST = "manifest"


class Code(Enum):
    """The cause of a hazard, and what it means."""

    MISSING_CLEAN = "data that the CPU wrote is not cleaned to the device's point of coherency before it reads"
    MISSING_INV = "lines that the CPU held before the device wrote are not invalidated before the CPU reads"
    INV_TOO_EARLY = "lines are invalidated before the device writes only, and speculation fills them again"
    DIRTY_OVER_DMA = "a line that was dirty before the device wrote is written back over its data"
    WRONG_DIR = "the direction of a mapping is not what the device does"
    WRONG_RANGE = "cache maintenance or a sync has the wrong address, offset or length"
    SHARED_LINE = "a buffer shares a cache line with other data"
    CPU_WR_OWNED = "the CPU writes a buffer that the device owns"
    CPU_RD_OWNED = "the CPU reads a buffer that the device owns and may write"
    DEV_UNMAPPED = "the device touches memory that is not, or no longer, mapped for it"
    MAP_BALANCE = "maps and unmaps do not match: twice, never, with other arguments, or for another device"
    ALIAS_ATTR = "two mappings of a page with conflicting attributes are both used"
    VALIAS = "another virtual alias of the page holds lines that maintenance by this one does not reach"
    NO_WMB = "no barrier orders data or a descriptor before the doorbell"
    NO_RMB = "no barrier orders the loads after the ownership word or the interrupt"
    RING_CACHED = "a descriptor ring lies in cacheable memory, where agents or descriptors share lines"
    OUTER_MAINT = "maintenance does not reach the outer cache or the other CPUs, or does so in the wrong order"
    SPEC_FORBIDDEN = "speculation through a live cacheable mapping of memory that is used uncached"
    CMA_LIFETIME = "a copy, or a device's access, is older than the allocation of the page: its former owner's"
    TLB_BBM = "a stale translation: TLB maintenance, a barrier or the break before make is missing"
    COH_CFG = "the device's snooping does not fit what software assumes of its coherence"
    DMA_ADDR = "the device's address is wrong: mask, window, boundary or overrun"
    BOUNCE_SYNC = "a bounce buffer and the memory that it stands for are not synchronised"
    BAD_MEM = "memory that cannot be mapped for DMA: stack, vmalloc, kernel image"
    DEV_ORDER = "the device announces completion before its writes are visible"
    LOST_CPU_DATA = "maintenance destroys data that the CPU wrote"
