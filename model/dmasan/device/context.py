# SPDX-License-Identifier: Apache-2.0
"""What the engine's driver needs of the world that it runs in. `dmasan.soc.Soc` is one; `plain.PlainContext` another."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class CoherentMemory(Protocol):
    """What `dma_alloc_coherent` returns: virtual address, bus address, size in bytes."""

    @property
    def cpu_addr(self) -> int: ...

    @property
    def dma_handle(self) -> int: ...

    @property
    def size(self) -> int: ...


class DriverCpu(Protocol):
    """Loads and stores by virtual address; all let time pass."""

    async def ldr(self, va: int) -> int: ...

    async def str_(self, va: int, value: int) -> None: ...

    async def read(self, va: int, length: int) -> NDArray[np.uint8]: ...

    async def write(self, va: int, data: bytes) -> None: ...


class DriverDma(Protocol):
    """The part of the DMA API that the driver itself uses."""

    async def alloc_coherent(self, size: int, name: str = "") -> CoherentMemory: ...

    async def free_coherent(self, buffer: Any) -> None:
        """Frees what `alloc_coherent` of the same object returned."""

    def ownership_words(self, buffer: Any, offset: int, stride: int, count: int) -> None:
        """Declares 32-bit words of `buffer` that are polled while the device writes them."""


class DriverIo(Protocol):
    """Register accessors (offsets in bytes from the device's first register) and the barriers that go with DMA."""

    async def readl(self, offset: int) -> int: ...

    async def writel(self, value: int, offset: int) -> None: ...

    async def dma_wmb(self) -> None: ...

    async def dma_rmb(self) -> None: ...


class DriverContext(Protocol):
    """A SoC as the driver sees it."""

    @property
    def dma(self) -> DriverDma: ...

    @property
    def io(self) -> DriverIo: ...

    def cpu(self, index: int = 0) -> DriverCpu: ...

    async def wait_irq(self, timeout_ns: float) -> None:
        """Sleeps until the device's interrupt. Raises RunError when `timeout_ns` have passed."""
