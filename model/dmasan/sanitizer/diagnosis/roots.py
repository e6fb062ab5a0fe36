# SPDX-License-Identifier: Apache-2.0
"""One root, one report: incidents with the same offending copy, or of the same culprit call, belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dmasan.events import NOWHERE, Site
from dmasan.sanitizer.codes import Code
from dmasan.sanitizer.diagnosis.conditions import misser
from dmasan.sanitizer.diagnosis.evidence import Evidence
from dmasan.sanitizer.diagnosis.table import Row
from dmasan.sanitizer.hazards import Incident

_OF_LINES = (Code.SHARED_LINE, Code.RING_CACHED)  # causes that lie in the lines, not in a copy

_OWNERSHIP = (Code.CPU_WR_OWNED, Code.CPU_RD_OWNED)


@dataclass(frozen=True, eq=False)
class Judged:
    """An incident with its row in the table."""

    incident: Incident
    evidence: Evidence
    rank: int
    row: Row

    @property
    def copy(self) -> tuple[str, Site, str] | None:
        """What made the offending copy, as a line of the program; the same for all bytes of a buffer."""
        e = self.evidence
        written = e.writer.step.site if e.writer else NOWHERE
        if e.dropped:
            return "dropped", written, ""
        if e.maker is None or e.maker_touch is None:
            return None
        if e.maker.hidden:
            return e.maker.name, written, self.incident.buffer if e.context.mapping else ""
        return "made", e.maker_touch.step.site, ""

    @property
    def decisive(self) -> set[Site]:
        """The lines of the program without which this would not have happened."""
        e = self.evidence
        touches = [e.writer, e.maker_touch, e.dropper, *e.touches[-1:]]
        return {touch.step.site for touch in touches if touch is not None} | {self.incident.site}


def fold(judged: Sequence[Judged], line: int) -> list[list[Judged]]:
    """The roots, in order of first sight; in each the first row of the table comes first."""
    roots: list[list[Judged]] = []
    for one in judged:
        related = [root for root in roots if any(_same_root(one, other, line) for other in root)]
        for root in related:
            roots.remove(root)
        joined = [*(each for root in related for each in root), one]
        roots.append(joined)
    for root in roots:
        root.sort(key=lambda each: (each.rank, each.incident.id))
    return sorted(roots, key=lambda root: min(each.incident.id for each in root))


def _same_root(one: Judged, other: Judged, line: int) -> bool:
    a, b = one.incident, other.incident
    if one.row.code is other.row.code and one.row.code in _OF_LINES and _share_lines(a, b, line):
        return True
    if {one.row.code, other.row.code} == {Code.SHARED_LINE, Code.LOST_CPU_DATA} and _share_lines(a, b, line):
        return True  # an invalidate that was rounded to the line by its caller drops what the neighbour has there
    if one.row.code is other.row.code is Code.COH_CFG and one.evidence.flip == other.evidence.flip:
        return True  # one device, one setting
    if one.evidence.dropped_by_slot and other.evidence.dropped_by_slot and a.site == b.site:
        return True  # one loop over sets and ways, whatever it hits
    if a.rule is None and b.rule is None:
        if _misaimed(one, other) or _misaimed(other, one):
            return True
        copies = one.copy
        return copies is not None and copies == other.copy
    if not _share_lines(a, b, line):
        return Code.BOUNCE_SYNC in (a.rule, b.rule) and a.rule is not None and b.rule is not None and a.buffer == b.buffer
    if a.rule is not None and b.rule is not None:
        if a.site == b.site or Code.BOUNCE_SYNC in (a.rule, b.rule):
            return True  # a copy to or from a slot undoes what the other did
        # A device that announces too early is one device; a buffer that is used while it is given away is one buffer.
        return a.rule is b.rule and (a.rule is Code.DEV_ORDER or (a.rule in _OWNERSHIP and a.buffer == b.buffer))
    rule, value = (one, other) if a.rule is not None else (other, one)
    return rule.incident.site in value.decisive


def _misaimed(one: Judged, other: Judged) -> bool:
    """One lacks the maintenance that dropped the other's data: it acts there instead of here."""
    if one.row.code is not Code.WRONG_RANGE or other.evidence.dropper is None:
        return False
    call = misser(one.evidence)
    dropper = other.evidence.dropper.step
    return call is not None and (call.step.site == dropper.site or call.step.named == dropper.named)


def _share_lines(a: Incident, b: Incident, line: int) -> bool:
    (a_first, a_last), (b_first, b_last) = a.lines(line), b.lines(line)
    return a_first <= b_last and b_first <= a_last
