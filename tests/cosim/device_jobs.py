# SPDX-License-Identifier: Apache-2.0
"""Random programs of registers and descriptors, run on the RTL and on the behavioural engine; what differs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocotbext.dmasan.backend import RtlBackend
from cocotbext.dmasan.shared import State as SharedState
from dmasan.config import Knobs
from dmasan.device import registers as reg
from dmasan.device.attributes import COHERENT, NONCOHERENT, encode
from dmasan.device.backend import REGISTERS_BASE, Backend
from dmasan.device.bits import Register
from dmasan.device.burst import DECERR, SLVERR
from dmasan.device.descriptor import Descriptor
from dmasan.device.model import ModelBackend
from dmasan.device.plain import RAM_BASE, PlainMemory
from dmasan.device.registers import Mode, Op, State, Stride
from dmasan.events import BurstKind

RING, SOURCE, TARGET = RAM_BASE, RAM_BASE + 0x1_0000, RAM_BASE + 0x3_0000
SIZE = 0x5_0000
LATENCY = 12
SHOWN = (
    reg.CH_STATUS, reg.CH_HEAD, reg.CH_ERR_INFO, reg.CH_ERR_ADDR_LO, reg.CH_ERR_ADDR_HI, reg.CH_RESIDUE,
    reg.CH_DONE_CNT, reg.CH_DIGEST, reg.CH_TAIL, reg.CH_CFG, reg.CH_IGNORED,
)  # fmt: skip
PARTIAL = (reg.CH_RESIDUE,)  # how far a failed job came is a matter of timing


class Memory(PlainMemory):
    """Plain memory for either device; the simulator's port calls it for every burst."""

    def __init__(self, seed: int, latency: int = LATENCY) -> None:
        super().__init__(SIZE)
        self.data[:] = np.random.default_rng(seed).integers(0, 256, SIZE, dtype=np.uint8)
        self.knobs = Knobs(latency=latency)

    @property
    def port(self) -> Memory:
        return self

    def drain(self, records: NDArray[np.void]) -> None:
        raise AssertionError("a burst did not come to Python")


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

    @property
    def ring_bytes(self) -> bytes:
        raw = [(d.encode_short() if self.short else d.encode()).ljust(self.stride, b"\x5a") for d in self.descriptors]
        return b"".join(raw)


def random_program(seed: int) -> Program:
    """A run of up to eight jobs; one in three has a fault planted somewhere."""
    draw = Random(seed)
    mode = draw.choice((Mode.RING, Mode.RING, Mode.LIST, Mode.DIRECT))
    code = draw.choice((0, 0, 1, 2))
    stride, short = {0: 64, 1: 128, 2: 32}[code], code == Stride.SHORT_32
    descriptors = [random_job(draw, short) for _ in range(draw.randint(1, 8))]
    if mode is Mode.LIST and not short:
        descriptors = [replace(d, next=RING + (n + 1) * stride) for n, d in enumerate(descriptors)]
        descriptors[-1] = replace(descriptors[-1], next=0)
    errors = {}
    if draw.random() < 0.33:
        if draw.random() < 0.5:
            place = draw.randrange(len(descriptors))
            descriptors[place] = replace(descriptors[place], **draw.choice(FAULTS))
        else:
            area = draw.choice((SOURCE + 0x8000, TARGET + 0x8000, RING))
            errors = {area + draw.randrange(512 if area == RING else 4096): draw.choice((SLVERR, DECERR))}
    cfg = reg.CH_CFG.MODE.put(mode) | reg.CH_CFG.DESC_STRIDE.put(code)
    cfg |= reg.CH_CFG.PREFETCH.put(draw.randint(0, 2)) | reg.CH_CFG.MAX_LEN.put(draw.choice((0, 1, 6, 15, 63, 255)))
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
    return Program(draw.randint(0, 1), mode, cfg, registers, descriptors, stride, short, errors)


FAULTS: tuple[dict[str, Any], ...] = (
    {"phase": 0}, {"phase2": 0}, {"magic": 0xD4}, {"op": 9}, {"attr": 0x0323_0325}, {"attr": 0x0301_0323},
    {"src": (1 << 40) - 4, "dst": TARGET, "length": 64}, {"dst": 1 << 41, "op": Op.FILL, "length": 3},
)  # fmt: skip


