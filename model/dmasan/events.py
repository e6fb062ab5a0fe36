# SPDX-License-Identifier: Apache-2.0
"""What the machine, the kernel and the device tell their observers.

An event states a fact in program order of the agent that caused it: addresses are physical, lengths are bytes,
times are nanoseconds of simulated time. Observers subscribe to an `EventBus`; without observers nothing is built.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from dmasan.site import NOWHERE as NOWHERE
from dmasan.site import Site as Site
from dmasan.site import call_site as call_site


class MemoryType(Enum):
    """Memory type and cacheability of a translation (ARM DDI 0406C, A3.5)."""

    WB = "WB"  # Normal, Write-Back
    WT = "WT"  # Normal, Write-Through
    NC = "NC"  # Normal, Non-cacheable
    DEVICE = "Device"
    STRONGLY_ORDERED = "SO"

    @property
    def cacheable(self) -> bool:
        return self in (MemoryType.WB, MemoryType.WT)


class Direction(Enum):
    """`enum dma_data_direction` of the kernel."""

    BIDIRECTIONAL = "DMA_BIDIRECTIONAL"
    TO_DEVICE = "DMA_TO_DEVICE"
    FROM_DEVICE = "DMA_FROM_DEVICE"


class CacheOp(Enum):
    """A maintenance operation by address, as it acts on each line of its range."""

    CLEAN = "clean"
    INVALIDATE = "invalidate"
    CLEAN_INVALIDATE = "clean+invalidate"


class Level(Enum):
    """How far a maintenance operation reaches.

    INNER is CP15/DC maintenance by VA to the PoC: it ends before an outer cache. OUTER is the outer cache's own
    operation by PA (PL310).
    """

    INNER = "inner"
    OUTER = "outer"


@dataclass(slots=True)
class Event:
    """Base of all events: when it happened, and the driver's line that caused it."""

    time_ns: float
    site: Site


@dataclass(slots=True)
class Store(Event):
    """A CPU store, in program order. `type` is that of the translation it went through, `colour` tells apart the lines of a
    virtually addressed L1 that may hold the byte (`arch.tlb.colour_of`; 0 where there is one)."""

    cpu: int
    address: int
    length: int
    type: MemoryType
    colour: int = 0


@dataclass(slots=True)
class Load(Event):
    """A CPU load. `stale` marks the bytes whose value was not the latest one in this run (None: none, or unknown); `colour`
    as in `Store`."""

    cpu: int
    address: int
    length: int
    type: MemoryType
    stale: NDArray[np.bool_] | None = None
    colour: int = 0


@dataclass(slots=True)
class LinesTaken(Event):
    """A CPU reads a word of each line of a range, and with `write` stores back what it read, to have the lines in its L1:
    read and write for ownership. Nothing is read or written for its value."""

    cpu: int
    address: int
    length: int
    write: bool


@dataclass(slots=True)
class EntireMaintenance(Event):
    """All of one CPU's L1 data cache is cleaned and invalidated (ARMv5, ARMv6: CP15 c7, c14, 0)."""

    cpu: int


@dataclass(slots=True)
class Maintenance(Event):
    """Cache maintenance by address. The hardware acts on every line that the range touches.

    `broadcast` is False where the operation reaches the issuing CPU's cache only; `colour` as in `Store`.
    """

    cpu: int
    op: CacheOp
    level: Level
    address: int
    length: int
    broadcast: bool = True
    colour: int = 0


@dataclass(slots=True)
class Barrier(Event):
    """DMB, DSB or ISB with its option as the ISA spells it (`sy`, `st`, `oshst`, ...)."""

    cpu: int
    name: str
    option: str = "sy"


@dataclass(slots=True)
class OuterSync(Event):
    """Cache sync of the outer cache: its buffers are drained (PL310 TRM, DDI 0246, 3.3.10)."""

    cpu: int


@dataclass(slots=True)
class MmioWrite(Event):
    """A store to a device register."""

    cpu: int
    address: int
    value: int


@dataclass(slots=True)
class MmioRead(Event):
    """A load from a device register."""

    cpu: int
    address: int
    value: int


