# SPDX-License-Identifier: Apache-2.0
"""arm64 runs on tables of long descriptors: blocks with contiguous hints, pages, one table for all kernel addresses."""

from __future__ import annotations

import numpy as np
import pytest

from dmasan.arch.faults import TranslationFault
from dmasan.arch.long_descriptor import INDEX_ARM64, LongLeaf, LongTable, decode_long
from dmasan.arch.long_walk import walk_long
from dmasan.events import DescriptorWrite, MemoryType, PolicyStep
from dmasan.linux.layout import ARM64_SPACE, PAGE_SIZE
from dmasan.linux.long_page_tables import LongPageTables, long_words
from dmasan.linux.protections import Protection, page
from dmasan.soc import Soc

BIG = {"ram_mib": 64, "lowmem_mib": 40, "cma_mib": 8, "processes": 2}
A53 = "cortex-a53"
MIB2 = 2 << 20


def soc_of(policy: str = "keep_alias", profile: str = A53, **knobs: object) -> Soc:
    return Soc(profile=profile, policy=policy, **{**BIG, **knobs})


def leaf_of(soc: Soc, va: int) -> LongLeaf:
    """What a walk of the running CPU ends in."""
    regime = soc.cpu().regime
    assert regime is not None
    return walk_long(regime, va, lambda pa: int.from_bytes(soc.machine.hierarchy.peek(pa, 8).tobytes(), "little")).leaf


async def nothing(soc: Soc) -> None:
    """Boot alone."""


@pytest.mark.parametrize("profile", ["cortex-a53", "cortex-a72"])
def test_the_linear_map_is_in_blocks_with_contiguous_hints(profile: str) -> None:
    soc = soc_of(profile=profile)
    soc.run(nothing)
    assert soc.kernel.layout.linear(soc.kernel.layout.base) == ARM64_SPACE.page_offset == 0xFFFF_FF80_0000_0000
    leaves = [leaf_of(soc, ARM64_SPACE.page_offset + n * MIB2) for n in range(20)]
    assert {leaf.level for leaf in leaves} == {2} and {leaf.index for leaf in leaves} == {INDEX_ARM64[MemoryType.WB]}
    assert [leaf.contiguous for leaf in leaves] == [True] * 16 + [False] * 4  # 40 MiB: one group of 32
    assert soc.cpu().translate(ARM64_SPACE.page_offset + 5).size == 16 * MIB2
    with pytest.raises(TranslationFault, match="translation fault, level 2"):
        soc.cpu().translate(ARM64_SPACE.page_offset + (40 << 20))


@pytest.mark.parametrize(("era", "rodata_full", "level", "hint"), [("v3.14", True, 2, False), ("v6.0", True, 3, False), ("v6.19", False, 2, True)])
def test_how_the_linear_map_is_made_depends_on_era_and_configuration(
    era: str, rodata_full: bool, level: int, hint: bool
) -> None:
    soc = Soc(profile=A53, policy="strict", era=era, rodata_full=rodata_full, **{**BIG, "lowmem_mib": 32, "ram_mib": 32})
    soc.run(nothing)
    leaf = leaf_of(soc, ARM64_SPACE.page_offset + MIB2)
    assert (leaf.level, leaf.contiguous) == (level, hint)


def test_a_second_mapping_is_non_cacheable_and_the_kernels() -> None:
    soc = soc_of()

    async def program(soc: Soc) -> None:
        buffer = await soc.dma.alloc_coherent(PAGE_SIZE, "buffer")
        leaf = leaf_of(soc, buffer.cpu_addr)
        assert ARM64_SPACE.is_vmalloc(buffer.cpu_addr)
        assert (leaf.level, leaf.index, leaf.user, leaf.non_global) == (3, INDEX_ARM64[MemoryType.NC], False, False)
        await soc.cpu().str_(buffer.cpu_addr, 7)
        assert await soc.cpu().ldr(buffer.cpu_addr) == 7
        await soc.dma.free_coherent(buffer)

    soc.run(program)
    soc.expect_clean()


