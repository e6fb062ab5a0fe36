# SPDX-License-Identifier: Apache-2.0
"""A long random life of the kernel: users and drivers that do random things, and know what they own and what it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterator
from random import Random

import numpy as np
from numpy.typing import NDArray

from dmasan.arch.cache import Cache, Indices
from dmasan.arch.machine import Machine
from dmasan.arch.profile import find_profile
from dmasan.config import Cell, Knobs
from dmasan.events import Direction, EventBus
from dmasan.linux import CmaBusy, CoherentBuffer, Kernel, OutOfMemory
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.movable import Anonymous, MovableUser, PageCache
from dmasan.schedule import Schedule
from dmasan.soc.snoop import snoop_read, snoop_write

KNOBS = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 4, "processes": 2, "swiotlb_mib": 1, "coherent_pool_kib": 256}
CHECK_EVERY, LOOK_EVERY = 25, 200  # operations
MAX_PINS = 8
NEAR = 16  # pages from where CMA would allocate next


class Life:
    """One kernel under one policy; `run` lives it. Every operation that reads back asserts what it finds."""

    def __init__(self, policy: str, seed: int, schedule: Schedule, **knobs: object) -> None:
        self.draw = Random(seed)
        cell = Cell(policy, knobs=Knobs().with_settings(KNOBS | knobs))
        bus = EventBus()
        self.digest = hashlib.sha256()
        self.machine = Machine(find_profile(cell.profile), cell.knobs, schedule, bus, seed)
        self.kernel = Kernel(self.machine, cell)
        bus.subscribe(lambda event: self.digest.update(repr(event).encode()))
        bus.active = False  # only the comparison of two lives listens
        self.coherent: list[tuple[CoherentBuffer, int]] = []  # with the byte that fills it
        self.streaming: list[tuple[int, int, int, Direction, int]] = []  # address, handle, size, direction, byte
        self.pinned: list[int] = []
        self.heap: list[int] = []  # first frames
        self.refused = 0

    async def run(self, operations: int) -> None:
        kernel = self.kernel
        await kernel.boot()
        choices: list[Callable[[], Awaitable[None]]] = [
            self.allocate, self.allocate, self.allocate, self.free, self.free, self.free, self.map, self.unmap,
            self.new_user, self.end_user, self.write_user, self.refill, self.refill, self.refill, self.pin, self.unpin, self.hop,
            self.take_heap, self.give_heap, self.write_back,
        ]  # fmt: skip
        for n in range(1, operations + 1):
            await self.draw.choice(choices)()
            if n % CHECK_EVERY == 0:
                kernel.frames.check()
            if n % LOOK_EVERY == 0:
                await self.look(n)
        await self.end()

    async def look(self, n: int) -> None:
        """Every byte of every movable page is what its user wrote, whichever CPU loads it."""
        await self.kernel.io.mb()
        users = self.kernel.movable.all()
        if not users:
            return
        pages = np.concatenate([user.pages for user in users])
        wanted = np.concatenate([user.pattern(0, user.pages.size) for user in users]).view(np.uint64)
        for cpu, seen in enumerate(views(self.machine)):
            found = seen.reshape(-1, PAGE_SIZE).take(pages, axis=0).reshape(-1).view(np.uint64)
            assert np.array_equal(found, wanted), f"operation {n}: cpu{cpu} sees other data than was written"

    def device_read(self, handle: int, size: int) -> NDArray[np.uint8]:
        read = snoop_read if self.kernel.dma.device.coherent else Machine.device_read
        return read(self.machine, handle, size)

    def device_write(self, handle: int, data: NDArray[np.uint8]) -> None:
        write = snoop_write if self.kernel.dma.device.coherent else Machine.device_write
        write(self.machine, handle, data, None)

    async def allocate(self) -> None:
        size = self.draw.choice((64, PAGE_SIZE, 3 * PAGE_SIZE, 13 * PAGE_SIZE))
        try:
            buffer = await self.kernel.dma.alloc_coherent(size)
        except (CmaBusy, OutOfMemory):
            self.refused += 1
            return
        assert not (self.kernel.policy.clears(self.kernel.era) and (await self.kernel.cpu.read(buffer.cpu_addr, size)).any())
        fill = self.draw.randrange(256)
        await self.kernel.cpu.fill(buffer.cpu_addr, size, fill)
        self.coherent.append((buffer, fill))

    async def free(self) -> None:
        if self.coherent:
            buffer, fill = self.coherent.pop(self.draw.randrange(len(self.coherent)))
            await self.kernel.io.wmb()
            assert (self.device_read(buffer.dma_handle, buffer.size) == fill).all()
            assert ((await self.kernel.cpu.read(buffer.cpu_addr, buffer.size)) == fill).all()
            await self.kernel.dma.free_coherent(buffer)

    async def map(self) -> None:
        size = self.draw.choice((64, 200, 1500, 2 * PAGE_SIZE))
        try:
            va = await self.kernel.kmalloc(size)
        except OutOfMemory:
            self.refused += 1
            return
        fill, direction = self.draw.randrange(255), self.draw.choice(list(Direction))
        await self.kernel.cpu.fill(va, size, fill)
        handle = await self.kernel.dma.map_single(va, size, direction)
        if self.kernel.dma.mapping_error(handle):
            self.refused += 1
            await self.kernel.kfree(va)
            return
        self.streaming.append((va, handle, size, direction, fill))

    async def unmap(self) -> None:
        if not self.streaming:
            return
        va, handle, size, direction, fill = self.streaming.pop(self.draw.randrange(len(self.streaming)))
        if direction is not Direction.FROM_DEVICE:
            assert (self.device_read(handle, size) == fill).all()
        if direction is not Direction.TO_DEVICE:
            fill += 1
            self.device_write(handle, np.full(size, fill, np.uint8))
        await self.kernel.dma.unmap_single(handle, size, direction)
        assert ((await self.kernel.cpu.read(va, size)) == fill).all()
        await self.kernel.kfree(va)

    async def take_heap(self) -> None:
        """Pages straight from the area, whatever the policy (drivers/dma-buf/heaps/cma_heap.c:cma_heap_allocate, v6.19)."""
        try:
            self.heap.append(await self.kernel.cma.alloc(self.draw.randint(1, 24), "heap"))
        except (CmaBusy, OutOfMemory):
            self.refused += 1

    async def give_heap(self) -> None:
        if self.heap:
            self.kernel.cma.release(self.heap.pop(self.draw.randrange(len(self.heap))))

    async def new_user(self) -> None:
        make = self.draw.choice((self.kernel.movable.page_cache, self.kernel.movable.anonymous))
        try:
            user = await make(self.draw.randint(1, 12))
        except OutOfMemory:
            self.refused += 1
            await self.out_of_memory()
            return
        if isinstance(user, Anonymous) and self.draw.random() < 0.5:
            await self.share(user)

    async def share(self, user: Anonymous) -> None:
        try:
            await self.kernel.movable.share(user)
        except OutOfMemory:
            self.refused += 1

    async def refill(self) -> None:
        """Somebody takes free pages right where CMA allocates next."""
        try:
            await self.kernel.movable.fill(self._next_in_cma() + self.draw.randrange(8), self.draw.randint(8, 32))
        except OutOfMemory:
            self.refused += 1

    async def out_of_memory(self) -> None:
        """Half of the users go, at random."""
        for _ in range(len(self.kernel.movable.all()) // 2):
            await self.end_user()

    async def end_user(self) -> None:
        """A user reads its data back, through each of its mappings, and ends."""
        user = self._any_user()
        if user and not self.kernel.frames.pins[user.pages].any():
            assert await self.kernel.movable.damaged(user) == 0, f"{user.name} reads other data than it wrote"
            await self.kernel.movable.free(user)

    async def write_user(self) -> None:
        if user := self._any_user():
            await self.kernel.movable.write(user)

    async def write_back(self) -> None:
        """A file goes to the disk, and its pages may be reclaimed."""
        if isinstance(user := self._any_user(), PageCache):
            await self.kernel.movable.write_back(user)

    async def pin(self) -> None:
        """Somebody holds a page of a user where CMA allocates next (get_user_pages)."""
        frames, first = self.kernel.frames, self._next_in_cma()
        held = [first + n for n in range(NEAR) if isinstance(frames.owner_of(first + n), MovableUser)]
        if held and len(self.pinned) < MAX_PINS:
            self.pinned.append(self.draw.choice(held))
            self.kernel.pin(self.pinned[-1])

    async def unpin(self) -> None:
        if self.pinned:
            self.kernel.unpin(self.pinned.pop(self.draw.randrange(len(self.pinned))))

    async def hop(self) -> None:
        """The kernel goes on on another CPU: the switch completes what this one has pending."""
        await self.kernel.io.mb()
        self.kernel.cpu = self.draw.choice(self.machine.cpus)

    async def end(self) -> None:
        """Everybody leaves."""
        while self.coherent:
            await self.free()
        while self.streaming:
            await self.unmap()
        while self.heap:
            await self.give_heap()
        while self.pinned:
            await self.unpin()
        while self.kernel.movable.all():
            await self.end_user()
        self.kernel.frames.check()

    def _any_user(self) -> MovableUser | None:
        users = self.kernel.movable.all()
        return self.draw.choice(users) if users else None

    def _next_in_cma(self) -> int:
        """The frame at the lowest clear bit of the area."""
        area = self.kernel.cma
        return area.first + int(np.argmin(area.bitmap))


def views(machine: Machine) -> Iterator[NDArray[np.uint8]]:
    """RAM as each CPU would load it through a cacheable mapping, by the order of the look-ups: its L1, a dirty line of
    another L1 (the SCU), L2, memory. For physically indexed caches and empty store buffers.
    """
    hierarchy, memory = machine.hierarchy, machine.memory
    shared = memory.data.copy()
    if hierarchy.l2 is not None:
        _lay_over(shared, hierarchy.l2, memory.base, np.flatnonzero(hierarchy.l2.tags >= 0))
    for own in hierarchy.l1:
        seen = shared.copy()
        for other in hierarchy.l1:
            if other is not own:
                _lay_over(seen, other, memory.base, np.flatnonzero(other.dirty & (other.tags >= 0)))
        _lay_over(seen, own, memory.base, np.flatnonzero(own.tags >= 0))
        yield seen


def _lay_over(ram: NDArray[np.uint8], cache: Cache, base: int, slots: Indices) -> None:
    ram.reshape(-1, cache.line)[cache.tags[slots] - base // cache.line] = cache.data[slots]
