# SPDX-License-Identifier: Apache-2.0
"""The shadow memory: one automaton state for each byte of RAM."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dmasan.sanitizer.automaton import Automaton
from dmasan.zeroed import zeroed

Verdicts = NDArray[np.uint8]
_Key = tuple[str, int, int, bytes]  # operation, offset and length of a store in its line, states
_MEMO_LIMIT = 200_000


class Shadow:
    """State numbers (uint16, one a byte) of RAM from `base`; operations on physical ranges.

    A range on a single line goes through a memo keyed by the line's states; a longer one is one gather a byte.
    Addresses and lengths are bytes.
    """

    def __init__(self, automaton: Automaton, base: int, size: int, line: int) -> None:
        self.automaton = automaton
        self.base = base
        self.line = line
        self.states: NDArray[np.uint16] = zeroed(size, np.uint16, dense=True)
        self._memory = self.states.view(np.uint8).data  # a single line is reached several times faster so
        self._memo: dict[_Key, tuple[bytes | None, Verdicts | None]] = {}

    def found(self, address: int, length: int) -> bytes:
        """The states of a range, as they are now: uint16 each."""
        start = 2 * (address - self.base)
        return self._memory[start : start + 2 * length].tobytes()

    def apply(self, name: str, address: int, length: int) -> Verdicts | None:
        """Applies an operation to exactly these bytes. Returns the verdicts, or None where nothing is wrong."""
        start = address - self.base
        if length > self.line:
            self._make_room()
            return self.automaton.apply(name, self.states[start : start + length])
        first, end = 2 * start, 2 * (start + length)
        key = (name, 0, 0, self._memory[first:end].tobytes())
        known = self._memo.get(key)
        if known is None:
            view = self.states[start : start + length]
            verdict = self.automaton.apply(name, view)
            self._remember(key, view, verdict)
            return verdict
        after, verdict = known
        if after is not None:
            self._memory[first:end] = after
        return verdict

    def store(self, address: int, length: int, kind: str = "") -> Verdicts | None:
        """A cacheable store: `store_wb` on its bytes, `neighbour_wb` on the rest of their lines, of a `kind` if it is
        another CPU's ("_other") or goes through another virtual colour ("_colour").

        The verdicts returned, if any, are those of all bytes of the lines (see `lines_of`), neighbours included.
        """
        line = self.line
        first = (address - self.base) & -line
        offset = address - self.base - first
        if offset + length > line:
            return self._store_long(address - self.base, length, kind)
        key = ("store" + kind, offset, length, self._memory[2 * first : 2 * (first + line)].tobytes())
        known = self._memo.get(key)
        if known is None:
            view = self.states[first : first + line]
            verdict = self._store_line(view, offset, length, kind)
            self._remember(key, view, verdict)
            return verdict
        after, verdict = known
        if after is not None:
            self._memory[2 * first : 2 * (first + line)] = after
        return verdict

    def _store_line(self, view: NDArray[np.uint16], offset: int, length: int, kind: str) -> Verdicts | None:
        """Whole lines; the verdicts, if anything is wrong, are those of all their bytes, from the first line's start."""
        apply = self.automaton.apply
        parts = (
            (f"neighbour_wb{kind}", 0, offset),
            (f"store_wb{kind}", offset, offset + length),
            (f"neighbour_wb{kind}", offset + length, len(view)),
        )
        verdicts: Verdicts | None = None
        for name, start, end in parts:
            if start < end and (wrong := apply(name, view[start:end])) is not None:
                verdicts = np.zeros(len(view), np.uint8) if verdicts is None else verdicts
                verdicts[start:end] = wrong
        return verdicts

    def _store_long(self, start: int, length: int, kind: str) -> Verdicts | None:
        """Several lines; the verdicts are those of all bytes of the lines, from the first line's start."""
        self._make_room()
        first, last = start & -self.line, -(-(start + length) // self.line) * self.line
        return self._store_line(self.states[first:last], start - first, length, kind)

    def lines_of(self, address: int, length: int) -> tuple[int, int]:
        """The range of whole lines that a range touches: (address, length)."""
        start = address - self.base
        first = start & -self.line
        return first + self.base, -(-(start + length) // self.line) * self.line - first

    def _remember(self, key: _Key, view: NDArray[np.uint16], verdict: Verdicts | None) -> None:
        if self.automaton.crowded:
            self._make_room()
            return
        if len(self._memo) >= _MEMO_LIMIT:
            self._memo.clear()
        after = view.tobytes()
        self._memo[key] = (None if after == key[3] else after, verdict)

    def _make_room(self) -> None:
        """Renumbers the automaton's states before they run out; the memo's numbers are void then."""
        if self.automaton.crowded:
            self.automaton.renumber(self.states)
            self._memo.clear()
