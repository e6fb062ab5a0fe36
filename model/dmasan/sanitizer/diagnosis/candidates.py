# SPDX-License-Identifier: Apache-2.0
"""Which edits are tried for a root, the most fitting first: by its code, then every kind, data accesses last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath

from dmasan import events as ev
from dmasan.events import NOWHERE, Direction, MappingKind, Site
from dmasan.sanitizer.codes import Code
from dmasan.sanitizer.diagnosis import edits
from dmasan.sanitizer.diagnosis.aim import misaimed_call
from dmasan.sanitizer.diagnosis.edits import Edit
from dmasan.sanitizer.diagnosis.evidence import CPU_ACCESSES, DRAINS, MAINTENANCE, REACHING, Evidence
from dmasan.sanitizer.diagnosis.record import Record
from dmasan.sanitizer.history import Touch

_LINES = 12  # lines of the program before the access at which something is inserted


@dataclass(frozen=True, eq=False)
class Workshop:
    """What edits are made from: the evidence of the root's first incident, and the record of the run."""

    evidence: Evidence
    record: Record
    values: tuple[Evidence, ...]  # of the root's incidents that are wrong outcomes
    broken_at: tuple[Site, ...] = ()  # where the rule of the first incident is broken

    @property
    def window(self) -> tuple[float, float]:
        """From the story's begin to the wrong access."""
        told = [e for e in (self.evidence, *self.values) if e.touches]
        if not told:
            return 0.0, 0.0
        return min(e.touches[e.begin].number for e in told), max(e.touches[-1].number for e in told)

    @property
    def buffer(self) -> str:
        return self.evidence.incident.buffer

    @property
    def mapping(self) -> ev.DmaMap | None:
        """The streaming mapping of the bytes."""
        found = self.evidence.context.mapping
        api = found is not None and found.kind not in (MappingKind.COHERENT, MappingKind.STATIC)
        return found if api else None

    def direction_seen(self, since: int = 0) -> Direction:
        """The direction that fits what the device was seen to do with the byte, from step `since` on."""
        story = self.record.story(self.evidence.incident.byte)
        done = {touch.operation for touch in story if touch.step.by == "device" and touch.number >= since}
        reads, writes = any("read" in name for name in done), any("write" in name for name in done)
        if reads == writes:  # both; or neither, where it left the byte alone and touched others
            return Direction.BIDIRECTIONAL
        return Direction.FROM_DEVICE if writes else Direction.TO_DEVICE

    def is_mapped(self, when: float) -> bool:
        """Whether a sync of the streaming mapping may be called then; always where there is none."""
        if self.mapping is None:
            return True
        context = self.evidence.context
        maps = [mark.after for mark in context.maps if mark.after + 0.5 < when]
        unmaps = [mark.after for mark in context.unmaps if mark.after + 0.5 < when]
        return bool(maps) and (not unmaps or unmaps[-1] < maps[-1])

    def lines_before(self) -> Iterator[tuple[Site, list[float]]]:
        """The lines of the program up to the access, the nearest first: each with the moments before it runs."""
        first, last = self.window
        seen: list[Site] = []
        for start, _, site in reversed(self.record.lines):
            if first < start < last and site not in seen and len(seen) < _LINES:
                seen.append(site)
                yield site, [begin for begin, _, other in self.record.lines if other == site]

    def doorbells(self) -> Iterator[tuple[Site, list[float]]]:
        """The lines that ring doorbells up to the access, the nearest first."""
        first, last = self.window
        sites = dict.fromkeys(site for when, site in reversed(self.record.doorbells) if first < when < last)
        for site in list(sites)[:3]:
            yield site, [when for when, other in self.record.doorbells if other == site]


def place(site: Site) -> str:
    return f"{PurePath(site.file).name}:{site.line}" if site != NOWHERE else "an unknown place"


Maker = Callable[[Workshop], Iterator[Edit]]
Maintenance = Callable[[Direction], tuple[str, ...]]  # what a call does, by direction


def inserted_calls(w: Workshop) -> Iterator[Edit]:
    """A call of the DMA API, or without one maintenance of the lines, before a line of the program."""
    for site, moments in w.lines_before():
        for text, names in _calls(w) if all(map(w.is_mapped, moments)) else ():
            yield edits.insert(f"insert {text} before {place(site)}", moments, names)


