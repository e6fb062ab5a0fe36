# SPDX-License-Identifier: Apache-2.0
"""What all calls of the DMA API have in common: the kernel, the device, and how a call is told to observers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmasan.events import Direction, DmaMap, DmaSync, DmaUnmap, MappingKind
from dmasan.linux.dma_attributes import DmaAttr
from dmasan.linux.dma_device import DmaDevice
from dmasan.linux.dma_sync import syncs_name_the_direction
from dmasan.linux.errors import DmaApiError

if TYPE_CHECKING:
    from dmasan.linux.kernel import Kernel


class DmaCalls:
    """The calls of one device. Bus addresses are the device's; sizes are in bytes."""

    def __init__(self, kernel: Kernel, device: DmaDevice) -> None:
        self.kernel = kernel
        self.device = device
        self._names: dict[tuple[int, int], str] = {}  # of mappings: physical address, size

    def _tell_map(
        self,
        kind: MappingKind,
        pa: int,
        size: int,
        direction: Direction,
        name: str,
        *,
        handle: int,
        buffer: int | None = None,
        cpu_address: int = 0,
        area: str = "linear",
        entries: int = 0,
        attrs: DmaAttr = DmaAttr.NONE,
    ) -> None:
        self._names[pa, size] = name
        kernel, device = self.kernel, self.device
        if kernel.machine.bus.active:
            kernel.emit(
                DmaMap(
                    *kernel.stamp(),
                    kind,
                    pa,
                    size,
                    direction,
                    name,
                    device=device.name,
                    handle=handle,
                    buffer=buffer,
                    cpu_address=cpu_address,
                    area=area,
                    entries=entries,
                    mask=device.coherent_mask if kind is MappingKind.COHERENT else device.mask,
                    max_segment=device.max_segment,
                    boundary=device.boundary,
                    attrs=attrs.names,
                    same_direction=buffer is not None and syncs_name_the_direction(kernel),
                )
            )

    def _tell_unmap(
        self,
        kind: MappingKind,
        pa: int,
        size: int,
        direction: Direction,
        *,
        handle: int,
        cpu_address: int = 0,
        entries: int = 0,
        attrs: DmaAttr = DmaAttr.NONE,
    ) -> None:
        self._names.pop((pa, size), None)
        kernel = self.kernel
        if kernel.machine.bus.active:
            told = DmaUnmap(*kernel.stamp(), kind, pa, size, direction, self.device.name, handle)
            told.cpu_address, told.entries, told.attrs = cpu_address, entries, attrs.names
            kernel.emit(told)

    def _tell_sync(
        self, pa: int, size: int, direction: Direction, for_cpu: bool, *, handle: int, entries: int = 0
    ) -> None:
        kernel = self.kernel
        if kernel.machine.bus.active:
            kernel.emit(
                DmaSync(*kernel.stamp(), pa, size, direction, for_cpu, self.device.name, handle, entries)
            )

    @staticmethod
    def _check_direction(direction: object) -> None:
        """BUG_ON(!valid_dma_direction(dir))."""
        if not isinstance(direction, Direction):
            allowed = ", ".join(d.value for d in Direction)
            raise DmaApiError(f"invalid DMA direction {direction!r}: allowed are {allowed}")
