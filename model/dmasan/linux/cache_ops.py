# SPDX-License-Identifier: Apache-2.0
"""The kernel's cache maintenance on ranges: by VA to the PoC (inner), by PA in the PL310 (outer), and of the TLBs.

Inner: arch/arm/mm/cache-v7.S (v7_dma_clean_range, v7_dma_inv_range, v7_dma_flush_range) and its likes in cache-v6.S and
proc-arm926.S; arch/arm64/mm/cache.S (dcache_clean_poc, dcache_inval_poc, dcache_clean_inval_poc). Outer: arch/arm/mm/cache-l2x0.c
(l2c210_clean_range, l2c210_inv_range, l2c210_flush_range). Each inner operation ends with a DSB, each outer one with
CACHE_SYNC. TLB: arch/arm/mm/tlb-v7.S. Lengths are in bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.linux.architecture import Architecture, architecture_of
from dmasan.linux.eras import since

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


def _dsb_option(kernel: Kernel) -> str:
    """The DSB at the end of v7_dma_*_range: `dsb` up to v3.14, `dsb st` since. arm64, ARMv6 and ARMv5 drain everything."""
    v7 = architecture_of(kernel.machine.profile) is Architecture.ARMV7
    return "st" if v7 and since(kernel.era, "v6.0") else "sy"


async def dmac_clean_range(kernel: Kernel, va: int, length: int) -> None:
    """v7_dma_clean_range: DCCMVAC on each line, dsb. arm64: dc cvac, dsb sy."""
    await kernel.cpu.dccmvac(va, length)
    await kernel.cpu.dsb(_dsb_option(kernel))


async def dmac_flush_range(kernel: Kernel, va: int, length: int) -> None:
    """v7_dma_flush_range: DCCIMVAC on each line, dsb. arm64: dc civac, dsb sy."""
    await kernel.cpu.dccimvac(va, length)
    await kernel.cpu.dsb(_dsb_option(kernel))


async def dmac_inv_range(kernel: Kernel, va: int, length: int) -> None:
    """v7_dma_inv_range: DCIMVAC on each line; DCCIMVAC on a first or last line that is only partly in the range.

    Up to v3.14 the first line, if partial, and a range inside one line are invalidated plainly after that as well: a
    store to the neighbours in between is lost. Newer kernels skip the lines that they have cleaned.
    """
    if architecture_of(kernel.machine.profile) is Architecture.ARM64:
        await _dcache_inval_poc(kernel, va, length)
        return
    cpu = kernel.cpu
    line = kernel.machine.profile.l1.line
    start, end = va, va + length
    whole = since(kernel.era, "v6.0")
    if start % line:
        await cpu.dccimvac(start, 1)
        if whole:
            start += line - start % line
    if end % line:
        await cpu.dccimvac(end - 1, 1)
        end -= end % line
    if not whole and end <= start:
        end = min(
            va + length, start - start % line + line
        )  # the loop is entered before its condition is tested
    if start < end:
        await cpu.dcimvac(start, end - start)
    await cpu.dsb(_dsb_option(kernel))


async def _dcache_inval_poc(kernel: Kernel, va: int, length: int) -> None:
    """arch/arm64/mm/cache.S: the last line first, dc civac if partial; then the first; then dc ivac on the rest.

    A range that begins on a line and ends inside it is invalidated plainly after its clean: the loop is entered before
    its condition is tested, so that a store to the neighbours in between is lost.
    """
    cpu, line = kernel.cpu, kernel.machine.profile.l1.line
    start, end = va, va + length
    if end % line:
        await cpu.dccimvac(end - 1, 1)
        end -= end % line
    if start % line:
        await cpu.dccimvac(start, 1)
        start += line - start % line
    elif end <= start:
        end = min(va + length, start + line)
    if start < end:
        await cpu.dcimvac(start, end - start)
    await cpu.dsb("sy")


async def outer_clean_range(kernel: Kernel, pa: int, length: int) -> None:
    """l2c210_clean_range: CLEAN_LINE_PA on each line, CACHE_SYNC."""
    await kernel.cpu.outer_clean(pa, length)
    await kernel.cpu.outer_sync()


async def outer_flush_range(kernel: Kernel, pa: int, length: int) -> None:
    """l2c210_flush_range: CLEAN_INV_LINE_PA on each line, CACHE_SYNC."""
    await kernel.cpu.outer_flush(pa, length)
    await kernel.cpu.outer_sync()


async def outer_inv_range(kernel: Kernel, pa: int, length: int) -> None:
    """l2c210_inv_range: INV_LINE_PA on each line; CLEAN_INV_LINE_PA on a partial first or last line; CACHE_SYNC."""
    cpu, l2 = kernel.cpu, kernel.machine.profile.l2
    if l2 is None:
        return
    start, end = pa, pa + length
    if start % l2.line:
        await cpu.outer_flush(start, 1)
        start += l2.line - start % l2.line
    if end % l2.line:
        await cpu.outer_flush(end - 1, 1)
        end -= end % l2.line
    if start < end:
        await cpu.outer_invalidate(start, end - start)
    await cpu.outer_sync()


async def flush_tlb_kernel_range(kernel: Kernel, va: int, length: int) -> None:
    """v7wbi_flush_kern_tlb_range, broadcast in hardware: dsb ish; TLBIMVAAIS for each page; dsb ish; isb."""
    cpu = kernel.cpu
    await cpu.dsb("ish")
    await cpu.tlbimvais(va, length)
    await cpu.dsb("ish")
    await cpu.isb()


async def local_flush_tlb_kernel_page(kernel: Kernel, va: int) -> None:
    """dsb nshst; TLBIMVAA of one page on this CPU alone; dsb nsh; isb (arch/arm/include/asm/tlbflush.h, v6.19)."""
    cpu = kernel.cpu
    await cpu.dsb("nshst")
    await cpu.tlbimva(va)
    await cpu.dsb("nsh")
    await cpu.isb()