def test_a_process_has_addresses_of_its_own_and_shares_the_kernels() -> None:
    soc = soc_of()

    async def program(soc: Soc) -> None:
        kernel = soc.kernel
        frame = int((await kernel.alloc_pages(1, name="page"))[0])
        one, other = kernel.tables.mms
        va = await kernel.user.remap_pfn_range(frame, 1, mm=one)
        linear = kernel.linear.va(frame)
        await soc.cpu().str_(linear, 5)
        async with kernel.user.using(one):
            assert leaf_of(soc, va).user and leaf_of(soc, va).non_global
            assert await soc.cpu().ldr(va) == 5
            assert await soc.cpu().ldr(linear) == 5
        async with kernel.user.using(other):
            with pytest.raises(TranslationFault):
                await soc.cpu().ldr(va)
        with pytest.raises(TranslationFault):
            await soc.cpu().ldr(va)  # reserved_pg_dir

    soc.run(program)


def test_a_block_is_split_by_breaking_its_whole_group_on_one_table() -> None:
    soc = soc_of("strict", processes=4)
    written: list[tuple[bool, int, int]] = []

    async def program(soc: Soc) -> None:
        tables = soc.kernel.tables
        assert isinstance(tables, LongPageTables)
        soc.machine.bus.subscribe(
            lambda e: written.append((bool(e.new & 1), e.va, e.new)) if isinstance(e, DescriptorWrite) else None
        )
        before = soc.machine.counters.tables_walked
        await soc.kernel.linear.split_range(1, 1)
        words = await tables.entries(tables.init_mm, ARM64_SPACE.page_offset, 16)
        kinds = [decode_long(int(word), 2) for word in words]
        assert isinstance(kinds[0], LongTable) and all(isinstance(kind, LongLeaf) and not kind.contiguous for kind in kinds[1:])
        assert soc.machine.counters.tables_walked - before == 1  # TTBR1 serves every process
        assert leaf_of(soc, ARM64_SPACE.page_offset + PAGE_SIZE).level == 3
        await soc.kernel.linear.split_range(1, 1)

    soc.run(program)
    level2 = [(valid, va) for valid, va, _ in written if va % MIB2 == 0]
    broken, made = [va for valid, va in level2 if not valid], [va for valid, va in level2 if valid]
    assert len(set(broken)) == 16 and set(broken) <= set(made)
    soc.expect_clean()


def test_policies_change_single_pages_of_the_linear_map() -> None:
    soc = soc_of("unmap_linear")

    async def program(soc: Soc) -> None:
        buffer = await soc.dma.alloc_coherent(PAGE_SIZE, "buffer")
        linear = soc.kernel.layout.linear(buffer.dma_handle)
        with pytest.raises(TranslationFault, match="level 3"):
            await soc.cpu().ldr(linear)
        await soc.dma.free_coherent(buffer)
        await soc.cpu().ldr(linear)

    soc.run(program)


def test_every_protection_has_an_entry_of_the_same_memory_type() -> None:
    words = np.array([page(0x8020_0000, prot) for prot in Protection] + [0], np.uint32)
    leaves = [decode_long(int(word), 3) for word in long_words(words)]
    assert leaves[-1] is None
    types = {index: kind for kind, index in INDEX_ARM64.items()}
    for prot, leaf in zip(Protection, leaves, strict=False):
        assert isinstance(leaf, LongLeaf) and leaf.base == 0x8020_0000, prot
        wanted = {"WRITETHROUGH": MemoryType.NC, "DEVICE": MemoryType.DEVICE, "USER_STRONGLY_ORDERED": MemoryType.STRONGLY_ORDERED}
        default = MemoryType.NC if "DMACOHERENT" in prot.name else MemoryType.WB
        assert types[leaf.index] is wanted.get(prot.name, default), prot
        assert leaf.user is prot.name.startswith("USER")


def test_steps_of_a_policy_are_told_as_on_arm32() -> None:
    """The policy does not know the format of the tables."""
    steps: dict[str, list[str]] = {}
    for profile in (A53, "cortex-a15"):
        soc = soc_of("strict", profile=profile)
        told = steps.setdefault(profile, [])
        soc.machine.bus.subscribe(lambda e, told=told: told.append(e.text) if isinstance(e, PolicyStep) else None)

        async def program(soc: Soc) -> None:
            await soc.dma.free_coherent(await soc.dma.alloc_coherent(PAGE_SIZE, "buffer"))

        soc.run(program)
    assert steps[A53] == steps["cortex-a15"] != []
