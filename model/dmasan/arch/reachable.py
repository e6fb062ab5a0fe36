# SPDX-License-Identifier: Apache-2.0
"""The configurations that a family can be in."""

from __future__ import annotations

from functools import cache

from dmasan.arch.configuration import RESET, Config
from dmasan.arch.family import Family
from dmasan.arch.semantics import OPERATIONS, successors


@cache
def reachable(family: Family) -> frozenset[Config]:
    """Every configuration that operations and hidden moves can reach from reset."""
    seen, todo = {RESET}, [RESET]
    while todo:
        state = todo.pop()
        after = {config for _, config in successors(family, state)}
        after |= {config for op in OPERATIONS.values() for config, _ in op.apply(family, state)}
        todo += after - seen
        seen |= after
    return frozenset(seen)
