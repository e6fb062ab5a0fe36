# SPDX-License-Identifier: Apache-2.0
"""Hazards in the terminal, told the way a good compiler tells an error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from dmasan.report.results import Finding, Run, shown
from dmasan.sanitizer.codes import Effect
from dmasan.site import source_line

# What happened in this run; what can happen under another schedule is the effect's own text.
_HAPPENED = {
    Effect.STALE_DEVICE_READ: "the device read a value that is not the latest",
    Effect.STALE_CPU_READ: "the CPU read a value that is not the latest",
    Effect.LOST_UPDATE: "the latest value was left without any copy",
}


def print_run(run: Run, to: Console, limit: int = 20) -> None:
    """Prints the hazards and notes of a run, and one closing sentence."""
    print_findings(run.hazards, to, limit)
    for note in run.notes:
        to.print(f"note: {note}", markup=False, soft_wrap=True)
    to.print(_closing(run), markup=False, soft_wrap=True)


def print_findings(findings: Sequence[Finding], to: Console, limit: int = 20) -> None:
    """Prints the first `limit` findings in full, and how many more there are."""
    for finding in findings[:limit]:
        for line in _describe(finding):
            to.print(line, soft_wrap=True)
        to.print()
    if len(findings) > limit:
        to.print(f"... and {len(findings) - limit} more hazards.\n", markup=False)


def headline(finding: Finding) -> str:
    """What happened, or what can happen, to which bytes."""
    effect = Effect[finding.effect]
    text = finding.copies if effect is Effect.CONTRACT else effect.value
    if finding.state == "manifest":
        text = _HAPPENED.get(effect, text)
    start, length = finding.bytes
    return f"{text}: {finding.buffer}, bytes {start} to {start + length - 1}"


def _describe(finding: Finding) -> Iterator[Text]:
    style = "bold red" if finding.state == "manifest" else "bold yellow"
    yield Text.assemble((f"{finding.state}[{finding.code}]", style), (f": {headline(finding)}", "bold"))
    if finding.writer:
        file, _, line = finding.writer.rpartition(":")
        yield from _source(file, int(line) if line.isdigit() else 0, "what should be read was written here")
    if finding.file and f"{finding.file}:{finding.line}" != finding.writer:
        yield from _source(finding.file, finding.line, "the access happens here")
    for name, text in _facts(finding):
        yield Text.assemble(("   = ", "blue"), f"{name}: {text}")


def _source(file: str, line: int, remark: str) -> Iterator[Text]:
    """The line of the program with its number, or its place alone if the file cannot be read."""
    yield Text.assemble(("  --> ", "blue"), f"{shown(file)}:{line}", (f"  ({remark})", "dim"))
    code = source_line(file, line).strip()
    if code:
        yield Text.assemble((f"{line:>6} | ", "blue"), code)


def _facts(finding: Finding) -> Iterator[tuple[str, str]]:
    if finding.lines:
        first, last = finding.lines[0], finding.lines[-1]
        name, lines = ("cache lines", f"{first:#x} to {last:#x}") if last > first else ("cache line", f"{first:#x}")
        yield name, f"{lines}, {finding.wrong} wrong bytes in all accesses"
    if finding.because and finding.because != finding.copies:
        yield "because", finding.because
    if finding.copies and finding.effect != Effect.CONTRACT.name:
        yield "copies", finding.copies
    yield "access through", finding.alias
    yield "culprit", shown(finding.culprit) + (f", step: {finding.step}" if finding.step else "")
    for each in finding.consequences:
        text = Effect[each.effect].value
        yield "consequence", f"[{each.code}] {text}, at {shown(each.file)}:{each.line}"
    if finding.repair:
        yield "repair", finding.repair + ("" if finding.repair_verified else " (not shown to be enough)")
    yield "time", f"{finding.time_ns:,.0f} ns"


def _closing(run: Run) -> str:
    cell = run.cell
    where = (
        f"{run.scenario} under {cell['policy']} on {cell['profile']}, {cell['era']}, schedule {run.schedule}"
    )
    if not run.hazards:
        return f"clean: {where}: no hazard under any schedule."
    return f"{run.verdict}: {where}: {_plural(run.hazards)}."


def _plural(hazards: Sequence[Finding]) -> str:
    manifest = sum(each.state == "manifest" for each in hazards)
    noun = "hazard" if len(hazards) == 1 else "hazards"
    return f"{len(hazards)} {noun}, {manifest} of them manifest"
