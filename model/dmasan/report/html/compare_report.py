# SPDX-License-Identifier: Apache-2.0
"""The report of a comparison: the verdicts side by side, each row's hazards, what the policies cost, what was delivered."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from dmasan.report import eventlog
from dmasan.report.html.bars import bars
from dmasan.report.html.costs import MEASURES, step_times
from dmasan.report.html.hazards import hazards
from dmasan.report.html.page import badge, command, facts, page
from dmasan.report.html.pictures import delivered
from dmasan.report.html.run_report import gallery, link
from dmasan.report.results import Comparison, Finding, Row, shorten, shown
from dmasan.report.story import Story, story_of
from dmasan.sanitizer.diagnosis.record import Record

_TOLD = 4  # hazards of a row that get a diagram and a story


def compare_report(
    comparison: Comparison, found: Mapping[int, Sequence[Finding]], folders: Sequence[Path], folder: Path
) -> str:
    """The page as text. `found`: the hazards of each row by its index; `folders`: where each row's results lie; `folder`:
    where the page will lie."""
    rows = comparison.rows
    sections = [
        ("verdict", "", _verdict(comparison)),
        ("policies", "Policies", _matrix(rows)),
        ("hazards", "Hazards", _hazards(rows, found, folders)),
        ("cost", "Cost", _costs(rows, folders)),
        ("pictures", "Delivered", _pictures(rows)),
        ("again", "See it again", _again(comparison, folders, folder)),
    ]
    title = f"{len(rows)} configurations of {Path(comparison.path).name}"
    return page(title, [each for each in sections if each[2]], {}, ("matrix.js",))


def name_of(row: Row, rows: Sequence[Row]) -> str:
    """A row's policy, and what else sets it apart from the others."""
    parts = [row.policy]
    if len({each.profile for each in rows}) > 1:
        parts.append(Path(row.profile).stem)
    if len({each.era for each in rows}) > 1:
        parts.append(row.era)
    if row.shared_override is not None and len({each.shared_override for each in rows}) > 1:
        parts.append("override on" if row.shared_override else "override off")
    return ", ".join(parts)


def _verdict(comparison: Comparison) -> str:
    ran = [row for row in comparison.rows if row.verdict != "not_applicable"]
    wrong = [row for row in ran if row.verdict == "manifest"]
    latent = [row for row in ran if row.verdict == "latent"]
    worst = "manifest" if wrong else "latent" if latent else "clean"
    told = [f"{len(wrong)} of {len(ran)} configurations deliver wrong data"] if wrong else []
    told += [f"{len(latent)} would under another schedule"] if latent else []
    if not told:
        told = [f"all {len(ran)} configurations are right, under every schedule"]
    clean = dict.fromkeys(row.policy for row in ran if row.verdict == "clean")
    always = [name for name in clean if all(row.verdict == "clean" for row in ran if row.policy == name)]
    sound = f"Clean in each of its configurations: {', '.join(always)}." if always and (wrong or latent) else ""
    chips = [shown(comparison.path), f"{comparison.bytes:,} bytes", f"schedule {comparison.schedule}", f"seed {comparison.seed}"]
    chips.append(f"backend {comparison.backend}")
    return (
        f'<div class="verdict {worst}"><h1>{badge(worst)} {escape(Path(comparison.path).name)} under '
        f"{len({row.policy for row in ran})} policies</h1>"
        f'<p class="lead">{escape("; ".join(told).capitalize())}. <span class="dim">{escape(sound)}</span></p>'
        f'<p class="chips">{"".join(f"<span>{escape(each)}</span>" for each in chips)}</p></div>'
    )


