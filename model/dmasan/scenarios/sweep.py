# SPDX-License-Identifier: Apache-2.0
"""What the policies cost as things grow: the buffer, the number of processes, the number of CPUs, RAM.

The machine runs alone, without device and sanitizer. Times are simulated: cycles that the profile assumes for each
operation, at its clock. Counts are exact. Each buffer is allocated and freed twice, and the second time is taken, but
where the question is what the first touch of a section costs.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dmasan.arch.machine import Machine
from dmasan.arch.profile import find_profile
from dmasan.config import Cell, Knobs, RunError, UsageError
from dmasan.events import EventBus
from dmasan.linux.kernel import Kernel
from dmasan.linux.layout import PAGE_SIZE, Zone
from dmasan.linux.policies import POLICIES
from dmasan.linux.vmsplit import lowmem_of
from dmasan.schedule import Benign

KIB, MIB = 1 << 10, 1 << 20
SIZES = tuple(4 * KIB << 2 * n for n in range(7))  # 4 KiB to 16 MiB
PROCESSES = (1, 4, 16, 64, 256)
CPUS = (1, 2, 4)
RAM_MIB = (256, 512, 768, 1024, 1536, 2048)
ONE = 1 * MIB
KNOBS = {"ram_mib": 96, "lowmem_mib": 64, "cma_mib": 32, "carveout_mib": 16, "coherent_pool_kib": 4096, "versions": False}
AREAS_MIB = (4, 8, 16, 32)
SPLITTERS = (  # two that split sections when they touch them, two whose area has small pages from boot
    ("unmap_linear", "v2.6.39"),
    ("strict", "v6.19"),
    ("unmap_linear", "v6.19"),
    ("remap_in_place", "v6.19"),
)
WORKLOAD = 4096  # loads
_COUNTED = ("pte_writes", "tables_walked", "sections_split", "tlbi_local", "tlbi_broadcast", "ipis", "l1_ops", "l2_ops")


@dataclass(frozen=True)
class Point:
    """One measurement: `y` ns, or what the figure says, at `x`; `counts` are operations of the machine by name."""

    x: float
    y: float
    counts: dict[str, int]


@dataclass(frozen=True)
class Curve:
    """A policy's points in one figure; `missing` says why there are not more."""

    name: str
    points: tuple[Point, ...]
    missing: str = ""


@dataclass(frozen=True)
class Figure:
    """Curves over one quantity. Both axes have a name with its unit."""

    name: str
    title: str
    x: str
    y: str
    curves: tuple[Curve, ...]


class Bench:
    """A booted kernel on a machine of its own."""

    def __init__(self, policy: str, profile: str, era: str, **knobs: object) -> None:
        found = find_profile(profile)
        settings = Knobs().with_settings(found.fitted({**KNOBS, **knobs}))
        self.machine = Machine(found, settings, Benign(), EventBus(), 1)
        self.kernel = Kernel(self.machine, Cell(policy, profile, era, settings))
        self.run(self.kernel.boot())

    def run(self, steps: Coroutine[Any, Any, Any]) -> Any:
        """Runs to the end what waits for nobody. Raises RunError otherwise."""
        try:
            steps.send(None)
        except StopIteration as end:
            return end.value
        raise RunError("a sweep waits for something")

    def cycle(self, size: int) -> Point:
        """One dma_alloc_coherent and dma_free_coherent of `size` bytes: their time in ns."""
        counters = self.machine.counters
        before, start = {name: getattr(counters, name) for name in _COUNTED}, self.machine.now_ns()
        buffer = self.run(self.kernel.dma.alloc_coherent(size))
        self.run(self.kernel.dma.free_coherent(buffer))
        spent = self.machine.now_ns() - start
        return Point(size, spent, {name: getattr(counters, name) - before[name] for name in _COUNTED})


def by_size(profile: str, era: str, policies: Sequence[str] = tuple(POLICIES)) -> Figure:
    """Cost of an allocation and its free against the size of the buffer."""
    curves = []
    for policy in policies:
        points, missing = [], ""
        try:
            bench = Bench(policy, profile, era)
            for size in SIZES:
                bench.cycle(size)
                points.append(bench.cycle(size))
        except UsageError as error:
            missing = str(error)
        curves.append(Curve(policy, tuple(points), missing))
    return Figure("size", "One coherent buffer, allocated and freed", "buffer, bytes", "ns", tuple(curves))


