# SPDX-License-Identifier: Apache-2.0
"""Correct driver programs are silent in every sound cell, and in an unsound one only the policy is blamed.

Every byte that a program reads, and every byte that the device delivers, is compared with what was written. The deep
test plays `DMASAN_EVENTS` events (default 10,000,000).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from programs import cells, play, random_steps, shrink
from world import Step

from dmasan.config import ERAS, Cell, UsageError
from dmasan.linux.policies import POLICIES, sound

pytestmark = pytest.mark.thorough

# What a program has done is kept until it ends: hardly anything in it is garbage.
SCHEDULES = ("benign", "random", "adversarial")


def exists(cell: Cell) -> bool:
    """Whether the profile has what the policy needs: highmem, a port that snoops."""
    try:
        POLICIES[cell.policy].of(cell)
    except UsageError:
        return False
    return True


CELLS = [*cells("cortex-a9-pl310"), *cells("one-level")]
SOUND = [cell for cell in CELLS if sound(cell) is True]
# Cortex-M7 has no MMU, and Linux here needs one.
OTHERS = ("arm926", "arm1176", "arm11mpcore", "cortex-a8", "cortex-a15", "cortex-a53", "cortex-a72")
EVERY_SOUND = [*SOUND, *(cell for other in OTHERS for cell in cells(other) if sound(cell) is True and exists(cell))]
UNSOUND = [cell for cell in CELLS if sound(cell) is not True]
EVENTS = 200_000
DEEP_EVENTS = int(os.environ.get("DMASAN_EVENTS", "10_000_000"))
LENGTH = 600  # steps of a program


def name(cell: Cell) -> str:
    return f"{cell.policy}-{cell.profile}-{'override' if cell.knobs.shared_override else 'plain'}"


def least(cell: Cell, schedule: str, seed: int, steps: Sequence[Step]) -> str:
    """The shortest program found that is not silent, and what was said of it."""
    program = shrink(steps, lambda some: not play(cell, schedule, some, seed).silent)
    said = play(cell, schedule, program, seed)
    return "\n".join([f"{name(cell)} {cell.era} {schedule} seed {seed}:", *map(repr, program), str(said)])


def be_silent(cell: Cell, events: int, first_seed: int, length: int = LENGTH) -> int:
    """Programs under each schedule in turn, and in each era, until so many events have been told; how many were."""
    told, seed = 0, first_seed
    while told < events:
        world, schedule = replace(cell, era=ERAS[seed % len(ERAS)]), SCHEDULES[seed % len(SCHEDULES)]
        if sound(world) is not True:  # an era can have a bug of its own
            seed += 1
            continue
        steps = random_steps(seed, length)
        played = play(world, schedule, steps, seed)
        assert played.silent, least(world, schedule, seed, steps)
        assert played.world.reads, "a program that reads nothing proves nothing"
        told += played.world.events
        seed += 1
    return told


@pytest.mark.parametrize("cell", SOUND, ids=name)
def test_correct_programs_are_silent_in_sound_cells(cell: Cell) -> None:
    be_silent(cell, EVENTS // len(SOUND), first_seed=7 * SOUND.index(cell))


@pytest.mark.parametrize("profile", OTHERS)
def test_a_correct_program_is_silent_on_every_profile(profile: str) -> None:
    be_silent(Cell("strict", profile), 1, first_seed=OTHERS.index(profile), length=150)


@pytest.mark.deep
@pytest.mark.parametrize("cell", EVERY_SOUND, ids=name)
def test_many_correct_programs_are_silent_in_sound_cells(cell: Cell, record_property: Callable[[str, int], None]) -> None:
    """Together at least `DEEP_EVENTS` events, which the report of the tests names cell by cell."""
    least = -(-DEEP_EVENTS // len(EVERY_SOUND))
    told = be_silent(cell, least, first_seed=10_000 * (1 + EVERY_SOUND.index(cell)))
    record_property("events", told)
    print(f"{name(cell)}: {told} events")
    assert told * len(EVERY_SOUND) >= DEEP_EVENTS


@pytest.mark.parametrize("cell", UNSOUND, ids=name)
def test_in_unsound_cells_the_policy_is_blamed(cell: Cell) -> None:
    found = 0
    for seed in range(3):
        played = play(cell, SCHEDULES[seed], random_steps(seed, 150), seed)
        found += len(played.hazards)
        blamed = [hazard for hazard in played.hazards if not hazard.culprit.startswith("policy ")]
        assert not blamed, f"{name(cell)} {SCHEDULES[seed]}:\n{played}"
        assert played.hazards or played.wrong is None, f"{name(cell)}: wrong data without a report: {played.wrong}"
    assert found, "no report in an unsound cell"
