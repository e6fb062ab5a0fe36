# SPDX-License-Identifier: Apache-2.0
"""What the kernel counts; the machine counts descriptor writes, splits, maintenance and IPIs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class KernelCounters:
    """Counts since boot began."""

    pages_migrated: int = 0
    pages_reclaimed: int = 0
    cma_allocations: int = 0
    pcp_drains: int = 0  # times that the per-CPU lists were emptied
    cma_retries: int = 0  # slots that were given up as busy
    lowmem_lost_bytes: int = 0  # lowmem that tables of small pages of the linear map take
