# SPDX-License-Identifier: Apache-2.0
"""A processor: its CPUs, their caches and buffers, and the properties that decide what a DMA driver may rely on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dmasan.arch.costs import Costs
from dmasan.arch.family import FAMILIES, Family, family_of
from dmasan.arch.geometry import REPLACEMENTS, CacheGeometry, Region, disjoint, power_of_two
from dmasan.config import Knobs, UsageError, choose
from dmasan.schedule import RandomMoves

CONTENTS = ("non-inclusive", "inclusive", "victim")
INDEXINGS = ("pipt", "vipt", "vivt")
PREFETCH_LEVELS = {"l1": ("l1",), "l2": ("l2",), "both": ("l1", "l2")}
EVICTION_ORDERS = ("any", "replacement")
TRANSLATIONS = ("short", "long", "regions")
_PAGE = 4096


@dataclass(frozen=True)
class Profile:
    """A CPU and its caches. `sources` says where each figure comes from; "M" marks what is stated from memory.

    `family` is the coherence relation of `arch.family`: with one level of cache before memory, with an integrated L2
    (maintenance by VA covers both), or with a PL310 (an outer cache with operations by PA and a buffer of its own).
    The fields below it are switches of their own, so that a case can be run with the one that decides it changed.
    Sizes are bytes. Raises UsageError where fields contradict each other.
    """

    name: str
    family: str
    l1: CacheGeometry
    l2: CacheGeometry | None = None
    architecture: str = "ARMv7-A"
    # --- caches ---
    replacement: str = "round-robin"  # of L1, and of L2 unless that has its own
    l2_replacement: str | None = None
    write_allocate: bool = True  # a store that misses L1 allocates the line there
    write_streaming: int = 0  # a bulk store of more full lines than this stops allocating in L1; 0: never
    write_through: bool = False  # Write-Through pages are cached; else they are treated as Non-cacheable
    l2_content: str = "non-inclusive"
    indexing: str = "pipt"  # of L1 data
    snoop_port: bool = True  # devices can snoop the caches: an ACP, or ACE-Lite ports of the interconnect
    # --- CPUs ---
    max_cpus: int = 4
    cpu_mhz: int = 800
    store_buffer_entries: int = 4
    store_buffer_bytes: int = 8  # merging granule of the CPU's store buffer
    buffered_stores: bool = False  # single Write-Back stores wait in the store buffer too, but under `benign`
    maintenance_broadcast: bool = True  # cache maintenance by VA reaches the other CPUs
    maintenance_waits: bool = True  # it waits for the CPU's own buffered stores to the line
    speculates: bool = True  # loads data unasked: False where the core neither speculates nor prefetches
    prefetch_reach: int = 4  # lines around an access that a prefetch may touch under `random`
    prefetch_into: str = "both"  # the levels that it fills under `random`
    eviction_order: str = "any"  # which lines leave under `random`: any, or what the replacement policy would take next
    tlb_broadcast: bool = True  # TLB maintenance reaches the other CPUs; else an interrupt to each does
    # --- PL310 ---
    outer_buffer_entries: int = 3  # of one line each
    outer_drains_alone: bool = True  # False: erratum 769419, a Non-cacheable write may stay until a Cache Sync
    full_line_invalidates: bool = False  # a full-line Non-cacheable store drops the line that it hits (auxiliary 13)
    # --- translation ---
    translation: str = "short"
    walker_cached: bool = True  # table walks look up the caches
    highmem: bool = True  # a kernel may have highmem: False on virtually indexed caches with aliases
    forbidden: tuple[Region, ...] = ()  # physical ranges in which any access faults, a speculative one too
    costs: Costs = field(default_factory=Costs)
    sources: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        choose("profile family", self.family, FAMILIES)
        for what, chosen, allowed in (
            ("replacement policy", self.replacement, REPLACEMENTS),
            ("replacement policy of L2", self.l2_replacement or self.replacement, REPLACEMENTS),
            ("content of L2", self.l2_content, CONTENTS),
            ("indexing", self.indexing, INDEXINGS),
            ("translation", self.translation, TRANSLATIONS),
            ("level of prefetches", self.prefetch_into, tuple(PREFETCH_LEVELS)),
            ("order of evictions", self.eviction_order, EVICTION_ORDERS),
        ):
            choose(what, chosen, allowed)
        self._check_levels()
        self._check_relation()
        self._check_counts()
        disjoint(f"profile {self.name}, forbidden", self.forbidden)

    def _check_levels(self) -> None:
        levels = FAMILIES[self.family].levels
        if (self.l2 is None) != (levels == 1):
            raise UsageError(
                f"profile {self.name}: family {self.family} has {'no' if self.l2 else 'an'} L2 cache; "
                f"maintenance could not reach the point of coherency"
            )
        if self.l2 is not None and (self.l2.line != self.l1.line or self.l2.sets < self.l1.sets):
            raise UsageError(
                f"profile {self.name}: L2 needs lines of {self.l1.line} bytes and at least {self.l1.sets} sets"
            )
        if self.l2 is not None and self.l2.granule > self.l1.granule:
            raise UsageError(
                f"profile {self.name}: the dirty granule of L2 is {self.l2.granule} bytes, more than the {self.l1.granule} of L1"
            )
        if self.l2 is None and self.l2_content != "non-inclusive":
            raise UsageError(f"profile {self.name}: l2_content is {self.l2_content}, but there is no L2 cache")
        if self.full_line_invalidates and not self.outer:
            raise UsageError(f"profile {self.name}: full_line_invalidates is a property of a PL310")

    def _check_relation(self) -> None:
        """The relation must be that of this hardware."""
        family = FAMILIES[self.family]
        virtual = self.colours != 1
        for what, here, there in (
            ("maintenance_broadcast", self.maintenance_broadcast, family.broadcast),
            ("maintenance_waits", self.maintenance_waits, family.maintenance_waits),
            ("write_through", self.write_through, family.write_through),
            (f"indexing {self.indexing} with {self.colours} colours: virtual", virtual, family.virtual),
        ):
            if here != there:
                raise UsageError(
                    f"profile {self.name}: {what} is {str(here).lower()}, but family {self.family} says "
                    f"{str(there).lower()}: choose another family of {', '.join(FAMILIES)}"
                )
        if virtual and self.max_cpus > 1:
            raise UsageError(f"profile {self.name}: a virtually indexed cache with aliases has one CPU, not {self.max_cpus}")

    def _check_counts(self) -> None:
        for what, number, least in (
            ("max_cpus", self.max_cpus, 1),
            ("cpu_mhz", self.cpu_mhz, 1),
            ("write_streaming", self.write_streaming, 0),
            ("prefetch_reach", self.prefetch_reach, 0),
        ):
            if number < least:
                raise UsageError(f"profile {self.name}: {what} is {number}, at least {least} is needed")
        if min(self.store_buffer_entries, self.outer_buffer_entries) < 1:
            raise UsageError(f"profile {self.name}: a buffer without entries")
        if not power_of_two(self.store_buffer_bytes) or self.store_buffer_bytes > self.l1.line:
            raise UsageError(f"profile {self.name}: store buffer granule of {self.store_buffer_bytes} bytes")

    def random_moves(self, seed: int, knobs: Knobs) -> RandomMoves:
        """The schedule `random` on this processor: its prefetches and evictions, unless a knob says otherwise."""
        reach = self.prefetch_reach if knobs.prefetch_reach < 0 else knobs.prefetch_reach
        into = PREFETCH_LEVELS[self.prefetch_into]
        return RandomMoves(seed, knobs.random_rate, reach, into, self.eviction_order == "replacement")

    def relation(self, shared_override: bool) -> Family:
        """The relation of this hardware, by which its runs are judged."""
        return replace(
            family_of(self.family, shared_override, self.speculates),
            exclusive=self.outer and self.l2_content == "victim",
            granular=any(cache is not None and cache.granules > 1 for cache in (self.l1, self.l2)),
        )

    @property
    def loads_early(self) -> bool:
        """Loads of Normal memory may be executed before what precedes them in program order."""
        return FAMILIES[self.family].loads_early

    @property
    def outer(self) -> bool:
        """The L2 is an outer cache: CP15 operations by VA end before it."""
        return FAMILIES[self.family].outer

    @property
    def colours(self) -> int:
        """Sets of pages that the index of L1 tells apart by virtual address; 1 if it cannot (facts of CTR, bit 23).

        A VIPT cache has as many as its ways have pages. A VIVT cache has one for each virtual page: 0 here.
        """
        if self.indexing == "vivt":
            return 0
        return max(1, self.l1.way_size // _PAGE) if self.indexing == "vipt" else 1

    def fitted(self, settings: Mapping[str, object]) -> dict[str, object]:
        """Knobs `settings`, with no more CPUs than the processor has where `cpus` is left open."""
        return {"cpus": min(2, self.max_cpus), **settings}
