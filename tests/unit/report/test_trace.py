# SPDX-License-Identifier: Apache-2.0
"""The event log as a trace: the Trace Event Format, its own schema, and what viewers ask for beyond both."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import fastjsonschema
import pytest

from dmasan.device.driver import DmaEngine
from dmasan.events import Direction
from dmasan.report.chrome_trace import to_trace
from dmasan.report.eventlog import EventLog
from dmasan.report.results import Finding
from dmasan.soc import Soc

KNOBS = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 2, "processes": 1}


async def program(soc: Soc) -> None:
    engine = await DmaEngine.probe(soc)
    target = await soc.dma.alloc_coherent(4096, "target")
    packet = await soc.kernel.kmalloc(4096, "packet")
    await soc.cpu(0).fill(packet, 4096, 7)
    handle = await soc.dma.map_single(packet, 4096, Direction.TO_DEVICE, "packet")
    await engine.memcpy(target.dma_handle, handle, 4096)
    await soc.dma.unmap_single(handle, 4096, Direction.TO_DEVICE)
    await soc.cpu(0).read(target.cpu_addr, 4096)
    await soc.dma.free_coherent(target)


@pytest.fixture(scope="module", params=["unmap_linear", "strict"])
def ran(request: pytest.FixtureRequest) -> tuple[list[Finding], EventLog]:
    soc = Soc(policy=request.param, **KNOBS)
    soc.run(program)
    return [Finding.of(each, 32) for each in soc.hazards], EventLog.of(soc.sanitizer, soc.hazards)


def test_a_trace_matches_its_schema_and_tells_every_step(ran: tuple[list[Finding], EventLog]) -> None:
    findings, log = ran
    document = json.loads(json.dumps(to_trace(log, findings)))
    schema = Path(__file__).parents[3] / "docs" / "schema" / "trace-1.json"
    fastjsonschema.compile(json.loads(schema.read_text()))(document)
    events = document["traceEvents"]
    steps = [each["args"]["step"] for each in events if "step" in each.get("args", {})]
    assert sorted(steps) == list(range(log.history.count - len(log.history.steps) + 1, log.history.count + 1))
    hazards = [each for each in events if each.get("cat") == "hazard"]
    assert [each["ts"] * 1000 for each in hazards] == pytest.approx([each.time_ns for each in findings])
    named = {(each["pid"], each["tid"]) for each in events if each["name"] == "thread_name"}
    assert {(each["pid"], each["tid"]) for each in events if each["ph"] == "X"} <= named
    assert {"packet", "cpu0", "calls"} <= {each["args"]["name"] for each in events if each["name"] == "thread_name"}


@pytest.mark.parametrize("whole_ns", [int, round])
def test_slices_of_a_trace_nest_and_times_never_go_back(ran: tuple[list[Finding], EventLog], whole_ns: Callable[[float], int]) -> None:
    """What viewers ask for beyond the syntax: slices of one thread lie within or behind each other, events are in order;
    in whole ns, in which Perfetto counts, however it makes them of the microseconds of the format."""
    findings, log = ran
    events = to_trace(log, findings)["traceEvents"]
    assert [each["ts"] for each in events] == sorted(each["ts"] for each in events)
    assert all(each["s"] in ("t", "g") for each in events if each["ph"] == "i")
    threads = {(each["pid"], each["tid"]) for each in events if each["ph"] == "X"}
    assert len(threads) > 3
    for thread in threads:
        ends: list[int] = []
        slices = [each for each in events if each["ph"] == "X" and (each["pid"], each["tid"]) == thread]
        for start, dur in sorted((whole_ns(each["ts"] * 1000), -whole_ns(each["dur"] * 1000)) for each in slices):
            while ends and ends[-1] <= start:
                ends.pop()
            assert not ends or start - dur <= ends[-1], (thread, start)
            ends.append(start - dur)


ASKED = {  # the fields that the Trace Event Format asks for, by phase
    "M": {"name", "pid", "tid", "args"},
    "X": {"name", "cat", "ts", "dur", "pid", "tid"},
    "i": {"name", "cat", "ts", "pid", "tid", "s"},
}


def test_every_event_has_what_the_format_asks_of_its_phase(ran: tuple[list[Finding], EventLog]) -> None:
    findings, log = ran
    text = json.dumps(to_trace(log, findings), allow_nan=False)
    events = json.loads(text)["traceEvents"]
    names = {"process_name": "name", "thread_name": "name", "process_sort_index": "sort_index"}
    for each in events:
        assert ASKED[each["ph"]] <= set(each), each
        assert "," not in each["cat"]  # which would be two categories
        if each["ph"] == "M":
            assert set(each["args"]) == {names[each["name"]]}
    assert {each["s"] for each in events if each["cat"] == "hazard"} == ({"g"} if findings else set())
    processes = {each["pid"] for each in events if each["name"] == "process_name"}
    assert {each["pid"] for each in events} == processes
