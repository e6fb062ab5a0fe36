# SPDX-License-Identifier: Apache-2.0
"""Stories: what the event log of a run lets be told later about a hazard, and about any byte."""

from __future__ import annotations

import json
from pathlib import Path

import fastjsonschema
import pytest

from dmasan.arch.semantics import MOVES, OPERATIONS
from dmasan.config import UsageError
from dmasan.device.driver import DmaEngine
from dmasan.events import Direction
from dmasan.report import eventlog, story_words
from dmasan.report.eventlog import EventLog
from dmasan.report.results import Finding
from dmasan.report.story import Story, story_at, story_of
from dmasan.soc import Soc

SCHEMAS = Path(__file__).parents[3] / "docs" / "schema"
KNOBS = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 2, "processes": 1}


async def coherent(soc: Soc) -> None:
    engine = await DmaEngine.probe(soc)
    source = await soc.dma.alloc_coherent(4096, "source")
    target = await soc.dma.alloc_coherent(4096, "target")
    await soc.cpu(0).fill(source.cpu_addr, 4096, 0x5A)
    await engine.memcpy(target.dma_handle, source.dma_handle, 4096)
    await soc.cpu(0).read(target.cpu_addr, 4096)


async def written_late(soc: Soc) -> None:
    engine = await DmaEngine.probe(soc)
    target = await soc.dma.alloc_coherent(4096, "target")
    packet = await soc.kernel.kmalloc(4096, "packet")
    handle = await soc.dma.map_single(packet, 4096, Direction.TO_DEVICE, "packet")
    await soc.cpu(0).str_(packet, 1)
    await engine.memcpy(target.dma_handle, handle, 4096)
    await soc.dma.unmap_single(handle, 4096, Direction.TO_DEVICE)


def told(program: object, tmp_path: Path, **cell: str) -> tuple[list[Finding], EventLog]:
    """A run's findings, and its log as it is read back from its file."""
    soc = Soc(**cell, **KNOBS)
    soc.run(program)  # type: ignore[arg-type]
    path = tmp_path / eventlog.FILE
    log = EventLog.of(soc.sanitizer, soc.hazards, soc.schedule.log)
    eventlog.write(path, log)
    document = json.loads(json.dumps(eventlog.to_json(log)))
    fastjsonschema.compile(json.loads((SCHEMAS / "events-1.json").read_text()))(document)
    return [Finding.of(each, 32) for each in soc.hazards], eventlog.read(path)


def test_a_log_reads_back_as_it_was_written(tmp_path: Path) -> None:
    soc = Soc(policy="unmap_linear", schedule="random", **KNOBS)
    soc.run(coherent)
    log = EventLog.of(soc.sanitizer, soc.hazards, soc.schedule.log)
    eventlog.write(tmp_path / "log", log)
    back = eventlog.read(tmp_path / "log")
    history = soc.sanitizer.history
    assert len(history.steps) > 200 and len(history.marks) > 50 and back.moves
    for one, other in zip(back.history.steps, history.steps, strict=True):
        assert one._replace(site=other.site, time_ns=0) == other._replace(time_ns=0)
        assert one.site.line == other.site.line and abs(one.time_ns - other.time_ns) < 0.001
    for mine, its in zip(back.history.marks, history.marks, strict=True):
        mine.event.site = its.event.site  # paths are shortened
        assert mine == its
    assert back.moves == tuple(soc.schedule.log)
    assert (back.family, back.history.count) == (soc.sanitizer.family, history.count)


