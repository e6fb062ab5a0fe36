# SPDX-License-Identifier: Apache-2.0
"""What a processor's figures make of the schedule `random`, and the PL310's own options in the relation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from arch_bench import DATA, PA, WB, ArchBench, run, tiny
from bug_stories import World

from dmasan.arch.configuration import ABSENT, RESET, copy
from dmasan.arch.profile import PROFILES
from dmasan.arch.semantics import MOVES
from dmasan.config import Cell, Knobs
from dmasan.events import Direction
from dmasan.linux.policies import sound
from dmasan.schedule import Footprint, Move, MoveKind, Point, RandomMoves
from dmasan.soc import Soc

A, PAA = WB + DATA, PA + DATA


def drawn(bench: ArchBench, schedule: RandomMoves) -> list[Move]:
    """The moves of a thousand points near one address."""
    near = Footprint("load_wb", PAA, 4)
    points = (Point("cpu0", "op", n) for n in range(1000))
    return [move for point in points for move in schedule.moves(point, near, bench.machine.moves)]


@pytest.mark.parametrize(("profile", "levels"), [("cortex-a53", {"l1"}), ("cortex-a15", {"l1", "l2"})])
def test_prefetches_fill_the_levels_that_the_processor_fills(profile: str, levels: set[str]) -> None:
    chosen = PROFILES[profile].random_moves(3, Knobs(random_rate=1.0))
    fills = [move for move in drawn(ArchBench(profile), chosen) if move.kind is MoveKind.FILL]
    assert {move.level for move in fills} == levels
    reach = PROFILES[profile].prefetch_reach * PROFILES[profile].l1.line
    assert max(abs(move.address - PAA) for move in fills) == reach


def test_a_knob_overrides_the_reach() -> None:
    profile = PROFILES["cortex-a15"]
    assert profile.random_moves(1, Knobs()).reach == profile.prefetch_reach == 8
    assert profile.random_moves(1, Knobs(prefetch_reach=0)).reach == 0


@pytest.mark.parametrize("replacement", ["round-robin", "pseudo-random", "lru"])
def test_only_what_would_be_replaced_leaves_where_the_processor_says_so(replacement: str) -> None:
    """Two ways: the next victim of a full set is the line that the next allocation in it really replaces."""
    profile = replace(tiny("one-level"), replacement=replacement, eviction_order="replacement")
    b = ArchBench(profile, cpus=1)
    way = profile.l1.way_size
    assert not len(b.machine.moves.next_victims("l1"))
    for n in (0, 1, 0):
        run(b.cpu.ldr(A + n * way))
    victims = list(b.machine.moves.next_victims("l1"))
    assert len(victims) == 1 and victims[0] in (PAA, PAA + way)
    assert b.machine.moves.next_victims("l2") == ()
    evicted = {m.address for m in drawn(b, profile.random_moves(5, Knobs(random_rate=1.0))) if m.kind is MoveKind.EVICT}
    assert evicted == set(victims)
    run(b.cpu.ldr(A + 2 * way))
    held = set(b.machine.moves.resident_lines("l1"))
    assert victims[0] not in held and PAA + 2 * way in held


def test_an_exclusive_outer_cache_takes_clean_lines_from_l1() -> None:
    exclusive = replace(PROFILES["cortex-a9-pl310"], l2_content="victim").relation(True)
    stale = RESET._replace(live=1, l1=copy(False, 0))
    assert {c.l2 for c in MOVES["evict_l1"](exclusive, stale)} == {ABSENT, copy(False, 0)}
    assert {c.l2 for c in MOVES["evict_l1"](PROFILES["cortex-a9-pl310"].relation(True), stale)} == {ABSENT}
    for name, profile in PROFILES.items():
        assert not profile.relation(False).exclusive, name


@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize(("reads", "effect"), [(True, "STALE_CPU_READ"), (False, "LOST_UPDATE")])
def test_the_kernels_order_to_the_cpu_is_not_enough_with_an_exclusive_outer_cache(
    tmp_path: Path, exclusive: bool, reads: bool, effect: str
) -> None:
    """L2, then L1: a clean stale line may move from L1 into L2 in between (DDI 0246, 2.3.3). A load finds it there; a store
    beside the device's bytes makes it dirty, and its write-back loses them."""
    board = tmp_path / "board.toml"
    board.write_text('base = "cortex-a9-pl310"\n' + ('l2_content = "victim"\n' if exclusive else ""))

    async def program(soc: Soc) -> None:
        w = await World(soc).start()
        va = await w.kernel.kmalloc(256, "frame")
        handle = await w.dma.map_single(va, 256, Direction.FROM_DEVICE, "frame")
        await w.device_writes(handle, 256)
        await w.dma.unmap_single(handle, 256, Direction.FROM_DEVICE)
        await (w.cpu.read(va, 256) if reads else w.cpu.str_(va, 1))

    soc = Soc(profile=str(board), policy="strict", shared_override=True, ram_mib=16, lowmem_mib=12, cma_mib=2)
    soc.run(program)
    assert (sound(Cell("strict", str(board), knobs=soc.knobs)) is not True) is exclusive
    assert [hazard.effect.name for hazard in soc.hazards if hazard.effect] == ([effect] if exclusive else [])