@dataclass(slots=True)
class Interrupt(Event):
    """A CPU took the device's interrupt."""

    cpu: int


@dataclass(slots=True)
class AliasChange(Event):
    """The pages of a range gained their first cacheable live translation, or lost their last one.

    `mixed`: one of those that they have now is Non-shareable, on a machine of several CPUs; without it (and `live`) one was,
    or the pages are live anew.
    """

    address: int
    length: int
    live: bool
    mixed: bool = False


@dataclass(slots=True)
class DescriptorWrite(Event):
    """A translation table entry was written. `valid_to_valid` is the case that needs break-before-make."""

    cpu: int
    va: int
    old: int
    new: int
    valid_to_valid: bool


@dataclass(slots=True)
class TableWalk(Event):
    """A CPU's page-table walker fetched a descriptor of `length` bytes, for an access of the program; or, `speculative`, for
    none, and what it found is not used yet."""

    cpu: int
    address: int
    length: int
    speculative: bool = False


@dataclass(slots=True)
class TlbMaintenance(Event):
    """TLB invalidation of `length` bytes from `va` (length 0: everything)."""

    cpu: int
    va: int
    length: int
    broadcast: bool


@dataclass(slots=True)
class ContentUndefined(Event):
    """The content of the range is given up: allocation, free, or a bounce slot that a FROM_DEVICE map invalidates."""

    address: int
    length: int
    why: str


class MappingKind(Enum):
    """How a buffer was given to a device (types of `kernel/dma/debug.c`)."""

    COHERENT = "coherent"
    SINGLE = "single"
    NONCOHERENT = "noncoherent"  # dma_alloc_pages: cacheable, the CPU's until the first sync_for_device
    PAGE = "page"
    SG = "scatter-gather"  # one mapping for each entry of the list
    RESOURCE = "resource"  # no RAM
    STATIC = "static"  # no DMA API: both sides' for as long as it lives, as in boot loaders and RTOSes


@dataclass(slots=True)
class DmaMap(Event):
    """A buffer became visible to the device: coherent allocation or streaming map.

    `address` is where the device reaches memory: the buffer itself, or its bounce slot; `buffer` is then the CPU's own
    memory, else the same. `handle` is the bus address, None for the same as `address`. `cpu_address` is the virtual
    address that the call was given or returned, `area` what kind of memory it is ("linear", "highmem", "stack", "vmalloc",
    "kernel image", "invalid"). `entries` counts the entries of a scatter-gather call. `mask` is the device's DMA mask,
    `max_segment` and `boundary` its limits on a segment (bytes, and a mask of address bits), 0 for none. `attrs` are the
    DMA attributes by name. `same_direction`: a sync must name the direction of the map, BIDIRECTIONAL too.
    """

    kind: MappingKind
    address: int
    length: int
    direction: Direction
    name: str = ""
    device: str = ""
    handle: int | None = None
    buffer: int | None = None
    cpu_address: int = 0
    area: str = "linear"
    entries: int = 0
    mask: int = 0
    max_segment: int = 0
    boundary: int = 0
    attrs: frozenset[str] = frozenset()
    same_direction: bool = False


@dataclass(slots=True)
class DmaUnmap(Event):
    """The buffer is no longer the device's: coherent free or streaming unmap, with what the caller said of it.

    `address` and `handle` as in `DmaMap`.
    """

    kind: MappingKind
    address: int
    length: int
    direction: Direction
    device: str = ""
    handle: int | None = None
    cpu_address: int = 0
    entries: int = 0
    attrs: frozenset[str] = frozenset()


@dataclass(slots=True)
class DmaSync(Event):
    """`dma_sync_single_for_cpu` or `_for_device` of a range inside a streaming mapping.

    Emitted when the call has done its maintenance. `address` and `handle` as in `DmaMap`.
    """

    address: int
    length: int
    direction: Direction
    for_cpu: bool
    device: str = ""
    handle: int | None = None
    entries: int = 0