def test_a_hazard_is_told_from_rest_to_the_wrong_read(tmp_path: Path) -> None:
    findings, log = told(coherent, tmp_path, policy="unmap_linear")
    target = next(each for each in findings if each.buffer == "target")
    story = story_of(log, target)
    fastjsonschema.compile(json.loads((SCHEMAS / "story-1.json").read_text()))(json.loads(json.dumps(story.to_json())))
    first, last = story.moments[0], story.moments[-1]
    assert story.one_schedule and first.kind == "rest"
    assert first.copies and {where for where, codes in first.copies.items() if codes != ("absent",)} == {"memory"}
    assert [moment.what for moment in story.hidden] == ["a speculative read fills the line into L2"]
    assert last.wrong == "returns a stale value, from L2" and last.copies and last.copies["l2"] == ("clean stale",)
    order = [moment.kind for moment in story.moments]
    assert order.index("policy") < order.index("hidden") < order.index("device") < len(order) - 1
    assert [moment.time_ns for moment in story.moments] == sorted(moment.time_ns for moment in story.moments)
    assert "register store" in " ".join(moment.what for moment in story.moments)
    assert any(moment.what == "interrupt" for moment in story.moments)
    assert story.repair == target.repair


def test_a_broken_rule_is_told_as_all_schedules_have_it(tmp_path: Path) -> None:
    findings, log = told(written_late, tmp_path, policy="strict")
    owned = next(each for each in findings if each.code == "CPU_WR_OWNED")
    story = story_of(log, owned)
    assert not story.one_schedule
    assert any("dma_map_single: packet" in moment.what for moment in story.moments)
    assert "the device owns" in story.moments[-1].wrong


def test_any_byte_has_a_story_up_to_a_time(tmp_path: Path) -> None:
    findings, log = told(coherent, tmp_path, policy="unmap_linear")
    target = next(each for each in findings if each.buffer == "target")
    byte, rest = target.lines[0] + 8, story_at(log, target.lines[0] + 8)
    before = story_at(log, byte, target.time_ns - 1)
    assert before.buffer == "target" and before.offset == 8
    assert not any(moment.wrong for moment in before.moments)
    assert any("Non-cacheable: may read a stale value, if a speculative read" in text for text in before.outlook)
    assert any("the device: would read the latest value" in text for text in before.outlook)
    at = story_at(log, byte, target.time_ns)
    assert at.moments[-1].wrong == "may return a stale value"
    assert len(rest.moments) >= len(at.moments) > len(before.moments)
    clean = story_at(log, byte, at.moments[0].time_ns)
    assert all("latest value under every schedule" in text for text in clean.outlook)


def test_an_untouched_byte_and_one_outside_of_ram(tmp_path: Path) -> None:
    _, log = told(coherent, tmp_path, policy="strict")
    story = story_at(log, log.base, 0.0)
    assert [moment.what for moment in story.moments] == ["nothing has touched this byte"]
    with pytest.raises(UsageError, match="0x10 is not in RAM"):
        story_at(log, 0x10)


def test_repetitions_are_folded(tmp_path: Path) -> None:
    async def polls(soc: Soc) -> None:
        buffer = await soc.dma.alloc_coherent(4096, "polled")
        for _ in range(50):
            await soc.cpu(0).ldr(buffer.cpu_addr)

    _, log = told(polls, tmp_path, policy="strict")
    found: Story = story_at(log, first_buffer(log))
    assert [moment.times for moment in found.moments if moment.what.startswith("load")] == [50]


def first_buffer(log: EventLog) -> int:
    return next(mark.event.address for mark in log.history.marks if type(mark.event).__name__ == "DmaMap")


def test_every_operation_and_move_has_words() -> None:
    told = {name: story_words.operation(name, 64) for name in (*OPERATIONS, *MOVES)}
    assert not any("_" in text or "{" in text for text in told.values())
    assert len(set(told.values())) > 0.8 * len(told)
    assert told["issue_clean_colour"] == "clean 64 bytes to the PoC by address, issued, under another colour"


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"no gzip", "is no event log"), (None, "cannot read the event log")]
)
def test_what_is_no_log_is_refused(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    if content is not None:
        (tmp_path / "log").write_bytes(content)
    with pytest.raises(UsageError, match=sentence):
        eventlog.read(tmp_path / "log")
