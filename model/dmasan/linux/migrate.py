# SPDX-License-Identifier: Apache-2.0
"""Page migration: the data of movable pages is copied elsewhere by the CPU, through its caches (mm/migrate.c, v6.19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dmasan.linux import cacheflush
from dmasan.linux.eras import since
from dmasan.linux.errors import Interrupted
from dmasan.linux.frames import Pages
from dmasan.linux.layout import PAGE_SIZE, Zone
from dmasan.linux.movable import MovableUser

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel

COMPACT_CLUSTER_MAX = 32  # pages isolated at a time (mm/internal.h)


async def migrate_range(kernel: Kernel, first: int, count: int) -> None:
    """__alloc_contig_migrate_range: moves every page of [first, first + count) that can be moved.

    Pinned pages and pages of other owners stay. Clean page cache is dropped instead, since v3.7. Raises OutOfMemory when
    there is no target, Interrupted for a fatal signal; the pages that were moved by then stay moved.
    """
    frames = kernel.frames
    candidates = first + np.flatnonzero(
        (frames.owner[first : first + count] != 0) & (frames.pins[first : first + count] == 0)
    )
    movable = np.array(
        [page for page in candidates.tolist() if isinstance(frames.owner_of(page), MovableUser)], np.int64
    )
    for i in range(0, movable.size, COMPACT_CLUSTER_MAX):
        if kernel.fatal_signal:
            raise Interrupted("a fatal signal is pending")
        cluster = movable[i : i + COMPACT_CLUSTER_MAX]
        cluster = cluster[frames.owner[cluster] != 0]  # reclaim may have been here
        if since(kernel.era, "v3.14"):
            cluster = np.setdiff1d(cluster, kernel.reclaim.drop(cluster), assume_unique=True)
        if cluster.size:
            await migrate_pages(kernel, cluster)


async def migrate_pages(kernel: Kernel, pages: Pages) -> None:
    """Moves movable, unpinned `pages` of one zone to new frames. A highmem page may move to either zone."""
    highmem = kernel.layout.zone(int(pages[0])) is Zone.HIGHMEM
    kernel.frames.pins[pages] += 1  # isolated: on no LRU list, so that reclaim passes them over
    try:
        targets = kernel.allocator.movable(pages.size, highmem=highmem)  # alloc_migration_target
    finally:
        kernel.frames.pins[pages] -= 1
    kernel.undefined(targets, "page allocated")
    for old, new in zip(pages.tolist(), targets.tolist(), strict=True):
        await _migrate_page(kernel, old, new)
    kernel.undefined(pages, "page freed")
    kernel.frames.release(pages)


async def _migrate_page(kernel: Kernel, old: int, new: int) -> None:
    """migrate_folio_unmap, migrate_folio_move: unmap, copy, map the copy."""
    user = kernel.frames.owner_of(old)
    assert isinstance(user, MovableUser)
    index = int(kernel.frames.index[old])
    await kernel.movable.unmap(user, index)
    source = await kernel.kmap.map(old)
    target = await kernel.kmap.map(new)
    await kernel.cpu.copy(target, source, PAGE_SIZE)  # copy_highpage
    await cacheflush.flush_dcache_pages(kernel, new, 1)  # flush_dcache_folio
    await kernel.kmap.unmap(target)
    await kernel.kmap.unmap(source)
    kernel.frames.replace(old, new)
    await kernel.movable.remap(user, index, new)
    kernel.counters.pages_migrated += 1
