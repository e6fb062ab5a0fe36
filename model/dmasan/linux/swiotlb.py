# SPDX-License-Identifier: Apache-2.0
"""Bounce buffers: streaming mappings of memory that the device cannot reach, or that force_bounce names.

Source: kernel/dma/swiotlb.c, v6.19 (swiotlb_tbl_map_single, swiotlb_bounce, swiotlb_sync_single_for_device,
swiotlb_sync_single_for_cpu, swiotlb_tbl_unmap_single). The pool is cut into slots of 2 KiB; a mapping takes at most 128
consecutive ones. Copies go through the CPU's caches. Addresses are physical, sizes in bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dmasan.events import BounceCopy, Direction
from dmasan.linux.eras import since
from dmasan.linux.frames import Owner
from dmasan.linux.layout import PAGE_SHIFT, PAGE_SIZE, Zone

if TYPE_CHECKING:
    from dmasan.linux.dma_device import DmaDevice
    from dmasan.linux.kernel import Kernel

IO_TLB_SIZE = 2048
IO_TLB_SEGSIZE = 128
MAX_MAPPING = IO_TLB_SIZE * IO_TLB_SEGSIZE


@dataclass(frozen=True)
class Slots:
    """A mapping: `size` bytes at `slot` in the pool stand for `buffer`; `first` and `count` are its slots."""

    slot: int
    buffer: int
    size: int
    first: int
    count: int


class Swiotlb:
    """The pool. Made at boot, in lowmem, by `allocate`; inactive before."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.start = 0
        self._used = np.zeros(0, np.bool_)
        self._mappings: dict[int, Slots] = {}  # by first slot's number, one for each slot that it takes

    @property
    def active(self) -> bool:
        return bool(self._used.size)

    @property
    def used_slots(self) -> int:
        return int(self._used.sum())

    async def allocate(self, size: int) -> None:
        """swiotlb_init: a pool of `size` bytes. Raises OutOfMemory."""
        kernel = self.kernel
        pages = kernel.take_unmovable(Owner("swiotlb pool"), size >> PAGE_SHIFT, align=MAX_MAPPING >> PAGE_SHIFT)
        self.start = kernel.layout.pa(int(pages[0]))
        self._used = np.zeros(size // IO_TLB_SIZE, np.bool_)
        await kernel.cpu.fill(kernel.layout.linear(self.start), size, 0)

    def holds(self, pa: int) -> bool:
        """is_swiotlb_buffer."""
        return self.start <= pa < self.start + self._used.size * IO_TLB_SIZE

    def find(self, pa: int) -> Slots | None:
        """The mapping that takes the slot of `pa`."""
        return self._mappings.get((pa - self.start) // IO_TLB_SIZE) if self.holds(pa) else None

    async def map(self, device: DmaDevice, pa: int, size: int) -> Slots | None:
        """Slots with a copy of the buffer; None if the pool has no room for it.

        Since v5.18 the buffer is copied whatever the direction, so that bytes that the device leaves alone keep their
        value; before, see `copies_always`, a FROM_DEVICE slot held what its last user left. On ARM32 the copy is lost
        again: the slot's lines are invalidated for a FROM_DEVICE mapping while they are dirty.
        """
        offset = pa & device.min_align_mask & (PAGE_SIZE - 1)
        count = -(-(size + offset) // IO_TLB_SIZE)
        first = self._room(count) if 0 < count <= IO_TLB_SEGSIZE else None
        if first is None:
            return None
        self._used[first : first + count] = True
        slots = Slots(self.start + first * IO_TLB_SIZE + offset, pa, size, first, count)
        self._mappings.update(dict.fromkeys(range(first, first + count), slots))
        return slots

    def copies_always(self) -> bool:
        """v5.18 and later (aa6f8dcbab47, ddbd89deb7d3)."""
        return since(self.kernel.era, "v6.0")

    def release(self, slots: Slots) -> None:
        """swiotlb_release_slots."""
        self._used[slots.first : slots.first + slots.count] = False
        for number in range(slots.first, slots.first + slots.count):
            self._mappings.pop(number, None)

    async def to_slot(self, slots: Slots, at: int, size: int, direction: Direction) -> None:
        """The half of map and sync_for_device that copies: TO_DEVICE and BIDIRECTIONAL."""
        if direction is not Direction.FROM_DEVICE:
            await self.copy(slots, at, size, to_slot=True)

    async def from_slot(self, slots: Slots, at: int, size: int, direction: Direction) -> None:
        """The half of unmap and sync_for_cpu that copies: FROM_DEVICE and BIDIRECTIONAL."""
        if direction is not Direction.TO_DEVICE:
            await self.copy(slots, at, size, to_slot=False)

    async def copy(self, slots: Slots, at: int, size: int, *, to_slot: bool) -> None:
        """swiotlb_bounce of `size` bytes from physical address `at` in the slot; never beyond the mapping."""
        offset = at - slots.slot
        if size > slots.size - offset:
            self.kernel.message(
                f"Buffer overflow detected. Allocation size: {slots.size - offset}. Mapping size: {size}.", at, size
            )
            size = slots.size - offset
        if size <= 0:
            return
        kernel, buffer = self.kernel, slots.buffer + offset
        if kernel.machine.bus.active:
            kernel.emit(BounceCopy(*kernel.stamp(), buffer, at, size, to_slot))
        while size > 0:
            part, va, temporary = await self._reach(buffer, size)
            slot = kernel.layout.linear(at)
            await (kernel.cpu.copy(slot, va, part) if to_slot else kernel.cpu.copy(va, slot, part))
            if temporary:
                await kernel.kmap.unmap(va - buffer % PAGE_SIZE)
            buffer, at, size = buffer + part, at + part, size - part

    async def _reach(self, pa: int, size: int) -> tuple[int, int, bool]:
        """(bytes, address, whether it is temporary) of the beginning of a buffer: highmem goes page by page."""
        kernel = self.kernel
        page = kernel.layout.page(pa)
        if kernel.layout.zone(page) is Zone.LOWMEM:
            return size, kernel.layout.linear(pa), False
        va = await kernel.kmap.map(page)
        return min(size, PAGE_SIZE - pa % PAGE_SIZE), va + pa % PAGE_SIZE, True

    def _room(self, count: int) -> int | None:
        """The first run of free slots that crosses no multiple of 128."""
        for segment in range(0, self._used.size, IO_TLB_SEGSIZE):
            free = ~self._used[segment : segment + IO_TLB_SEGSIZE]
            before = np.concatenate(([0], np.cumsum(free)))
            found = np.flatnonzero(before[count:] - before[:-count] == count)
            if found.size:
                return segment + int(found[0])
        return None
