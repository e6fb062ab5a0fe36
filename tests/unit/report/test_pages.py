# SPDX-License-Identifier: Apache-2.0
"""Reports as HTML: complete in themselves, well-formed, small, and true to the results that they are made from."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import report_samples as samples

from dmasan.device.driver import DmaEngine
from dmasan.events import Direction, DmaMap, MappingKind
from dmasan.report import eventlog, picture
from dmasan.report.eventlog import EventLog
from dmasan.report.html import bars, costs, memory_map, snippet
from dmasan.report.html.compare_report import compare_report
from dmasan.report.html.memory_map import CLASSES
from dmasan.report.html.pictures import delivered
from dmasan.report.html.run_report import run_report
from dmasan.report.html.timeline import SPANS, lanes
from dmasan.report.results import Cost, Finding, Run
from dmasan.report.story import story_of
from dmasan.sanitizer.automaton import Automaton
from dmasan.sanitizer.shadow import Shadow
from dmasan.soc import Soc

KNOBS = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 2, "processes": 1}
VOID = {"meta", "br", "img", "input", "link", "hr"}


class Page(HTMLParser):
    """Checks that elements nest, and collects what a page refers to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.resources: list[str] = []
        self.scripts = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag not in VOID and tag not in ("path", "rect", "circle"):
            self.open.append(tag)
        if named.get("id"):
            self.ids[str(named["id"])] += 1
        if tag == "a":
            self.links.append(str(named["href"]))
        self.resources += [str(value) for name, value in attrs if name in ("src", "srcset", "data", "action")]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("path", "rect", "circle"):
            assert self.open.pop() == tag, tag


def whole(text: str) -> Page:
    """A page that needs nothing else, as parsed."""
    page = Page(text)
    assert all(each.startswith("data:") for each in page.resources), page.resources
    assert not re.search(r"@import|url\(|https?://(?!www\.w3\.org/2000/svg)", text)
    assert {name for name, times in page.ids.items() if times > 1} == set()
    assert all(link[1:] in page.ids for link in page.links if link.startswith("#"))
    return page


async def program(soc: Soc) -> None:
    engine = await DmaEngine.probe(soc)
    target = await soc.dma.alloc_coherent(4096, "<target> & co")
    packet = await soc.kernel.kmalloc(4096, "packet")
    await soc.cpu(0).fill(packet, 4096, 7)
    handle = await soc.dma.map_single(packet, 4096, Direction.TO_DEVICE, "packet")
    await engine.memcpy(target.dma_handle, handle, 4096)
    await soc.dma.unmap_single(handle, 4096, Direction.TO_DEVICE)
    await soc.cpu(0).read(target.cpu_addr, 4096)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, EventLog, Path]:
    folder = tmp_path_factory.mktemp("page")
    soc = Soc(policy="unmap_linear", **KNOBS)
    soc.run(program)
    eventlog.write(folder / eventlog.FILE, EventLog.of(soc.sanitizer, soc.hazards))
    findings = tuple(Finding.of(each, 32) for each in soc.hazards)
    cell = {"policy": "unmap_linear", "profile": "cortex-a9-pl310", "era": "v6.19", "knobs": KNOBS}
    return Run("own.py", cell, 1, "benign", "model", findings, ("a <note>",)), eventlog.read(folder / eventlog.FILE), folder


def test_a_run_has_a_whole_page(ran: tuple[Run, EventLog, Path]) -> None:
    run, log, folder = ran
    text = run_report(run, log, folder)
    page = whole(text)
    assert {f"hazard-{each.id}" for each in run.hazards} <= set(page.ids)
    assert text.index('class="verdict latent"') < text.index('id="hazard-1"') < text.index('id="map"')
    assert "&lt;target&gt; &amp; co" in text and "<target>" not in text
    assert "a &lt;note&gt;" in text
    assert "dmasan run own.py --policy unmap_linear" in text and "--set ram_mib=16" in text
    assert "events.json.gz" in page.links
    data = json.loads(text.split('id="data">')[1].split("</script>")[0])
    assert [each[0] for each in data["hazards"]] == [each.id for each in run.hazards]
    assert len(text) < 200_000


def test_a_clean_run_says_so(ran: tuple[Run, EventLog, Path]) -> None:
    run, log, folder = ran
    text = run_report(replace(run, hazards=()), log, folder)
    whole(text)
    assert "No hazard, under any schedule that the architecture allows" in text


def test_the_map_shows_the_stale_lines_and_no_others(ran: tuple[Run, EventLog, Path]) -> None:
    run, log, _ = ran
    told = memory_map.memory_map(log)
    target = next(n for n, each in enumerate(told.buffers) if each.name == "<target> & co")
    packet = next(n for n, each in enumerate(told.buffers) if each.name == "packet")
    hazard = next(each for each in run.hazards if each.buffer == "<target> & co")
    frame = next(each for each in told.frames if each.text.startswith(f"hazard {hazard.id}:"))
    stale = next(n for n, text in enumerate(CLASSES) if text.startswith("a stale copy"))
    dirty = next(n for n, text in enumerate(CLASSES) if "dirty" in text)
    assert frame.cells[target] == (stale, 128)  # 4096 bytes in lines of 32
    assert stale not in frame.cells[packet][::2]
    written = [each.cells[packet] for each in told.frames if each.text.startswith("dma_map_single")]
    assert written == [(1, 128)]  # cleaned by the call, which is told when it is done
    assert any(each.cells[packet] == (dirty, 128) for each in told.frames)
    numbers = [each.number for each in told.frames]
    assert numbers == sorted(numbers) and len(numbers) <= memory_map.FRAMES


