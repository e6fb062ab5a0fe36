# SPDX-License-Identifier: Apache-2.0
"""A pytest plugin for runs against mutants: Hypothesis only has to find a failure, not the smallest one."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "unshrunk",
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
