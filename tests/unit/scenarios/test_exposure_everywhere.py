# SPDX-License-Identifier: Apache-2.0
"""Exposure and cost of every policy in every version of the kernel and on every processor, held against rules.

The rules are what the kernel's sources say of a version and the architecture of a processor; they name no cell.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import product

import pytest

from dmasan.arch.profile import Profile, find_profile
from dmasan.config import ERAS, Cell, Knobs
from dmasan.linux import POLICIES
from dmasan.linux.eras import since
from dmasan.linux.policies.choice import kernel_choice
from dmasan.scenarios.exposure import PAGES, Exposure, Price, exposure
from dmasan.soc import Soc

pytestmark = pytest.mark.thorough

SMALL = {"ram_mib": 24, "lowmem_mib": 16, "cma_mib": 4, "processes": 1, "swiotlb_mib": 1}
KNOBS = Knobs().with_settings(SMALL)
PROFILES = ("cortex-a8", "cortex-a9-pl310", "cortex-a15", "cortex-a53", "cortex-a72")  # maintenance reaches every CPU
EVERYWHERE = list(product(PROFILES, ERAS, POLICIES))
SEED = 20110706

MAPPED_ANEW = {"double_map", "keep_alias", "highmem_only", "both"}  # a second mapping, in the vmalloc area
IN_HIGHMEM = {"highmem_only", "both"}
BREAKS = {"unmap_linear", "strict"}  # the linear mapping is made invalid, and valid again
KEPT_ASIDE = {"nomap_carveout", "coherent"}  # nothing is remapped
STRAY = {
    "double_map": "corrupts",
    "keep_alias": "corrupts",
    "unmap_linear": "faults",
    "nomap_carveout": "faults",
    "highmem_only": "no address",
    "both": "no address",
}


@dataclass(frozen=True)
class Rules:
    """What must come out for one cell. `way` is the policy whose coherent memory this one hands out."""

    policy: str
    profile: Profile
    era: str

    @property
    def way(self) -> str:
        if self.policy not in ("bounce", "atomic_pool"):
            return self.policy
        return kernel_choice(Cell(self.policy, self.profile.name, self.era, KNOBS)).name

    @property
    def uncleared(self) -> bool:
        """arch/arm/mm/dma-mapping.c:__dma_clear_buffer, v3.5, leaves out pages without a linear address."""
        return self.way in IN_HIGHMEM and self.era == "v3.5"

    @property
    def residue_of_kmap(self) -> bool:
        """__kunmap_atomic left its entry behind up to v3.14; later kunmap_local invalidates it on its own CPU only."""
        return self.way in IN_HIGHMEM and (not since(self.era, "v6.0") or self.profile.max_cpus > 1)

    def exposure(self) -> tuple[bool, bool, bool, str, bool, bool, bool]:
        lines = self.way not in ("strict", "nomap_carveout")
        clean_lines = lines and self.way != "coherent"
        at_boot = self.policy == "atomic_pool"
        return (
            self.way in ("double_map", "keep_alias") or self.residue_of_kmap,
            lines,
            (clean_lines and self.profile.outer) or self.uncleared,
            STRAY.get(self.way, "reaches the device"),
            not at_boot and (self.way == "remap_in_place" or self._replaces_slots),
            not at_boot and self.way in BREAKS | {"remap_in_place"},
            clean_lines,
        )

    @property
    def _replaces_slots(self) -> bool:
        """kmap_atomic, v3.14: set_top_pte over the entry that the page before left in the slot."""
        return self.way in IN_HIGHMEM and not since(self.era, "v6.0") and not self.uncleared

    def alloc(self) -> Price:
        if self.policy == "atomic_pool" or self.way in KEPT_ASIDE:
            return Price(0, 0, 0, 0, 0)
        n = PAGES
        flushes = 0 if self.uncleared else 2 if self.way == "strict" else 1
        slots = 0 if self.way not in IN_HIGHMEM or self.uncleared else 2 if since(self.era, "v6.0") else 1
        entries = n + n * slots + (n if self.way in BREAKS else 0)
        everywhere = n if self.way in BREAKS | {"remap_in_place"} else 0
        l2_lines = flushes * n * 4096 // 32 if self.profile.outer else 0
        return Price(entries, flushes * n * 4096 // self.profile.l1.line, l2_lines, n * slots, everywhere)

    def free(self) -> Price:
        if self.policy == "atomic_pool" or self.way in KEPT_ASIDE:
            return Price(0, 0, 0, 0, 0)
        n = PAGES
        lazy = self.way in MAPPED_ANEW and since(self.era, "v6.0")  # mm/vmalloc.c:free_unmap_vmap_area
        return Price(2 * n if self.way in BREAKS else n, 0, 0, 0, 0 if lazy else n)


def held_against_rules(profile: str, era: str, policy: str) -> None:
    rules = Rules(policy, find_profile(profile), era)
    if policy == "coherent" and not rules.profile.snoop_port:
        return
    found: Exposure = Soc(policy=policy, profile=profile, era=era, **SMALL).run(exposure)
    answers = (
        found.live_alias,
        found.lines_after_alloc,
        found.wrong_read,
        found.stray_write,
        found.bbm_violation,
        found.global_tlbi,
        found.stale_for_next_owner,
    )
    assert (answers, found.alloc, found.free) == (rules.exposure(), rules.alloc(), rules.free())


@pytest.mark.parametrize("cell", random.Random(SEED).sample(EVERYWHERE, 40), ids="-".join)
def test_a_sample_of_cells(cell: tuple[str, str, str]) -> None:
    held_against_rules(*cell)


@pytest.mark.deep
@pytest.mark.parametrize("cell", EVERYWHERE, ids="-".join)
def test_every_cell(cell: tuple[str, str, str]) -> None:
    held_against_rules(*cell)
