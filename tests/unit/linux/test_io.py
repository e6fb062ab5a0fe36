# SPDX-License-Identifier: Apache-2.0
import pytest

from dmasan.events import Barrier, MmioRead, MmioWrite, OuterSync


class Registers:
    """A device that remembers."""

    def __init__(self) -> None:
        self.words: dict[int, int] = {}

    async def read32(self, pa: int) -> int:
        return self.words.get(pa, 0)

    async def write32(self, pa: int, value: int) -> None:
        self.words[pa] = value


def words(log) -> list[str]:
    found = []
    for e in log:
        if isinstance(e, Barrier):
            found.append(f"{e.name} {e.option}")
        elif isinstance(e, OuterSync):
            found.append("outer_sync")
        elif isinstance(e, MmioWrite | MmioRead):
            found.append("str" if isinstance(e, MmioWrite) else "ldr")
    return found


FULL = ["dsb sy", "outer_sync"]
STORES = ["dsb st", "outer_sync"]
BARRIERS = {  # arch/arm/include/asm/system.h, barrier.h
    "v2.6.39": {
        "mb": FULL, "wmb": FULL, "rmb": ["dsb sy"], "dma_wmb": FULL, "dma_rmb": ["dsb sy"], "dma_mb": FULL,
        "smp_mb": ["dmb sy"], "smp_wmb": ["dmb sy"], "smp_rmb": ["dmb sy"],
    },
    "v3.14": {
        "mb": FULL, "wmb": STORES, "rmb": ["dsb sy"], "dma_wmb": STORES, "dma_rmb": ["dsb sy"], "dma_mb": FULL,
        "smp_mb": ["dmb ish"], "smp_wmb": ["dmb ishst"], "smp_rmb": ["dmb ish"],
    },
    "v6.19": {
        "mb": FULL, "wmb": STORES, "rmb": ["dsb sy"], "dma_wmb": ["dmb oshst"], "dma_rmb": ["dmb osh"], "dma_mb": FULL,
        "smp_mb": ["dmb ish"], "smp_wmb": ["dmb ishst"], "smp_rmb": ["dmb ish"],
    },
}  # fmt: skip


@pytest.mark.parametrize(("era", "name"), [(era, name) for era in BARRIERS for name in BARRIERS[era]])
def test_barriers_by_era(make, era: str, name: str) -> None:
    world = make("double_map", era)
    assert words(world.watch(getattr(world.kernel.io, name)())) == BARRIERS[era][name]


def test_accessors_and_their_barriers(make) -> None:
    world = make("double_map")
    world.machine.mmio = registers = Registers()
    io = world.kernel.io
    assert words(world.watch(io.writel(0xAB, 8))) == ["dsb st", "outer_sync", "str"]
    assert registers.words == {0x4000_0008: 0xAB}
    assert words(world.watch(io.readl(8))) == ["ldr", "dsb sy"] and world.run(io.readl(8)) == 0xAB
    assert words(world.watch(io.writel_relaxed(1, 12))) == ["str"]
    assert words(world.watch(io.readl_relaxed(12))) == ["ldr"]


def test_what_a_barrier_drains(make) -> None:
    """A Non-cacheable store is at the PoC after wmb at the latest."""
    world = make("double_map")
    buffer = world.run(world.kernel.dma.alloc_coherent(4096))
    world.run(world.kernel.cpu.str_(buffer.cpu_addr, 0x55AA))
    world.run(world.kernel.io.wmb())
    assert int.from_bytes(bytes(world.machine.device_read(buffer.dma_handle, 4)), "little") == 0x55AA
