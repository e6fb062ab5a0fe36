# SPDX-License-Identifier: Apache-2.0
"""Maintenance by set and way, as what it may do to the lines of its set.

Which line is in a way is the replacement's choice, and lines move: an invalidate of a slot may drop any line of its set that is
dirty (DDI 0406C, B2.2.6; DDI 0487, D7.5.9.1), whatever lay there in this run.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dmasan import events as ev
from dmasan.events import CacheOp
from dmasan.sanitizer.automaton import MISSING
from dmasan.sanitizer.codes import Effect
from dmasan.sanitizer.reporting import Core
from dmasan.sanitizer.rules import Handlers


class SetWayRules:
    """A clean is a hidden move, which may have been anyway; an invalidate is an operation on the lines that it may change."""

    def __init__(self, core: Core) -> None:
        self.core = core

    def handlers(self) -> Handlers:
        return {ev.SetWayMaintenance: self._set_way}

    def _set_way(self, e: ev.SetWayMaintenance) -> None:
        if e.op is not CacheOp.INVALIDATE:
            return
        name = f"drop_l{e.level}_slot"
        for address in list(self._lines(e, name)):
            wrong = self.core.apply(name, address, e.length, e, f"cpu{e.cpu}")
            if wrong is not None:
                self.core.report(Effect.LOST_UPDATE, address, wrong, e, None)

    def _lines(self, e: ev.SetWayMaintenance, name: str) -> Iterator[int]:
        """The lines that it may change: that which was in the slot, and of its set all that it makes something else of."""
        if not e.stride:
            yield e.address
            return
        shadow, automaton = self.core.shadow, self.core.automaton
        first = (e.address - shadow.base) % e.stride
        count = -(-(len(shadow.states) - first) // e.stride)
        states = np.array([shadow.states[first + n * e.stride :][: e.length] for n in range(count)])
        column = automaton.columns[name]
        for state in np.unique(states).tolist():
            if column.next[state] == MISSING:
                automaton.compute(column, state)
        changed = (column.next.take(states) != states).any(axis=1)
        yield from (shadow.base + first + n * e.stride for n in np.flatnonzero(changed).tolist())
