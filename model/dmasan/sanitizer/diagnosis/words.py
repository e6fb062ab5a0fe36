# SPDX-License-Identifier: Apache-2.0
"""The fields of the table's sentences, filled in for one incident."""

from __future__ import annotations

from pathlib import PurePath

from dmasan.events import NOWHERE, Site
from dmasan.sanitizer.diagnosis.conditions import misser
from dmasan.sanitizer.diagnosis.evidence import Evidence
from dmasan.sanitizer.diagnosis.table import Row
from dmasan.sanitizer.history import Touch

_PLACES = {
    "l1": "L1",
    "l2": "L2",
    "memory": "memory",
    "store_buffer": "the CPU's store buffer",
    "outer_buffer": "the outer cache's store buffer",
    "posted": "a posted device write",
}
_ACTIONS = {
    "store_wb": "by the store",
    "neighbour_wb": "by a store to the same line",
    "load_wb": "by the load",
    "store_nc": "by the Non-cacheable store",
    "load_nc": "by the Non-cacheable load",
}
# Operations that make no copy of their own: what they change, a store did that had waited for them.
_ENDS_WAITING = ("dsb", "dmb", "dmb_stores", "doorbell", "hand_over")


def because(row: Row, e: Evidence) -> str:
    """The sentence of a row; for a broken rule its own text."""
    if not row.because:
        return e.incident.copies
    fields = {
        "place": _PLACES.get(e.offender or "", e.offender or "memory"),
        "maker": _maker(e),
        "flip": "with snooping" if e.flip == "on" else "without snooping",
        "neighbour": _neighbour(e),
        "beyond": "the outer cache" if e.family.outer else "the other CPUs' caches",
        "writer": place(e.writer),
        "misser": place(misser(e)),
        "dropper": place(e.dropper),
    }
    return row.because.format(**fields)


def place(touch: Touch | None) -> str:
    return place_of(touch.step.site) if touch else "an unknown place"


def place_of(site: Site) -> str:
    """File name and line."""
    return f"{PurePath(site.file).name}:{site.line}" if site != NOWHERE else "an unknown place"


def _maker(e: Evidence) -> str:
    if e.maker is None or e.maker_touch is None:
        return "before what is told here"
    drains = e.maker.name.startswith("drain") if e.maker.hidden else e.maker.name in _ENDS_WAITING
    if drains and (stored := _stored(e)) is not None:
        return f"{_ACTIONS.get(stored.operation, 'by the store')} at {place(stored)} (which waited in the store buffer)"
    if e.maker.hidden:
        return f"by the hardware unasked ({e.maker.name.replace('_', ' ')}), before {place(e.maker_touch)}"
    return f"{_ACTIONS.get(e.maker.name, 'by ' + e.maker.name.replace('_', ' '))} at {place(e.maker_touch)}"


def _stored(e: Evidence) -> Touch | None:
    """The CPU's last store to the line before what made the offending copy."""
    made = e.maker_touch.number if e.maker_touch else 0
    found = [touch for touch in e.touches if touch.number <= made and touch.operation.startswith(("store", "neighbour"))]
    return found[-1] if found else None


def _neighbour(e: Evidence) -> str:
    found = [touch for touch in e.touches if e.context.is_of_neighbour(touch)]
    if not found:
        return "none is known"
    what = "written" if found[-1].operation == "neighbour_wb" else "maintained"
    return f"it is {what} at {place(found[-1])}"
