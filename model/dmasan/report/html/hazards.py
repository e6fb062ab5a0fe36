# SPDX-License-Identifier: Apache-2.0
"""Hazards in a page: one to unfold for each root, with code, cause, diagram, story, consequences and repair."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from dmasan.report.html.page import badge, command, facts
from dmasan.report.html.snippet import snippet
from dmasan.report.results import Finding, shown
from dmasan.report.story import Moment, Story
from dmasan.report.story_words import HEADINGS
from dmasan.report.terminal import headline
from dmasan.sanitizer.codes import Code, Effect
from dmasan.site import source_line

_AROUND = 2  # lines of the program before and after


def hazards(findings: Sequence[Finding], stories: Mapping[int, Story], explain: str) -> str:
    """All hazards of a run, with a filter above; `explain` is the command that tells of one, without its number."""
    if not findings:
        return '<p class="none">No hazard, under any schedule that the architecture allows.</p>'
    return _filter(findings) + "".join(hazard(each, stories.get(each.id), explain) for each in findings)


def _filter(findings: Sequence[Finding]) -> str:
    codes = sorted({each.code for each in findings})
    options = "".join(f'<option value="{code}">{code}</option>' for code in codes)
    boxes = "".join(
        f'<label><input type="checkbox" data-state="{state}" checked> {state}</label>' for state in ("manifest", "latent")
    )
    return (
        '<form class="filter" id="filter" role="search"><label class="grow">Filter '
        '<input type="search" id="filter-text" placeholder="buffer, file, code, words"></label>'
        f'<label>Code <select id="filter-code"><option value="">all</option>{options}</select></label>{boxes}'
        '<output id="filter-count"></output>'
        '<button type="button" id="unfold">unfold all</button></form>'
    )


def hazard(finding: Finding, story: Story | None, explain: str) -> str:
    """One root. The first is open."""
    opened = " open" if finding.id == 1 else ""
    diagram = snippet(story) if story else ""
    parts = [
        f'<details class="hazard {finding.state}" id="hazard-{finding.id}" data-state="{finding.state}" '
        f'data-code="{finding.code}"{opened}>',
        f'<summary><span class="number">{finding.id}</span>{badge(finding.state)}'
        f'<code class="code">{finding.code}</code><span class="headline">{escape(headline(finding))}</span></summary>',
        '<div class="body">',
        f'<p class="meaning">{escape(Code[finding.code].value)}.</p>',
        *_sources(finding),
        _repair(finding),
        f'<div class="scroll">{diagram}</div>' if diagram else "",
        facts(_facts(finding)),
        _story(story) if story else "",
        command(f"{explain} --hazard {finding.id}") if story else "",
        "</div></details>",
    ]
    return "".join(parts)


def _repair(finding: Finding) -> str:
    if not finding.repair:
        return ""
    shown = "shown to be enough under every schedule" if finding.repair_verified else "not shown to be enough"
    return f'<p class="repair"><b>Repair</b> {escape(finding.repair)} <span class="dim">({shown})</span></p>'


def _sources(finding: Finding) -> Iterable[str]:
    """The program's lines: the write that is missed, and the access that goes wrong."""
    if finding.writer:
        file, _, line = finding.writer.rpartition(":")
        yield code(file, int(line) if line.isdigit() else 0, "what should be read was written here")
    if finding.file and f"{finding.file}:{finding.line}" != finding.writer:
        yield code(finding.file, finding.line, "the access happens here")


def code(file: str, line: int, remark: str) -> str:
    """A few lines of a file with one marked; its place alone if it cannot be read."""
    rows = []
    for number in range(max(1, line - _AROUND), line + _AROUND + 1):
        text = source_line(file, number)
        if text or number == line:
            mark = ' class="here"' if number == line else ""
            rows.append(f"<span{mark}><i>{number:>5}</i> {escape(text)}</span>")
    body = f"<pre>{''.join(rows)}</pre>" if source_line(file, line) else ""
    return f'<figure class="source"><figcaption>{escape(shown(file))}:{line} <em>{escape(remark)}</em></figcaption>{body}</figure>'


def _facts(finding: Finding) -> Iterable[tuple[str, str]]:
    if finding.because and finding.because != finding.copies:
        yield "because", escape(finding.because)
    if finding.copies and finding.effect != Effect.CONTRACT.name:
        yield "copies", escape(finding.copies)
    start, length = finding.bytes
    first, last = (finding.lines[0], finding.lines[-1]) if finding.lines else (0, 0)
    lines = f"lines {first:#x} to {last:#x}" if last > first else f"line {first:#x}"
    yield "where", f"{escape(finding.buffer)}, bytes {start:,} to {start + length - 1:,}; {lines}"
    yield "wrong bytes", f"{finding.wrong:,} in all accesses"
    yield "access through", escape(finding.alias)
    step = f", step: {finding.step}" if finding.step else ""
    yield "culprit", escape(shown(finding.culprit) + step)
    yield "time", f"{finding.time_ns:,.0f} ns"
    if finding.kernel_sees:
        yield "seen by", "the kernel's DMA API debugging too"
    if finding.consequences:
        items = "".join(
            f"<li><code>{each.code}</code> {escape(Effect[each.effect].value)}, {escape(shown(each.file))}:{each.line}</li>"
            for each in finding.consequences
        )
        yield f"consequences ({len(finding.consequences)})", f"<ul>{items}</ul>"


def _story(story: Story) -> str:
    """Every moment as a table, folded."""
    places = story.places
    head = "".join(f"<th>{HEADINGS[where]}</th>" for where in places)
    rows = "".join(_row(moment, places) for moment in story.moments)
    how = "one schedule that goes wrong; hidden moves are marked" if story.one_schedule else "all schedules of this run"
    where = f"{story.buffer} + {story.offset:#x}" if story.buffer else "no buffer"
    return (
        f'<details class="story"><summary>The story of byte {story.byte:#x} ({escape(where)}), as in {how}</summary>'
        f'<div class="scroll"><table><thead><tr><th class="num">time, ns</th><th>who</th><th>what</th><th>line</th>{head}'
        f"</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _row(moment: Moment, places: Sequence[str]) -> str:
    cells = "".join(f"<td>{_copy((moment.copies or {}).get(where, ()))}</td>" for where in places)
    times = f' <span class="dim">({moment.times} times)</span>' if moment.times > 1 else ""
    wrong = f'<div class="wrong">▲ {escape(moment.wrong)}</div>' if moment.wrong else ""
    return (
        f'<tr class="{moment.kind}{" bad" if moment.wrong else ""}"><td class="num">{moment.time_ns:,.0f}</td>'
        f"<td>{escape(moment.who)}</td><td>{escape(moment.what)}{times}{wrong}</td>"
        f'<td class="dim">{escape(moment.place.rpartition("/")[2])}</td>{cells}</tr>'
    )


def _copy(codes: Sequence[str]) -> str:
    return " / ".join(
        '<span class="dim">&ndash;</span>' if each == "absent" else f'<span class="v-{each.split()[-1]}">{each}</span>' for each in codes
    )
