# SPDX-License-Identifier: Apache-2.0
"""The report of one run: verdict, hazards, memory over time, time line, pictures, and how to see it again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path

from dmasan.config import Knobs
from dmasan.report.eventlog import EventLog
from dmasan.report.html.costs import run_costs
from dmasan.report.html.hazards import hazards
from dmasan.report.html.memory_map import CLASSES, MemoryMap, memory_map
from dmasan.report.html.page import badge, command, facts, page
from dmasan.report.html.pictures import Delivered, delivered
from dmasan.report.html.timeline import lanes
from dmasan.report.results import Run, shorten
from dmasan.report.story import story_of
from dmasan.sanitizer.diagnosis.record import Record

_MAPPED = 200_000  # steps of a run that the memory map is still drawn for
_STORIES = 40  # hazards that get a story; a run with more has the same one many times


def run_report(run: Run, log: EventLog, folder: Path, pictures: Sequence[str] = (), waves: Sequence[str] = ()) -> str:
    """The page as text. `folder` is where it will lie: links are relative to it."""
    record = Record(log.history)
    stories = {each.id: story_of(log, each, record) for each in run.hazards[:_STORIES]}
    few = len(log.history.steps) <= _MAPPED
    told = memory_map(log) if few else MemoryMap(log.line, (), ())
    explain = f"dmasan explain {shlex.quote(shorten(str(folder.absolute())))}"
    sections = [
        ("verdict", "", _verdict(run)),
        ("hazards", "Hazards", hazards(run.hazards, stories, explain)),
        ("memory", "Memory", _memory() if told.buffers else _no_memory(few)),
        ("timeline", "Time line", _timeline()),
        ("cost", "Cost", run_costs(run, log)),
        ("pictures", "Delivered", gallery([found for path in pictures if (found := delivered(Path(path), Path(path).stem))])),
        ("again", "See it again", _again(run, folder, explain, waves)),
    ]
    data = {
        "map": {**asdict(told), "classes": CLASSES},
        "lanes": [
            [lane.name, [[round(s.start, 1), round(s.end, 1), s.text, s.kind] for s in lane.spans]] for lane in lanes(log)
        ],
        "hazards": [[each.id, each.time_ns, each.state, each.code, each.buffer, *each.lines] for each in run.hazards],
    }
    title = f"{run.verdict}: {run.scenario} under {run.cell['policy']}"
    return page(title, [each for each in sections if each[2]], data, ("map.js", "timeline.js"))


def _verdict(run: Run) -> str:
    manifest = sum(each.state == "manifest" for each in run.hazards)
    sentence = {
        "clean": "No hazard under any schedule that the architecture allows.",
        "latent": "Nothing went wrong in this run. Under another schedule that the architecture allows, it does.",
        "manifest": "Wrong data in this run.",
    }[run.verdict]
    counts = f"{len(run.hazards)} hazard{'s' * (len(run.hazards) != 1)}, {manifest} manifest" if run.hazards else ""
    cell = run.cell
    chips = [cell["policy"], cell["profile"], cell["era"], f"schedule {run.schedule}", f"seed {run.seed}", f"backend {run.backend}"]
    notes = "".join(f"<li>{escape(note)}</li>" for note in run.notes)
    return (
        f'<div class="verdict {run.verdict}"><h1>{badge(run.verdict)} {escape(run.scenario)}</h1>'
        f'<p class="lead">{sentence} <span class="dim">{counts}</span></p>'
        f'<p class="chips">{"".join(f"<span>{escape(str(chip))}</span>" for chip in chips)}</p></div>'
        + (f'<details class="notes"><summary>{len(run.notes)} note{"s" * (len(run.notes) != 1)}</summary><ul>{notes}</ul></details>' if notes else "")
    )


def _no_memory(few: bool) -> str:
    return "" if few else f'<p class="dim">Not drawn: the run has more than {_MAPPED:,} steps.</p>'


def _memory() -> str:
    legend = "".join(f'<li><i class="c{n}"></i>{escape(text)}</li>' for n, text in enumerate(CLASSES))
    return (
        "<p>What each cache line of each buffer may be, under some schedule, at the moment of the slider.</p>"
        '<div class="slider"><button type="button" id="map-back" aria-label="moment before">◀</button>'
        '<input type="range" id="map-time" min="0" value="0" aria-label="moment">'
        '<button type="button" id="map-next" aria-label="next moment">▶</button>'
        '<button type="button" id="map-play">play</button></div>'
        '<p id="map-moment" class="moment" aria-live="polite"></p><div id="map"></div>'
        f'<ul class="legend">{legend}<li><i class="flag"></i>a hazard was found here</li></ul>'
    )


def _timeline() -> str:
    return (
        "<p>What the CPUs, the policy and the device did, and whose each buffer was. Ctrl-scroll, or use "
        "<kbd>+</kbd> <kbd>-</kbd> <kbd>←</kbd> <kbd>→</kbd> on the chart.</p>"
        '<div class="tools" id="time-tools"></div><div class="scroll"><div id="time" tabindex="0" role="application" '
        'aria-label="time line"></div></div><p id="time-told" class="moment" aria-live="polite"></p>'
    )


def gallery(pictures: Sequence[Delivered]) -> str:
    """Delivered pictures with the wrong bytes marked, beside the original."""
    if not pictures:
        return ""
    cards = [f'<figure><img src="{pictures[0].original}" alt="the original picture"><figcaption>original</figcaption></figure>']
    for each in pictures:
        share = 100 * each.wrong_pixels / max(1, each.pixels)
        text = f"{each.wrong_pixels:,} wrong pixels ({share:.1f} %)" if each.marks else "as sent, every byte"
        marks = f'<img class="marks" src="{each.marks}" alt="">' if each.marks else ""
        state = "manifest" if each.marks else "ok"
        cards.append(
            f'<figure class="{state}"><span class="stack"><img src="{each.picture}" alt="the picture as delivered: {text}">'
            f"{marks}</span><figcaption><b>{escape(each.name)}</b> {text}</figcaption></figure>"
        )
    toggle = '<label class="tools"><input type="checkbox" id="marks" checked> mark wrong bytes</label>'
    return (toggle if any(each.marks for each in pictures) else "") + f'<div class="gallery">{"".join(cards)}</div>'


def _again(run: Run, folder: Path, explain: str, waves: Sequence[str]) -> str:
    """Commands and files."""
    base = _base(run)
    replay = f"{base} --schedule replay:{shlex.quote(shorten(str((folder / 'schedule.jsonl').absolute())))}"
    told = [("this run", command(f"{base} --schedule {run.schedule} --seed {run.seed}"))]
    told.append(("the same hidden moves", command(replay)))
    if run.hazards:
        told.append(("a schedule that shows a hazard", command(f"{base} --witness {run.hazards[0].id}")))
    told.append(("any byte", command(f"{explain} --at ADDRESS --time NS")))
    told += [("waves", link(folder, name) + f' <span class="dim">{_viewer(name)}</span>') for name in waves]
    names = [name for name in ("run.json", "events.json.gz", "schedule.jsonl") if (folder / name).exists()]
    told.append(("files", " · ".join(link(folder, name) for name in names)))
    return facts(told)


def _viewer(name: str) -> str:
    return {".gtkw": "for GTKWave", ".sucl": "for Surfer: its --command-file"}.get(Path(name).suffix, "")


def link(folder: Path, name: str) -> str:
    """A link to a file beside the report."""
    path = Path(name)
    relative = path.relative_to(folder) if path.is_absolute() and path.is_relative_to(folder) else path
    return f'<a href="{escape(relative.as_posix(), quote=True)}">{escape(relative.name)}</a>'


def _base(run: Run) -> str:
    """The command that runs the same program in the same cell."""
    cell = run.cell
    standard = asdict(Knobs())
    changed = [f"--set {name}={_set(value)}" for name, value in cell["knobs"].items() if standard.get(name) != value]
    parts = ["dmasan run", shlex.quote(run.scenario), f"--policy {cell['policy']}", f"--profile {shlex.quote(cell['profile'])}"]
    parts += [f"--era {cell['era']}", *changed, *(["--backend model"] if run.backend == "model" else [])]
    return " ".join(parts)


def _set(value: object) -> str:
    return shlex.quote(str(value).lower() if isinstance(value, bool) else str(value))
