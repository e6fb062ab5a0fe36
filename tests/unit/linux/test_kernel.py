# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from dmasan.config import UsageError
from dmasan.events import ContentUndefined
from dmasan.linux import DmaApiError, OutOfMemory, Zone
from dmasan.linux.frames import MigrateType
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.migrate import migrate_pages
from dmasan.linux.movable import Anonymous, PageCache
from dmasan.linux.user_mappings import UsingMm


def test_boot(make) -> None:
    world = make("double_map")
    kernel = world.kernel
    kernel.frames.check()
    assert [cpu.ttbr for cpu in world.machine.cpus] == [kernel.tables.init_mm.pgd] * 2
    assert kernel.frames.free_count(Zone.LOWMEM, MigrateType.CMA) == kernel.cma.count == 1024
    assert kernel.frames.free_count(Zone.HIGHMEM) == 2048
    assert kernel.cpu.physical(0xC012_3456) == 0x8012_3456


def test_memory_too_small_for_the_processes(make) -> None:
    with pytest.raises(OutOfMemory, match="lowmem outside the CMA area"):
        make("double_map", ram_mib=16, lowmem_mib=8, processes=4096)


@pytest.mark.parametrize(("zone", "kind"), [(Zone.LOWMEM, PageCache), (Zone.HIGHMEM, Anonymous)])
def test_populate_takes_the_area_and_4_mib_beside_it(make, zone: Zone, kind: type) -> None:
    world = make("strict", zone=zone)
    kernel = world.kernel
    (user,) = world.run(kernel.populate())
    assert isinstance(user, kind) and user.pages.size == 2048
    assert (
        user.pages[0] == kernel.cma.first - 1024 and user.pages[-1] == kernel.cma.first + kernel.cma.count - 1
    )
    last = kernel.layout.pa(int(user.pages[-1]))
    assert bytes(world.machine.device_read(last, PAGE_SIZE)) != bytes(
        user.pattern(2047, 1)
    )  # dirty in the caches
    assert world.run(kernel.movable.damaged(user)) == 0
    user.generation += 1  # what was written is another pattern now
    assert world.run(kernel.movable.damaged(user)) > 2048 * 3000
    assert world.run(kernel.populate()) == []


def test_anonymous_memory_is_seen_through_its_process_alone(make) -> None:
    world = make("strict", zone=Zone.HIGHMEM)
    kernel = world.kernel
    user = world.run(kernel.movable.anonymous(3))

    async def look() -> bytes:
        async with UsingMm(kernel, user.mm):
            return bytes(await kernel.cpu.read(user.mappings[0].address(2), PAGE_SIZE))

    assert world.run(look()) == user.pattern(2, 1).tobytes()
    with pytest.raises(Exception, match="translation fault"):
        world.run(kernel.cpu.ldr(user.va))
    free = kernel.frames.free_count()
    world.run(kernel.movable.free(user))
    assert kernel.frames.free_count() == free + 3
    with pytest.raises(Exception, match="translation fault"):
        world.run(look())
    assert world.run(kernel.movable.anonymous(3)).va in (user.va, 0x1000_0000)  # addresses are used again


def test_shared_memory_moves_under_every_process_that_maps_it(make) -> None:
    world = make("strict", zone=Zone.HIGHMEM, processes=3)
    kernel = world.kernel
    user = world.run(kernel.movable.anonymous(3))
    assert [world.run(kernel.movable.share(user)) is None for _ in range(3)] == [False, False, True]
    assert len({id(each.mm) for each in user.mappings}) == 3
    old = user.pages.copy()
    assert world.run(kernel.movable.damaged(user)) == 0  # every process reads, and has translations in the TLB

    world.run(migrate_pages(kernel, old))
    assert not set(old.tolist()) & set(user.pages.tolist())
    world.run(kernel.movable.write(user))  # through the first process
    assert world.run(kernel.movable.damaged(user)) == 0  # the others see the same pages

    free = kernel.frames.free_count()
    world.run(kernel.movable.free(user))
    assert kernel.frames.free_count() == free + 3
    for each in user.mappings:
        with pytest.raises(Exception, match="translation fault"):
            world.run(_read_in(kernel, each))


