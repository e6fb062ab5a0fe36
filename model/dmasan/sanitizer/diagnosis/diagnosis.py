# SPDX-License-Identifier: Apache-2.0
"""The hazards of a run, made from its incidents when a report is asked for, never while the program runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Protocol

from dmasan.arch.family import Family
from dmasan.events import Event, PolicyStep
from dmasan.sanitizer.codes import Code, Effect, State
from dmasan.sanitizer.describe import describe
from dmasan.sanitizer.diagnosis.call_repair import CALLS, Broken, repair_of_calls
from dmasan.sanitizer.diagnosis.context import context_of
from dmasan.sanitizer.diagnosis.evidence import Evidence
from dmasan.sanitizer.diagnosis.record import Record
from dmasan.sanitizer.diagnosis.repair import find_repair
from dmasan.sanitizer.diagnosis.roots import Judged, fold
from dmasan.sanitizer.diagnosis.table import judge
from dmasan.sanitizer.diagnosis.tape_repair import repair_by_tape
from dmasan.sanitizer.diagnosis.words import because
from dmasan.sanitizer.hazards import Consequence, Hazard, Incident, Repair
from dmasan.sanitizer.history import History
from dmasan.sanitizer.tape import Entry, tell
from dmasan.sanitizer.witness import Witness, witness_of

if TYPE_CHECKING:
    from dmasan.sanitizer.sanitizer import Sanitizer


class Told(Protocol):
    """What is needed of a run to tell the evidence of its incidents: a core, or the log of one."""

    @property
    def family(self) -> Family: ...

    @property
    def history(self) -> History: ...

    @property
    def policy_steps(self) -> list[tuple[int, PolicyStep]]: ...


class Diagnosis:
    """Diagnoses the incidents of one core. The code of an incident is found once, when it is first asked for."""

    def __init__(self, core: Sanitizer, again: Callable[[], Sanitizer]) -> None:
        """`again` makes one that has seen nothing yet, for a machine like that of `core`."""
        self.core = core
        self.again = again
        self._judged: dict[int, Judged] = {}
        self._record: tuple[int, Record] | None = None

    def record(self) -> Record:
        """The record of the run so far."""
        count = self.core.history.count
        if self._record is None or self._record[0] != count:
            self._record = count, Record(self.core.history)
        return self._record[1]

    def hazards(self) -> list[Hazard]:
        """The hazards so far, in order of first sight, numbered from 1."""
        incidents = self.core.log.incidents
        if not incidents:
            return []
        judged = [self._judge(incident) for incident in incidents]
        roots = fold(judged, self.core.shadow.line)
        return [self._hazard(number, root) for number, root in enumerate(roots, 1)]

    def _judge(self, incident: Incident) -> Judged:
        found = self._judged.get(incident.id)
        if found is None:
            evidence = evidence_of(self.core, incident, self.record())
            found = self._judged[incident.id] = Judged(incident, evidence, *judge(evidence))
        return found

    def _hazard(self, number: int, root: Sequence[Judged]) -> Hazard:
        first, *others = root
        values = {item.name: getattr(first.incident, item.name) for item in fields(Incident)}
        values["id"] = number
        lost = first.evidence.lost_at
        if lost is not None and first.incident.effect is Effect.LOST_UPDATE:
            values["copies"] = f"{describe(first.evidence.path[lost].before)}, just before it is lost"
        values["kernel_sees"] = any(each.incident.kernel_sees for each in root)
        if any(each.incident.state is State.MANIFEST for each in root):
            values["state"] = State.MANIFEST
        return Hazard(
            **values,
            code=first.row.code,
            find_repair=lambda: self._repair(root),
            find_witness=lambda: self._witness(root),
            because=because(first.row, first.evidence),
            consequences=tuple(
                Consequence(each.row.code, each.incident.effect, each.incident.site) for each in others
            ),
        )

    def _repair(self, root: Sequence[Judged]) -> Repair | None:
        """A broken rule by edits of the program; a wrong outcome by edits of the stories of its bytes, if they will do."""
        by_rule = root[0].incident.rule is not None
        found = (self._by_calls(root) or self._by_tape(root)) if by_rule else None
        if found is None:
            found = find_repair(root, self.record())
            if not by_rule and (found is None or not found.verified):
                found = self._by_tape(root) or found
        return found

    def _by_calls(self, root: Sequence[Judged]) -> Repair | None:
        """By edits of calls where calls do not match."""
        if root[0].row.code is not Code.MAP_BALANCE:
            return None
        rules = {(each.incident.rule, each.incident.site) for each in root if each.incident.rule}
        broken: Broken = {(rule, site) for rule, site in rules if rule is Code.MAP_BALANCE}
        calls = [mark.event for mark in self.record().marks if isinstance(mark.event, CALLS)]
        return repair_of_calls(calls, broken, self._broken_by)

    def _by_tape(self, root: Sequence[Judged]) -> Repair | None:
        tape = self.core.tape
        return repair_by_tape(root, self.core, tape.entries, self._retold) if tape.whole else None

    def _retold(self, entries: Iterable[Entry]) -> Sequence[Incident]:
        """What is found in a tape."""
        fresh = self.again()
        tell(fresh, entries)
        return fresh.log.incidents

    def _broken_by(self, calls: Sequence[Event]) -> Broken:
        """The rules that a sequence of calls breaks by itself, told to a fresh set of rules."""
        fresh = self.again()
        for event in calls:
            fresh.observe(event)
        return {(each.rule, each.site) for each in fresh.log.incidents if each.rule is not None}

    def _witness(self, root: Sequence[Judged]) -> Witness | None:
        """Of the first incident that a read shows, if possible by moves that the concrete machine can make."""
        found = None
        for each in sorted(root, key=lambda one: one.incident.effect is Effect.LOST_UPDATE):
            if each.incident.effect is not Effect.CONTRACT:
                incident = each.incident
                witness = witness_of(self.core.family, self.core.history, incident.byte, incident.seen)
                if witness is not None and witness.replayable:
                    return witness
                found = found or witness
        return found


def evidence_of(core: Told, incident: Incident, record: Record) -> Evidence:
    """What the history of a run tells of the byte that was first found wrong."""
    address, seen, late = incident.byte, incident.seen, incident.late
    story = [touch for touch in record.story(address) if touch.number <= seen]
    touches = tuple(touch for touch in story if not late or touch.number <= late or touch is story[-1])
    context = context_of(record, address, seen + 1, core.policy_steps)
    return Evidence(incident, core.family, touches, context, core.history)
