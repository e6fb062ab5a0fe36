# SPDX-License-Identifier: Apache-2.0
"""Every message of the kernel's DMA API debugging that is about a driver's calls, each triggered by a small program.

Programs with these bugs run to their end. The messages of kernel/dma/debug.c about its own memory (24) have no
counterpart, and number 12 cannot be reached: a sync outside of a mapping is number 11.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from dmasan.events import Direction
from dmasan.linux import CoherentBuffer
from dmasan.linux.dma_attributes import DmaAttr
from dmasan.linux.dma_device import DMA_MAPPING_ERROR, DmaDevice
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

TO, FROM, BOTH = Direction.TO_DEVICE, Direction.FROM_DEVICE, Direction.BIDIRECTIONAL
SMALL = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 2, "processes": 1}
Program = Callable[[Soc], Awaitable[None]]


def found(program: Program, era: str = "v6.19", **knobs: object) -> list[tuple[Code, str, bool]]:
    """(code, text, whether the kernel sees it) of each broken rule."""
    soc = Soc(policy="strict", era=era, **(SMALL | knobs))
    soc.run(program)
    return [(i.rule, i.copies, i.kernel_sees) for i in soc.sanitizer.log.incidents if i.rule is not None]


async def mapped(soc: Soc, direction: Direction = TO, size: int = 4096) -> int:
    va = await soc.kernel.kmalloc(size)
    handle = await soc.dma.map_single(va, size, direction, "buffer")
    assert not soc.dma.mapping_error(handle)
    return handle


async def invalid_address(soc: Soc) -> None:
    await soc.dma.unmap_single(DMA_MAPPING_ERROR, 64, TO)


async def never_mapped(soc: Soc) -> None:
    va = await soc.kernel.kmalloc(64)
    await soc.dma.unmap_single(soc.kernel.layout.physical(va), 64, TO)


async def unmapped_twice(soc: Soc) -> None:
    handle = await mapped(soc)
    await soc.dma.unmap_single(handle, 4096, TO)
    await soc.dma.unmap_single(handle, 4096, TO)


async def for_another_device(soc: Soc) -> None:
    handle = await mapped(soc)
    await soc.kernel.dma_of(DmaDevice("other")).unmap_single(handle, 4096, TO)
    await soc.dma.unmap_single(handle, 4096, TO)


async def other_size(soc: Soc) -> None:
    await soc.dma.unmap_single(await mapped(soc), 1, TO)


async def wrong_function(soc: Soc) -> None:
    buffer = await soc.dma.alloc_coherent(64, "ring")
    await soc.dma.unmap_single(buffer.dma_handle, 64, BOTH)


async def other_cpu_address(soc: Soc) -> None:
    buffer = await soc.dma.alloc_coherent(64, "ring")
    await soc.dma.free_coherent(CoherentBuffer(0x1000, buffer.dma_handle, 64, "ring"))


async def other_count(soc: Soc) -> None:
    table = soc.dma.sg_of([(await soc.kernel.kmalloc(64), 64) for _ in range(3)])
    await soc.dma.map_sg(table, TO, name="list")
    await soc.dma.unmap_sg(table, TO, nents=2)


async def other_direction(soc: Soc) -> None:
    await soc.dma.unmap_single(await mapped(soc, TO), 4096, BOTH)


async def from_the_stack(soc: Soc) -> None:
    va = await soc.kernel.stack.push(64)
    await soc.dma.map_single(va, 64, TO)
    await soc.kernel.stack.pop()


async def the_kernel_itself(soc: Soc) -> None:
    await soc.dma.map_single(0xC000_8000, 64, TO)


async def sync_of_nothing(soc: Soc) -> None:
    va = await soc.kernel.kmalloc(64)
    await soc.dma.sync_single_for_cpu(soc.kernel.layout.physical(va), 64, FROM)


async def sync_beyond_the_end(soc: Soc) -> None:
    handle = await mapped(soc, FROM, 128)
    await soc.dma.sync_single_range_for_cpu(handle, 64, 128, FROM)


async def sync_the_other_way(soc: Soc) -> None:
    await soc.dma.sync_single_for_device(await mapped(soc, FROM), 64, TO)


async def sync_read_only_for_cpu(soc: Soc) -> None:
    await soc.dma.sync_single_for_cpu(await mapped(soc, TO), 64, FROM)


async def sync_of_fewer_entries(soc: Soc) -> None:
    table = soc.dma.sg_of([(await soc.kernel.kmalloc(64), 64) for _ in range(3)])
    await soc.dma.map_sg(table, FROM, name="list")
    await soc.dma.sync_sg_for_cpu(table, FROM, nents=1)
    await soc.dma.unmap_sg(table, FROM)


async def long_segment(soc: Soc) -> None:
    soc.dma.set_max_seg_size(4096)
    await soc.dma.map_sg(soc.dma.sg_of([(await soc.kernel.kmalloc(8192), 8192)]), TO)


async def segment_across_a_boundary(soc: Soc) -> None:
    soc.dma.set_seg_boundary(0xFFF)
    await soc.dma.map_sg(soc.dma.sg_of([(await soc.kernel.kmalloc(8192), 8192)]), TO)


async def temporary_mapping(soc: Soc) -> None:
    await soc.dma.map_single(0xFFC8_0000, 64, TO)


async def vmalloc_memory(soc: Soc) -> None:
    await soc.dma.map_single(await soc.kernel.vmalloc.vmalloc(4096), 64, TO)


async def mapped_twice(soc: Soc) -> None:
    va = await soc.kernel.kmalloc(4096)
    await soc.dma.map_single(va, 4096, FROM)
    await soc.dma.map_single(va, 4096, FROM)


async def eight_times(soc: Soc) -> None:
    va = await soc.kernel.kmalloc(4096)
    for _ in range(8):
        await soc.dma.map_single(va, 64, BOTH)
    await soc.dma.map_single(va, 64, BOTH)


async def leaked(soc: Soc) -> None:
    await mapped(soc)
    soc.dma.release_driver()


@pytest.mark.parametrize(
    ("program", "era", "code", "text"),
    [
        (invalid_address, "v6.19", Code.MAP_BALANCE, "device driver tries to free an invalid DMA memory address"),  # 1
        (never_mapped, "v6.19", Code.MAP_BALANCE, "device driver tries to free DMA memory it has not allocated"),  # 2
        (unmapped_twice, "v6.19", Code.MAP_BALANCE, "device driver tries to free DMA memory it has not allocated"),
        (for_another_device, "v6.19", Code.MAP_BALANCE, "(of device dma0: buffer)"),
        (other_size, "v6.19", Code.MAP_BALANCE, "different size [map size=4096 bytes] [unmap size=1 bytes]"),  # 3
        (wrong_function, "v6.19", Code.MAP_BALANCE, "wrong function [mapped as coherent] [unmapped as single]"),  # 4
        (other_cpu_address, "v6.19", Code.MAP_BALANCE, "device driver frees DMA memory with different CPU address"),  # 5
        (other_count, "v6.19", Code.MAP_BALANCE, "different entry count [map count=3] [unmap count=2]"),  # 6
        (other_direction, "v6.19", Code.WRONG_DIR, "[mapped with DMA_TO_DEVICE] [unmapped with DMA_BIDIRECTIONAL]"),  # 7
        (from_the_stack, "v3.14", Code.BAD_MEM, "device driver maps memory from stack"),  # 9
        (from_the_stack, "v6.19", Code.BAD_MEM, "device driver maps memory from stack"),
        (the_kernel_itself, "v6.19", Code.BAD_MEM, "device driver maps memory from kernel text or rodata"),  # 10
        (sync_of_nothing, "v6.19", Code.MAP_BALANCE, "device driver tries to sync DMA memory it has not allocated"),  # 11
        (sync_beyond_the_end, "v6.19", Code.WRONG_RANGE, "device driver tries to sync DMA memory it has not allocated"),
        (sync_the_other_way, "v6.19", Code.WRONG_DIR, "device driver syncs DMA memory with different direction"),  # 13
        (sync_read_only_for_cpu, "v6.19", Code.WRONG_DIR, "syncs device read-only DMA memory for cpu"),  # 14
        (sync_the_other_way, "v6.19", Code.WRONG_DIR, "syncs device write-only DMA memory to device"),  # 15
        (sync_of_fewer_entries, "v6.19", Code.MAP_BALANCE, "different entry count [map count=3] [sync count=1]"),  # 16
        (long_segment, "v6.19", Code.DMA_ADDR, "longer than device claims to support [len=8192] [max=4096]"),  # 17
        (segment_across_a_boundary, "v6.19", Code.DMA_ADDR, "mapping sg segment across boundary"),  # 18
        (temporary_mapping, "v6.19", Code.BAD_MEM, "device driver maps memory from invalid area"),  # 19
        (vmalloc_memory, "v3.14", Code.BAD_MEM, "device driver maps memory from vmalloc area"),  # 20
        (vmalloc_memory, "v6.19", Code.BAD_MEM, "device driver maps memory from vmalloc area"),
        (mapped_twice, "v6.19", Code.MAP_BALANCE, "cacheline tracking EEXIST, overlapping mappings aren't supported"),  # 21
        (eight_times, "v6.19", Code.MAP_BALANCE, "exceeded 7 overlapping mappings of cacheline"),  # 23
        (leaked, "v6.19", Code.MAP_BALANCE, "pending DMA allocations while released from device [count=1]"),  # 22
    ],
)
def test_what_the_kernel_sees_too(program: Program, era: str, code: Code, text: str) -> None:
    rules = found(program, era)
    assert any(rule is code and text in said and kernel for rule, said, kernel in rules), rules


def test_an_unchecked_mapping_error_is_a_note() -> None:  # 8
    async def program(soc: Soc) -> None:
        va = await soc.kernel.kmalloc(64)
        await soc.dma.unmap_single(await soc.dma.map_single(va, 64, TO), 64, TO)

    soc = Soc(policy="strict", **SMALL)
    soc.run(program)
    soc.expect_clean()
    assert any("failed to check map error" in text for text in soc.notes)


async def overlapping_elsewhere(soc: Soc) -> None:
    va = await soc.kernel.kmalloc(4096)
    await soc.dma.map_single(va, 4096, FROM)
    await soc.dma.map_single(va + 1024, 64, FROM)


async def source_and_destination(soc: Soc) -> None:
    va = await soc.kernel.kmalloc(4096)
    await soc.dma.map_single(va, 4096, FROM)
    await soc.dma.map_single(va, 4096, TO)


@pytest.mark.parametrize("program", [overlapping_elsewhere, source_and_destination])
def test_what_the_kernel_does_not_see(program: Program) -> None:
    """It knows the first cache line of a mapping, and no TO_DEVICE mapping at all."""
    (rule,) = found(program)
    assert rule == (Code.MAP_BALANCE, "the memory is mapped already, and the device writes through one of the mappings", False)


async def correct(soc: Soc) -> None:
    """Two mappings that are only read, a list, a BIDIRECTIONAL one synced one way, the caller's own maintenance."""
    va = await soc.kernel.kmalloc(4096)
    for start in (0, 64):
        handle = await soc.dma.map_single(va + start, 256, TO)
        assert not soc.dma.mapping_error(handle)
    for start in (0, 64):
        await soc.dma.unmap_single(soc.kernel.layout.physical(va) + start, 256, TO)
    table = soc.dma.sg_of([(va, 256), (va + 1024, 256)])
    assert await soc.dma.map_sgtable(table, BOTH) == 0
    await soc.dma.sync_sgtable_for_cpu(table, BOTH)
    await soc.dma.sync_single_for_device(table.entries[0].dma_address, 64, TO)
    await soc.dma.unmap_sgtable(table, BOTH)
    first = await soc.dma.map_single(va, 256, FROM, attrs=DmaAttr.SKIP_CPU_SYNC)
    second = await soc.dma.map_single(va, 256, FROM, attrs=DmaAttr.SKIP_CPU_SYNC)
    for handle in (first, second):
        assert not soc.dma.mapping_error(handle)
        await soc.dma.unmap_single(handle, 256, FROM, DmaAttr.SKIP_CPU_SYNC)
    pages = await soc.dma.alloc_noncoherent(4096, FROM)
    await soc.dma.sync_single_for_device(pages.dma_handle, 4096, FROM)
    await soc.dma.sync_single_for_cpu(pages.dma_handle, 4096, FROM)
    await soc.dma.free_noncoherent(pages)
    soc.dma.release_driver()


@pytest.mark.parametrize("era", ["v2.6.39", "v6.0", "v6.19"])
def test_correct_calls_are_silent(era: str) -> None:
    assert found(correct, era) == []
