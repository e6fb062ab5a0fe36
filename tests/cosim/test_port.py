# SPDX-License-Identifier: Apache-2.0
"""The memory port in the simulator, with a small copy engine as its master; and how a run fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cocotbext.dmasan import hdl
from cocotbext.dmasan.build import Design
from cocotbext.dmasan.simulate import Job, run_job
from dmasan.config import RunError, UsageError

HERE = Path(__file__).parent
pytestmark = pytest.mark.cosim

OWN = ("copier_public.vlt", "copier.sv", "copier_top.sv")
BENCH = ("dmasan_dpi_pkg.sv", "axi_mem_port.sv", "axil_host.sv", "dmasan_dpi.cpp", "axil_checker.sv")


def design(width: int = 64) -> Design:
    sources = [HERE / "hdl" / name for name in OWN] + [hdl.bench() / name for name in BENCH]
    sources += hdl.bench().glob("axi_checker*.sv")
    return Design("copier_top", tuple(sources), {"DATA_W": width}, (hdl.bench() / "dmasan_shared.h",))


def simulate(
    target: str,
    out: Path,
    *,
    width: int = 64,
    timeout: float = 60.0,
    check_protocol: bool = True,
    **arguments: Any,
) -> Any:
    job = Job(f"port_jobs:{target}", arguments, path=(str(HERE),), check_protocol=check_protocol)
    return run_job(job, out, design=design(width), timeout=timeout)


@pytest.mark.parametrize("width", [64, *(pytest.param(w, marks=pytest.mark.deep) for w in (32, 256))])
def test_copies_without_bubbles(tmp_path: Path, width: int) -> None:
    size, beats = 1 << 16, 16
    told = simulate("copies", tmp_path, width=width, size=size, beats=beats, latency=4)
    assert told["equal"]
    assert told["status"] == 2
    assert told["cycles"] <= size // (width // 8) + 60
    assert told["called"] == 0


def test_every_burst_is_recorded_in_order(tmp_path: Path) -> None:
    size, beats = 2048, 16
    told = simulate("copies", tmp_path, size=size, beats=beats, latency=20)
    base = 0x8000_0000
    for phase, first in ((0, base), (1, base + size), (2, base + size)):
        rows = [row[1:] for row in told["records"] if row[0] == phase]
        assert rows == [[address, beats * 8] for address in range(first, first + size, beats * 8)]
    assert told["ordered"]


def test_a_full_ring_is_drained_while_the_program_waits(tmp_path: Path) -> None:
    size, beats = 1 << 18, 2
    told = simulate("copies", tmp_path, size=size, beats=beats, latency=4)
    assert told["equal"]
    assert told["count"] == 3 * size // (8 * beats) > 1 << 14


@pytest.mark.parametrize("latency", [0, 40, 200])
def test_latency_delays_read_and_write(tmp_path: Path, latency: int) -> None:
    told = simulate("copies", tmp_path, size=128, beats=16, latency=latency)
    # 5 register writes of 3 cycles, 16 beats, the latency of R (at least 2 cycles) and of B (at least 3).
    assert told["cycles"] - max(latency, 2) - max(latency, 3) == pytest.approx(30, abs=2)


def test_fast_path_applies_the_columns(tmp_path: Path) -> None:
    told = simulate("shadowed", tmp_path, start=0, length=0)
    assert told["equal"]
    assert told["called"] == []
    assert told["shadow"] == [1] * 1024 + [3] * 1024


def test_one_unknown_byte_sends_its_burst_to_python(tmp_path: Path) -> None:
    told = simulate("shadowed", tmp_path, start=300, length=1)
    assert told["equal"]
    assert told["called"] == [["write", 1024 + 256, 128]]
    burst = told["shadow"][1024 + 256 : 1024 + 384]
    assert burst == [0] * 44 + [7] + [0] * 83  # Python's own matter: it did nothing with the shadow
    assert told["shadow"][1024 : 1024 + 256] == [3] * 256


@pytest.mark.parametrize("response", [0, 2, 3])
def test_forbidden_bytes_are_pythons_decision(tmp_path: Path, response: int) -> None:
    told = simulate("forbidden", tmp_path, response=response)
    assert told["called"] == ["write", "write_done"]
    assert told["status"] == (6 if response else 2)


def test_bursts_outside_memory_are_pythons_decision(tmp_path: Path) -> None:
    told = simulate("outside", tmp_path)
    assert told["called"][:2] == ["read", "read"]
    assert told["status"] == 6


def test_device_writes_are_versioned(tmp_path: Path) -> None:
    assert simulate("versions", tmp_path) == [[0, 2], [0, 2]]


@pytest.mark.parametrize("where", ["read", "write", "write_done", "drain"])
def test_an_error_in_a_callback_fails_the_run(tmp_path: Path, where: str) -> None:
    with pytest.raises(RunError, match=f"ZeroDivisionError: planted in {where}.*sim.log"):
        simulate("failing", tmp_path, where=where)


def test_an_error_in_a_callback_fails_the_run_even_if_the_program_hides_it(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="ZeroDivisionError: planted in read"):
        simulate("swallowed", tmp_path)


def test_errors_of_the_program_keep_their_kind(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^the culprit$"):
        simulate("raising", tmp_path, kind="usage")
    with pytest.raises(RunError, match=r"^the culprit; see .*sim.log$"):
        simulate("raising", tmp_path, kind="run")
    with pytest.raises(RunError, match=r"^KeyError: 'the culprit'; see"):
        simulate("raising", tmp_path, kind="other")


CROSSING = (
    r"^the master on the memory port \(AXI\) broke AW_BOUNDARY once, first at [\d,]+5 ns \(cycle \d+, address 0x80001f80\): "
    r"a burst does not cross a 4 KiB boundary \(IHI 0022E A3.4.1\); then AR_BOUNDARY on .* once from [\d,]+5 ns; see .*sim.log$"
)


def test_a_broken_protocol_fails_the_run(tmp_path: Path) -> None:
    """Bursts of 192 bytes: one of them crosses a page, on each side."""
    with pytest.raises(RunError, match=CROSSING):
        simulate("copies", tmp_path, size=6144, beats=24, latency=4)


def test_a_broken_protocol_is_told_beside_another_error(tmp_path: Path) -> None:
    with pytest.raises(
        RunError, match=r"^ZeroDivisionError: planted in write_done; before that, .* broke AW_BOUNDARY"
    ):
        simulate("crossing", tmp_path, size=6144, beats=24, fail_in="write_done")


def test_a_broken_protocol_can_be_allowed(tmp_path: Path) -> None:
    told = simulate("crossing", tmp_path, size=6144, beats=24, check_protocol=False)
    assert told["equal"]
    assert [row[:2] for row in told["violations"]] == [["AW_BOUNDARY", 1], ["AR_BOUNDARY", 1]]


def test_a_hanging_simulation_ends_at_the_time_limit(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"time limit of 3 s; see .*sim.log"):
        simulate("hanging", tmp_path, timeout=3)


def test_a_wait_for_an_interrupt_ends_at_its_limit(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="waited for the device's interrupt for 5000 ns"):
        simulate("waiting", tmp_path)


def test_a_dying_simulator_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"ended by SIGSEGV before the job was done.*sim.log"):
        simulate("dying", tmp_path)


def test_time_and_cycles(tmp_path: Path) -> None:
    told = simulate("timing", tmp_path)
    assert told["short"] == pytest.approx(123.456)
    assert told["cycles"] == 1012
    assert told["irq"] is False


# Fields of a pace, and the least cycles that they add to a copy of four bursts of 16 beats (64 cycles and some).
PACES = {
    "b_delay": ({"b_delay": 300}, 290),
    "aw_hold": ({"aw_hold": 60}, 140),
    "w_hold": ({"w_hold": 200}, 240),
    "stalls": ({"stall_ar": 192, "stall_aw": 192, "stall_w": 192, "gap_r": 192, "gap_b": 192}, 120),
    "sampled early": ({"sample": 1}, 0),
    "sampled beat by beat": ({"sample": 2}, 0),
    "reordered": ({"reorder": 1}, 0),
}


@pytest.mark.parametrize("name", PACES)
def test_a_pace_shows_and_keeps_the_data(tmp_path: Path, name: str) -> None:
    pace, added = PACES[name]
    told = simulate("paced", tmp_path, pace=pace, size=512, beats=16)
    assert told["equal"]
    assert told["cycles"] >= 90 + added if added else told["cycles"] < 130
    reads = [row for row in told["rows"] if row[0] == 0]
    assert len(reads) == (64 if name == "sampled beat by beat" else 4)
