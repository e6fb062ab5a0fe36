# SPDX-License-Identifier: Apache-2.0
"""The kernel's own choice, by architecture and era (dma_alloc_attrs, dma_direct_alloc, __dma_alloc, v6.19)."""

from __future__ import annotations

from dmasan.arch.memory import RAM_BASE
from dmasan.arch.profile import find_profile
from dmasan.config import Cell, UsageError
from dmasan.linux.architecture import Architecture, architecture_of
from dmasan.linux.cma_parameter import parse_cma
from dmasan.linux.eras import since
from dmasan.linux.layout import Layout, Zone
from dmasan.linux.policies.base import Policy
from dmasan.linux.policies.double_map import DoubleMap
from dmasan.linux.policies.highmem_only import HighmemOnly
from dmasan.linux.policies.keep_alias import KeepAlias
from dmasan.linux.policies.remap_in_place import RemapInPlace


def kernel_choice(cell: Cell) -> type[Policy]:
    """What a blocking dma_alloc_coherent of a device without properties gets.

    arm64 keeps the alias in all its eras. ARM32 takes the double mapping where there is no CMA area, took it up to v3.4,
    and changes the linear mapping of a CMA area in lowmem since, which ARMv6 and later have (CONFIG_CMA depends on it).
    Kernels after v3.14 put the area into highmem where it fits there (mm/cma.c:cma_alloc_mem), and its pages get a
    mapping of their own: `highmem_only`.
    """
    architecture = architecture_of(find_profile(cell.profile))
    if architecture is Architecture.ARM64:
        return KeepAlias
    no_area = bool(cell.knobs.cma) and not parse_cma(cell.knobs.cma).size
    if architecture is Architecture.ARMV5 or not since(cell.era, "v3.5") or no_area:
        return DoubleMap
    return HighmemOnly if _area_in_highmem(cell) else RemapInPlace


def _area_in_highmem(cell: Cell) -> bool:
    """Whether the default area lies there: up to v3.14 its limit was that of lowmem (arch/arm/mm/init.c)."""
    if not since(cell.era, "v6.0") or not find_profile(cell.profile).highmem:
        return False
    try:
        layout = Layout.of(cell.knobs, RAM_BASE, Zone.HIGHMEM)
    except UsageError:  # no room there
        return False
    return layout.zone(layout.cma_first) is Zone.HIGHMEM