def _matrix(rows: Sequence[Row]) -> str:
    """The table of the terminal, sortable and with a filter."""
    heads = ["policy", "verdict", "hazards (latent + manifest)", "wrong bytes", *(_SHORT[each] for each in MEASURES)]
    kinds = ["", "", "", *["num"] * (1 + len(MEASURES))]
    head = "".join(
        f'<th class="{kind}" aria-sort="none"><button type="button">{escape(text)}</button></th>'
        for text, kind in zip(heads, kinds, strict=True)
    )
    verdicts = [each for each in ("manifest", "latent", "clean", "not_applicable") if any(row.verdict == each for row in rows)]
    boxes = "".join(
        f'<label><input type="checkbox" data-verdict="{each}" checked> {each.replace("_", " ")}</label>' for each in verdicts
    )
    notes = dict.fromkeys(f"{row.policy}: {row.hypothetical}" for row in rows if row.hypothetical)
    told = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return (
        '<form class="filter" id="rows" role="search"><label class="grow">Filter <input type="search" id="rows-text" '
        f'placeholder="policy, profile, code"></label>{boxes}<output id="rows-count"></output></form>'
        f'<div class="scroll"><table class="matrix" id="matrix"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(_row(n, row, rows) for n, row in enumerate(rows))}</tbody></table></div>"
        + (f'<ul class="dim starred">{told}</ul>' if told else "")
    )


_SHORT = {
    "pte_writes": "PTE writes",
    "sections_split": "sections split",
    "tables_walked": "tables walked",
    "tlbi_local": "TLBI local",
    "tlbi_broadcast": "TLBI bcast",
    "l1_ops": "L1 lines",
    "l2_ops": "L2 lines",
    "pages_migrated": "pages moved",
    "lowmem_lost_bytes": "lowmem lost",
}


def _row(number: int, row: Row, rows: Sequence[Row]) -> str:
    codes = "".join(f"<span><code>{each.code}</code> {each.latent} + {each.manifest}</span>" for each in row.hazards)
    cells = [_num(row.wrong_bytes), *(_num(getattr(row.cost, each, None)) for each in MEASURES)]
    mark = "*" if row.hypothetical else ""
    name = f'<a href="#row-{number}">{escape(name_of(row, rows))}</a>' if row.hazards else escape(name_of(row, rows))
    reason = f'<div class="dim">{escape(row.reason)}</div>' if row.reason else ""
    return (
        f'<tr data-verdict="{row.verdict}"><td class="policy">{name}{mark}</td><td>{badge(row.verdict)}{reason}</td>'
        f'<td class="codes">{codes or "&ndash;"}</td>{"".join(cells)}</tr>'
    )


def _num(value: int | None) -> str:
    return '<td class="num" data-value="-1">&ndash;</td>' if value is None else f'<td class="num" data-value="{value}">{value:,}</td>'


def _hazards(rows: Sequence[Row], found: Mapping[int, Sequence[Finding]], folders: Sequence[Path]) -> str:
    """For each row with hazards one to unfold, its hazards folded by root within."""
    parts = []
    for number, row in enumerate(rows):
        if not row.hazards:
            continue
        findings = found.get(number, ())
        explain = f"dmasan explain {shlex.quote(shorten(str(folders[number].absolute())))}"
        body = hazards(findings, _stories(findings, folders[number]), explain).split("</form>", 1)[-1]
        body = body.replace('id="hazard-', f'id="row-{number}-hazard-').replace(" open>", ">")
        parts.append(
            f'<details class="hazard {row.verdict}" id="row-{number}"><summary>{badge(row.verdict)}'
            f'<span class="headline">{escape(name_of(row, rows))}: {len(findings)} hazard{"s" * (len(findings) != 1)}</span>'
            f'</summary><div class="body">{body}{command(explain)}</div></details>'
        )
    return "".join(parts)


def _stories(findings: Sequence[Finding], folder: Path) -> dict[int, Story]:
    """Of the first hazards of a row, by their numbers; none where there is no event log."""
    file = folder / eventlog.FILE
    if not findings or not file.exists():
        return {}
    log = eventlog.read(file)
    record = Record(log.history)
    return {each.id: story_of(log, each, record) for each in findings[:_TOLD]}


