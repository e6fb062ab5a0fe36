# SPDX-License-Identifier: Apache-2.0
"""The sanitizer: turns events into operations on the shadow, and wrong verdicts into hazards.

It sees events and the relation, nothing of the machine: its verdicts hold for every schedule, whatever this run did.
What this run did enters only as the mask of stale bytes that an access carries; it makes a hazard manifest.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from functools import cache
from typing import Any

from dmasan.arch.family import Family
from dmasan.events import Event
from dmasan.sanitizer.automaton import Automaton
from dmasan.sanitizer.bounce_rules import BounceRules
from dmasan.sanitizer.calls import CallRules
from dmasan.sanitizer.cpu_rules import CpuRules
from dmasan.sanitizer.diagnosis import Diagnosis
from dmasan.sanitizer.diagnosis.account import Account
from dmasan.sanitizer.dma_debug import DmaDebug
from dmasan.sanitizer.forbidden_rules import ForbiddenRules
from dmasan.sanitizer.hazards import Hazard
from dmasan.sanitizer.marks import Marks
from dmasan.sanitizer.order_rules import AfterOrder, OrderRules
from dmasan.sanitizer.ownership_words import OwnershipWords
from dmasan.sanitizer.reporting import Core
from dmasan.sanitizer.set_way import SetWayRules
from dmasan.sanitizer.slot_leftovers import SlotLeftovers
from dmasan.sanitizer.tape import Tape, TapedDevice
from dmasan.sanitizer.translation_rules import TranslationRules


class Sanitizer(Core):
    """The rules, put together on one core. `device` judges bursts; everything else comes as events to `observe`."""

    def __init__(
        self, family: Family, base: int, size: int, line: int, cpus: int, automaton: Automaton | None = None
    ) -> None:
        if cpus == 1:
            family = replace(family, broadcast=True)  # no other CPU's L1 to miss
        elif not family.virtual:
            family = replace(family, mixed=True)  # shareability matters
        super().__init__(family, base, size, line, cpus, automaton)
        cpu = CpuRules(self)
        self.words = OwnershipWords(self, cpu.pending, cpu.pending_outer)
        self.tape = Tape()
        self.device = TapedDevice(self, self.words)
        self.device.tape = self.tape
        self._diagnosis = Diagnosis(self, _fresh)
        self.bounced = BounceRules(self)
        self.copying = self.bounced.copying
        leftovers = SlotLeftovers(self)
        self.device.listeners += [self.bounced.device, leftovers.device]
        translations, forbidden = TranslationRules(self), ForbiddenRules(self, size)
        self.device.iotlb_holds = translations.iotlb_holds
        # In this order, where several handle one event.
        first = (Marks(self), OrderRules(self), cpu, SetWayRules(self), translations, CallRules(self), DmaDebug(self))
        rules = (*first, leftovers, self.bounced, self.words, AfterOrder(self), forbidden)
        self._handlers: dict[type[Event], list[Callable[[Any], None]]] = {}
        for each in rules:
            for kind, handler in each.handlers().items():
                self._handlers.setdefault(kind, []).append(handler)

    def observe(self, event: Event) -> None:
        """The subscriber of the machine's event bus."""
        self.tape.add(event)
        for handler in self._handlers.get(type(event), ()):
            handler(event)

    @property
    def hazards(self) -> list[Hazard]:
        """What was found so far, diagnosed: one hazard for each root."""
        return self._diagnosis.hazards()


def _fresh(run: Account) -> Sanitizer:
    """One for the machine of a run that has seen nothing yet, to be told a tape. Its verdicts are asked for at once."""
    fresh = Sanitizer(run.family, run.base, run.size, run.line, run.cpus, _retelling(run.family))
    fresh.tape.whole = False
    fresh.order.registers = deepcopy(run.registers)
    fresh.device.beat = run.beat
    return fresh


@cache
def _retelling(family: Family) -> Automaton:
    """Of all tapes that are told again on machines of a family, one after the other."""
    return Automaton(family)
