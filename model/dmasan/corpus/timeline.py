# SPDX-License-Identifier: Apache-2.0
"""What happened in a run of a case, in order, as few rows: who did what to which buffer, and at which line of the program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from dmasan import events as ev
from dmasan.corpus import CASES
from dmasan.corpus.case import places
from dmasan.corpus.outcome import play, world
from dmasan.events import BurstKind, CacheOp, Level, MappingKind
from dmasan.sanitizer import Hazard
from dmasan.sanitizer.codes import Code
from dmasan.sanitizer.tape import Burst, Entry
from dmasan.soc import Soc

CPU, CACHES, KERNEL, DEVICE = "CPU", "caches", "kernel", "device"
LANES = (CPU, CACHES, KERNEL, DEVICE)
_MOST = 26  # rows of a picture
_OPS = {
    CacheOp.CLEAN: "clean",
    CacheOp.INVALIDATE: "invalidate",
    CacheOp.CLEAN_INVALIDATE: "clean and invalidate",
}
_KINDS = {BurstKind.DATA: "", BurstKind.DESCRIPTOR: "descriptor of ", BurstKind.STATUS: "status into "}


@dataclass(frozen=True)
class Row:
    """One thing that happened. `count` bytes or times; `wrong`: a report points here, or at what was done here."""

    lane: str
    verb: str
    what: str
    line: int
    count: int = 0
    wrong: bool = False

    @property
    def text(self) -> str:
        size = f" ({self.count} bytes)" if self.count else ""
        return f"{self.verb} {self.what}{size}".strip()


@dataclass(frozen=True)
class Report:
    """What the page says of a hazard. The hazard itself holds the whole run, to search for repairs in."""

    code: Code
    because: str
    repair: str | None
    repair_verified: bool

    @classmethod
    def of(cls, hazard: Hazard) -> Report:
        because = hazard.because or hazard.copies
        return cls(hazard.code, because, hazard.repair, hazard.repair_verified)


@dataclass(frozen=True)
class Timeline:
    """The rows of a run, and what was reported of it."""

    rows: tuple[Row, ...]
    report: Report | None


@cache
def timeline(identity: str, kind: str) -> Timeline:
    """A variant's run without hidden moves; what may go wrong under other schedules is reported all the same."""
    case = CASES[identity]
    variant = case.variant(kind)
    soc = world(case, variant, schedule="benign")
    play(soc, variant)
    file, _ = places(variant)
    hazards = soc.hazards
    first = hazards[0] if hazards else None
    wrong = {site.line for site in (first.site, first.writer) if _of(site, file)} if first is not None else set()
    rows = _merged(_told(soc, soc.sanitizer.tape, file))
    report = Report.of(first) if first is not None else None
    return Timeline(_shortened([replace(row, wrong=row.line in wrong) for row in rows]), report)


def _of(site: ev.Site, file: str) -> bool:
    return bool(site.file) and str(Path(site.file).resolve()) == file


def _told(soc: Soc, entries: Iterable[Entry], file: str) -> Iterator[Row]:
    """The entries that lines of the case caused, and the device's, that has no lines."""
    begun, line = False, 0
    for entry in entries:
        if isinstance(entry, Burst):
            if begun:
                yield from _burst(soc, entry, line)
            continue
        if _of(entry.site, file):
            begun, line = True, entry.site.line
            row = _event(soc, entry)
            if row is not None:
                yield row


def _name(soc: Soc, address: int) -> str:
    """The buffer at an address, at any time of the run."""
    buffers = soc.sanitizer.buffers
    for mapping in (*buffers.live, *reversed(buffers.past)):
        if mapping.address <= address < mapping.end and mapping.name:
            return mapping.name
    return "other memory"


def _burst(soc: Soc, burst: Burst, line: int) -> Iterator[Row]:
    access = burst.access
    if burst.phase in ("read", "write"):
        yield Row(DEVICE, f"{burst.phase}s", _KINDS[access.kind] + _name(soc, access.address), line, access.length)
    elif burst.phase == "strayed":
        yield Row(DEVICE, "goes to", "an address without memory", line, access.length)


def _event(soc: Soc, e: ev.Event) -> Row | None:
    line = e.site.line
    match e:
        case ev.Store() | ev.Load():
            how = "" if e.type is ev.MemoryType.WB else f" ({e.type.value})"
            verb = "stores to" if isinstance(e, ev.Store) else "loads from"
            return Row(CPU, verb, _name(soc, e.address) + how, line, e.length)
        case ev.Maintenance():
            level = " in L2" if e.level is Level.OUTER else ""
            return Row(CACHES, _OPS[e.op] + level, _name(soc, e.address), line, e.length)
        case ev.DmaMap() if e.kind is MappingKind.STATIC:
            return Row(KERNEL, "memory for CPU and device:", e.name, line, e.length)
        case ev.DmaMap():
            verb = "coherent memory" if e.kind is MappingKind.COHERENT else f"map {_way(e.direction)}"
            return Row(KERNEL, verb, e.name, line, e.length)
        case ev.DmaUnmap():
            return Row(KERNEL, "free or unmap", _name(soc, e.address), line, e.length)
        case ev.DmaSync():
            side = "for the CPU" if e.for_cpu else "for the device"
            return Row(KERNEL, f"sync {side} {_way(e.direction)}", _name(soc, e.address), line, e.length)
        case ev.DmaMapFailed():
            return Row(KERNEL, "refuses to map", e.area + " memory", line)
        case ev.BounceCopy():
            return Row(KERNEL, "copies", "to the bounce slot" if e.to_slot else "from the bounce slot", line, e.length)
        case ev.Firewall():
            return Row(KERNEL, "the firewall", "closes" if e.closed else "opens", line)
        case ev.DescriptorWrite():
            return Row(KERNEL, "writes", "page table entries", line)
        case ev.TlbMaintenance():
            return Row(KERNEL, "invalidates", "the TLBs", line)
        case ev.IotlbMaintenance():
            return Row(KERNEL, "invalidates", "the IOTLB", line)
        case ev.IommuMap():
            return Row(KERNEL, "IOMMU:", "entry made" if e.valid else "entry removed", line)
        case ev.MmioWrite() if deepcopy(soc.sanitizer.order.registers).started(e.address, e.value) is not None:
            return Row(CPU, "doorbell", "", line)
        case ev.Interrupt():
            return Row(CPU, "interrupt", "", line)
    return None


def _way(direction: ev.Direction) -> str:
    return direction.value.removeprefix("DMA_")


def _merged(rows: Iterable[Row]) -> list[Row]:
    """Neighbours of one kind are one; of what one line makes the kernel and the caches do, each kind is told once."""
    told: list[Row] = []
    for row in rows:
        again = next((n for n in range(len(told) - 1, max(-1, len(told) - 7), -1) if _alike(told[n], row)), None)
        if again is None:
            told.append(row)
        else:
            told[again] = replace(told[again], count=told[again].count + row.count)
    return told


def _alike(one: Row, other: Row) -> bool:
    return (one.lane, one.verb, one.what, one.line) == (other.lane, other.verb, other.what, other.line)


def _shortened(rows: list[Row]) -> tuple[Row, ...]:
    """The beginning and the end, with what is wrong between, where there are too many."""
    if len(rows) <= _MOST:
        return tuple(rows)
    half = _MOST // 2
    middle = [row for row in rows[half:-half] if row.wrong][: _MOST // 4]
    return (*rows[:half], Row(CPU, "...", "", 0), *middle, *rows[-half:])