def _costs(rows: Sequence[Row], folders: Sequence[Path]) -> str:
    """A chart of the policies' time and one for each measure that is not 0 everywhere; rows of a policy that cost the same
    are one."""
    measures = {text: [float(getattr(row.cost, name)) if row.cost else 0.0 for row in rows] for name, text in MEASURES.items()}
    times = _times(rows, folders)
    charts = [_chart("simulated time in the policy's steps, µs", times, rows)] if any(times) else []
    charts += [_chart(text, values, rows) for text, values in measures.items() if any(values)]
    if not charts:
        return ""
    return (
        "<p>Counts and simulated time of this run; what is 0 everywhere is left out. A bar has the colour of the worst verdict "
        f'of the configurations that it stands for.</p><div class="charts">{"".join(charts)}</div>'
    )


def _times(rows: Sequence[Row], folders: Sequence[Path]) -> list[float]:
    """µs that each row's policy spent in its steps, from the event logs; rows that differ in the override alone take one."""
    known: dict[tuple[str, str, str], float] = {}
    for row, folder in zip(rows, folders, strict=True):
        key = row.policy, row.profile, row.era
        if key not in known and row.cost is not None and (folder / eventlog.FILE).exists():
            known[key] = round(sum(step_times(eventlog.read(folder / eventlog.FILE)).values()) / 1000, 1)
    return [known.get((row.policy, row.profile, row.era), 0.0) if row.cost else 0.0 for row in rows]


def _chart(text: str, values: Sequence[float], rows: Sequence[Row]) -> str:
    merged: dict[tuple[str, str, str, float], list[Row]] = {}
    for row, value in zip(rows, values, strict=True):
        if row.cost is not None:
            merged.setdefault((row.policy, row.profile, row.era, value), []).append(row)
    shown = [each[0] for each in merged.values()]
    worst = [next(state for state in ("manifest", "latent", "clean") if any(row.verdict == state for row in each)) for each in merged.values()]
    return bars(text, [(_label(row, shown, rows), key[3], state) for row, key, state in zip(shown, merged, worst, strict=True)])


def _label(row: Row, shown: Sequence[Row], rows: Sequence[Row]) -> str:
    twice = sum(each.policy == row.policy for each in shown) > 1
    return name_of(row, rows) if twice else row.policy


def _pictures(rows: Sequence[Row]) -> str:
    """Those with wrong bytes; the others are as sent."""
    shown = []
    for row in rows:
        for path in row.pictures:
            found = delivered(Path(path), f"{name_of(row, rows)}: {Path(path).stem}")
            if found is not None and found.marks:
                shown.append(found)
    clean = sum(len(row.pictures) for row in rows) - len(shown)
    rest = f"<p>{clean} more deliveries arrived as sent, every byte.</p>" if clean else ""
    return gallery(shown) + rest if shown or clean else ""


def _again(comparison: Comparison, folders: Sequence[Path], folder: Path) -> str:
    """For each row the command that runs it with the same hidden moves, and its files."""
    told = []
    model = " --backend model" if comparison.backend == "model" else ""
    for row, where in zip(comparison.rows, folders, strict=True):
        if row.verdict == "not_applicable":
            continue
        override = "" if row.shared_override is None else f" --set shared_override={str(row.shared_override).lower()}"
        schedule = shlex.quote(shorten(str((where / "schedule.jsonl").absolute())))
        base = f"dmasan run frame --policy {row.policy} --profile {shlex.quote(row.profile)} --era {row.era}{override}{model}"
        files = [str(where / name) for name in ("run.json", "schedule.jsonl", "events.json.gz") if (where / name).exists()]
        files += [str(Path(each).absolute()) for each in row.pictures]
        links = " · ".join(link(folder.absolute(), str(Path(each).absolute())) for each in files)
        told.append((name_of(row, comparison.rows), command(f"{base} --schedule replay:{schedule}") + links))
    return facts(told)


assert set(MEASURES) == set(_SHORT)
