# SPDX-License-Identifier: Apache-2.0
"""Vendors' cache primitives: which lines they touch in which order, and what programs with them get right or wrong."""

from __future__ import annotations

import numpy as np
import pytest

from dmasan.baremetal import Cmsis, UBoot, Xilinx
from dmasan.config import UsageError
from dmasan.device.driver import DmaEngine
from dmasan.events import CacheOp, Level, Maintenance, MemoryType
from dmasan.soc.bare import BareSoc

SHORT = {CacheOp.CLEAN: "C", CacheOp.INVALIDATE: "I", CacheOp.CLEAN_INVALIDATE: "CI"}
LIBRARIES = {"cmsis": "cortex-m7", "xilinx": "cortex-a9-pl310", "xilinx53": "cortex-a53", "uboot": "cortex-a9-pl310"}


def lines(program, profile: str, line: int) -> list[str]:
    """Maintenance line by line, levels apart: `L1 CI0`."""
    soc = BareSoc(profile=profile)
    log: list[Maintenance] = []
    soc.bus.subscribe(lambda e: log.append(e) if isinstance(e, Maintenance) else None)

    async def run(soc: BareSoc) -> None:
        base = soc.memory.array(1024, "buffer", align=1024)
        log.clear()  # of start-up code
        await program(soc, base)
        found.append(base)

    found: list[int] = []
    soc.run(run)
    words = []
    for e in log:
        level = "L1" if e.level is Level.INNER else "L2"
        first, last = (e.address - found[0]) // line, (e.address + e.length - 1 - found[0]) // line
        words += [f"{level} {SHORT[e.op]}{n * line}" for n in range(first, last + 1)]
    return words


@pytest.mark.parametrize(
    ("start", "size", "old", "expected"),
    [
        (0, 64, False, ["L1 I0", "L1 I32"]),
        (8, 64, False, ["L1 I0", "L1 I32", "L1 I64"]),
        (8, 64, True, ["L1 I0", "L1 I32"]),  # the last line is left out
        (0, 0, False, []),
    ],
)
def test_cmsis(start: int, size: int, old: bool, expected: list[str]) -> None:
    async def program(soc: BareSoc, base: int) -> None:
        await Cmsis(soc.cpu(), old=old).invalidate_dcache_by_addr(base + start, size)

    assert lines(program, "cortex-m7", 32) == expected


@pytest.mark.parametrize(
    ("profile", "start", "size", "expected"),
    [
        ("cortex-a9-pl310", 0, 64, ["L2 I0", "L2 I32", "L1 I0", "L1 I32"]),
        ("cortex-a9-pl310", 8, 56, ["L1 CI0", "L2 CI0", "L2 I32", "L1 I32"]),
        ("cortex-a9-pl310", 0, 40, ["L1 CI32", "L2 CI32", "L2 I0", "L1 I0"]),
        ("cortex-a9-pl310", 8, 8, ["L1 CI0", "L2 CI0"]),
        ("cortex-a53", 8, 64, ["L1 CI0", "L1 CI64"]),  # an invalidation that cleans
    ],
)
def test_xilinx_invalidation(profile: str, start: int, size: int, expected: list[str]) -> None:
    async def program(soc: BareSoc, base: int) -> None:
        await Xilinx(soc.cpu()).dcache_invalidate_range(base + start, size)

    assert lines(program, profile, 64 if profile == "cortex-a53" else 32) == expected


def test_xilinx_flush_old_and_new() -> None:
    async def program(soc: BareSoc, base: int) -> None:
        await Xilinx(soc.cpu(), old=old).dcache_flush_range(base + 8, 60)

    old = False
    assert lines(program, "cortex-a9-pl310", 32) == ["L1 CI0", "L1 CI32", "L1 CI64", "L2 CI0", "L2 CI32", "L2 CI64"]
    old = True
    assert lines(program, "cortex-a9-pl310", 32) == ["L1 CI0", "L2 CI0", "L1 CI32", "L2 CI32", "L1 CI64", "L2 CI64"]


