# SPDX-License-Identifier: Apache-2.0
"""The profiles: data, one row for each processor, with the source of each figure.

Sources: the Technical Reference Manuals by their numbers; "M" where a figure is stated from memory of the manual and
was not looked up; "assumed" where no manual says. Where a size is an option of the implementer, a common one is taken.
"""

from __future__ import annotations

from pathlib import Path

from dmasan.arch.costs import Costs
from dmasan.arch.geometry import CacheGeometry, Region
from dmasan.arch.processor import Profile
from dmasan.config import choose

__all__ = ["PROFILES", "CacheGeometry", "Costs", "Profile", "Region", "find_profile"]

_KIB = 1024
_SMALL_CORE = Costs(l2_hit=8, memory=60, walk_step=20)
_LARGE_CORE = Costs(l2_hit=20, memory=150, walk_step=30, tlbi_broadcast=150, dsb=30, mmio=100)

_ONE_LEVEL = Profile(
    "one-level",
    "one-level",
    CacheGeometry(32 * _KIB, 4, 32),
    sources={"l1": "none: the smallest machine in which an alias matters; short sequences are worked out on it"},
)

# Virtually indexed, virtually tagged.
_ARM926 = Profile(
    "arm926",
    "vivt",
    CacheGeometry(16 * _KIB, 4, 32, granule=16),
    architecture="ARMv5TE",
    replacement="pseudo-random",
    write_allocate=False,
    write_through=True,
    indexing="vivt",
    snoop_port=False,
    speculates=False,
    max_cpus=1,
    cpu_mhz=400,
    walker_cached=False,
    highmem=False,
    costs=Costs(memory=40, walk_step=40),
    sources={
        "l1": "DDI 0198D 4.1: 4 to 128 KiB, 4-way, 32-byte lines, two dirty bits a line, one for each half; 16 KiB a common choice",
        "replacement": "DDI 0198D 4.1: pseudo-random or round-robin by the RR bit of CP15 c1",
        "write_allocate": "DDI 0198D 4.1: allocate on read miss",
        "write_through": "DDI 0198D 4.1: write-through and write-back by the C and B bits",
        "indexing": "DDI 0198D 4.1: virtually indexed, virtually tagged",
        "snoop_port": "DDI 0198E: AHB masters only, nothing snoops",
        "speculates": "arch/arm/mm/proc-arm926.S:arm926_dma_unmap_area does nothing: no speculative data loads; M",
        "max_cpus": "DDI 0198E: a uniprocessor",
        "cpu_mhz": "assumed; i.MX28 runs at 454 MHz",
        "walker_cached": "DDI 0198E 3.4: walks go to the bus; TTBR has no cacheability in ARMv5",
        "highmem": "arch/arm/mm/mmu.c:adjust_lowmem_bounds drops highmem on aliasing caches, v6.19",
        "costs": "assumed",
    },
)

_ARM1176 = Profile(
    "arm1176",
    "vipt-aliasing",
    CacheGeometry(32 * _KIB, 4, 32),
    architecture="ARMv6",
    replacement="pseudo-random",
    write_allocate=False,
    write_through=True,
    indexing="vipt",
    snoop_port=False,
    max_cpus=1,
    cpu_mhz=700,
    walker_cached=False,
    highmem=False,
    prefetch_reach=1,
    prefetch_into="l1",
    costs=Costs(memory=50, walk_step=30),
    sources={
        "prefetch_reach": "DDI 0301H: no data prefetcher; speculation past a branch touches the line itself and the next; M",
        "prefetch_into": "as `prefetch_reach`",
        "l1": "DDI 0301H 7.2: 4 to 64 KiB, 4-way, 32-byte lines; more than 4 KiB a way alias",
        "replacement": "DDI 0301H 7.2.1: pseudo-random or round-robin by the RR bit of CP15 c1",
        "write_allocate": "DDI 0301H 7.2.1: only read allocation is supported",
        "write_through": "DDI 0301H 7.2.1: lines are Write-Back or Write-Through",
        "indexing": "DDI 0301H 6.11.3 and 7.2; arch/arm/kernel/setup.c:cacheid_init, VIPT_ALIASING, v6.19",
        "snoop_port": "DDI 0301H 8: AXI masters and the TCMs' DMA, nothing snoops",
        "max_cpus": "DDI 0301H: a uniprocessor",
        "cpu_mhz": "assumed; BCM2835 runs at 700 MHz",
        "walker_cached": "DDI 0301H 6.11: walks may be cacheable in an outer cache only; M",
        "highmem": "arch/arm/mm/mmu.c:adjust_lowmem_bounds drops highmem on aliasing caches, v6.19",
        "costs": "assumed",
    },
)

