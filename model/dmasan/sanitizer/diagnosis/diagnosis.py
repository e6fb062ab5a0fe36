# SPDX-License-Identifier: Apache-2.0
"""The hazards of a run, made from its incidents when a report is asked for, never while the program runs."""

from __future__ import annotations

from dataclasses import fields

from dmasan.sanitizer.codes import Code, Effect
from dmasan.sanitizer.hazards import Hazard, Incident
from dmasan.sanitizer.reporting import Core

_PLAIN = {
    Effect.STALE_DEVICE_READ: Code.MISSING_CLEAN,
    Effect.STALE_CPU_READ: Code.MISSING_INV,
    Effect.LOST_UPDATE: Code.DIRTY_OVER_DMA,
}


class Diagnosis:
    """Diagnoses the incidents of one core; what was found once is kept."""

    def __init__(self, core: Core) -> None:
        self.core = core

    def hazards(self) -> list[Hazard]:
        """The hazards so far, in order of first sight, numbered from 1."""
        return [self._hazard(incident) for incident in self.core.log.incidents]

    def _hazard(self, incident: Incident) -> Hazard:
        values = {item.name: getattr(incident, item.name) for item in fields(Incident)}
        return Hazard(**values, code=incident.rule or _PLAIN[incident.effect])
