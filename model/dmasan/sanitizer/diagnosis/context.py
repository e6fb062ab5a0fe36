# SPDX-License-Identifier: Apache-2.0
"""What the calls say of a byte: its mapping, its allocation, whether it lies in a ring."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dmasan import events as ev
from dmasan.events import MappingKind, Site
from dmasan.sanitizer.diagnosis.record import Record
from dmasan.sanitizer.history import Mark, Touch

ALLOCATED, FREED = "page allocated", "page freed"  # why content is given up, in the kernel's words
_KINDS = ("clean", "invalidate", "clean_invalidate")
_ROUNDED = (  # maintenance, which acts on whole lines
    *(f"{place}_{kind}{where}" for place in ("issue", "outer") for kind in _KINDS for where in ("", "_colour", "_held", "_owned")),
    *(f"{kind}{where}" for kind in _KINDS for where in ("_other", "_own", "_own_other")),
)
_RING = ("descriptor", "status")  # kinds of points at which a device touches its ring


Calls = dict[Site, list[tuple[int, int]]]  # what calls of the DMA API were made for, by line: address, length


Range = tuple[int, int]  # address, length


def means(calls: Calls, touch: Touch, address: int, extent: Range) -> bool:
    """Whether a touch was meant for the byte at `address` or its `extent`: by name, or because the API was called for it."""
    step = touch.step
    if step.by == "device" or touch.operation in ("dsb", "dmb", "outer_sync", "doorbell"):
        return True
    named = [step.named or (step.address, step.length)]
    if touch.operation in _ROUNDED:
        named = [each for each in calls.get(step.site, ()) if overlap(each, (step.address, step.length))] or named
    return any(start <= address < start + length or overlap((start, length), extent) for start, length in named)


def overlap(one: Range, other: Range) -> bool:
    return one[0] < other[0] + other[1] and other[0] < one[0] + one[1]


class Extents:
    """What a byte is a part of: its mapping; where there is none, or all is shared for good, what the device reaches."""

    def __init__(self, reach: Sequence[Range], mapping: ev.DmaMap | None) -> None:
        """`reach`: what the device touched, as ranges [start, end)."""
        self.bounds: Range | None = None
        self.whole = mapping is not None and mapping.kind is not MappingKind.STATIC
        if mapping is not None:
            self.bounds = mapping.address, mapping.length
        self._reach = reach

    def at(self, address: int) -> Range:
        inside = self.bounds is not None and overlap((address, 1), self.bounds)
        if inside and self.whole and self.bounds is not None:
            return self.bounds
        for start, end in self._reach:
            if start <= address < end:
                if inside and self.bounds is not None:
                    start, end = max(start, self.bounds[0]), min(end, sum(self.bounds))
                return start, end - start
        return address, 1


def calls_of(marks: Iterable[Mark]) -> Calls:
    """The ranges of all maps, unmaps and syncs."""
    calls: Calls = {}
    for mark in marks:
        event = mark.event
        if isinstance(event, ev.DmaMap | ev.DmaUnmap | ev.DmaSync):
            ranges = calls.setdefault(event.site, [])
            if (event.address, event.length) not in ranges:
                ranges.append((event.address, event.length))
    return calls


@dataclass(frozen=True)
class Context:
    """What was called about the byte at `address` before step `seen`, oldest first. Lines have `line` bytes."""

    address: int
    line: int
    maps: tuple[Mark, ...]
    unmaps: tuple[Mark, ...]
    syncs: tuple[Mark, ...]
    given_up: tuple[Mark, ...]
    ring: bool  # the line has ownership words, or the device finds descriptors in it
    snoops: bool  # some device access of the run snoops
    calls: Calls
    extents: Extents
    reused: int = 0  # number of steps before the page was last allocated, at any time of the run
    untranslated: bool = False  # the IOMMU's entry is gone, and its TLB was not told
    policy_steps: tuple[int, ...] = ()  # number of steps before each step of the alias policy

    def is_of_neighbour(self, touch: Touch) -> bool:
        """Whether what was done was meant for other data in the line, not for another part of the byte's own buffer."""
        return not means(self.calls, touch, self.address, self.extents.at(self.address))

    @property
    def mapping(self) -> ev.DmaMap | None:
        """The last mapping of the byte, alive or not."""
        event = self.maps[-1].event if self.maps else None
        return event if isinstance(event, ev.DmaMap) else None

    @property
    def mapped_since(self) -> int:
        """Number of steps before the last mapping was told; 0 without one."""
        return self.maps[-1].after if self.maps else 0

    @property
    def is_mapped(self) -> bool:
        return bool(self.maps) and (not self.unmaps or self.unmaps[-1].after < self.maps[-1].after)

    @property
    def coherent(self) -> bool:
        return self.mapping is not None and self.mapping.kind is MappingKind.COHERENT

    @property
    def freed_while_mapped(self) -> bool:
        """Whether the page was freed under a mapping that is alive, and is somebody else's at some time later."""
        freed = [mark.after for mark in self.given_up if getattr(mark.event, "why", "") == FREED]
        return self.is_mapped and bool(freed) and self.mapped_since <= freed[-1] <= self.reused

    @property
    def made_uncached(self) -> bool:
        """Whether the policy took steps to make the coherent buffer an uncached one."""
        return any(self.allocated - 1 <= number <= self.mapped_since for number in self.policy_steps)

    @property
    def allocated(self) -> int:
        """Number of the step by which the page was given to its owner; 0 if this run does not say."""
        found = [mark.after for mark in self.given_up if getattr(mark.event, "why", "") == ALLOCATED]
        return found[-1] + 1 if found else 0


