# SPDX-License-Identifier: Apache-2.0
"""U: the device's snooping does not fit what software assumes of its coherence."""

from __future__ import annotations

from dmasan.corpus.case import Case, pair
from dmasan.corpus.device import Device
from dmasan.device.attributes import COHERENT, NONCOHERENT, encode
from dmasan.device.descriptor import CTRL_SIZE, Descriptor
from dmasan.device.registers import Op
from dmasan.events import Direction
from dmasan.linux.layout import PAGE_SIZE
from dmasan.sanitizer.codes import Code
from dmasan.soc import Soc

SIZE = 1024
SNOOPS = {"snoop_port": True}
TO, FROM = Direction.TO_DEVICE, Direction.FROM_DEVICE


async def u1(soc: Soc, fixed: bool) -> None:
    """The ADMA table of an SD controller that snoops, and of which the device tree does not say so."""
    cpu, kernel = soc.cpu(), soc.kernel
    esdhc = await Device.attach(soc, snoop=NONCOHERENT if fixed else COHERENT)
    table = await soc.dma.alloc_coherent(SIZE, "ADMA table")
    await cpu.fill(table.cpu_addr, SIZE, 0x23)  # <- place
    # The write went to memory; a speculative read through the linear mapping may have left an old line to hit.
    await esdhc.send(table.dma_handle, SIZE)  # <- place
    await soc.dma.free_coherent(table)
    await kernel.io.mb()


async def u2(soc: Soc, fixed: bool) -> None:
    """A GPU that snoops, and buffers that the CPU writes through write-combined mappings."""
    cpu = soc.cpu()
    gpu = await Device.attach(soc, snoop=COHERENT)
    if fixed:
        soc.dma.device.coherent = True
    buffer = await soc.dma.alloc_wc(PAGE_SIZE, "vertex buffer")
    for n in range(2):
        await cpu.fill(buffer.cpu_addr, SIZE, 0x30 + n)  # <- place
        await soc.io.wmb()
        await gpu.send(buffer.dma_handle, SIZE)  # <- place
    await soc.dma.free_wc(buffer)


async def u4(soc: Soc, fixed: bool) -> None:
    """A chain of descriptors, of which the last lacks the snoop bit."""
    cpu = soc.cpu()
    fsl = await Device.attach(soc, snoop=COHERENT)
    soc.dma.device.coherent = True
    ring = await soc.dma.alloc_coherent(4 * 64, "descriptor chain")
    soc.dma.ownership_words(ring, 48, 64, 4)
    buffer = await soc.kernel.kmalloc(2 * SIZE, "buffer")
    await cpu.fill(buffer, 2 * SIZE, 0x77)  # <- place
    handle = await soc.dma.map_single(buffer, 2 * SIZE, TO, "buffer")
    await fsl.use_ring(ring.dma_handle, 4)
    for n in range(2):
        snoop = COHERENT if fixed or n == 0 else NONCOHERENT
        attr = encode(snoop) | encode(snoop) << 16
        entry = Descriptor(Op.SINK, handle + n * SIZE, 0, SIZE, irq=n == 1, attr=attr)
        await cpu.write(ring.cpu_addr + 64 * n + CTRL_SIZE, entry.encode()[CTRL_SIZE:])
        await soc.io.dma_wmb()
        await cpu.str_(ring.cpu_addr + 64 * n, entry.ctrl)
    await fsl.ring_doorbell(2)  # <- place
    await fsl.wait()
    await soc.dma.unmap_single(handle, 2 * SIZE, TO)
    await fsl.halt()


async def u5(soc: Soc, fixed: bool) -> None:
    """Programmable logic on a coherent port, whose reads carry the wrong AxCACHE."""
    cpu = soc.cpu()
    logic = await Device.attach(soc, snoop=COHERENT)
    if not fixed:
        await logic.attributes(NONCOHERENT, COHERENT, COHERENT)
    soc.dma.device.coherent = True
    buffer = await soc.kernel.kmalloc(SIZE, "shared buffer")
    handle = await soc.dma.map_single(buffer, SIZE, Direction.BIDIRECTIONAL, "shared buffer")
    await logic.receive(handle, SIZE)
    await soc.dma.sync_single_for_cpu(handle, SIZE, Direction.BIDIRECTIONAL)
    await cpu.fill(buffer, SIZE, 0x19)  # <- place
    await soc.dma.sync_single_for_device(handle, SIZE, Direction.BIDIRECTIONAL)
    await logic.send(handle, SIZE)  # <- place
    await soc.dma.unmap_single(handle, SIZE, Direction.BIDIRECTIONAL)
    await soc.kernel.kfree(buffer)


CASES = (
    Case(
        "U1",
        Code.COH_CFG,
        "linux 121bd08b029e 'mmc: sdhci-of-esdhc: set DMA snooping based on DMA coherence'",
        "The controller snoops, the device tree does not say so, and the DMA API gives it uncached memory. The CPU's "
        "stores go to memory, the device's reads hit old lines in the cache: 'non-coherent in software, snooping in "
        "hardware' is not safe.",
        pair(u1),
        profile="cortex-a72",
        policy="keep_alias",
        knobs=SNOOPS,
    ),
    Case(
        "U2",
        Code.COH_CFG,
        "linux 268af50f38b1, 728da60da7c1, 03544505cb10 (panfrost, io-pgtable, meson-g12b)",
        "The GPU is coherent, and described as if it were not: the CPU writes through write-combined mappings, the GPU "
        "snoops old lines. The 'weird' pictures were blamed on Mesa.",
        pair(u2),
        profile="cortex-a72",
        policy="keep_alias",
        knobs=SNOOPS,
    ),
    Case(
        "U4",
        Code.COH_CFG,
        "linux 776c8943f27 'fsldma: snooping is not enabled for last entry in descriptor chain'",
        "The snoop bit is one per descriptor, and the last one of a chain lacks it: the tail of each transfer is old.",
        pair(u4),
        profile="cortex-a72",
        policy="coherent",
        nearest="MPC83xx, a PowerPC: here descriptors with memory attributes of their own",
    ),
    Case(
        "U5",
        Code.COH_CFG,
        "ikwzm/udmabuf #69, #14; analogdevicesinc/hdl PR 925",
        "On the coherent port of a ZynqMP writes snoop and reads do not: AxCACHE of one channel is wrong. 'dma-coherent' "
        "in the device tree leaves the maintenance out, and the logic reads what it wrote last itself.",
        pair(u5),
        profile="cortex-a53",
        policy="coherent",
    ),
)
