# SPDX-License-Identifier: Apache-2.0
"""The hazards of a run, made from its incidents when a report is asked for, never while the program runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING, Protocol

from dmasan.arch.family import Family
from dmasan.events import PolicyStep
from dmasan.sanitizer.codes import Effect, State
from dmasan.sanitizer.describe import describe
from dmasan.sanitizer.diagnosis.account import Account, Records
from dmasan.sanitizer.diagnosis.context import context_of
from dmasan.sanitizer.diagnosis.cures import repair_of, witness_for
from dmasan.sanitizer.diagnosis.evidence import Evidence
from dmasan.sanitizer.diagnosis.record import Record
from dmasan.sanitizer.diagnosis.roots import Judged, fold
from dmasan.sanitizer.diagnosis.table import judge
from dmasan.sanitizer.diagnosis.words import because
from dmasan.sanitizer.hazards import Consequence, Hazard, Incident
from dmasan.sanitizer.history import History

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

    def __init__(self, core: Sanitizer, fresh: Callable[[Account], Sanitizer]) -> None:
        """`fresh` makes one that has seen nothing yet, for a machine like that of an account."""
        self.core = core
        self.fresh = fresh
        self._judged: dict[int, Judged] = {}
        self._records = Records(core.history)

    def account(self) -> Account:
        """What is kept of the run as it is now."""
        core, shadow = self.core, self.core.shadow
        return Account(
            family=core.family,
            base=shadow.base,
            size=len(shadow.states),
            line=shadow.line,
            cpus=core.cpus,
            records=self._records,
            tape=core.tape,
            registers=core.order.registers,
            beat=core.device.beat,
            fresh=self.fresh,
        )

    def hazards(self) -> list[Hazard]:
        """The hazards so far, in order of first sight, numbered from 1."""
        incidents = self.core.log.incidents
        if not incidents:
            return []
        judged = [self._judge(incident) for incident in incidents]
        roots = fold(judged, self.core.shadow.line)
        run = self.account()
        return [_hazard(number, root, run) for number, root in enumerate(roots, 1)]

    def _judge(self, incident: Incident) -> Judged:
        found = self._judged.get(incident.id)
        if found is None:
            evidence = evidence_of(self.core, incident, self._records.now())
            found = self._judged[incident.id] = Judged(incident, evidence, *judge(evidence))
        return found


def evidence_of(core: Told, incident: Incident, record: Record) -> Evidence:
    """What the history of a run tells of the byte that was first found wrong."""
    address, seen, late = incident.byte, incident.seen, incident.late
    story = [touch for touch in record.story(address) if touch.number <= seen]
    touches = tuple(touch for touch in story if not late or touch.number <= late or touch is story[-1])
    context = context_of(record, address, seen + 1, core.policy_steps)
    return Evidence(incident, core.family, touches, context, core.history)


def _hazard(number: int, root: Sequence[Judged], run: Account) -> Hazard:
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
        find_repair=partial(repair_of, root, run),
        find_witness=partial(witness_for, root, run),
        because=because(first.row, first.evidence),
        consequences=tuple(
            Consequence(each.row.code, each.incident.effect, each.incident.site) for each in others
        ),
    )
