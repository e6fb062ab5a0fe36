# SPDX-License-Identifier: Apache-2.0
"""An engine on plain memory, driven by its registers."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

import numpy as np

from dmasan.device import register_file
from dmasan.device import registers as reg
from dmasan.device.bits import Register
from dmasan.device.bus import Sizes
from dmasan.device.descriptor import Descriptor, Status, decode_status
from dmasan.device.engine import Engine
from dmasan.device.plain import RAM_BASE, PlainMemory
from dmasan.events import BurstKind

RING = RAM_BASE
DATA = RAM_BASE + 0x1_0000


class Bench:
    """Writes registers and descriptors of channel 0 and looks at what comes of it."""

    def __init__(self, sizes: Sizes | None = None, memory: type[PlainMemory] = PlainMemory) -> None:
        self.memory = memory(1 << 20)
        self.memory.data[:] = np.random.default_rng(7).integers(0, 256, len(self.memory.data), np.uint8)
        self.engine = Engine(self.memory, sizes or Sizes())
        self.write_global(reg.CTRL, reg.CTRL.ENABLE.mask)

    def write_global(self, register: type[Register], value: int) -> None:
        register_file.write(self.engine, register.OFFSET, value)

    def write(self, register: type[Register], value: int, channel: int = 0) -> None:
        register_file.write(self.engine, reg.CHANNEL_BASE + channel * reg.CHANNEL_STRIDE + register.OFFSET, value)

    def read(self, register: type[Register], channel: int = 0) -> int:
        return register_file.read(
            self.engine, reg.CHANNEL_BASE + channel * reg.CHANNEL_STRIDE + register.OFFSET
        )

    def command(self, bit: Any, channel: int = 0) -> None:
        self.write(reg.CH_CMD, bit.mask, channel)

    def run(self, cycles: int = 100_000) -> None:
        self.engine.run_until(self.engine.cycle + cycles)

    def causes(self, channel: int = 0) -> int:
        return self.read(reg.CH_STATUS, channel) & 0x3F00

    def state(self, channel: int = 0) -> reg.State:
        return reg.State(reg.CH_STATUS.STATE.get(self.read(reg.CH_STATUS, channel)))

    def error(self) -> tuple[reg.Kind, int, int]:
        """Kind, index and address of the recorded error."""
        info = self.read(reg.CH_ERR_INFO)
        address = self.read(reg.CH_ERR_ADDR_LO) | self.read(reg.CH_ERR_ADDR_HI) << 32
        return reg.Kind(reg.CH_ERR_INFO.KIND.get(info)), reg.CH_ERR_INFO.INDEX.get(info), address

    def put(self, address: int, raw: bytes) -> None:
        start = address - self.memory.base
        self.memory.data[start : start + len(raw)] = np.frombuffer(raw, np.uint8)

    def get(self, address: int, length: int) -> bytes:
        start = address - self.memory.base
        return self.memory.data[start : start + length].tobytes()

    def status(self, index: int, stride: int = 64) -> Status:
        return decode_status(self.get(RING + index * stride + 0x30, 16))

    def start_ring(self, length: int = 8, extra: int = 0, irq: int = 0x3F00, channel: int = 0) -> None:
        """Ring mode at RING, empty."""
        default = reg.CH_CFG.RESET & ~reg.CH_CFG.MODE.mask
        self.write(reg.CH_CFG, default | reg.CH_CFG.MODE.put(reg.Mode.RING) | extra, channel)
        self.write(reg.CH_IRQ_EN, irq, channel)
        self.write(reg.CH_RING_LEN, length, channel)
        self.write(reg.CH_DESC_BASE_HI, RING >> 32, channel)
        self.write(reg.CH_DESC_BASE_LO, RING & 0xFFFF_FFFF, channel)
        self.command(reg.CH_CMD.START, channel)

    def ring(self, *descriptors: Descriptor, first: int = 0, stride: int = 64) -> None:
        """Writes descriptors from index `first` on."""
        for n, descriptor in enumerate(descriptors):
            self.put(RING + (first + n) * stride, descriptor.encode())

    def doorbell(self, index: int, lap: int = 0, channel: int = 0) -> None:
        self.write(reg.CH_TAIL, reg.CH_TAIL.INDEX.put(index) | reg.CH_TAIL.LAP.put(lap), channel)

    def bursts(self, event: str, kind: BurstKind = BurstKind.DATA) -> list[tuple[int, int]]:
        """(address, length) of the logged bursts of an event and a kind."""
        return [(b.address, b.length) for what, b in self.memory.log if what == event and b.kind is kind]


def finish(program: Coroutine[Any, Any, Any]) -> Any:
    """Runs a program that never suspends."""
    try:
        program.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("the program suspended")
