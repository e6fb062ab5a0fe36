# SPDX-License-Identifier: Apache-2.0
"""Edits of calls of the DMA API in the tape of a run: of maps that meet, of bounce buffers, of syncs that miss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from dmasan import events as ev
from dmasan.events import CacheOp, Direction, Site
from dmasan.sanitizer.diagnosis import tape_edits as edits
from dmasan.sanitizer.diagnosis.call_repair import CALLS, edits_of_calls
from dmasan.sanitizer.diagnosis.tape_candidates import TapeShop
from dmasan.sanitizer.diagnosis.tape_edits import Entries, TapeEdit
from dmasan.sanitizer.tape import Burst, Entry

# --- maps and unmaps


def other_calls(w: TapeShop) -> Iterator[TapeEdit]:
    """One call of the DMA API left out, put in, or made with other arguments; what it does to caches stays."""
    calls = [e for e in w.entries if isinstance(e, CALLS)]
    for text, edited in edits_of_calls(calls, set(w.sites)):

        def apply(entries: Entries, edited: Sequence[ev.Event] = edited) -> list[Entry]:
            return _merged(entries, calls, edited)

        yield TapeEdit(text, apply)


def _merged(entries: Entries, calls: Sequence[ev.Event], edited: Sequence[ev.Event]) -> list[Entry]:
    """The tape with its calls replaced by edited ones: what is the same stays where it is, the rest goes between."""
    told: list[Entry] = []
    known = {id(each) for each in calls}
    kept = {id(each) for each in edited} & known
    new = list(edited)
    for entry in entries:
        if id(entry) not in known:
            told.append(entry)
            continue
        while new and id(new[0]) not in kept:
            told.append(new.pop(0))
        if id(entry) in kept:
            told.append(entry)
            new.pop(0)
    return [*told, *new]


def mapped_once(w: TapeShop) -> Iterator[TapeEdit]:
    """Two mappings of one buffer become one, for both directions."""
    for n, entry in enumerate(w.entries):
        if not isinstance(entry, ev.DmaMap) or entry.site not in w.sites:
            continue
        for first in reversed(edits.live_mappings(w.entries, n)):
            if first.address < entry.address + entry.length and entry.address < first.address + first.length:
                text = (
                    f"map {first.name or 'the buffer'} once, DMA_BIDIRECTIONAL, at {first.site.short}, and use its address "
                    f"in place of a second mapping at {entry.site.short}"
                )
                yield TapeEdit(text, partial(_once, first, entry))
                break


def _once(first: ev.DmaMap, second: ev.DmaMap, entries: Entries) -> list[Entry]:
    both = Direction.BIDIRECTIONAL
    again = {
        e.site for e in entries if isinstance(e, ev.DmaUnmap | ev.DmaSync) and e.direction is second.direction
        and second.address <= e.address < second.address + second.length and second.direction is not first.direction
    }
    unmaps = [e for e in entries if isinstance(e, ev.DmaUnmap) and e.address in (first.address, second.address)]
    last = unmaps[-1].site if unmaps else first.site
    dropped = ({second.site, *again} | {e.site for e in unmaps}) - {first.site, last}
    told: list[Entry] = []
    for entry in entries:
        if isinstance(entry, Burst):
            told.append(entry)
        elif entry is first:
            told.append(replace(first, direction=both))
        elif entry.site in dropped and isinstance(entry, (*CALLS, ev.Maintenance, ev.ContentUndefined)):
            continue
        elif entry.site == first.site and isinstance(entry, ev.ContentUndefined):
            continue  # a BIDIRECTIONAL map discards nothing
        elif entry.site == first.site and isinstance(entry, ev.Maintenance) and entry.op is CacheOp.INVALIDATE:
            told.append(replace(entry, op=CacheOp.CLEAN))
        elif entry.site == last and isinstance(entry, ev.DmaUnmap) and unmaps and entry is unmaps[-1]:
            where = (entry.time_ns, entry.site)
            told += edits.maintenance(entry, CacheOp.INVALIDATE, first.address, first.length)
            told.append(replace(edits.as_unmap(replace(first, direction=both), entry), time_ns=where[0]))
        else:
            told.append(entry)
    return told


# --- bounce buffers


def _copies(entries: Entries, sites: Sequence[Site]) -> list[int]:
    return edits.at_site(entries, sites, ev.BounceCopy)


def _of_copy(entries: Entries, place: int) -> list[int]:
    """The copy at a place with the loads and stores that it makes."""
    copy = entries[place]
    assert isinstance(copy, ev.BounceCopy)
    found, left = [place], copy.length
    for n in range(place + 1, len(entries)):
        entry = entries[n]
        if isinstance(entry, edits.ACCESSES) and entry.site == copy.site:
            found.append(n)
            left -= entry.length if isinstance(entry, ev.Store) else 0
            if left <= 0:
                break
    return found


def left_out(w: TapeShop) -> Iterator[TapeEdit]:
    """A copy between buffer and slot that undoes what the other side wrote is not made."""
    for site in w.sites:
        if not _copies(w.entries, [site]):
            continue

        def apply(entries: Entries, site: Site = site) -> list[Entry]:
            return edits.without(entries, [k for n in _copies(entries, [site]) for k in _of_copy(entries, n)])

        yield TapeEdit(f"leave out the sync at {site.short}: the side that it copies to has the newer bytes", apply)


def copied_alike(w: TapeShop) -> Iterator[TapeEdit]:
    """A copy has the same offset in the buffer as in its slot."""
    if not _copies(w.entries, w.sites):
        return

    def apply(entries: Entries) -> list[Entry]:
        for n in _copies(entries, w.sites):
            copy = entries[n]
            assert isinstance(copy, ev.BounceCopy)
            for m in edits.live_mappings(entries, n):
                shift = (m.buffer or 0) - m.address - (copy.buffer - copy.slot)
                if m.buffer is not None and m.address <= copy.slot < m.address + m.length and shift:
                    entries = _shifted(entries, _of_copy(entries, n), copy, shift)
        return list(entries)

    yield TapeEdit(f"copy from the same offset of the buffer as in the slot at {w.sites[0].short}", apply)


def _shifted(entries: Entries, places: Sequence[int], copy: ev.BounceCopy, shift: int) -> list[Entry]:
    told = list(entries)
    for n in places:
        entry = told[n]
        if isinstance(entry, ev.BounceCopy):
            told[n] = replace(entry, buffer=entry.buffer + shift)
        elif isinstance(entry, edits.ACCESSES) and copy.buffer <= entry.address < copy.buffer + copy.length:
            told[n] = replace(entry, address=entry.address + shift)
    return told


def handed_over(w: TapeShop) -> Iterator[TapeEdit]:
    """The sync_for_device that is missing before a doorbell."""
    byte = w.root[0].incident.byte
    for site in w.sites:
        bells = edits.first_of_runs(edits.at_site(w.entries, [site], ev.MmioWrite))
        given = [m for n in bells[-1:] for m in edits.live_mappings(w.entries, n) if _reaches(m, byte)]
        if not given:
            continue

        def apply(entries: Entries, bells: Sequence[int] = bells) -> list[Entry]:
            before: dict[int, list[Entry]] = {}
            for n in bells:
                event = entries[n]
                assert not isinstance(event, Burst)
                for m in edits.live_mappings(entries, n):
                    if _reaches(m, byte):
                        before[n] = _sync(event, m, m.buffer if m.buffer is not None else m.address, for_cpu=False)
            return edits.inserted(entries, before)

        what = f"({given[-1].name or w.buffer}, {given[-1].direction.value})"
        yield TapeEdit(f"insert dma_sync_single_for_device{what} before {site.short}", apply)


def _reaches(m: ev.DmaMap, byte: int) -> bool:
    """Whether a streaming mapping has a byte, in its buffer or its bounce slot."""
    sides = (m.address, m.buffer if m.buffer is not None else m.address)
    streaming = m.kind not in (ev.MappingKind.COHERENT, ev.MappingKind.STATIC)
    return streaming and any(side <= byte < side + m.length for side in sides)


def copied_first(w: TapeShop) -> Iterator[TapeEdit]:
    """The sync that is missing before an access."""
    incident = w.root[0].incident

    def apply(entries: Entries) -> list[Entry]:
        places = edits.at_site(entries, w.sites, *edits.ACCESSES)
        for n in reversed(edits.first_of_runs(places)):
            for m in edits.live_mappings(entries, n):
                buffer = m.buffer if m.buffer is not None else m.address
                if buffer != m.address and buffer <= incident.byte < buffer + m.length:
                    access = entries[n]
                    assert isinstance(access, edits.ACCESSES)
                    entries = edits.inserted(entries, {n: _sync(access, m, buffer, for_cpu=True)})
        return list(entries)

    yield TapeEdit(f"sync {w.buffer} before {w.sites[0].short}: the bytes are on the other side of the bounce buffer", apply)


def copied_at_the_end(w: TapeShop) -> Iterator[TapeEdit]:
    """The copy from the slot that an unmap with DMA_ATTR_SKIP_CPU_SYNC leaves out."""
    byte = w.root[0].incident.byte
    for n, entry in enumerate(w.entries):
        if not isinstance(entry, ev.DmaUnmap) or "SKIP_CPU_SYNC" not in entry.attrs:
            continue
        ended = [m for m in edits.live_mappings(w.entries, n) if m.address == entry.address and _reaches(m, byte)]
        if not ended or ended[-1].buffer is None:
            continue
        copied = _sync(entry, ended[-1], ended[-1].buffer, for_cpu=True)
        text = f"unmap {w.buffer} at {entry.site.short} without DMA_ATTR_SKIP_CPU_SYNC, or insert dma_sync_single_for_cpu before it"
        yield TapeEdit(text, lambda entries, n=n, copied=copied: edits.inserted(entries, {n: copied}))  # type: ignore[misc]


def _sync(event: ev.Event, m: ev.DmaMap, buffer: int, *, for_cpu: bool) -> list[Entry]:
    """dma_sync_single_for_cpu or _for_device of a whole mapping: its copy, if it is bounced, and its maintenance."""
    where = (event.time_ns, event.site)
    source, target = (m.address, buffer) if for_cpu else (buffer, m.address)
    copy: list[Entry] = [
        ev.BounceCopy(*where, buffer, m.address, m.length, not for_cpu),
        ev.Load(*where, 0, source, m.length, ev.MemoryType.WB),
        ev.Store(*where, 0, target, m.length, ev.MemoryType.WB),
    ]
    one_way = Direction.TO_DEVICE if for_cpu else Direction.FROM_DEVICE
    copy = copy if buffer != m.address and m.direction is not one_way else []
    sync = ev.DmaSync(*where, m.address, m.length, m.direction, for_cpu, m.device, m.handle)
    if not for_cpu:
        op = CacheOp.INVALIDATE if m.direction is Direction.FROM_DEVICE else CacheOp.CLEAN
        return [*copy, *edits.maintenance(event, op, m.address, m.length), sync]
    if m.direction is Direction.TO_DEVICE:
        return [sync]
    return [*edits.maintenance(event, CacheOp.INVALIDATE, m.address, m.length), *copy, sync]


def taken_back(w: TapeShop) -> Iterator[TapeEdit]:
    """The buffer is the CPU's while it uses it; from then on, if it only reads and does not hand it over again."""
    accesses = edits.at_site(w.entries, w.sites, *edits.ACCESSES)
    used = [m for n in accesses[:1] for m in edits.live_mappings(w.entries, n) if _holds(m, w.entries[n])]
    if not used:
        return
    first, last = w.sites[0], w.sites[-1]
    what = f"({w.buffer}, {used[-1].direction.value})"
    only_reads = all(isinstance(w.entries[n], ev.Load) for n in accesses)
    if only_reads and used[-1].direction is not Direction.TO_DEVICE:
        text = f"insert dma_sync_single_for_cpu{what} before {first.short}"
        yield TapeEdit(text, partial(_taken, accesses, False))
    behind = "it" if first == last else last.short
    text = f"insert dma_sync_single_for_cpu{what} before {first.short}, and dma_sync_single_for_device behind {behind}"
    yield TapeEdit(text, partial(_taken, accesses, True))


