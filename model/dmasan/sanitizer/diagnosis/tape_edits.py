# SPDX-License-Identifier: Apache-2.0
"""Edits of a program as what they do to the whole tape of a run: entries put in, left out, moved, or made for other memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dmasan import events as ev
from dmasan.events import CacheOp, Event, Level, Site
from dmasan.sanitizer.happens_before import Registers
from dmasan.sanitizer.tape import Burst, Entry, Idle

PAGE = 4096
Entries = Sequence[Entry]
_WITH_RANGE = (
    ev.Store,
    ev.Load,
    ev.Maintenance,
    ev.DmaMap,
    ev.DmaUnmap,
    ev.DmaSync,
    ev.DeviceRead,
    ev.DeviceWrite,
    ev.OwnershipWords,
)
CALLS = (ev.DmaMap, ev.DmaUnmap, ev.DmaSync)
ACCESSES = (ev.Store, ev.Load)
_DEVICE = (ev.DeviceRead, ev.DeviceWrite)


@dataclass(frozen=True)
class TapeEdit:
    """`text` in the words of the program's author; `apply` makes the tape that the edited program would have left."""

    text: str
    apply: Callable[[Entries], list[Entry]]


def is_device(entry: Entry) -> bool:
    return isinstance(entry, Burst | ev.DeviceRead | ev.DeviceWrite)


def at_site(entries: Entries, sites: Iterable[Site], *kinds: type[Event]) -> list[int]:
    """Where in the tape events of some kinds (all, if none is named) come from lines of the program."""
    wanted = set(sites)
    return [
        n
        for n, entry in enumerate(entries)
        if not isinstance(entry, Burst) and entry.site in wanted and (not kinds or isinstance(entry, kinds))
    ]


def first_of_runs(places: Sequence[int]) -> list[int]:
    """The first of each group of places that follow each other."""
    return [n for k, n in enumerate(places) if not k or places[k - 1] != n - 1]


def inserted(entries: Entries, before: Mapping[int, Sequence[Entry]]) -> list[Entry]:
    """The tape with entries put in before some places."""
    told: list[Entry] = []
    for n, entry in enumerate(entries):
        told += before.get(n, ())
        told.append(entry)
    return [*told, *before.get(len(entries), ())]


def without(entries: Entries, places: Iterable[int]) -> list[Entry]:
    left_out = set(places)
    return [entry for n, entry in enumerate(entries) if n not in left_out]


def moved(entries: Entries, places: Sequence[int], to: int) -> list[Entry]:
    """The entries at `places` come, in their order, before place `to`."""
    return without_and(entries, places, {to: [entries[n] for n in places]})


def without_and(entries: Entries, places: Iterable[int], before: Mapping[int, Sequence[Entry]]) -> list[Entry]:
    """Some entries left out, others put in; places are those of the tape as it was."""
    left_out = set(places)
    told: list[Entry] = []
    for n, entry in enumerate(entries):
        told += before.get(n, ())
        if n not in left_out:
            told.append(entry)
    return [*told, *before.get(len(entries), ())]


# --- events that an edit puts in


def words_of(entries: Entries) -> set[tuple[int, int]]:
    """All ownership words (address, length) that the program declares."""
    declared = [entry for entry in entries if isinstance(entry, ev.OwnershipWords)]
    return {(each.address + n * each.stride, each.length) for each in declared for n in range(each.count)}


def barrier(like: Event, name: str = "dsb", option: str = "sy") -> Event:
    return ev.Barrier(like.time_ns, like.site, getattr(like, "cpu", 0), name, option)


def maintenance(like: Event, op: CacheOp, address: int, length: int) -> list[Entry]:
    """Maintenance of a range by the CPU, inner and outer, in the order that its purpose wants, with its barriers."""
    where, cpu = (like.time_ns, like.site), getattr(like, "cpu", 0)
    inner: list[Entry] = [ev.Maintenance(*where, cpu, op, Level.INNER, address, length), barrier(like)]
    outer: list[Entry] = [ev.Maintenance(*where, cpu, op, Level.OUTER, address, length), ev.OuterSync(*where, cpu)]
    return [*outer, *inner] if op is CacheOp.INVALIDATE else [*inner, *outer]


def idle(like: Event) -> Event:
    return Idle(like.time_ns, like.site)


def as_unmap(mapping: ev.DmaMap, like: Event) -> ev.DmaUnmap:
    """The unmap that a mapping wants."""
    m = mapping
    what = (m.kind, m.address, m.length, m.direction, m.device, m.handle, m.cpu_address, m.entries, m.attrs)
    return ev.DmaUnmap(like.time_ns, like.site, *what)


# --- what is alive at a place


