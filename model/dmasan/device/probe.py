# SPDX-License-Identifier: Apache-2.0
"""Whether a driver binds to a device: what it was told against what the device says of itself."""

from __future__ import annotations

from dataclasses import dataclass

from dmasan.device import registers as reg
from dmasan.device import words
from dmasan.device.context import DriverContext
from dmasan.device.transaction import ProbeError


@dataclass(frozen=True, slots=True)
class Settings:
    """How the driver runs its channel. `max_segment` (bytes) is the longest descriptor, `max_beats` the longest burst."""

    channel: int = 0
    ring_entries: int = 32
    max_beats: int = 16
    prefetch: int = 0
    max_segment: int = words.LEN.BYTES.limit
    dma_coherent: bool = False  # what the device tree says


async def check_identity(soc: DriverContext, settings: Settings) -> None:
    """ID, VERSION and capabilities against what the driver was told. Raises ProbeError."""
    identity = await soc.io.readl(reg.ID.OFFSET)
    if identity != reg.ID.RESET:
        raise ProbeError(f"device ID is {identity:#010x}, not {reg.ID.RESET:#010x}: this is not the DMA engine")
    major = reg.VERSION.MAJOR.get(await soc.io.readl(reg.VERSION.OFFSET))
    if major != reg.VERSION.MAJOR.get(reg.VERSION.RESET):
        raise ProbeError(f"device version {major} is not {reg.VERSION.MAJOR.get(reg.VERSION.RESET)}")
    channels = reg.CAP0.NCH.get(await soc.io.readl(reg.CAP0.OFFSET))
    if not 0 <= settings.channel < channels:
        raise ProbeError(f"channel {settings.channel} does not exist: the device has 0 to {channels - 1}")
    features = await soc.io.readl(reg.CAP1.OFFSET)
    if not features & reg.CAP1.SG.mask:
        raise ProbeError("the device has no descriptor ring (CAP1.SG is 0)")
    coherent = reg.CAP1.COHERENT_DATA.mask | reg.CAP1.COHERENT_DESC.mask
    if settings.dma_coherent and features & coherent != coherent:
        raise ProbeError("the device is described as dma-coherent, but CAP1 says that its port does not snoop")
