# SPDX-License-Identifier: Apache-2.0
"""The repair and the witness of a root, searched when they are first asked for, in what is kept of the run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dmasan.events import Event
from dmasan.sanitizer.codes import Code, Effect
from dmasan.sanitizer.diagnosis.account import Account
from dmasan.sanitizer.diagnosis.call_repair import CALLS, Broken, repair_of_calls
from dmasan.sanitizer.diagnosis.repair import find_repair
from dmasan.sanitizer.diagnosis.roots import Judged
from dmasan.sanitizer.diagnosis.tape_repair import repair_by_tape
from dmasan.sanitizer.hazards import Incident, Repair
from dmasan.sanitizer.tape import Entry, tell
from dmasan.sanitizer.witness import Witness, witness_of


def repair_of(root: Sequence[Judged], run: Account) -> Repair | None:
    """A broken rule by edits of the program; a wrong outcome by edits of the stories of its bytes, if they will do."""
    by_rule = root[0].incident.rule is not None
    found = (_by_calls(root, run) or _by_tape(root, run)) if by_rule else None
    if found is None:
        found = find_repair(root, run.records.now())
        if not by_rule and (found is None or not found.verified):
            found = _by_tape(root, run) or found
    return found


def witness_for(root: Sequence[Judged], run: Account) -> Witness | None:
    """Of the first incident that a read shows, if possible by moves that the concrete machine can make."""
    found = None
    for each in sorted(root, key=lambda one: one.incident.effect is Effect.LOST_UPDATE):
        if each.incident.effect is not Effect.CONTRACT:
            incident = each.incident
            witness = witness_of(run.family, run.history, incident.byte, incident.seen)
            if witness is not None and witness.replayable:
                return witness
            found = found or witness
    return found


def _by_calls(root: Sequence[Judged], run: Account) -> Repair | None:
    """By edits of calls where calls do not match."""
    if root[0].row.code is not Code.MAP_BALANCE:
        return None
    rules = {(each.incident.rule, each.incident.site) for each in root if each.incident.rule}
    broken: Broken = {(rule, site) for rule, site in rules if rule is Code.MAP_BALANCE}
    calls = [mark.event for mark in run.records.now().marks if isinstance(mark.event, CALLS)]
    return repair_of_calls(calls, broken, lambda events: _broken_by(events, run))


def _broken_by(calls: Sequence[Event], run: Account) -> Broken:
    """The rules that a sequence of calls breaks by itself, told to a fresh set of rules."""
    fresh = run.again()
    for event in calls:
        fresh.observe(event)
    return {(each.rule, each.site) for each in fresh.log.incidents if each.rule is not None}


def _by_tape(root: Sequence[Judged], run: Account) -> Repair | None:
    return repair_by_tape(root, run, lambda entries: _retold(entries, run)) if run.tape.whole else None


def _retold(entries: Iterable[Entry], run: Account) -> Sequence[Incident]:
    """What is found in a tape."""
    fresh = run.again()
    tell(fresh, entries)
    return fresh.log.incidents
