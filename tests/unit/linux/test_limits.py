# SPDX-License-Identifier: Apache-2.0
"""What the model's kernel lacks is told where it matters, and only there."""

from __future__ import annotations

from dmasan.arch.profile import PROFILES
from dmasan.linux.limits import limits


def test_processors_with_a_limit_are_told() -> None:
    limited = {name for name, profile in PROFILES.items() if limits(profile)}
    assert limited == {"arm926", "arm11mpcore"}
    for name in limited:
        assert all(name in sentence for sentence in limits(PROFILES[name]))
