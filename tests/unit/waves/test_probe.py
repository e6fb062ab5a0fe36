# SPDX-License-Identifier: Apache-2.0
"""What is shown of the model in waves, on the behavioural device: only changes, at their times, and each hazard once."""

from __future__ import annotations

from pathlib import PurePath

from cocotbext.dmasan.waves import savefile
from cocotbext.dmasan.waves.plan import LINES, Plan, plan_of
from cocotbext.dmasan.waves.probe import MAY, ModelProbe
from dmasan.device.driver import DmaEngine
from dmasan.report.eventlog import EventLog
from dmasan.report.html.memory_map import CLASSES
from dmasan.report.results import Finding
from dmasan.soc import Soc

KNOBS = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 2, "processes": 1}


class Recorded:
    """Keeps what is put, as the channel to the simulator does: a value that is there already is no change."""

    def __init__(self) -> None:
        self.puts: list[tuple[float, str, int | str]] = []
        self.now: dict[str, int | str] = {}

    def put(self, time_ns: float, name: str, value: int | str) -> None:
        if self.now.get(name) != value:
            self.now[name] = value
            self.puts.append((time_ns, name, value))

    def of(self, name: str) -> list[tuple[float, int | str]]:
        return [(time_ns, value.rstrip() if isinstance(value, str) else value) for time_ns, each, value in self.puts if each == name]


async def program(soc: Soc) -> None:
    engine = await DmaEngine.probe(soc)
    source = await soc.dma.alloc_coherent(4096, "source")
    target = await soc.dma.alloc_coherent(4096, "target")
    await soc.cpu(0).fill(source.cpu_addr, 4096, 0x5A)
    await engine.memcpy(target.dma_handle, source.dma_handle, 4096)
    await soc.cpu(0).read(target.cpu_addr, 4096)


def planned(policy: str) -> tuple[Plan, list[Finding]]:
    soc = Soc(policy=policy, **KNOBS)
    soc.run(program)
    findings = [Finding.of(each, 32) for each in soc.hazards]
    return plan_of(findings, EventLog.of(soc.sanitizer, soc.hazards), (0x80000044,), 32), findings


def shown(policy: str, schedule: str = "benign") -> tuple[Recorded, Plan, list[Finding]]:
    plan, findings = planned(policy)
    soc, out = Soc(policy=policy, schedule=schedule, **KNOBS), Recorded()
    ModelProbe(soc, Plan.from_json(plan.to_json()), out)
    soc.run(program)
    return out, plan, findings


def test_lines_asked_for_come_first_then_hazards_then_mappings() -> None:
    plan, findings = planned("double_map")
    assert plan.lines[0] == (0x80000040, "watched")
    assert [name for _, name in plan.lines[1:]] == [f"hazard {each.id}: {each.buffer}" for each in findings] + ["descriptor ring", "source"]
    assert len(plan.lines) <= LINES
    assert [each.number for each in plan.hazards] == [each.id for each in findings]


def test_each_hazard_is_strobed_once_at_its_time_and_place() -> None:
    out, plan, findings = shown("double_map")
    strobes = [time_ns for time_ns, value in out.of("hazard") if value == 1]
    assert strobes == [each.time_ns for each in findings]
    assert [value for _, value in out.of("hazard_number")] == [each.id for each in findings]
    assert [value for _, value in out.of("hazard_address")] == [each.byte for each in plan.hazards]
    assert {value for _, value in out.of("hazard_code")} == {each.code for each in findings}


def test_a_watched_line_shows_what_the_schedule_did() -> None:
    out, plan, findings = shown("double_map")
    n = next(n for n, (_, name) in enumerate(plan.lines) if name.endswith(": target"))
    hazard = next(each for each in findings if each.buffer == "target")
    states = [value for _, value in out.of(f"line{n}.may")]
    assert states[-1] == "STALE COPY POSSIBLE" and MAY[1] in states
    assert out.of(f"line{n}.owner")[-1][1] == "both"
    assert out.of(f"line{n}.l2")[-1][1] == "-"  # nothing hidden happened
    assert all(time_ns <= hazard.time_ns for time_ns, value in out.of(f"line{n}.may") if value == "STALE COPY POSSIBLE")


def test_operations_are_told_with_alias_place_and_address() -> None:
    out, _, _ = shown("unmap_linear")
    told = [value for _, value in out.of("cpu0.operation")]
    for text in ("dsb sy", "outer sync", "interrupt", "load 4096"):
        assert text in told
    assert {"NC", "WB", "Device"} <= {value for _, value in out.of("cpu0.alias_")}
    assert any(str(value).startswith(PurePath(__file__).name[:10]) for _, value in out.of("cpu0.place"))
    assert any("map non-cacheable" in str(value) for _, value in out.of("policy"))
    steps = out.of("policy")
    rung = next(time_ns for time_ns, value in out.of("cpu0.operation") if value == "register := 0x1")
    assert [value for time_ns, value in steps if time_ns <= rung][-1] == "-"  # no step goes on while the device works
    assert steps[-1][1] == "-" or str(steps[-1][1]).startswith("unmap_linear: free")
    times = [time_ns for time_ns, name, _ in out.puts if name != "hazard"]
    assert times == sorted(times)


def test_there_is_a_word_for_each_class() -> None:
    assert len(MAY) == len(CLASSES)
    assert max(map(len, MAY)) <= 32


def test_save_files_name_the_same_signals_and_the_hazards() -> None:
    plan, findings = planned("double_map")
    groups = savefile.groups(plan, 2)
    rows = [row for group in groups for row in group.rows]
    marks = [(each.time_ns, each.id) for each in findings]
    gtkw, sucl = savefile.gtkwave("dump.fst", groups, marks, 4000.0), savefile.surfer(groups, marks)
    for row in rows:
        assert row.name in gtkw and f"variable_add {row.name}\n" in sucl
    assert gtkw.count("@800200") == gtkw.count("@1000200") == len(groups)
    (zoom,) = (line for line in gtkw.splitlines() if line.startswith("*"))
    assert [int(each) for each in zoom.split()[1:3]] == [round(findings[0].time_ns * 1000)] * 2
    assert len(zoom.split()) == 28
    assert [line for line in sucl.splitlines() if line.startswith("marker_set")] == [
        f"marker_set hazard_{each.id} {round(each.time_ns * 1000)}" for each in findings
    ]
