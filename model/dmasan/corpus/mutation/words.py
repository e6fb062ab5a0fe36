# SPDX-License-Identifier: Apache-2.0
"""The ownership words of a run, as its program declared them: each from its declaration until its mapping ends.

Such a word is read while the other side may be writing it, again and again until it turns. A read that comes too early, or
that a core satisfies before older loads (DDI 0406C, A3.8.2; DDI 0487, B2.3), returns the value before: the program sees "not
yet", which was true, and asks again. That is no wrong data. What is read *because* the word has turned is judged like any.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dmasan import events as ev


@dataclass(frozen=True)
class Word:
    """A word of `length` bytes, declared behind moment `since`, no longer behind moment `until` (None: to the end)."""

    address: int
    length: int
    since: int
    until: int | None = None

    def declared(self, moment: int) -> bool:
        return self.since < moment and (self.until is None or moment <= self.until)


def words_of(told: Iterable[tuple[int, object]]) -> tuple[Word, ...]:
    """The words of a run, told by its events, each with its moment (any count that grows)."""
    live: list[Word] = []
    ended: list[Word] = []
    for moment, event in told:
        if isinstance(event, ev.OwnershipWords):
            live += [Word(event.address + n * event.stride, event.length, moment) for n in range(event.count)]
        elif isinstance(event, ev.DmaUnmap):
            gone = [word for word in live if event.address <= word.address < event.address + event.length]
            live = [word for word in live if word not in gone]
            ended += [replace(word, until=moment) for word in gone]
    return (*ended, *live)


def mask(words: Sequence[Word], moment: int, address: int, length: int) -> NDArray[np.bool_]:
    """Which bytes of a range belonged to a word at a moment."""
    found = np.zeros(length, np.bool_)
    for word in words:
        if word.declared(moment):
            found[max(0, word.address - address) : max(0, word.address + word.length - address)] = True
    return found
