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
from dmasan.config import ERAS, Cell, Knobs, UsageError
from dmasan.linux import POLICIES
from dmasan.linux.eras import since
from dmasan.linux.policies.choice import kernel_choice
from dmasan.scenarios.exposure import PAGES, Exposure, Price, exposure
from dmasan.soc import Soc

pytestmark = pytest.mark.thorough

SMALL = {"ram_mib": 24, "lowmem_mib": 16, "cma_mib": 4, "processes": 1, "swiotlb_mib": 1}
KNOBS = Knobs().with_settings(SMALL)
PROFILES = (
    "arm926", "arm1176", "arm11mpcore", "cortex-a8", "cortex-a9-pl310", "cortex-a15", "cortex-a53", "cortex-a72",
)  # fmt: skip
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
    def refusal(self) -> str | None:
        """Why no such cell exists; part of the sentence."""
        if self.policy == "coherent" and not self.profile.snoop_port:
            return "needs a port that snoops the caches"
        if self.policy in IN_HIGHMEM and not self.profile.highmem:  # adjust_lowmem_bounds, arch/arm/mm/mmu.c
            return "needs highmem"
        return None

    @property
    def aliasing(self) -> bool:
        """!cache_is_vipt_nonaliasing: flush_cache_vmap is flush_cache_all, which flushes once more after the remapping."""
        return self.profile.colours != 1

    @property
    def residue_of_kmap(self) -> bool:
        """__kunmap_atomic left its entry behind up to v3.14; later kunmap_local invalidates it on its own CPU only."""
        return self.way in IN_HIGHMEM and (not since(self.era, "v6.0") or self.profile.max_cpus > 1)

    def exposure(self) -> tuple[bool, bool, bool, str, bool, bool, bool]:
        lines = self.way == "coherent" or self._leaves_lines
        clean_lines = self._leaves_lines
        at_boot = self.policy == "atomic_pool"
        return (
            self.way in ("double_map", "keep_alias") or self.residue_of_kmap,
            lines,
            (clean_lines and self.profile.outer) or self.uncleared,
            self._stray,
            not at_boot and (self.way == "remap_in_place" or self._replaces_slots),
            not at_boot and self.way in BREAKS | {"remap_in_place"},
            clean_lines,
        )

    @property
    def _leaves_lines(self) -> bool:
        """Lines that the CPU itself loaded and nobody invalidated, and those that it loads unasked while it may."""
        if self.uncleared:
            return True
        if not self.profile.speculates:  # arch_dma_prep_coherent only cleans in v6.19
            return self.way == "keep_alias" and since(self.era, "v6.19") and not self.aliasing
        if self.way == "unmap_linear" and self.aliasing:
            return False  # the vmap comes when the linear mapping is gone
        return self.way not in ("strict", "nomap_carveout", "coherent")

    @property
    def _stray(self) -> str:
        """A store that no cache takes goes on to memory: no core allocates on it, and no L2 is there to do so."""
        corrupts = self.profile.write_allocate or self.profile.l2 is not None
        found = STRAY.get(self.way, "reaches the device")
        return "reaches the device" if found == "corrupts" and not corrupts else found

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
        tables = n * slots + self._lines_of_tables
        l1_lines = flushes * n * 4096 // self.profile.l1.line + (0 if self.profile.walker_cached else tables)
        return Price(entries, l1_lines, l2_lines, n * slots, everywhere)

    @property
    def _lazy(self) -> bool:
        return self.way in MAPPED_ANEW and since(self.era, "v6.0")  # mm/vmalloc.c:free_unmap_vmap_area

    @property
    def _lines_of_tables(self) -> int:
        """Lines of L1 that the entries of the buffer lie in, which are cleaned for walkers that do not look there.

        In the linear map they begin a line, as in the vmalloc area; there the buffer before this one is still mapped, with
        the guard page that follows it, where it was unmapped lazily.
        """
        first = PAGES + 1 if self._lazy else 0
        line = self.profile.l1.line
        lines = ((first + PAGES) * 4 - 1) // line - first * 4 // line + 1
        return lines + (self.way in BREAKS)  # the linear map's, which go and come, and those of the second mapping

    def free(self) -> Price:
        if self.policy == "atomic_pool" or self.way in KEPT_ASIDE:
            return Price(0, 0, 0, 0, 0)
        n = PAGES
        tables = self._lines_of_tables
        l1_lines = 0 if self.profile.walker_cached else tables
        return Price(2 * n if self.way in BREAKS else n, l1_lines, 0, 0, 0 if self._lazy else n)


def held_against_rules(profile: str, era: str, policy: str) -> None:
    rules = Rules(policy, find_profile(profile), era)
    if rules.refusal:
        with pytest.raises(UsageError, match=rules.refusal):
            Soc(policy=policy, profile=profile, era=era, **SMALL)
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
