# SPDX-License-Identifier: Apache-2.0
"""Which physical pages can be reached through a cacheable, and which through a Non-cacheable translation.

A translation is live while a reachable leaf descriptor states it, since any CPU may read it at any time; and after that
until TLB maintenance has reached every CPU that may still hold it (a *residue*). TLB maintenance takes effect at the
next DSB of the CPU that issued it (DDI 0406C, B3.10.1), and only on residues that were left before it was issued.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dmasan.arch.attributes import TYPES, effective, shareable
from dmasan.arch.memory import Mask
from dmasan.arch.residues import Residue, Residues, Span
from dmasan.arch.short_descriptor import (
    SECOND_LEVEL_BYTES,
    SECTION_SIZE,
    SMALL_PAGE_SIZE,
    Leaf,
    Table,
    decode_first,
    slice_base,
)

_CACHEABLE = {through: np.array([effective(t, through).cacheable for t in TYPES]) for through in (False, True)}
_SHAREABLE = np.array([[shareable(n, s) for n in range(8)] for s in (0, 1)])
_SHIFT = 12


@dataclass(frozen=True, slots=True)
class _Invalidation:
    va: int
    length: int  # 0: everything
    cpus: int
    serial: int


def section_spans(word: int, va: int, write_through: bool) -> Iterator[Span]:
    """The translations of a first-level word, if it is a leaf; `write_through`: Write-Through memory is cached."""
    entry = decode_first(word)
    if isinstance(entry, Leaf):
        cacheable = effective(entry.type, write_through).cacheable
        shared = entry.shareable or not cacheable
        yield Span(va, slice_base(entry, va), SECTION_SIZE, cacheable, SECTION_SIZE, shared)


def table_spans(words: NDArray[np.uint32], va: int, write_through: bool) -> Iterator[Span]:
    """The translations of consecutive second-level words, the first one for `va`, joined where contiguous."""
    if len(words) == 1:  # a page that is mapped or unmapped alone
        yield from _page_span(int(words[0]), va, write_through)
        return
    index = np.flatnonzero(words & 3)
    if not len(index):
        return
    word = words[index].astype(np.int64)
    small = (word & 2) != 0
    pages = (va >> _SHIFT) + index
    base = np.where(small, word >> _SHIFT, (word >> 16 << 4) + (pages & 15))
    tex0 = np.where(small, word >> 6, word >> 12) & 1
    kind = tex0 << 2 | word >> 2 & 3
    cacheable = _CACHEABLE[write_through][kind]
    shared = _SHAREABLE[word >> 10 & 1, kind] | ~cacheable
    same = (cacheable[1:] == cacheable[:-1]) & (shared[1:] == shared[:-1])
    breaks = np.flatnonzero((np.diff(index) != 1) | (np.diff(base) != 1) | ~same) + 1
    for start, end in zip([0, *breaks.tolist()], [*breaks.tolist(), len(index)], strict=True):
        at = int(pages[start]) << _SHIFT
        pa, length = int(base[start]) << _SHIFT, (end - start) << _SHIFT
        yield Span(at, pa, length, bool(cacheable[start]), SMALL_PAGE_SIZE, bool(shared[start]))


def _page_span(word: int, va: int, write_through: bool) -> Iterator[Span]:
    """`table_spans` of one word."""
    if not word & 3:
        return
    small = word & 2 != 0
    base = word >> _SHIFT if small else (word >> 16 << 4) + (va >> _SHIFT & 15)
    kind = (word >> (6 if small else 12) & 1) << 2 | word >> 2 & 3
    cacheable = bool(_CACHEABLE[write_through][kind])
    shared = bool(_SHAREABLE[word >> 10 & 1, kind]) or not cacheable
    yield Span(va & -SMALL_PAGE_SIZE, base << _SHIFT, SMALL_PAGE_SIZE, cacheable, SMALL_PAGE_SIZE, shared)


class AliasTracker:
    """Counts of live translations per physical page of RAM.

    `live` counts cacheable, `uncached` all other translations, int32 of shape (pages,). `changed(pa, length, live, mixed)` is
    called for ranges of pages that gain their first or lose their last cacheable translation; and, where there are several
    CPUs, for those that gain their first or lose their last Non-shareable one: while they have any, L1s are not coherent for
    them (`mixed`; DDI 0406C, A3.5.7 where translations differ, A3.5 where none is Shareable). First-level entries count
    once for each table that has them; a second-level table counts once for each distinct place of it, while linked.
    `read_table(pa)` returns the 256 words of a second-level table. `write_through`: Write-Through pages count as cacheable.
    """

    def __init__(
        self,
        base: int,
        size: int,
        cpus: int,
        changed: Callable[[int, int, bool, bool], None],
        read_table: Callable[[int], NDArray[np.uint32]],
        write_through: bool = False,
    ) -> None:
        self.base = base
        self.pages = size >> _SHIFT
        self.all_cpus = (1 << cpus) - 1
        self.live: NDArray[np.int32] = np.zeros(self.pages, np.int32)
        self.uncached: NDArray[np.int32] = np.zeros(self.pages, np.int32)
        self.private: NDArray[np.int32] | None = None  # those of `live` that are Non-shareable; None: there was none yet
        self.residues = Residues()
        self._last: Residue | None = None  # left since the last TLB maintenance was completed
        self._changed = changed
        self._read_table = read_table
        self._write_through = write_through
        self._links: dict[
            int, dict[int, int]
        ] = {}  # second-level table -> virtual section -> first-level entries
        self._pending: dict[int, list[_Invalidation]] = {}
        self._serial = 0

    # --- reading ---

    def _range(self, pa: int, length: int) -> slice:
        first = max((pa - self.base) >> _SHIFT, 0)
        return slice(
            first, max(first, min((pa + length - self.base + SMALL_PAGE_SIZE - 1) >> _SHIFT, self.pages))
        )

    def is_uncached(self, pa: int) -> bool:
        """Whether a translation that is not cacheable reaches the page."""
        page = pa - self.base >> _SHIFT
        return 0 <= page < self.pages and bool(self.uncached[page])

    def is_mixed(self, pa: int) -> bool:
        """Whether some cacheable translation of the page is Non-shareable."""
        page = pa - self.base >> _SHIFT
        return self.private is not None and 0 <= page < self.pages and bool(self.private[page])

    def is_live(self, pa: int) -> bool:
        """Whether a fill of the line at `pa` is possible."""
        page = (pa - self.base) >> _SHIFT
        return 0 <= page < self.pages and bool(self.live[page])

    def all_live(self, pa: int, length: int) -> bool:
        """Whether fills of all lines of [pa, pa + length) are possible."""
        inside = self.base <= pa and pa + length <= self.base + (self.pages << _SHIFT)
        return inside and bool(self.live[self._range(pa, length)].all())

    def exposed(self, pa: int, length: int) -> int:
        """Pages of [pa, pa + length) that are live both cacheable and Non-cacheable."""
        here = self._range(pa, length)
        return int(np.count_nonzero((self.live[here] > 0) & (self.uncached[here] > 0)))

    def live_ranges(self) -> Iterator[tuple[int, int]]:
        """The ranges (pa, length) that are live cacheable now, for an observer that comes late."""
        yield from self._runs(self.live > 0, 0)

    def _runs(self, mask: Mask, first: int) -> Iterator[tuple[int, int]]:
        edges = np.flatnonzero(np.diff(mask, prepend=False, append=False)).tolist()
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            yield self.base + ((first + start) << _SHIFT), (end - start) << _SHIFT

    # --- regions instead of tables ---

    def repaint(self, cacheable: Mask) -> None:
        """The pages of RAM that are cacheable from now on, those of an MPU; the others are reached Non-cacheable."""
        gained, lost = cacheable & (self.live == 0), ~cacheable & (self.live > 0)
        self.live[:] = cacheable
        self.uncached[:] = ~cacheable
        for mask, live in ((gained, True), (lost, False)):
            for pa, length in self._runs(mask, 0):
                self._changed(pa, length, live, False)

    # --- counting ---

    def _count(self, span: Span, step: int) -> None:
        here = self._range(span.pa, span.length)
        if not span.cacheable:
            self.uncached[here] += step
            return
        counts = self.live[here]
        if not span.shared and self.private is None and self.all_cpus > 1:
            self.private = np.zeros(self.pages, np.int32)
        if self.private is not None:
            self._count_apart(self.private[here], counts, here.start, span.shared, step)
            return
        if step > 0:
            crossed = counts == 0
            counts += step
        else:
            counts += step
            crossed = counts == 0
        if crossed.any():
            for pa, length in self._runs(crossed, here.start):
                self._changed(pa, length, step > 0, False)

    def _count_apart(self, private: NDArray[np.int32], live: NDArray[np.int32], first: int, shared: bool, step: int) -> None:
        """As `_count`, where some translation is Non-shareable: a page is dead, live, or live with L1s that are not coherent."""
        before = (live > 0).astype(np.int8) + (private > 0)
        live += step
        if not shared:
            private += step
        after = (live > 0).astype(np.int8) + (private > 0)
        for state in np.unique(after[before != after]).tolist():
            for pa, length in self._runs((before != after) & (after == state), first):
                self._changed(pa, length, state > 0, state > 1)

    def _retire(self, span: Span) -> None:
        """The descriptor is gone; the translation stays live until TLB maintenance."""
        self._serial += 1
        last = self._last
        # Joined with the last one where TLB maintenance cannot tell them apart, so that there are few.
        if last is not None and last.holders == self.all_cpus and last.count == 1 and not self._pending:
            before = last.span
            if replace(before, length=span.length, va=before.end, pa=before.pa + before.length) == span:
                self.residues.remove(last)
                span = replace(before, length=before.length + span.length)
        self._last = self.residues.add(Residue(span, self.all_cpus, self._serial))

    def gain(self, span: Span) -> None:
        """A reachable descriptor states a translation now."""
        self._count(span, 1)

    def retire(self, span: Span) -> None:
        """A descriptor that was reachable does not state it any more."""
        self._retire(span)

    # --- descriptors ---

    def first_level_written(self, old: int, new: int, va: int) -> None:
        """A first-level word changed: sections come and go, second-level tables are linked and unlinked."""
        for span in section_spans(new, va, self._write_through):
            self._count(span, 1)
        for span in section_spans(old, va, self._write_through):
            self._retire(span)
        before, after = decode_first(old), decode_first(new)
        if isinstance(after, Table):
            self._link(after.base, va)
        if isinstance(before, Table):
            self._unlink(before.base, va)

    def _link(self, table: int, va: int) -> None:
        places = self._links.setdefault(table, {})
        section = va & ~(SECTION_SIZE - 1)
        places[section] = places.get(section, 0) + 1
        if places[section] == 1:
            for span in table_spans(self._read_table(table), section, self._write_through):
                self._count(span, 1)

    def _unlink(self, table: int, va: int) -> None:
        places = self._links.get(table, {})
        section = va & ~(SECTION_SIZE - 1)
        if section not in places:
            return
        places[section] -= 1
        if not places[section]:
            del places[section]
            for span in table_spans(self._read_table(table), section, self._write_through):
                self._retire(span)

    def second_level_written(self, entry_pa: int, old: NDArray[np.uint32], new: NDArray[np.uint32]) -> None:
        """Consecutive words of one second-level table changed, from that at `entry_pa`."""
        table = entry_pa & ~(SECOND_LEVEL_BYTES - 1)
        first = (entry_pa - table) // 4 << _SHIFT
        for section in list(self._links.get(table, ())):
            for span in table_spans(new, section + first, self._write_through):
                self._count(span, 1)
            for span in table_spans(old, section + first, self._write_through):
                self._retire(span)

    # --- TLB maintenance ---

    def issue_invalidation(self, cpu: int, va: int, length: int, broadcast: bool) -> None:
        """TLB maintenance was issued: it will act on the residues that exist now."""
        cpus = self.all_cpus if broadcast else 1 << cpu
        self._pending.setdefault(cpu, []).append(_Invalidation(va, length, cpus, self._serial))

    def complete(self, cpu: int) -> list[_Invalidation]:
        """A DSB of `cpu` completes its TLB maintenance; returns what has been completed."""
        done = self._pending.pop(cpu, [])
        for invalidation in done:
            self._last = None
            for residue in self.residues.near(invalidation.va, invalidation.length):
                if residue.holders & invalidation.cpus and residue.serial <= invalidation.serial:
                    self.residues.remove(residue)
                    for part in self._apply(invalidation, residue):
                        self.residues.add(part)
        return done

    def _apply(self, invalidation: _Invalidation, residue: Residue) -> Iterator[Residue]:
        """What is left of `residue`; pages that nobody holds any more are counted down.

        An operation on any address of a section removes the entry of the whole section.
        """
        span = residue.span
        low, high = span.va, span.end
        if invalidation.length:
            unit = span.granule
            low = max(low, invalidation.va & -unit)
            high = min(high, (invalidation.va + invalidation.length + unit - 1) & -unit)
        if low >= high:
            yield residue
            return
        for start, end, hit in (
            (span.va, low, False),
            (low, high, True),
            (high, span.end, False),
        ):
            if start >= end:
                continue
            part = replace(span, va=start, pa=span.pa + start - span.va, length=end - start)
            holders = residue.holders & ~invalidation.cpus if hit else residue.holders
            if holders:
                yield Residue(part, holders, residue.serial, residue.count)
            else:
                self._count(part, -residue.count)
