# SPDX-License-Identifier: Apache-2.0
"""kmap's mappings outlive their use, until the slots have been gone through once."""

import pytest

from dmasan.linux import OutOfMemory, Zone
from dmasan.linux.layout import LAST_PKMAP, PAGE_SIZE, PKMAP_BASE


def test_a_mapping_stays_after_kunmap_and_is_used_again(make) -> None:
    world = make("highmem_only")
    kernel = world.kernel
    frame = kernel.layout.lowmem_pages
    va = world.run(kernel.pkmap.map(frame))
    assert PKMAP_BASE <= va < PKMAP_BASE + LAST_PKMAP * PAGE_SIZE
    world.run(kernel.cpu.str_(va, 0x1234))
    kernel.pkmap.unmap(frame)
    assert kernel.cpu.physical(va) == kernel.layout.pa(frame)  # nobody uses it, and everybody can
    assert world.run(kernel.pkmap.map(frame)) == va
    kernel.pkmap.unmap(frame)
    assert world.run(kernel.kmap.map(frame)) == va  # kmap_high_get
    world.run(kernel.kmap.unmap(va))
    world.run(kernel.pkmap.flush_all_zero_pkmaps())
    assert world.run(kernel.kmap.map(frame)) != va


def test_lowmem_pages_have_their_linear_address(make) -> None:
    world = make("highmem_only")
    assert world.run(world.kernel.pkmap.map(300)) == world.kernel.linear.va(300)
    world.kernel.pkmap.unmap(300)


def test_unused_slots_are_flushed_when_the_slots_have_been_gone_through(make) -> None:
    world = make("highmem_only")
    kernel, first = world.kernel, world.kernel.layout.lowmem_pages
    held = world.run(kernel.pkmap.map(first))
    for n in range(1, LAST_PKMAP + 1):
        world.run(kernel.pkmap.map(first + n))
        kernel.pkmap.unmap(first + n)
    assert kernel.cpu.physical(held) == kernel.layout.pa(first)
    for n in range(LAST_PKMAP + 1, 2 * LAST_PKMAP):
        world.run(kernel.pkmap.map(first + n))
    with pytest.raises(OutOfMemory, match="512 slots of kmap are in use"):
        world.run(kernel.pkmap.map(first + 2 * LAST_PKMAP))


def test_a_former_kmap_is_an_alias_of_a_highmem_buffer(make) -> None:
    """flush_all_zero_pkmaps before a page is handed out would end it; the kernel does not do that."""
    world = make("highmem_only", cpus=1)
    kernel = world.kernel
    world.run(kernel.pkmap.map(kernel.cma.first))
    kernel.pkmap.unmap(kernel.cma.first)
    buffer = world.run(kernel.dma.alloc_coherent(2 * PAGE_SIZE))
    assert kernel.layout.zone(kernel.layout.page(buffer.dma_handle)) is Zone.HIGHMEM
    assert world.machine.aliases.exposed(buffer.dma_handle, 2 * PAGE_SIZE) == 1
    world.run(kernel.pkmap.flush_all_zero_pkmaps())
    assert world.machine.aliases.exposed(buffer.dma_handle, 2 * PAGE_SIZE) == 0


def test_v3_5_hands_out_highmem_with_the_dirty_lines_of_its_former_owner(make) -> None:
    for era, dirty in (("v3.5", True), ("v3.14", False)):
        world = make("highmem_only", era)
        kernel = world.kernel
        for user in world.run(kernel.movable.fill(kernel.cma.first, 4)):
            world.run(kernel.movable.free(user))
        buffer = world.run(kernel.dma.alloc_coherent(PAGE_SIZE))
        pa, line = buffer.dma_handle, world.machine.profile.l1.line
        copies = [cache.dirty[cache.copies(pa // line, (pa + PAGE_SIZE) // line)].any() for cache in world.machine.hierarchy.l1]
        assert any(copies) is dirty
