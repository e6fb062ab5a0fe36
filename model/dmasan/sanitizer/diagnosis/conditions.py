# SPDX-License-Identifier: Apache-2.0
"""The conditions of the table that take more than a line."""

from __future__ import annotations

from dmasan import events as ev
from dmasan.events import CacheOp, Direction, MappingKind
from dmasan.sanitizer.codes import Code, Effect
from dmasan.sanitizer.diagnosis import aim
from dmasan.sanitizer.diagnosis.context import overlap
from dmasan.sanitizer.diagnosis.evidence import DRAINS, MAINTENANCE, Evidence
from dmasan.sanitizer.diagnosis.places import BUFFERS
from dmasan.sanitizer.history import Step, Touch

_OF_PAGES = (Code.DEV_UNMAPPED, Code.MAP_BALANCE, Code.CPU_RD_OWNED, Code.CPU_WR_OWNED)


def page_is_somebody_elses(e: Evidence) -> bool:
    """The page went to another owner under a live mapping, or after a coherent buffer was freed that the device uses."""
    context = e.context
    if e.rule(*_OF_PAGES) and context.freed_while_mapped:
        return True
    freed = context.unmaps[-1].after if context.unmaps else None
    if freed is None:  # it is freed by the call that is reported
        freed = e.incident.seen - 1
    return e.rule(Code.DEV_UNMAPPED) and context.coherent and context.reused >= freed


def original_is_synced(e: Evidence) -> bool:
    """A sync names memory that is not mapped, but whose content the CPU copied into a mapping: the driver's own bounce."""
    if not e.rule(Code.MAP_BALANCE):
        return False
    synced = [
        (mark.event.address, mark.event.length)
        for mark in e.history.marks
        if isinstance(mark.event, ev.DmaSync) and mark.event.site == e.incident.site and mark.after <= e.incident.seen
    ]
    mapped = [(m.event.address, m.event.length) for m in e.history.marks if isinstance(m.event, ev.DmaMap)]
    loads = {s.site for s in e.history.steps if s.name.startswith("load") and _touches(s, synced)}
    return any(s.name.startswith("store") and s.site in loads and _touches(s, mapped) for s in e.history.steps)


def _touches(step: Step, ranges: list[tuple[int, int]]) -> bool:
    return any(overlap((step.address, step.length), each) for each in ranges)


def sync_acts_beside(e: Evidence) -> bool:
    """The byte is the CPU's by an earlier sync; since then another part of its mapping was handed over instead."""
    context, mapping = e.context, e.context.mapping
    if not e.rule(Code.DEV_UNMAPPED) or mapping is None or not context.is_mapped or not context.syncs:
        return False
    last = context.syncs[-1]
    if not isinstance(last.event, ev.DmaSync) or not last.event.for_cpu:
        return False
    return any(
        isinstance(mark.event, ev.DmaSync)
        and not mark.event.for_cpu
        and last.after <= mark.after <= e.incident.seen
        and overlap((mark.event.address, mark.event.length), (mapping.address, mapping.length))
        for mark in e.history.marks
    )


def synced_too_soon(e: Evidence) -> bool:
    """sync_for_cpu of a mapping that stays, while the device is at work in it: lines may be filled again before it is done."""
    mapping = e.context.mapping
    if not e.rule(Code.DEV_UNMAPPED) or mapping is None or mapping.direction is Direction.TO_DEVICE:
        return False
    syncs = {mark.event.site for mark in e.context.syncs if isinstance(mark.event, ev.DmaSync) and mark.event.for_cpu}
    return e.context.is_mapped and e.incident.site in syncs


def not_handed_back(e: Evidence) -> bool:
    """A sync gave the bytes to the CPU, which has stored to some of them since, and no sync_for_device came before the doorbell.

    Memory of dma_alloc_pages and dma_alloc_noncoherent is the CPU's from the start.
    """
    context, mapping = e.context, e.context.mapping
    if not e.rule(Code.DEV_UNMAPPED) or mapping is None or not context.is_mapped:
        return False
    bells = [
        mark.after
        for mark in e.history.marks
        if isinstance(mark.event, ev.MmioWrite) and mark.event.site == e.incident.site and mark.after <= e.incident.seen
    ]
    bell = bells[-1] if bells else e.incident.seen
    syncs = [mark for mark in context.syncs if mark.after <= bell]
    since, for_cpu = context.mapped_since, mapping.kind is ev.MappingKind.NONCOHERENT
    if syncs:
        since, last = syncs[-1].after, syncs[-1].event
        for_cpu = isinstance(last, ev.DmaSync) and last.for_cpu
    skipped, touched = e.history.count - len(e.history.steps) + 1, (e.incident.address, e.incident.length)
    return for_cpu and any(
        since < number <= bell and step.name.startswith("store") and overlap((step.address, step.length), touched)
        for number, step in enumerate(e.history.steps, skipped)
    )


