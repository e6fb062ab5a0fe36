# SPDX-License-Identifier: Apache-2.0
"""The standard set on a whole SoC: correct driver programs, in which every hazard is the design's (or its driver's).

The last one is a control: a program with a bug, which the sanitizer has to see through this design's bursts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from cocotb.triggers import SimTimeoutError, with_timeout

from cocotbext.dmasan.attach.backend import AttachedBackend, Hang
from cocotbext.dmasan.attach.bench import Found
from cocotbext.dmasan.attach.driver import Driver, Features
from cocotbext.dmasan.pace import Pace
from dmasan.events import Direction
from dmasan.soc import Soc

SIZE = 4096
TO_DEVICE, FROM_DEVICE = Direction.TO_DEVICE, Direction.FROM_DEVICE


@dataclass
class SocBench:
    """A design in a SoC that has booted."""

    scenario: str
    backend: AttachedBackend
    driver: Driver
    soc: Soc
    found: list[Found] = field(default_factory=list)
    expects_hazards: bool = False

    def find(self, rule: str, text: str) -> None:
        self.found.append(Found(self.scenario, rule, text))

    @property
    def size(self) -> int:
        return min(SIZE, self.driver.features.longest)

    async def copy(self, target: int, source: int, length: int) -> None:
        """One copy between bus addresses. Raises Hang."""
        await self._limited(self.driver.start(target, source, length))
        if not await self._limited(self.driver.finish()):
            self.find("FALSE_ERROR", f"the design reports an error for {length} bytes, and there was none")

    async def _limited(self, call: Awaitable[Any]) -> Any:
        try:
            return await with_timeout(call, round(self.backend.call_limit_ns), "ns")
        except SimTimeoutError:
            raise Hang(f"the copy did not end within {self.backend.call_limit_ns:,.0f} ns") from None

    async def check(self, address: int, wanted: bytes) -> None:
        """What the CPU finds at a virtual address."""
        got = await self.soc.cpu().read(address, len(wanted))
        wrong = np.flatnonzero(got != np.frombuffer(wanted, np.uint8))
        if wrong.size:
            self.find("WRONG_DATA", f"the CPU found {wrong.size} wrong bytes, the first at {int(wrong[0])}")


@dataclass(frozen=True)
class SocScenario:
    """`policy` and `knobs` are what it needs of the world."""

    name: str
    summary: str
    run: Callable[[SocBench], Awaitable[None]]
    needs: Callable[[Features], str] = lambda features: ""
    policy: str = ""
    knobs: dict[str, object] = field(default_factory=dict)


def pattern(length: int, seed: int) -> bytes:
    return np.random.default_rng(seed).integers(0, 256, length, dtype=np.uint8).tobytes()


async def coherent_buffers(bench: SocBench) -> None:
    """dma_alloc_coherent on both sides."""
    soc, size = bench.soc, bench.size
    source, target = [await soc.dma.alloc_coherent(size, name) for name in ("source", "target")]
    for round_ in range(2):
        content = pattern(size, round_)
        await soc.cpu().write(source.cpu_addr, content)
        await bench.copy(target.dma_handle, source.dma_handle, size)
        await bench.check(target.cpu_addr, content)
    await soc.dma.free_coherent(target)
    await soc.dma.free_coherent(source)


async def streaming(bench: SocBench) -> None:
    """dma_map_single and dma_unmap_single around one copy."""
    await _mapped(bench, bench.size, 0)


async def reused_mappings(bench: SocBench) -> None:
    """One pair of mappings, synced back and forth between three copies."""
    soc, size = bench.soc, bench.size
    source, target = [await soc.kernel.kmalloc(size, name) for name in ("source", "target")]
    await soc.cpu().fill(target, size, 0)
    await soc.cpu().write(source, pattern(size, 0))
    s = await soc.dma.map_single(source, size, TO_DEVICE, "source")
    t = await soc.dma.map_single(target, size, FROM_DEVICE, "target")
    for round_ in range(3):
        await bench.copy(t, s, size)
        await soc.dma.sync_single_for_cpu(t, size, FROM_DEVICE)
        await soc.dma.sync_single_for_cpu(s, size, TO_DEVICE)
        await bench.check(target, pattern(size, round_))
        await soc.cpu().write(source, pattern(size, round_ + 1))
        await soc.dma.sync_single_for_device(s, size, TO_DEVICE)
        await soc.dma.sync_single_for_device(t, size, FROM_DEVICE)
    await soc.dma.unmap_single(t, size, FROM_DEVICE)
    await soc.dma.unmap_single(s, size, TO_DEVICE)


async def small_buffers(bench: SocBench) -> None:
    """Buffers of less than a page: beside them lies memory that the design was not given."""
    f, beat = bench.driver.features, bench.backend.resolved.memories[0].data // 8
    for length in (64, 192, 5 * beat):  # the last ends within a unit of 64 bytes
        await _mapped(bench, -(-length // f.granule) * f.granule, length)


async def late_responses(bench: SocBench) -> None:
    """B comes late: what the design announces must be in memory, not on the way."""
    bench.backend.set_pace(Pace(b_delay=400), 4)
    await _mapped(bench, bench.size, 1)


async def snooping(bench: SocBench) -> None:
    """A port that snoops: no maintenance, the caches have to be asked."""
    await _mapped(bench, bench.size, 2)


async def control(bench: SocBench) -> None:
    """A bug of the program's: the buffer is written while it is the device's, and still in the cache."""
    bench.expects_hazards = True
    soc, size = bench.soc, bench.size
    source, target = [await soc.kernel.kmalloc(size, name) for name in ("source", "target")]
    await soc.cpu().fill(source, size, 1)
    s = await soc.dma.map_single(source, size, TO_DEVICE, "source")
    t = await soc.dma.map_single(target, size, FROM_DEVICE, "target")
    await soc.cpu().write(source, pattern(size, 3))  # the bug: no sync_single_for_device behind it
    await bench.copy(t, s, size)
    await soc.dma.unmap_single(t, size, FROM_DEVICE)
    await soc.dma.unmap_single(s, size, TO_DEVICE)
    if not soc.hazards:
        bench.find("BLIND", "a store that the device cannot see was not found: the design's reads do not pass the memory port")


async def _mapped(bench: SocBench, size: int, seed: int) -> None:
    soc, content = bench.soc, pattern(size, seed)
    source, target = [await soc.kernel.kmalloc(size, name) for name in ("source", "target")]
    await soc.cpu().fill(target, size, 0)
    await soc.cpu().write(source, content)
    s = await soc.dma.map_single(source, size, TO_DEVICE, "source")
    t = await soc.dma.map_single(target, size, FROM_DEVICE, "target")
    await bench.copy(t, s, size)
    await soc.dma.unmap_single(t, size, FROM_DEVICE)
    await soc.dma.unmap_single(s, size, TO_DEVICE)
    await bench.check(target, content)
    await soc.kernel.kfree(target)
    await soc.kernel.kfree(source)


def _coherent(features: Features) -> str:
    return "" if features.coherent else "the design does not ask the caches (features.coherent)"


def _noncoherent(features: Features) -> str:
    return "" if not features.coherent else "the design asks the caches (features.coherent)"


SOC_SCENARIOS = (
    SocScenario("coherent-buffers", "dma_alloc_coherent on both sides", coherent_buffers),
    SocScenario("streaming", "map, copy, unmap", streaming),
    SocScenario("reused-mappings", "three copies with syncs between them", reused_mappings),
    SocScenario("small-buffers", "buffers with strangers beside them", small_buffers),
    SocScenario("unmap-after-late-B", "what is announced is in memory", late_responses),
    SocScenario("snooping", "a port that snoops", snooping, _coherent, "coherent"),
    SocScenario("control", "a bug of the program's is seen", control, _noncoherent),
)
