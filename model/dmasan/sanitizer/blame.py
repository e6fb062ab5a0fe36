# SPDX-License-Identifier: Apache-2.0
"""Whom a hazard in a coherent buffer blames: the driver, or the policy and which of its steps."""

from __future__ import annotations

from collections.abc import Sequence

from dmasan.arch.configuration import EMPTY, LATEST, Config, is_store, value_of
from dmasan.events import PolicyStep
from dmasan.sanitizer.codes import Effect
from dmasan.sanitizer.history import History

ALIVE = "none of its steps ends the cacheable alias"


def blames_policy(effect: Effect, config: Config | None) -> bool:
    """Whether the wrong copy is one that the policy should have removed, or kept from coming into being.

    A latest value that only waits in a store buffer is the driver's matter: a barrier is missing.
    """
    if effect is Effect.CONTRACT:
        return False
    if config is None:
        return True
    waiting = (config.store_buffer if is_store(config.store_buffer) else EMPTY, config.outer_buffer)
    return not any(code and value_of(code) == LATEST for code in waiting)


def step_to_blame(history: History, steps: Sequence[tuple[int, PolicyStep]], address: int) -> str:
    """The policy's step after which no cacheable alias of the byte was left: before it, lines could still be filled.

    `steps` are the policy's steps, each with the history's count when it began.
    """
    number, alive = history.last_alias_change(address) or (0, True)
    if alive:
        return ALIVE
    before = [step.text for count, step in steps if count < number]
    return f"{before[-1]} (lines that were filled before it stay)" if before else ""
