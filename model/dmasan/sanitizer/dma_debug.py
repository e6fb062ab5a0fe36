# SPDX-License-Identifier: Apache-2.0
"""The checks that the kernel's own DMA API debugging makes, as rules about calls (kernel/dma/debug.c, v6.19).

A text here is the core of the kernel's message. What the kernel reports is marked so; what it cannot see, because it
keeps only the first cache line of a mapping, is found all the same and not marked. Two of its reports are notes: an
unchecked mapping error, from which nothing follows where no map failed, and a sync of a BIDIRECTIONAL mapping one way,
which it accepts as well. Its messages about its own memory have no counterpart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from dmasan import events as ev
from dmasan.events import Direction, MappingKind
from dmasan.sanitizer.codes import Code
from dmasan.sanitizer.reporting import Core
from dmasan.sanitizer.rules import Handlers

DMA_MAPPING_ERROR = 0xFFFF_FFFF
MAX_OVERLAP = 7  # ACTIVE_CACHELINE_MAX_OVERLAP
_AREAS = {
    "stack": "device driver maps memory from stack",
    "kernel image": "device driver maps memory from kernel text or rodata",
    "invalid": "device driver maps memory from invalid area",
    "vmalloc": "device driver maps memory from vmalloc area",
}
_PHY = (MappingKind.SINGLE, MappingKind.PAGE, MappingKind.RESOURCE)  # one type since v6.19


@dataclass(eq=False)
class Entry:
    """`struct dma_debug_entry`: a mapping that is alive, and whether its error was checked."""

    map: ev.DmaMap
    handle: int
    checked: bool = False

    @property
    def end(self) -> int:
        return self.handle + self.map.length

    @property
    def writable(self) -> bool:
        """By the device."""
        return self.map.direction is not Direction.TO_DEVICE


class DmaDebug:
    """The table of mappings, by device and bus address, and the checks of each call."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.entries: dict[tuple[str, int], list[Entry]] = {}

    def handlers(self) -> Handlers:
        return {
            ev.DmaMap: self._map,
            ev.DmaMapFailed: self._map_failed,
            ev.DmaUnmap: self._unmap,
            ev.DmaSync: self._sync,
            ev.DmaErrorChecked: self._checked,
            ev.DmaDeviceReleased: self._released,
        }

    def all(self) -> Iterator[Entry]:
        for bucket in self.entries.values():
            yield from bucket

    # --- map

    def _map(self, e: ev.DmaMap) -> None:
        if e.kind is MappingKind.STATIC:
            return  # no call of the API
        entry = Entry(e, e.address if e.handle is None else e.handle, e.kind not in (*_PHY, MappingKind.SG))
        self._check_area(e, e.area)
        self._check_segment(e, entry)
        self._check_mask(e, entry)
        if e.kind is not MappingKind.RESOURCE:
            self._check_overlap(e)
        self.entries.setdefault((e.device, entry.handle), []).append(entry)

    def _map_failed(self, e: ev.DmaMapFailed) -> None:
        if e.area in ("stack", "vmalloc"):
            text = f"{_AREAS[e.area]} [addr={e.cpu_address:#010x}], and the kernel refuses it"
            self.core.add(Code.BAD_MEM, e, text, e.cpu_address, e.length, kernel_sees=True, buffer=e.area)

    def _check_area(self, e: ev.DmaMap, area: str) -> None:
        """check_for_stack, check_for_illegal_area, debug_dma_map_single."""
        if area in _AREAS:
            text = f"{_AREAS[area]} [addr={e.cpu_address:#010x}] [len={e.length}]"
            self._add(Code.BAD_MEM, e, text, e.address, e.length, e.name or area)

    def _check_segment(self, e: ev.DmaMap, entry: Entry) -> None:
        """check_sg_segment: scatter-gather entries only."""
        if e.kind is not MappingKind.SG:
            return
        start, end = entry.handle, entry.end - 1
        if e.max_segment and e.length > e.max_segment:
            text = f"mapping sg segment longer than device claims to support [len={e.length}] [max={e.max_segment}]"
            self._add(Code.DMA_ADDR, e, text, e.address, e.length, e.name)
        if e.boundary and (start ^ end) & ~e.boundary:
            text = f"mapping sg segment across boundary [start={start:#x}] [end={end:#x}] [boundary={e.boundary:#x}]"
            self._add(Code.DMA_ADDR, e, text, e.address, e.length, e.name)

    def _check_mask(self, e: ev.DmaMap, entry: Entry) -> None:
        """The last byte must be within the device's mask. The kernel refuses to map since v5.0, and never told before."""
        if e.mask and entry.end - 1 > e.mask and e.kind is not MappingKind.RESOURCE:
            text = f"the address handed out for the device is beyond its mask [end={entry.end - 1:#x}] [mask={e.mask:#x}]"
            self._add(Code.DMA_ADDR, e, text, e.address, e.length, e.name, kernel_sees=False)

    def _check_overlap(self, e: ev.DmaMap) -> None:
        """active_cacheline_insert, and what it misses: overlaps that do not begin in the same line.

        Two mappings that the device only reads may overlap. The kernel enters no TO_DEVICE mapping at all.
        """
        if "SKIP_CPU_SYNC" in e.attrs or (e.buffer is not None and e.buffer != e.address):
            return
        line = self.core.shadow.line
        to_device = e.direction is Direction.TO_DEVICE
        others = [each for each in self.all() if _overlap(each.map, e) and "SKIP_CPU_SYNC" not in each.map.attrs]
        same = [each for each in others if each.writable and each.map.address // line == e.address // line]
        if same and not to_device:
            text = "cacheline tracking EEXIST, overlapping mappings aren't supported"
            if len(same) > MAX_OVERLAP:
                text = f"exceeded {MAX_OVERLAP} overlapping mappings of cacheline {e.address // line:#x}"
            self._add(Code.MAP_BALANCE, e, text, e.address, e.length, e.name)
        elif any(each.writable or not to_device for each in others):
            text = "the memory is mapped already, and the device writes through one of the mappings"
            self._add(Code.MAP_BALANCE, e, text, e.address, e.length, e.name, kernel_sees=False)

    # --- unmap

    def _unmap(self, e: ev.DmaUnmap) -> None:
        """check_unmap."""
        if e.kind is MappingKind.STATIC:
            return
        handle = e.address if e.handle is None else e.handle
        if handle == DMA_MAPPING_ERROR:
            self._add(Code.MAP_BALANCE, e, "device driver tries to free an invalid DMA memory address", e.address)
            return
        bucket = self.entries.get((e.device, handle), [])
        if not bucket:
            text = f"device driver tries to free DMA memory it has not allocated [device address={handle:#010x}] [size={e.length} bytes]"
            self._add(Code.MAP_BALANCE, e, text + self._whose(e.device, handle), e.address, e.length)
            return
        entry = max(bucket, key=lambda each: _likeness(each.map, e))
        bucket.remove(entry)
        if not bucket:
            del self.entries[e.device, handle]
        for code, text in _differences(entry.map, e):
            self._add(code, e, text, e.address, e.length, entry.map.name)
        if not entry.checked:
            self.core.log.note("device driver failed to check map error (dma_mapping_error was not called)")

    def _whose(self, device: str, handle: int) -> str:
        """What is known of an address that the device has not mapped."""
        for each in self.all():
            if each.handle <= handle < each.end:
                whose = "inside a mapping" if each.map.device == device else f"of device {each.map.device}"
                return f" ({whose}: {each.map.name or 'unnamed'})"
        return ""

    # --- sync

    def _sync(self, e: ev.DmaSync) -> None:
        """check_sync."""
        handle = e.address if e.handle is None else e.handle
        mine = [each for each in self.all() if each.map.device == e.device]
        inside = [each for each in mine if each.handle <= handle and handle + e.length <= each.end]
        if not inside:
            text = f"device driver tries to sync DMA memory it has not allocated [device address={handle:#010x}] [size={e.length} bytes]"
            near = [each for each in mine if each.handle < handle + e.length and handle < each.end]
            code = Code.WRONG_RANGE if near else Code.MAP_BALANCE
            self._add(code, e, text, e.address, e.length, near[0].map.name if near else "")
            return
        mapped = max(inside, key=lambda each: each.map.direction is e.direction).map
        one_way = mapped.direction is Direction.BIDIRECTIONAL and mapped.same_direction
        if mapped.direction is not e.direction and (one_way or mapped.direction is not Direction.BIDIRECTIONAL):
            text = (
                "device driver syncs DMA memory with different direction "
                f"[mapped with {mapped.direction.value}] [synced with {e.direction.value}]"
            )
            told = text + (_one_way(mapped, e) if not one_way else ": dmabounce stops the kernel at that (BUG_ON)")
            self._add(Code.WRONG_DIR, e, told, e.address, e.length, mapped.name, kernel_sees=not one_way)
        if mapped.kind is MappingKind.SG and e.entries and mapped.entries != e.entries:
            text = (
                "device driver syncs DMA sg list with different entry count "
                f"[map count={mapped.entries}] [sync count={e.entries}]"
            )
            self._add(Code.MAP_BALANCE, e, text, e.address, e.length, mapped.name)

    # --- the rest

    def _checked(self, e: ev.DmaErrorChecked) -> None:
        for entry in self.entries.get((e.device, e.handle), ()):
            entry.checked = True

    def _released(self, e: ev.DmaDeviceReleased) -> None:
        """dma_debug_device_change: what is still mapped when the driver is unbound."""
        left = [each for each in self.all() if each.map.device == e.device]
        for each in left:
            text = f"device driver has pending DMA allocations while released from device [count={len(left)}]"
            where = replace(e, site=each.map.site)
            self._add(Code.MAP_BALANCE, where, text, each.map.address, each.map.length, each.map.name)

    def _add(
        self,
        code: Code,
        event: ev.Event,
        text: str,
        address: int,
        length: int = 1,
        name: str = "",
        *,
        kernel_sees: bool = True,
    ) -> None:
        self.core.add(code, event, text, address, max(1, length), kernel_sees=kernel_sees, buffer=name)


def _type(kind: MappingKind) -> str:
    return "phy" if kind in _PHY else kind.value


def _likeness(mapped: ev.DmaMap, e: ev.DmaUnmap) -> int:
    """__hash_bucket_find: how many of the four properties match."""
    return sum(
        (
            mapped.length == e.length,
            _type(mapped.kind) == _type(e.kind),
            mapped.direction is e.direction,
            mapped.entries == e.entries,
        )
    )


def _differences(mapped: ev.DmaMap, e: ev.DmaUnmap) -> Iterator[tuple[Code, str]]:
    """What an unmap says otherwise than the map did."""
    driver = "device driver frees DMA "
    if mapped.length != e.length:
        yield (
            Code.MAP_BALANCE,
            f"{driver}memory with different size [map size={mapped.length} bytes] [unmap size={e.length} bytes]",
        )
    if _type(mapped.kind) != _type(e.kind):
        yield (
            Code.MAP_BALANCE,
            f"{driver}memory with wrong function [mapped as {mapped.kind.value}] [unmapped as {e.kind.value}]",
        )
    elif mapped.kind in (MappingKind.COHERENT, MappingKind.NONCOHERENT) and mapped.cpu_address != e.cpu_address:
        yield (
            Code.MAP_BALANCE,
            f"{driver}memory with different CPU address [cpu alloc address={mapped.cpu_address:#010x}] "
            f"[cpu free address={e.cpu_address:#010x}]",
        )
    if mapped.kind is MappingKind.SG and mapped.entries != e.entries:
        yield (
            Code.MAP_BALANCE,
            f"{driver}sg list with different entry count [map count={mapped.entries}] [unmap count={e.entries}]",
        )
    if mapped.direction is not e.direction:
        yield (
            Code.WRONG_DIR,
            f"{driver}memory with different direction [mapped with {mapped.direction.value}] "
            f"[unmapped with {e.direction.value}]",
        )


def _one_way(mapped: ev.DmaMap, e: ev.DmaSync) -> str:
    """The two checks of check_sync that name the side."""
    if e.for_cpu and mapped.direction is not Direction.FROM_DEVICE and e.direction is not Direction.TO_DEVICE:
        return "; device driver syncs device read-only DMA memory for cpu"
    if (
        not e.for_cpu
        and mapped.direction is not Direction.TO_DEVICE
        and e.direction is not Direction.FROM_DEVICE
    ):
        return "; device driver syncs device write-only DMA memory to device"
    return ""


def _overlap(a: ev.DmaMap, b: ev.DmaMap) -> bool:
    return a.address < b.address + b.length and b.address < a.address + a.length
