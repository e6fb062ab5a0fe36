# SPDX-License-Identifier: Apache-2.0
"""Which edits of the whole program are tried for a root whose rule is broken: by its code, the most fitting first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

from dmasan import events as ev
from dmasan.events import CacheOp, Direction, Site
from dmasan.sanitizer.diagnosis import tape_edits as edits
from dmasan.sanitizer.diagnosis.account import Account
from dmasan.sanitizer.diagnosis.roots import Judged
from dmasan.sanitizer.diagnosis.tape_edits import Entries, TapeEdit
from dmasan.sanitizer.tape import Burst, Entry

Maker = Callable[["TapeShop"], Iterator[TapeEdit]]


@dataclass(frozen=True, eq=False)
class TapeShop:
    """What edits are made from: the incidents of the root, the tape of the run, and what else is kept of it."""

    root: Sequence[Judged]
    entries: Entries
    run: Account

    @property
    def sites(self) -> list[Site]:
        """The lines where the root's rules are broken."""
        return list(dict.fromkeys(each.incident.site for each in self.root if each.incident.rule is not None))

    @property
    def buffer(self) -> str:
        return self.root[0].incident.buffer

    def mapping_at(self, address: int) -> ev.DmaMap | None:
        """The last mapping in the tape that has a byte."""
        maps = [entry for entry in self.entries if isinstance(entry, ev.DmaMap)]
        return next((m for m in reversed(maps) if m.address <= address < m.address + m.length), None)

    def scratch(self, like: int, length: int, below: int | None = None) -> int | None:
        return edits.scratch(self.entries, self.run.base, self.run.size, like, length, below)


# --- time


def waited(w: TapeShop) -> Iterator[TapeEdit]:
    """The device is idle, and was seen to be, before the line."""
    registers = deepcopy(w.run.registers)  # asking moves them on
    for site in w.sites[:3]:

        def apply(entries: Entries, site: Site = site) -> list[Entry]:
            for n in reversed(edits.first_of_runs(edits.at_site(entries, [site]))):
                late = edits.outstanding(entries, n, registers)
                event = entries[n]
                if not isinstance(event, Burst):
                    entries = edits.without_and(entries, late, {n: [*(entries[k] for k in late), edits.idle(event)]})
            return list(entries)

        yield TapeEdit(f"wait until the device is idle before {site.short}: its interrupt, or its status register", apply)


def kept_longer(w: TapeShop) -> Iterator[TapeEdit]:
    """A block of a pool is freed behind the device's last access to it."""
    byte = w.root[0].incident.byte
    frees = [
        n for n, e in enumerate(w.entries) if isinstance(e, ev.PoolBlock) and not e.given and e.address <= byte < e.address + e.length
    ]
    used = [n for n, e in enumerate(w.entries) if isinstance(e, Burst) and e.access.address <= byte < e.access.address + e.access.length]
    if not frees or not used or frees[-1] > used[-1]:
        return
    freed = w.entries[frees[-1]]
    assert isinstance(freed, ev.PoolBlock)
    text = f"free the block of {w.buffer} at {freed.site.short} when the device is done with it"
    yield TapeEdit(text, lambda entries: edits.without_and(entries, frees[-1:], {used[-1] + 1: [edits.idle(freed), freed]}))


def given_back(w: TapeShop) -> Iterator[TapeEdit]:
    """Every block of a pool is freed once, before the pool goes."""
    wrong = [e for e in w.entries if isinstance(e, ev.PoolMisuse) and e.site in w.sites]
    if not wrong:
        return

    def apply(entries: Entries) -> list[Entry]:
        told = [ev.PoolBlock(e.time_ns, e.site, e.address, e.length, False) if isinstance(e, ev.PoolMisuse) and e.lost else e for e in entries]
        return [e for e in told if not (isinstance(e, ev.PoolMisuse) and e.site in w.sites)]

    where = wrong[0].site.short
    lost = f"give what is left of {w.buffer} back by dma_pool_free before {where}"
    yield TapeEdit(lost if wrong[0].lost else f"leave out the call at {where}", apply)


