# SPDX-License-Identifier: Apache-2.0
"""The story of a byte in the terminal: one line for each moment, and beside it where the copies are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dmasan.report.results import Finding
from dmasan.report.story import Moment, Story
from dmasan.report.story_words import HEADINGS
from dmasan.report.terminal import headline
from dmasan.site import source_line

_STYLES = {"hidden": "magenta", "device": "cyan", "call": "blue", "policy": "blue", "rest": "dim"}
_WIDE = 110  # columns of the terminal from which copies stand beside the moment, else below it


def print_story(story: Story, to: Console, finding: Finding | None = None) -> None:
    """Prints a story; of a hazard with its headline, its cause and its repair."""
    for text in _head(story, finding):
        to.print(text, soft_wrap=True)
    if to.width >= _WIDE:
        to.print(_table(story))
    else:
        for text in _lines(story):
            to.print(text, soft_wrap=True)
    for text in _foot(story):
        to.print(text, soft_wrap=True)


def _head(story: Story, finding: Finding | None) -> Iterator[Text]:
    if finding is not None:
        style = "bold red" if finding.state == "manifest" else "bold yellow"
        yield Text.assemble(
            f"hazard {finding.id}: ", (f"{finding.state}[{finding.code}]", style), f": {headline(finding)}"
        )
    where = f"{story.buffer} + {story.offset:#x}" if story.buffer else "in no buffer of a device"
    yield Text(f"byte {story.byte:#x} ({where}), cache line {story.byte & -story.line:#x}")
    told = "one schedule that goes wrong, hidden moves marked *" if story.one_schedule else "all schedules of this run"
    yield Text(f"copies as in {told}; stale ones marked !\n", style="dim")


def _foot(story: Story) -> Iterator[Text]:
    yield Text()
    if story.one_schedule:
        moves = [f"{moment.what}" for moment in story.hidden]
        yield _fact("hidden moves", "; ".join(moves) if moves else "none: it is wrong as it is")
    if story.because:
        yield _fact("because", story.because)
    if story.repair:
        yield _fact("repair", story.repair)
    for text in story.outlook:
        yield _fact("after this", text)


def _fact(name: str, text: str) -> Text:
    return Text.assemble(("   = ", "blue"), f"{name}: {text}")


def _table(story: Story) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", expand=False)
    table.add_column("time, ns", justify="right", no_wrap=True)
    table.add_column("who", no_wrap=True)
    table.add_column("what", overflow="fold", ratio=1)
    for where in story.places:
        table.add_column(HEADINGS[where], no_wrap=True)
    before: Moment | None = None
    above = ""
    for moment in story.moments:
        copies = [_copy(moment, before, where) for where in story.places]
        table.add_row(_time(moment), _who(moment), _what(moment, above), *copies)
        above = moment.place if moment.kind == "cpu" else above
        before = moment if moment.copies else before
    return table


def _lines(story: Story) -> Iterator[Text]:
    """For a narrow terminal: the moment, and below it the copies that changed."""
    before: Moment | None = None
    above = ""
    for moment in story.moments:
        yield Text.assemble(_time(moment), "  ", _who(moment), "  ", _what(moment, above))
        above = moment.place if moment.kind == "cpu" else above
        changed = [
            Text.assemble(f"{HEADINGS[where]} ", _copy(moment, None, where))
            for where in story.places
            if moment.copies and (before is None or not before.copies or moment.copies[where] != before.copies[where])
        ]
        if changed:
            yield Text("              ").append_text(Text(", ").join(changed))
        before = moment if moment.copies else before


def _time(moment: Moment) -> Text:
    return Text(f"{moment.time_ns:,.0f}", style="dim" if not moment.number else "")


def _who(moment: Moment) -> Text:
    return Text(("* " if moment.kind == "hidden" else "") + moment.who, style=_STYLES.get(moment.kind, ""))


def _what(moment: Moment, above: str) -> Text:
    """With the program's line, unless the moment `above` was of the same."""
    text = Text(moment.what, style=_STYLES.get(moment.kind, ""))
    if moment.times > 1:
        text.append(f" ({moment.times} times)", style="dim")
    if moment.place:
        text.append(f"  {PurePath(moment.place).name}", style="dim")
    if moment.kind == "cpu" and moment.place != above and (code := source(moment.place)):
        text.append(f"\n  | {code}", style="dim")
    if moment.wrong:
        text.append(f"\n  ^ {moment.wrong}", style="bold red")
    return text


def source(place: str) -> str:
    """The program's line at "file:line"; "" if it cannot be read."""
    file, _, line = place.rpartition(":")
    return source_line(file, int(line)).strip() if line.isdigit() else ""


def _copy(moment: Moment, before: Moment | None, where: str) -> Text:
    """What a place holds; nothing where nothing changed."""
    if not moment.copies:
        return Text()
    codes = moment.copies[where]
    if before is not None and before.copies and before.copies[where] == codes:
        return Text("|" if codes != ("absent",) else "", style="dim")
    return cell(codes)


def cell(codes: Sequence[str]) -> Text:
    """The codes of a place, stale ones with a mark of their own."""
    parts = []
    for code in codes:
        if code == "absent":
            parts.append(Text("-", style="dim"))
            continue
        word, _, value = code.rpartition(" ")
        stale = value == "stale"
        parts.append(Text((word or ("stale" if stale else "latest")) + ("!" if stale else ""), style="red" if stale else "green"))
    return Text("/").join(parts)
