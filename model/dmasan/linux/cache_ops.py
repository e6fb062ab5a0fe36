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


def takes_lines(kernel: Kernel) -> bool:
    """CONFIG_DMA_CACHE_RWFO: lines are read, or read and written back, for ownership before they are maintained.

    For several CPUs whose maintenance is not broadcast (ARM11MPCore). Mainline dropped it with their SMP support after
    v6.3 (from the mailing list); there is no other kernel for them, so the era v6.19 keeps it here.
    """
    machine = kernel.machine
    return not machine.profile.maintenance_broadcast and len(machine.cpus) > 1


async def _take_lines(kernel: Kernel, va: int, length: int, *, write: bool) -> None:
    if takes_lines(kernel):
        await kernel.cpu.take_lines(va, length, write=write)


async def dmac_clean_range(kernel: Kernel, va: int, length: int) -> None:
    """v7_dma_clean_range: DCCMVAC on each line, dsb. arm64: dc cvac, dsb sy. v6_dma_clean_range: perhaps LDR before it."""
    await _take_lines(kernel, va, length, write=False)
    await kernel.cpu.dccmvac(va, length)
    await kernel.cpu.dsb(_dsb_option(kernel))


async def dmac_flush_range(kernel: Kernel, va: int, length: int) -> None:
    """v7_dma_flush_range: DCCIMVAC on each line, dsb. arm64: dc civac, dsb sy. v6_dma_flush_range: perhaps LDRB, STRB
    before it."""
    await _take_lines(kernel, va, length, write=True)
    await kernel.cpu.dccimvac(va, length)
    await kernel.cpu.dsb(_dsb_option(kernel))


async def dmac_inv_range(kernel: Kernel, va: int, length: int) -> None:
    """v7_dma_inv_range: DCIMVAC on each line; DCCIMVAC on a first or last line that is only partly in the range.

    Up to v3.14 the first line, if partial, and a range inside one line are invalidated plainly after that as well: a
    store to the neighbours in between is lost. Newer kernels skip the lines that they have cleaned.
    """
    own = {
        Architecture.ARM64: _dcache_inval_poc,
        Architecture.ARMV6: _v6_dma_inv_range,
        Architecture.ARMV5: _arm926_dma_inv_range,
    }.get(architecture_of(kernel.machine.profile))
    if own is not None:
        await own(kernel, va, length)
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


async def _v6_dma_inv_range(kernel: Kernel, va: int, length: int) -> None:
    """arch/arm/mm/cache-v6.S, v6.0: a partial first line is cleaned, a partial last one cleaned and invalidated; then all
    from the first line on are invalidated plainly, at least one. With CONFIG_DMA_CACHE_RWFO each line is taken before."""
    cpu, line = kernel.cpu, kernel.machine.profile.l1.line
    start, end = va & -line, va + length
    await _take_lines(kernel, va, length, write=True)
    if va % line:
        await cpu.dccmvac(va, 1)
    if end % line:
        await cpu.dccimvac(end - 1, 1)
        end -= end % line
    end = max(end, min(start + line, va + length))  # the loop is entered before its condition is tested
    await cpu.dcimvac(va, end - va)
    await cpu.dsb()


async def _arm926_dma_inv_range(kernel: Kernel, va: int, length: int) -> None:
    """arch/arm/mm/proc-arm926.S, v6.0: partial first and last lines are cleaned, then all lines invalidated."""
    cpu, line = kernel.cpu, kernel.machine.profile.l1.line
    if va % line:
        await cpu.dccmvac(va, 1)
    if (va + length) % line:
        await cpu.dccmvac(va + length - 1, 1)
    await cpu.dcimvac(va, length)
    await cpu.dsb()


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
