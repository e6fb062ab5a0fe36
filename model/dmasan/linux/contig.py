# SPDX-License-Identifier: Apache-2.0
"""Taking a range of page frames whose users must first move away (mm/page_alloc.c:alloc_contig_range, v6.19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dmasan.linux.errors import CmaBusy
from dmasan.linux.frames import MigrateType, Owner
from dmasan.linux.layout import PAGEBLOCK_ORDER
from dmasan.linux.migrate import migrate_range

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


async def alloc_contig_range(kernel: Kernel, first: int, count: int, owner: Owner) -> None:
    """Makes `owner` the owner of frames [first, first + count) of the CMA area.

    Raises CmaBusy (-EBUSY) if some page stays where it is, OutOfMemory (-ENOMEM) if there is no room for a page that
    must move. Pageblocks are CMA blocks again afterwards, with or without success.
    """
    frames = kernel.frames
    blocks = range(first >> PAGEBLOCK_ORDER, (first + count - 1 >> PAGEBLOCK_ORDER) + 1)
    # 1 start_isolate_page_range: nobody is given a page of these blocks, nor is one a target of migration.
    for block in blocks:
        frames.set_block_type(block, MigrateType.ISOLATE)
    try:
        # 2 drain_all_pages: a page on a CPU's list is free, and nobody else can have it.
        kernel.drain_all_pages()
        # 3 __alloc_contig_migrate_range; what cannot be moved is found in the next step.
        await migrate_range(kernel, first, count)
        # 4 test_pages_isolated
        pages = np.arange(first, first + count)
        isolated = (frames.free_mask() & ~kernel.pcp.held)[pages]
        if not isolated.all():
            stuck = pages[~isolated]
            raise CmaBusy(
                f"{stuck.size} pages cannot be moved, the first is {kernel.locate(kernel.layout.pa(int(stuck[0])))}"
            )
        # 5 isolate_freepages_range
        frames.take(pages)
        kernel.give(owner, pages)
    finally:
        # 6 undo_isolate_page_range
        for block in blocks:
            frames.set_block_type(block, MigrateType.CMA)
