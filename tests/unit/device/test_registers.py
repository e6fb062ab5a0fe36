# SPDX-License-Identifier: Apache-2.0
"""The generated registers: equal to their source, and kept as the source says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dmasan.config import RunError
from dmasan.device import register_file
from dmasan.device import registers as reg
from dmasan.device.backend import REGISTERS_BASE, DeviceBusError, register_offset
from dmasan.device.bits import Bits
from dmasan.device.bus import Sizes

ROOT = Path(__file__).resolve().parents[3]


def test_generated_files_match_the_source():
    pytest.importorskip("systemrdl")
    command = [sys.executable, str(ROOT / "tools" / "generate_registers.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_field_refuses_what_does_not_fit():
    field = Bits(4, 0x70)
    assert field.put(7) == 0x70 and field.get(0xFF) == 7 and field.replace(0xFF, 2) == 0xAF
    with pytest.raises(ValueError, match="0x8 does not fit into a field of 3 bits"):
        field.put(8)


def test_identity_and_sizes(make_bench):
    bench = make_bench(Sizes(channels=3, beat=16, max_burst=32, coherent_data=True))

    def read(register):
        return register_file.read(bench.engine, register.OFFSET)

    assert read(reg.ID).to_bytes(4, "little") == b"DMA1"
    cap = read(reg.CAP0)
    assert (reg.CAP0.NCH.get(cap), reg.CAP0.LOG2_BEAT.get(cap), reg.CAP0.LOG2_MAX_BURST.get(cap)) == (3, 4, 5)
    features = read(reg.CAP1)
    assert features & reg.CAP1.COHERENT_DATA.mask and not features & reg.CAP1.COHERENT_DESC.mask


@pytest.mark.parametrize("offset", [0x24, 0x7C, 0x100 + 0x7C, 0x300, 0xFFC])
def test_an_unmapped_register_answers_with_an_error(bench, offset):
    with pytest.raises(DeviceBusError, match=hex(REGISTERS_BASE + offset)):
        register_file.read(bench.engine, offset)
    with pytest.raises(DeviceBusError):
        register_file.write(bench.engine, offset, 0)


@pytest.mark.parametrize("pa", [REGISTERS_BASE - 4, REGISTERS_BASE + 0x1000, REGISTERS_BASE + 2])
def test_an_address_outside_the_device_is_a_broken_run(pa):
    with pytest.raises(RunError, match=f"register access at {pa:#x}"):
        register_offset(pa)


def test_every_stored_register_reads_back_what_its_fields_hold(bench):
    for offset, register in reg.CHANNEL_REGISTERS.items():
        stored = register in (reg.CH_CMD, reg.CH_STATUS)
        if register.WRITABLE and not stored:
            bench.write(register, 0xFFFF_FFFF)
            assert bench.read(register) == register.WRITABLE, hex(offset)


def test_job_registers_of_a_busy_channel_refuse_and_count(bench):
    bench.start_ring()
    before = bench.read(reg.CH_RING_LEN)
    bench.write(reg.CH_RING_LEN, before + 1)
    assert bench.read(reg.CH_RING_LEN) == before
    assert bench.read(reg.CH_IGNORED) == 1


def test_soft_reset_restores_all_registers(bench):
    bench.start_ring()
    bench.write(reg.CH_FILL, 5, channel=1)
    bench.write_global(reg.CTRL, reg.CTRL.SOFT_RESET.mask)
    bench.run(100)
    assert register_file.read(bench.engine, reg.CTRL.OFFSET) == 0
    assert bench.read(reg.CH_FILL, channel=1) == 0
    assert bench.read(reg.CH_CFG) == reg.CH_CFG.RESET
    assert bench.state() is reg.State.IDLE
