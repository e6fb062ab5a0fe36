# SPDX-License-Identifier: Apache-2.0
"""A run as JUnit XML: one test case for the run, failed if it has hazards that count."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from dmasan.report.results import Finding, Run
from dmasan.report.terminal import headline


def to_junit(run: Run, counted: Sequence[Finding]) -> bytes:
    """The document as UTF-8. `counted` are the hazards that make the run fail."""
    seconds = f"{run.sim.seconds:.3f}"
    suite = ElementTree.Element(
        "testsuite", name="dmasan", tests="1", failures=str(int(bool(counted))), errors="0", time=seconds
    )
    cell = run.cell
    name = f"{run.scenario}[{cell['policy']}-{cell['profile']}-{cell['era']}-{run.schedule}-{run.seed}]"
    case = ElementTree.SubElement(
        suite, "testcase", classname=f"dmasan.{run.backend}", name=name, time=seconds
    )
    if counted:
        first = counted[0]
        more = f" (and {len(counted) - 1} more)" if len(counted) > 1 else ""
        failure = ElementTree.SubElement(
            case, "failure", type=first.code, message=f"{first.state} {first.code} at {_place(first)}{more}"
        )
        failure.text = "\n".join(
            f"{each.state} {each.code} at {_place(each)}: {headline(each)}" for each in counted
        )
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _place(finding: Finding) -> str:
    return f"{finding.file}:{finding.line}"
