# SPDX-License-Identifier: Apache-2.0
"""The table walk of long descriptors at EL1 (DDI 0487, D8.2; DDI 0406C, B3.6.6), with the fault that it ends in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dmasan.arch.long_descriptor import (
    CONTIGUOUS_ENTRIES,
    MAIR_ARM64,
    LongLeaf,
    LongTable,
    attribute,
    decode_long,
    entry_bytes,
)
from dmasan.config import UsageError

# Fault status codes: the level is added (DDI 0487, ESR_ELx, ISS of a Data Abort).
ADDRESS_SIZE, TRANSLATION, ACCESS_FLAG, PERMISSION = 0b000000, 0b000100, 0b001000, 0b001100
_NAMES = {
    ADDRESS_SIZE: "address size fault",
    TRANSLATION: "translation fault",
    ACCESS_FLAG: "access flag fault",
    PERMISSION: "permission fault",
}


@dataclass(frozen=True)
class LongRegime:
    """TTBR0, TTBR1, TCR and MAIR of EL1, as far as they matter, with the 4 KiB granule.

    `t0sz`, `t1sz`: how many upper bits of an address must be 0 (TTBR0) or 1 (TTBR1) of `bits` in all: 64 in AArch64, 32
    with LPAE, where a `t1sz` of None leaves everything to TTBR0. `pa_bits` bounds physical addresses (TCR.IPS).
    Raises UsageError for a size that the granule does not allow.
    """

    ttbr0: int
    ttbr1: int = 0
    t0sz: int = 16
    t1sz: int | None = 16
    mair: int = MAIR_ARM64
    pa_bits: int = 48
    bits: int = 64

    def __post_init__(self) -> None:
        low, high = (16, 39) if self.bits == 64 else (0, 7)
        for name, size in (("t0sz", self.t0sz), ("t1sz", self.t1sz)):
            if size is not None and not low <= size <= high:
                raise UsageError(f"{name} of {size}: allowed is {low} to {high} with {self.bits}-bit addresses")

    def root(self, va: int) -> tuple[int, int] | None:
        """The table that a walk for `va` starts at, and how many bits of the address it resolves; None: a fault."""
        size0, size1 = self.bits - self.t0sz, self.bits - (self.t1sz or 0)
        upper = bool(self.t1sz) and va >> size1 == (1 << (self.t1sz or 0)) - 1
        if self.t1sz == 0 and self.t0sz:  # LPAE: all that TTBR0 leaves over (DDI 0406C, B3.6.4)
            upper = va >> size0 != 0
        if upper:
            return self.ttbr1, size1
        return (self.ttbr0, size0) if va >> size0 == 0 else None


@dataclass(frozen=True, slots=True)
class LongResult:
    """Where a walk ended: `pa` of the address itself, attribute byte of MAIR, shareability, the leaf, words fetched.

    `size` is what a TLB may hold as one entry, bytes: a contiguous group counts as one.
    """

    pa: int
    attr: int
    sh: int
    leaf: LongLeaf
    writable: bool
    fetched: int

    @property
    def size(self) -> int:
        return entry_bytes(self.leaf.level) * (CONTIGUOUS_ENTRIES if self.leaf.contiguous else 1)


class LongFault(Exception):
    """A walk that ends in a fault. `status` is its code, level included."""

    def __init__(self, kind: int, level: int) -> None:
        super().__init__(f"{_NAMES[kind]}, level {level}")
        self.kind = kind
        self.level = level
        self.status = kind | level


def walk_long(regime: LongRegime, va: int, fetch: Callable[[int], int], write: bool = False) -> LongResult:
    """Translates `va` for a privileged data access. `fetch` reads a 64-bit word by physical address. Raises LongFault."""
    root = regime.root(va)
    if root is None:
        raise LongFault(TRANSLATION, 0 if regime.bits == 64 else 1)
    table, size = root
    level = 4 - -(-(size - 12) // 9)  # so many levels as cover the bits above a page
    ignored = ~(0xFF << 40) if regime.bits == 32 else -1  # LPAE has 40-bit addresses (DDI 0406C, B3.6.1)
    top, read_only, fetched = size, False, 0
    while True:
        low = 12 + 9 * (3 - level)
        index = va >> low & ((1 << (top - low)) - 1)
        entry = decode_long(fetch(table + 8 * index) & ignored, level)
        fetched += 1
        if entry is None:
            raise LongFault(TRANSLATION, level)
        if entry.base >> regime.pa_bits:
            raise LongFault(ADDRESS_SIZE, level)
        if isinstance(entry, LongTable):
            table, top, read_only = entry.base, low, read_only or entry.read_only
            level += 1
            continue
        return _leaf(regime, va, entry, read_only, fetched, write)


def _leaf(regime: LongRegime, va: int, leaf: LongLeaf, read_only: bool, fetched: int, write: bool) -> LongResult:
    if not leaf.accessed:
        raise LongFault(ACCESS_FLAG, leaf.level)
    writable = not (leaf.read_only or read_only)
    if write and not writable:
        raise LongFault(PERMISSION, leaf.level)
    pa = leaf.base | va & (entry_bytes(leaf.level) - 1)
    return LongResult(pa, attribute(regime.mair, leaf.index), leaf.sh, leaf, writable, fetched)