@pytest.mark.parametrize(
    ("profile", "call", "start", "stop", "expected", "told"),
    [
        ("cortex-a9-pl310", "flush", 8, 40, ["L1 CI0", "L1 CI32", "L2 CI0", "L2 CI32"], False),
        ("cortex-a9-pl310", "invalidate", 32, 64, ["L1 I32", "L2 I32"], False),
        ("cortex-a9-pl310", "invalidate", 8, 64, [], True),
        ("arm926", "flush", 8, 64, [], True),
        ("cortex-a53", "invalidate", 8, 16, ["L1 I0"], False),
    ],
)
def test_u_boot(profile: str, call: str, start: int, stop: int, expected: list[str], told: bool) -> None:
    messages: list[str] = []

    async def program(soc: BareSoc, base: int) -> None:
        library = UBoot(soc.cpu())
        await getattr(library, f"{call}_dcache_range")(base + start, base + stop)
        messages.extend(library.messages)

    assert lines(program, profile, 64 if profile == "cortex-a53" else 32) == expected
    assert bool(messages) is told


# --- whole programs: a device writes a buffer that the CPU has written before

SIZE = 256
DATA = (np.arange(SIZE) % 251 + 1).astype(np.uint8)


async def receive(soc: BareSoc, before: object, after: object) -> np.ndarray:
    """The device writes a dirty buffer; `before` and `after` maintain it."""
    engine = await DmaEngine.probe(soc)
    source = await soc.alloc_coherent(SIZE, "source")
    await soc.cpu().write(source.cpu_addr, DATA)
    target = soc.memory.array(SIZE, "target", align=64)
    await soc.cpu().fill(target, SIZE, 0xEE)
    await before(target, SIZE)
    await engine.memcpy(target, source.dma_handle, SIZE)
    await after(target, SIZE)
    return await soc.cpu().read(target, SIZE)


async def nothing(address: int, size: int) -> None:
    pass


@pytest.mark.parametrize("schedule", ["benign", "random", "adversarial"])
@pytest.mark.parametrize("profile", ["cortex-m7", "cortex-a9-pl310"])
def test_a_correct_program_is_silent(profile: str, schedule: str) -> None:
    async def program(soc: BareSoc) -> np.ndarray:
        if profile == "cortex-m7":
            library = Cmsis(soc.cpu())
            return await receive(soc, library.clean_invalidate_dcache_by_addr, library.invalidate_dcache_by_addr)
        xil = Xilinx(soc.cpu())
        return await receive(soc, xil.dcache_flush_range, xil.dcache_invalidate_range)

    soc = BareSoc(profile=profile, schedule=schedule, shared_override=True)
    assert (soc.run(program) == DATA).all()
    assert not soc.hazards


@pytest.mark.parametrize("missing", ["before", "after"])
def test_missing_maintenance_is_flagged(missing: str) -> None:
    async def program(soc: BareSoc) -> None:
        library = Cmsis(soc.cpu())
        before = nothing if missing == "before" else library.clean_invalidate_dcache_by_addr
        after = nothing if missing == "after" else library.invalidate_dcache_by_addr
        await receive(soc, before, after)

    soc = BareSoc(profile="cortex-m7")
    soc.run(program)
    assert soc.hazards


def test_neighbours_share_lines_unless_aligned() -> None:
    soc = BareSoc()
    first, second = soc.memory.array(10), soc.memory.array(10)
    assert second - first == 12
    assert soc.memory.array(1, align=32) % 32 == 0
    top = soc.memory.push(100)
    assert soc.memory.push(8) < top
    soc.memory.pop()
    soc.memory.pop()
    assert soc.memory.push(100) == top
    with pytest.raises(UsageError, match="no room for 9000 bytes on the stack"):
        soc.memory.push(9000)
    with pytest.raises(UsageError, match="aligned to 3"):
        soc.memory.array(4, align=3)


@pytest.mark.parametrize("profile", ["cortex-m7", "cortex-a9-pl310"])
def test_attributes_can_change_under_a_buffer(profile: str) -> None:
    async def program(soc: BareSoc) -> tuple[MemoryType, MemoryType]:
        address = soc.memory.array(1 << 20, "frame", align=1 << 20)
        before = soc.cpu().translate(address).type
        await soc.platform.remap(address, 1 << 20, MemoryType.NC)
        return before, soc.cpu().translate(address).type

    assert BareSoc(profile=profile).run(program) == (MemoryType.WB, MemoryType.NC)
