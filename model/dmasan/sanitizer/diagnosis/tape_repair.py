# SPDX-License-Identifier: Apache-2.0
"""The repair of broken rules: an edit of the program, verified by telling the tape that it would have left to fresh rules.

What the root consists of must be gone then, and nothing may be found that was not found before. So a repair is verified
against all rules and on every byte, under every schedule; only its search is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

from dmasan.events import Site
from dmasan.sanitizer.codes import Code, Effect
from dmasan.sanitizer.diagnosis import order_candidates as order
from dmasan.sanitizer.diagnosis import tape_calls as calls
from dmasan.sanitizer.diagnosis import tape_candidates as make
from dmasan.sanitizer.diagnosis.account import Account
from dmasan.sanitizer.diagnosis.roots import Judged
from dmasan.sanitizer.diagnosis.tape_candidates import Maker, TapeShop
from dmasan.sanitizer.diagnosis.tape_edits import TapeEdit
from dmasan.sanitizer.hazards import Incident, Repair
from dmasan.sanitizer.tape import Entry

Found = set[tuple[Effect, Code | None, Site]]
Retell = Callable[[Iterable[Entry]], Sequence[Incident]]  # the incidents of a tape that is told to fresh rules

_TRIED = 40
_ENTRIES = 2_000_000  # told again in one search, at about 30 us each
_BY_CODE: dict[Code, tuple[Maker, ...]] = {
    Code.MAP_BALANCE: (make.given_back, calls.other_calls, calls.mapped_once, make.waited),
    Code.NO_RMB: (order.ordered_loads, order.behind_the_word),
    Code.NO_WMB: (order.ordered_stores, order.handed_over_last, order.barrier_before_word),
    Code.DEV_ORDER: (order.completed_first,),
    Code.DEV_UNMAPPED: (make.kept_longer, calls.handed_over, make.waited),
    Code.CMA_LIFETIME: (make.taken_first, make.waited),
    Code.CPU_WR_OWNED: (calls.taken_back, make.waited),
    Code.CPU_RD_OWNED: (calls.taken_back, make.waited),
    Code.TLB_BBM: (make.broken_first, make.iotlb_flushed, make.visible_first, make.flushed_behind),
    Code.SPEC_FORBIDDEN: (make.closed_alias,),
    Code.DMA_ADDR: (make.cut_bursts, make.reached, make.clipped, make.told_limits, make.within_mask),
    Code.BAD_MEM: (make.other_memory,),
    Code.WRONG_DIR: (calls.other_calls,),
    Code.BOUNCE_SYNC: (
        calls.synced_where_used,
        calls.copied_alike,
        calls.as_long_as_used,
        calls.copied_first,
        calls.copied_at_the_end,
        calls.handed_over,
        calls.taken_back,
        calls.left_out,
        calls.copied_in,
    ),
    Code.INV_TOO_EARLY: (make.waited,),
    Code.MISSING_CLEAN: (calls.handed_over,),
    Code.DIRTY_OVER_DMA: (calls.handed_over,),
    Code.SHARED_LINE: (make.own_lines,),
    Code.WRONG_RANGE: (calls.aimed_syncs, calls.other_calls),
}


def repair_by_tape(root: Sequence[Judged], run: Account, retell: Retell) -> Repair | None:
    """The first edit that cures a root; None where no edit is known for its code, or none of them cures it."""
    makers = _BY_CODE.get(root[0].row.code, ())
    doomed, entries = {_key(each.incident) for each in root}, run.tape.entries
    if not makers or not entries:
        return None
    before = {_key(incident) for incident in retell(entries)}
    if not doomed & before:
        return None  # told again, it does not show: nothing to verify against
    shop = TapeShop(root, entries, run)
    tried = max(1, min(_TRIED, _ENTRIES // len(entries)))
    for edit in islice(_candidates(makers, shop), tried):
        after = {_key(incident) for incident in retell(edit.apply(entries))}
        if not doomed & after and after <= before:
            return Repair(edit.text, verified=True)
    return None


def _candidates(makers: Sequence[Maker], shop: TapeShop) -> Iterator[TapeEdit]:
    """Single edits, then two together: a second one is made for the tape that the first leaves."""
    singles = [edit for maker in makers for edit in maker(shop)]
    yield from singles
    for first in singles:
        changed = replace(shop, entries=first.apply(shop.entries))
        for maker in makers:
            for second in maker(changed):
                if second.text != first.text:
                    yield TapeEdit(f"{first.text}; and {second.text}", partial(_both, first, second))


def _both(first: TapeEdit, second: TapeEdit, entries: Sequence[Entry]) -> list[Entry]:
    return second.apply(first.apply(entries))


def _key(incident: Incident) -> tuple[Effect, Code | None, Site]:
    return incident.effect, incident.rule, incident.site
