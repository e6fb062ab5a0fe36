# SPDX-License-Identifier: Apache-2.0
import pytest

from dmasan.events import (
    Barrier,
    CacheOp,
    ContentUndefined,
    Direction,
    DmaMap,
    DmaMapFailed,
    DmaSync,
    DmaUnmap,
    Level,
    Maintenance,
    MappingKind,
    OuterSync,
)
from dmasan.linux import CoherentBuffer, DmaApiError

SHORT = {CacheOp.CLEAN: "C", CacheOp.INVALIDATE: "I", CacheOp.CLEAN_INVALIDATE: "CI"}
NEW, OLD = "v6.19", "v3.14"


def lines(log, level: Level, base: int, line: int = 32) -> list[str]:
    """The maintenance of one level, line by line: `CI0 I32` and so on."""
    found = []
    for e in log:
        if isinstance(e, Maintenance) and e.level is level:
            first = (e.address - base) // line
            last = (e.address + e.length - 1 - base) // line
            found += [f"{SHORT[e.op]}{n * line}" for n in range(first, last + 1)]
    return found


def outline(log) -> list[str]:
    """A call as a list of words: maintenance by level, barriers, API events."""
    words = []
    for e in log:
        if isinstance(e, Maintenance):
            words.append(f"{'L1' if e.level is Level.INNER else 'L2'} {SHORT[e.op]}")
        elif isinstance(e, Barrier):
            words.append(f"{e.name} {e.option}")
        elif isinstance(e, OuterSync):
            words.append("sync")
        elif isinstance(e, ContentUndefined | DmaMap | DmaUnmap | DmaSync):
            words.append(type(e).__name__)
    return words


@pytest.mark.parametrize(
    ("start", "end", "old", "new", "outer"),
    [  # v7_dma_inv_range up to v3.14, from v6.0; l2c210_inv_range. Lines of 32 bytes.
        (0, 64, "I0 I32", "I0 I32", "I0 I32"),
        (8, 64, "CI0 I0 I32", "CI0 I32", "CI0 I32"),
        (0, 50, "CI32 I0", "CI32 I0", "CI32 I0"),
        (8, 50, "CI0 CI32 I0", "CI0 CI32", "CI0 CI32"),
        (0, 16, "CI0 I0", "CI0", "CI0"),
        (8, 24, "CI0 CI0 I0", "CI0 CI0", "CI0 CI0"),
        (40, 100, "CI32 CI96 I32 I64", "CI32 CI96 I64", "CI32 CI96 I64"),
    ],
)
def test_edges_of_an_invalidation(make, start: int, end: int, old: str, new: str, outer: str) -> None:
    for era, inner in ((OLD, old), (NEW, new)):
        world = make("double_map", era)
        va = world.run(world.kernel.kmalloc(4096))
        pa = world.kernel.layout.physical(va)
        log = world.watch(world.kernel.dma.map_single(va + start, end - start, Direction.FROM_DEVICE))
        assert lines(log, Level.INNER, pa) == inner.split()
        assert lines(log, Level.OUTER, pa) == outer.split()
        assert not [e for e in log if isinstance(e, ContentUndefined)]  # what the CPU stored there counts
        plain = [e for e in log if isinstance(e, Maintenance) and e.op is CacheOp.INVALIDATE]
        assert all(pa + start <= e.address and e.address + e.length <= pa + end for e in plain)


CLEAN = ["L1 C", "dsb st", "L2 C", "sync"]
OUTER_FIRST = ["L2 I", "sync", "L1 I", "dsb st"]


@pytest.mark.parametrize(
    ("direction", "to_device", "to_cpu"),
    [
        (Direction.TO_DEVICE, CLEAN, []),
        (Direction.FROM_DEVICE, ["L1 I", "dsb st", "L2 I", "sync"], OUTER_FIRST),
        (Direction.BIDIRECTIONAL, CLEAN, OUTER_FIRST),
    ],
)
def test_the_order_of_levels(make, direction: Direction, to_device: list[str], to_cpu: list[str]) -> None:
    world = make("double_map")
    dma = world.kernel.dma
    va = world.run(world.kernel.kmalloc(8192))
    log = world.watch(dma.map_single(va, 8192, direction, "packet"))
    handle = world.kernel.layout.physical(va)
    assert outline(log) == [*to_device, "DmaMap"]
    mapped = log[-1]
    assert (mapped.kind, mapped.address, mapped.length, mapped.name) == (
        MappingKind.SINGLE,
        handle,
        8192,
        "packet",
    )
    assert world.kernel.locate(handle + 0x20) == "packet+0x20 (lowmem)"
    log = world.watch(dma.sync_single_for_cpu(handle + 1024, 512, direction))
    assert outline(log) == [*to_cpu, "DmaSync"]
    assert (log[-1].address, log[-1].length, log[-1].for_cpu) == (handle + 1024, 512, True)
    assert all(e.address == handle + 1024 and e.length == 512 for e in log if isinstance(e, Maintenance))
    assert outline(world.watch(dma.sync_single_for_device(handle + 1024, 512, direction))) == [
        *to_device,
        "DmaSync",
    ]
    assert outline(world.watch(dma.unmap_single(handle, 8192, direction))) == ["DmaUnmap", *to_cpu]


