# SPDX-License-Identifier: Apache-2.0
"""A device that polls its ring: it takes a descriptor when that is its own, without TAIL."""

from __future__ import annotations

from engine_bench import DATA, RING, Bench

from dmasan.device import registers as reg
from dmasan.device.bus import Sizes
from dmasan.device.descriptor import CTRL_SIZE, Descriptor
from dmasan.device.registers import Kind, Op, State
from dmasan.events import BurstKind

POLL = 50
COPY = Descriptor(Op.COPY, DATA, DATA + 0x1000, 256, irq=True)


def polling(poll: int = POLL) -> Bench:
    bench = Bench(Sizes(poll=poll))
    bench.put(RING, bytes(8 * 64))
    bench.start_ring(length=2)
    return bench


def test_it_takes_what_is_handed_over_and_looks_again() -> None:
    bench = polling()
    bench.run(20 * POLL)
    looks = len(bench.bursts("read", BurstKind.DESCRIPTOR))
    assert 15 <= looks <= 20 and not bench.causes()
    bench.put(RING + CTRL_SIZE, COPY.encode()[CTRL_SIZE:])  # half written: still software's
    bench.run(2 * POLL)
    assert not bench.bursts("read")
    bench.put(RING, COPY.encode()[:CTRL_SIZE])
    bench.run(20 * POLL)
    assert bench.status(0).done and bench.get(DATA + 0x1000, 256) == bench.get(DATA, 256)
    assert bench.state() is State.FETCH and bench.read(reg.CH_DONE_CNT) == 1


def test_in_the_next_lap_the_bit_means_the_opposite() -> None:
    bench = polling()
    bench.ring(COPY, COPY)
    bench.run(20 * POLL)
    assert bench.read(reg.CH_DONE_CNT) == 2  # and not what is done once more
    bench.ring(COPY.with_phase(0))
    bench.run(20 * POLL)
    assert bench.read(reg.CH_DONE_CNT) == 3


def test_what_it_takes_and_cannot_run_it_says_in_the_descriptor() -> None:
    bench = polling()
    bench.put(RING, COPY.encode()[:CTRL_SIZE])  # the second phase bit is that of older memory
    bench.run(5 * POLL)
    assert bench.error()[0] is Kind.STALE and bench.state() is State.HALTED
    assert bench.status(0).error and bench.status(0).kind is Kind.STALE


def test_what_is_read_ahead_and_software_s_is_read_again() -> None:
    bench = Bench(Sizes(poll=POLL))
    bench.put(RING, bytes(8 * 64))
    bench.ring(COPY)
    bench.start_ring(extra=reg.CH_CFG.PREFETCH.put(2))
    bench.run(2)  # the second descriptor is read ahead
    bench.ring(COPY, first=1)
    bench.run(20 * POLL)
    assert bench.read(reg.CH_DONE_CNT) == 2


def test_without_it_the_ring_waits_for_its_tail() -> None:
    bench = polling(0)
    bench.ring(COPY)
    bench.run(20 * POLL)
    assert bench.state() is State.WAIT and not bench.bursts("read", BurstKind.DESCRIPTOR)
