# SPDX-License-Identifier: Apache-2.0
"""Per-CPU lists of single free pages (struct per_cpu_pages; free_frozen_pages, rmqueue_pcplist, drain_all_pages, v6.19).

A page that is freed alone stays with its CPU, cache-warm, and is what that CPU hands out next, last in, first out. Nobody
else can have it before the lists are drained: CMA pages lie on the MOVABLE list, so that an allocation from the area
must drain all CPUs first. Pages of isolated blocks go straight back. Here such pages count as free (`frames`), and are
marked as somebody's.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dmasan.linux.frames import MigrateType, PageFrames, Pages
from dmasan.linux.layout import PAGEBLOCK_ORDER, Zone

HIGH = 186  # pages a list may hold before a batch goes back; both from memory, for a small zone
BATCH = 31


class PerCpuPages:
    """The lists of `cpus` CPUs."""

    def __init__(self, frames: PageFrames, cpus: int) -> None:
        self.frames = frames
        self._lists: list[list[int]] = [[] for _ in range(cpus)]
        self.held: NDArray[np.bool_] = np.zeros(frames.layout.pages, np.bool_)

    def free(self, pages: Pages, cpu: int) -> None:
        """Single pages that were just released stay with the CPU; the oldest go on when there are too many."""
        blocks = self.frames.block_type[pages >> PAGEBLOCK_ORDER]
        kept = pages[blocks != MigrateType.ISOLATE]
        self._lists[cpu] += kept.tolist()
        self.held[kept] = True
        while len(self._lists[cpu]) > HIGH:
            self._give_back(cpu, self._lists[cpu][:BATCH])

    def alloc(self, count: int, cpu: int, zone: Zone) -> Pages:
        """Up to `count` pages of a zone from the CPU's own list, the last freed first; still on the free lists."""
        fits = [page for page in reversed(self._lists[cpu]) if self.frames.layout.zone(page) is zone][:count]
        self._give_back(cpu, fits)
        return np.array(fits, np.int64)

    def drain(self) -> int:
        """drain_all_pages: every list is emptied. Returns how many CPUs had pages: each gets a work item."""
        busy = sum(bool(pages) for pages in self._lists)
        for cpu in range(len(self._lists)):
            self._lists[cpu] = []
        self.held[:] = False
        return busy

    def _give_back(self, cpu: int, pages: list[int]) -> None:
        gone = set(pages)
        self._lists[cpu] = [page for page in self._lists[cpu] if page not in gone]
        self.held[pages] = False
