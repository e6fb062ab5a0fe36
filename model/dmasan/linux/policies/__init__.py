# SPDX-License-Identifier: Apache-2.0
"""The alias policies, one file each."""

from __future__ import annotations

from dmasan.linux.policies.atomic_pool import AtomicPool
from dmasan.linux.policies.base import Mapping, Policy
from dmasan.linux.policies.registry import AUTO, POLICIES, resolve
from dmasan.linux.policies.soundness import sound

__all__ = ["AUTO", "POLICIES", "AtomicPool", "Mapping", "Policy", "resolve", "sound"]