@dataclass(slots=True)
class DmaMapFailed(Event):
    """A streaming map that returned an error; `why` in the kernel's words, `area` as in `DmaMap`."""

    device: str
    cpu_address: int
    length: int
    direction: Direction
    area: str
    why: str


@dataclass(slots=True)
class DmaErrorChecked(Event):
    """The driver asked dma_mapping_error() about a bus address."""

    device: str
    handle: int


@dataclass(slots=True)
class DmaDeviceReleased(Event):
    """A driver was unbound from its device: all that it mapped must be unmapped by now."""

    device: str


@dataclass(slots=True)
class BounceCopy(Event):
    """The kernel copies between a buffer and its bounce slot, by the CPU; its loads and stores come as events too.

    `to_slot` says the way; addresses are physical.
    """

    buffer: int
    slot: int
    length: int
    to_slot: bool


@dataclass(slots=True)
class KernelMessage(Event):
    """A line that the kernel prints about a wrong call."""

    device: str
    text: str
    address: int = 0
    length: int = 0


@dataclass(slots=True)
class IotlbMaintenance(Event):
    """The IOMMU's TLB was invalidated for `length` bytes from bus address `iova` (length 0: everything)."""

    device: str
    iova: int
    length: int


@dataclass(slots=True)
class IommuMap(Event):
    """An entry of the IOMMU's tables was written: `valid` says whether it maps `iova` to `address` or to nothing."""

    device: str
    iova: int
    address: int
    length: int
    valid: bool


@dataclass(slots=True)
class OwnershipWords(Event):
    """The driver declares words by which the other side hands over: `length` bytes, `count` times, `stride` apart.

    They are read while the other side may be writing them, again and again until they change.
    """

    address: int
    length: int
    stride: int
    count: int


@dataclass(slots=True)
class PoolBlock(Event):
    """A block of a pool of coherent memory was given to the driver (`given`), or came back: then no device may use it."""

    address: int
    length: int
    given: bool


@dataclass(slots=True)
class PoolMisuse(Event):
    """A block of a pool was freed that is free (`lost` is False), or its pool was destroyed while it was in use: its page leaks."""

    address: int
    length: int
    lost: bool


@dataclass(slots=True)
class PolicyStep(Event):
    """The alias policy begins a step; `text` is its name, `detail` what it acts on."""

    policy: str
    text: str
    detail: str = ""


class BurstKind(Enum):
    """What a device burst carries, from the tag on AxUSER."""

    DATA = "data"
    DESCRIPTOR = "descriptor"
    STATUS = "status"


@dataclass(slots=True)
class DeviceRead(Event):
    """A read burst of the device, sampled at the port. `channel` and `tag` come from AxUSER."""

    address: int
    length: int
    kind: BurstKind
    channel: int
    tag: int
    snoop: bool


@dataclass(slots=True)
class DeviceWrite(Event):
    """A write burst of the device: `done` is False when its data was accepted, True at its B response."""

    address: int
    length: int
    kind: BurstKind
    channel: int
    tag: int
    snoop: bool
    done: bool


@dataclass(slots=True)
class SetWayMaintenance(Event):
    """Cache maintenance by set and way of one CPU's cache (`level` 1, 2): `address` is the line that was in the slot, or where
    there was none another line of its set. The lines of the set are `stride` bytes apart; 0 where virtual addresses tell.

    It reaches no other cache, and says nothing about where else the line is.
    """

    cpu: int
    op: CacheOp
    level: int
    address: int
    length: int
    stride: int = 0


@dataclass(slots=True)
class Firewall(Event):
    """A region of memory is closed to the CPUs, so that any access faults, or opened again."""

    address: int
    length: int
    closed: bool


class EventBus:
    """Hands each event to its subscribers, in order of subscription.

    `active` is False while nobody listens, so that the machine need not build events at all.
    """

    __slots__ = ("_subscribers", "active")

    def __init__(self) -> None:
        self._subscribers: list[Callable[[Event], None]] = []
        self.active = False

    def subscribe(self, observer: Callable[[Event], None]) -> None:
        self._subscribers.append(observer)
        self.active = True

    def emit(self, event: Event) -> None:
        for subscriber in self._subscribers:
            subscriber(event)
