# SPDX-License-Identifier: Apache-2.0
"""both: the two remedies of July 2011 merged, area by area.

Highmem is taken first, since there is nothing to unmap; when it is used up, lowmem pages leave the linear map. "Perhaps
merged, and made a configuration option" was the plan of the thread; each area has a policy of its own here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.config import Cell
from dmasan.linux.errors import CmaBusy, OutOfMemory
from dmasan.linux.layout import Zone
from dmasan.linux.policies.base import Mapping, Policy
from dmasan.linux.policies.highmem_only import HighmemOnly
from dmasan.linux.policies.unmap_linear import UnmapLinear

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


class Both(Policy):
    """`high` for the default area, which lies in highmem; `low` for a second area in lowmem."""

    name = "both"
    summary = "highmem first, then lowmem that leaves the linear map (both remedies of July 2011, merged)"
    cma_zone = Zone.HIGHMEM

    def __init__(self) -> None:
        self.high: Policy = HighmemOnly()
        self.low: Policy = UnmapLinear()

    @classmethod
    def of(cls, cell: Cell) -> Policy:
        HighmemOnly.of(cell)
        return cls()

    @classmethod
    def hypothetical(cls, profile: str, era: str) -> str | None:
        return "it was planned in July 2011 and never merged"

    def clears(self, era: str) -> bool:
        return self.high.clears(era)

    def declare(self, kernel: Kernel) -> None:
        kernel.cma.policy = self.high
        kernel.declare_contiguous("lowmem", kernel.knobs.cma_mib, policy=self.low)

    async def alloc(self, kernel: Kernel, count: int, name: str) -> Mapping:
        *others, last = (area for area in kernel.areas if area.policy in (self.high, self.low))
        for area in others:
            try:
                return await kernel.alloc_from(area, count, name)
            except (CmaBusy, OutOfMemory):
                continue
        return await kernel.alloc_from(last, count, name)

    async def free(self, kernel: Kernel, mapping: Mapping) -> None:
        area = kernel.area_of(mapping.first)
        policy = area.policy if area is not None and area.policy is not None else self.low
        with kernel.acting_as(policy, kernel.acting_device):
            await policy.free(kernel, mapping)
