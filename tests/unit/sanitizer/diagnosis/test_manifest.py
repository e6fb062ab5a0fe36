# SPDX-License-Identifier: Apache-2.0
"""From latent to manifest: the witness of each bug, replayed, makes a read return what it must not."""

from __future__ import annotations

from contextlib import suppress

import pytest
from bug_stories import BUGS, Bug

from dmasan.arch.family import ONE_LEVEL
from dmasan.device.transaction import DmaError
from dmasan.events import NOWHERE
from dmasan.sanitizer import Hazard, State
from dmasan.sanitizer.history import History, Step
from dmasan.sanitizer.witness import witness_of
from dmasan.schedule import Move, Point, Replay, Schedule
from dmasan.soc import Soc

pytestmark = pytest.mark.thorough

SMALL = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 2, "processes": 1}


def run(bug: Bug, schedule: Schedule | str) -> list[Hazard]:
    soc = Soc(policy=bug.policy, schedule=schedule, **{**SMALL, **bug.knobs})
    with suppress(DmaError):  # the device may have read a stale descriptor
        soc.run(bug.program())
    return soc.hazards


def replay_of(hazard: Hazard) -> Replay:
    witness = hazard.witness()
    assert witness is not None, hazard
    choices: dict[Point, tuple[Move, ...]] = {}
    for point, move in witness.schedule(32):
        choices[point] = (*choices.get(point, ()), move)
    return Replay(choices)


@pytest.mark.parametrize("bug", [bug for bug in BUGS.values() if bug.shows], ids=lambda bug: bug.name.replace(" ", "-"))
def test_a_witness_makes_the_hazard_manifest(bug: Bug) -> None:
    (hazard, *_) = (each for each in run(bug, "benign") if each.code is bug.code)
    shown = [each for each in run(bug, replay_of(hazard)) if each.code is bug.code]
    assert any(each.state is State.MANIFEST for each in shown), [(each.code, each.state) for each in shown]


def told(*names: str) -> History:
    """One operation after the other on one byte."""
    history = History(32)
    for n, name in enumerate(names):
        history.add(Step(Point("cpu0", "op", n), name, 0x40, 1, NOWHERE, 0.0, "cpu0"))
    return history


def test_a_lost_update_shows_in_the_next_read_but_not_behind_a_write() -> None:
    lost = ("alias_live", "store", "dev_write_posted", "dev_write_done")  # the dirty line may be written back
    witness = witness_of(ONE_LEVEL, told(*lost, "dev_read"), 0x40, 3)
    assert witness is not None
    assert [name for _, name in witness.moves] == ["evict_l1"]
    assert witness_of(ONE_LEVEL, told(*lost), 0x40, 3) is None
    assert witness_of(ONE_LEVEL, told(*lost, "dev_write_posted", "dev_write_done", "dev_read"), 0x40, 3) is None