def test_the_map_is_what_the_sanitizer_had_at_the_end() -> None:
    """The history replayed leaves the same may-sets as the run."""
    soc = Soc(policy="unmap_linear", **KNOBS)
    soc.run(program)
    log = EventLog.of(soc.sanitizer)
    again = Shadow(Automaton(log.family), log.base, log.size, log.line)
    spans = [(each.address, each.address + each.length) for each in memory_map.memory_map(log).buffers]
    assert len(spans) == 3
    for step in log.history.steps:
        memory_map._apply(again, step, spans)
    for start, end in spans:
        mine, its = (each.states[start - log.base : end - log.base] for each in (again, soc.sanitizer.shadow))
        pairs = set(zip(mine.tolist(), its.tolist(), strict=True))
        assert all(again.automaton.states[one] == soc.sanitizer.automaton.states[other] for one, other in pairs)


def test_lanes_tell_who_owned_a_buffer(ran: tuple[Run, EventLog, Path]) -> None:
    _, log, _ = ran
    by_name = {lane.name: lane.spans for lane in lanes(log)}
    assert {"cpu0", "policy", "dma0 reads", "dma0 writes", "packet", "<target> & co"} <= set(by_name)
    assert [span.kind for span in by_name["packet"]] == ["owner-device"]
    assert [span.kind for span in by_name["<target> & co"]] == ["owner-both"]
    reads = by_name["dma0 reads"][0]
    assert by_name["packet"][0].start <= reads.start <= by_name["packet"][0].end
    assert all(len(spans) <= SPANS for spans in by_name.values())


def test_a_diagram_shows_the_hidden_move_and_the_wrong_read(ran: tuple[Run, EventLog, Path]) -> None:
    run, log, _ = ran
    story = story_of(log, next(each for each in run.hazards if each.buffer == "<target> & co"))
    svg = snippet.snippet(story)
    assert svg.count('class="band hidden"') == 1 and svg.count('class="band bad"') == 1
    assert "speculative fill" in svg and "clean stale" in svg and "wrong here" in svg
    Page(svg)


def test_a_comparison_has_a_whole_page(tmp_path: Path) -> None:
    comparison = samples.comparison()
    findings = {0: [Finding.of(samples.hazard(1), 32)]}
    folders = [tmp_path / str(n) for n in range(3)]
    text = compare_report(comparison, findings, folders, tmp_path)
    page = whole(text)
    assert "row-0" in page.ids and "row-1" not in page.ids
    assert "1 of 2 configurations deliver wrong data" in text
    assert text.count("<tr data-verdict=") == 3 and "there is no highmem" in text
    assert 'class="bars"' in text


def test_a_step_of_the_policy_lasts_to_the_next_one_of_its_call(ran: tuple[Run, EventLog, Path]) -> None:
    """The log's last allocation: its steps fill the time from the first one to the mapping's event."""
    run, log, _ = ran
    times = costs.step_times(log)
    mapped = [mark.event for mark in log.history.marks if isinstance(mark.event, DmaMap) and mark.event.kind is MappingKind.COHERENT]
    first = [step.time_ns for _, step in log.policy_steps if step.text.startswith("alloc 1:")]
    assert len(first) == len(mapped) > 0
    assert sum(ns for text, ns in times.items() if text.startswith("alloc")) == pytest.approx(
        sum(event.time_ns for event in mapped) - sum(first)
    )
    page = costs.run_costs(replace(run, cost=Cost(pte_writes=4321)), log)
    assert "<b>4,321</b> page-table entries written" in page and "None: sections split · " in page
    assert all(escape(text, quote=False) in page for text, ns in times.items() if ns > 0)
    Page(page)


def test_pictures_mark_exactly_the_wrong_pixels(tmp_path: Path) -> None:
    original = np.arange(40 * 60 * 3, dtype=np.uint32).astype(np.uint8)
    wrong = original.copy()
    wrong[300:330] += 1
    picture.write(tmp_path / "bad.png", picture.compare(original, wrong, (40, 60)))
    picture.write(tmp_path / "good.png", picture.compare(original, original, (40, 60)))
    bad, good = delivered(tmp_path / "bad.png", "bad"), delivered(tmp_path / "good.png", "good")
    assert bad and bad.marks and (bad.wrong_pixels, bad.pixels) == (10, 2400)
    assert good and good.marks is None and good.wrong_pixels == 0
    assert delivered(tmp_path / "none.png", "none") is None


def test_bars_are_logarithmic_where_values_differ_much() -> None:
    flat, steep = bars.bars("a", [("x", 10, ""), ("y", 20, "")]), bars.bars("b", [("x", 1, ""), ("y", 90_000, "")])
    assert "log scale" not in flat and "log scale" in steep
    assert "90,000" in steep
    Page(flat)
