# SPDX-License-Identifier: Apache-2.0
"""Where a part of a line has a dirty bit of its own, a write-back writes that part alone.

So a device's data survives next to a CPU's store in the same line, if it lies in another granule: on ARM926 (a bit for each
half of a line, DDI 0198, 4.1), and beneath the L1 of a Cortex-A8 (one for each quadword of L2, DDI 0344, 8.2.1). No driver may
rely on it: the architecture tells software a granule of at least a line (CTR.CWG), and the sanitizer says so everywhere.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from arch_bench import DATA, PA, WB, ArchBench, held, run, tiny

from dmasan.arch.copies import Copy
from dmasan.arch.geometry import CacheGeometry
from dmasan.arch.processor import Profile
from dmasan.arch.profile import PROFILES, find_profile
from dmasan.config import UsageError
from dmasan.schedule import Move, MoveKind

A, PAA = WB + DATA, PA + DATA
EVICT = Move(MoveKind.EVICT, "l1", 0, PAA)


def with_granule(granule: int) -> Profile:
    return replace(tiny("one-level"), l1=CacheGeometry(128, 2, 32, granule))


def shared_line(profile: Profile) -> list[int]:
    """The CPU writes the first word of a line, the device the other seven; the line is evicted. What memory holds."""
    b = ArchBench(profile, schedule=held())
    run(b.cpu.ldr(A))
    run(b.cpu.str_(A, 1))
    b.device_write(PAA + 4, int.from_bytes(b"".join((n + 2).to_bytes(4, "little") for n in range(7)), "little"), 28)
    assert b.machine.apply(EVICT)
    return [b.device(PAA + 4 * n) for n in range(8)]


@pytest.mark.parametrize(
    ("granule", "lost"), [(32, range(1, 8)), (16, range(1, 4)), (8, range(1, 2)), (4, ()), (1, ())]
)
def test_a_write_back_loses_what_a_device_wrote_to_the_granule(granule: int, lost: range) -> None:
    assert shared_line(with_granule(granule)) == [0 if n in lost else n + 1 for n in range(8)]


def test_arm926_writes_half_lines_back() -> None:
    assert shared_line(PROFILES["arm926"]) == [1, 0, 0, 0, 5, 6, 7, 8]


@pytest.mark.parametrize("clean", ["dccmvac", "dccimvac"])
def test_maintenance_by_va_writes_back_as_little(clean: str) -> None:
    b = ArchBench(with_granule(16), schedule=held())
    run(b.cpu.str_(A + 16, 1))
    b.device_write(PAA, 2)
    assert b.machine.copies(PAA).l1[0] == Copy(False, True) and b.machine.copies(PAA + 16).l1[0] == Copy(True, False)
    run(getattr(b.cpu, clean)(A))
    assert (b.device(PAA), b.device(PAA + 16)) == (2, 1)
    assert not b.machine.apply(EVICT) or b.device(PAA) == 2


def test_the_l2_of_cortex_a8_writes_quadwords_back() -> None:
    b = ArchBench("cortex-a8", schedule=held())
    run(b.cpu.str_(A, 1))  # it misses L1, and is allocated in L2
    b.device_write(PAA + 4, 2)
    b.device_write(PAA + 16, 3)
    assert b.machine.apply(Move(MoveKind.EVICT, "l2", 0, PAA))
    assert [b.device(PAA + n) for n in (0, 4, 16)] == [1, 0, 3]


def test_a_granule_migrates_with_its_dirty_bit() -> None:
    b = ArchBench(with_granule(16), schedule=held(), cpus=2)
    run(b.cpu.str_(A, 1))
    assert run(b.other.ldr(A)) == 1
    run(b.other.str_(A + 4, 2))
    copies = [b.machine.copies(PAA + n) for n in (0, 16)]
    assert [c.l1 for c in copies] == [[None, Copy(True, False)], [None, Copy(False, False)]]


@pytest.mark.parametrize("content", ["non-inclusive", "inclusive", "victim"])
def test_granules_of_l1_join_those_of_l2(content: str) -> None:
    """What L2 holds keeps its other dirty granules; what it does not hold goes to memory by granules."""
    l1, l2 = CacheGeometry(256, 2, 64, 32), CacheGeometry(512, 2, 64, 16)
    b = ArchBench(replace(tiny("cortex-a15"), l1=l1, l2=l2, l2_content=content), schedule=held())
    run(b.cpu.str_(A, 1))
    b.machine.apply(EVICT)
    run(b.cpu.str_(A + 32, 2))
    b.machine.apply(EVICT)
    b.device_write(PAA + 16, 9)
    b.machine.apply(Move(MoveKind.EVICT, "l2", 0, PAA))
    run(b.cpu.dsb())
    in_one_granule_of_l1 = content != "victim"  # there no line of L2 takes the store: memory has had it
    assert b.device(PAA) == 1 and b.device(PAA + 32) == 2
    assert b.device(PAA + 16) == (0 if in_one_granule_of_l1 else 9)


def test_what_stays_of_a_line_is_dirty_in_parts_only_once() -> None:
    """A line that was cleaned and is written again has no dirty bits left of its former life."""
    b = ArchBench(with_granule(16), schedule=held())
    run(b.cpu.write(A, np.full(32, 1, np.uint8)))
    run(b.cpu.dccmvac(A))
    b.device_write(PAA + 16, 7)
    run(b.cpu.str_(A, 2))
    b.machine.apply(EVICT)
    assert (b.device(PAA), b.device(PAA + 16)) == (2, 7)


def test_impossible_granules_are_refused() -> None:
    for granule in (24, 64, -8):
        with pytest.raises(UsageError, match=rf"dirty granule of {granule} bytes.*power of two up to the line of 32"):
            CacheGeometry(128, 2, 32, granule)
    with pytest.raises(UsageError, match="dirty granule of L2 is 64 bytes, more than the 16 of L1"):
        replace(tiny("cortex-a15"), l1=CacheGeometry(256, 2, 64, 16))


def test_a_users_profile_has_one(tmp_path: Path) -> None:
    path = tmp_path / "board.toml"
    path.write_text('base = "one-level"\nl1 = {size = 16384, ways = 4, line = 32, granule = 8}\n')
    profile = find_profile(str(path))
    assert profile.l1.granules == 4 and profile.relation(False).granular
    assert not PROFILES["one-level"].relation(False).granular
    path.write_text('l1 = {size = 16384, ways = 4, line = 32, granule = 5}\n')
    with pytest.raises(UsageError, match=r"board\.toml: key l1: dirty granule of 5 bytes"):
        find_profile(str(path))
    path.write_text('l1 = {size = 16384, ways = 4, line = 32, grain = 8}\n')
    with pytest.raises(UsageError, match=r"did you mean granule|allowed are granule, line, size, ways"):
        find_profile(str(path))
