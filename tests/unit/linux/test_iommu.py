# SPDX-License-Identifier: Apache-2.0
"""A device behind an IOMMU: addresses of its own, and translations that outlive their unmap."""

import pytest

from dmasan.events import Direction, IotlbMaintenance, Maintenance
from dmasan.linux import DmaApiError
from dmasan.linux.dma_device import DmaDevice
from dmasan.linux.iommu import FLUSH_QUEUE, Iommu
from dmasan.linux.layout import PAGE_SIZE

TO, FROM = Direction.TO_DEVICE, Direction.FROM_DEVICE


def behind(world, **settings):
    device = DmaDevice("translated")
    device.iommu = Iommu(world.kernel, device.name, **settings)
    return world.kernel.dma_of(device)


def test_a_mapping_has_an_address_of_its_own(make) -> None:
    world = make("double_map")
    dma = behind(world)
    va = world.run(world.kernel.kmalloc(3 * PAGE_SIZE))
    handle = world.run(dma.map_single(va + 100, 2 * PAGE_SIZE, TO))
    pa = world.kernel.layout.physical(va)
    assert handle % PAGE_SIZE == (pa + 100) % PAGE_SIZE and handle != pa + 100
    assert dma.device.decode(handle + PAGE_SIZE) == pa + 100 + PAGE_SIZE
    assert dma.device.decode(handle + 3 * PAGE_SIZE) is None
    log = world.watch(dma.unmap_single(handle, 2 * PAGE_SIZE, TO))
    assert [e for e in log if isinstance(e, IotlbMaintenance)]
    assert dma.device.decode(handle) is None


def test_maintenance_goes_by_the_memory_not_by_the_bus(make) -> None:
    world = make("double_map")
    dma = behind(world)
    va = world.run(world.kernel.kmalloc(4096))
    world.run(world.kernel.cpu.fill(va, 4096, 0x66))
    log = world.watch(dma.map_single(va, 4096, TO))
    assert {e.address for e in log if isinstance(e, Maintenance)} == {world.kernel.layout.physical(va)}
    buffer = world.run(dma.alloc_coherent(2 * PAGE_SIZE))
    world.run(world.kernel.cpu.fill(buffer.cpu_addr, 8, 1))
    world.run(world.kernel.io.wmb())
    assert (world.machine.device_read(dma.device.decode(buffer.dma_handle), 8) == 1).all()
    world.run(dma.free_coherent(buffer))
    assert dma.device.decode(buffer.dma_handle) is None
    with pytest.raises(DmaApiError, match="the IOMMU has no translation"):
        dma.device.iommu.unmap(buffer.dma_handle, PAGE_SIZE)


def test_deferred_invalidation_leaves_a_window(make) -> None:
    """iommu.strict=0: the device still reaches memory that is somebody else's by now, until the queue is flushed."""
    world = make("double_map")
    dma = behind(world, deferred=True)
    iommu, kernel = dma.device.iommu, world.kernel
    va = world.run(kernel.kmalloc(4096))
    handle = world.run(dma.map_single(va, 4096, FROM))
    pa = dma.device.decode(handle)  # the TLB has it now
    world.run(dma.unmap_single(handle, 4096, FROM))
    assert dma.device.decode(handle) == pa
    assert world.run(dma.map_single(va, 4096, FROM)) != handle  # not given out again before the flush
    iommu.flush()
    assert dma.device.decode(handle) is None
    for _ in range(FLUSH_QUEUE):
        world.run(dma.unmap_single(world.run(dma.map_single(va, 64, TO)), 64, TO))
    assert not iommu.queue
