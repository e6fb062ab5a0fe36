# SPDX-License-Identifier: Apache-2.0
"""What the kernel does to caches that tell virtual addresses apart, when mappings change: nothing where they do not.

A VIVT cache (ARMv5) is flushed whole at every switch of the address space, and an aliasing cache (VIVT, or VIPT with more
than a page in a way) wherever a page gets or loses another address. Sources: arch/arm/include/asm/cacheflush.h,
arch/arm/mm/flush.c, arch/arm/mm/proc-arm926.S:cpu_arm926_switch_mm, arch/arm/mm/highmem.c, v6.0; the calls are those that
Documentation/core-api/cachetlb.rst names. Addresses are virtual, lengths in bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.linux import cache_ops
from dmasan.linux.eras import since
from dmasan.linux.layout import FLUSH_ALIAS_START, PAGE_SIZE, Zone
from dmasan.linux.protections import Protection, page

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


def cache_is_vivt(kernel: Kernel) -> bool:
    """cache_is_vivt: lines are found by virtual address alone."""
    return kernel.machine.profile.indexing == "vivt"


def cache_is_aliasing(kernel: Kernel) -> bool:
    """!cache_is_vipt_nonaliasing: a page may have lines under several virtual addresses."""
    return kernel.machine.profile.colours != 1


async def flush_cache_all(kernel: Kernel) -> None:
    """arm926_flush_kern_cache_all, v6_flush_kern_cache_all: the whole L1 is cleaned and invalidated; drain write buffer."""
    await kernel.cpu.dcciall()
    await kernel.cpu.dsb()


async def before_switch_mm(kernel: Kernel) -> None:
    """cpu_arm926_switch_mm before it loads TTBR: user addresses are about to mean something else."""
    if cache_is_vivt(kernel):
        await flush_cache_all(kernel)


async def after_switch_mm(kernel: Kernel) -> None:
    """cpu_arm926_switch_mm after it has loaded TTBR: ARMv5 has no ASIDs, so all of the TLB goes."""
    if cache_is_vivt(kernel):
        await kernel.cpu.tlbiall()
        await kernel.cpu.dsb()


async def flush_cache_vmap(kernel: Kernel) -> None:
    """flush_cache_vmap, after the entries are written: a whole flush on aliasing caches, elsewhere a DSB, for set_pte has none.

    dsb() in v2.6.39 and v3.5, dsb(ishst) in v3.14 and later. arm64 has the DSB in set_pte since v3.16 (7f0b1bf04511).
    """
    if cache_is_aliasing(kernel):
        await flush_cache_all(kernel)
    else:
        await kernel.cpu.dsb("ishst" if since(kernel.era, "v3.14") else "sy")


async def flush_cache_vunmap(kernel: Kernel) -> None:
    """flush_cache_vunmap, before the entries are cleared."""
    if cache_is_aliasing(kernel):
        await flush_cache_all(kernel)


async def flush_cache_range(kernel: Kernel, va: int, length: int) -> None:
    """flush_cache_range of user addresses that are about to change, of the address space that runs.

    VIVT: by VA (arm926_flush_user_cache_range); the caches hold nothing of another address space. VIPT aliasing: all.
    """
    if not cache_is_aliasing(kernel):
        return
    running = kernel.cpu.ttbr != kernel.tables.init_mm.pgd
    if not cache_is_vivt(kernel):
        await flush_cache_all(kernel)
    elif running:
        await _flush(kernel, va, length)


async def flush_cache_page(kernel: Kernel, va: int, frame: int) -> None:
    """flush_cache_page of a user address whose entry is about to change, in whatever address space.

    VIVT: as `flush_cache_range`, and nothing if the address space does not run. VIPT aliasing: through a window of the
    same colour (flush_pfn_alias).
    """
    if cache_is_vivt(kernel):
        if kernel.cpu.ttbr != kernel.tables.init_mm.pgd:
            await _flush(kernel, va, PAGE_SIZE)
    elif cache_is_aliasing(kernel):
        tables = kernel.tables
        window = FLUSH_ALIAS_START + va % (kernel.machine.profile.colours * PAGE_SIZE) // PAGE_SIZE * PAGE_SIZE
        await tables.populate(tables.init_mm, window)
        await tables.set_pte(tables.init_mm, window, page(kernel.layout.pa(frame), Protection.KERNEL))
        await cache_ops.local_flush_tlb_kernel_page(kernel, window)
        await _flush(kernel, window, PAGE_SIZE)


async def flush_dcache_pages(kernel: Kernel, first: int, count: int) -> None:
    """__flush_dcache_page of consecutive frames: their lines under the kernel's address, that of highmem if kmap gave one.

    At the first user mapping of a page (update_mmu_cache, __sync_icache_dcache), and when the kernel has written one.
    """
    if not cache_is_aliasing(kernel):
        return
    low = max(0, min(count, kernel.layout.lowmem_pages - first))
    if low:
        await _flush(kernel, kernel.linear.va(first), low * PAGE_SIZE)
    for frame in range(first + low, first + count):
        va = kernel.pkmap.get(frame)
        if va is not None:
            await _flush(kernel, va, PAGE_SIZE)
            kernel.pkmap.unmap(frame)


async def flush_kunmap(kernel: Kernel, frame: int, va: int) -> None:
    """kunmap_atomic, kunmap_local: on VIVT the page's lines go before its address may be another's."""
    if cache_is_vivt(kernel) and kernel.layout.zone(frame) is Zone.HIGHMEM:
        await _flush(kernel, va, PAGE_SIZE)


async def flush_cache_kmaps(kernel: Kernel) -> None:
    """flush_cache_kmaps, before flush_all_zero_pkmaps clears entries (arch/arm/include/asm/highmem.h)."""
    if cache_is_vivt(kernel):
        await flush_cache_all(kernel)


async def _flush(kernel: Kernel, va: int, length: int) -> None:
    """Clean and invalidate by VA; drain write buffer (arm926_flush_kern_dcache_area, v6_flush_kern_dcache_area)."""
    await kernel.cpu.dccimvac(va, length)
    await kernel.cpu.dsb()
