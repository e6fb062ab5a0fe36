# SPDX-License-Identifier: Apache-2.0
"""`dmasan.sanitizer.may_return` against the brute-force oracle, on seeded random sequences.

DMASAN_ORACLE_SEQUENCES sets the number per family (default 1,500; 20,000 in the deep run), DMASAN_ORACLE_SEED the seed.
A failure prints the seed, the smallest sequences found that still disagree, and the decision of the oracle (a field of
`byte_machine.Machine`, with its reason there) whose reversal explains each.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from byte_machine import FAMILIES, READS, WRITES, Machine
from byte_oracle import explanations, may_return
from sequences import Sequence, random_sequence, shorter

from dmasan import sanitizer

pytestmark = pytest.mark.thorough

SHOWN = int(os.environ.get("DMASAN_ORACLE_SHOWN", 8))
"""Disagreements shrunk and printed; the rest are counted."""


@dataclass(frozen=True)
class Profile:
    """How the project names a family."""

    family: str
    profile: str
    settings: Mapping[str, bool] = field(default_factory=dict)

    def may_return(self, sequence: Sequence) -> list[frozenset[int]]:
        return sanitizer.may_return(
            sequence.ops, profile=self.profile, alias_live=sequence.alias_live, **self.settings
        )


PROFILES = (
    Profile("one-level", "one-level"),
    Profile("integrated", "integrated"),
    Profile("pl310", "cortex-a9-pl310"),
    Profile("pl310-override", "cortex-a9-pl310", {"shared_override": True}),
    *(Profile(name, name) for name in ("one-level-local", "m7", "vivt", "vipt-aliasing")),
)


def oracle(sequence: Sequence, profile: Profile) -> list[frozenset[int]]:
    return may_return(sequence.ops, family=profile.family, alias_live=sequence.alias_live)


def judged(sequence: Sequence, returned: list[frozenset[int]]) -> list[bool]:
    """For each read, whether it may return anything but the last write."""
    verdicts, last, read = [], 0, iter(returned)
    for position, op in enumerate(sequence.ops, 1):
        if op in WRITES:
            last = position
        if op in READS:
            verdicts.append(next(read) != {last})
    return verdicts


CPU_QUEUE, OUTER_BUFFER, POSTED = "CPU queue", "outer buffer", "posted"
QUEUED = {
    **dict.fromkeys(("NC", "oNC"), (CPU_QUEUE, OUTER_BUFFER)),
    **dict.fromkeys(("WB", "WT", "clx", "ivx", "cix", "yclx", "yivx", "ycix"), (CPU_QUEUE,)),
    "dwx": (POSTED,),
}
"""What waits, and where."""
EMPTIED = {"dsb": CPU_QUEUE, "osync": OUTER_BUFFER, "db": POSTED}


def shares_a_slot(sequence: Sequence, machine: Machine) -> bool:
    """Whether two things may wait in one queue at the same time."""
    waiting: set[str] = set()
    for op in sequence.ops:
        for queue in QUEUED.get(op, ()):
            if queue != OUTER_BUFFER or machine.outer:
                if queue in waiting:
                    return True
                waiting.add(queue)
        waiting.discard(EMPTIED.get(op, ""))
    return False


def disagree(sequence: Sequence, profile: Profile) -> bool:
    """Whether the two differ in more than the relation's one abstraction.

    The relation has one slot of each kind: of two buffered stores to the byte the older one merges into the younger. So
    it may leave out an old value where it has a younger one that is wrong too. Never may a verdict differ, never may
    the relation return what the oracle does not, and without two things in one queue they are equal.
    """
    relation, wanted = profile.may_return(sequence), oracle(sequence, profile)
    if relation == wanted:
        return False
    if not shares_a_slot(sequence, FAMILIES[profile.family]) or judged(sequence, relation) != judged(sequence, wanted):
        return True
    return any(not found <= allowed for found, allowed in zip(relation, wanted, strict=True))


def shrink(sequence: Sequence, profile: Profile) -> Sequence:
    """Leave out operations as long as the two still disagree."""
    for cut in shorter(sequence):
        if disagree(cut, profile):
            return shrink(cut, profile)
    return sequence


def story(sequence: Sequence, profile: Profile) -> str:
    """One disagreement, and what would settle it."""
    relation, wanted = profile.may_return(sequence), oracle(sequence, profile)
    found = explanations(sequence.ops, relation, family=profile.family, alias_live=sequence.alias_live)
    reasons = " or ".join("+".join(fields) for fields in found) or "none of the disputable decisions"
    return "\n".join((
        f"  {sequence}",
        f"    relation {[sorted(each) for each in relation]}",
        f"    oracle   {[sorted(each) for each in wanted]}",
        f"    explained by reversing: {reasons}",
    ))


def compare(profile: Profile, default_count: int, seed: int) -> None:
    """Raise AssertionError with the smallest disagreements, if there are any."""
    count = int(os.environ.get("DMASAN_ORACLE_SEQUENCES", default_count))
    seed = int(os.environ.get("DMASAN_ORACLE_SEED", seed))
    print(f"{profile.family}: {count} sequences, seed {seed}")
    rng = random.Random(f"{profile.family}/{seed}")
    sequences = [random_sequence(rng, FAMILIES[profile.family]) for _ in range(count)]
    wrong = [sequence for sequence in sequences if disagree(sequence, profile)]
    if wrong:
        smallest = sorted({shrink(each, profile) for each in wrong[: 6 * SHOWN]}, key=lambda each: len(each.ops))
        stories = "\n".join(story(each, profile) for each in smallest[:SHOWN])
        pytest.fail(
            f"{profile.family}: {len(wrong)} of {count} sequences disagree (seed {seed}); smallest:\n{stories}",
            pytrace=False,
        )



@pytest.mark.parametrize("profile", PROFILES, ids=[profile.family for profile in PROFILES])
def test_relation_agrees_with_oracle(profile: Profile) -> None:
    compare(profile, default_count=1_500, seed=20110701)


@pytest.mark.deep
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("profile", PROFILES, ids=[profile.family for profile in PROFILES])
def test_relation_agrees_with_oracle_on_many(profile: Profile) -> None:
    compare(profile, default_count=20_000, seed=20111026)