def live_mappings(entries: Entries, until: int) -> list[ev.DmaMap]:
    """The mappings before place `until` that no unmap of the same address has ended."""
    live: list[ev.DmaMap] = []
    for entry in entries[:until]:
        if isinstance(entry, ev.DmaMap):
            live.append(entry)
        elif isinstance(entry, ev.DmaUnmap):
            ended = next((m for m in reversed(live) if m.address == entry.address and m.kind is entry.kind), None)
            live = [m for m in live if m is not ended]
    return live


def outstanding(entries: Entries, place: int, registers: Registers) -> list[int]:
    """What the device does after `place` of what was started before: its entries up to the next doorbell."""
    found: list[int] = []
    for n in range(place, len(entries)):
        entry = entries[n]
        if isinstance(entry, ev.MmioWrite) and registers.started(entry.address, entry.value) is not None:
            break
        if is_device(entry):
            found.append(n)
    return found


# --- other memory


class Relocation:
    """What was meant for the bytes [start, end) is for bytes `delta` further on, from place `since` on."""

    def __init__(self, start: int, end: int, delta: int, since: int = 0) -> None:
        self.start, self.end, self.delta, self.since = start, end, delta, since

    def apply(self, entries: Entries) -> list[Entry]:
        told: list[Entry] = []
        for n, entry in enumerate(entries):
            if n < self.since:
                told.append(entry)
            elif isinstance(entry, Burst):
                told += self._burst(entry)
            elif isinstance(entry, ev.BounceCopy):
                told.append(self._copy(entry))
            elif isinstance(entry, _WITH_RANGE):
                told += self._event(entry)
            else:
                told.append(entry)
        return told

    def parts(self, address: int, length: int) -> Iterator[tuple[int, int, int]]:
        """A range in parts: (offset, length, shift)."""
        cuts = sorted({address, address + length, *(c for c in (self.start, self.end) if address < c < address + length)})
        for first, last in pairwise(cuts):
            yield first - address, last - first, self.delta if self.start <= first < self.end else 0

    def _burst(self, burst: Burst) -> Iterator[Burst]:
        access = burst.access
        for offset, length, shift in self.parts(access.address, access.length):
            mask = None if burst.mask is None else burst.mask[offset : offset + length]
            yield Burst(burst.phase, access._replace(address=access.address + offset + shift, length=length), mask)

    def _copy(self, e: ev.BounceCopy) -> ev.BounceCopy:
        shift = self.delta if self.start <= e.buffer < self.end else 0
        slot = self.delta if self.start <= e.slot < self.end else 0
        return replace(e, buffer=e.buffer + shift, slot=e.slot + slot)

    def _event(self, e: Any) -> Iterator[Event]:
        """An access is cut in parts; a call is for the memory in which it begins."""
        if isinstance(e, (*CALLS, ev.OwnershipWords)):
            yield self._call(e)
            return
        for offset, length, shift in self.parts(e.address, e.length):
            changes: dict[str, Any] = {"address": e.address + offset + shift, "length": length}
            if isinstance(e, ev.Load) and e.stale is not None:
                changes["stale"] = e.stale[offset : offset + length]
            yield replace(e, **changes)

    def _call(self, e: Any) -> Event:
        changes: dict[str, Any] = {}
        if self.start <= e.address < self.end:
            changes["address"] = e.address + self.delta
            if isinstance(e, CALLS) and e.handle is not None:
                changes["handle"] = e.handle + self.delta
        if isinstance(e, ev.DmaMap) and e.buffer is not None and self.start <= e.buffer < self.end:
            changes["buffer"] = e.buffer + self.delta
        changed: Event = replace(e, **changes)
        return changed


def scratch(entries: Entries, base: int, size: int, like: int, length: int, below: int | None = None) -> int | None:
    """An address of memory that nothing in the tape uses, with the same live aliases as the page of `like`."""
    pages = size // PAGE
    used: NDArray[np.bool_] = np.zeros(pages, np.bool_)
    live: NDArray[np.bool_] = np.zeros(pages, np.bool_)
    for entry in entries:
        what = entry.access if isinstance(entry, Burst) else entry
        address, count = getattr(what, "address", None), getattr(what, "length", 0)
        if address is None or not base <= address < base + size:
            continue
        span = slice((address - base) // PAGE, -(-(address + count - base) // PAGE))
        if isinstance(entry, ev.AliasChange):
            live[span] = entry.live
        elif not isinstance(entry, ev.MmioRead | ev.MmioWrite):
            used[span] = True
    wanted = -(-length // PAGE)
    alike = live[(like - base) // PAGE] if base <= like < base + size else True
    fits = ~used & (live == alike)
    if below is not None:
        fits[max(0, (below + 1 - base) // PAGE) :] = False
    run = np.convolve(fits.astype(np.int64), np.ones(wanted, np.int64), "valid")
    found = np.flatnonzero(run == wanted)
    return base + int(found[len(found) // 2]) * PAGE if found.size else None
