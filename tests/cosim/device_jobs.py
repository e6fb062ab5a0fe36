# SPDX-License-Identifier: Apache-2.0
"""Random programs, run on the co-simulated RTL and on the behavioural engine; what differs."""

from __future__ import annotations

from typing import Any

import numpy as np
from device_programs import PARTIAL, SHOWN, SIZE, SOURCE, Program, random_program
from numpy.typing import NDArray

from cocotbext.dmasan.backend import RtlBackend
from cocotbext.dmasan.shared import State as SharedState
from dmasan.config import Knobs
from dmasan.device import registers as reg
from dmasan.device.backend import REGISTERS_BASE, Backend
from dmasan.device.bits import Register
from dmasan.device.model import ModelBackend
from dmasan.device.plain import RAM_BASE, PlainMemory
from dmasan.device.registers import State
from dmasan.events import BurstKind

LATENCY = 12


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
    await backend.write32(pa(reg.CH_DESC_BASE_LO), program.base)
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
        data[SOURCE:] = 0
    return data


def differences(
    program: Program, rtl: tuple[Memory, dict[str, int]], model: tuple[Memory, dict[str, int]]
) -> list[str]:
    """What the two devices did not do alike, as text."""
    texts = []
    for name, value in rtl[1].items():
        if value != model[1][name] and not (program.errors and name in [r.__name__ for r in PARTIAL]):
            texts.append(f"register {name}: rtl {value:#x}, model {model[1][name]:#x}")
    ours, theirs = accesses(model[0], bool(program.errors)), accesses(rtl[0], bool(program.errors))
    for kind in sorted(ours.keys() | theirs.keys()):
        a, b = theirs.get(kind, []), ours.get(kind, [])
        if program.errors and abs(len(a) - len(b)) <= reg.CH_CFG.PREFETCH.get(program.cfg):
            least = min(len(a), len(b))  # what was read ahead when the error was seen depends on timing
            a, b = a[:least], b[:least]
        if a != b:
            n = next(
                (n for n, pair in enumerate(zip(a, b, strict=False)) if pair[0] != pair[1]),
                min(len(a), len(b)),
            )
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
