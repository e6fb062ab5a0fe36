# SPDX-License-Identifier: Apache-2.0
"""Correct programs that look suspicious, and must stay silent: the negative controls, each a small driver program."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from dmasan.device import registers as reg
from dmasan.device.driver import DmaEngine
from dmasan.device.probe import Settings
from dmasan.device.transaction import Flags
from dmasan.events import Direction
from dmasan.linux.dma_attributes import DmaAttr
from dmasan.schedule import Move, MoveKind
from dmasan.soc import Soc

pytestmark = pytest.mark.thorough

TO, FROM, BOTH = Direction.TO_DEVICE, Direction.FROM_DEVICE, Direction.BIDIRECTIONAL
SIZE = 512
NEW = (np.arange(SIZE) % 251 + 1).astype(np.uint8)
OLD = np.full(SIZE, 0xEE, np.uint8)
Program = Callable[[Soc], Awaitable[None]]


def control(program: Program) -> Callable[[str, bool, str], None]:
    """A test that runs the program in sound cells under every schedule."""

    @pytest.mark.parametrize("schedule", ["benign", "random", "adversarial"])
    @pytest.mark.parametrize(("policy", "override"), [("strict", False), ("keep_alias", True)])
    def test(policy: str, override: bool, schedule: str) -> None:
        soc = Soc(
            policy=policy, schedule=schedule, shared_override=override, random_rate=1.0,
            ram_mib=16, lowmem_mib=12, cma_mib=2, processes=1,
        )  # fmt: skip
        soc.run(program)
        soc.expect_clean()

    test.__doc__ = program.__doc__
    return test


async def filled(soc: Soc, data: np.ndarray = NEW) -> int:
    """A kmalloc object with `data`, dirty in the cache."""
    va = await soc.kernel.kmalloc(len(data))
    await soc.cpu().write(va, data)
    return va


async def read(soc: Soc, va: int, length: int = SIZE) -> list[int]:
    return list((await soc.cpu().read(va, length)).tolist())


def hidden(soc: Soc, kind: MoveKind, va: int, length: int = SIZE) -> None:
    """The hardware fills or evicts the lines, at all levels."""
    pa = soc.cpu().physical(va)
    for level in ("l2", "l1") if kind is MoveKind.FILL else ("l1", "l2"):
        soc.machine.apply(Move(kind, level, 0, pa, length // 32))


@control
async def test_what_the_cpu_only_reads_goes_back_without_a_call(soc: Soc) -> None:
    """The receive handler of Documentation/core-api/dma-api-howto.rst: sync_for_cpu, a look, and give_rx_buf_to_card."""
    engine = await DmaEngine.probe(soc)
    source = await soc.dma.map_single(await filled(soc), SIZE, TO)
    for direction in (FROM, BOTH):
        va = await filled(soc, OLD)
        target = await soc.dma.map_single(va, SIZE, direction)
        for _ in range(3):
            await engine.memcpy(target, source, SIZE)
            await soc.dma.sync_single_for_cpu(target, SIZE, direction)
            assert await read(soc, va, 64) == NEW[:64].tolist()
        await soc.dma.unmap_single(target, SIZE, direction)


@control
async def test_only_what_the_cpu_stored_is_synced_back(soc: Soc) -> None:
    """A table is taken back whole, one entry of it is changed, and that entry is synced for the device."""
    engine = await DmaEngine.probe(soc)
    va = await filled(soc)
    source = await soc.dma.map_single(va, SIZE, TO)
    target = await soc.dma.map_single(await filled(soc, OLD), SIZE, FROM)
    await engine.memcpy(target, source, SIZE)
    await soc.dma.sync_single_for_cpu(source, SIZE, TO)
    await soc.cpu().fill(va + 128, 64, 7)
    await soc.dma.sync_single_for_device(source + 128, 64, TO)
    await engine.memcpy(target, source, SIZE)


@control
async def test_partial_sync(soc: Soc) -> None:
    """OK1: the CPU reads exactly the part that it synced; the device has the rest."""
    engine = await DmaEngine.probe(soc)
    source = await soc.dma.map_single(await filled(soc), SIZE, TO)
    va = await filled(soc, OLD)
    target = await soc.dma.map_single(va, SIZE, FROM)
    await engine.memcpy(target, source, SIZE)
    await soc.dma.sync_single_for_cpu(target + 128, 64, FROM)
    assert await read(soc, va + 128, 64) == NEW[128:192].tolist()
    await engine.memcpy(target, source, 128)
    await soc.dma.sync_single_for_device(target + 128, 64, FROM)
    await engine.memcpy(target, source, SIZE)
    await soc.dma.unmap_single(target, SIZE, FROM)
    assert await read(soc, va) == NEW.tolist()


@control
async def test_both_ways_synced_one_way(soc: Soc) -> None:
    """OK2: a BIDIRECTIONAL mapping is synced FROM_DEVICE when the CPU reads, TO_DEVICE when it has written."""
    engine = await DmaEngine.probe(soc)
    out = await soc.dma.alloc_coherent(SIZE, "out")
    source = await soc.dma.map_single(await filled(soc), SIZE, TO)
    va = await filled(soc, OLD)
    both = await soc.dma.map_single(va, SIZE, BOTH)
    await engine.memcpy(both, source, SIZE)
    await soc.dma.sync_single_for_cpu(both, SIZE, FROM)
    assert await read(soc, va) == NEW.tolist()
    await soc.cpu().write(va, NEW[::-1].copy())
    await soc.dma.sync_single_for_device(both, SIZE, TO)
    await engine.memcpy(out.dma_handle, both, SIZE)
    assert await read(soc, out.cpu_addr) == NEW[::-1].tolist()
    await soc.dma.unmap_single(both, SIZE, BOTH)
    assert await read(soc, va) == NEW[::-1].tolist()


@control
async def test_overlapping_mappings_to_the_device(soc: Soc) -> None:
    """OK3: the device only reads; one of two mappings of the same bytes ends before the other."""
    engine = await DmaEngine.probe(soc)
    out = await soc.dma.alloc_coherent(SIZE, "out")
    va = await filled(soc)
    first = await soc.dma.map_single(va, 256, TO, "first")
    second = await soc.dma.map_single(va + 128, 256, TO, "second")
    await engine.memcpy(out.dma_handle, first, 256)
    await soc.dma.unmap_single(first, 256, TO)
    await engine.memcpy(out.dma_handle + 128, second, 256)
    await soc.dma.unmap_single(second, 256, TO)
    assert await read(soc, out.cpu_addr, 384) == NEW[:384].tolist()
    await soc.cpu().write(va, OLD)


@control
async def test_speculation_into_a_buffer_of_the_device(soc: Soc) -> None:
    """OK4: clean lines are filled before and while the device writes, and invalidated before anybody looks."""
    engine = await DmaEngine.probe(soc)
    source = await soc.dma.map_single(await filled(soc), SIZE, TO)
    va = await filled(soc, OLD)
    target = await soc.dma.map_single(va, SIZE, FROM)
    hidden(soc, MoveKind.FILL, va)
    cookie = await engine.submit(engine.prep_memcpy(target, source, SIZE))
    await engine.issue_pending()
    hidden(soc, MoveKind.FILL, va)
    await engine.wait(cookie)
    await soc.dma.unmap_single(target, SIZE, FROM)
    assert await read(soc, va) == NEW.tolist()


@control
async def test_dirty_neighbour_in_the_page(soc: Soc) -> None:
    """OK5: a dirty line of the same page, not of the buffer, is evicted while the device writes."""
    engine = await DmaEngine.probe(soc)
    source = await soc.dma.map_single(await filled(soc), SIZE, TO)
    va, neighbour = await filled(soc, OLD), await filled(soc, OLD)
    assert va // 4096 == neighbour // 4096
    target = await soc.dma.map_single(va, SIZE, FROM)
    await soc.cpu().write(neighbour, NEW)
    cookie = await engine.submit(engine.prep_memcpy(target, source, SIZE))
    await engine.issue_pending()
    await soc.cpu().str_(neighbour + 64, 1)
    hidden(soc, MoveKind.EVICT, neighbour)
    await engine.wait(cookie)
    await soc.dma.unmap_single(target, SIZE, FROM)
    assert await read(soc, va) == NEW.tolist()
    assert (await read(soc, neighbour))[68:] == NEW[68:].tolist()


@pytest.mark.parametrize("schedule", ["benign", "random", "adversarial"])
@pytest.mark.parametrize("profile", ["cortex-a9-pl310", "one-level"])
def test_a_coherent_device_needs_no_maintenance(profile: str, schedule: str) -> None:
    """OK6: the device snoops, the device tree says so, and nobody maintains a cache."""

    async def program(soc: Soc) -> None:
        engine = await DmaEngine.probe(soc, Settings(dma_coherent=True))
        source, target = await filled(soc), await filled(soc, OLD)
        for data in (NEW, NEW[::-1].copy()):
            await soc.cpu().write(source, data)
            to = await soc.dma.map_single(source, SIZE, TO)
            of = await soc.dma.map_single(target, SIZE, FROM)
            await engine.memcpy(of, to, SIZE)
            await soc.dma.unmap_single(of, SIZE, FROM)
            await soc.dma.unmap_single(to, SIZE, TO)
            assert await read(soc, target) == data.tolist()

    soc = Soc(policy="coherent", profile=profile, schedule=schedule, ram_mib=16, lowmem_mib=12, cma_mib=2)
    soc.run(program)
    soc.expect_clean()


@control
async def test_unmap_that_skips_a_sync_that_was_made(soc: Soc) -> None:
    """OK10: the part that matters is synced for the CPU, and the unmap behind it syncs nothing."""
    engine = await DmaEngine.probe(soc)
    source = await soc.dma.map_single(await filled(soc), SIZE, TO)
    va = await filled(soc, OLD)
    target = await soc.dma.map_single(va, SIZE, FROM)
    await engine.memcpy(target, source, 256)
    await soc.dma.sync_single_for_cpu(target, 256, FROM)
    await soc.dma.unmap_single(target, SIZE, FROM, DmaAttr.SKIP_CPU_SYNC)
    assert await read(soc, va, 256) == NEW[:256].tolist()


@pytest.mark.parametrize("policy", ["double_map", "keep_alias"])
@pytest.mark.parametrize("schedule", ["benign", "random", "adversarial"])
def test_cacheable_alias_of_a_coherent_buffer(policy: str, schedule: str) -> None:
    """OK7: lines come in through the untouched linear map, and Non-cacheable accesses do not see them."""

    async def program(soc: Soc) -> None:
        engine = await DmaEngine.probe(soc)
        source = await soc.dma.alloc_coherent(2 * 4096, "source")
        target = await soc.dma.alloc_coherent(2 * 4096, "target")
        alias = soc.kernel.layout.linear(target.dma_handle)
        for data in (NEW, OLD, NEW):
            hidden(soc, MoveKind.FILL, alias)
            await soc.cpu().write(source.cpu_addr, data)
            await engine.memcpy(target.dma_handle, source.dma_handle, SIZE)
            assert await read(soc, target.cpu_addr) == data.tolist()

    soc = Soc(policy=policy, schedule=schedule, shared_override=True, ram_mib=16, lowmem_mib=12, cma_mib=2)
    soc.run(program)
    soc.expect_clean()


@control
async def test_register_accessors_are_barriers(soc: Soc) -> None:
    """OK8: no explicit barrier between Non-cacheable stores and writel, nor between readl and loads of the data."""
    engine = await DmaEngine.probe(soc)
    source = await soc.dma.alloc_coherent(SIZE, "source")
    target = await soc.dma.alloc_coherent(SIZE, "target")
    status = reg.CHANNEL_BASE + reg.CH_STATUS.OFFSET
    for data in (NEW, OLD):
        await soc.cpu().write(source.cpu_addr, data)
        cookie = await engine.submit(engine.prep_memcpy(target.dma_handle, source.dma_handle, SIZE))
        await engine.issue_pending()
        while not await soc.io.readl(status) & reg.CH_STATUS.DONE.mask:
            pass
        assert await read(soc, target.cpu_addr) == data.tolist()
        await engine.wait(cookie)


@control
async def test_reading_what_the_device_only_reads(soc: Soc) -> None:
    """OK9: the CPU reads a TO_DEVICE buffer while the device owns it."""
    engine = await DmaEngine.probe(soc)
    out = await soc.dma.alloc_coherent(SIZE, "out")
    va = await filled(soc)
    source = await soc.dma.map_single(va, SIZE, TO)
    cookie = await engine.submit(engine.prep_memcpy(out.dma_handle, source, SIZE))
    await engine.issue_pending()
    assert await read(soc, va) == NEW.tolist()
    await engine.wait(cookie)
    assert await soc.cpu().ldr(va) == int.from_bytes(NEW[:4].tobytes(), "little")
    await soc.dma.unmap_single(source, SIZE, TO)
    assert await read(soc, out.cpu_addr) == NEW.tolist()


@control
async def test_polling_an_ownership_word(soc: Soc) -> None:
    """OK11: the CPU polls a word in coherent memory until the device has written it."""
    engine = await DmaEngine.probe(soc)
    source = await soc.dma.alloc_coherent(SIZE, "source")
    target = await soc.dma.alloc_coherent(SIZE, "target")
    soc.dma.ownership_words(target, SIZE - 4)
    await soc.cpu().write(source.cpu_addr, NEW)
    for _ in range(3):
        await soc.cpu().str_(target.cpu_addr + SIZE - 4, 0)
        job = engine.prep_memcpy(target.dma_handle + SIZE - 4, source.dma_handle + SIZE - 4, 4, Flags.NONE)
        await engine.submit(job)
        await engine.issue_pending()
        for _ in range(10_000):
            if await soc.cpu().ldr(target.cpu_addr + SIZE - 4):
                break
        else:
            pytest.fail("the device has never written the word")
        await soc.io.dma_rmb()
        assert await read(soc, target.cpu_addr + SIZE - 4, 4) == NEW[-4:].tolist()


@control
async def test_fresh_pages_that_are_synced_for_a_device_that_writes(soc: Soc) -> None:
    """dma_alloc_pages clears its pages by the CPU; the first sync_for_device may drop the zeros."""
    pages = await soc.dma.alloc_pages(4096, FROM, "pages")
    await soc.dma.sync_single_for_device(pages.dma_handle, 4096, FROM)


@pytest.mark.parametrize("policy", ["double_map", "keep_alias", "remap_in_place"])
def test_memory_given_back_with_a_store_on_its_way(policy: str) -> None:
    """The allocator's locks keep a driver's last Non-cacheable store ahead of what the next owner writes."""

    async def program(soc: Soc) -> None:
        for _ in range(3):
            buffer = await soc.dma.alloc_coherent(2 * 4096, "buffer")
            assert not any(await read(soc, buffer.cpu_addr))
            await soc.cpu().str_(buffer.cpu_addr, 0x1234_5678)
            await soc.dma.free_coherent(buffer)

    for profile in ("one-level", "cortex-a9-pl310"):
        soc = Soc(policy=policy, profile=profile, schedule="adversarial", shared_override=True)
        soc.run(program)
        soc.expect_clean()


@pytest.mark.parametrize("start", [0, 3, 29])
@pytest.mark.parametrize("length", [1, 7, 101])
def test_unaligned_copies_between_mappings_are_silent(start: int, length: int) -> None:
    """Lanes of a rounded first or last beat are no accesses."""

    async def program(soc: Soc) -> None:
        cpu, engine = soc.cpu(), await DmaEngine.probe(soc)
        data = np.arange(192, dtype=np.uint8)
        source, target = [await soc.kernel.kmalloc(192) for _ in range(2)]
        await cpu.write(source, data)
        to = await soc.dma.map_single(source + start, length, TO)
        of = await soc.dma.map_single(target, length, FROM)
        await engine.memcpy(of, to, length)
        await soc.dma.unmap_single(of, length, FROM)
        await soc.dma.unmap_single(to, length, TO)
        assert (await cpu.read(target, length)).tolist() == data[start : start + length].tolist()

    soc = Soc(policy="strict", schedule="adversarial", ram_mib=16, lowmem_mib=12, cma_mib=2)
    soc.run(program)
    soc.expect_clean()