def sync_misses_the_access(e: Evidence) -> bool:
    """The CPU touches bytes of a mapping of which another part was synced for it since the device was last at work.

    That part is of no use to it: no access between the sync and this one is there; or this one is there too, and is longer.
    """
    mapping = e.context.mapping
    if not e.rule(Code.CPU_RD_OWNED, Code.CPU_WR_OWNED) or mapping is None or not e.context.is_mapped:
        return False
    seen, skipped = e.incident.seen, e.history.count - len(e.history.steps) + 1
    steps = [step for number, step in enumerate(e.history.steps, skipped) if e.context.mapped_since < number <= seen]
    inside = (mapping.address, mapping.length)
    worked = [n for n, step in enumerate(steps) if step.by == "device" and overlap((step.address, step.length), inside)]
    since = e.context.mapped_since + worked[-1] if worked else e.context.mapped_since
    for mark in e.history.marks:
        sync = mark.event
        if not isinstance(sync, ev.DmaSync) or not sync.for_cpu or not since <= mark.after <= seen:
            continue
        part = (sync.address, sync.length)
        touched = (e.incident.address, e.incident.length)
        if not overlap(part, inside) or (part[0] <= touched[0] and sum(touched) <= sum(part)):
            continue
        between = [
            step
            for number, step in enumerate(e.history.steps, skipped)
            if mark.after < number <= seen and step.name.startswith(("load", "store")) and overlap((step.address, step.length), part)
        ]
        if all(step.site == e.incident.site for step in between):
            return True
    return False


def device_never_came(e: Evidence) -> bool:
    """The CPU fills a buffer that was mapped FROM_DEVICE, the device never touches it: its unmap discards the data."""
    mapping = e.context.mapping
    if not e.rule(Code.CPU_WR_OWNED) or mapping is None or mapping.direction is not Direction.FROM_DEVICE:
        return False
    skipped = e.history.count - len(e.history.steps) + 1
    return not any(
        step.by == "device" and overlap((step.address, step.length), (mapping.address, mapping.length))
        for number, step in enumerate(e.history.steps, skipped)
        if number > e.context.mapped_since
    )


def loads_before_the_word(e: Evidence) -> bool:
    """Coherent memory is loaded too early, and the CPU looks at an ownership word at once behind it: in the wrong order."""
    if not e.rule(Code.CPU_RD_OWNED) or not e.context.coherent:
        return False
    declared = [mark.event for mark in e.history.marks if isinstance(mark.event, ev.OwnershipWords)]
    words = [(each.address + n * each.stride, each.length) for each in declared for n in range(each.count)]
    skipped = e.history.count - len(e.history.steps) + 1
    later = ((n, step) for n, step in enumerate(e.history.steps, skipped) if n > e.incident.seen and step.by.startswith("cpu"))
    number, following = next(((n, step) for n, step in later if step.site != e.incident.site), (0, None))
    if following is None or not following.name.startswith("load") or not _touches(following, words):
        return False
    return not any(e.incident.seen <= mark.after < number for mark in e.history.marks)  # it waits, or asks, for something


def copy_is_older_than_the_allocation(e: Evidence) -> bool:
    """Made before the page was given away; or explicitly, by the allocation itself, before the buffer was handed out."""
    maker = e.maker_touch
    if not e.context.coherent or maker is None or e.offender in BUFFERS or not (e.overwritten or e.read_place):
        return False
    if _is_latest_waiting(e):
        return False
    if e.context.allocated and maker.number < e.context.allocated:
        return True
    return e.made_explicitly and maker.number <= e.context.mapped_since


def _is_latest_waiting(e: Evidence) -> bool:
    """The offending copy is the latest value itself, which did not arrive."""
    return bool(e.pending)


def only_the_snoop_setting_is_wrong(e: Evidence) -> bool:
    """A snooping device that would be right without; or one that does not where software does no maintenance for it."""
    return e.flip == "off" or (e.flip == "on" and assumes_coherence(e))


def assumes_coherence(e: Evidence) -> bool:
    """Whether software treats the device as coherent: it snoops elsewhere, or a mapping was made without maintenance."""
    writer = e.writer
    since = writer.number if writer else 0
    maintained = any(_is_maintenance(touch) and touch.number > since for touch in e.touches)
    if maintained:
        return False
    if e.context.snoops:
        return True
    mapping = e.context.mapping
    if mapping is None or mapping.kind is MappingKind.STATIC or "SKIP_CPU_SYNC" in mapping.attrs:
        return False  # maintenance is the driver's own
    if e.context.coherent:
        return e.context.is_mapped and not e.context.made_uncached
    return not any(_is_maintenance(touch) and touch.step.site == mapping.site for touch in e.touches)


def _is_maintenance(touch: Touch) -> bool:
    return touch.operation in MAINTENANCE