async def _read_in(kernel, mapping) -> int:
    async with UsingMm(kernel, mapping.mm):
        return await kernel.cpu.ldr(mapping.va)


def test_kmalloc(make) -> None:
    world = make("double_map")
    kernel = world.kernel
    free = kernel.frames.free_count()
    one, two, three = (world.run(kernel.kmalloc(size, "x")) for size in (1, 64, 65))
    assert two - one == 64 and one % 64 == 0 and three % 128 == 0 and three >> 12 != one >> 12
    big = world.run(kernel.kmalloc(3 * PAGE_SIZE))
    assert big % (4 * PAGE_SIZE) == 0  # kmalloc is aligned to its power of two
    assert kernel.frames.free_count() == free - 5
    log = world.watch(kernel.kfree(two))
    assert [(e.address, e.length) for e in log if isinstance(e, ContentUndefined)] == [
        (kernel.layout.physical(two), 64)
    ]
    assert world.run(kernel.kmalloc(33)) == two
    for va in (one, two, three, big):
        world.run(kernel.kfree(va))
    assert kernel.frames.free_count() == free
    kernel.frames.check()
    for va in (one, big, big + PAGE_SIZE, 0xC000_0000, 0xF000_0000):
        with pytest.raises(DmaApiError, match=f"kfree of {va:#010x}, which kmalloc did not return"):
            world.run(kernel.kfree(va))
    with pytest.raises(DmaApiError, match="kmalloc of 0 bytes"):
        world.run(kernel.kmalloc(0))


def test_pages(make) -> None:
    world = make("double_map")
    kernel = world.kernel
    free = kernel.frames.free_count()
    fixed = world.run(kernel.alloc_pages(5, name="tables"))
    loose = world.run(kernel.alloc_pages(5, movable=True))
    assert np.diff(fixed).tolist() == [1] * 4 and kernel.layout.zone(int(fixed[0])) is Zone.LOWMEM
    with pytest.raises(UsageError, match="did not return together"):
        world.run(kernel.free_pages(fixed[:2]))
    world.run(kernel.free_pages(fixed))
    world.run(kernel.free_pages(loose))
    assert kernel.frames.free_count() == free


def test_events_of_the_kernel_name_the_line_of_the_program(make) -> None:
    world = make("strict", zone=Zone.HIGHMEM)
    world.log.clear()
    world.run(world.kernel.populate())
    world.run(world.kernel.dma.alloc_coherent(PAGE_SIZE))
    assert {event.site.file.rsplit("/", 1)[-1] for event in world.log} == {"conftest.py"}


def test_locate(make) -> None:
    world = make("strict")
    kernel = world.kernel
    (users,) = world.run(kernel.movable.fill(kernel.cma.first, 2))
    pa = kernel.layout.pa(kernel.cma.first + 1) + 0x10
    assert kernel.locate(pa) == f"{users.name}+0x1010 (lowmem, CMA area)"
    assert kernel.locate(kernel.layout.base) == "kernel image+0x0 (lowmem)"
    assert kernel.locate(kernel.layout.pa(kernel.layout.pages - 1)) == "free page (highmem)"
    assert kernel.locate(0x4000_0000) == "0x40000000 (outside RAM)"
    assert kernel.locate(kernel.tables.init_mm.pgd + 0x3000) == "pgd of init_mm+0x3000 (lowmem)"


def test_running_on_another_cpu(make) -> None:
    world = make("strict")
    with world.kernel.on(1) as cpu:
        assert world.kernel.cpu is cpu is world.machine.cpus[1]
    assert world.kernel.cpu is world.machine.cpus[0]
    with pytest.raises(UsageError, match="no cpu2: this machine has cpu0 to cpu1"), world.kernel.on(2):
        pass
