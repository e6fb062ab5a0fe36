# SPDX-License-Identifier: Apache-2.0
"""Small driver programs with one bug each, and their correct counterparts: what orders the CPU and the device."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import numpy as np

from dmasan.device.driver import DmaEngine
from dmasan.events import Direction, DmaMap, MappingKind
from dmasan.sanitizer import Code
from dmasan.soc import Soc

TO, FROM, BOTH = Direction.TO_DEVICE, Direction.FROM_DEVICE, Direction.BIDIRECTIONAL
SIZE = 1024
DATA = (np.arange(SIZE) % 251 + 1).astype(np.uint8)
Program = Callable[[Soc], Awaitable[None]]
BUGGY: dict[str, tuple[Program, set[Code]]] = {}
CORRECT: dict[str, Program] = {}


def buggy(*codes: Code) -> Callable[[Program], Program]:
    def note(program: Program) -> Program:
        BUGGY[program.__name__] = program, set(codes)
        return program

    return note


def correct(program: Program) -> Program:
    CORRECT[program.__name__] = program
    return program


async def start(soc: Soc, target: int, source: int, size: int = SIZE) -> tuple[DmaEngine, int]:
    """A copy is under way."""
    engine = await DmaEngine.probe(soc)
    cookie = await engine.submit(engine.prep_memcpy(target, source, size))
    await engine.issue_pending()
    return engine, cookie


async def object_with(soc: Soc, data: np.ndarray = DATA) -> int:
    va = await soc.kernel.kmalloc(SIZE)
    await soc.cpu().write(va, data)
    return va


async def coherent(soc: Soc) -> tuple[object, object]:
    source, target = await soc.dma.alloc_coherent(SIZE, "source"), await soc.dma.alloc_coherent(SIZE, "target")
    await soc.cpu().write(source.cpu_addr, DATA)
    return source, target


# --- the same buffers, handled as they must be


@correct
async def copy_by_coherent_buffers(soc: Soc) -> None:
    source, target = await coherent(soc)
    engine, cookie = await start(soc, target.dma_handle, source.dma_handle)
    await engine.wait(cookie)
    await soc.cpu().write(source.cpu_addr, DATA[::-1].copy())
    assert (await soc.cpu().read(target.cpu_addr, SIZE) == DATA).all()
    await soc.dma.free_coherent(source)
    await soc.dma.free_coherent(target)


@correct
async def copy_by_mappings(soc: Soc) -> None:
    a, b = await object_with(soc), await object_with(soc)
    source, target = await soc.dma.map_single(a, SIZE, TO, "a"), await soc.dma.map_single(b, SIZE, FROM, "b")
    engine, cookie = await start(soc, target, source)
    await engine.wait(cookie)
    await soc.dma.sync_single_for_cpu(target, SIZE, FROM)
    assert (await soc.cpu().read(b, SIZE) == DATA).all()
    await soc.dma.sync_single_for_device(target, SIZE, FROM)
    await engine.memcpy(target, source, SIZE)
    await soc.dma.unmap_single(target, SIZE, FROM)
    await soc.dma.unmap_single(source, SIZE, TO)
    assert (await soc.cpu().read(b, SIZE) == DATA).all()


@correct
async def work_on_other_bytes_meanwhile(soc: Soc) -> None:
    """The CPU goes on in the same buffers, and in the same lines, beside the bytes that the device has."""
    source, target = await coherent(soc)
    half = SIZE // 2 + 8
    engine, cookie = await start(soc, target.dma_handle, source.dma_handle, half)
    await soc.cpu().write(source.cpu_addr + half, DATA[: SIZE - half])
    await soc.cpu().read(target.cpu_addr + half, SIZE - half)
    again = await engine.submit(engine.prep_memcpy(target.dma_handle + half, source.dma_handle + half, SIZE - half))
    await engine.issue_pending()
    await engine.wait(cookie)
    assert (await soc.cpu().read(target.cpu_addr, half) == DATA[:half]).all()
    await engine.wait(again)
    assert (await soc.cpu().read(target.cpu_addr + half, SIZE - half) == DATA[: SIZE - half]).all()


@correct
async def terminate_and_free(soc: Soc) -> None:
    source, target = await coherent(soc)
    engine, _ = await start(soc, target.dma_handle, source.dma_handle)
    await engine.terminate()
    await soc.dma.free_coherent(source)
    await soc.dma.free_coherent(target)


# --- bugs


@buggy(Code.CPU_WR_OWNED)
async def store_behind_the_doorbell(soc: Soc) -> None:
    source, target = await coherent(soc)
    engine, cookie = await start(soc, target.dma_handle, source.dma_handle)
    await soc.cpu().str_(source.cpu_addr + 64, 7)
    await engine.wait(cookie)


@buggy(Code.CPU_RD_OWNED)
async def load_before_completion(soc: Soc) -> None:
    source, target = await coherent(soc)
    engine, cookie = await start(soc, target.dma_handle, source.dma_handle)
    await soc.cpu().ldr(target.cpu_addr + 32)
    await engine.wait(cookie)


@buggy(Code.CPU_WR_OWNED)
async def store_over_the_target(soc: Soc) -> None:
    source, target = await coherent(soc)
    engine, cookie = await start(soc, target.dma_handle, source.dma_handle)
    await soc.cpu().str_(target.cpu_addr + 32, 7)
    await engine.wait(cookie)


@buggy(Code.DEV_UNMAPPED)
async def unmap_before_completion(soc: Soc) -> None:
    source, _ = await coherent(soc)
    va = await object_with(soc)
    target = await soc.dma.map_single(va, SIZE, FROM, "mapped")
    engine, cookie = await start(soc, target, source.dma_handle)
    await soc.dma.unmap_single(target, SIZE, FROM)
    await soc.cpu().read(va, SIZE)
    await engine.wait(cookie)


@buggy(Code.INV_TOO_EARLY)
async def sync_before_completion(soc: Soc) -> None:
    source, _ = await coherent(soc)
    va = await object_with(soc)
    target = await soc.dma.map_single(va, SIZE, FROM, "mapped")
    engine, cookie = await start(soc, target, source.dma_handle)
    await soc.dma.sync_single_for_cpu(target + 256, 256, FROM)
    await soc.cpu().read(va + 256, 256)
    await engine.wait(cookie)


@buggy(Code.DEV_UNMAPPED)
async def free_before_completion(soc: Soc) -> None:
    source, target = await coherent(soc)
    engine, cookie = await start(soc, target.dma_handle, source.dma_handle)
    await soc.dma.free_coherent(target)
    await engine.wait(cookie)


@buggy(Code.MISSING_CLEAN)
async def sync_behind_the_doorbell(soc: Soc) -> None:
    _, target = await coherent(soc)
    va = await object_with(soc, DATA[::-1].copy())
    source = await soc.dma.map_single(va, SIZE, TO, "mapped")
    await soc.dma.sync_single_for_cpu(source, SIZE, TO)
    await soc.cpu().write(va, DATA)
    engine, cookie = await start(soc, target.dma_handle, source)
    await soc.dma.sync_single_for_device(source, SIZE, TO)
    await engine.wait(cookie)


@buggy(Code.CPU_WR_OWNED, Code.MISSING_CLEAN)
async def clean_behind_the_doorbell(soc: Soc) -> None:
    _, target = await coherent(soc)
    va = await object_with(soc, DATA[::-1].copy())
    source = await soc.dma.map_single(va, SIZE, TO, "mapped")
    await soc.cpu().write(va, DATA)
    engine, cookie = await start(soc, target.dma_handle, source)
    await soc.dma.sync_single_for_device(source, SIZE, TO)
    await engine.wait(cookie)


@buggy(Code.INV_TOO_EARLY)
async def invalidate_before_completion(soc: Soc) -> None:
    """Without a DMA API: the lines are invalidated before the device is known to be through."""
    source, _ = await coherent(soc)
    va, cpu = await object_with(soc), soc.cpu()
    pa = soc.kernel.layout.physical(va)
    soc.kernel.emit(DmaMap(*soc.kernel.stamp(), MappingKind.STATIC, pa, SIZE, BOTH, "bare"))
    await cpu.dccmvac(va, SIZE)
    await cpu.dsb()
    await cpu.outer_flush(pa, SIZE)
    await cpu.outer_sync()
    await cpu.dccimvac(va, SIZE)
    await cpu.dsb()
    engine, cookie = await start(soc, pa, source.dma_handle)
    await cpu.outer_invalidate(pa, SIZE)
    await cpu.outer_sync()
    await cpu.dcimvac(va, SIZE)
    await cpu.dsb()
    await engine.wait(cookie)
    await cpu.read(va, SIZE)


@buggy(Code.CPU_WR_OWNED)
async def store_to_a_mapped_buffer(soc: Soc) -> None:
    _, target = await coherent(soc)
    va = await object_with(soc)
    source = await soc.dma.map_single(va, SIZE, TO, "mapped")
    engine, cookie = await start(soc, target.dma_handle, source)
    await soc.cpu().str_(va + 128, 1)
    await engine.wait(cookie)


@buggy(Code.WRONG_DIR, Code.LOST_CPU_DATA)
async def wrong_direction(soc: Soc) -> None:
    source, _ = await coherent(soc)
    va = await object_with(soc)
    target = await soc.dma.map_single(va, SIZE, TO, "mapped")
    engine, cookie = await start(soc, target, source.dma_handle)
    await engine.wait(cookie)


@buggy(Code.NO_WMB)
async def relaxed_doorbell(soc: Soc) -> None:
    """The barrier comes with the next register read."""
    source, target = await coherent(soc)
    engine = await DmaEngine.probe(soc)
    cookie = await engine.submit(engine.prep_memcpy(target.dma_handle, source.dma_handle, SIZE))
    ordered, soc.io.writel = soc.io.writel, soc.io.writel_relaxed  # type: ignore[method-assign]
    await engine.issue_pending()
    soc.io.writel = ordered  # type: ignore[method-assign]
    await soc.io.wmb()
    await _over(engine, cookie)


@buggy(Code.NO_WMB)
async def control_word_behind_the_doorbell(soc: Soc) -> None:
    source, target = await coherent(soc)
    engine = await DmaEngine.probe(soc)
    cookie = await engine.submit(engine.prep_memcpy(target.dma_handle, source.dma_handle, SIZE))
    ((place, descriptor),) = engine._submitted
    await engine.issue_pending()
    await soc.cpu().str_(engine._va(place), descriptor.ctrl)
    await soc.io.wmb()
    await _over(engine, cookie)


async def _over(engine: DmaEngine, cookie: int) -> None:
    """Whatever the device made of it."""
    try:
        await engine.wait(cookie)
    except Exception as error:
        assert "descriptor" in str(error) or "STALE" in str(error), error
