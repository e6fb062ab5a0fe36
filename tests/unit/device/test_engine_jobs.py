# SPDX-License-Identifier: Apache-2.0
"""What the engine moves: operations, modes, formats, and in which order it says so."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from engine_bench import DATA, RING, Bench

from dmasan.device import registers as reg
from dmasan.device.bus import Sizes
from dmasan.device.descriptor import Descriptor
from dmasan.device.registers import Mode, Op, State
from dmasan.events import BurstKind

DST = DATA + 0x4_0000


@pytest.mark.parametrize("length", [1, 7, 8, 9, 4095, 4096, 4097, 10_000])
@pytest.mark.parametrize(("source", "target"), [(0, 0), (3, 5), (4093, 1)])
def test_a_copy_moves_exactly_its_bytes(bench, length, source, target):
    bench.ring(Descriptor(Op.COPY, DATA + source, DST + target, length, irq=True))
    before = bench.memory.data.copy()
    bench.start_ring()
    bench.doorbell(1)
    bench.run()
    at, to = DATA + source - RING, DST + target - RING
    before[to : to + length] = before[at : at + length]
    before[0x30:0x40] = bench.memory.data[0x30:0x40]  # the status
    assert np.array_equal(before, bench.memory.data)
    assert bench.status(0).done and bench.status(0).count == length
    assert bench.read(reg.CH_RESIDUE) == 0


def test_chunks_end_at_a_page_of_the_destination(bench):
    bench.ring(Descriptor(Op.COPY, DATA + 8, DST + 4000, 200))
    bench.start_ring()
    bench.doorbell(1)
    bench.run()
    assert bench.bursts("write") == [(DST + 4000, 96), (DST + 4096, 104)]
    assert bench.bursts("read") == [(DATA + 8, 96), (DATA + 104, 104)]


def test_order_of_a_descriptor(bench):
    bench.ring(Descriptor(Op.COPY, DATA, DST, 1000, irq=True))
    bench.start_ring()
    bench.doorbell(1)
    order = [(what, burst.kind) for what, burst in _step_log(bench)]
    assert order[0] == ("read", BurstKind.DESCRIPTOR)
    status = order.index(("write", BurstKind.STATUS))
    assert max(n for n, o in enumerate(order) if o == ("done", BurstKind.DATA)) < status
    assert order[-1] == ("done", BurstKind.STATUS)


def _step_log(bench: Bench):
    """Runs cycle by cycle; nothing may say `done` before the status has its B."""
    for _ in range(5000):
        bench.engine.run_until(bench.engine.cycle + 1)
        finished = bench.memory.log and bench.memory.log[-1][0] == "done"
        status_done = finished and bench.memory.log[-1][1].kind is BurstKind.STATUS
        if not status_done:
            assert not bench.engine.irq and bench.read(reg.CH_DONE_CNT) == 0
    assert bench.engine.irq and bench.read(reg.CH_DONE_CNT) == 1
    return bench.memory.log


def test_laps_of_a_ring_flip_the_phase(bench):
    bench.start_ring(length=2)
    for n in range(5):
        lap = n // 2 % 2
        bench.ring(Descriptor(Op.COPY, DATA + n * 64, DST + n * 64, 64).with_phase(1 - lap), first=n % 2)
        bench.doorbell((n + 1) % 2, (n + 1) // 2 % 2)
        bench.run()
        assert bench.status(n % 2).done and bench.status(n % 2).phase == 1 - lap
    assert bench.read(reg.CH_DONE_CNT) == 5
    assert bench.get(DST, 320) == bench.get(DATA, 320)


def test_a_full_ring_runs_once(bench):
    bench.ring(*(Descriptor(Op.COPY, DATA + n, DST + 16 * n, 3) for n in range(4)))
    bench.start_ring(length=4)
    bench.doorbell(0, lap=1)
    bench.run()
    assert bench.read(reg.CH_DONE_CNT) == 4
    assert bench.causes() & reg.CH_STATUS.EMPTY.mask
    assert bench.state() is State.WAIT


@pytest.mark.parametrize("prefetch", [0, 1, 2])
def test_prefetch_reads_the_same_descriptors_in_the_same_order(bench, prefetch):
    bench.ring(*(Descriptor(Op.COPY, DATA + 100 * n, DST + 100 * n, 100) for n in range(6)))
    bench.start_ring(extra=reg.CH_CFG.PREFETCH.put(prefetch))
    bench.doorbell(6)
    bench.run()
    assert bench.bursts("read", BurstKind.DESCRIPTOR) == [(RING + 64 * n, 64) for n in range(6)]
    assert bench.get(DST, 600) == bench.get(DATA, 600)


def test_prefetch_makes_a_late_edit_invisible(bench):
    old = Descriptor(Op.COPY, DATA, DST, 4096)
    bench.ring(old, Descriptor(Op.COPY, DATA, DST + 0x2000, 64))
    bench.start_ring(extra=reg.CH_CFG.PREFETCH.put(1))
    bench.doorbell(2)
    bench.run(100)  # the first one is moving
    bench.ring(Descriptor(Op.COPY, DATA, DST + 0x3000, 64), first=1)
    bench.run()
    assert bench.bursts("write")[-1] == (DST + 0x2000, 64)


def test_a_list_ends_at_its_last_descriptor(bench):
    second, third = RING + 0x400, RING + 0x100
    bench.put(RING, Descriptor(Op.COPY, DATA, DST, 10, next=second).encode())
    bench.put(second, Descriptor(Op.NOP, next=third).encode())
    bench.put(third, Descriptor(Op.COPY, DATA + 10, DST + 10, 10, next=RING, last=True).encode())
    bench.start_ring()
    bench.command(reg.CH_CMD.ABORT)
    bench.run()
    bench.write(reg.CH_CFG, reg.CH_CFG.WB_EN.mask | reg.CH_CFG.MODE.put(Mode.LIST))
    bench.write(reg.CH_DESC_BASE_LO, RING & 0xFFFF_FFFF)
    bench.command(reg.CH_CMD.START)
    bench.run()
    assert bench.bursts("read", BurstKind.DESCRIPTOR) == [(RING, 64), (second, 64), (third, 64)]
    assert bench.state() is State.IDLE and bench.causes() == reg.CH_STATUS.DONE.mask
    assert bench.get(DST, 20) == bench.get(DATA, 20)


def test_a_direct_job(bench):
    bench.write(reg.CH_CFG, reg.CH_CFG.OP.put(Op.COPY) | reg.CH_CFG.MAX_LEN.put(3))
    for register, value in ((reg.CH_SRC_LO, DATA + 1), (reg.CH_DST_LO, DST), (reg.CH_LEN, 100)):
        bench.write(register, value)
    bench.command(reg.CH_CMD.START)
    bench.run()
    assert bench.get(DST, 100) == bench.get(DATA + 1, 100)
    assert bench.bursts("write") == [(DST, 32), (DST + 32, 32), (DST + 64, 32), (DST + 96, 8)]
    assert bench.state() is State.IDLE and bench.read(reg.CH_DONE_CNT) == 1
    assert not bench.bursts("write", BurstKind.STATUS)


def test_rows_and_strides(bench):
    d = Descriptor(Op.COPY, DATA + 3000, DST, 50, rows=4, src_stride=-200, dst_stride=64)
    bench.ring(d)
    bench.start_ring()
    bench.doorbell(1)
    bench.run()
    for row in range(4):
        assert bench.get(DST + 64 * row, 50) == bench.get(DATA + 3000 - 200 * row, 50)
    assert bench.status(0).count == 200


def test_fill_repeats_its_pattern_from_the_first_byte_of_each_row(bench):
    bench.write(reg.CH_FILL, 0x04030201)
    bench.ring(Descriptor(Op.FILL, 0, DST + 4094, 4101, rows=2, dst_stride=8192))
    bench.start_ring()
    bench.doorbell(1)
    bench.run()
    expected = (bytes([1, 2, 3, 4]) * 1026)[:4101]
    assert bench.get(DST + 4094, 4101) == expected
    assert bench.get(DST + 4094 + 8192, 4101) == expected
    assert not bench.bursts("read")


def test_sink_digests_what_it_reads(bench):
    bench.write(reg.CH_FILL, 0)
    bench.ring(Descriptor(Op.SINK, DATA + 5, 0, 9000))
    bench.start_ring()
    bench.doorbell(1)
    bench.run()
    crc = zlib.crc32(bench.get(DATA + 5, 9000))
    assert bench.read(reg.CH_DIGEST) == crc and bench.status(0).digest == crc
    assert not bench.bursts("write")


def test_cyclic_runs_for_ever_and_signals_periods(bench):
    bench.ring(*(Descriptor(Op.COPY, DATA, DST, 64, irq=n == 1) for n in range(2)))
    bench.start_ring(length=2, extra=reg.CH_CFG.CYCLIC.mask)
    bench.run(20_000)
    assert bench.read(reg.CH_DONE_CNT) > 20
    assert bench.causes() == reg.CH_STATUS.PERIOD.mask
    bench.command(reg.CH_CMD.STOP)
    bench.run()
    assert bench.state() is State.HALTED and bench.causes() & reg.CH_STATUS.STOPPED.mask


def test_short_descriptors(bench):
    bench.put(RING, Descriptor(Op.COPY, DATA, DST, 40, irq=True).encode_short())
    bench.put(RING + 32, Descriptor(Op.COPY, DATA + 40, DST + 40, 40, irq=True).encode_short())
    bench.start_ring(extra=reg.CH_CFG.DESC_STRIDE.put(reg.Stride.SHORT_32))
    bench.doorbell(2)
    bench.run()
    assert bench.bursts("read", BurstKind.DESCRIPTOR) == [(RING, 32), (RING + 32, 32)]
    assert bench.get(DST, 80) == bench.get(DATA, 80)
    assert int.from_bytes(bench.get(RING, 4), "little") >> 16 & 0x3FF == 1  # DONE
    assert bench.get(RING + 4, 4) == (40).to_bytes(4, "little")  # beyond the strobes: untouched


def test_two_channels_share_the_bus(bench):
    bench.ring(Descriptor(Op.COPY, DATA, DST, 3000))
    bench.start_ring()
    bench.start_ring(channel=1)
    bench.doorbell(1)
    bench.doorbell(1, channel=1)
    bench.run()
    channels = [b.channel for what, b in bench.memory.log if what == "read" and b.kind is BurstKind.DATA]
    assert channels.count(0) == channels.count(1) == 24
    assert channels != sorted(channels)


@pytest.mark.parametrize("beat", [4, 8, 16, 32])
def test_every_bus_width(make_bench, beat):
    bench = make_bench(Sizes(beat=beat))
    bench.ring(Descriptor(Op.COPY, DATA + 1, DST + 2, 777, irq=True))
    bench.start_ring()
    bench.doorbell(1)
    bench.run()
    assert bench.get(DST + 2, 777) == bench.get(DATA + 1, 777)
    assert bench.status(0).done
    assert all((address + length) % beat == 0 for address, length in bench.bursts("write"))
