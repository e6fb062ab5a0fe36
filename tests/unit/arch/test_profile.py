# SPDX-License-Identifier: Apache-2.0
"""Impossible machines are refused in one sentence."""

from collections.abc import Callable

import pytest
from arch_bench import ArchBench

from dmasan.arch.memory import Memory
from dmasan.arch.profile import PROFILES, CacheGeometry, Costs, Profile, Region, find_profile
from dmasan.config import UsageError

L1 = CacheGeometry(32768, 4, 32)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: CacheGeometry(32768, 4, 48), "48 bytes"),
        (lambda: CacheGeometry(32768, 0, 32), "0 ways"),
        (lambda: CacheGeometry(32768, 3, 32), "power of two"),
        (lambda: CacheGeometry(0, 4, 32), "power of two"),
        (lambda: CacheGeometry(30000, 4, 32), "30000"),
        (lambda: Profile("x", "pl311", L1), "pl310"),
        (lambda: Profile("x", "pl310", L1), "L2"),
        (lambda: Profile("x", "one-level", L1, L1), "no L2"),
        (lambda: Profile("x", "pl310", L1, CacheGeometry(65536, 8, 64)), "32 bytes"),
        (lambda: Profile("x", "pl310", L1, CacheGeometry(16384, 4, 32)), "sets"),
        (lambda: Profile("x", "one-level", L1, replacement="mru"), "did you mean lru"),
        (lambda: Profile("x", "one-level", L1, l2_content="victim"), "no L2"),
        (lambda: Profile("x", "one-level", L1, maintenance_broadcast=False), "one-level-local"),
        (lambda: Profile("x", "one-level", L1, write_through=True), "write_through"),
        (lambda: Profile("x", "one-level", L1, indexing="vivt", max_cpus=1), "vivt"),
        (lambda: Profile("x", "vivt", L1, indexing="vivt", write_through=True), "one CPU, not 4"),
        (lambda: Profile("x", "one-level", L1, indexing="vivid"), "allowed are pipt, vipt, vivt"),
        (lambda: Profile("x", "one-level", L1, full_line_invalidates=True), "PL310"),
        (lambda: Profile("x", "one-level", L1, write_streaming=-1), "write_streaming"),
        (lambda: Profile("x", "one-level", L1, costs=Costs(dsb=-1)), "cost dsb"),
        (lambda: Profile("x", "one-level", L1, prefetch_reach=-1), "prefetch_reach is -1, at least 0"),
        (lambda: Profile("x", "one-level", L1, prefetch_into="l3"), "allowed are l1, l2, both"),
        (lambda: Profile("x", "one-level", L1, eviction_order="lru"), "allowed are any, replacement"),
        (lambda: Region(0x8000_0000, 100), "4096"),
        (lambda: Region(0x8000_0010, 4096), "0x80000010"),
        (
            lambda: Profile("x", "one-level", L1, forbidden=(Region(0, 8192), Region(4096, 4096))),
            "0x0 to 0x1fff and 0x1000 to 0x1fff overlap",
        ),
        (lambda: Profile("x", "one-level", L1, cpu_mhz=0), "cpu_mhz"),
        (lambda: Profile("x", "one-level", L1, store_buffer_entries=0), "entries"),
        (lambda: Profile("x", "one-level", L1, store_buffer_bytes=12), "12 bytes"),
        (lambda: Memory(5000), "5000"),
        (lambda: Memory(1 << 30, base=0xF000_0000), "4 GiB"),
        (lambda: find_profile("cortex-a9-pl301"), "did you mean cortex-a9-pl310"),
        (lambda: ArchBench(Profile("up", "one-level", L1, max_cpus=1), cpus=2), "at most 1 CPUs"),
    ],
)
def test_refused(make: Callable[[], object], says: str) -> None:
    with pytest.raises(UsageError, match=says) as error:
        make()
    assert "\n" not in str(error.value)


def test_the_a9_has_the_geometry_of_its_manuals() -> None:
    a9 = PROFILES["cortex-a9-pl310"]
    assert a9.l2 is not None
    assert (a9.l1.sets, a9.l1.ways, a9.l2.sets, a9.l2.ways) == (256, 4, 2048, 8)
    assert a9.outer and not PROFILES["one-level"].outer
