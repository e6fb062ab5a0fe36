# SPDX-License-Identifier: Apache-2.0
"""Directed tests: a story, a cell, and whether it must be clean, wrong under some schedule, or wrong in this run.

Device reads and writes are jobs of the engine under the adversarial schedule. Two are elsewhere: T12, a store between
clean and invalidate, in test_invalidate_edges; T17, a pinned page in the CMA area, in tests/unit/linux/test_cma.py.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable

import numpy as np
import pytest
from arch_bench import DATA, PA, WB, ArchBench, run
from bug_stories import World

from dmasan.arch.faults import TranslationFault
from dmasan.device.transaction import DmaError
from dmasan.events import Direction, MemoryType
from dmasan.linux.dma_attributes import DmaAttr
from dmasan.linux.movable import Anonymous, UsingMm
from dmasan.sanitizer import State
from dmasan.soc import Soc

pytestmark = pytest.mark.thorough

TO, FROM = Direction.TO_DEVICE, Direction.FROM_DEVICE
SMALL: dict[str, object] = {"ram_mib": 32, "lowmem_mib": 20, "cma_mib": 8, "processes": 1}
A9, A15, A53 = "cortex-a9-pl310", "cortex-a15", "cortex-a53"
Story = Callable[[World], Awaitable[None]]


def verdict(
    story: Story, profile: str, policy: str, *, era: str = "v6.19", schedule: str = "adversarial", **knobs: object
) -> str:
    """"clean", "latent" or "manifest"."""
    soc = Soc(profile=profile, policy=policy, era=era, schedule=schedule, **{**SMALL, **knobs})

    async def program(soc: Soc) -> None:
        await soc.kernel.populate()
        # Where the engine's own ring suffers, its driver finds a completion or a descriptor missing.
        with contextlib.suppress(DmaError):
            await story(await World(soc).start())

    soc.run(program)
    states = {hazard.state for hazard in soc.hazards}
    return "manifest" if State.MANIFEST in states else "latent" if states else "clean"


async def coherent_loop(w: World) -> None:
    """Non-cacheable stores, a device read, a device write, Non-cacheable loads; the linear alias is prefetched."""
    buffer = await w.dma.alloc_coherent(4096, "loop")
    for value in (1, 2, 3):
        await w.cpu.fill(buffer.cpu_addr, 256, value)
        await w.device_reads(buffer.dma_handle)
        await w.device_writes(buffer.dma_handle)
        await w.cpu.read(buffer.cpu_addr, 256)
    await w.dma.free_coherent(buffer)


@pytest.mark.parametrize("profile", [A53, *(pytest.param(name, marks=pytest.mark.deep) for name in (A15, "cortex-a72", "cortex-a8"))])
def test_t1_an_alias_is_harmless_where_non_cacheable_accesses_bypass(profile: str) -> None:
    assert verdict(coherent_loop, profile, "keep_alias") == "clean"


@pytest.mark.parametrize(("policy", "era"), [("keep_alias", "v6.19"), ("double_map", "v2.6.39")])
def test_t2_t3_the_pl310_hits_it_without_shared_override(policy: str, era: str) -> None:
    assert verdict(coherent_loop, A9, policy, era=era, shared_override=False) == "manifest"
    assert verdict(coherent_loop, A9, policy, era=era, shared_override=True) == "clean"


def test_t4_the_window_of_remap_in_place_matters_where_lookups_hit() -> None:
    assert verdict(coherent_loop, A15, "remap_in_place") == "clean"
    assert verdict(coherent_loop, A9, "remap_in_place", shared_override=True) == "clean"
    assert verdict(coherent_loop, A9, "remap_in_place", shared_override=False) != "clean"


def test_t5_a_cpu_that_was_not_told_writes_through_its_old_translation() -> None:
    for broadcast in (False, True):
        b = ArchBench(A15)
        b.link(0x5000_0000)
        b.page(0x5000_0000, PA + DATA)
        run(b.other.ldr(0x5000_0000))
        b.page(0x5000_0000, None)
        run(b.cpu.tlbimvais(0x5000_0000) if broadcast else b.cpu.tlbimva(0x5000_0000))
        run(b.cpu.dsb())
        b.page(0x5000_0000, PA + DATA, MemoryType.NC)
        run(b.other.str_(0x5000_0000, 7))
        run(b.other.dsb())
        assert (b.device(PA + DATA) == 7) is broadcast  # cacheable: it stays in the L1 of cpu1


async def stray_write(w: World) -> None:
    buffer = await w.dma.alloc_coherent(4096, "stray")
    await w.cpu.fill(w.kernel.layout.linear(buffer.dma_handle), 64, 9)
    await w.device_reads(buffer.dma_handle)


def test_t6_a_store_through_the_linear_alias_of_a_coherent_buffer() -> None:
    assert verdict(stray_write, A9, "keep_alias", shared_override=True) == "manifest"
    assert verdict(stray_write, A53, "keep_alias") == "manifest"


def test_t7_faults_where_the_alias_is_unmapped() -> None:
    with pytest.raises(TranslationFault, match="store at 0xc"):
        verdict(stray_write, A9, "unmap_linear", shared_override=True)


async def former_owner(w: World) -> None:
    """The buffer's pages were a process's until now, which has just written them: its dirty lines are in the caches."""
    frames, cma = w.kernel.frames, w.kernel.cma
    first = next(page for page in range(cma.first, cma.first + cma.count, 2) if isinstance(frames.owner_of(page), Anonymous))
    owner = frames.owner_of(first)
    assert isinstance(owner, Anonymous)
    async with UsingMm(w.kernel, owner.mm):
        await w.cpu.fill(owner.mappings[0].address(int(frames.index[first])), 8192, 0xD1)
    buffer = await w.dma.alloc_coherent(8192, "taken over")
    await w.device_writes(buffer.dma_handle)
    await w.device_reads(buffer.dma_handle)
    await w.cpu.read(buffer.cpu_addr, 256)


def test_t8_highmem_pages_of_v3_5_come_with_their_former_owners_lines() -> None:
    """Up to v3.14 the default area was limited to lowmem; a board's own area was not. From v3.14 on __dma_clear_buffer
    clears and flushes highmem pages through kmap_atomic (arch/arm/mm/dma-mapping.c, v3.14.57)."""
    assert verdict(former_owner, A9, "highmem_only", era="v3.5", shared_override=True) == "manifest"
    for era in ("v3.14", "v6.19"):
        assert verdict(former_owner, A9, "highmem_only", era=era, shared_override=True) == "clean"


def streaming(direction: Direction, at_map: DmaAttr, at_unmap: DmaAttr) -> Story:
    async def story(w: World) -> None:
        va = await w.kernel.kmalloc(256, "frame")
        await w.cpu.fill(va, 256, 1)
        handle = await w.dma.map_single(va, 256, direction, "frame", at_map)
        await w.device_writes(handle)
        await w.dma.unmap_single(handle, 256, direction, at_unmap)
        await w.cpu.read(va, 256)

    return story


SKIP, FULL = DmaAttr.SKIP_CPU_SYNC, DmaAttr.NONE


@pytest.mark.parametrize("profile", [A9, pytest.param(A15, marks=pytest.mark.deep), A53])
def test_t9_t10_both_ends_of_a_from_device_mapping_are_needed(profile: str) -> None:
    assert verdict(streaming(FROM, FULL, FULL), profile, "strict", shared_override=True) == "clean"
    assert verdict(streaming(FROM, FULL, SKIP), profile, "strict", shared_override=True) == "manifest"
    assert verdict(streaming(FROM, SKIP, FULL), profile, "strict", shared_override=True) != "clean"


def shared_line(size: int, neighbour: int) -> Story:
    async def story(w: World) -> None:
        va = await w.kernel.kmalloc(512, "shared")
        await w.cpu.fill(va, 512, 1)
        handle = await w.dma.map_single(va, size, FROM, "part")
        await w.soc.cpu(1).str_(va + neighbour, 77)  # a counter next to the buffer
        await w.device_writes(handle, size)
        await w.soc.cpu(1).str_(va + neighbour, 78)
        await w.soc.cpu(1).dmb()  # without it this CPU might not see the counter yet, buffer or not
        await w.dma.unmap_single(handle, size, FROM)
        await w.cpu.read(va, size)
        await w.cpu.ldr(va + neighbour)

    return story


@pytest.mark.parametrize(("profile", "line"), [(A9, 32), pytest.param(A15, 64, marks=pytest.mark.deep), (A53, 64)])
def test_t11_a_counter_in_the_line_of_a_buffer(profile: str, line: int) -> None:
    assert verdict(shared_line(line // 2, line // 2), profile, "strict", shared_override=True) != "clean"
    assert verdict(shared_line(line, line), profile, "strict", shared_override=True) == "clean"
    if line == 64:  # 32 bytes are a line on a Cortex-A9 only
        assert verdict(shared_line(32, 32), profile, "strict") != "clean"


def test_t13_arm32_throws_the_zeros_of_a_short_transfer_away() -> None:
    """A benign machine keeps the zeros in the caches until the map: ARM32 invalidates them, arm64 cleans."""
    for profile, kept in ((A9, False), (A53, True)):
        soc = Soc(profile=profile, policy="strict", shared_override=True, **SMALL)
        found = soc.run(lambda soc: _unwritten(soc))
        assert (found == 0).all() == kept, profile


async def _unwritten(soc: Soc) -> np.ndarray:
    w = await World(soc).start()
    va = await w.kernel.kmalloc(256, "zeroed")
    await w.cpu.fill(va, 256, 0xEE)
    await w.flush(va)
    await w.cpu.fill(va, 256, 0)
    handle = await w.dma.map_single(va, 256, FROM, "zeroed")
    await w.device_writes(handle, 64)
    await w.dma.unmap_single(handle, 256, FROM)
    return await w.cpu.read(va + 128, 128)


def test_t14_the_outer_cache_is_cleaned_after_the_inner_one() -> None:
    for first in ("inner", "outer"):
        b = ArchBench(A9)
        run(b.cpu.str_(WB + DATA, 1))
        for level in (first, "outer" if first == "inner" else "inner"):
            run(b.cpu.dccmvac(WB + DATA) if level == "inner" else b.cpu.outer_clean(PA + DATA, 4))
            run(b.cpu.dsb())
        run(b.cpu.outer_sync())
        assert (b.device(PA + DATA) == 1) is (first == "inner")


def test_t15_a_relaxed_doorbell_overtakes_a_non_cacheable_store() -> None:
    """Each exhaustively in tests/litmus: doorbell-without-barrier, doorbell-behind-dsb-and-cache-sync."""
    from explore import explore, matches
    from test_litmus import FILES, TESTS

    named = {path.stem: test for path, test in zip(FILES, TESTS, strict=True)}
    for name, wrong in (("doorbell-without-barrier", True), ("doorbell-behind-dsb-and-cache-sync", False)):
        finals, _ = explore(named[name], A9)
        assert any(matches(final, {("dev", "r0"): 0}) for final in finals) is wrong


def test_t16_a_device_that_snoops_beside_a_non_cacheable_mapping() -> None:
    async def story(w: World) -> None:
        engine = await w.snooping()
        buffer = await w.dma.alloc_coherent(4096, "ring")
        await w.cpu.read(w.kernel.layout.linear(buffer.dma_handle), 64)  # the alias brings the line in
        await w.cpu.fill(buffer.cpu_addr, 64, 5)
        await engine.memcpy(w.seen.dma_handle, buffer.dma_handle, 64)

    assert verdict(story, A15, "keep_alias", snoop_port=True) != "clean"


def test_t18_a_stale_pointer_still_writes_after_a_lazy_vunmap() -> None:
    soc = Soc(profile=A9, policy="double_map", shared_override=True, **SMALL)

    async def program(soc: Soc) -> None:
        buffer = await soc.dma.alloc_coherent(4096, "old")
        await soc.cpu(0).str_(buffer.cpu_addr, 1)
        await soc.dma.free_coherent(buffer)
        try:
            await soc.cpu(0).str_(buffer.cpu_addr, 2)
        except TranslationFault:
            found.append("fault")
        else:
            found.append("written")
        await soc.kernel.vmalloc.purge()
        with pytest.raises(TranslationFault):
            await soc.cpu(0).str_(buffer.cpu_addr, 3)

    found: list[str] = []
    soc.run(program)
    assert found == ["written"]


def no_mapping(w: World) -> Awaitable[None]:
    async def story() -> None:
        buffer = await w.dma.alloc_attrs(8192, "hidden", DmaAttr.NO_KERNEL_MAPPING)
        await w.device_writes(buffer.dma_handle)
        await w.device_reads(buffer.dma_handle)

    return story()


def test_t19_pages_without_kernel_mapping_come_dirty_since_v6_0() -> None:
    assert verdict(no_mapping, A15, "keep_alias", era="v3.14") == "clean"
    assert verdict(no_mapping, A15, "keep_alias", era="v6.19") != "clean"
    assert verdict(no_mapping, A53, "keep_alias", era="v6.19") == "clean"


def test_t20_a_bounce_keeps_the_bytes_that_the_device_does_not_write() -> None:
    soc = Soc(profile=A9, policy="bounce", shared_override=True, **SMALL)
    assert (soc.run(_unwritten) == 0).all()
