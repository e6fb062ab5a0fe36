# SPDX-License-Identifier: Apache-2.0
"""Whether a run keeps the contract of the DMA API, decided from its calls and accesses alone, byte by byte.

Documentation/core-api/dma-api.rst and dma-api-howto.rst, v6.19: between map (or sync_for_device) and unmap (or
sync_for_cpu) a streaming buffer is the device's; a device touches what is mapped for it, in the direction that was named;
every unmap and sync names a live mapping, an unmap as it was made. What the CPU only reads after a sync_for_cpu the device
may have again without a sync_for_device (the receive handler of dma-api-howto.rst). Nothing of the sanitizer's rules is
used, so that they can be measured by it. The run is taken as it was: what another order would bring is the business of
`explore`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dmasan import events as ev
from dmasan.events import Direction, MappingKind, Site
from dmasan.sanitizer.tape import Burst, Entry

Broken = frozenset[tuple[str, Site]]

_BOTH_SIDES = (MappingKind.COHERENT, MappingKind.STATIC)
_BEAT = 16  # bytes: a read may fetch the rest of a beat of which it was given something


@dataclass(eq=False)
class _Live:
    """A mapping: `owned` are the bytes that are the device's now, `lent` those of which the CPU has a look."""

    map: ev.DmaMap
    owned: NDArray[np.bool_] = field(init=False)
    lent: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.owned = np.full(self.map.length, self.map.kind is not MappingKind.NONCOHERENT, np.bool_)
        self.lent = np.zeros(self.map.length, np.bool_)

    @property
    def shared(self) -> bool:
        return self.map.kind in _BOTH_SIDES

    def part(self, base: int, address: int, length: int) -> slice | None:
        """The bytes of a range in a side that begins at `base`."""
        start, end = max(0, address - base), min(self.map.length, address + length - base)
        return slice(start, end) if start < end else None


def broken(entries: Iterable[Entry]) -> Broken:
    """Which clauses a run breaks: clause and line of the program; of the device's accesses no line is known."""
    live: list[_Live] = []
    found: set[tuple[str, Site]] = set()
    copying = 0  # bytes that the kernel's own copy has still to store
    for entry in entries:
        if isinstance(entry, Burst):
            found |= {(clause, ev.NOWHERE) for clause in _of_device(live, entry)}
        elif isinstance(entry, ev.BounceCopy):
            copying = entry.length
        elif isinstance(entry, ev.Store | ev.Load) and copying > 0:
            copying -= entry.length if isinstance(entry, ev.Store) else 0
        elif isinstance(entry, ev.Store | ev.Load):
            found |= {(clause, entry.site) for clause in _of_cpu(live, entry)}
        elif isinstance(entry, ev.DmaMap | ev.DmaUnmap | ev.DmaSync):
            found |= {(clause, entry.site) for clause in _of_call(live, entry)}
    return frozenset(found)


def _of_cpu(live: list[_Live], e: ev.Store | ev.Load) -> Iterator[str]:
    for each in live:
        m = each.map
        part = each.part(m.buffer if m.buffer is not None else m.address, e.address, e.length)
        if part is None or each.shared:
            continue
        if isinstance(e, ev.Store):
            each.lent[part] = False
        if not each.owned[part].any():
            continue
        if isinstance(e, ev.Store):
            yield "the CPU stores to what is the device's"
        elif m.direction is not Direction.TO_DEVICE:
            yield "the CPU loads what the device may be writing"


def _of_device(live: list[_Live], burst: Burst) -> Iterator[str]:
    access = burst.access
    if burst.phase not in ("read", "write"):
        return
    write = burst.phase == "write"
    given = np.zeros(access.length, np.bool_)
    other_way = np.zeros(access.length, np.bool_)
    kept = np.zeros(access.length, np.bool_)
    for each in live:
        part = each.part(each.map.address, access.address, access.length)
        if part is None:
            continue
        start = each.map.address + part.start - access.address
        mine = slice(start, start + part.stop - part.start)
        wrong = each.map.direction is (Direction.TO_DEVICE if write else Direction.FROM_DEVICE)
        kept[mine] |= ~(each.owned[part] | each.lent[part])
        each.owned[part] |= each.lent[part]
        each.lent[part] = False
        (other_way if wrong else given)[mine] |= each.owned[part]
    lacking = ~given
    if write and burst.mask is not None:
        lacking &= burst.mask
    elif not write:
        beats = (np.arange(access.length) + access.address % _BEAT) // _BEAT
        lacking &= kept | ~np.isin(beats, beats[given])
    if (lacking & other_way).any():
        yield f"the device {burst.phase}s against the direction"
    elif lacking.any():
        yield f"the device {burst.phase}s what is not its own"


def _of_call(live: list[_Live], e: ev.DmaMap | ev.DmaUnmap | ev.DmaSync) -> Iterator[str]:
    if isinstance(e, ev.DmaMap):
        live.append(_Live(e))
        return
    of_device = [each for each in live if each.map.device == e.device or each.shared]
    if isinstance(e, ev.DmaUnmap):
        ended = next((each for each in of_device if each.map.address == e.address and each.map.kind is e.kind), None)
        if ended is None:
            yield "an unmap of what is not mapped"
            return
        if (ended.map.length, ended.map.direction) != (e.length, e.direction):
            yield "an unmap that is not as the map was"
        live.remove(ended)
        return
    synced = [each for each in of_device if (p := each.part(each.map.address, e.address, e.length)) and p.stop - p.start == e.length]
    if not synced:
        yield "a sync of what is not mapped"
    for each in synced:
        part = each.part(each.map.address, e.address, e.length)
        assert part is not None
        if e.direction is not each.map.direction and each.map.direction is not Direction.BIDIRECTIONAL:
            yield "a sync in another direction"
        each.lent[part] = (each.owned[part] | each.lent[part]) if e.for_cpu else False
        each.owned[part] = not e.for_cpu