def taken_first(w: TapeShop) -> Iterator[TapeEdit]:
    """The device is through with a buffer, and it is unmapped, before its page goes."""
    registers = deepcopy(w.run.registers)  # asking moves them on
    mapping = w.mapping_at(w.root[0].incident.byte)
    places = edits.at_site(w.entries, w.sites)
    if mapping is None or not places or not _ended_later(w.entries, mapping, places[0]):
        return

    def apply(entries: Entries) -> list[Entry]:
        first = edits.at_site(entries, w.sites)[0]
        calls = [
            n
            for n, entry in enumerate(entries)
            if n > first and isinstance(entry, ev.DmaUnmap) and entry.address == mapping.address
        ]
        sites = {each.site for n in calls if not isinstance(each := entries[n], Burst)}
        unmaps = [n for n in edits.at_site(entries, sites) if n > first]
        late = edits.outstanding(entries, first, registers)
        event = entries[first]
        assert not isinstance(event, Burst)
        new: list[Entry] = [*(entries[k] for k in late), edits.idle(event), *(entries[k] for k in unmaps)]
        return edits.without_and(entries, [*late, *unmaps], {first: new})

    where = w.sites[0].short
    yield TapeEdit(f"wait for the device and unmap {w.buffer} before {where}, or hold a reference to its page until then", apply)


def _ended_later(entries: Entries, mapping: ev.DmaMap, place: int) -> bool:
    """Whether a mapping is unmapped behind a place."""
    return any(isinstance(e, ev.DmaUnmap) and e.address == mapping.address for e in entries[place + 1 :]) and not any(
        isinstance(e, ev.DmaUnmap) and e.address == mapping.address for e in entries[:place]
    )


# --- translations and aliases


def broken_first(w: TapeShop) -> Iterator[TapeEdit]:
    """TLB maintenance, complete, before the line that makes an entry anew or frees a page."""

    def apply(entries: Entries) -> list[Entry]:
        before: dict[int, list[Entry]] = {}
        for n in edits.first_of_runs(edits.at_site(entries, w.sites, ev.DescriptorWrite, ev.ContentUndefined)):
            event = entries[n]
            if isinstance(event, Burst):
                continue
            flush = ev.TlbMaintenance(event.time_ns, event.site, getattr(event, "cpu", 0), 0, 0, True)
            before[n] = [barrier_like(event, "dsb", "ishst"), flush, barrier_like(event), barrier_like(event, "isb")]
        return edits.inserted(entries, before)

    where = w.sites[0].short
    yield TapeEdit(f"invalidate the old translation in the TLBs before {where}: DSB, TLBI, DSB, and only then go on", apply)


def flushed_behind(w: TapeShop) -> Iterator[TapeEdit]:
    """TLB maintenance, complete, between the change of an entry and the accesses behind it."""

    def apply(entries: Entries) -> list[Entry]:
        before: dict[int, list[Entry]] = {}
        for n in edits.first_of_runs(edits.at_site(entries, w.sites, *edits.ACCESSES)):
            event = entries[n]
            assert not isinstance(event, Burst)
            flush = ev.TlbMaintenance(event.time_ns, event.site, getattr(event, "cpu", 0), 0, 0, True)
            before[n] = [barrier_like(event, "dsb", "ishst"), flush, barrier_like(event), barrier_like(event, "isb")]
        return edits.inserted(entries, before)

    where = w.sites[0].short
    yield TapeEdit(f"invalidate the translation in the TLBs before {where}, behind the change of its entry: DSB, TLBI, DSB, ISB", apply)


def visible_first(w: TapeShop) -> Iterator[TapeEdit]:
    """A DSB behind the entry, before its translation is used."""

    def apply(entries: Entries) -> list[Entry]:
        places = edits.first_of_runs(edits.at_site(entries, w.sites))
        return edits.inserted(entries, {n: [barrier_like(entries[n], "dsb", "ishst"), barrier_like(entries[n], "isb")] for n in places})

    yield TapeEdit(f"insert dsb(ishst) and isb() before {w.sites[0].short}, behind the stores to the page table", apply)


def iotlb_flushed(w: TapeShop) -> Iterator[TapeEdit]:
    """The IOMMU's TLB is told at unmap; what the device does by that translation faults then, and reaches no memory."""
    gone = [e for e in w.entries if isinstance(e, ev.IommuMap) and not e.valid]
    if not gone:
        return

    def apply(entries: Entries) -> list[Entry]:
        told: list[Entry] = []
        unmapped: list[tuple[int, int]] = []
        for entry in entries:
            if isinstance(entry, ev.IommuMap):
                span = (entry.address, entry.address + entry.length)
                unmapped = [each for each in unmapped if not (span[0] < each[1] and each[0] < span[1])]
                unmapped += [] if entry.valid else [span]
            what = entry.access if isinstance(entry, Burst) else entry
            if edits.is_device(entry) and any(start <= what.address < end for start, end in unmapped):  # type: ignore[union-attr]
                continue
            told.append(entry)
            if isinstance(entry, ev.IommuMap) and not entry.valid:
                flush = ev.IotlbMaintenance(entry.time_ns, entry.site, entry.device, entry.iova, entry.length)
                told.append(flush)
        return told

    where = gone[-1].site.short
    yield TapeEdit(f"invalidate the IOMMU's TLB for the range at {where}, before the address or the page is used again", apply)