def _calls(w: Workshop) -> Iterator[tuple[str, Sequence[str]]]:
    mapping = w.mapping
    if mapping is not None:
        what = f"({w.buffer}, {mapping.direction.value})"
        cpu, device = edits.for_cpu(mapping.direction), edits.for_device(mapping.direction)
        calls: list[tuple[str, Sequence[str]]] = [
            (f"dma_sync_single_for_cpu{what}", cpu),
            (f"dma_sync_single_for_device{what}", device),
        ]
    else:
        calls = [
            (f"an invalidate of {w.buffer} (outer cache, then inner)", edits.INVALIDATE),
            (f"a clean of {w.buffer} (inner cache, then outer)", edits.CLEAN),
            (f"a clean and invalidate of {w.buffer}", edits.FLUSH),
        ]
        if not w.evidence.family.outer:
            calls = [(text.split(" (")[0], names) for text, names in calls]
    return iter([(text, names) for text, names in calls if names])


def inserted_outer(w: Workshop) -> Iterator[Edit]:
    """Operations of the outer cache alone."""
    if w.evidence.family.outer:
        for site, moments in w.doorbells():
            yield edits.insert(f"insert outer_sync() before the doorbell at {place(site)}", moments, ("outer_sync",))
        for site, moments in w.lines_before():
            yield edits.insert(f"insert outer_sync() before {place(site)}", moments, ("outer_sync",))
            yield edits.insert(f"insert outer_clean_range({w.buffer}) before {place(site)}", moments, edits.OUTER_CLEAN)
            yield edits.insert(f"insert outer_inv_range({w.buffer}) before {place(site)}", moments, edits.OUTER_INVALIDATE)


def reached_everywhere(w: Workshop) -> Iterator[Edit]:
    """Maintenance that reaches one CPU's L1 is done by all of them, or broadcast."""
    if w.evidence.family.broadcast:
        return
    local = {name: reaching for name, reaching in REACHING.items() if not name.endswith(("_colour", "_owned"))}
    table = {name: ("dsb", f"{each}_owned") for name, each in (*local.items(), *((each, each) for each in local.values()))}
    sites = dict.fromkeys(t.step.site for e in (*w.values, w.evidence) for t in e.touches if t.operation in table)
    for site in list(reversed(sites))[:_LINES]:
        yield edits.replace(
            f"let every CPU do the maintenance at {place(site)} (on_each_cpu: an interrupt between processors), or take the "
            "lines over first (read or write for ownership)",
            partial(_instead, table, site),
        )


def _instead(table: Mapping[str, Sequence[str]], site: Site, touch: Touch) -> Sequence[str] | None:
    return table.get(touch.operation) if touch.step.site == site else None


def barriers(w: Workshop) -> Iterator[Edit]:
    """A barrier before a doorbell, or before a line."""
    outer = " (dsb and outer_sync)" if w.evidence.family.outer else " (dsb)"
    for site, moments in w.doorbells():
        yield edits.insert(f"insert wmb(){outer} before the doorbell at {place(site)}: writel, not writel_relaxed", moments, edits.WMB)
    for site, moments in w.lines_before():
        yield edits.insert(f"insert wmb(){outer} before {place(site)}", moments, edits.WMB)


def read_barriers(w: Workshop) -> Iterator[Edit]:
    """A barrier between the load that says that the data is there and those of the data."""
    site = w.evidence.incident.site
    moments = [start for start, _, other in w.record.lines if other == site]
    text = f"insert rmb() (dma_rmb() behind an ownership word) before {place(site)}: readl, not readl_relaxed"
    yield edits.insert(text, moments, ("dmb_loads",))


def waits(w: Workshop) -> Iterator[Edit]:
    site = w.evidence.incident.site
    last = w.window[1]
    yield edits.insert(
        f"have the device wait for its last write response before it signals what {place(site)} relies on",
        [last - 0.5],
        ("dev_write_done",),
    )


def separated_lines(w: Workshop) -> Iterator[Edit]:
    size = w.record.line
    yield edits.separate(
        f"give {w.buffer} lines of its own: align it to {size} bytes, and pad it to a whole number of them",
        w.evidence.context.calls,
        w.evidence.context.extents,
    )