def context_of(
    record: Record, address: int, seen: int, policy_steps: Sequence[tuple[int, ev.PolicyStep]] = ()
) -> Context:
    """The context of a byte when step `seen` went wrong. `policy_steps` as in `reporting.Core`."""
    maps: list[Mark] = []
    unmaps: list[Mark] = []
    syncs: list[Mark] = []
    given_up: list[Mark] = []
    kinds = {ev.DmaMap: maps, ev.DmaUnmap: unmaps, ev.DmaSync: syncs, ev.ContentUndefined: given_up}
    ring = False
    home = address & -record.line
    reused = 0
    for mark in record.marks:
        event = mark.event
        if isinstance(event, ev.DmaMap | ev.DmaUnmap | ev.DmaSync | ev.ContentUndefined):
            if event.address <= address < event.address + event.length:
                if isinstance(event, ev.ContentUndefined) and event.why == ALLOCATED:
                    reused = mark.after
                if mark.after < seen:
                    kinds[type(event)].append(mark)
        elif isinstance(event, ev.OwnershipWords) and mark.after < seen:
            end = event.address + event.stride * max(0, event.count - 1) + event.length
            ring = ring or (event.address < home + record.line and home < end)
    touching = (record.steps[k] for k in record.touching(home, record.line).tolist())
    ring = ring or any(step.point.kind in _RING for step in touching)
    numbers = tuple(number for number, step in policy_steps if step.policy != "coherent")
    marks = (tuple(maps), tuple(unmaps), tuple(syncs), tuple(given_up))
    found = maps[-1].event if maps else None
    extents = Extents(record.device_reach, found if isinstance(found, ev.DmaMap) else None)
    gone = untranslated(record.marks, address, seen)
    calls = calls_of(record.marks)
    return Context(address, record.line, *marks, ring, record.snoops, calls, extents, reused, gone, numbers)


def untranslated(marks: Iterable[Mark], address: int, seen: int) -> bool:
    """Whether the IOMMU mapped a bus address to the byte until its entry went, and its TLB may still have it."""
    iova, entry, stale = 0, False, False
    for mark in marks:
        event = mark.event
        if mark.after >= seen:
            break
        if isinstance(event, ev.IommuMap):
            if event.valid and event.address <= address < event.address + event.length:
                iova, entry, stale = event.iova + address - event.address, True, False
            elif entry and not event.valid and event.iova <= iova < event.iova + event.length:
                stale = True
        elif isinstance(event, ev.IotlbMaintenance) and entry:
            stale = stale and event.length != 0 and not event.iova <= iova < event.iova + event.length
    return stale
