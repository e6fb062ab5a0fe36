# SPDX-License-Identifier: Apache-2.0
"""Profiles: a CPU, its caches and what its operations cost, as one table of data with the source of each figure."""

from __future__ import annotations

from dataclasses import dataclass, field

from dmasan.config import UsageError, choose

FAMILIES = ("one-level", "integrated", "pl310")
REPLACEMENTS = ("round-robin", "pseudo-random")


def _power_of_two(n: int) -> bool:
    return n > 0 and n & (n - 1) == 0


@dataclass(frozen=True)
class CacheGeometry:
    """Size, ways and line of a cache, size and line in bytes. Raises UsageError if no such cache can exist."""

    size: int
    ways: int
    line: int

    def __post_init__(self) -> None:
        if not _power_of_two(self.line) or not 16 <= self.line <= 256:
            raise UsageError(f"cache line of {self.line} bytes: allowed is a power of two from 16 to 256")
        if not 1 <= self.ways <= 64:
            raise UsageError(f"cache of {self.ways} ways: allowed is 1 to 64")
        sets, rest = divmod(self.size, self.ways * self.line)
        if rest or not _power_of_two(sets):
            raise UsageError(
                f"cache of {self.size} bytes with {self.ways} ways of {self.line}-byte lines: "
                f"size / (ways x line) must be a power of two"
            )

    @property
    def sets(self) -> int:
        return self.size // (self.ways * self.line)


@dataclass(frozen=True)
class Costs:
    """Cycles of the CPU for each operation. They are parameters, chosen to be plausible; verdicts never use them."""

    l1_hit: int = 1  # an access of up to a word, or 8 bytes of a bulk access
    l2_hit: int = (
        8  # additional, a line from L2 (DDI 0388 gives no figure; L2 latency of A9 systems, assumed)
    )
    memory: int = 60  # additional, a line or a Non-cacheable access at memory (assumed)
    nc_store: int = 2  # into the store buffer
    walk_step: int = 20  # one descriptor fetched by the table walker
    l1_op: int = 4  # maintenance by VA, each line
    l2_op: int = 30  # PL310 operation by PA, each line: a device write (assumed)
    outer_sync: int = 30
    tlbi_local: int = 10
    tlbi_broadcast: int = 100
    dmb: int = 4
    dsb: int = 20
    mmio: int = 40
    pte_write: int = 2


@dataclass(frozen=True)
class Profile:
    """A CPU and its caches.

    `family` selects the coherence relation: "one-level" (L1, then memory), "integrated" (maintenance by VA covers both
    levels), "pl310" (the L2 is an outer cache with operations by PA and a store buffer of its own). Raises UsageError
    where the levels contradict each other.
    """

    name: str
    family: str
    l1: CacheGeometry
    l2: CacheGeometry | None = None
    replacement: str = "round-robin"
    max_cpus: int = 4
    cpu_mhz: int = 800
    store_buffer_entries: int = 4
    store_buffer_bytes: int = 8  # merging granule of the CPU's store buffer
    outer_buffer_entries: int = 3  # of one line each
    costs: Costs = field(default_factory=Costs)

    def __post_init__(self) -> None:
        choose("profile family", self.family, FAMILIES)
        choose("replacement policy", self.replacement, REPLACEMENTS)
        if (self.l2 is None) != (self.family == "one-level"):
            raise UsageError(
                f"profile {self.name}: family {self.family} has {'no' if self.l2 else 'an'} L2 cache"
            )
        if self.l2 is not None and (self.l2.line != self.l1.line or self.l2.sets < self.l1.sets):
            raise UsageError(
                f"profile {self.name}: L2 needs lines of {self.l1.line} bytes and at least {self.l1.sets} sets"
            )
        for what, number in (("max_cpus", self.max_cpus), ("cpu_mhz", self.cpu_mhz)):
            if number < 1:
                raise UsageError(f"profile {self.name}: {what} is {number}, at least 1 is needed")
        if min(self.store_buffer_entries, self.outer_buffer_entries) < 1:
            raise UsageError(f"profile {self.name}: a buffer without entries")
        if not _power_of_two(self.store_buffer_bytes) or self.store_buffer_bytes > self.l1.line:
            raise UsageError(f"profile {self.name}: store buffer granule of {self.store_buffer_bytes} bytes")

    @property
    def outer(self) -> bool:
        """The L2 is an outer cache: CP15 operations by VA end before it."""
        return self.family == "pl310"


_KIB = 1024

PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        # The smallest machine in which an alias matters; short sequences are worked out by hand on it.
        Profile("one-level", "one-level", CacheGeometry(32 * _KIB, 4, 32)),
        # L1: DDI 0388 (4-way, 32-byte lines, PIPT data side, pseudo-random; 16, 32 or 64 KiB), store buffer of four
        # 64-bit slots with merging (DDI 0388, 2.1). PL310: DDI 0246 (32-byte lines, 8 or 16 ways, way size 16 KiB
        # upwards); three 256-bit store buffer slots (DDI 0246, 2.5, from memory). 512 KiB 8-way: a common choice.
        Profile(
            "cortex-a9-pl310",
            "pl310",
            CacheGeometry(32 * _KIB, 4, 32),
            CacheGeometry(512 * _KIB, 8, 32),
            replacement="pseudo-random",
        ),
    )
}


def find_profile(name: str) -> Profile:
    """The profile called `name`. Raises UsageError that lists the names."""
    return PROFILES[choose("profile", name, PROFILES)]