def _taken(accesses: Sequence[int], given_back: bool, entries: Entries) -> list[Entry]:
    """With a sync_for_cpu before each of the accesses, and a sync_for_device behind it if it is `given_back`."""
    before: dict[int, list[Entry]] = {}
    for n in accesses:
        access = entries[n]
        for m in edits.live_mappings(entries, n):
            if _holds(m, access) and isinstance(access, edits.ACCESSES):
                buffer = m.buffer if m.buffer is not None else m.address
                before.setdefault(n, []).extend(_sync(access, m, buffer, for_cpu=True))
                if given_back:
                    before.setdefault(n + 1, []).extend(_sync(access, m, buffer, for_cpu=False))
    return edits.inserted(entries, before)


def _holds(m: ev.DmaMap, access: Entry) -> bool:
    """Whether the CPU's side of a mapping has the first byte of an access."""
    buffer = m.buffer if m.buffer is not None else m.address
    return isinstance(access, edits.ACCESSES) and buffer <= access.address < buffer + m.length


def as_long_as_used(w: TapeShop) -> Iterator[TapeEdit]:
    """The mapping ends where the device's data does."""
    for m in [e for e in w.entries if isinstance(e, ev.DmaMap) and e.name == w.buffer]:
        used = [
            e.access.address + e.access.length
            for e in w.entries
            if isinstance(e, Burst) and m.address <= e.access.address < m.address + m.length
        ]
        length = max(used, default=m.address) - m.address
        if 0 < length < m.length:
            text = f"map, sync and unmap the {length} bytes that the device uses at {m.site.short}, not {m.length}"
            yield TapeEdit(text, partial(_shortened, m, length))