def random_job(draw: Random, short: bool) -> Descriptor:
    """A job inside SOURCE and TARGET."""
    rows = 1 if short else draw.choice((1, 1, 1, 2, 5))
    length = draw.choice((0, 1, 7, 8, 9, 64, 128, draw.randrange(300), draw.randrange(9000 // rows)))
    step = length + draw.randrange(64)
    job = Descriptor(
        op=draw.choice((Op.COPY, Op.COPY, Op.COPY, Op.FILL, Op.SINK, Op.NOP)),
        src=SOURCE + 0x8000 + draw.randrange(4200), dst=TARGET + 0x8000 + draw.randrange(4200), length=length, rows=rows,
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


async def execute(backend: Backend, memory: Memory, program: Program) -> dict[str, int]:
    """Resets the engine, runs the program until nothing moves any more; the registers at its end."""

    def pa(register: type[Register]) -> int:
        return REGISTERS_BASE + reg.CHANNEL_BASE + program.channel * reg.CHANNEL_STRIDE + register.OFFSET

    ctrl = REGISTERS_BASE + reg.CTRL.OFFSET
    await backend.write32(ctrl, reg.CTRL.SOFT_RESET.mask)
    while await backend.read32(ctrl):
        await backend.advance(1000)
    memory.log.clear()
    memory.responses = program.errors
    raw = program.ring_bytes
    memory.data[: len(raw)] = np.frombuffer(raw, np.uint8)
    await backend.write32(ctrl, reg.CTRL.ENABLE.mask)
    await backend.write32(pa(reg.CH_CFG), program.cfg)
    for register, value in program.registers:
        await backend.write32(pa(register), value)
    await backend.write32(pa(reg.CH_RING_LEN), len(program.descriptors) + 1)
    await backend.write32(pa(reg.CH_DESC_BASE_LO), RING)
    await backend.write32(pa(reg.CH_CMD), reg.CH_CMD.START.mask)
    await backend.write32(pa(reg.CH_TAIL), len(program.descriptors))
    before = -1
    for _ in range(400):
        await backend.advance(2000)
        state = reg.CH_STATUS.STATE.get(await backend.read32(pa(reg.CH_STATUS)))
        head = await backend.read32(pa(reg.CH_HEAD))
        # WAIT shows between two descriptors too, but not twice for the same one.
        if state in (State.IDLE, State.HALTED) or (state == State.WAIT and head == before):
            break
        before = head if state == State.WAIT else -1
    shown = {register.__name__: await backend.read32(pa(register)) for register in SHOWN}
    shown["IRQ_PEND"] = await backend.read32(REGISTERS_BASE + reg.IRQ_PEND.OFFSET)
    return shown


def accesses(memory: Memory, failed: bool) -> dict[str, list[tuple[Any, ...]]]:
    """The bursts of each kind and direction, in order; of a failed run those that do not depend on timing."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for what, burst in memory.log:
        if what != "done" and not (failed and burst.kind is BurstKind.DATA):
            found.setdefault(f"{what} {burst.kind.value}", []).append(
                tuple(burst._replace(kind=burst.kind.value))  # type: ignore[arg-type]
            )
    return found


def content(memory: Memory, program: Program) -> NDArray[np.uint8]:
    """Memory without the time stamps; without partial status and data where a bus error decides how far they came."""
    data = memory.data.copy()
    for n in range(0 if program.short else len(program.descriptors)):
        data[n * program.stride + 0x3C : n * program.stride + 0x40] = 0
        if program.errors:
            data[n * program.stride + 0x34 : n * program.stride + 0x40] = 0
    if program.errors:
        data[SOURCE - RAM_BASE :] = 0
    return data


def differences(program: Program, rtl: tuple[Memory, dict[str, int]], model: tuple[Memory, dict[str, int]]) -> list[str]:
    """What the two devices did not do alike, as text."""
    texts = []
    for name, value in rtl[1].items():
        if value != model[1][name] and not (program.errors and name in [r.__name__ for r in PARTIAL]):
            texts.append(f"register {name}: rtl {value:#x}, model {model[1][name]:#x}")
    ours, theirs = accesses(model[0], bool(program.errors)), accesses(rtl[0], bool(program.errors))
    for kind in sorted(ours.keys() | theirs.keys()):
        a, b = theirs.get(kind, []), ours.get(kind, [])
        if a != b:
            n = next((n for n, pair in enumerate(zip(a, b, strict=False)) if pair[0] != pair[1]), min(len(a), len(b)))
            texts.append(f"{kind} burst {n} of {len(a)}/{len(b)}: rtl {a[n : n + 1]}, model {b[n : n + 1]}")
    if (place := np.flatnonzero(content(rtl[0], program) != content(model[0], program))).size:
        texts.append(f"memory at {RAM_BASE + int(place[0]):#x} and {place.size - 1} more bytes")
    return texts


async def compare(backend: RtlBackend, first: int, count: int, latency: int) -> dict[str, Any]:
    """Runs programs `first` to `first + count - 1` on both devices."""
    found: dict[str, list[str]] = {}
    bursts = errors = 0
    for seed in range(first, first + count):
        program = random_program(seed)
        ours, theirs = Memory(seed, latency), Memory(seed, latency)
        model = ModelBackend()
        model.bind(ours)
        expected = await execute(model, ours, program)
        backend.connect(SharedState(RAM_BASE, theirs.data, always_call=True), theirs, latency)
        got = await execute(backend, theirs, program)
        bursts += len(theirs.log)
        errors += bool(got["CH_STATUS"] & reg.CH_STATUS.ERR.mask)
        if texts := differences(program, (theirs, got), (ours, expected)):
            found[str(seed)] = texts
    return {"different": found, "bursts": bursts, "errors": errors}
