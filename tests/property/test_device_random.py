# SPDX-License-Identifier: Apache-2.0
"""Random jobs on the behavioural engine against a few lines of numpy: every byte, every count, every burst rule."""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dmasan.device import register_file
from dmasan.device import registers as reg
from dmasan.device.bits import Register
from dmasan.device.burst import Burst
from dmasan.device.bus import Sizes
from dmasan.device.descriptor import Descriptor, decode_status
from dmasan.device.engine import Engine
from dmasan.device.plain import RAM_BASE, PlainMemory
from dmasan.device.registers import Mode, Op, State
from dmasan.events import BurstKind

RING = RAM_BASE
SOURCE = RAM_BASE + 0x1_0000
TARGET = RAM_BASE + 0x3_0000
AREA = 0x1_0000
MOST = 12


@st.composite
def descriptors(draw: st.DrawFn) -> Descriptor:
    """A job that reads inside SOURCE and writes inside TARGET."""
    rows = draw(st.integers(1, 4))
    length = draw(st.one_of(st.integers(0, 40), st.integers(0, 8192 // rows)))
    step = draw(st.integers(length, 8192))
    middle = AREA // 2
    source = SOURCE + middle + draw(st.integers(-64, 64))
    target = TARGET + middle + draw(st.integers(-4100, 4100))
    return Descriptor(
        op=draw(st.sampled_from(Op)), src=source, dst=target, length=length, rows=rows,
        src_stride=draw(st.sampled_from([step, -step, 0])), dst_stride=draw(st.sampled_from([step, -step])),
        irq=draw(st.booleans()),
    )  # fmt: skip


class Run:
    """Channel 0 in ring or list mode over random memory."""

    def __init__(self, jobs: list[Descriptor], mode: Mode, sizes: Sizes, most: int, prefetch: int) -> None:
        self.memory = PlainMemory(0x5_0000)
        self.memory.data[:] = np.random.default_rng(len(jobs)).integers(
            0, 256, len(self.memory.data), np.uint8
        )
        self.engine = Engine(self.memory, sizes)
        self.sizes, self.most = sizes, most
        self.jobs = jobs
        if mode is Mode.LIST:
            self.jobs = [replace(d, next=RING + 64 * (n + 1)) for n, d in enumerate(jobs)]
            self.jobs[-1] = replace(self.jobs[-1], next=0)
        for n, job in enumerate(self.jobs):
            self.memory.data[64 * n : 64 * n + 64] = np.frombuffer(job.encode(), np.uint8)
        self.before = self.memory.data.copy()
        register_file.write(self.engine, reg.CTRL.OFFSET, reg.CTRL.ENABLE.mask)
        cfg = reg.CH_CFG.MODE.put(mode) | reg.CH_CFG.WB_EN.mask | reg.CH_CFG.PREFETCH.put(prefetch)
        self.write(reg.CH_CFG, cfg | reg.CH_CFG.MAX_LEN.put(most - 1))
        self.write(reg.CH_FILL, 0x89ABCDEF)
        self.write(reg.CH_RING_LEN, MOST + 1)
        self.write(reg.CH_DESC_BASE_LO, RING)
        self.write(reg.CH_CMD, reg.CH_CMD.START.mask)
        self.write(reg.CH_TAIL, len(jobs))

    def write(self, register: type[Register], value: int) -> None:
        register_file.write(self.engine, reg.CHANNEL_BASE + register.OFFSET, value)

    def read(self, register: type[Register]) -> int:
        return register_file.read(self.engine, reg.CHANNEL_BASE + register.OFFSET)

    def expected(self, count: int) -> np.ndarray:
        """Memory after the first `count` jobs, status words aside."""
        data = self.before.copy()
        for d in self.jobs[:count]:
            for row in range(d.rows if d.op in (Op.COPY, Op.FILL) else 0):
                at = d.dst + row * d.dst_stride - RAM_BASE
                source = d.src + row * d.src_stride - RAM_BASE
                pattern = np.frombuffer((0x89ABCDEF).to_bytes(4, "little") * (d.length // 4 + 1), np.uint8)
                data[at : at + d.length] = (data[source:] if d.op is Op.COPY else pattern)[: d.length]
        return data

    def digest(self, d: Descriptor) -> int:
        crc = 0x89ABCDEF
        for row in range(d.rows):
            at = d.src + row * d.src_stride - RAM_BASE
            crc = zlib.crc32(self.before[at : at + d.length].tobytes(), crc)
        return crc if d.total else 0

    def check_bursts(self) -> None:
        """Rules of the bus, of the tag, and the order of what belongs together."""
        position: dict[BurstKind, int] = {}
        for what, burst in self.memory.log:
            self.check_burst(burst)
            if what != "done":
                assert burst.tag >= position.get(burst.kind, 0)
                position[burst.kind] = burst.tag
        for number in range(len(self.jobs)):
            own = [(what, b.kind) for what, b in self.memory.log if b.tag == number]
            if ("write", BurstKind.STATUS) in own:
                status = own.index(("write", BurstKind.STATUS))
                assert own[0] == ("read", BurstKind.DESCRIPTOR)
                assert all(kind is BurstKind.STATUS for _, kind in own[status:])

    def check_burst(self, burst: Burst) -> None:
        beat = self.sizes.beat
        first, last = burst.address, burst.address + burst.length - 1
        assert first // 4096 == last // 4096
        assert (last + 1) % beat == 0
        beats = last // beat - first // beat + 1
        assert beats <= (self.most if burst.kind is BurstKind.DATA else 64 // beat)


jobs = st.lists(descriptors(), min_size=1, max_size=MOST)
modes = st.sampled_from([Mode.RING, Mode.LIST])
widths = st.sampled_from([4, 8, 16, 32])
bursts = st.sampled_from([1, 2, 16, 64])


@settings(max_examples=150)
@given(jobs, modes, widths, bursts, st.integers(0, 2))
def test_random_jobs_end_as_described(jobs, mode, beat, most, prefetch):
    run = Run(jobs, mode, Sizes(beat=beat), most, prefetch)
    run.engine.run_until(10_000_000)
    assert run.read(reg.CH_DONE_CNT) == len(jobs)
    expected, found = run.expected(len(jobs)), run.memory.data
    assert np.array_equal(found[64 * len(jobs) :], expected[64 * len(jobs) :])
    for n, d in enumerate(run.jobs):
        assert found[64 * n : 64 * n + 48].tobytes() == d.encode()[:48]
        status = decode_status(found[64 * n + 48 : 64 * n + 64].tobytes())
        assert status.done and status.count == d.total and status.phase == 1
        assert status.digest == (run.digest(d) if d.op is Op.SINK else 0)
    run.check_bursts()


@pytest.mark.thorough
@settings(max_examples=150)
@given(jobs, modes, st.integers(0, 3000), st.booleans(), st.integers(0, 2))
def test_abort_or_stop_at_any_cycle_is_clean(jobs, mode, cycle, stop, prefetch):
    run = Run(jobs, mode, Sizes(), 16, prefetch)
    run.engine.run_until(cycle)
    command = reg.CH_CMD.STOP if stop else reg.CH_CMD.ABORT
    run.write(reg.CH_CMD, command.mask)
    run.engine.run_until(cycle + 1_000_000)
    status = run.read(reg.CH_STATUS)
    assert not status & reg.CH_STATUS.BUSY.mask
    done, residue = run.read(reg.CH_DONE_CNT), run.read(reg.CH_RESIDUE)
    tail = 64 * len(jobs)
    old, new = run.expected(done)[tail:], run.expected(done + 1)[tail:]
    found = run.memory.data[tail:]
    assert ((found == old) | (found == new)).all()
    if stop:
        assert residue == 0 and np.array_equal(found, old)
    run.write(reg.CH_CMD, reg.CH_CMD.START.mask)
    if done < len(jobs) and status & reg.CH_STATUS.HALTED.mask:
        run.engine.run_until(20_000_000)
        assert run.read(reg.CH_DONE_CNT) == len(jobs)
        assert np.array_equal(run.memory.data[tail:], run.expected(len(jobs))[tail:])
        assert reg.CH_STATUS.STATE.get(run.read(reg.CH_STATUS)) in (State.WAIT, State.IDLE)
