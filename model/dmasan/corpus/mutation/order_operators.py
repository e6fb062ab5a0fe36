# SPDX-License-Identifier: Apache-2.0
"""Operators on order: accesses, barriers, doorbells and waits at another place, or not at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from dmasan.corpus.mutation.call_operators import MAPS, UNMAPS
from dmasan.corpus.mutation.draft import Draft, blocks, call_in, calls, method, parse
from dmasan.corpus.mutation.mutant import (
    Mutant,
    calls_of,
    dropped,
    followed,
    moved,
    renamed,
    replaced,
    said,
    with_call,
)

Cell = Mapping[str, Any]
STORES = ("fill", "write", "str_", "copy")
LOADS = ("read", "ldr")
STARTS = ("send", "receive", "start_send", "start_receive", "ring_doorbell")
WAITS = ("wait", "idle", "halt", "completed")
BARRIERS = ("wmb", "dma_wmb", "mb", "dsb")
_ENDS = (*UNMAPS, "invalidate", "sync_single_for_cpu", "sync_single_range_for_cpu", "wait", "receive")


def late_store(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M8: a store comes behind the map or the doorbell."""
    for (b, n), statement in calls_of(draft, *STORES):
        block = list(blocks(draft.tree))[b]
        for later in range(n + 1, len(block)):
            name = method(call_in(block[later]))
            if name in MAPS or name in STARTS or name == "flush" or name == "clean":
                yield Mutant(f"{said(statement)} behind {said(block[later])}", moved(draft, (b, n), later + 1))
                break


def early_load(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M9: a load comes before the unmap, the sync, or the device's end."""
    for (b, n), statement in calls_of(draft, *LOADS):
        block = list(blocks(draft.tree))[b]
        for earlier in range(n - 1, -1, -1):
            if method(call_in(block[earlier])) in _ENDS:
                yield Mutant(f"{said(statement)} before {said(block[earlier])}", moved(draft, (b, n), earlier))
                break


def no_write_barrier(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M12: no barrier before the doorbell, a weaker one, or a relaxed accessor."""
    for place, statement in calls_of(draft, *BARRIERS):
        yield Mutant(f"without {said(statement)}", dropped(draft, place))
        if method(call_in(statement)) == "dsb":
            new = parse(ast.unparse(statement).replace(".dsb(", ".dmb("))
            yield Mutant(f"DMB in place of {said(statement)}", replaced(draft, place, new))
    for place, statement in calls_of(draft, *STARTS):
        call = call_in(statement)
        assert call is not None and isinstance(call.func, ast.Attribute)
        device = ast.unparse(call.func.value)
        relaxed = parse(f"{device}.relaxed = True")
        yield Mutant(f"relaxed: {said(statement)}", replaced(draft, place, relaxed, statement))


def no_read_barrier(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M13: no barrier behind the ownership word."""
    for place, statement in calls_of(draft, "rmb", "dma_rmb"):
        yield Mutant(f"without {said(statement)}", dropped(draft, place))


def ownership_first(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M14: the ownership word is written before the words that it hands over."""
    for (b, n), _ in calls_of(draft, "dma_wmb"):
        block = list(blocks(draft.tree))[b]
        if 0 < n < len(block) - 1 and method(call_in(block[n - 1])) in STORES and method(call_in(block[n + 1])) == "str_":
            yield Mutant(f"{said(block[n + 1])} before {said(block[n - 1])}", moved(draft, (b, n + 1), n - 1))


def not_idle(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M27: unmapped or freed before the engine is idle."""
    for place, statement in calls_of(draft, *WAITS):
        yield Mutant(f"without {said(statement)}", dropped(draft, place))
    for number, call in enumerate(calls(draft.tree)):
        if method(call) in ("send", "receive"):
            yield Mutant(f"nobody waits for {said(call)}", with_call(draft, number, lambda c: renamed(c, "start_" + method(c))))


def no_tlb_maintenance(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M21: no TLB maintenance, no break, or a page freed before it."""
    for place, statement in calls_of(draft, "flush_tlb", "tlbimvais"):
        yield Mutant(f"without {said(statement)}", dropped(draft, place))
        (b, n), block = place, list(blocks(draft.tree))[place[0]]
        for later in range(n + 1, len(block)):
            if method(call_in(block[later])) in ("free_owner", "protect"):
                yield Mutant(f"{said(statement)} behind {said(block[later])}", moved(draft, (b, n), later + 1))
                break


def unseen_entry(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M30: an entry of the page table is used without the DSB behind it."""
    for (b, n), statement in calls_of(draft, "vmap", "vmap_noflush", "set_ptes", "protect", "ioremap"):
        block = list(blocks(draft.tree))[b]
        for later in range(n + 1, min(n + 3, len(block))):
            if method(call_in(block[later])) == "dsb":
                yield Mutant(f"without {said(block[later])} behind {said(statement)}", dropped(draft, (b, later)))


def early_signal(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M26: the device signals before its write responses."""
    for number, call in enumerate(calls(draft.tree)):
        if method(call) == "use_ring":
            yield Mutant(f"early: {said(call)}", with_call(draft, number, _early))


def _early(call: ast.Call) -> None:
    call.keywords = [each for each in call.keywords if each.arg != "early"]
    call.keywords.append(ast.keyword("early", ast.Constant(True)))


def by_pio(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M28: the CPU moves the data, and what was meant for DMA is done all the same."""
    for place, statement in calls_of(draft, "receive"):
        call = call_in(statement)
        assert call is not None
        if len(call.args) == 2:
            new = parse(f"await tamper.by_hand(soc, {ast.unparse(call.args[0])}, {ast.unparse(call.args[1])})")
            yield Mutant(f"PIO in place of {said(statement)}", replaced(draft, place, new))


def freed_early(draft: Draft, cell: Cell) -> Iterator[Mutant]:
    """M20: a page that is in use is not pinned, or its memory is freed before the device is idle."""
    for place, statement in calls_of(draft, "pin"):
        alone = dropped(draft, place)
        for other, _ in list(calls_of(alone, "unpin")):
            alone = dropped(alone, other)
        yield Mutant(f"without {said(statement)}", alone)
    for (b, n), statement in calls_of(draft, "free_coherent"):
        block = list(blocks(draft.tree))[b]
        for earlier in range(n - 1, -1, -1):
            if method(call_in(block[earlier])) in (*WAITS, "send", "receive"):
                yield Mutant(f"{said(statement)} before {said(block[earlier])}", moved(draft, (b, n), earlier))
                break


__all__ = ["STARTS", "STORES", "followed"]
