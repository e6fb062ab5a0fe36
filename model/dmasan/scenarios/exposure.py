# SPDX-License-Identifier: Apache-2.0
"""What an alias policy leaves exposed and what it costs, measured: one coherent buffer is allocated, used and freed.

The questions are those that a kernel developer would ask of a policy; the answers come out of the run: the machine's
translations, the sanitizer's may-sets (what the caches can hold under every schedule), and the counters.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

from dmasan.arch.configuration import ABSENT, STALE, Config, value_of
from dmasan.arch.faults import Fault
from dmasan.device.burst import Burst
from dmasan.events import BurstKind, DescriptorWrite, Event
from dmasan.linux.layout import PAGE_SIZE
from dmasan.soc import Soc

PAGES = 8


@dataclass(frozen=True)
class Price:
    """Operations of one call: entries written, lines of L1 and L2, TLB operations on one CPU and on all."""

    pte_writes: int
    l1_lines: int
    l2_lines: int
    tlbi_local: int
    tlbi_broadcast: int

    def __sub__(self, other: Price) -> Price:
        return Price(*(a - b for a, b in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class Exposure:
    """The answers for one cell.

    `live_alias`: a cacheable mapping of the buffer can be walked while it is used. `lines_after_alloc`: some schedule has
    a line of it in a cache when alloc returns. `wrong_read`: a Non-cacheable load of the CPU may then return an old
    value. `stray_write`: what a store through the linear address does: "corrupts", "faults", "reaches the device", or
    "no address". `bbm_violation`: a valid entry was replaced by another. `global_tlbi`: alloc needs TLB maintenance on all
    CPUs. `stale_for_next_owner`: some schedule leaves a stale line for the page's next, cacheable owner.
    """

    live_alias: bool
    lines_after_alloc: bool
    wrong_read: bool
    stray_write: str
    bbm_violation: bool
    global_tlbi: bool
    stale_for_next_owner: bool
    alloc: Price
    free: Price


async def exposure(soc: Soc, pages: int = PAGES) -> Exposure:
    """The driver program; boot has happened. Tables and split sections exist before anything is measured."""
    size = pages * PAGE_SIZE
    kernel = soc.kernel
    await kernel.movable.fill(kernel.cma.first, 2 * pages)  # former owners, whose lines are dirty
    first = await soc.dma.alloc_coherent(size, "first")
    await soc.dma.free_coherent(first)
    log: list[Event] = []
    soc.bus.subscribe(log.append)
    before = price(soc)
    buffer = await soc.dma.alloc_coherent(size, "measured")
    allocated = price(soc)
    pa = soc.dma.physical(buffer)
    bbm = any(isinstance(each, DescriptorWrite) and each.valid_to_valid for each in log)
    lines = any(each.l1 != ABSENT or each.l2 != ABSENT for each in may_set(soc, pa))
    live = bool(soc.machine.aliases.exposed(pa, size))
    found = len(soc.hazards)
    await use(soc, buffer.cpu_addr, pa)
    wrong = len(soc.hazards) > found
    stale = any(_stale(each) for each in may_set(soc, pa))
    stray = await stray_write(soc, pa)
    between = price(soc)
    await soc.dma.free_coherent(buffer)
    spent = price(soc) - between
    return Exposure(
        live, lines, wrong, stray, bbm, (allocated - before).tlbi_broadcast > 0, stale, allocated - before, spent
    )


async def use(soc: Soc, va: int, pa: int) -> None:
    """A correct exchange: the CPU writes, the device writes, the CPU reads what the device wrote."""
    await soc.cpu().fill(va, 64, 1)
    await soc.io.mb()
    burst = Burst(pa, 64, BurstKind.DATA, snoop=soc.dma.device.coherent)
    soc.port.read(burst)
    soc.port.write(burst, soc.machine.memory.data[:64].copy(), None)
    soc.port.write_done(burst)
    await soc.io.mb()
    await soc.cpu().read(va, 64)


async def stray_write(soc: Soc, pa: int) -> str:
    """A store through the linear address of the last page of the buffer, which the driver must not use."""
    layout = soc.kernel.layout
    last = pa + (PAGES - 1) * PAGE_SIZE
    if last >= layout.pa(layout.lowmem_pages):
        return "no address"
    before = int(soc.machine.device_read(last, 1)[0])
    try:
        await soc.cpu().strb(layout.linear(last), before ^ 0xFF)
    except Fault:
        return "faults"
    await soc.io.mb()
    reached = int(soc.machine.device_read(last, 1)[0]) != before
    return "reaches the device" if reached or soc.dma.device.coherent else "corrupts"


def may_set(soc: Soc, pa: int) -> frozenset[Config]:
    """What the hardware can hold for the byte at `pa`."""
    shadow, automaton = soc.sanitizer.shadow, soc.sanitizer.automaton
    return frozenset(automaton.states[int(shadow.states[pa - shadow.base])])


def _stale(config: Config) -> bool:
    return any(each != ABSENT and value_of(each) == STALE for each in (config.l1, config.l2))


def price(soc: Soc) -> Price:
    c = soc.machine.counters
    return Price(c.pte_writes, c.l1_ops, c.l2_ops, c.tlbi_local, c.tlbi_broadcast)