def _shortened(m: ev.DmaMap, length: int, entries: Entries) -> list[Entry]:
    told: list[Entry] = []
    sides = [m.address, m.buffer if m.buffer is not None else m.address]
    copying: Site | None = None
    for entry in entries:
        if isinstance(entry, ev.DmaMap | ev.DmaUnmap | ev.DmaSync) and entry.address == m.address:
            told.append(replace(entry, length=min(entry.length, length)))
        elif isinstance(entry, ev.BounceCopy) and entry.slot == m.address:
            told.append(replace(entry, length=min(entry.length, length)))
            copying = entry.site
        elif isinstance(entry, edits.ACCESSES) and entry.site == copying and entry.length > length and entry.address in sides:
            stale = getattr(entry, "stale", None)
            cut = replace(entry, length=length)
            told.append(cut if stale is None else replace(cut, stale=stale[:length]))
        else:
            told.append(entry)
    return told


def copied_in(w: TapeShop) -> Iterator[TapeEdit]:
    """A mapping for both directions: its buffer is copied to the slot before, and stays there where the device writes less."""
    for m in [e for e in w.entries if isinstance(e, ev.DmaMap) and e.name == w.buffer]:
        if m.buffer not in (None, m.address) and m.direction is Direction.FROM_DEVICE:
            text = (
                f"map {w.buffer} DMA_BIDIRECTIONAL at {m.site.short}, and sync and unmap it so: what the device leaves alone "
                "is then the buffer's own; or read no more than the device wrote"
            )
            yield TapeEdit(text, partial(_both_ways, m))


