# SPDX-License-Identifier: Apache-2.0
"""Costs scale as they should: with pages, with page tables, with CPUs, and not with anything else."""

from itertools import pairwise

import pytest

from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.vmsplit import lowmem_limit, lowmem_of
from dmasan.scenarios import sweep
from dmasan.scenarios.sweep import Bench

pytestmark = pytest.mark.thorough

A9 = "cortex-a9-pl310"


@pytest.mark.parametrize("policy", ["double_map", "unmap_linear", "remap_in_place", "strict"])
def test_the_price_of_a_buffer_is_that_of_its_pages(policy: str) -> None:
    bench = Bench(policy, A9, "v6.19")
    bench.cycle(1 << 20)
    small, large = bench.cycle(64 << 10), bench.cycle(1 << 20)
    for name in ("l1_ops", "l2_ops", "tlbi_broadcast"):
        assert large.counts[name] == 16 * small.counts[name]
    assert large.counts["pte_writes"] // 256 == small.counts["pte_writes"] // 16  # but for a new second-level table
    assert 15 < large.y / small.y < 17


def test_whoever_splits_a_section_walks_every_page_table() -> None:
    numbers = (1, 4, 64)
    figure = sweep.by_processes(A9, numbers)
    walked = {curve.name: [point.counts["tables_walked"] for point in curve.points] for curve in figure.curves}
    everybody = [number + 1 for number in numbers]  # and init_mm
    assert walked["unmap_linear (v2.6.39)"] == walked["strict (v6.19)"] == everybody
    assert walked["unmap_linear (v6.19)"] == walked["remap_in_place (v6.19)"] == [0] * len(everybody)
    split = next(curve for curve in figure.curves if curve.name == "strict (v6.19)")
    writes = [point.counts["pte_writes"] for point in split.points]
    assert [b - a for a, b in pairwise(writes)] == [
        2 * (b - a) for a, b in pairwise(everybody)
    ]
    assert split.points[-1].y > 1.2 * split.points[0].y


def test_a_carveout_and_a_pool_do_no_maintenance() -> None:
    for policy in ("nomap_carveout", "atomic_pool", "coherent"):
        bench = Bench(policy, A9, "v6.19")
        point = bench.cycle(16 * PAGE_SIZE)
        assert point.counts["l1_ops"] == point.counts["tlbi_broadcast"] == 0


def test_small_pages_cost_walks_for_good() -> None:
    sections, pages = sweep.running_price(A9, "v6.19", (4, 16)).curves
    assert all(b.y > 20 * a.y for a, b in zip(sections.points, pages.points, strict=True))
    assert [point.counts["tlb_misses"] for point in sections.points] == [point.x for point in sections.points]


def test_lowmem() -> None:
    assert lowmem_limit() == 768 and lowmem_limit(era="v3.5") == 760
    assert [lowmem_limit(split) for split in ("VMSPLIT_3G_OPT", "VMSPLIT_2G", "VMSPLIT_1G")] == [1024, 1792, 2816]
    assert lowmem_of(512) == 512 and lowmem_of(2048) == 768 and lowmem_of(2048, vmalloc_mib=496) == 512
    figure = sweep.lowmem_left("v6.19")
    left = {curve.name: {point.x: point.y for point in curve.points} for curve in figure.curves}
    assert left["nomap_carveout"][2048] == 768 - 64 and left["double_map"][2048] == 768
    assert min(left["highmem_only"]) == 1024  # below there is no highmem to take it from
    assert left["remap_in_place"][512] == 512 - 32 * 4096 / (1 << 20)


def test_what_does_not_fit_is_said() -> None:
    figure = sweep.by_cpus("arm926", "v6.19", ("highmem_only", "double_map"))
    highmem, double = figure.curves
    assert "needs highmem, which a kernel for arm926 drops" in highmem.missing and not highmem.points
    assert [point.x for point in double.points] == [1]
