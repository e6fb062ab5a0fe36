# SPDX-License-Identifier: Apache-2.0
"""The policies by name, and the kernel's own choice among them."""

from __future__ import annotations

from dmasan.config import choose
from dmasan.linux.eras import since
from dmasan.linux.policies.base import Policy
from dmasan.linux.policies.double_map import DoubleMap
from dmasan.linux.policies.highmem_only import HighmemOnly
from dmasan.linux.policies.keep_alias import KeepAlias
from dmasan.linux.policies.remap_in_place import RemapInPlace
from dmasan.linux.policies.strict import Strict
from dmasan.linux.policies.unmap_linear import UnmapLinear

POLICIES: dict[str, type[Policy]] = {
    policy.name: policy for policy in (DoubleMap, UnmapLinear, HighmemOnly, RemapInPlace, KeepAlias, Strict)
}

AUTO = "auto"


def resolve(policy: str, profile: str, era: str) -> str:
    """The name of the policy that `policy` means; `auto` is what the kernel of that era does by itself.

    ARM32 kernels took the double mapping up to v3.4, and change the linear mapping of a CMA area in lowmem since
    (kernel/dma/mapping.c:dma_alloc_attrs, arch/arm/mm/dma-mapping.c:__dma_alloc, v6.19). The model keeps the default
    area in lowmem, though kernels after v3.14 prefer highmem where there is some (mm/cma.c:cma_alloc_mem); that choice
    is `highmem_only`. Raises UsageError for an unknown name.
    """
    if choose("policy", policy, (*POLICIES, AUTO)) != AUTO:
        return policy
    return RemapInPlace.name if since(era, "v3.5") else DoubleMap.name
