# SPDX-License-Identifier: Apache-2.0
"""The smallest driver program with each bug, by the code that its report must have, and the same program without it.

They run in a sound cell on the behavioural device and on the RTL. The device copies between a buffer under test and a
coherent one; `World` has the words of the stories. Programs that use raw cache operations are bare metal: they have no DMA
API, so that the device may touch their buffers at any time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from dmasan.device.driver import DmaEngine
from dmasan.device.probe import Settings
from dmasan.events import Direction, DmaMap, MappingKind, OwnershipWords, call_site
from dmasan.linux.protections import Protection
from dmasan.sanitizer import Code
from dmasan.soc import Soc

TO, FROM = Direction.TO_DEVICE, Direction.FROM_DEVICE
SIZE = 256  # bytes of a buffer: eight lines of 32


class World:
    """A SoC, its engine, a coherent buffer full of the device's data, and one to read what the device saw."""

    def __init__(self, soc: Soc) -> None:
        self.soc, self.cpu, self.kernel, self.dma, self.io = soc, soc.cpu(0), soc.kernel, soc.dma, soc.io

    async def start(self) -> World:
        self.engine = await DmaEngine.probe(self.soc)
        self.news = await self.dma.alloc_coherent(4096, "news")
        self.seen = await self.dma.alloc_coherent(4096, "seen")
        await self.cpu.fill(self.news.cpu_addr, 4096, 0x5A)
        return self

    def pa(self, va: int) -> int:
        return self.kernel.layout.physical(va)

    async def device_reads(self, handle: int, size: int = SIZE) -> None:
        await self.engine.memcpy(self.seen.dma_handle, handle, size)

    async def device_writes(self, handle: int, size: int = SIZE) -> None:
        await self.engine.memcpy(handle, self.news.dma_handle, size)

    async def snooping(self) -> DmaEngine:
        """The second channel, whose accesses all snoop."""
        return await DmaEngine.probe(self.soc, Settings(channel=1, dma_coherent=True))

    async def bare(self, size: int = SIZE, name: str = "buffer") -> int:
        """Memory of a program without DMA API: nobody maps it, and the device may touch it."""
        va = await self.kernel.kmalloc(max(size, 256), name)
        where = (self.pa(va), size, Direction.BIDIRECTIONAL, name)
        self.kernel.emit(DmaMap(*self.kernel.stamp(), MappingKind.STATIC, *where))
        return va

    async def clean(self, va: int, size: int = SIZE) -> None:
        await self.cpu.dccmvac(va, size)
        await self.cpu.dsb()
        await self.cpu.outer_clean(self.pa(va), size)
        await self.cpu.outer_sync()

    async def invalidate(self, va: int, size: int = SIZE) -> None:
        await self.cpu.outer_invalidate(self.pa(va), size)
        await self.cpu.outer_sync()
        await self.cpu.dcimvac(va, size)
        await self.cpu.dsb()

    async def flush(self, va: int, size: int = SIZE) -> None:
        await self.cpu.dccmvac(va, size)
        await self.cpu.dsb()
        await self.cpu.outer_flush(self.pa(va), size)
        await self.cpu.outer_sync()
        await self.cpu.dccimvac(va, size)
        await self.cpu.dsb()


Story = Callable[[World, bool], Awaitable[None]]  # the second argument: with the bug


@dataclass(frozen=True)
class Bug:
    """A story and the code of its bug. `shows`: some schedule makes a read of the program return wrong data."""

    name: str
    code: Code
    story: Story
    policy: str = "strict"
    shows: bool = True
    knobs: dict[str, object] = field(default_factory=dict)

    def program(self, *, buggy: bool = True) -> Callable[[Soc], Awaitable[None]]:
        async def program(soc: Soc) -> None:
            await self.story(await World(soc).start(), buggy)

        return program


async def missing_clean(w: World, buggy: bool) -> None:
    buffer = await w.bare()
    await w.cpu.fill(buffer, SIZE, 0x11)
    if not buggy:
        await w.clean(buffer)
    await w.device_reads(w.pa(buffer))


async def missing_inv(w: World, buggy: bool) -> None:
    buffer = await w.bare()
    await w.cpu.fill(buffer, SIZE, 0x11)
    await w.clean(buffer)
    await w.device_writes(w.pa(buffer))
    if not buggy:
        await w.invalidate(buffer)
    await w.cpu.read(buffer, SIZE)


