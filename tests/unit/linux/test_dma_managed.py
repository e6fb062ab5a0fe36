# SPDX-License-Identifier: Apache-2.0
"""dmam_*: memory that goes when the driver goes."""

from dmasan.events import DmaMap, DmaUnmap
from dmasan.linux.layout import PAGE_SIZE
from dmasan.sanitizer import Code
from dmasan.soc import Soc

SMALL = {"ram_mib": 24, "lowmem_mib": 16, "cma_mib": 4, "processes": 1}


def test_the_last_goes_first_when_the_driver_is_unbound(make) -> None:
    world = make("remap_in_place")
    kernel, dma = world.kernel, world.kernel.dma
    first = world.run(dma.managed.alloc_coherent(PAGE_SIZE, "first"))
    pool = world.run(dma.managed.pool_create("pool", 64))
    block = world.run(pool.alloc())
    world.run(pool.free(block))
    last = world.run(dma.managed.alloc_wc(3 * PAGE_SIZE, "last"))
    log = world.watch(dma.unbind_driver())
    gone = [event.handle for event in log if isinstance(event, DmaUnmap)]
    assert gone == [last.dma_handle, block.dma_handle & -PAGE_SIZE, first.dma_handle]
    assert not kernel.cma.bitmap.any() and not kernel.messages
    assert not [event for event in world.watch(dma.unbind_driver()) if isinstance(event, DmaUnmap)]


def test_what_is_freed_by_hand_is_freed_once(make) -> None:
    world = make("remap_in_place")
    dma = world.kernel.dma
    buffer = world.run(dma.managed.alloc_coherent(PAGE_SIZE))
    pool = world.run(dma.managed.pool_create("pool", 32))
    world.run(dma.managed.free_coherent(buffer))
    world.run(dma.managed.pool_destroy(pool))
    log = world.watch(dma.unbind_driver())
    assert not any(isinstance(event, DmaMap | DmaUnmap) for event in log) and not world.kernel.messages


def test_what_is_not_managed_is_warned_of(make) -> None:
    world = make("remap_in_place")
    dma = world.kernel.dma
    buffer = world.run(dma.alloc_coherent(PAGE_SIZE))
    world.run(dma.managed.free_coherent(buffer))
    assert "no managed resource" in world.kernel.messages[0] and not world.kernel.cma.bitmap.any()
    world.run(dma.managed.pool_destroy(world.run(dma.pool_create("pool", 32))))
    assert "dmam_pool_destroy of pool" in world.kernel.messages[1]


def test_managed_memory_is_no_leak() -> None:
    async def program(soc: Soc) -> None:
        await soc.dma.managed.alloc_coherent(PAGE_SIZE, "ring")
        await soc.dma.unbind_driver()

    soc = Soc(**SMALL)
    soc.run(program)
    soc.expect_clean()


def test_managed_memory_that_is_freed_by_the_plain_call_is_freed_twice() -> None:
    async def program(soc: Soc) -> None:
        ring = await soc.dma.managed.alloc_coherent(PAGE_SIZE, "ring")
        await soc.dma.free_coherent(ring)
        await soc.dma.unbind_driver()

    soc = Soc(**SMALL)
    soc.run(program)
    assert [hazard.code for hazard in soc.hazards] == [Code.MAP_BALANCE]