def _both_ways(m: ev.DmaMap, entries: Entries) -> list[Entry]:
    told: list[Entry] = []
    live = False
    for entry in entries:
        if entry is m:
            live = True
            both = replace(m, direction=Direction.BIDIRECTIONAL)
            told += [*_sync(m, both, m.buffer or m.address, for_cpu=False)[:-1], both]
        elif live and isinstance(entry, ev.DmaUnmap | ev.DmaSync) and _in(m, entry.address):
            told.append(replace(entry, direction=Direction.BIDIRECTIONAL))
            live = not isinstance(entry, ev.DmaUnmap)
        elif isinstance(entry, ev.ContentUndefined | ev.Maintenance) and entry.site == m.site and _in(m, entry.address):
            if isinstance(entry, ev.Maintenance) and entry.op is not CacheOp.INVALIDATE:
                told.append(entry)
        else:
            told.append(entry)
    return told


# --- syncs of other memory


def synced_where_used(w: TapeShop) -> Iterator[TapeEdit]:
    """A sync and its maintenance act on the mapping that the device uses, not on what was copied into it."""
    syncs = [e for e in w.entries if isinstance(e, ev.DmaSync) and e.site in w.sites]
    for sync in syncs:
        place = next(n for n, e in enumerate(w.entries) if e is sync)
        for m in edits.live_mappings(w.entries, place):
            if m.kind in (ev.MappingKind.COHERENT, ev.MappingKind.STATIC) or m.length < sync.length:
                continue

            def apply(entries: Entries, sync: ev.DmaSync = sync, m: ev.DmaMap = m) -> list[Entry]:
                return _aimed(entries, sync, m)

            yield TapeEdit(f"sync {m.name or 'the mapping'}, which the device uses, at {sync.site.short}", apply)


