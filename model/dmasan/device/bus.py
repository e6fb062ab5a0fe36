# SPDX-License-Identifier: Apache-2.0
"""The engine's master port: makes bursts with their attributes and tags, counts beats, checks what comes back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dmasan.device import registers as reg
from dmasan.device.attributes import Attributes
from dmasan.device.bits import Register
from dmasan.device.burst import AXI_IDS, SLVERR, Burst, UserTag, encode_user
from dmasan.device.port import BeatwisePort, MemoryPort
from dmasan.device.split import PAGE
from dmasan.events import BurstKind

TAG_MASK = 0x3FF  # AxUSER has ten bits for the descriptor's index


@dataclass(frozen=True, slots=True)
class Sizes:
    """An instance of the engine: channels, bytes per beat, limits, memory latency in cycles, and the straps behind
    CAP1 that say whether its ports can snoop."""

    channels: int = 2
    beat: int = 8
    max_burst: int = 64  # beats
    fifo_beats: int = 512
    latency: int = 12
    outstanding: int = 16  # write bursts
    coherent_data: bool = False
    coherent_descriptors: bool = False
    poll: int = 0  # cycles between two looks at a ring's next descriptor; 0: it waits for TAIL
    page: int = PAGE  # bytes whose multiples no burst crosses; more than 4 KiB is a fault (IHI 0022, A3.4.1)


class Bus:
    """AXI master of the engine, one whole burst at a time."""

    def __init__(self, port: MemoryPort, sizes: Sizes) -> None:
        self.port = port
        self.sizes = sizes
        self.counters: dict[int, int] = {}  # live performance counters, by offset of their register

    def burst(
        self, channel: int, kind: BurstKind, address: int, size: int, index: int, attributes: Attributes
    ) -> Burst:
        """The burst that moves `size` bytes from `address`, to the end of its last beat."""
        beat = self.sizes.beat
        length = -(-(address + size) // beat) * beat - address
        user = encode_user(UserTag(attributes.coherent, index, channel, kind))
        cache, prot, coherent, domain, qos = attributes
        snoop = coherent and bool(cache & 2)
        return Burst(
            address, length, kind, channel, index & TAG_MASK, snoop, cache, prot, domain, qos, user, AXI_IDS[kind]
        )

    def read(self, burst: Burst) -> tuple[int, NDArray[np.uint8]]:
        self.count(reg.PMU_R_BEATS, self.beats(burst))
        return self.port.read(burst)

    def first_error(self, burst: Burst, response: int) -> int | None:
        """The beat of a read just served from which on its data is not good. None: all of it is."""
        if response < SLVERR:
            return None
        if not isinstance(self.port, BeatwisePort):
            return 0
        return self.port.first_error(burst) // self.sizes.beat - burst.address // self.sizes.beat

    def write(self, burst: Burst, data: NDArray[np.uint8]) -> int:
        """Writes `data` to the burst's first bytes; lanes behind it are masked."""
        self.count(reg.PMU_W_BEATS, self.beats(burst))
        if len(data) == burst.length:
            return self.port.write(burst, data, None)
        whole = np.zeros(burst.length, np.uint8)
        whole[: len(data)] = data
        return self.port.write(burst, whole, np.arange(burst.length) < len(data))

    def done(self, burst: Burst) -> None:
        self.port.write_done(burst)

    def beats(self, burst: Burst) -> int:
        beat = self.sizes.beat
        return (burst.length + burst.address % beat) // beat

    def count(self, register: type[Register], amount: int) -> None:
        self.counters[register.OFFSET] = self.counters.get(register.OFFSET, 0) + amount
