# SPDX-License-Identifier: Apache-2.0
"""The repair of calls that do not match: one call left out, put in, or made with other arguments.

Each candidate is verified by telling the edited calls of the whole run to a fresh set of rules: the root's rules must hold
then, and no other that held before may break. Rules that need the device's accesses too are not repaired here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath

from dmasan import events as ev
from dmasan.events import Event, Site
from dmasan.sanitizer.codes import Code
from dmasan.sanitizer.hazards import Repair

CALLS = (
    ev.DmaDeviceReleased,
    ev.DmaErrorChecked,
    ev.DmaMap,
    ev.DmaMapFailed,
    ev.DmaSync,
    ev.DmaUnmap,
)
Broken = set[tuple[Code, Site]]
Judge = Callable[[Sequence[Event]], Broken]  # which rules a sequence of calls breaks, and where

_TRIED = 24


def repair_of_calls(calls: Sequence[Event], roots: Broken, judge: Judge) -> Repair | None:
    """The first edit that keeps all rules in `roots` and breaks no other; None if the calls alone do not show them."""
    before = judge(calls)
    if not roots <= before:
        return None
    for tried, (text, edited) in enumerate(edits_of_calls(calls, {site for _, site in roots})):
        if tried == _TRIED:
            break
        after = judge(edited)
        if not roots & after and after <= before:
            return Repair(text, verified=True)
    return None


def edits_of_calls(calls: Sequence[Event], sites: set[Site]) -> Iterator[tuple[str, list[Event]]]:
    """What may have been meant by the calls at `sites`, the most likely first: a text, and all calls as they were then."""
    for n, event in enumerate(calls):
        if isinstance(event, ev.DmaDeviceReleased) and any(each.site in sites for each in _live(calls, n)):
            yield _all_unmapped(calls, n, event)  # the rule blames the maps
        if event.site not in sites:
            continue
        if isinstance(event, ev.DmaUnmap | ev.DmaSync):
            yield from _as_mapped(calls, n, event)
            if event.entries:
                yield _all_entries(calls, n, event)
            yield f"leave out the call at {_place(event.site)}", [*calls[:n], *calls[n + 1 :]]
        if isinstance(event, ev.DmaMap):
            yield from _unmapped_first(calls, n, event)


def _live(calls: Sequence[Event], n: int) -> list[ev.DmaMap]:
    """The mappings before call `n` that no unmap of the same address has ended."""
    live: list[ev.DmaMap] = []
    for event in calls[:n]:
        if isinstance(event, ev.DmaMap):
            live.append(event)
        elif isinstance(event, ev.DmaUnmap):
            live = [each for each in live if each.address != event.address or each.kind is not event.kind]
    return live


def _as_mapped(calls: Sequence[Event], n: int, event: ev.DmaUnmap | ev.DmaSync) -> Iterator[tuple[str, list[Event]]]:
    for mapping in reversed(_live(calls, n)):
        if mapping.address <= event.address < mapping.address + mapping.length:
            right = _unmap(mapping, event)
            if isinstance(event, ev.DmaSync):
                right = replace(event, direction=mapping.direction, device=mapping.device)
            what = f"{mapping.name or hex(mapping.address)} at {_place(event.site)} as it was mapped at {_place(mapping.site)}"
            told = f"{mapping.length} bytes, {mapping.direction.value}"
            verb = "sync" if isinstance(event, ev.DmaSync) else "unmap"
            yield f"{verb} {what}: {told}", [*calls[:n], right, *calls[n + 1 :]]


def _all_entries(calls: Sequence[Event], n: int, event: ev.DmaUnmap | ev.DmaSync) -> tuple[str, list[Event]]:
    """The call of a scatterlist with the number of entries that it was mapped with."""
    mapped = [m for m in _live(calls, n) if m.kind is ev.MappingKind.SG and m.device == event.device]
    count = next((m.entries for m in reversed(mapped) if m.address == event.address), event.entries)
    site, told = event.site, list(calls)
    missing = [m for m in mapped if m.entries == count]
    for at, each in enumerate(told):
        if isinstance(each, ev.DmaUnmap | ev.DmaSync) and each.site == site:
            told[at] = replace(each, entries=count)
            missing = [m for m in missing if m.address != each.address]
    if isinstance(event, ev.DmaUnmap):
        last = max(at for at, each in enumerate(told) if each.site == site)
        told[last + 1 : last + 1] = [_unmap(m, event) for m in missing]
    return f"pass the {count} entries that were mapped to the call at {_place(site)}, not {event.entries}", told


def _unmapped_first(calls: Sequence[Event], n: int, event: ev.DmaMap) -> Iterator[tuple[str, list[Event]]]:
    for mapping in reversed(_live(calls, n)):
        if mapping.address < event.address + event.length and event.address < mapping.address + mapping.length:
            text = f"unmap what was mapped at {_place(mapping.site)} before it is mapped again at {_place(event.site)}"
            yield text, [*calls[:n], _unmap(mapping, event), *calls[n:]]


def _all_unmapped(calls: Sequence[Event], n: int, event: Event) -> tuple[str, list[Event]]:
    missing = _live(calls, n)
    names = ", ".join(_place(mapping.site) for mapping in missing[:3])
    text = f"unmap what was mapped at {names} before the device is given up at {_place(event.site)}"
    return text, [*calls[:n], *(_unmap(mapping, event) for mapping in missing), *calls[n:]]


def _unmap(mapping: ev.DmaMap, event: Event) -> Event:
    return ev.DmaUnmap(
        event.time_ns,
        event.site,
        mapping.kind,
        mapping.address,
        mapping.length,
        mapping.direction,
        device=mapping.device,
        handle=mapping.handle,
        cpu_address=mapping.cpu_address,
        entries=mapping.entries,
        attrs=mapping.attrs,
    )


def _place(site: Site) -> str:
    return f"{PurePath(site.file).name}:{site.line}"
