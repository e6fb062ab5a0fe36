# SPDX-License-Identifier: Apache-2.0
"""Driver programs that ship with dmasan, by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from dmasan.scenarios.frame import frame


@dataclass(frozen=True)
class Scenario:
    """A driver program and what it is about, in a line."""

    name: str
    summary: str
    program: Callable[..., Awaitable[Any]]


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "frame", "a picture through the DMA engine: coherent CMA buffers, then streaming mappings", frame
        ),
    )
}