def aimed(w: Workshop) -> Iterator[Edit]:
    for value in (*w.values, w.evidence):
        call = misaimed_call(value)
        if call:
            site = call[0][1].site
            moments = [(float(number), step.name) for number, step in call]
            numbers = {number for number, _ in call}

            def apply(address: int, story: list[edits.Item]) -> list[edits.Item]:
                there = {item.touch.number for item in story if item.touch is not None} & numbers  # noqa: B023
                new = [edits.Item(when, name, None) for when, name in moments if int(when) not in there]  # noqa: B023
                return edits.ordered([*story, *new])

            yield Edit(f"let the maintenance at {place(site)} act on all of {_span(w)}", apply)


def _span(w: Workshop) -> str:
    incident = w.evidence.incident
    return f"bytes {incident.start} to {incident.start + incident.length - 1} of {w.buffer}"


def flipped_snoop(w: Workshop) -> Iterator[Edit]:
    on = w.evidence.flip == "on"
    what = "snoop (AxDOMAIN, AxCACHE, dma-coherent)" if on else "not snoop (AxDOMAIN, AxCACHE; no dma-coherent)"
    yield edits.snoop(f"let all of the device's accesses {what}", on=on)


def other_direction(w: Workshop) -> Iterator[Edit]:
    """What the device was seen to do decides."""
    mapping = w.mapping
    if mapping is None:
        return
    sites: dict[Site, Maintenance] = {mapping.site: edits.for_device}
    end = mapping.address + mapping.length
    for mark in w.record.marks:
        event = mark.event
        if not isinstance(event, ev.DmaUnmap | ev.DmaSync):
            continue
        if event.address < end and mapping.address < event.address + event.length:
            gives = isinstance(event, ev.DmaSync) and not event.for_cpu
            sites[event.site] = edits.for_device if gives else edits.for_cpu
    for direction in dict.fromkeys((w.direction_seen(), Direction.BIDIRECTIONAL)):
        if direction is not mapping.direction:
            yield _redirected(w, mapping, direction, sites)


def _redirected(w: Workshop, mapping: ev.DmaMap, direction: Direction, sites: dict[Site, Maintenance]) -> Edit:
    """All calls of a mapping with another direction, each with the maintenance that it then does."""
    calls = [(start, site) for start, _, site in w.record.lines if site in sites]

    def apply(address: int, story: list[edits.Item]) -> list[edits.Item]:
        beside = {item.touch.step.site for item in story if item.touch is not None and item.name.endswith("_colour")}
        rest = [
            item for item in story
            if item.touch is None or item.touch.step.site not in sites or item.name not in (*MAINTENANCE, *DRAINS)
        ]
        new = [
            edits.Item(when, f"{name}_colour" if site in beside and name.startswith("issue_") else name, None)
            for when, site in calls
            for name in sites[site](direction)
        ]
        return edits.ordered([*rest, *new])

    return Edit(f"map {w.buffer} {direction.value} at {place(mapping.site)}, and unmap and sync it so", apply)


def ended_alias(w: Workshop) -> Iterator[Edit]:
    """The policy's part: no cacheable alias, or no access that hits its lines."""
    context = w.evidence.context
    since = [float(context.mapped_since) + 0.4 if context.maps else w.window[0] - 0.5]
    yield edits.insert(
        f"end the cacheable alias of {w.buffer} before it is used uncached: invalidate its translations, then flush its "
        "lines (policy strict)",
        since,
        ("alias_dead", *edits.FLUSH),
    )


def same_attributes(w: Workshop) -> Iterator[Edit]:
    since = float(w.evidence.context.mapped_since)
    yield edits.uncached(
        f"use {w.buffer} through aliases with the same attributes only (pgprot_dmacoherent, dma_mmap_coherent)",
        since,
        w.record.barriers,
    )


def by_its_own_alias(w: Workshop) -> Iterator[Edit]:
    """The lines of the mapping that was used are maintained by its own address."""
    mapping, maker = w.mapping, w.evidence.maker_touch
    if mapping is not None and mapping.area == "highmem":
        moments = [start for start, _, site in w.record.lines if site == mapping.site]
        yield edits.insert(
            f"let the DMA API maintain {w.buffer} at {place(mapping.site)}, by a temporary mapping (kmap_local_page): no "
            "DMA_ATTR_SKIP_CPU_SYNC",
            moments,
            edits.for_device(mapping.direction),
        )
    if maker is None or not w.evidence.family.virtual:
        return
    colour = "_colour" if maker.operation.endswith("_colour") else ""
    for site, moments in w.lines_before():
        yield edits.insert(
            f"flush {w.buffer} by the address that it is used through (flush_kernel_vmap_range, flush_dcache_page) before {place(site)}",
            moments,
            (f"issue_clean_invalidate{colour}", "dsb"),
        )