def closed_alias(w: TapeShop) -> Iterator[TapeEdit]:
    """No cacheable translation of a region while it is forbidden."""
    closings = [e for e in w.entries if isinstance(e, ev.Firewall) and e.closed]

    def apply(entries: Entries) -> list[Entry]:
        told: list[Entry] = []
        for entry in entries:
            if isinstance(entry, ev.Firewall):
                alias = ev.AliasChange(entry.time_ns, entry.site, entry.address, entry.length, not entry.closed)
                if entry.closed:
                    flush = edits.maintenance(entry, CacheOp.CLEAN_INVALIDATE, entry.address, entry.length)
                    told += [alias, *flush, entry]
                else:
                    told += [entry, alias]
            else:
                told.append(entry)
        return told

    if closings:
        where = closings[0].site.short
        text = (
            f"take the region out of the linear map before {where} (no-map, or unmap it and invalidate the TLBs), "
            "then clean and invalidate its lines"
        )
        yield TapeEdit(text, apply)


# --- addresses and memory


def reached(w: TapeShop) -> Iterator[TapeEdit]:
    """The device's accesses go where the map said, not where fewer address bits lead."""
    strays = [e.access for e in w.entries if isinstance(e, Burst) and e.phase == "strayed"]
    if not strays:
        return

    def apply(entries: Entries) -> list[Entry]:
        told: list[Entry] = []
        for n, entry in enumerate(entries):
            if not isinstance(entry, Burst) or entry.phase != "strayed":
                told.append(entry)
                continue
            access = entry.access
            found = _meant(edits.live_mappings(entries, n), access.address)
            if found is None or not w.run.holds(found[1], access.length):
                told.append(entry)
                continue
            right = access._replace(address=found[1])
            writes = found[0].direction is not Direction.TO_DEVICE
            told += [Burst("write", right), Burst("done", right)] if writes else [Burst("read", right)]
        return told

    maps = [e for e in w.entries if isinstance(e, ev.DmaMap)]
    meant = _meant(maps, strays[0].address)
    if meant is None:
        return
    text = (
        f"set the mask that the device has ({meant[2]} address bits arrive: dma_set_mask_and_coherent), so that what it "
        f"cannot reach is bounced or refused, and it comes to {meant[0].name or 'what was mapped'}"
    )
    yield TapeEdit(text, apply)


def _meant(live: Sequence[ev.DmaMap], address: int) -> tuple[ev.DmaMap, int, int] | None:
    """The mapping that a device with fewer address bits was given, the address in it, and the most bits that fit."""
    for bits in range(40, 11, -1):
        low = (1 << bits) - 1
        for mapping in reversed(live):
            if (address - mapping.address) & low < mapping.length:
                return mapping, mapping.address + ((address - mapping.address) & low), bits
    return None


def clipped(w: TapeShop) -> Iterator[TapeEdit]:
    """The device ends where its buffer does."""
    incident = w.root[0].incident
    over = w.mapping_at(incident.byte - 1)
    if over is None:
        return
    end = over.address + over.length

    def apply(entries: Entries) -> list[Entry]:
        told: list[Entry] = []
        for entry in entries:
            if isinstance(entry, Burst):
                access = entry.access
                if over.address <= access.address < end:
                    length = min(access.length, end - access.address)
                    mask = None if entry.mask is None else entry.mask[:length]
                    told.append(Burst(entry.phase, access._replace(length=length), mask))
                    continue
                if end <= access.address <= incident.address + incident.length and access.kind is not ev.BurstKind.STATUS:
                    continue
            told.append(entry)
        return told

    yield TapeEdit(f"let the transfer end with the {over.length} bytes of {over.name or 'the buffer'} (or map all of it)", apply)


def cut_bursts(w: TapeShop) -> Iterator[TapeEdit]:
    """The device ends its bursts at 4 KiB."""

    def apply(entries: Entries) -> list[Entry]:
        return [part for entry in entries for part in (_cut(entry) if isinstance(entry, Burst) else (entry,))]

    if any(isinstance(entry, Burst) and len(list(_cut(entry))) > 1 for entry in w.entries):
        text = "have the device end its bursts at 4 KiB: compare all bits above the offset in a page of a burst's first and last byte"
        yield TapeEdit(text, apply)