def _aimed(entries: Entries, sync: ev.DmaSync, m: ev.DmaMap) -> list[Entry]:
    told: list[Entry] = []
    for entry in entries:
        if not isinstance(entry, Burst) and entry.site == sync.site:
            if isinstance(entry, ev.DmaSync):
                told.append(replace(entry, address=m.address, handle=m.handle, direction=m.direction, device=m.device))
                continue
            if isinstance(entry, ev.Maintenance) and sync.address <= entry.address < sync.address + sync.length:
                told.append(replace(entry, address=entry.address - sync.address + m.address))
                continue
        told.append(entry)
    return told


def aimed_syncs(w: TapeShop) -> Iterator[TapeEdit]:
    """Each sync_for_cpu before an access of the root acts on what is accessed behind it."""
    accesses = edits.at_site(w.entries, w.sites, *edits.ACCESSES)
    found: dict[int, ev.Store | ev.Load] = {}  # by place of the sync: the first access
    for n in accesses:
        access = w.entries[n]
        assert isinstance(access, edits.ACCESSES)
        live = [m for m in edits.live_mappings(w.entries, n) if m.address <= access.address < m.address + m.length]
        for k in range(n - 1, -1, -1):
            sync = w.entries[k]
            if isinstance(sync, ev.DmaSync) and sync.for_cpu and any(_in(m, sync.address) for m in live):
                found.setdefault(k, access)
                break
    if not found:
        return
    where = w.entries[next(iter(found))]
    assert isinstance(where, ev.DmaSync)

    def apply(entries: Entries) -> list[Entry]:
        told = list(entries)
        for k, access in found.items():
            sync = told[k]
            assert isinstance(sync, ev.DmaSync)
            shift = access.address - sync.address
            handle = None if sync.handle is None else sync.handle + shift
            told[k] = replace(sync, address=access.address, length=access.length, handle=handle)
            for at in range(k - 1, -1, -1):
                op = told[at]
                if isinstance(op, Burst) or op.site != sync.site:
                    break
                if isinstance(op, ev.Maintenance):
                    told[at] = replace(op, address=op.address + shift, length=access.length)
        return told

    yield TapeEdit(f"let the sync at {where.site.short} act on what is accessed at {w.sites[0].short}", apply)


def _in(mapping: ev.DmaMap, address: int) -> bool:
    return mapping.address <= address < mapping.address + mapping.length
