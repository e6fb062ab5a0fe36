# SPDX-License-Identifier: Apache-2.0
"""TEX remap: memory types of short descriptors through PRRR and NMRR (DDI 0406C, B3.8.3 and B4.1.127).

With SCTLR.TRE = 1 the three bits {TEX[0], C, B} of a descriptor are an index n into PRRR (type, shareability) and NMRR
(cacheability). Linux sets both registers in arch/arm/mm/proc-v7-2level.S:v7_setup and never changes them.
"""

from __future__ import annotations

from dmasan.events import MemoryType

PRRR = 0xFF0A_81A8
NMRR = 0x40E0_40E0

_STRONGLY_ORDERED, _DEVICE, _NORMAL = 0, 1, 2  # PRRR.TRn
_WRITE_THROUGH = 2  # NMRR.IRn; 0 Non-cacheable, 1 and 3 Write-Back with and without write-allocate


def memory_type(n: int, prrr: int = PRRR, nmrr: int = NMRR) -> MemoryType:
    """The type of index `n` (0 to 7). The inner attributes count; Linux gives inner and outer the same.

    Index 6 is IMPLEMENTATION DEFINED and the encoding 0b11 of PRRR.TRn UNPREDICTABLE: both read as Strongly-ordered,
    the type that allows least.
    """
    kind = prrr >> (2 * n) & 3
    if n == 6 or kind not in (_DEVICE, _NORMAL):
        return MemoryType.STRONGLY_ORDERED
    if kind == _DEVICE:
        return MemoryType.DEVICE
    inner = nmrr >> (2 * n) & 3
    if inner == 0:
        return MemoryType.NC
    return MemoryType.WT if inner == _WRITE_THROUGH else MemoryType.WB


def shareable(n: int, s: int, prrr: int = PRRR) -> bool:
    """Shareability of index `n` with the descriptor's S bit: PRRR.NS0/NS1 for Normal, DS0/DS1 for Device."""
    kind = prrr >> (2 * n) & 3
    if kind == _STRONGLY_ORDERED:
        return True
    first = 18 if kind == _NORMAL else 16
    return bool(prrr >> (first + s) & 1)


# Linux's choice of index for each type: L_PTE_MT_WRITEALLOC, _WRITETHROUGH, _BUFFERABLE, _DEV_SHARED, _UNCACHED
# (arch/arm/include/asm/pgtable-2level.h).
INDEX_OF: dict[MemoryType, int] = {
    MemoryType.WB: 7,
    MemoryType.WT: 2,
    MemoryType.NC: 1,
    MemoryType.DEVICE: 4,
    MemoryType.STRONGLY_ORDERED: 0,
}

TYPES: tuple[MemoryType, ...] = tuple(memory_type(n) for n in range(8))


def effective(kind: MemoryType, write_through: bool = False) -> MemoryType:
    """What the core makes of a type: many treat Write-Through pages as Non-cacheable (DDI 0388, 7.1; DDI 0500, 6.2)."""
    return MemoryType.NC if kind is MemoryType.WT and not write_through else kind