def test_the_old_dsb_has_no_option(make) -> None:
    world = make("double_map", OLD)
    va = world.run(world.kernel.kmalloc(4096))
    log = world.watch(world.kernel.dma.map_single(va, 4096, Direction.TO_DEVICE))
    assert outline(log) == ["L1 C", "dsb sy", "L2 C", "sync", "DmaMap"]


def test_without_outer_cache(make) -> None:
    world = make("double_map", profile="one-level")
    va = world.run(world.kernel.kmalloc(4096))
    log = world.watch(world.kernel.dma.map_single(va, 4096, Direction.BIDIRECTIONAL))
    assert outline(log) == ["L1 C", "dsb st", "DmaMap"]


def test_what_streaming_really_does(make) -> None:
    world = make("double_map")
    kernel, cpu = world.kernel, world.kernel.cpu
    va = world.run(kernel.kmalloc(4096))
    world.run(cpu.fill(va, 4096, 0xA5))
    handle = world.run(kernel.dma.map_single(va, 4096, Direction.BIDIRECTIONAL))
    assert bytes(world.machine.device_read(handle, 4096)) == b"\xa5" * 4096
    world.machine.device_write(handle, world.machine.device_read(handle, 4096) ^ 0xFF)
    assert world.run(cpu.ldr(va)) == 0xA5A5A5A5  # the CPU's old copy
    world.run(kernel.dma.unmap_single(handle, 4096, Direction.BIDIRECTIONAL))
    assert bytes(world.run(cpu.read(va, 4096))) == b"\x5a" * 4096


@pytest.mark.parametrize(
    ("address", "area", "refused"),
    [
        (0xF000_1000, "vmalloc", "rejecting DMA map of vmalloc memory: 0xf0001000"),
        (0xFFC8_0000, "invalid", "DMA addr"),  # kmap
        (0xC000_4000, "kernel image", ""),
        (0xC100_0000, "invalid", ""),  # highmem begins here
    ],
)
def test_what_is_no_memory_for_dma_is_mapped_all_the_same(make, address: int, area: str, refused: str) -> None:
    """v6.19 refuses vmalloc memory and what the mask forbids; everything else gets an address by arithmetic."""
    world = make("double_map")
    dma = world.kernel.dma
    dma.device.mask = 0x8FFF_FFFF
    log = world.watch(dma.map_single(address, 64, Direction.TO_DEVICE))
    if refused:
        (failed,) = (e for e in log if isinstance(e, DmaMapFailed))
        assert failed.why.startswith(refused) and failed.area == area
        assert [m for m in world.kernel.messages if m.startswith(refused)]
    else:
        (mapped,) = (e for e in log if isinstance(e, DmaMap))
        assert mapped.area == area


def test_old_kernels_map_vmalloc_memory_to_an_unrelated_address(make) -> None:
    world = make("double_map", OLD)
    log = world.watch(world.kernel.dma.map_single(0xF000_1000, 64, Direction.TO_DEVICE))
    (mapped,) = (e for e in log if isinstance(e, DmaMap))
    assert mapped.area == "vmalloc" and mapped.handle == 0xB000_1000


def test_wrong_calls_that_cannot_be_made(make) -> None:
    world = make("double_map")
    dma = world.kernel.dma
    with pytest.raises(DmaApiError, match="invalid DMA direction 'out': allowed are DMA_BIDIRECTIONAL"):
        world.run(dma.map_single(0xC050_0000, 64, "out"))
    with pytest.raises(DmaApiError, match="a DMA mapping of 0 bytes"):
        world.run(dma.map_single(0xC050_0000, 0, Direction.TO_DEVICE))
    with pytest.raises(DmaApiError, match="dma_alloc_coherent of 0 bytes"):
        world.run(dma.alloc_coherent(0))


def test_wrong_frees_are_told_and_change_nothing(make) -> None:
    world = make("double_map")
    dma, kernel = world.kernel.dma, world.kernel
    log = world.watch(dma.unmap_single(0x8100_0000 + (64 << 20), 64, Direction.FROM_DEVICE))
    assert outline(log) == ["DmaUnmap"]  # nothing behind the address: no maintenance
    buffer = world.run(dma.alloc_coherent(100, "ring"))
    free = kernel.frames.free_count()
    for wrong in (CoherentBuffer(0x12345678, buffer.dma_handle, 100, "ring"), CoherentBuffer(1, 2, 3, "")):
        world.run(dma.free_coherent(wrong))
        assert kernel.messages[-1] == f"trying to free invalid coherent area: {wrong.cpu_addr:#010x}"
    assert kernel.frames.free_count() == free
    world.run(dma.free_coherent(buffer))
    world.run(dma.free_coherent(buffer))
    assert len(kernel.messages) == 3 and kernel.frames.free_count() == free + 1
    kernel.frames.check()


def test_handles_are_never_the_error_value(make) -> None:
    world = make("double_map")
    va = world.run(world.kernel.kmalloc(64))
    handle = world.run(world.kernel.dma.map_single(va, 64, Direction.TO_DEVICE))
    assert not world.kernel.dma.mapping_error(handle) and world.kernel.dma.mapping_error(0xFFFF_FFFF)
