# SPDX-License-Identifier: Apache-2.0
"""Random programs of registers and descriptors for the DMA engine, whatever runs them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from dmasan.device import registers as reg
from dmasan.device.attributes import COHERENT, NONCOHERENT, Attributes, encode
from dmasan.device.bits import Register
from dmasan.device.burst import DECERR, SLVERR
from dmasan.device.descriptor import Descriptor
from dmasan.device.plain import RAM_BASE
from dmasan.device.registers import Mode, Op, Stride

DEVICE = Attributes(cache=0b0001)  # bufferable, domain System
RING, SOURCE, TARGET, SIZE = 0, 0x1_0000, 0x2_0000, 0x4_0000  # in the memory of a program
SHOWN = (
    reg.CH_STATUS, reg.CH_HEAD, reg.CH_ERR_INFO, reg.CH_ERR_ADDR_LO, reg.CH_ERR_ADDR_HI, reg.CH_RESIDUE,
    reg.CH_DONE_CNT, reg.CH_DIGEST, reg.CH_TAIL, reg.CH_CFG, reg.CH_IGNORED,
)  # fmt: skip
PARTIAL = (reg.CH_RESIDUE,)  # how far a failed job came is a matter of timing


@dataclass
class Program:
    """Register values, descriptors and bus errors of one run."""

    channel: int
    mode: Mode
    cfg: int
    registers: list[tuple[type[Register], int]]
    descriptors: list[Descriptor]
    stride: int = 64
    short: bool = False
    errors: dict[int, int] = field(default_factory=dict)
    base: int = RAM_BASE  # of its memory

    @property
    def ring_bytes(self) -> bytes:
        raw = [
            (d.encode_short() if self.short else d.encode()).ljust(self.stride, b"\x5a")
            for d in self.descriptors
        ]
        return b"".join(raw)


def random_program(seed: int, base: int = RAM_BASE, errors_too: bool = True) -> Program:
    """A run of up to eight jobs; one in three has a fault planted somewhere, of the bus too where `errors_too`."""
    draw = Random(seed)
    mode = draw.choice((Mode.RING, Mode.RING, Mode.LIST, Mode.DIRECT))
    code = draw.choice((0, 0, 1, 2))
    stride, short = {0: 64, 1: 128, 2: 32}[code], code == Stride.SHORT_32
    descriptors = [random_job(draw, short, base) for _ in range(draw.randint(1, 8))]
    if mode is Mode.LIST and not short:
        descriptors = [replace(d, next=base + RING + (n + 1) * stride) for n, d in enumerate(descriptors)]
        descriptors[-1] = replace(descriptors[-1], next=0)
    errors = {}
    if draw.random() < 0.33:
        if draw.random() < 0.5 or not errors_too:
            place = draw.randrange(len(descriptors))
            descriptors[place] = replace(descriptors[place], **draw.choice(FAULTS))
        else:
            area = draw.choice((SOURCE + 0x8000, TARGET + 0x8000, RING))
            place = base + area + draw.randrange(512 if area == RING else 4096)
            errors = {place: draw.choice((SLVERR, DECERR))}
    cfg = reg.CH_CFG.MODE.put(mode) | reg.CH_CFG.DESC_STRIDE.put(code)
    cfg |= reg.CH_CFG.PREFETCH.put(draw.randint(0, 2)) | reg.CH_CFG.MAX_LEN.put(
        draw.choice((0, 1, 6, 15, 63, 255))
    )
    cfg |= reg.CH_CFG.WB_EN.put(draw.random() < 0.9) | reg.CH_CFG.OP.put(descriptors[0].op)
    registers = [
        (reg.CH_FILL, draw.getrandbits(32)),
        (reg.CH_COALESCE, draw.choice((0, 1, 2, 5))),
        (reg.CH_ATTR_SRC, encode(draw.choice((NONCOHERENT, COHERENT)))),
        (reg.CH_ATTR_DST, encode(draw.choice((NONCOHERENT, COHERENT)))),
        (reg.CH_ATTR_DESC, encode(draw.choice((NONCOHERENT, COHERENT)))),
        (reg.CH_IRQ_EN, 0x3F00),
        *direct_registers(descriptors[0]),
    ]
    channel = draw.randint(0, 1)
    if draw.random() < 0.3:
        cfg |= draw.choice((reg.CH_CFG.IRQ_EARLY.mask, reg.CH_CFG.FI_NO_STALE.mask, reg.CH_CFG.DEV_SINGLE.mask))
        registers.append((draw.choice((reg.CH_ATTR_SRC, reg.CH_ATTR_DST)), encode(DEVICE)))
    return Program(channel, mode, cfg, registers, descriptors, stride, short, errors, base)


FAULTS: tuple[dict[str, Any], ...] = (
    {"phase": 0}, {"phase2": 0}, {"magic": 0xD4}, {"op": 9}, {"attr": 0x0323_0325}, {"attr": 0x0301_0323},
    {"src": (1 << 40) - 4, "length": 64}, {"dst": 1 << 41, "op": Op.FILL, "length": 3},
)  # fmt: skip


def random_job(draw: Random, short: bool, base: int) -> Descriptor:
    """A job inside SOURCE and TARGET."""
    rows = 1 if short else draw.choice((1, 1, 1, 2, 5))
    length = draw.choice((0, 1, 7, 8, 9, 64, 128, draw.randrange(300), draw.randrange(9000 // rows)))
    step = length + draw.randrange(64)
    job = Descriptor(
        op=draw.choice((Op.COPY, Op.COPY, Op.COPY, Op.FILL, Op.SINK, Op.NOP)),
        src=base + SOURCE + 0x8000 + draw.randrange(4200), dst=base + TARGET + 0x8000 + draw.randrange(4200),
        length=length, rows=rows,
        irq=draw.random() < 0.6, last=draw.random() < 0.1,
    )  # fmt: skip
    if rows > 1:
        job = replace(job, src_stride=draw.choice((step, -step, 0)), dst_stride=draw.choice((step, -step)))
    if not short and draw.random() < 0.2:
        job = replace(job, attr=0x0323_0323 | draw.getrandbits(1) << 15)
    return job


def direct_registers(d: Descriptor) -> list[tuple[type[Register], int]]:
    return [
        (reg.CH_SRC_LO, d.src & 0xFFFF_FFFF), (reg.CH_SRC_HI, d.src >> 32), (reg.CH_DST_LO, d.dst & 0xFFFF_FFFF),
        (reg.CH_DST_HI, d.dst >> 32), (reg.CH_LEN, d.length), (reg.CH_ROWS, d.rows - 1),
        (reg.CH_SSTRIDE, d.src_stride & 0xFFFF_FFFF), (reg.CH_DSTRIDE, d.dst_stride & 0xFFFF_FFFF),
    ]  # fmt: skip