async def inv_too_early(w: World, buggy: bool) -> None:
    buffer = await w.bare()
    await w.flush(buffer)
    await w.device_writes(w.pa(buffer))
    if not buggy:
        await w.invalidate(buffer)
    await w.cpu.read(buffer, SIZE)


async def dirty_over_dma(w: World, buggy: bool) -> None:
    buffer = await w.bare()
    await w.cpu.fill(buffer, SIZE, 0x11)
    if not buggy:
        await w.clean(buffer)
    await w.device_writes(w.pa(buffer))
    await w.invalidate(buffer)
    await w.cpu.read(buffer, SIZE)


async def flush_over_dma(w: World, buggy: bool) -> None:
    """Clean and invalidate behind the device: the clean writes the old dirty line over the new data."""
    buffer = await w.bare()
    await w.cpu.fill(buffer, SIZE, 0x11)
    if not buggy:
        await w.clean(buffer)
    await w.device_writes(w.pa(buffer))
    await w.flush(buffer)
    await w.cpu.read(buffer, SIZE)


async def wrong_dir(w: World, buggy: bool) -> None:
    buffer = await w.kernel.kmalloc(SIZE, "buffer")
    direction = TO if buggy else FROM
    handle = await w.dma.map_single(buffer, SIZE, direction, "buffer")
    await w.device_writes(handle)
    await w.dma.unmap_single(handle, SIZE, direction)
    await w.cpu.read(buffer, SIZE)


async def wrong_range_behind(w: World, buggy: bool) -> None:
    """The pointer was advanced: the invalidate acts on what lies behind the buffer."""
    both = await w.bare(2 * SIZE)
    await w.cpu.fill(both, SIZE, 0x11)
    await w.clean(both)
    await w.device_writes(w.pa(both))
    await w.invalidate(both + SIZE if buggy else both)
    await w.cpu.read(both, SIZE)


async def wrong_range_short(w: World, buggy: bool) -> None:
    """The length was rounded from an unaligned base: the last line is not cleaned."""
    buffer = await w.bare()
    await w.cpu.fill(buffer, SIZE, 0x11)
    await w.clean(buffer, SIZE - 32 if buggy else SIZE)
    await w.device_reads(w.pa(buffer))


