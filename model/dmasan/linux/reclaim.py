# SPDX-License-Identifier: Apache-2.0
"""Reclaim: clean pages of the page cache are given up, for their content is on the disk.

Two callers, both of mm/vmscan.c, v6.19: the allocator when a zone is empty (try_to_free_pages, shrink_folio_list), and
alloc_contig_range, which drops what is clean instead of moving it (reclaim_clean_pages_from_list, since v3.7). Dirty
pages and anonymous ones stay: there is no swap, and nobody waits for a write-back. Oldest file first; pinned pages stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dmasan.linux.frames import Pages
from dmasan.linux.movable import PageCache

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel

SWAP_CLUSTER_MAX = 32  # pages that one pass of direct reclaim wants (include/linux/swap.h)


class Reclaim:
    """What the kernel can drop without asking anybody."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel

    def shrink(self, count: int = SWAP_CLUSTER_MAX) -> int:
        """Drops up to `count` clean pages, those of the oldest files first; returns how many went."""
        wanted = count
        for user in self.kernel.movable.all():
            if wanted and isinstance(user, PageCache) and user.clean:
                unpinned = user.pages[self.kernel.frames.pins[user.pages] == 0]
                wanted -= self.drop(unpinned[:wanted]).size
        return count - wanted

    def drop(self, pages: Pages) -> Pages:
        """Frees those of `pages`, unpinned, that hold clean page cache; returns them. A file without pages is forgotten."""
        frames, kernel = self.kernel.frames, self.kernel
        found = [page for page in pages.tolist() if self._clean(page)]
        gone = np.array(found, np.int64)
        for page in found:
            user = frames.owner_of(page)
            assert isinstance(user, PageCache)
            user.offsets = np.delete(user.offsets, int(frames.index[page]))
            frames.leave(page)
        kernel.undefined(gone, "clean page cache reclaimed")
        frames.release(gone)
        kernel.counters.pages_reclaimed += gone.size
        return gone

    def _clean(self, page: int) -> bool:
        user = self.kernel.frames.owner_of(page)
        return isinstance(user, PageCache) and user.clean
