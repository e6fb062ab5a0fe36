# SPDX-License-Identifier: Apache-2.0
"""The model's probe in a simulator of its own: a program on the behavioural device, shown at its times."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cocotb.triggers import Timer
from streaming_program import program

from cocotbext.dmasan.waves.channel import Channel
from cocotbext.dmasan.waves.plan import plan_of
from cocotbext.dmasan.waves.probe import ModelProbe
from dmasan.report.eventlog import EventLog
from dmasan.report.results import Finding
from dmasan.soc import Soc

KNOBS = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 2, "processes": 1}
TOP = "probe_top.model"
HIGH = 0xA5_8123_4567  # an address of more than 32 bits, which this machine has none of


class Both:
    """Writes to the simulator, and keeps what it was told."""

    def __init__(self) -> None:
        self.channel, self.told = Channel(TOP), list[tuple[float, str, int | str]]()

    def put(self, time_ns: float, name: str, value: int | str) -> None:
        self.channel.put(time_ns, name, value)
        self.told.append((time_ns, name, value))


class NoBackend:
    """There is no design to talk to."""

    check_protocol = False

    def __init__(self, dut: Any, *, told: dict[str, Any]) -> None:
        self.dut = dut

    async def start(self) -> None:
        pass

    def finish(self) -> None:
        pass


async def show(backend: NoBackend, seen: float) -> dict[str, Any]:
    """Runs the program twice, the second time with the probe. The simulator goes on to the share `seen` of its time; the rest
    is written when it ends."""
    ahead = Soc(policy="strict", **KNOBS)
    ahead.run(program)
    findings = [Finding.of(each, 32) for each in ahead.hazards]
    plan = plan_of(findings, EventLog.of(ahead.sanitizer, ahead.hazards), (), 32)
    soc, both = Soc(policy="strict", **KNOBS), Both()
    ModelProbe(soc, plan, both)
    soc.run(program)
    both.put(0.0, "cpu3.address", HIGH)
    await Timer(round(max(time_ns for time_ns, _, _ in both.told) * seen), "ns")
    return {"hazards": [asdict(each) for each in findings], "plan": plan.to_json(), "told": both.told}
