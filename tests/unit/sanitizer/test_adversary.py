# SPDX-License-Identifier: Apache-2.0
"""The adversary does what the relation allows, and misses no stale read that one operation away is possible."""

from __future__ import annotations

import pytest

from dmasan.arch.configuration import IDLE, RESET, STALE, Config
from dmasan.arch.family import FAMILIES, Family
from dmasan.arch.semantics import MOVES, OPERATIONS, closure
from dmasan.sanitizer.adversary import Planner

pytestmark = pytest.mark.thorough

READS = ("dev_read", "load_nc", "load_wb")


def reachable(family: Family) -> list[Config]:
    """Configurations of a run whose maintenance and device writes complete at once, as the machine's do."""
    seen: set[Config] = set()
    todo = [RESET]
    names = ("alias_live", "store_wb", "store_nc", "dev_write", "dsb", "outer_sync", "load_wb", "load_nc")
    while todo:
        config = todo.pop()
        if config in seen:
            continue
        seen.add(config)
        for name in names:
            todo += [after for after, _ in OPERATIONS[name].apply(family, config)]
        todo += closure(family, [config])
    return [config for config in seen if config.in_flight == IDLE and not config.posted]


@pytest.mark.parametrize("family", FAMILIES.values(), ids=list(FAMILIES))
def test_plans_are_hidden_moves_and_find_the_stale_read(family: Family) -> None:
    planner = Planner(family)
    for config in reachable(family):
        for read in READS:
            ends = {config}
            for name in planner.plan(config, read):
                ends = {after for c in ends for after in MOVES[name](family, c)}
                assert ends, f"{name} is not possible in {config}"
            possible = any(
                value == STALE
                for c in closure(family, [config])
                for _, value in OPERATIONS[read].apply(family, c)
            )
            found = any(value == STALE for c in ends for _, value in OPERATIONS[read].apply(family, c))
            assert found == possible, (config, read, planner.plan(config, read))
