# SPDX-License-Identifier: Apache-2.0
"""What distinguishes the families of processors, as far as one byte can tell."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Family:
    """Where copies of a byte can be, and which of them an operation reaches.

    lines: L1 lines that can hold the byte. `coherent_pair`: they are those of two CPUs, kept coherent (MESI); otherwise
    a second line is that of a second virtual colour, and nothing keeps the two coherent (VIVT; VIPT with a way above
    4 KiB).
    broadcast: an operation by address through a Shareable or a Non-cacheable translation reaches the L1s of both CPUs
    (ARMv7 with the Multiprocessing Extensions); without, the issuing CPU's alone (ARM11MPCore: MMFR3[15:12] < 1).
    mixes: translations of the byte may differ in shareability (see `shareability`).
    level_2: there is a second level; `level_2_is_outer`: beyond the point where operations by address end (PL310).
    nc_hits_level_2: PL310 with the shared override off (its reset value): a non-cacheable read that hits is answered by
    L2, a write that hits updates L2 too (DDI 0246, shareable attribute).
    maintenance_passes_stores: an operation by address does not wait for the CPU's buffered cacheable stores (Cortex-M7:
    DUI 0646, 4.8.7).
    buffers_cacheable: cacheable stores too go through the store buffer.
    dmb_orders_maintenance: ARMv7 and later (DDI 0487, data cache maintenance by address); in ARMv6 it orders explicit
    accesses alone, and Cortex-M7 needs a DSB (DUI 0646, 4.8.7).
    dmb_of_stores: there is a DMB ST (ARMv7); in ARMv6 it is a full one (arch/arm/include/asm/barrier.h, v6.19).
    maintenance_in_order: an operation by address is executed before later accesses of its CPU through any type.
    loads_early: a load of Normal memory may be satisfied before older accesses to other bytes.
    write_through: L1 holds Write-Through memory; the Cortex-A processors treat it as Non-cacheable (A9 TRM DDI 0388I
    7.1, A15 TRM 6.4.1, A53 TRM DDI 0500D 6.2).
    walker_snoops: the page-table walker reads through the caches (ARMv7 SMP: TTBR inner and outer WBWA), else memory.
    """

    name: str
    lines: int = 1
    coherent_pair: bool = False
    broadcast: bool = False
    mixes: bool = False
    level_2: bool = False
    level_2_is_outer: bool = False
    nc_hits_level_2: bool = False
    maintenance_passes_stores: bool = False
    buffers_cacheable: bool = True
    dmb_orders_maintenance: bool = True
    dmb_of_stores: bool = True
    maintenance_in_order: bool = False
    loads_early: bool = True
    write_through: bool = False
    walker_snoops: bool = True

    @property
    def colours(self) -> bool:
        return self.lines == 2 and not self.coherent_pair

    @property
    def bypassing(self) -> frozenset[str]:
        """Kinds of stores that bypass L1."""
        return frozenset({"NC"} if self.write_through else {"NC", "WT"})

    def line_of(self, cpu: int, colour: int) -> int:
        """The L1 line that a cacheable access of `cpu` through `colour` looks up."""
        return cpu if self.coherent_pair else colour


VIRTUAL_CACHE = Family(
    "",
    lines=2,
    buffers_cacheable=False,
    dmb_orders_maintenance=False,
    dmb_of_stores=False,
    maintenance_in_order=True,
    write_through=True,
    walker_snoops=False,
)

FAMILIES = {
    family.name: family
    for family in (
        Family("one-level", buffers_cacheable=False, loads_early=False),
        Family(
            "one-level-mixed",
            lines=2,
            coherent_pair=True,
            broadcast=True,
            mixes=True,
            buffers_cacheable=False,
            loads_early=False,
        ),
        Family("integrated", level_2=True),
        Family("pl310", level_2=True, level_2_is_outer=True, nc_hits_level_2=True),
        Family("pl310-override", level_2=True, level_2_is_outer=True),
        Family("one-level-local", lines=2, coherent_pair=True, walker_snoops=False),
        Family("m7", write_through=True, maintenance_passes_stores=True, dmb_orders_maintenance=False),
        replace(VIRTUAL_CACHE, name="vivt", loads_early=False),
        replace(VIRTUAL_CACHE, name="vipt-aliasing"),
    )
}
