# SPDX-License-Identifier: Apache-2.0
"""Replay files: what is written is read again, and what is no schedule is refused by its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from arch_bench import ArchBench

from dmasan.config import UsageError
from dmasan.schedule import LEVELS, Move, MoveKind, Point, Replay, to_lines

LOG = [
    (Point("cpu0", "op", 3), Move(MoveKind.EVICT, "l1", 0, 0x8000_0040, 2)),
    (Point("cpu0", "op", 3), Move(MoveKind.DRAIN, "store_buffer", 1)),
    (Point("dma0", "read", 0), Move(MoveKind.FILL, "l2", 0, 0x8000_0000)),
]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "schedule.jsonl"
    path.write_text(to_lines(LOG) + "\n")
    assert Replay.read(path).choices == {LOG[0][0]: (LOG[0][1], LOG[1][1]), LOG[2][0]: (LOG[2][1],)}


def test_a_file_may_name_what_the_machine_carries_out() -> None:
    known = {(kind, level) for kind, levels in LEVELS.items() for level in levels}
    assert known == set(ArchBench("cortex-a9-pl310").machine.moves._apply)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{bad", "not a line of a schedule .*Expecting property name"),
        ("null", "not a line of a schedule"),
        ('["cpu0", "op"]', "not a line of a schedule"),
        ('["cpu0", "op", 1, "fill", "l1"]', "not a line of a schedule"),
        ('["cpu0", "op", "x", "fill", "l1", 0, 0, 1]', "invalid literal for int"),
        ('["cpu0", "op", 1, "fil", "l1", 0, 0, 1]', "'fil' is not a valid MoveKind"),
        ('["cpu0", "op", 1, "fill", "l3", 0, 0, 1]', "fill does not act on 'l3': allowed are l1, l2, tlb"),
        ('["cpu0", "op", 1, "fill", 1, 0, 0, 1]', "fill does not act on 1: allowed are"),
        ('["cpu0", "op", 1, "fill", ["l1"], 0, 0, 1]', r"fill does not act on \['l1'\]: allowed are"),
        ('["cpu0", "op", 1, "fill", "l1", 0, 0, 0]', "lines 1 and above"),
        ('["cpu0", "op", 1, "fill", "l1", -1, 0, 1]', "cpu and address are 0 and above"),
    ],
)
def test_a_corrupt_file_is_refused_by_its_line(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "schedule.jsonl"
    path.write_text(to_lines(LOG) + line + "\n")
    with pytest.raises(UsageError, match=rf"schedule\.jsonl:4: .*{says}"):
        Replay.read(path)