async def wrong_sync(w: World, buggy: bool) -> None:
    """The offset of the sync counts in the wrong unit: the other half of the buffer is handed back."""
    buffer = await w.kernel.kmalloc(SIZE, "buffer")
    handle = await w.dma.map_single(buffer, SIZE, FROM, "buffer")
    await w.device_writes(handle)
    await w.dma.sync_single_for_cpu(handle if not buggy else handle + SIZE // 2, SIZE // 2, FROM)
    await w.cpu.read(buffer, 64)
    await w.dma.unmap_single(handle, SIZE, FROM)


async def shared_line(w: World, buggy: bool) -> None:
    """A counter of the driver lies in the last line of a buffer that the device writes."""
    buffer = await w.kernel.kmalloc(SIZE, "buffer")
    size = SIZE - 16 if buggy else SIZE - 32
    handle = await w.dma.map_single(buffer, size, FROM, "buffer")
    await w.cpu.str_(buffer + SIZE - 8, 1)
    await w.device_writes(handle, size)
    await w.dma.unmap_single(handle, size, FROM)
    await w.cpu.read(buffer, size)


async def lost_neighbour(w: World, buggy: bool) -> None:
    """The invalidate of the buffer discards what the driver keeps behind it in the same line."""
    buffer = await w.bare()
    size = SIZE - 16 if buggy else SIZE - 32
    await w.flush(buffer)
    await w.device_writes(w.pa(buffer), size)
    await w.cpu.str_(buffer + SIZE - 8, 1)
    await w.invalidate(buffer, size)
    await w.cpu.ldr(buffer + SIZE - 8)


async def cpu_wr_owned(w: World, buggy: bool) -> None:
    buffer = await w.kernel.kmalloc(SIZE, "buffer")
    await w.cpu.fill(buffer, SIZE, 0x11)
    handle = await w.dma.map_single(buffer, SIZE, TO, "buffer")
    if not buggy:
        await w.dma.sync_single_for_cpu(handle, SIZE, TO)
    await w.cpu.fill(buffer, 64, 0x22)
    if not buggy:
        await w.dma.sync_single_for_device(handle, SIZE, TO)
    await w.device_reads(handle)
    await w.dma.unmap_single(handle, SIZE, TO)


async def cpu_rd_owned(w: World, buggy: bool) -> None:
    buffer = await w.kernel.kmalloc(SIZE, "buffer")
    handle = await w.dma.map_single(buffer, SIZE, FROM, "buffer")
    await w.device_writes(handle)
    if not buggy:
        await w.dma.sync_single_for_cpu(handle, SIZE, FROM)
    await w.cpu.read(buffer, 64)
    await w.dma.unmap_single(handle, SIZE, FROM)


async def dev_unmapped(w: World, buggy: bool) -> None:
    buffer = await w.kernel.kmalloc(SIZE, "buffer")
    handle = await w.dma.map_single(buffer, SIZE, FROM, "buffer")
    await w.device_writes(handle)
    await w.dma.unmap_single(handle, SIZE, FROM)
    await w.cpu.read(buffer, SIZE)
    if not buggy:
        handle = await w.dma.map_single(buffer, SIZE, FROM, "buffer")
    await w.device_writes(handle)
    if not buggy:
        await w.dma.unmap_single(handle, SIZE, FROM)
    await w.cpu.read(buffer, SIZE)


async def alias_read(w: World, buggy: bool) -> None:
    """Coherent memory mapped once more, cacheable, as remap_pfn_range with default attributes does."""
    buffer = await w.dma.alloc_coherent(4096, "buffer")
    frame = (buffer.dma_handle - w.kernel.layout.base) >> 12
    protection = Protection.KERNEL if buggy else Protection.DMACOHERENT
    area = await w.kernel.vmalloc.vmap(frame, 1, protection)
    await w.cpu.dsb()
    await w.cpu.read(area.va, SIZE)
    await w.device_writes(buffer.dma_handle)
    await w.cpu.read(area.va, SIZE)


async def alias_dirty(w: World, buggy: bool) -> None:
    """Pages are zeroed through the cacheable alias, and used through a Non-cacheable one without a clean."""
    buffer = await w.bare(4096)
    await w.cpu.fill(buffer, SIZE, 0)
    if not buggy:
        await w.flush(buffer)
    frame = (w.pa(buffer) - w.kernel.layout.base) >> 12
    area = await w.kernel.vmalloc.vmap(frame, 1, Protection.DMACOHERENT)
    await w.cpu.dsb()
    start = area.va + (buffer & 4095)
    await w.cpu.fill(start, SIZE, 0x44)
    await w.device_reads(w.pa(buffer))


async def no_wmb(w: World, buggy: bool) -> None:
    """The store to the doorbell may overtake the descriptor's control word."""
    buffer = await w.dma.alloc_coherent(4096, "buffer")
    await w.cpu.fill(buffer.cpu_addr, SIZE, 0x22)
    cookie = await w.engine.submit(w.engine.prep_memcpy(w.seen.dma_handle, buffer.dma_handle, SIZE))
    ordered = w.io.writel
    if buggy:
        w.io.writel = w.io.writel_relaxed  # type: ignore[method-assign]
    try:
        await w.engine.issue_pending()
    finally:
        w.io.writel = ordered  # type: ignore[method-assign]
    await w.engine.wait(cookie)


async def outer_maint(w: World, buggy: bool) -> None:
    """Cleaned to the point where the outer cache begins, and no further."""
    buffer = await w.bare()
    await w.cpu.fill(buffer, SIZE, 0x11)
    if buggy:
        await w.cpu.dccmvac(buffer, SIZE)
        await w.cpu.dsb()
    else:
        await w.clean(buffer)
    await w.device_reads(w.pa(buffer))


async def outer_order(w: World, buggy: bool) -> None:
    """Inner before outer on the way to the CPU: L1 is filled again from the stale line of L2."""
    buffer = await w.bare()
    await w.cpu.fill(buffer, SIZE, 0x11)
    await w.clean(buffer)
    await w.device_writes(w.pa(buffer))
    if buggy:
        await w.cpu.dcimvac(buffer, SIZE)
        await w.cpu.dsb()
        await w.cpu.outer_invalidate(w.pa(buffer), SIZE)
        await w.cpu.outer_sync()
    else:
        await w.invalidate(buffer)
    await w.cpu.read(buffer, SIZE)


async def no_outer_sync(w: World, buggy: bool) -> None:
    """A Non-cacheable store behind a DSB still waits in the outer cache's own buffer."""
    buffer = await w.dma.alloc_coherent(4096, "buffer")
    await w.cpu.fill(buffer.cpu_addr, SIZE, 0x22)
    real = w.cpu.outer_sync

    async def nothing() -> None:
        """The era before L2x0 outer_sync."""

    if buggy:
        w.cpu.outer_sync = nothing  # type: ignore[method-assign]
    try:
        await w.device_reads(buffer.dma_handle)
    finally:
        w.cpu.outer_sync = real  # type: ignore[method-assign]


async def spec_forbidden(w: World, buggy: bool) -> None:
    """Coherent memory whose cacheable alias stays alive."""
    buffer = await w.dma.alloc_coherent(4096, "buffer")
    await w.device_writes(buffer.dma_handle)
    await w.cpu.read(buffer.cpu_addr, SIZE)


async def written_and_speculated(w: World, buggy: bool) -> None:
    """The same; before the device writes the CPU writes, through the line that speculation has brought in."""
    buffer = await w.dma.alloc_coherent(4096, "buffer")
    await w.cpu.fill(buffer.cpu_addr, SIZE, 0x11)
    await w.device_writes(buffer.dma_handle)
    await w.cpu.read(buffer.cpu_addr, SIZE)


async def private_bounce(w: World, buggy: bool) -> None:
    """The driver copies a packet into a buffer of its own that is mapped, and syncs the packet."""
    packet, bounce = await w.kernel.kmalloc(SIZE, "packet"), await w.kernel.kmalloc(SIZE, "bounce")
    await w.cpu.fill(packet, SIZE, 0x11)
    handle = await w.dma.map_single(bounce, SIZE, TO, "bounce")
    await w.dma.sync_single_for_cpu(handle, SIZE, TO)
    await w.cpu.copy(bounce, packet, SIZE)
    await w.dma.sync_single_for_device(w.pa(packet) if buggy else handle, SIZE, TO)
    await w.device_reads(handle)
    await w.dma.unmap_single(handle, SIZE, TO)


async def coherent_hardware(w: World, buggy: bool) -> None:
    """The device snoops, the driver treats it as one that does not: a snoop may hit a line that is older than memory."""
    buffer = await w.dma.alloc_coherent(4096, "buffer")
    engine = await w.snooping() if buggy else w.engine
    await w.cpu.fill(buffer.cpu_addr, SIZE, 0x22)
    await engine.memcpy(w.seen.dma_handle, buffer.dma_handle, SIZE)


async def one_way_snoop(w: World, buggy: bool) -> None:
    """Software does no maintenance, for the device snoops; its second access does not."""
    buffer = await w.bare()
    engine = await w.snooping()
    await w.cpu.fill(buffer, SIZE, 0x11)
    await w.io.wmb()
    await engine.memcpy(w.seen.dma_handle + 2048, w.pa(buffer), SIZE)
    if buggy:
        await w.device_reads(w.pa(buffer))


async def lost_cpu_data(w: World, buggy: bool) -> None:
    """The transfer fell back to programmed I/O, and the completion path invalidates all the same."""
    buffer = await w.bare()
    await w.flush(buffer)
    await w.cpu.fill(buffer, SIZE, 0x33)
    if buggy:
        await w.invalidate(buffer)
    await w.cpu.read(buffer, SIZE)


async def ring_cached(w: World, buggy: bool) -> None:
    """Two descriptors a line in cacheable memory: the clean for the one writes the other's old status back."""
    ring = await w.bare(name="ring")
    stride = 16 if buggy else 32
    w.kernel.emit(OwnershipWords(w.soc.machine.now_ns(), call_site(), w.pa(ring), 4, stride, SIZE // stride))
    await w.cpu.fill(ring, SIZE, 0)
    await w.flush(ring)
    await w.cpu.str_(ring + 4, 1)
    await w.device_writes(w.pa(ring) + stride, 8)
    await w.clean(ring, 8)
    await w.invalidate(ring + stride, 8)
    await w.cpu.read(ring + stride, 8)


async def pio_into_a_mapping(w: World, buggy: bool) -> None:
    """The CPU moves the data itself into a buffer that is mapped for the device: unmapping discards it."""
    buffer = await w.kernel.kmalloc(SIZE, "buffer")
    handle = await w.dma.map_single(buffer, SIZE, FROM, "buffer")
    if not buggy:
        await w.dma.unmap_single(handle, SIZE, FROM)
    await w.cpu.fill(buffer, SIZE, 0x33)
    if buggy:
        await w.dma.unmap_single(handle, SIZE, FROM)
    await w.cpu.read(buffer, SIZE)


async def sync_beside(w: World, buggy: bool) -> None:
    """An entry of a table is written, and another one handed over."""
    table = await w.kernel.kmalloc(SIZE, "table")
    handle = await w.dma.map_single(table, SIZE, TO, "table")
    await w.dma.sync_single_for_cpu(handle, SIZE, TO)
    await w.cpu.fill(table + 64, 64, 0x11)
    await w.dma.sync_single_for_device(handle + (128 if buggy else 64), 64, TO)
    await w.device_reads(handle + 64, 64)
    await w.dma.unmap_single(handle, SIZE, TO)


async def cma_lifetime(w: World, buggy: bool) -> None:
    """The coherent buffer is freed and its pages are somebody else's when the device writes once more."""
    buffer = await w.dma.alloc_coherent(4096, "buffer")
    await w.device_writes(buffer.dma_handle)
    if buggy:
        await w.dma.free_coherent(buffer)
        users = await w.kernel.populate()
    await w.device_writes(buffer.dma_handle)
    if buggy:
        for user in users:
            await w.kernel.movable.damaged(user)


BUGS = {
    each.name: each
    for each in (
        Bug("missing clean", Code.MISSING_CLEAN, missing_clean),
        Bug("missing invalidate", Code.MISSING_INV, missing_inv),
        Bug("invalidate too early", Code.INV_TOO_EARLY, inv_too_early),
        Bug("dirty over DMA", Code.DIRTY_OVER_DMA, dirty_over_dma),
        Bug("flush over DMA", Code.DIRTY_OVER_DMA, flush_over_dma),
        Bug("wrong direction", Code.WRONG_DIR, wrong_dir),
        Bug("wrong range, behind", Code.WRONG_RANGE, wrong_range_behind),
        Bug("wrong range, short", Code.WRONG_RANGE, wrong_range_short),
        Bug("shared line", Code.SHARED_LINE, shared_line),
        Bug("sync beside", Code.WRONG_RANGE, sync_beside),
        Bug("PIO into a mapping", Code.LOST_CPU_DATA, pio_into_a_mapping),
        Bug("lost neighbour", Code.SHARED_LINE, lost_neighbour),
        Bug("CPU writes what the device owns", Code.CPU_WR_OWNED, cpu_wr_owned),
        Bug("CPU reads what the device owns", Code.CPU_RD_OWNED, cpu_rd_owned),
        Bug("device uses what is unmapped", Code.DEV_UNMAPPED, dev_unmapped),
        Bug("read through a second alias", Code.ALIAS_ATTR, alias_read),
        Bug("dirty in a second alias", Code.ALIAS_ATTR, alias_dirty),
        Bug("no barrier before the doorbell", Code.NO_WMB, no_wmb),
        Bug("outer cache not cleaned", Code.OUTER_MAINT, outer_maint),
        Bug("outer cache behind the inner", Code.OUTER_MAINT, outer_order),
        Bug("no outer sync", Code.OUTER_MAINT, no_outer_sync),
        Bug("live alias", Code.SPEC_FORBIDDEN, spec_forbidden, policy="double_map"),
        Bug("live alias, written", Code.SPEC_FORBIDDEN, written_and_speculated, policy="double_map"),
        Bug("sync of the original", Code.BOUNCE_SYNC, private_bounce, shows=False),
        Bug(
            "hardware more coherent than software",
            Code.COH_CFG,
            coherent_hardware,
            policy="double_map",
            knobs={"shared_override": True, "snoop_port": True},
        ),
        Bug("hardware less coherent than software", Code.COH_CFG, one_way_snoop, knobs={"snoop_port": True}),
        Bug("lost CPU data", Code.LOST_CPU_DATA, lost_cpu_data),
        Bug("ring in cacheable memory", Code.RING_CACHED, ring_cached),
        Bug("buffer of a former owner", Code.CMA_LIFETIME, cma_lifetime),
    )
}