def uncached_ring(w: Workshop) -> Iterator[Edit]:
    yield edits.uncached(
        f"put {w.buffer} into Non-cacheable memory (dma_alloc_coherent)", w.window[0] - 0.5, w.record.barriers
    )


def deleted_calls(w: Workshop) -> Iterator[Edit]:
    """Maintenance of one line of the program is left out, or cleans too where it invalidates."""
    sites = dict.fromkeys(t.step.site for e in (*w.values, w.evidence) for t in e.touches if t.operation in MAINTENANCE)
    for site in list(reversed(sites))[:_LINES]:
        yield edits.delete(f"delete the maintenance at {place(site)}", edits.of_line(site, (*MAINTENANCE, *DRAINS)))
        yield edits.replace(f"clean and invalidate at {place(site)}, instead of invalidating", _cleaning_at(site))


def _cleaning_at(site: Site) -> Callable[[Touch], Sequence[str] | None]:
    table = {"issue_invalidate": "issue_clean_invalidate", "outer_invalidate": "outer_clean_invalidate"}
    return lambda touch: [table[touch.operation]] if touch.step.site == site and touch.operation in table else None


def moved_calls(w: Workshop) -> Iterator[Edit]:
    """A call of the program runs later or earlier."""
    access = w.evidence.incident.site
    runs = w.record.lines
    first, last = w.window
    sites = dict.fromkeys(site for start, _, site in reversed(runs) if first <= start < last and site != access)
    targets = [(start, end, site) for start, end, site in runs if first <= start and start <= last + 1]
    for site in list(sites)[:_LINES]:
        moved = edits.of_line(site, (*MAINTENANCE, *DRAINS))
        for _, end, other in reversed(targets[-_LINES:]):
            if other != site:
                yield edits.move(f"move the call at {place(site)} behind {place(other)}", moved, end + 0.1)


def moved_accesses(w: Workshop) -> Iterator[Edit]:
    """The last resort: a data access of the CPU runs at another time, or not at all."""
    access = w.evidence.incident.site
    runs = [run for run in w.record.lines if w.window[0] <= run[0] <= w.window[1] + 1]
    for e in (w.evidence, *w.values):
        site = e.touches[-1].step.site if e.touches else access
        for start, _, other in reversed(runs[-_LINES:]):
            if other != site:
                yield edits.move(
                    f"move the access at {place(site)} before {place(other)}", edits.of_line(site, CPU_ACCESSES), start - 0.1
                )
    for site in dict.fromkeys((access, *(t.step.site for t in w.evidence.touches[-3:]))):
        yield edits.delete(f"delete the access at {place(site)}", edits.of_line(site, CPU_ACCESSES))


def taken_back(w: Workshop) -> Iterator[Edit]:
    """The buffer is the CPU's while lines of the program run."""
    mapping, sites = w.mapping, w.broken_at
    if mapping is None or not sites:
        return
    what = f"({w.buffer}, {mapping.direction.value})"
    before, after = edits.for_cpu(mapping.direction), edits.for_device(mapping.direction)
    runs = [(start, end) for start, end, other in w.record.lines if other in sites]
    if w.evidence.incident.rule is Code.CPU_RD_OWNED and mapping.direction is not Direction.TO_DEVICE:
        yield edits.insert(
            f"insert dma_sync_single_for_cpu{what} before {place(sites[0])}", [start for start, _ in runs], before
        )

    def apply(address: int, story: list[edits.Item]) -> list[edits.Item]:
        new = [edits.Item(start, name, None) for start, _ in runs for name in before]
        new += [edits.Item(end, name, None) for _, end in runs for name in after]
        return edits.ordered([*story, *new])

    behind = "it" if len(sites) == 1 else place(sites[-1])
    text = f"insert dma_sync_single_for_cpu{what} before {place(sites[0])}, and dma_sync_single_for_device behind {behind}"
    yield Edit(text, apply)


