# SPDX-License-Identifier: Apache-2.0
"""The random sequences, steered to what they have missed, reach what functional coverage asks for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from steered import chase_device, chase_mappings
from world import World

from cocotbext.dmasan.coverage import Group, Observer, groups
from dmasan.config import Cell
from dmasan.linux.policies import POLICIES

pytestmark = pytest.mark.deep
LEAST = 95.0  # percent of the bins that can be reached
PROFILE = "cortex-a9-pl310"


def watching(found: dict[str, Group]) -> Callable[[World], Observer]:
    def watch(world: World) -> Observer:
        observer = Observer(world.soc, found)
        world.soc.bus.subscribe(observer)
        return observer

    return watch


@pytest.mark.parametrize("policy", POLICIES)
def test_mappings_under_each_policy(policy: str) -> None:
    """Kind x direction x alignment x lines x order, 300 bins for each policy before the unreachable ones."""
    found = groups()
    group = found["mappings"]
    chase_mappings(group, watching(found), Cell(policy, PROFILE))
    bins = [bin for bin in group.bins() if bin[0] == policy]
    missing = [bin for bin in bins if not group.hits[bin]]
    assert len(bins) > 100
    assert 100 * len(missing) <= (100 - LEAST) * len(bins), f"missing: {missing}"
    assert group.contradictions() == []


def test_bursts_and_registers() -> None:
    found = groups()
    aimed = (found["bursts"], found["registers"])
    chase_device(aimed, watching(found), PROFILE)
    for group in aimed:
        assert group.percent >= LEAST, f"missing: {group.missing()}"
        assert group.contradictions() == []
