# SPDX-License-Identifier: Apache-2.0
"""Which step of a path made each copy of the byte: brought it in, or made it dirty."""

from __future__ import annotations

from collections.abc import Sequence

from dmasan.sanitizer.diagnosis.places import CACHES, PLACES, changed, holds_latest, is_dirty, present
from dmasan.sanitizer.path import Link

Made = dict[str, int]  # place -> index in the path of the step that made what it holds


def makers(path: Sequence[Link]) -> list[Made]:
    """For each step of the path, who made each copy that was there before it; one more for the end."""
    made: Made = {}
    told = [dict(made)]
    for number, link in enumerate(path):
        made = _after(made, number, link)
        told.append(dict(made))
    return told


def _after(made: Made, number: int, link: Link) -> Made:
    before, after = link.before, link.after
    result = {place: maker for place, maker in made.items() if present(after, place)}
    for place in PLACES:
        if not present(after, place) or getattr(before, place) == getattr(after, place):
            continue
        appeared = not present(before, place)
        dirtied = place in CACHES and is_dirty(after, place) and not is_dirty(before, place)
        # A line that a write-through store updates stays the copy that somebody once brought in.
        newer = place not in CACHES and holds_latest(after, place) and not holds_latest(before, place)
        if appeared or dirtied or newer:
            source = _source(link, place)
            result[place] = made.get(source, number) if source else number
    return result


def _source(link: Link, place: str) -> str | None:
    """The place from which a copy was handed on to `place`: a dirty line that was written back, a buffer that drained."""
    for other in changed(link.before, link.after):
        if other == place or not present(link.before, other):
            continue
        left = not present(link.after, other)
        written_back = other in CACHES and is_dirty(link.before, other) and not is_dirty(link.after, other)
        if (left and other not in CACHES and other != "memory") or written_back:
            return other
    return None


def loses_latest(path: Sequence[Link]) -> int | None:
    """The step after which no copy holds the latest value any more, if there is one."""
    found = None
    for number, link in enumerate(path):
        had = any(holds_latest(link.before, place) for place in PLACES)
        has = any(holds_latest(link.after, place) for place in PLACES)
        if had and not has:
            found = number
        elif has:
            found = None
    return found


def overwriter(link: Link) -> str | None:
    """The place whose stale content a step wrote over the latest; None if maintenance dropped the latest instead."""
    before, after = link.before, link.after
    latest = [place for place in PLACES if holds_latest(before, place)]
    dirty_only = "memory" not in latest and any(place in CACHES for place in latest)
    if dirty_only and (not link.hidden or link.name == "complete_maintenance"):
        return None
    sources = [place for place in PLACES if place != "memory" and present(before, place) and place not in latest]
    moved = [place for place in sources if getattr(before, place) != getattr(after, place)]
    return next(iter(moved or sources), None)