def later_unmap(w: Workshop) -> Iterator[Edit]:
    """The mapping lives until the device is done."""
    unmaps, site = w.evidence.context.unmaps, w.evidence.incident.site
    if not unmaps:
        return
    unmap = unmaps[-1].event
    ends = [end for start, end, other in w.record.lines if other == site]
    verb = "free" if w.evidence.context.coherent else "unmap"
    yield edits.move(
        f"{verb} {w.buffer} when the device is done: move {place(unmap.site)} behind {place(site)}",
        edits.of_line(unmap.site, (*MAINTENANCE, *DRAINS)),
        max(ends, default=w.window[1]) + 0.1,
    )


def handed_over(w: Workshop) -> Iterator[Edit]:
    """The bytes are the device's when it comes."""
    for edit in inserted_calls(w):
        if "dma_sync_single_for_device" in edit.text:
            yield edit


def earlier_unmap(w: Workshop) -> Iterator[Edit]:
    """The mapping ends before the CPU fills the buffer."""
    mapping, site = w.mapping, w.evidence.incident.site
    if mapping is None:
        return
    unmaps = [mark.event for mark in w.record.marks if isinstance(mark.event, ev.DmaUnmap)]
    starts = [start for start, _, other in w.record.lines if other == site]
    for event in unmaps:
        if event.address == mapping.address and starts:
            yield edits.move(
                f"unmap {w.buffer} before the CPU fills it: move {place(event.site)} before {place(site)}",
                edits.of_line(event.site, (*MAINTENANCE, *DRAINS)),
                starts[0] - 0.1,
            )


def mapped_again(w: Workshop) -> Iterator[Edit]:
    """The buffer is mapped for the device's access, and unmapped behind it."""
    if w.evidence.context.coherent:
        return
    site = w.evidence.incident.site
    runs = [(start, end) for start, end, other in w.record.lines if other == site]
    direction = w.direction_seen(w.evidence.incident.seen)

    def apply(address: int, story: list[edits.Item]) -> list[edits.Item]:
        new = [edits.Item(start, name, None) for start, _ in runs[-1:] for name in edits.for_device(direction)]
        new += [edits.Item(end, name, None) for _, end in runs[-1:] for name in edits.for_cpu(direction)]
        return edits.ordered([*story, *new])

    call = f"dma_map_single({w.buffer}, {direction.value})"
    yield Edit(f"insert {call} before {place(site)}, and dma_unmap_single behind it", apply)


_BY_CODE: dict[Code, tuple[Maker, ...]] = {
    Code.CPU_WR_OWNED: (taken_back, moved_accesses),
    Code.CPU_RD_OWNED: (taken_back, moved_accesses),
    Code.WRONG_DIR: (other_direction,),
    Code.DEV_UNMAPPED: (later_unmap, mapped_again),
    Code.CMA_LIFETIME: (later_unmap, ended_alias),
    Code.COH_CFG: (flipped_snoop,),
    Code.ALIAS_ATTR: (same_attributes, inserted_calls),
    Code.SPEC_FORBIDDEN: (ended_alias,),
    Code.SHARED_LINE: (separated_lines,),
    Code.RING_CACHED: (uncached_ring,),
    Code.VALIAS: (by_its_own_alias,),
    Code.OUTER_MAINT: (reached_everywhere, inserted_outer, inserted_calls),
    Code.DEV_ORDER: (waits,),
    Code.NO_RMB: (read_barriers,),
    Code.NO_WMB: (barriers,),
    Code.WRONG_RANGE: (aimed,),
    Code.TLB_BBM: (),
    Code.LOST_CPU_DATA: (other_direction, deleted_calls),
}
_OF_RULES: dict[Code, tuple[Maker, ...]] = {
    Code.WRONG_RANGE: (handed_over,),
    Code.LOST_CPU_DATA: (earlier_unmap,),
}
_EVERY: tuple[Maker, ...] = (
    inserted_calls,
    barriers,
    inserted_outer,
    aimed,
    other_direction,
    separated_lines,
    flipped_snoop,
    waits,
    moved_calls,
    deleted_calls,
    moved_accesses,
)


def candidates(w: Workshop, code: Code) -> Iterator[Edit]:
    """The edits to try, in order. Of a broken rule only those that keep the rule too."""
    fitting = _BY_CODE.get(code, ())
    if w.evidence.incident.rule is not None:
        fitting = _OF_RULES.get(code, fitting)
    others = () if w.evidence.incident.rule is not None else _EVERY
    for make in (*fitting, *(make for make in others if make not in fitting)):
        yield from make(w)

