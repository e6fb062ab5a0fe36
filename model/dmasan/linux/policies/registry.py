# SPDX-License-Identifier: Apache-2.0
"""The policies by name, and the kernel's own choice among them."""

from __future__ import annotations

from dmasan.config import Cell, Knobs, choose
from dmasan.linux.policies.atomic_pool import AtomicPool
from dmasan.linux.policies.base import Policy
from dmasan.linux.policies.both import Both
from dmasan.linux.policies.bounce import Bounce
from dmasan.linux.policies.choice import kernel_choice
from dmasan.linux.policies.coherent import Coherent
from dmasan.linux.policies.double_map import DoubleMap
from dmasan.linux.policies.highmem_only import HighmemOnly
from dmasan.linux.policies.keep_alias import KeepAlias
from dmasan.linux.policies.nomap_carveout import NomapCarveout
from dmasan.linux.policies.remap_in_place import RemapInPlace
from dmasan.linux.policies.strict import Strict
from dmasan.linux.policies.unmap_linear import UnmapLinear

POLICIES: dict[str, type[Policy]] = {
    policy.name: policy
    for policy in (
        DoubleMap,
        UnmapLinear,
        HighmemOnly,
        Both,
        RemapInPlace,
        KeepAlias,
        NomapCarveout,
        Coherent,
        Bounce,
        AtomicPool,
        Strict,
    )
}

AUTO = "auto"


def resolve(policy: str, profile: str, era: str, knobs: Knobs | None = None) -> str:
    """The name of the policy that `policy` means; `auto` is the kernel's own choice. Raises UsageError for an unknown one."""
    if choose("policy", policy, (*POLICIES, AUTO)) != AUTO:
        return policy
    return kernel_choice(Cell(policy, profile, era, knobs or Knobs())).name
