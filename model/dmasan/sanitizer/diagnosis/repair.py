# SPDX-License-Identifier: Apache-2.0
"""The repair of a root: the first edit that removes its wrong outcomes on every byte of its lines, under every schedule.

Each edit is applied to the whole story of each byte of the lines and run through the relation. It must remove every wrong
outcome of the root, and bring none that was not there. The search is bounded in edits and in time.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from dmasan.events import Site
from dmasan.sanitizer.codes import Code
from dmasan.sanitizer.diagnosis.candidates import Workshop, candidates
from dmasan.sanitizer.diagnosis.edits import Edit, Item, items
from dmasan.sanitizer.diagnosis.record import Record
from dmasan.sanitizer.diagnosis.replay import Replay, replay
from dmasan.sanitizer.diagnosis.roots import Judged
from dmasan.sanitizer.hazards import Repair

_EDITS = 600
_SECONDS = 2.0
_STORIES = 40  # different stories of bytes that an edit is tried on
_LONGEST = 3000  # touches of a story


@dataclass(frozen=True, eq=False)
class Trial:
    """The story of a byte, and which of its steps go wrong as it is."""

    address: int
    story: list[Item]
    wrong: frozenset[int]


@dataclass(eq=False)
class Bench:
    """Tries edits on the bytes of a root's lines."""

    root: Sequence[Judged]
    record: Record
    relation: Replay
    _trials: list[Trial] = field(default_factory=list)

    @property
    def offences(self) -> set[tuple[Site, str]]:
        """Where the wrong outcomes of the root happen: line of the program, and operation."""
        return {
            (each.evidence.touches[-1].step.site, each.evidence.accessor)
            for each in self.root
            if each.incident.rule is None and each.evidence.touches
        }

    def prepare(self) -> bool:
        """Chooses the bytes, those found wrong first; False if a story is too long to be tried."""
        line = self.record.line
        chosen: dict[int, None] = {each.incident.byte: None for each in self.root}
        for each in self.root:
            first, last = each.incident.lines(line)
            cuts = self.record.boundaries(first, last + line - first)
            step = max(1, len(cuts) // (4 * _STORIES))
            chosen |= dict.fromkeys([*cuts[:_STORIES], *cuts[_STORIES:-_STORIES:step], *cuts[-_STORIES:]])
        seen: set[tuple[tuple[str, Site], ...]] = set()
        for address in chosen:
            story = self.record.story(address)
            if len(story) > _LONGEST:
                return False
            signature = tuple((touch.operation, touch.step.site) for touch in story)
            if signature in seen or len(seen) >= _STORIES:
                continue
            seen.add(signature)
            told = self._as_found(items(story))
            wrong = frozenset(item.touch.number for item in self._wrong(told) if item.touch is not None)
            self._trials.append(Trial(address, told, wrong))
        return bool(self._trials)

    def _as_found(self, story: list[Item]) -> list[Item]:
        """The story up to an access that was judged as if it had come earlier: right behind step `late`."""
        found = next((each for each in self.root if each.incident.late), None)
        if found is None:
            return story
        late, seen = found.incident.late, found.incident.seen
        access = [item for item in story if late < item.when <= seen and item.name == found.evidence.accessor]
        earlier = [item for item in story if item.when <= late]
        return [*earlier, *(item._replace(when=late + 0.3) for item in access[-1:])]

    def _wrong(self, story: Sequence[Item]) -> list[Item]:
        verdicts = self.relation.verdicts(item.name for item in story)
        return [item for item, verdict in zip(story, verdicts, strict=True) if verdict]

    def cures(self, edit: Edit) -> bool:
        """Whether the edit removes all wrong outcomes of the root, and brings no new one."""
        offences = self.offences
        return all(self._cured(edit, trial, offences) for trial in self._trials)

    def _cured(self, edit: Edit, trial: Trial, offences: set[tuple[Site, str]]) -> bool:
        for item in self._wrong(edit.apply(trial.address, trial.story)):
            if item.touch is None or item.touch.number not in trial.wrong:
                return False
            if (item.touch.step.site, item.touch.operation) in offences:
                return False
        return True


def find_repair(root: Sequence[Judged], record: Record) -> Repair | None:
    """The repair of a root; None where it has no wrong outcome and its rule suggests nothing."""
    first = root[0]
    values = tuple(each.evidence for each in root if each.incident.rule is None)
    rule = first.incident.rule
    broken = tuple(dict.fromkeys(each.incident.site for each in root if rule and each.incident.rule is rule))
    shop = Workshop(first.evidence, record, values, broken)
    if rule is not None and first.row.code not in _STORIED:
        advice = _ADVICE.get(first.row.code)
        return Repair(advice, verified=False) if advice else None
    bench = Bench(root, record, replay(first.evidence.family))
    if not bench.prepare():
        return None
    until = time.process_time() + _SECONDS
    suggested: Edit | None = None
    for tried, edit in enumerate(candidates(shop, first.row.code)):
        if tried >= _EDITS or time.process_time() > until:
            break
        if bench.cures(edit):
            return Repair(edit.text, verified=True)
        suggested = suggested or edit
    return Repair(suggested.text, verified=False) if rule and suggested else None


_STORIED = frozenset(
    (
        Code.WRONG_DIR,
        Code.CPU_WR_OWNED,
        Code.CPU_RD_OWNED,
        Code.DEV_UNMAPPED,
        Code.CMA_LIFETIME,
        Code.WRONG_RANGE,
        Code.LOST_CPU_DATA,
    )
)
_ADVICE = {
    Code.MAP_BALANCE: "unmap exactly what was mapped, once: same device, address, size, direction and entries",
    Code.DMA_ADDR: "set the device's real mask (dma_set_mask_and_coherent) and limits, and give it only addresses from a map",
    Code.BAD_MEM: "use memory from kmalloc or the page allocator for DMA",
    Code.BOUNCE_SYNC: "sync the same address, offset and length that the device uses",
    Code.TLB_BBM: "break before make: clear the entry, invalidate it in the TLB, DSB, and only then write the new one",
    Code.DEV_ORDER: "have the device wait for its last write response before it signals completion",
    Code.NO_WMB: "order the stores before the doorbell: writel, or wmb() before writel_relaxed",
    Code.NO_RMB: "insert dma_rmb() between the load of the ownership word and those of what it guards",
}
