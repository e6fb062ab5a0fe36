# SPDX-License-Identifier: Apache-2.0
"""What is known of one incident: the witness, where each copy came from, and what would have cured it.

Everything is computed when a row of the table asks for it, from the story of one byte and the relation alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from dmasan.arch.configuration import Config
from dmasan.arch.family import Family
from dmasan.arch.semantics import OPERATIONS
from dmasan.sanitizer.codes import Code, Effect
from dmasan.sanitizer.determined import ALL_MOVES, MaySet, Verdict
from dmasan.sanitizer.diagnosis import places, provenance
from dmasan.sanitizer.diagnosis.context import Context
from dmasan.sanitizer.diagnosis.replay import NO_FILLS, replay
from dmasan.sanitizer.hazards import Incident
from dmasan.sanitizer.history import SEEN, History, Touch
from dmasan.sanitizer.path import Link, find_path

_TOLD = 400  # touches of a byte that a path is searched through
_ACCESSES = ("store_wb", "neighbour_wb", "load_wb", "store_nc", "load_nc")
CPU_ACCESSES = (*(f"{name}{where}" for name in _ACCESSES for where in ("", "_other", "_colour")), "store_wt", "load_wt")
# What another CPU's local maintenance, or maintenance under another virtual colour, would be if it reached this copy.
REACHING = {f"{name}_other": f"issue_{name}" for name in ("clean", "invalidate", "clean_invalidate")}
REACHING |= {f"{name}_own{by}": f"issue_{name}" for name in ("clean", "invalidate", "clean_invalidate") for by in ("", "_other")}
REACHING |= {f"{name}_colour": name for name in ("issue_clean", "issue_invalidate", "issue_clean_invalidate")}
REACHING |= {
    f"issue_{name}_{where}": f"issue_{name}" for name in ("clean", "invalidate", "clean_invalidate") for where in ("held", "owned")
}
_NAMES = ("issue_clean", "issue_invalidate", "issue_clean_invalidate", *REACHING)
_OUTER = ("outer_clean", "outer_invalidate", "outer_clean_invalidate")
CLEANS = tuple(name for name in (*_NAMES, *_OUTER) if "clean" in name)
_BY_SLOT = ("drop_l1_slot", "drop_l2_slot")
INVALIDATES = (*(name for name in (*_NAMES, *_OUTER) if "invalidate" in name), *_BY_SLOT)
MAINTENANCE = tuple(dict.fromkeys((*CLEANS, *INVALIDATES)))
DRAINS = ("dsb", "outer_sync")
_SNOOPING = {"dev_read": "snoop_read", "dev_write": "snoop_write", "dev_write_posted": "snoop_write"}
_NOT_SNOOPING = {"snoop_read": "dev_read", "snoop_write": "dev_write"}


@dataclass(frozen=True, eq=False)
class Evidence:
    """One incident, the story of its byte up to it, and the context. Numbers are those of the history's steps."""

    incident: Incident
    family: Family
    touches: tuple[Touch, ...]
    context: Context
    history: History

    @property
    def effect(self) -> Effect:
        return self.incident.effect

    def rule(self, *codes: Code) -> bool:
        """Whether one of these rules was broken."""
        return self.incident.rule in codes

    # --- the story ---

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(touch.operation for touch in self.touches)

    @cached_property
    def states(self) -> list[MaySet]:
        """The may-set before each touch, and after the last."""
        whole = replay(self.family)
        return [whole.start, *(state for state, _ in whole.run(self.names))]

    @cached_property
    def begin(self) -> int:
        """The touch from which the story is told: the first, or if there are many the last one behind a rest."""
        if len(self.touches) <= _TOLD:
            return 0
        recent = range(len(self.touches) - 2, len(self.touches) - _TOLD, -1)
        return next((n for n in recent if all(map(_rests, self.states[n]))), len(self.touches) - _TOLD)

    @cached_property
    def path(self) -> list[Link]:
        """The witness: the cheapest path to the wrong outcome; empty if the relation knows none (a broken rule)."""
        if not self.touches or self.incident.rule is not None:
            return []
        names = self.names[self.begin :]
        lost = self.effect is Effect.LOST_UPDATE
        return find_path(self.family, names, lost=lost, start=self.states[self.begin]) or []

    def touch(self, link: Link) -> Touch:
        """The touch of a step of the path; of a hidden move, the one before which (at the end: behind which) it is made."""
        return self.touches[min(self.begin + link.at, len(self.touches) - 1)]

    @cached_property
    def end(self) -> Config | None:
        """The configuration in which the last operation goes wrong."""
        return self.path[-1].before if self.path else None

    @property
    def accessor(self) -> str:
        """The operation that goes wrong."""
        return self.names[-1] if self.names else ""

    @property
    def by_device(self) -> bool:
        return bool(self.touches) and self.touches[-1].step.by == "device"

    @cached_property
    def writer(self) -> Touch | None:
        """The write of the latest value: that which is missed, or lost."""
        found = [touch for touch in self.touches[:-1] if is_write(touch.operation)]
        if self.effect is Effect.LOST_UPDATE and self.touches and is_write(self.names[-1]):
            return self.touches[-1]
        return found[-1] if found else None

    # --- the offending copy ---

    @cached_property
    def lost_at(self) -> int | None:
        """The step of the path after which no copy holds the latest value."""
        return provenance.loses_latest(self.path)

    @cached_property
    def read_place(self) -> str | None:
        """Where the stale value was read."""
        if self.end is None or self.effect is Effect.LOST_UPDATE:
            return None
        return places.read_from(self.family, self.accessor, self.end)

    @cached_property
    def pending(self) -> list[str]:
        """Where the latest value waits, when it did not arrive where it was read."""
        if self.end is None or self.lost_at is not None:
            return []
        return places.latest_places(self.end) if self.read_place in ("memory", None) else []

    @cached_property
    def _offence(self) -> tuple[str | None, int | None]:
        """The place of the offending copy, and which step of the path made it."""
        made = provenance.makers(self.path)
        if self.lost_at is not None:
            place = provenance.overwriter(self.path[self.lost_at])
            return place, made[self.lost_at].get(place) if place else None
        if self.read_place not in (None, "memory"):
            return self.read_place, made[len(self.path) - 1].get(str(self.read_place))
        if self.pending:
            place = self.pending[0]
            return place, made[len(self.path) - 1].get(place)
        return None, None

    @property
    def offender(self) -> str | None:
        """The place of the offending copy: stale and read, stale and written back, or the latest that did not arrive."""
        return self._offence[0]

    @cached_property
    def maker(self) -> Link | None:
        """The step that made the offending copy; None if it is older than what is told."""
        number = self._offence[1]
        return self.path[number] if number is not None else None

    @cached_property
    def maker_touch(self) -> Touch | None:
        return self.touch(self.maker) if self.maker else None

    @property
    def made_by_speculation(self) -> bool:
        return self.maker is not None and self.maker.hidden and self.maker.name.startswith("fill")

    @property
    def made_explicitly(self) -> bool:
        return self.maker is not None and not self.maker.hidden and self.maker.name in CPU_ACCESSES

    @property
    def overwritten(self) -> bool:
        """The latest value was overwritten by an older dirty copy."""
        return self.lost_at is not None and self.offender is not None

    @property
    def dropped(self) -> bool:
        """The latest value was dropped by an invalidate."""
        return self.lost_at is not None and self.offender is None

    @cached_property
    def dropper(self) -> Touch | None:
        """The maintenance that dropped the latest value: the last invalidate issued before that."""
        if not self.dropped or self.lost_at is None:
            return None
        until = min(self.begin + self.path[self.lost_at].at, len(self.touches) - 1)
        found = [touch for touch in self.touches[: until + 1] if touch.operation in INVALIDATES]
        return found[-1] if found else None

    @property
    def dropped_by_slot(self) -> bool:
        """It was dropped by an invalidate by set and way."""
        return self.dropper is not None and self.dropper.operation in _BY_SLOT

    @property
    def stale_was_dirty(self) -> bool:
        """The offending copy was dirty when it became stale: it could be written back over the newer value."""
        if self.overwritten:
            return True
        return self.end is not None and self.offender in places.CACHES and places.is_dirty(self.end, str(self.offender))

    # --- variations ---

    def verdict(
        self, names: Iterable[str], family: Family | None = None, moves: frozenset[str] = ALL_MOVES
    ) -> Verdict:
        """What is wrong with the last operation of a varied story."""
        return replay(family or self.family, moves).last(names)

    def cured(self, names: Sequence[str], family: Family | None = None) -> bool:
        """Whether a varied story does not go wrong in its last operation, nor lose an update before it that it did not."""
        return not self.verdict(names, family)

    def cured_on(self, **changes: Any) -> bool:
        """Whether the same story is right on a machine that differs in these properties of its family."""
        try:
            family = replace(self.family, **changes)
        except TypeError:  # the relation does not know such a property
            return False
        return family != self.family and self.cured(self.names, family)

    @cached_property
    def flip(self) -> str | None:
        """"off" or "on" if it is right when none, or all, of the device's accesses snoop; None if neither helps."""
        for how, table in (("off", _NOT_SNOOPING), ("on", _SNOOPING)):
            if any(name in table for name in self.names) and self.cured([table.get(name, name) for name in self.names]):
                return how
        return None

    @cached_property
    def right_if_maintenance_reached(self) -> bool:
        """Whether it is right if all maintenance reached this copy, whichever CPU or colour it was for."""
        if not any(name in REACHING for name in self.names):
            return False
        names = [REACHING.get(name, name) for name in self.names if name != "hand_over"]
        return self.cured(names, replace(self.family, broadcast=True))

    def without(self, drop: Callable[[Touch], bool]) -> list[str]:
        """The story without some of its touches."""
        return [touch.operation for touch in self.touches[:-1] if not drop(touch)] + [self.names[-1]]

    @cached_property
    def right_on_lines_of_its_own(self) -> bool:
        """Whether it is right if no other data shares the line: no neighbours, and no maintenance that meant others."""
        shared = [touch for touch in self.touches if self.context.is_of_neighbour(touch)]
        if not shared:
            return False
        if shared[-1] is self.touches[-1]:
            return True
        return self.cured(self.without(lambda touch: self.context.is_of_neighbour(touch)))

    @cached_property
    def right_when_drained(self) -> bool:
        """Whether it is right if everything pending is complete before the access: then a barrier is missing."""
        return self.cured([*self.names[:-1], *DRAINS, self.names[-1]])

    @cached_property
    def right_when_device_is_done(self) -> bool:
        """Whether it is right if the device's posted writes have completed before the access."""
        return self.cured([*self.names[:-1], "dev_write_done", self.names[-1]])

    @cached_property
    def right_without_fills(self) -> bool:
        """Whether it is right if nothing is filled by speculation from the last call on that invalidates the byte."""
        calls = [n for n, name in enumerate(self.names[:-1]) if name in INVALIDATES]
        if not calls:
            return False
        first = calls[-1]
        while first > 0 and self.names[first - 1] in (*MAINTENANCE, *DRAINS):
            first -= 1  # the same call, or one that belongs to it: for each level of cache one
        return not replay(self.family, NO_FILLS).last(self.names[first:], self.states[first])


def is_write(name: str) -> bool:
    """A write of a CPU or of the device; reads that were seen to be right count as reads."""
    return OPERATIONS[name.removesuffix(SEEN)].writes


def _rests(config: Config) -> bool:
    """Every copy is the latest, and nothing is pending."""
    stale = any(places.holds_stale(config, place) for place in places.PLACES)
    busy = any(places.present(config, place) for place in places.BUFFERS)
    return not stale and not busy and not any(places.is_dirty(config, place) for place in places.CACHES)
