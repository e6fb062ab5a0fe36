# SPDX-License-Identifier: Apache-2.0
"""What a run cost, as counts; the kernel adds its own (splits, walks of its tables, IPIs)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Counts since the machine was made. Operations by line are counted in lines, accesses in calls."""

    pte_writes: int = 0  # translation table entries written
    sections_split: int = 0  # by the kernel: a section replaced by a table of small pages
    tables_walked: int = 0  # by the kernel: first-level tables that it had to go through
    tlbi_local: int = 0
    tlbi_broadcast: int = 0
    tlb_misses: int = 0  # hardware walks
    walk_cycles: int = 0  # cycles of hardware walks
    l1_ops: int = 0  # lines of maintenance by VA
    l2_ops: int = 0  # lines of outer-cache maintenance by PA
    outer_syncs: int = 0
    barriers: int = 0
    ipis: int = 0
    l1_fills: int = 0  # lines
    l2_fills: int = 0
    write_backs: int = 0  # dirty lines that left a cache or were cleaned
    hidden_moves: int = 0  # moves of the schedule that had an effect
