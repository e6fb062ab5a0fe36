# SPDX-License-Identifier: Apache-2.0
"""What a device talks to: memory, as it looks from the device's side."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from dmasan.device.burst import Burst


class MemoryPort(Protocol):
    """Serves the bursts of a device: its own order of calls is the order in which memory is sampled and changed.

    Responses are AXI's: 0 OKAY, 2 SLVERR, 3 DECERR.
    """

    def read(self, burst: Burst) -> tuple[int, NDArray[np.uint8]]:
        """Response and data (shape `(burst.length,)`) of a read burst, sampled now."""

    def write(self, burst: Burst, data: NDArray[np.uint8], strobe: NDArray[np.bool_] | None) -> int:
        """Accepts the data of a write burst (all of it where `strobe` is None); the response that its B will carry."""

    def write_done(self, burst: Burst) -> None:
        """The burst's B: from now on the write is complete."""


@runtime_checkable
class BeatwisePort(Protocol):
    """A `MemoryPort` that can say where in a read burst an error response begins.

    AXI gives every R beat a response of its own (IHI 0022, A3.4.4). A port that is not of this kind answers all beats
    of a burst alike.
    """

    def first_error(self, burst: Burst) -> int:
        """Address of the first byte whose beat had the error response of the read just served."""
