# SPDX-License-Identifier: Apache-2.0
"""Long random lives of the kernel: no page is lost or owned twice, and nobody's data changes behind their back."""

from __future__ import annotations

import os

import pytest
from life import Life

from dmasan.linux import POLICIES
from dmasan.schedule import Benign, RandomMoves, Schedule

pytestmark = pytest.mark.thorough

OPERATIONS = 600
DEEP_OPERATIONS = int(os.environ.get("DMASAN_OPERATIONS", "100_000"))
FOR_GOOD = ("page tables", "pgd", "kernel image", "swiotlb pool", "reserved memory", "coherent pool")  # owners that stay


def live(
    policy: str, seed: int, operations: int, schedule: Schedule, *, listen: bool = False, **knobs: object
) -> Life:
    life = Life(policy, seed, schedule, **knobs)
    life.machine.bus.active = listen
    with pytest.raises(StopIteration):
        life.run(operations).send(None)
    return life


@pytest.mark.parametrize("policy", POLICIES)
def test_a_life(policy: str) -> None:
    leave_no_trace(live(policy, 11, OPERATIONS, Benign(), versions=False))


@pytest.mark.deep
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("policy", POLICIES)
def test_a_long_life(policy: str) -> None:
    leave_no_trace(live(policy, 12, DEEP_OPERATIONS, Benign(), versions=False))


def leave_no_trace(life: Life) -> None:
    """What was lived must have been no idle life, and all of its memory has come back."""
    kernel = life.kernel
    staying = [o for o in kernel.frames.owners.values() if any(name in o.name for name in FOR_GOOD)]
    assert len(staying) == len(kernel.frames.owners)
    assert kernel.frames.free_count() == kernel.layout.pages - sum(o.pages.size for o in staying)
    held = kernel.knobs.coherent_pool_kib // 4 if kernel.policy.name == "atomic_pool" else 0
    for area in kernel.areas:
        assert area.available == area.count - held and area.bitmap.sum() == held
    assert not kernel.swiotlb.used_slots
    assert kernel.counters.pages_migrated > 100 and kernel.counters.cma_retries > 0  # it was no idle life


@pytest.mark.parametrize("policy", POLICIES)
def test_the_same_seed_lives_the_same_life(policy: str) -> None:
    """Also: what hardware does unasked changes nobody's data in a sound cell (`live` compares what is read)."""
    override = policy != "strict"
    lives = [
        live(policy, 3, 30, RandomMoves(seed), listen=True, shared_override=override) for seed in (3, 3, 4)
    ]
    first, second, third = (life.digest.hexdigest() for life in lives)
    assert first == second and third != first
    assert lives[0].machine.counters == lives[1].machine.counters
    assert lives[0].machine.counters.hidden_moves > 0