def used_uncached(e: Evidence) -> bool:
    """The page is for uncached use: coherent memory, or its CPU accesses go through a Non-cacheable alias now."""
    if e.context.coherent and e.context.is_mapped:
        return True
    writer = e.writer
    return e.accessor in ("load_nc", "store_nc") or (writer is not None and writer.operation == "store_nc")


def other_alias_was_used(e: Evidence) -> bool:
    return used_uncached(e) and e.made_explicitly and e.maker is not None and not e.maker.name.endswith("_nc")


def other_alias_was_speculated_through(e: Evidence) -> bool:
    return used_uncached(e) and e.made_by_speculation


def write_through_stands_for_uncached(e: Evidence) -> bool:
    """A page was mapped Write-Through instead of as it was, as if that were uncached: the CPU loads through it, and never
    maintains the bytes. Where all memory is so from the start an invalidate is missing, as in other cacheable memory."""
    since = e.maker_touch.number if e.maker_touch else 0
    mapped_anew = "alias_dead" in e.names
    return e.accessor == "load_wt" and mapped_anew and not any(_is_maintenance(touch) and touch.number > since for touch in e.touches)


def only_another_mapping_reaches_it(e: Evidence) -> bool:
    """A dirty line of a page of highmem, stored through a process' or a temporary mapping, that no maintenance acts upon."""
    mapping = e.context.mapping
    if mapping is None or mapping.area != "highmem" or e.effect is not Effect.STALE_DEVICE_READ:
        return False
    since = e.writer.number if e.writer else 0
    return e.made_explicitly and not any(_is_maintenance(touch) and touch.number > since for touch in e.touches)


def ring_is_cached(e: Evidence) -> bool:
    """Somebody's cached copy of a line of descriptors, which the device writes too, is in the way."""
    cached = any(name in ("store_wb", "neighbour_wb", "load_wb") for name in e.names)
    return e.context.ring and cached and not used_uncached(e) and _device_writes_the_line(e)


def _device_writes_the_line(e: Evidence) -> bool:
    line = e.history.line
    home = e.context.address & -line
    return any(
        step.name in ("dev_write_posted", "snoop_write") and step.address < home + line and home < step.address + step.length
        for step in e.history.steps
    )


def emptied_the_wrong_l1(e: Evidence) -> bool:
    """Since the write, caches were cleaned by set and way, which reaches the L1 of the CPU that does it, and only others did it."""
    if e.writer is None or e.effect is not Effect.STALE_DEVICE_READ:
        return False
    own, since = e.writer.step.by, e.writer.number
    by = {
        f"cpu{mark.event.cpu}"
        for mark in e.history.marks
        if isinstance(mark.event, ev.SetWayMaintenance) and mark.event.op is not CacheOp.INVALIDATE and since <= mark.after <= e.incident.seen
    }
    return bool(by) and own not in by


def wrong_beyond_the_own_l1(e: Evidence) -> bool:
    if emptied_the_wrong_l1(e):
        return True
    if e.cured_on(broadcast=True) or (not e.family.broadcast and e.right_if_maintenance_reached):
        return True
    if not e.family.outer or e.dropped or (_waits_in_a_buffer(e) and not _was_drained(e)):
        return False
    return e.cured_on(levels=1, outer=False, nc_hits_l2=False)


def device_write_is_posted(e: Evidence) -> bool:
    return (
        e.effect is Effect.STALE_CPU_READ
        and e.pending == ["posted"]
        and e.right_when_device_is_done
    )


def a_barrier_is_missing(e: Evidence) -> bool:
    """Only what is under way is wrong. An older store that lands late is a barrier that is missing too."""
    if e.effect is Effect.LOST_UPDATE:
        return e.offender in BUFFERS
    waits = _waits_in_a_buffer(e)
    in_flight = any(name.startswith("issue_") for name in e.names) and _drains_after_issue(e) is False
    return (waits or in_flight) and e.right_when_drained


def _waits_in_a_buffer(e: Evidence) -> bool:
    return any(place in BUFFERS for place in e.pending) or e.offender in BUFFERS


def _was_drained(e: Evidence) -> bool:
    """Whether a DSB came behind the write: then the CPU did its part."""
    since = e.writer.number if e.writer else 0
    return any(touch.operation == "dsb" and touch.number > since for touch in e.touches)


def _drains_after_issue(e: Evidence) -> bool:
    """Whether a barrier completes the last maintenance before the access."""
    issued = max(n for n, name in enumerate(e.names) if name.startswith("issue_"))
    return any(name in DRAINS for name in e.names[issued:])


def misser(e: Evidence) -> Touch | None:
    """The maintenance that should have acted on the byte."""
    return aim.misaimed(e)


def maintenance_misses(e: Evidence) -> bool:
    """Maintenance by set and way names no range, so no other range would have been better."""
    return not e.dropped_by_slot and misser(e) is not None
