# SPDX-License-Identifier: Apache-2.0
"""Translations used after their end, and cacheable translations of memory that must not be touched."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from dmasan import events as ev
from dmasan.arch.family import INTEGRATED, Family
from dmasan.arch.geometry import Region
from dmasan.events import Direction
from dmasan.linux.iommu import Iommu
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.page_tables import faults
from dmasan.linux.protections import Protection
from dmasan.sanitizer import Sanitizer
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

SMALL = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 1, "processes": 1}


def rules(program: Callable[[Soc], Awaitable[None]]) -> list[Code]:
    soc = Soc(policy="strict", **SMALL)
    soc.run(program)
    return [incident.rule for incident in soc.sanitizer.log.incidents if incident.rule is not None]


async def rebuild(soc: Soc, *, tlbi: bool = True, dsb: bool = True, prot: Protection = Protection.DMACOHERENT) -> None:
    """Breaks and makes the linear mapping of a page of the CMA area."""
    kernel, cpu, first = soc.kernel, soc.cpu(), soc.kernel.cma.first
    await kernel.linear.split_range(first, 1)
    await kernel.linear.unmap(first, 1)
    if tlbi:
        await cpu.tlbimvais(kernel.linear.va(first), PAGE_SIZE)
    if dsb:
        await cpu.dsb()
    await kernel.linear.protect(first, 1, prot)


def test_a_make_without_the_end_of_the_break() -> None:
    assert rules(lambda soc: rebuild(soc, tlbi=False)) == [Code.TLB_BBM]
    assert rules(lambda soc: rebuild(soc, dsb=False)) == [Code.TLB_BBM]
    assert rules(rebuild) == []


def test_the_same_translation_may_come_back() -> None:
    assert rules(lambda soc: rebuild(soc, tlbi=False, prot=Protection.KERNEL)) == []


@pytest.mark.parametrize("flushed", [False, True])
def test_a_page_of_a_process_is_freed_behind_its_translation(flushed: bool) -> None:
    async def program(soc: Soc) -> None:
        kernel, cpu = soc.kernel, soc.cpu()
        user = await kernel.movable.anonymous(2)
        await kernel.tables.set_ptes(user.mm, user.va, faults(2))
        if flushed:
            await cpu.tlbiallis()
            await cpu.dsb()
        kernel.free_owner(user)

    assert rules(program) == ([] if flushed else [Code.TLB_BBM])


def test_vmalloc_memory_is_freed_before_its_translation_is_invalidated_by_design() -> None:
    async def program(soc: Soc) -> None:
        va = await soc.kernel.vmalloc.vmalloc(4 * PAGE_SIZE)
        await soc.cpu().fill(va, 4 * PAGE_SIZE, 1)
        await soc.kernel.vmalloc.vfree(va)

    assert rules(program) == []


@pytest.mark.parametrize(("deferred", "flushed", "held"), [(True, False, True), (True, True, False), (False, False, False)])
def test_what_the_iotlb_may_hold(deferred: bool, flushed: bool, held: bool) -> None:
    soc = Soc(policy="strict", **SMALL)

    async def program(soc: Soc) -> None:
        iommu = soc.dma.device.iommu = Iommu(soc.kernel, soc.dma.device.name, deferred=deferred)
        va = await soc.kernel.kmalloc(PAGE_SIZE)
        handle = await soc.dma.map_single(va, PAGE_SIZE, Direction.FROM_DEVICE)
        pa = soc.kernel.layout.physical(va)
        assert not soc.sanitizer.device.iotlb_holds(pa)
        await soc.dma.unmap_single(handle, PAGE_SIZE, Direction.FROM_DEVICE)
        if flushed:
            iommu.flush()
        assert soc.sanitizer.device.iotlb_holds(pa) is held

    soc.run(program)


def test_forbidden_memory_with_a_live_cacheable_translation() -> None:
    async def closed(soc: Soc) -> None:
        soc.machine.forbid(Region(soc.kernel.layout.pa(soc.kernel.cma.first), 2 * PAGE_SIZE))

    async def mapped_afterwards(soc: Soc) -> None:
        kernel, first = soc.kernel, soc.kernel.cma.first
        await kernel.linear.split_range(first, 1)
        await kernel.linear.unmap(first, 1)
        await kernel.linear.flush_tlb(first, 1)
        soc.machine.forbid(Region(kernel.layout.pa(first), PAGE_SIZE))
        await kernel.vmalloc.vmap(first, 1, Protection.KERNEL)

    async def opened_before(soc: Soc) -> None:
        kernel, first = soc.kernel, soc.kernel.cma.first
        await kernel.linear.split_range(first, 1)
        await kernel.linear.unmap(first, 1)
        await kernel.linear.flush_tlb(first, 1)
        region = Region(kernel.layout.pa(first), PAGE_SIZE)
        soc.machine.forbid(region)
        soc.machine.allow(region)
        await kernel.vmalloc.vmap(first, 1, Protection.KERNEL)

    assert rules(closed) == [Code.SPEC_FORBIDDEN]
    assert rules(mapped_afterwards) == [Code.SPEC_FORBIDDEN]
    assert rules(opened_before) == []


def test_a_handle_beyond_the_mask() -> None:
    async def program(soc: Soc, short: int) -> None:
        va = await soc.kernel.kmalloc(PAGE_SIZE)
        soc.dma.device.mask = soc.kernel.layout.physical(va) + PAGE_SIZE - 1 - short
        handle = await soc.dma.map_single(va, PAGE_SIZE, Direction.FROM_DEVICE)
        await soc.dma.unmap_single(handle, PAGE_SIZE, Direction.FROM_DEVICE)

    def broken(short: int) -> list[Code]:
        soc = Soc(policy="strict", era="v3.14", **SMALL)
        soc.run(lambda soc: program(soc, short))
        return [incident.rule for incident in soc.sanitizer.log.incidents if incident.rule is not None]

    assert broken(0) == []
    assert broken(1) == [Code.DMA_ADDR]


@pytest.mark.parametrize(("dsb", "found"), [(False, [Code.TLB_BBM]), (True, [])])
def test_a_walk_may_miss_a_descriptor_for_want_of_a_dsb(dsb: bool, found: list[Code]) -> None:
    async def program(soc: Soc) -> None:
        kernel, cpu, first = soc.kernel, soc.cpu(), soc.kernel.cma.first
        await kernel.linear.split_range(first, 1)
        await kernel.linear.unmap(first, 1)
        await cpu.tlbimvais(kernel.linear.va(first), PAGE_SIZE)
        await cpu.dsb()
        await kernel.linear.protect(first, 1, Protection.KERNEL)
        if dsb:
            await cpu.dsb("ishst")
        await cpu.ldr(kernel.linear.va(first))

    assert rules(program) == found


WALKED = 0x8000_0100


def walked(family: Family, *events: ev.Event) -> list[Code]:
    """A descriptor is stored; then `events`; then a walk for an access of the other CPU."""
    sanitizer = Sanitizer(family, 0x8000_0000, 1 << 12, 32, cpus=2)
    sanitizer.observe(ev.AliasChange(0.0, ev.NOWHERE, 0x8000_0000, 1 << 12, live=True))
    for event in (ev.Store(1.0, ev.NOWHERE, 0, WALKED, 4, ev.MemoryType.WB), *events):
        sanitizer.observe(event)
    sanitizer.observe(ev.TableWalk(3.0, ev.NOWHERE, 1, WALKED, 4, speculative=True))
    assert not sanitizer.log.incidents
    sanitizer.observe(ev.TableWalk(3.0, ev.NOWHERE, 1, WALKED, 4))
    return [incident.rule for incident in sanitizer.log.incidents if incident.rule is not None]


DSB = ev.Barrier(2.0, ev.NOWHERE, 0, "dsb", "ishst")
CLEAN = ev.Maintenance(2.0, ev.NOWHERE, 0, ev.CacheOp.CLEAN, ev.Level.INNER, WALKED, 4)


def test_what_a_walker_sees_of_a_descriptor() -> None:
    """One that is coherent with L1 what a DSB has drained; one that is not what has been cleaned too."""
    apart = replace(INTEGRATED, walker_snoops=False)
    assert walked(INTEGRATED) == [Code.TLB_BBM]
    assert walked(INTEGRATED, DSB) == []
    assert walked(apart, DSB) == [Code.TLB_BBM]
    assert walked(apart, CLEAN) == [Code.TLB_BBM]
    assert walked(apart, CLEAN, DSB) == []
