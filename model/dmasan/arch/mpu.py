# SPDX-License-Identifier: Apache-2.0
"""The memory protection unit of an M-profile CPU: regions instead of translation tables (DDI 0403E, B3.5, PMSAv7).

Addresses are not translated. Where regions overlap the highest number wins; where none is, privileged accesses see the
default memory map (MPU_CTRL.PRIVDEFENA = 1; DDI 0403E, B3.1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dmasan.arch.geometry import power_of_two
from dmasan.arch.memory import PAGE, Mask
from dmasan.arch.short_descriptor import Access
from dmasan.config import UsageError
from dmasan.events import MemoryType

REGIONS = 16
# The default memory map in steps of 512 MiB from 0: Code, SRAM, Peripheral, RAM (write-back), RAM (write-through),
# Device, Device, System.
_DEFAULT = (
    MemoryType.WT,
    MemoryType.WB,
    MemoryType.DEVICE,
    MemoryType.WB,
    MemoryType.WT,
    MemoryType.DEVICE,
    MemoryType.DEVICE,
    MemoryType.STRONGLY_ORDERED,
)


@dataclass(frozen=True, slots=True)
class MpuRegion:
    """What MPU_RBAR and MPU_RASR hold: `size` bytes at `base`. Raises UsageError unless `base` is a multiple of `size`.

    Hardware allows 32 bytes and more; here regions are whole pages of 4 KiB.
    """

    base: int
    size: int
    type: MemoryType
    access: Access = Access.KERNEL
    shareable: bool = True

    def __post_init__(self) -> None:
        if not power_of_two(self.size) or self.size < PAGE or self.base % self.size or self.base + self.size > 1 << 32:
            raise UsageError(
                f"MPU region of {self.size:#x} bytes at {self.base:#x}: the size must be a power of two from {PAGE:#x} "
                f"up, and the base a multiple of it"
            )

    def holds(self, address: int) -> bool:
        return self.base <= address < self.base + self.size


class Mpu:
    """The regions of one CPU by number."""

    def __init__(self) -> None:
        self.regions: dict[int, MpuRegion] = {}

    def set(self, number: int, region: MpuRegion | None) -> None:
        """Sets or disables a region. Raises UsageError for a number that there is not."""
        if not 0 <= number < REGIONS:
            raise UsageError(f"MPU region {number}: allowed is 0 to {REGIONS - 1}")
        self.regions.pop(number, None)
        if region is not None:
            self.regions[number] = region

    def find(self, address: int) -> tuple[MpuRegion, bool]:
        """What rules a page's address, and whether it is a region; otherwise it is the default map's page."""
        for number in sorted(self.regions, reverse=True):
            if self.regions[number].holds(address):
                return self.regions[number], True
        return MpuRegion(address & -PAGE, PAGE, _DEFAULT[address >> 29]), False

    def cacheable(self, base: int, size: int, write_through: bool) -> Mask:
        """Which pages of [base, base + size) are cacheable, bool of shape (pages,)."""
        kinds = [MemoryType.WB] + ([MemoryType.WT] if write_through else [])
        pages = np.arange(base, base + size, PAGE)
        here: Mask = np.isin(pages >> 29, [n for n, kind in enumerate(_DEFAULT) if kind in kinds])
        for number in sorted(self.regions):
            region = self.regions[number]
            inside = (pages >= region.base) & (pages < region.base + region.size)
            here[inside] = region.type in kinds
        return here
