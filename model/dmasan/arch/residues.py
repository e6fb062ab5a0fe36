# SPDX-License-Identifier: Apache-2.0
"""Translations that no descriptor states any more and that a CPU may still hold, found by their addresses.

A kernel that unmaps lazily leaves thousands of them; a TLB operation on a page must not look at each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

PAGE = 4096
WINDOW = 2 << 20  # what one second-level table, short or long, maps at most


@dataclass(frozen=True, slots=True)
class Span:
    """A run of translations of equal kind, each of `granule` bytes: virtually and physically contiguous."""

    va: int
    pa: int
    length: int
    cacheable: bool
    granule: int
    shared: bool = True  # Shareable; of what is cacheable

    @property
    def end(self) -> int:
        return self.va + self.length


@dataclass(slots=True)
class Residue:
    """A translation that no descriptor states any more; `holders` has a bit for each CPU that may hold it.

    It was left `count` times, the last time by change number `serial`.
    """

    span: Span
    holders: int
    serial: int
    count: int = 1


_Drawer = dict[tuple[Span, int], Residue]


class Residues:
    """All residues, of which no two are equal in span and holders: single pages by page, longer spans by window."""

    def __init__(self) -> None:
        self._pages: dict[int, _Drawer] = {}
        self._windows: dict[int, _Drawer] = {}
        self._large: _Drawer = {}  # those that cross a boundary between windows

    def __iter__(self) -> Iterator[Residue]:
        """All of them, as they were left."""
        drawers = (*self._pages.values(), *self._windows.values(), self._large)
        yield from sorted((each for drawer in drawers for each in drawer.values()), key=_age)

    def add(self, residue: Residue) -> Residue:
        """Puts `residue` in; returns the one that stands for it. Left again, a translation lives as long as the last one."""
        drawer, key = self._drawer(residue.span), (residue.span, residue.holders)
        before = drawer.get(key)
        if before is None:
            drawer[key] = residue
            return residue
        before.count += residue.count
        before.serial = max(before.serial, residue.serial)
        return before

    def remove(self, residue: Residue) -> None:
        del self._drawer(residue.span)[residue.span, residue.holders]

    def near(self, va: int, length: int) -> list[Residue]:
        """Those that TLB maintenance of [va, va + length) may concern; length 0: all."""
        if not length:
            return list(self)
        drawers = [
            *_between(self._pages, va // PAGE, (va + length - 1) // PAGE),
            *_between(self._windows, va // WINDOW, (va + length - 1) // WINDOW),
            self._large,
        ]
        return [residue for drawer in drawers for residue in drawer.values()]

    def _drawer(self, span: Span) -> _Drawer:
        if span.length == span.granule == PAGE:
            return self._pages.setdefault(span.va // PAGE, {})
        if span.va // WINDOW == (span.end - 1) // WINDOW:
            return self._windows.setdefault(span.va // WINDOW, {})
        return self._large


def _age(residue: Residue) -> tuple[int, ...]:
    return residue.serial, residue.span.va, residue.span.pa, residue.holders


def _between(drawers: dict[int, _Drawer], first: int, last: int) -> Iterable[_Drawer]:
    if last - first < len(drawers):
        return [drawers[n] for n in range(first, last + 1) if n in drawers]
    return [drawer for n, drawer in drawers.items() if first <= n <= last]
