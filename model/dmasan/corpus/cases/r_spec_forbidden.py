# SPDX-License-Identifier: Apache-2.0
"""R: speculation through a live cacheable mapping of memory that is used uncached, or must not be touched."""

from __future__ import annotations

from functools import partial

from dmasan.arch.geometry import Region
from dmasan.corpus.case import BUGGY, FIXED, WRONG_FIX, Case, Variant, pair
from dmasan.corpus.device import Device
from dmasan.corpus.firmware import Firmware
from dmasan.linux.layout import PAGE_SIZE
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

SIZE = 1024


async def r1(soc: Soc) -> None:
    """A coherent buffer beside its cacheable linear mapping."""
    cpu, device = soc.cpu(), await Device.attach(soc)
    buffer = await soc.dma.alloc_coherent(SIZE, "coherent buffer")  # <- place
    await cpu.fill(buffer.cpu_addr, SIZE, 0)
    await device.receive(buffer.dma_handle, SIZE)
    await soc.io.rmb()
    await cpu.read(buffer.cpu_addr, SIZE)  # <- place
    await soc.dma.free_coherent(buffer)


async def r2(soc: Soc, variant: str) -> None:
    """Metadata for the modem is handed to the secure world, which closes the region."""
    kernel, cpu, firmware = soc.kernel, soc.cpu(), Firmware(soc)
    metadata = await firmware.memory(PAGE_SIZE, "metadata", device=False)
    await cpu.fill(metadata.va, PAGE_SIZE, 0x4D)
    if variant == WRONG_FIX:
        await firmware.clean(metadata.va, PAGE_SIZE)  # the lines stay, and can be read and evicted
    else:
        await firmware.flush(metadata.va, PAGE_SIZE)
    frame = kernel.layout.page(metadata.pa)
    if variant == FIXED:
        await kernel.linear.split_range(frame, 1)
        await kernel.linear.unmap(frame, 1)
        await kernel.linear.flush_tlb(frame, 1)
    soc.machine.forbid(Region(metadata.pa, PAGE_SIZE))  # <- place
    # Any access of the normal world resets the system now, a speculative one too.
    await cpu.fill(await kernel.kmalloc(SIZE, "other work"), SIZE, 0)
    soc.machine.allow(Region(metadata.pa, PAGE_SIZE))


async def r3(soc: Soc, fixed: bool) -> None:
    """A region of the secure world is mapped write-back, as all of RAM."""
    kernel, cpu = soc.kernel, soc.cpu()
    pages = await kernel.alloc_pages(1, name="secure region")
    frame = int(pages[0])
    if fixed:
        await kernel.linear.split_range(frame, 1)
        await kernel.linear.unmap(frame, 1)
        await kernel.linear.flush_tlb(frame, 1)
    region = Region(kernel.layout.pa(frame), PAGE_SIZE)
    soc.machine.forbid(region)  # <- place
    await cpu.fill(await kernel.kmalloc(SIZE, "other work"), SIZE, 0)
    soc.machine.allow(region)


CASES = (
    Case(
        "R1",
        Code.SPEC_FORBIDDEN,
        "linux 1a8e41cd672 'Set bit 22 in the PL310 AuxCtlr register', a50eb1c7680, b0f20ff9d7e",
        "A speculative read through the linear mapping puts an old line into the PL310, and the CPU's uncached, shareable "
        "read is served from it, though every access of the program was uncached. The shared override ends that.",
        (Variant(BUGGY, r1), Variant(FIXED, r1, {"shared_override": True})),
        policy="double_map",
        era="v2.6.39",
    ),
    Case(
        "R2",
        Code.SPEC_FORBIDDEN,
        "linux c44094eee32f, b7d9aae40484 (revert), 57f72170a2b2 'remoteproc: qcom_q6v5_mss: Use a carveout'",
        "The modem's metadata lies in ordinary memory that the secure world closes. The linear mapping is alive: a "
        "speculative read or the eviction of a line that a clean has left trips the firewall and resets the phone.",
        tuple(Variant(kind, partial(r2, variant=kind)) for kind in (BUGGY, WRONG_FIX, FIXED)),
        profile="cortex-a53",
    ),
    Case(
        "R3",
        Code.SPEC_FORBIDDEN,
        "u-boot ade4e0428f4, 67f9f11f197 (stm32mp), 59efa6b52bb (imx8m), c6f4985a04f (snapdragon), 37e6b640ef6 (k3)",
        "Memory that is reserved for the secure world is still mapped write-back: a prefetch is enough for a firewall "
        "fault. Such regions must have no valid translation before caches and MMU go on.",
        pair(r3),
        profile="cortex-a53",
    ),
)