_ARM11MPCORE = Profile(
    "arm11mpcore",
    "one-level-local",
    CacheGeometry(16 * _KIB, 4, 32),
    architecture="ARMv6K",
    cpu_mhz=400,
    maintenance_broadcast=False,
    speculates=False,
    tlb_broadcast=False,
    walker_cached=False,
    costs=Costs(memory=50, walk_step=30),
    sources={
        "l1": "DDI 0360F 7.1: 16 to 64 KiB, 4-way, 32-byte lines, physically addressed at 16 KiB; M",
        "maintenance_broadcast": "arch/arm/include/asm/smp_plat.h:cache_ops_need_broadcast, MMFR3[15:12] < 1, v6.19",
        "speculates": "arch/arm/mm/Kconfig:DMA_CACHE_RWFO is only valid without speculative loads into L1, v6.0",
        "tlb_broadcast": "arch/arm/include/asm/smp_plat.h:tlb_ops_need_broadcast, MMFR3[15:12] < 2, v6.19",
        "cpu_mhz": "assumed",
        "walker_cached": "DDI 0360F 5.12: walks do not look up L1; M",
        "costs": "assumed",
    },
)

_CORTEX_A8 = Profile(
    "cortex-a8",
    "integrated",
    CacheGeometry(32 * _KIB, 4, 64),
    CacheGeometry(256 * _KIB, 8, 64, granule=16),
    replacement="pseudo-random",
    write_allocate=False,
    snoop_port=False,
    max_cpus=1,
    store_buffer_bytes=16,
    prefetch_reach=1,
    prefetch_into="l1",
    costs=_SMALL_CORE,
    sources={
        "prefetch_reach": "DDI 0344K: no hardware data prefetcher, preload instructions only; M",
        "prefetch_into": "as `prefetch_reach`",
        "l1": "DDI 0344K 7.1: 16 or 32 KiB, 4-way, 64-byte lines; behaves as physically tagged and indexed; M",
        "l2": "DDI 0344K 8.2: 0, 128 KiB to 1 MiB, 8-way, 64-byte lines; 8.2.1: a dirty bit for each quadword",
        "replacement": "DDI 0344K 7.2: random; M",
        "write_allocate": "DDI 0344K 7.1: L1 allocates on reads, L2 on writes; M",
        "snoop_port": "DDI 0344K: no ACP; that came with the Cortex-A9 MPCore (DDI 0407I 2.4)",
        "max_cpus": "DDI 0344K: a uniprocessor",
        "store_buffer_bytes": "assumed",
        "costs": "assumed",
    },
)

_CORTEX_A9 = Profile(
    "cortex-a9-pl310",
    "pl310",
    CacheGeometry(32 * _KIB, 4, 32),
    CacheGeometry(512 * _KIB, 8, 32),
    replacement="pseudo-random",
    sources={
        "prefetch_reach": "DDI 0388I 7.5: L1 prefetcher (ACTLR bit 2); DDI 0246H 2.3.5: the PL310 prefetches 1 to 32 lines ahead; 4 assumed",
        "l1": "DDI 0388I 7.1: 16, 32 or 64 KiB, 4-way, 32-byte lines, PIPT data side",
        "l2": "DDI 0246H 2.3: 8 or 16 ways of 16 to 512 KiB, 32-byte lines; 512 KiB a common choice",
        "replacement": "DDI 0388I 7.1: pseudo-random",
    },
)

_CORTEX_A15 = Profile(
    "cortex-a15",
    "integrated",
    CacheGeometry(32 * _KIB, 2, 64),
    CacheGeometry(1024 * _KIB, 16, 64),
    replacement="lru",
    l2_replacement="pseudo-random",
    l2_content="inclusive",
    cpu_mhz=1500,
    store_buffer_bytes=16,
    prefetch_reach=8,
    costs=_LARGE_CORE,
    sources={
        "prefetch_reach": "DDI 0438I 6.4: loads are executed while speculative; 7.4: an L2 prefetcher of programmable distance; up to 8 lines M",
        "l1": "DDI 0438I 6.1: 32 KiB, 2-way, 64-byte lines, PIPT; M",
        "l2": "DDI 0438I 7.1: 512 KiB to 4 MiB, 16-way, 64-byte lines",
        "replacement": "DDI 0438I 6.1: LRU; M",
        "l2_replacement": "DDI 0438I 7.2: random",
        "l2_content": "DDI 0438I 7.2: strictly enforced inclusion of the L1 data caches",
        "cpu_mhz": "assumed",
        "store_buffer_bytes": "assumed",
        "costs": "assumed",
    },
)

