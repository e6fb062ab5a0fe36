# SPDX-License-Identifier: Apache-2.0
"""What stores to the engine's registers make reachable, and what loads from them tell of its jobs."""

from __future__ import annotations

import pytest

from dmasan.device import registers as reg
from dmasan.device.backend import REGISTERS_BASE
from dmasan.device.descriptor import Descriptor
from dmasan.device.registers import Mode, Op
from dmasan.sanitizer.doorbells import ANY, Start
from dmasan.sanitizer.happens_before import Progress
from dmasan.soc.doorbells import EngineRegisters

RING, ENTRIES = 0x8000_1000, 4
STATUS = reg.CH_STATUS


def at(register: type[reg.Register], channel: int = 0) -> int:
    return REGISTERS_BASE + reg.CHANNEL_BASE + channel * reg.CHANNEL_STRIDE + register.OFFSET


def ring(cfg: int = reg.CH_CFG.MODE.put(Mode.RING)) -> EngineRegisters:
    """A channel that was told of its ring, and not started yet."""
    registers = EngineRegisters()
    for register, value in (
        (reg.CH_CFG, cfg),
        (reg.CH_RING_LEN, ENTRIES),
        (reg.CH_DESC_BASE_HI, 0),
        (reg.CH_DESC_BASE_LO, RING),
    ):
        assert registers.started(at(register), value) is None
    return registers


def tail(registers: EngineRegisters, index: int, lap: int = 0) -> Start | None:
    return registers.started(at(reg.CH_TAIL), index | reg.CH_TAIL.LAP.put(lap))


def start(registers: EngineRegisters) -> Start | None:
    return registers.started(at(reg.CH_CMD), reg.CH_CMD.START.mask)


def place(first: int, end: int) -> tuple[int, int]:
    return RING + 64 * first, RING + 64 * end


def test_a_start_of_an_empty_ring_makes_nothing_reachable() -> None:
    assert start(ring()) is None


def test_a_tail_makes_what_is_new_reachable_round_the_ring() -> None:
    registers = ring()
    start(registers)
    assert tail(registers, 3) == Start(0, reach=(place(0, 3),))
    assert tail(registers, 1, lap=1) == Start(0, reach=(place(3, 4), place(0, 1)))
    assert tail(registers, 1, lap=1) == Start(0, reach=())
    assert tail(registers, 1) == Start(0, reach=(place(1, 4), place(0, 1)))  # all of it


def test_a_ring_that_was_filled_before_its_start_becomes_reachable_by_it() -> None:
    registers = ring()
    assert tail(registers, 2) == Start(0, reach=())
    assert start(registers) == Start(0, reach=(place(0, 2),))


def test_a_new_base_begins_a_new_ring() -> None:
    registers = ring()
    start(registers)
    tail(registers, 2)
    registers.started(at(reg.CH_DESC_BASE_LO), RING + 0x1000)
    assert start(registers) is None
    assert tail(registers, 1) == Start(0, reach=((RING + 0x1000, RING + 0x1040),))


@pytest.mark.parametrize(
    "cfg", [reg.CH_CFG.MODE.put(Mode.LIST), reg.CH_CFG.MODE.put(Mode.RING) | reg.CH_CFG.CYCLIC.mask], ids=("list", "cyclic")
)
def test_elsewhere_the_start_may_reach_any_descriptor(cfg: int) -> None:
    assert start(ring(cfg)) == Start(0)


def test_resume_lets_a_channel_go_on() -> None:
    assert ring().started(at(reg.CH_CMD), reg.CH_CMD.RESUME.mask) == Start(0, goes_on=True)
    assert ring().started(at(reg.CH_CMD), reg.CH_CMD.PAUSE.mask) is None


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (0, Progress.ENDED),
        (STATUS.BUSY.mask, None),
        (STATUS.BUSY.mask | STATUS.DONE.mask, Progress.FIRST),
        (STATUS.BUSY.mask | STATUS.PERIOD.mask, Progress.FIRST),
        (STATUS.BUSY.mask | STATUS.DONE.mask | STATUS.EMPTY.mask, Progress.JOBS),
        (STATUS.BUSY.mask | STATUS.PAUSED.mask, Progress.RESTING),
    ],
)
def test_what_a_status_tells(status: int, told: Progress | None) -> None:
    assert EngineRegisters().observed(at(STATUS, 2), status) == (None if told is None else (2, told))


def test_counters_are_exact() -> None:
    for register in (reg.CH_HEAD, reg.CH_DONE_CNT):
        assert EngineRegisters().observed(at(register, 1), 0) == (1, Progress.JOBS)


def test_pending_interrupts_name_their_channel() -> None:
    address = REGISTERS_BASE + reg.IRQ_PEND.OFFSET
    assert [EngineRegisters().observed(address, value) for value in (0, 4, 5)] == [
        None,
        (2, Progress.FIRST),
        (ANY, Progress.FIRST),
    ]


@pytest.mark.parametrize("irq", [False, True])
def test_a_descriptor_asks_for_its_interrupt(irq: bool) -> None:
    assert EngineRegisters().interrupts(Descriptor(Op.COPY, 0, 64, 64, irq=irq).encode()) is irq
