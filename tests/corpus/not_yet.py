# SPDX-License-Identifier: Apache-2.0
"""What the corpus does not get right yet, each with its reason. A run that comes right makes its test fail."""

from __future__ import annotations

KNOWN: dict[tuple[str, str], str] = {
    ("E2", "buggy"): "dmabounce wants the direction of the mapping at each sync, and no rule does",
    (
        "F2",
        "buggy",
    ): "the invalidate that drops one variable and misses another is two roots, LOST_CPU_DATA first",
    (
        "F4",
        "buggy",
    ): "a device that reads what was the CPU's comes before the sync that acts beside it: DEV_UNMAPPED",
    ("L5", "buggy"): "the relation has no write-through lines",
    ("M1", "buggy"): "the relation has no virtual colours",
    (
        "M3",
        "buggy",
    ): "events do not tell which alias of a page the maintenance would have gone by: MISSING_CLEAN",
    ("Q4", "buggy"): "the relation's maintenance always reaches all CPUs",
    ("T2", "buggy"): "events do not tell by which translation a page is reached, nor when a walker sees an entry",
    ("W2", "buggy"): "what the last user left in a slot is not told from what the device wrote",
    ("W4", "buggy"): "a bounce buffer of the driver's own is not known as one: MAP_BALANCE",
    (
        "W5",
        "buggy",
    ): "the store beside what the device wrote comes before the copy that overwrites it: CPU_WR_OWNED",
    ("Z4", "buggy"): "a map that gives content up is not held against the CPU's stores before it",
}