def _cut(burst: Burst) -> Iterator[Burst]:
    access = burst.access
    for offset, length, _ in edits.Relocation((access.address // edits.PAGE + 1) * edits.PAGE, 1 << 48, 0).parts(
        access.address, access.length
    ):
        mask = None if burst.mask is None else burst.mask[offset : offset + length]
        yield Burst(burst.phase, access._replace(address=access.address + offset, length=length), mask)


def within_mask(w: TapeShop) -> Iterator[TapeEdit]:
    """The buffer lies where the device reaches."""
    for entry in w.entries:
        if isinstance(entry, ev.DmaMap) and entry.site in w.sites and entry.mask:
            new = w.scratch(entry.address, entry.length, entry.mask)
            if new is not None:
                shift = edits.Relocation(entry.address, entry.address + entry.length, new - entry.address)
                text = f"give the device memory within its mask {entry.mask:#x}: bounce {entry.name or 'the buffer'}, or allocate it there"
                yield TapeEdit(text, shift.apply)
                return


def told_limits(w: TapeShop) -> Iterator[TapeEdit]:
    """The kernel knows what segments the device takes."""
    found = [e for e in w.entries if isinstance(e, ev.DmaMap) and e.site in w.sites and e.kind is ev.MappingKind.SG]
    if not found:
        return
    longest = max(e.length for e in found)

    def apply(entries: Entries) -> list[Entry]:
        return [
            replace(e, max_segment=0, boundary=0) if isinstance(e, ev.DmaMap) and e.site in w.sites else e for e in entries
        ]

    text = (
        f"tell the kernel what the device takes (dma_set_max_seg_size, dma_set_seg_boundary: here {longest} bytes), or cut "
        f"the entries mapped at {found[0].site.short}"
    )
    yield TapeEdit(text, apply)


def other_memory(w: TapeShop) -> Iterator[TapeEdit]:
    """Memory that can be mapped, in place of what was."""
    for entry in w.entries:
        if not isinstance(entry, ev.DmaMap | ev.DmaMapFailed) or entry.site not in w.sites:
            continue
        base = w.run.base
        new = w.scratch(base if isinstance(entry, ev.DmaMapFailed) else entry.address, entry.length)
        if new is None:
            return
        kind = entry.area

        def apply(entries: Entries, new: int = new, entry: ev.DmaMap | ev.DmaMapFailed = entry) -> list[Entry]:
            if isinstance(entry, ev.DmaMapFailed):
                what = (ev.MappingKind.SINGLE, new, entry.length, entry.direction)
                good = ev.DmaMap(entry.time_ns, entry.site, *what, device=entry.device)
                return [good if each is entry else each for each in entries]
            start = entry.address
            told = edits.Relocation(start, start + entry.length, new - start).apply(entries)
            return [replace(e, area="linear") if isinstance(e, ev.DmaMap) and e.site in w.sites else e for e in told]

        text = f"map memory from kmalloc or the page allocator at {entry.site.short}, not {_areas(kind)}, and copy"
        yield TapeEdit(text, apply)
        return


def _areas(area: str) -> str:
    return {"stack": "the stack", "vmalloc": "vmalloc memory by its address", "kernel image": "the kernel's image"}.get(
        area, "memory that is none of the linear map"
    )


def own_lines(w: TapeShop) -> Iterator[TapeEdit]:
    """The buffer gets lines of its own."""
    mapping = w.mapping_at(w.root[0].incident.byte)
    if mapping is None:
        for each in w.root:
            mapping = mapping or w.mapping_at(each.incident.address)
    line = w.run.line
    if mapping is None or not (mapping.address | mapping.length) & (line - 1):
        first = w.root[0].incident.lines(line)[0]
        maps = [e for e in w.entries if isinstance(e, ev.DmaMap) and e.address < first + line and first < e.address + e.length]
        mapping = maps[-1] if maps else None
    if mapping is None:
        return
    new = w.scratch(mapping.address, mapping.length)
    if new is not None:
        start, end = mapping.address, mapping.address + mapping.length
        text = f"give {mapping.name or 'the buffer'} lines of its own: align it to {line} bytes, and pad it to a whole number of them"
        yield TapeEdit(text, edits.Relocation(start, end, new - start).apply)


def barrier_like(like: Entry, name: str = "dsb", option: str = "sy") -> Entry:
    assert not isinstance(like, Burst)
    return edits.barrier(like, name, option)
