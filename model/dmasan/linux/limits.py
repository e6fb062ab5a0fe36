# SPDX-License-Identifier: Apache-2.0
"""What the kernel of the model lacks on a processor: hazards that a real kernel would not have may come of it."""

from __future__ import annotations

from dmasan.arch.processor import Profile


def limits(profile: Profile) -> list[str]:
    """Sentences for a report; none where the kernel does all that a real one does for the caches.

    Sources: arch/arm/mm/cache-v4wb.S and flush.c (VIVT), CONFIG_DMA_CACHE_RWFO in arch/arm/mm/cache-v6.S, v3.5; from memory.
    """
    told = []
    if profile.indexing == "vivt":
        told.append(
            "the model's kernel does not flush a VIVT cache between the kernel's and a user's address of a page: "
            f"hazards of pages with both may be the model's on {profile.name}"
        )
    if not profile.maintenance_broadcast:
        told.append(
            "the model's kernel does not read or write for ownership before maintenance (CONFIG_DMA_CACHE_RWFO): "
            f"with several CPUs, OUTER_MAINT hazards may be the model's on {profile.name}"
        )
    return told