def by_processes(profile: str, numbers: Sequence[int] | None = None) -> Figure:
    """Cost of the first page of a section against the number of page tables: who splits it must walk them all."""
    curves = []
    for policy, era in SPLITTERS:
        points = []
        for number in numbers or PROCESSES:
            point = Bench(policy, profile, era, processes=number).cycle(PAGE_SIZE)
            points.append(Point(number, point.y, point.counts))
        curves.append(Curve(f"{policy} ({era})", tuple(points)))
    return Figure("processes", "The first buffer of one page in a section", "processes", "ns", tuple(curves))


def by_cpus(profile: str, era: str, policies: Sequence[str] = tuple(POLICIES)) -> Figure:
    """Cost of a buffer of 1 MiB against the number of CPUs."""
    most = find_profile(profile).max_cpus
    curves = []
    for policy in policies:
        points, missing = [], ""
        for number in CPUS:
            if number > most:
                continue
            try:
                bench = Bench(policy, profile, era, cpus=number)
                bench.cycle(ONE)
                point = bench.cycle(ONE)
            except UsageError as error:
                missing = str(error)
                break
            points.append(Point(number, point.y, point.counts))
        curves.append(Curve(policy, tuple(points), missing))
    return Figure("cpus", "One coherent buffer of 1 MiB, allocated and freed", "CPUs", "ns", tuple(curves))


def running_price(profile: str, era: str, areas: Sequence[int] | None = None) -> Figure:
    """What small pages in the linear map cost for good: loads from all over the CMA area, by sections and by small pages.

    The same loads in the same order; `y` is the cycles of table walks.
    """
    curves = []
    for policy, name in (("double_map", "sections"), ("remap_in_place", "small pages")):
        points = []
        for mib in areas or AREAS_MIB:
            bench = Bench(policy, profile, "v6.19" if era == "v2.6.39" else era, cma_mib=mib)
            points.append(_walks(bench, mib))
        curves.append(Curve(name, tuple(points)))
    return Figure("walks", f"{WORKLOAD} loads from the linear map of the CMA area", "area, MiB", "cycles of walks", tuple(curves))


def _walks(bench: Bench, mib: int) -> Point:
    kernel, counters = bench.kernel, bench.machine.counters
    pages = np.random.default_rng(7).integers(0, kernel.cma.count, WORKLOAD)
    misses, cycles = counters.tlb_misses, counters.walk_cycles

    async def load() -> None:
        for page in pages.tolist():
            await kernel.cpu.ldr(kernel.linear.va(kernel.cma.first + page))

    bench.run(load())
    counts = {"tlb_misses": counters.tlb_misses - misses, "loads": WORKLOAD}
    return Point(mib, counters.walk_cycles - cycles, counts)


def lowmem_left(era: str, area_mib: int = 64) -> Figure:
    """Lowmem that others can use beside a DMA area of `area_mib`, against RAM, with 3 GiB for user space.

    A highmem area costs none of it, if there is highmem; CMA in lowmem is shared with movable users; a carveout is lost.
    """
    tables = area_mib // 2 * PAGE_SIZE / MIB
    curves = []
    for policy, kind in POLICIES.items():
        points = []
        for ram in RAM_MIB:
            low = lowmem_of(ram, era=era)
            if kind.cma_zone is Zone.HIGHMEM and ram - low < area_mib:
                continue
            small = policy in ("unmap_linear", "remap_in_place", "strict")
            lost = area_mib if policy == "nomap_carveout" else tables if small else 0.0
            points.append(Point(ram, low - lost, {"lowmem_mib": low, "highmem_mib": ram - low}))
        missing = "" if len(points) == len(RAM_MIB) else f"no highmem for {area_mib} MiB below {points[0].x:.0f} MiB of RAM"
        curves.append(Curve(policy, tuple(points), missing))
    return Figure("lowmem", f"Lowmem left beside a DMA area of {area_mib} MiB", "RAM, MiB", "lowmem, MiB", tuple(curves))


def all_figures(profile: str, era: str) -> Iterator[Figure]:
    """Every figure of the sweep, one by one; there are `FIGURES`."""
    yield by_size(profile, era)
    yield by_processes(profile)
    yield by_cpus(profile, era)
    yield running_price(profile, era)
    yield lowmem_left(era)


FIGURES = 5
