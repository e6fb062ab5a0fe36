# SPDX-License-Identifier: Apache-2.0
import pytest

from dmasan.config import Knobs, UsageError
from dmasan.linux.layout import PAGE_SIZE, Layout, Zone, get_order

BASE = 0x8000_0000


@pytest.mark.parametrize(
    ("size", "order"), [(1, 0), (4096, 0), (4097, 1), (8192, 1), (12289, 2), (1 << 20, 8)]
)
def test_order(size: int, order: int) -> None:
    assert get_order(size) == order


def test_the_cma_area_ends_where_its_zone_ends() -> None:
    low = Layout.of(Knobs(), BASE, Zone.LOWMEM)
    high = Layout.of(Knobs(), BASE, Zone.HIGHMEM)
    assert (low.pa(low.cma_first), low.pa(low.cma_end)) == (BASE + (24 << 20), BASE + (40 << 20))
    assert (high.pa(high.cma_first), high.pa(high.cma_end)) == (BASE + (48 << 20), BASE + (64 << 20))
    assert low.zone(low.cma_first) is Zone.LOWMEM and high.zone(high.cma_first) is Zone.HIGHMEM


def test_the_cma_area_is_whole_pageblocks() -> None:
    assert Layout.of(Knobs(cma_mib=5), BASE, Zone.LOWMEM).cma_pages * PAGE_SIZE == 8 << 20


def test_linear_addresses() -> None:
    layout = Layout.of(Knobs(), BASE, Zone.LOWMEM)
    assert layout.linear(BASE) == 0xC000_0000
    assert layout.physical(0xC012_3456) == BASE + 0x12_3456
    assert layout.is_linear(0xC000_0000 + (40 << 20) - 1) and not layout.is_linear(0xC000_0000 + (40 << 20))


@pytest.mark.parametrize(
    ("knobs", "zone", "text"),
    [
        (
            Knobs(cma_mib=28),
            Zone.HIGHMEM,
            "cma_mib: a CMA area of 28 MiB does not fit in highmem, which has 24 MiB",
        ),
        (Knobs(lowmem_mib=64), Zone.HIGHMEM, "highmem, which has 0 MiB"),
        (
            Knobs(cma_mib=37),
            Zone.LOWMEM,
            "cma_mib: a CMA area of 40 MiB does not fit in lowmem, which has 40 MiB",
        ),
        (Knobs(lowmem_mib=41), Zone.LOWMEM, "lowmem_mib: 41 is not a multiple of 4"),
        (Knobs(ram_mib=18), Zone.LOWMEM, "ram_mib: 18 is not a multiple of 4"),
    ],
)
def test_what_does_not_fit(knobs: Knobs, zone: Zone, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        Layout.of(knobs, BASE, zone)


def test_addresses_outside_ram() -> None:
    with pytest.raises(UsageError, match="0x84000000 is outside RAM"):
        Layout.of(Knobs(), BASE, Zone.LOWMEM).page(0x8400_0000)
