# SPDX-License-Identifier: Apache-2.0
"""What each policy must show, held against what the kernel's sources and the architecture say of it."""

from __future__ import annotations

from functools import cache

import pytest

from dmasan.linux import POLICIES
from dmasan.scenarios.exposure import PAGES, Exposure, Price, exposure
from dmasan.soc import Soc

pytestmark = pytest.mark.thorough

SMALL = {"ram_mib": 24, "lowmem_mib": 16, "cma_mib": 4, "processes": 1, "swiotlb_mib": 1}
LINES = PAGES * 4096 // 32


@cache
def measured(policy: str, override: bool, profile: str = "cortex-a9-pl310") -> Exposure:
    return Soc(policy=policy, profile=profile, shared_override=override, **SMALL).run(exposure)


YES, NO = True, False
CORRUPTS, FAULTS, REACHES, NOWHERE = "corrupts", "faults", "reaches the device", "no address"
#                  live alias, lines after alloc, wrong read, stray write, BBM violated, global TLBI, stale for next owner
MATRIX = {
    "double_map": (YES, YES, YES, CORRUPTS, NO, NO, YES),
    "unmap_linear": (NO, YES, YES, FAULTS, NO, YES, YES),
    "strict": (NO, NO, NO, REACHES, NO, YES, NO),
    "highmem_only": (YES, YES, YES, NOWHERE, NO, NO, YES),  # kunmap's TLB maintenance reaches one of two CPUs
    "remap_in_place": (NO, YES, YES, REACHES, YES, YES, YES),
    "keep_alias": (YES, YES, YES, CORRUPTS, NO, NO, YES),
    "both": (YES, YES, YES, NOWHERE, NO, NO, YES),  # from its highmem area
    "nomap_carveout": (NO, NO, NO, FAULTS, NO, NO, NO),
    "coherent": (NO, YES, NO, REACHES, NO, NO, NO),  # the cacheable mapping is the mapping
    "bounce": (YES, YES, YES, NOWHERE, NO, NO, YES),  # coherent memory as the kernel's own choice: highmem
    "atomic_pool": (YES, YES, YES, NOWHERE, NO, NO, YES),
}


@pytest.mark.parametrize("policy", POLICIES)
def test_the_matrix_of_exposures(policy: str) -> None:
    found = measured(policy, override=False)
    assert (
        found.live_alias,
        found.lines_after_alloc,
        found.wrong_read,
        found.stray_write,
        found.bbm_violation,
        found.global_tlbi,
        found.stale_for_next_owner,
    ) == MATRIX[policy]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(("profile", "override"), [("cortex-a9-pl310", True), ("cortex-a53", False)])
def test_no_wrong_value_where_non_cacheable_accesses_bypass(policy: str, profile: str, override: bool) -> None:
    """Lines may be left, and nobody reads them: exposures differ, verdicts do not."""
    assert not measured(policy, override, profile).wrong_read


def test_highmem_leaves_no_alias_on_one_cpu() -> None:
    soc = Soc(policy="highmem_only", cpus=1, **SMALL)
    assert not soc.run(exposure).live_alias


n = PAGES
COST = {  # alloc and free: entries, L1 lines, L2 lines, TLB operations local and broadcast
    "double_map": (Price(n, LINES, LINES, 0, 0), Price(n, 0, 0, 0, 0)),
    "unmap_linear": (Price(2 * n, LINES, LINES, 0, n), Price(2 * n, 0, 0, 0, n)),
    "strict": (Price(2 * n, 2 * LINES, 2 * LINES, 0, n), Price(2 * n, 0, 0, 0, n)),
    "highmem_only": (Price(3 * n, LINES, LINES, 2 * n, 0), Price(n, 0, 0, 0, 0)),
    "remap_in_place": (Price(n, LINES, LINES, 0, n), Price(n, 0, 0, 0, n)),
    "keep_alias": (Price(n, LINES, LINES, 0, 0), Price(n, 0, 0, 0, 0)),
    "both": (Price(3 * n, LINES, LINES, 2 * n, 0), Price(n, 0, 0, 0, 0)),
    "nomap_carveout": (Price(0, 0, 0, 0, 0), Price(0, 0, 0, 0, 0)),
    "coherent": (Price(0, 0, 0, 0, 0), Price(0, 0, 0, 0, 0)),
    "bounce": (Price(3 * n, LINES, LINES, 2 * n, 0), Price(n, 0, 0, 0, 0)),
    "atomic_pool": (Price(0, 0, 0, 0, 0), Price(0, 0, 0, 0, 0)),
}


@pytest.mark.parametrize("policy", POLICIES)
def test_the_table_of_costs(policy: str) -> None:
    found = measured(policy, override=False)
    assert (found.alloc, found.free) == COST[policy]


@pytest.mark.parametrize(
    ("policy", "lost"),
    [
        ("double_map", 0),
        ("highmem_only", 0),
        ("keep_alias", 0),
        ("coherent", 0),
        ("remap_in_place", 4096 * 2),  # 4 KiB of tables for 2 MiB of the CMA area, which has 4 MiB
        ("unmap_linear", 4096 * 2),
        ("strict", 4096),  # the one section pair that was split
        ("nomap_carveout", 4 << 20),  # all of it, for good
    ],
)
def test_lowmem_that_is_lost(policy: str, lost: int) -> None:
    soc = Soc(policy=policy, **SMALL)
    soc.run(exposure)
    assert soc.kernel.counters.lowmem_lost_bytes == lost
