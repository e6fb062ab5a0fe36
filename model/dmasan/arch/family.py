# SPDX-License-Identifier: Apache-2.0
"""Families of profiles: what of a memory system matters to the coherence of one byte."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Family:
    """A family of profiles: what distinguishes their memory systems for one byte.

    `levels` of cache before the PoC; `outer`: the second level is a PL310, with operations and a buffer of its own;
    `nc_hits_l2`: Non-cacheable accesses look up the L2, reads hit and writes write through (PL310 with shared
    attribute override off: DDI 0246, 2.3.2; AUX bit 22); `buffers_cacheable`: cacheable stores too wait in the CPU's
    store buffer (DDI 0388, 2.1).

    `broadcast`: maintenance by VA reaches every CPU's L1; without it only the L1 of the CPU that issues it
    (ARM11MPCore; arch/arm/include/asm/smp_plat.h:cache_ops_need_broadcast, v6.19). `maintenance_waits`: maintenance
    waits for the CPU's buffered stores to the line; on Cortex-M7 it does not, a DSB is needed before it (DUI 0646,
    4.8.7). `virtual`: L1 is looked up by virtual address, so that one byte can be in it twice, once for each colour
    (virtually indexed with more than 4 KiB a way) or virtual address (virtually tagged). `write_through`: Write-Through
    memory is cached; elsewhere it is treated as Non-cacheable (DDI 0388, 7.1; DDI 0500, 6.2). `loads_early`: a load of
    Normal memory may be satisfied before what precedes it in program order, up to a barrier (DDI 0406C, A3.8).
    `speculates`: lines may be filled unasked, by a speculative load or a prefetch; without it a line comes in by an access
    alone (ARM926, ARM11MPCore: that is what CONFIG_DMA_CACHE_RWFO and the ARMv5 kernel rely on; arch/arm/mm/Kconfig, v6.0).
    `exclusive`: a clean line that leaves L1 is allocated in the outer cache (exclusive mode of the PL310, auxiliary control
    bit 12: DDI 0246, 2.3.3). `walker_snoops`: the page-table walker finds entries in L1 (multiprocessing extensions;
    without them the kernel cleans each entry: arch/arm/mm/proc-v7-2level.S, v6.19). `mixed`: translations of a page may differ
    in shareability; while they do, the L1s of two CPUs are not coherent for it (DDI 0406C, A3.5.7). `granular`: a part of a
    line has a dirty bit of its own (ARM926: the half, DDI 0198, 4.1; L2 of Cortex-A8: the quadword, DDI 0344, 8.2.1), so that
    a store may leave the rest of its line clean. Which bytes share a bit is not told: either is possible for each.
    """

    name: str
    levels: int
    outer: bool = False
    nc_hits_l2: bool = False
    buffers_cacheable: bool = True
    broadcast: bool = True
    maintenance_waits: bool = True
    virtual: bool = False
    write_through: bool = False
    loads_early: bool = False
    walker_snoops: bool = True
    speculates: bool = True
    exclusive: bool = False
    mixed: bool = False
    granular: bool = False


ONE_LEVEL = Family("one-level", levels=1, buffers_cacheable=False)
INTEGRATED = Family("integrated", levels=2, loads_early=True)
PL310 = Family("pl310", levels=2, outer=True, nc_hits_l2=True, loads_early=True)
PL310_OVERRIDE = Family("pl310-override", levels=2, outer=True, loads_early=True)
# ARM11MPCore without an outer cache.
LOCAL = Family("one-level-local", levels=1, broadcast=False, loads_early=True, walker_snoops=False)
M7 = Family("m7", levels=1, maintenance_waits=False, write_through=True, loads_early=True)
# ARM926: loads are executed in order (from memory).
VIVT = Family(
    "vivt", levels=1, buffers_cacheable=False, virtual=True, write_through=True, walker_snoops=False
)
# ARM1136 and ARM1176 with ways of more than 4 KiB: the weakly ordered memory of ARMv6 (DDI 0100I, B2.4; "drivers may be
# missing the necessary barriers for ARMv6", arch/arm/mm/Kconfig:ARM_DMA_MEM_BUFFERABLE, v6.19).
VIPT_ALIASING = replace(VIVT, name="vipt-aliasing", loads_early=True)
ONE_LEVEL_MIXED = replace(ONE_LEVEL, name="one-level-mixed", mixed=True)
FAMILIES = {
    family.name: family
    for family in (ONE_LEVEL, INTEGRATED, PL310, PL310_OVERRIDE, LOCAL, M7, VIVT, VIPT_ALIASING, ONE_LEVEL_MIXED)
}


def family_of(name: str, shared_override: bool, speculates: bool = True) -> Family:
    """The family called `name` with the PL310's shared attribute override, and a core that speculates or not."""
    family = PL310_OVERRIDE if name == PL310.name and shared_override else FAMILIES[name]
    return family if speculates else replace(family, speculates=False)
