# SPDX-License-Identifier: Apache-2.0
"""Edits that put things in order: loads behind an ownership word, stores before it or a doorbell, a device's signal last."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

from dmasan import events as ev
from dmasan.events import Site
from dmasan.sanitizer.diagnosis import tape_edits as edits
from dmasan.sanitizer.diagnosis.tape_candidates import TapeShop, barrier_like
from dmasan.sanitizer.diagnosis.tape_edits import Entries, TapeEdit
from dmasan.sanitizer.tape import Burst, Entry


def ordered_loads(w: TapeShop) -> Iterator[TapeEdit]:
    """A barrier before the loads that come too early."""

    def apply(entries: Entries) -> list[Entry]:
        loads = edits.at_site(entries, w.sites, ev.Load)
        return edits.inserted(entries, {n: [barrier_like(entries[n], "dmb", "oshld")] for n in loads})

    where = w.sites[0].short
    yield TapeEdit(f"insert dma_rmb() before {where}, behind the load of the ownership word that guards it", apply)


def behind_the_word(w: TapeShop) -> Iterator[TapeEdit]:
    """The loads come behind the poll of an ownership word that follows them, and a barrier."""
    words = edits.words_of(w.entries)
    if not w.sites or not words:
        return

    def apply(entries: Entries) -> list[Entry]:
        early: list[int] = []
        poll = None  # the last load of a word behind the early loads
        told: dict[int, list[int]] = {}
        for n, entry in enumerate(entries):
            if isinstance(entry, ev.Load) and entry.site in w.sites:
                early.append(n)
            elif isinstance(entry, ev.Load) and any(entry.address <= at < entry.address + entry.length for at, _ in words):
                poll = n
            elif not edits.is_device(entry) and not isinstance(entry, ev.Barrier) and poll is not None and early:
                told[poll] = early
                early, poll = [], None
        if early and poll is not None:
            told[poll] = early
        late = {at + 1: [barrier_like(entries[at], "dmb", "oshld"), *(entries[n] for n in loads)] for at, loads in told.items()}
        return edits.without_and(entries, [n for loads in told.values() for n in loads], late)

    yield TapeEdit(f"load at {w.sites[0].short} behind the load of the ownership word, with dma_rmb() between", apply)


def ordered_stores(w: TapeShop) -> Iterator[TapeEdit]:
    """The doorbell, or another one, comes behind the stores."""
    if not w.sites:
        return
    registers = deepcopy(w.run.registers)  # asking moves them on

    def apply(entries: Entries) -> list[Entry]:
        stores = edits.at_site(entries, w.sites, ev.Store)
        bells = [
            n
            for n, entry in enumerate(entries)
            if isinstance(entry, ev.MmioWrite) and registers.started(entry.address, entry.value) is not None
        ]
        before = [n for n in bells if stores and n < stores[0]]
        if not before:
            return list(entries)
        late = [n for n in stores if n > before[-1]]
        return edits.without_and(entries, late, {before[-1]: [*(entries[n] for n in late), barrier_like(entries[late[0]])]})

    yield TapeEdit(f"store at {w.sites[0].short} before the doorbell, with dma_wmb() between", apply)


def handed_over_last(w: TapeShop) -> Iterator[TapeEdit]:
    """The store to the ownership word comes behind the stores, with a barrier between."""
    if not w.sites or not edits.words_of(w.entries):
        return

    def apply(entries: Entries) -> list[Entry]:
        words = edits.words_of(entries)
        late: list[int] = []
        before: dict[int, list[Entry]] = {}
        word = None  # the last store to one
        for n, entry in enumerate(entries):
            if isinstance(entry, ev.Store) and (entry.address, entry.length) in words:
                word = n
            elif isinstance(entry, ev.Store) and entry.site in w.sites and word is not None:
                late.append(n)
                before.setdefault(word, []).append(entry)
        return edits.without_and(entries, late, {n: [*told, barrier_like(told[0])] for n, told in before.items()})

    yield TapeEdit(f"store at {w.sites[0].short} before that to the ownership word, with dma_wmb() between", apply)


def barrier_before_word(w: TapeShop) -> Iterator[TapeEdit]:
    """A barrier between the stores that are missed and the store to the ownership word that hands them over."""
    words, writers = edits.words_of(w.entries), {each.incident.writer for each in w.root}
    behind: list[Site] = []
    waiting = False
    for entry in w.entries:
        if isinstance(entry, ev.Store) and (entry.address, entry.length) in words:
            behind += [entry.site] if waiting else []
            waiting = False
        waiting |= isinstance(entry, ev.Store) and entry.site in writers

    def apply(entries: Entries) -> list[Entry]:
        return edits.inserted(entries, {n: [barrier_like(entries[n], "dmb", "oshst")] for n in edits.at_site(entries, behind, ev.Store)})

    if behind:
        yield TapeEdit(f"insert dma_wmb() before {behind[0].short}", apply)


def completed_first(w: TapeShop) -> Iterator[TapeEdit]:
    """The device signals when its writes have their responses: data before the status, all before the interrupt."""

    def apply(entries: Entries) -> list[Entry]:
        told: list[Entry] = []
        waiting = {kind: 0 for kind in ev.BurstKind}
        taken: set[int] = set()
        for n, entry in enumerate(entries):
            if n in taken:
                continue
            for k in _missing(entries, n, waiting, taken):
                told.append(entries[k])
                taken.add(k)
            if isinstance(entry, Burst):
                waiting[entry.access.kind] += {"write": 1, "done": -1}.get(entry.phase, 0) * entry.access.length
            told.append(entry)
        return told

    yield TapeEdit("have the device wait for its last write response before it signals completion", apply)


def _missing(entries: Entries, place: int, waiting: dict[ev.BurstKind, int], taken: set[int]) -> Iterator[int]:
    """The responses that what is signalled at a place should have waited for; they no longer wait then."""
    entry = entries[place]
    if isinstance(entry, ev.Interrupt):
        kinds = set(ev.BurstKind)
    elif isinstance(entry, Burst) and entry.phase == "write" and entry.access.kind is ev.BurstKind.STATUS:
        kinds = {ev.BurstKind.DATA}
    else:
        return
    for k in range(place + 1, len(entries)):
        later = entries[k]
        if not any(waiting[kind] > 0 for kind in kinds):
            return
        if isinstance(later, Burst) and later.phase == "done" and k not in taken and later.access.kind in kinds:
            waiting[later.access.kind] -= later.access.length
            yield k