_CORTEX_A53 = Profile(
    "cortex-a53",
    "integrated",
    CacheGeometry(32 * _KIB, 4, 64),
    CacheGeometry(512 * _KIB, 16, 64),
    architecture="ARMv8-A",
    replacement="pseudo-random",
    translation="long",
    write_streaming=3,
    l2_content="victim",
    cpu_mhz=1200,
    store_buffer_bytes=16,
    prefetch_reach=4,
    prefetch_into="l1",
    costs=Costs(l2_hit=12, memory=100, walk_step=25, tlbi_broadcast=120, mmio=60),
    sources={
        "prefetch_reach": "DDI 0500J 6.6.1: the L1 prefetcher, up to 5 streams; the distance M",
        "prefetch_into": "as `prefetch_reach`",
        "l1": "DDI 0500J 6.1: 8 to 64 KiB, 4-way, 64-byte lines, PIPT",
        "l2": "DDI 0500J 7.1: 128 KiB to 2 MiB, 16-way, 64-byte lines",
        "replacement": "DDI 0500J 6.1: pseudo-random",
        "write_streaming": "DDI 0500D 6-5: read allocate mode, its threshold by L1RADIS; three full lines as in Cortex-A35 (100236 A5.6)",
        "l2_content": "DDI 0500J 7.2: L2 is filled by evictions from L1, not by fetches",
        "cpu_mhz": "assumed",
        "store_buffer_bytes": "DDI 0500J: the store buffer merges within 128 bits",
        "architecture": "DDI 0500J 2.1",
        "translation": "DDI 0500J 5.1: long descriptors in AArch64; arch/arm64 knows no others",
        "costs": "assumed",
    },
)

_CORTEX_A72 = Profile(
    "cortex-a72",
    "integrated",
    CacheGeometry(32 * _KIB, 2, 64),
    CacheGeometry(1024 * _KIB, 16, 64),
    architecture="ARMv8-A",
    replacement="lru",
    translation="long",
    l2_replacement="pseudo-random",
    l2_content="inclusive",
    cpu_mhz=1800,
    store_buffer_bytes=16,
    prefetch_reach=8,
    costs=_LARGE_CORE,
    sources={
        "prefetch_reach": "100095 6.4 and 7.4: the load/store unit prefetches into L1 and L2; the distance M",
        "l1": "100095 6.1: 32 KiB, 2-way, 64-byte lines, PIPT",
        "l2": "100095 7.1: 512 KiB to 4 MiB, 16-way, 64-byte lines",
        "replacement": "100095 6.1: LRU; M",
        "l2_replacement": "100095 7.1: PLRU or pseudo-random",
        "l2_content": "100095 7.1: inclusive of the L1 data caches",
        "cpu_mhz": "assumed",
        "store_buffer_bytes": "assumed",
        "architecture": "100095 1.2",
        "translation": "100095 5.1: long descriptors in AArch64; arch/arm64 knows no others",
        "costs": "assumed",
    },
)

# No MMU: an MPU with regions, at VA = PA. A clean may overtake a buffered store of its line.
_CORTEX_M7 = Profile(
    "cortex-m7",
    "m7",
    CacheGeometry(16 * _KIB, 4, 32),
    architecture="ARMv7E-M",
    replacement="pseudo-random",
    write_through=True,
    snoop_port=False,
    max_cpus=1,
    cpu_mhz=400,
    buffered_stores=True,
    maintenance_waits=False,
    translation="regions",
    walker_cached=False,
    highmem=False,
    prefetch_reach=1,
    prefetch_into="l1",
    costs=Costs(memory=30),
    sources={
        "prefetch_reach": "DDI 0489F 5.9: linefills for reads that miss; no prefetcher, and how far speculation goes, M",
        "prefetch_into": "as `prefetch_reach`",
        "l1": "DDI 0489F 5.1: 4 to 64 KiB, 4-way, 32-byte lines",
        "replacement": "DDI 0489F 5.1; M",
        "write_through": "DDI 0489F 5.1: write-back and write-through",
        "snoop_port": "DDI 0489F 5: the AHB slave reaches the TCMs only",
        "max_cpus": "DDI 0489F: a uniprocessor",
        "cpu_mhz": "assumed; STM32H7 runs at 400 MHz",
        "buffered_stores": "DDI 0489F 5.9.2: all data-side stores go through the store buffer",
        "maintenance_waits": "DUI 0646C 4.8.7: a DSB is needed between a store and the clean of its line",
        "translation": "DDI 0489F 4.1: PMSAv7, 8 or 16 regions",
        "walker_cached": "there are no tables",
        "highmem": "there is no MMU",
        "costs": "assumed",
    },
)

PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        _ONE_LEVEL,
        _ARM926,
        _ARM1176,
        _ARM11MPCORE,
        _CORTEX_A8,
        _CORTEX_A9,
        _CORTEX_A15,
        _CORTEX_A53,
        _CORTEX_A72,
        _CORTEX_M7,
    )
}


def find_profile(name: str) -> Profile:
    """The profile called `name`, or the one in the TOML file `name`. Raises UsageError that lists the names."""
    if name.endswith(".toml"):
        from dmasan.arch.profile_file import load_profile

        return load_profile(Path(name))
    return PROFILES[choose("profile", name, PROFILES)]
