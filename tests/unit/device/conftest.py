# SPDX-License-Identifier: Apache-2.0
"""Makes `engine_bench` importable under pytest's importlib mode."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from engine_bench import Bench

from dmasan.device.bus import Sizes


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def make_bench() -> Callable[[Sizes], Bench]:
    return Bench
