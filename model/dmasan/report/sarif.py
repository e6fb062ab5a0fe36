# SPDX-License-Identifier: Apache-2.0
"""Hazards as SARIF 2.1.0, so that code hosts show them on the driver's lines."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, metadata
from pathlib import PurePath
from typing import Any

from dmasan.report.results import Finding, Run
from dmasan.report.terminal import headline
from dmasan.sanitizer.codes import Code

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_HELP = "`dmasan explain REPORT --hazard N` tells the story of one; the message ends with the smallest edit that repairs it; docs/hazards.md says how the code is found."
_LEVELS = {"manifest": "error", "latent": "warning"}


def documentation() -> str:
    """Where the documentation lies in the web: "Documentation" of the distribution's project addresses; "" if it has none."""
    try:
        told = metadata("dmasan").get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    named = {name: address for name, _, address in (str(each).partition(", ") for each in told)}
    return named.get("Documentation", "").rstrip("/")


def to_sarif(run: Run, version: str, documentation: str = "") -> dict[str, Any]:
    """The run's hazards as one SARIF run; paths are relative to the root of the sources (`SRCROOT`) where they are below
    the working folder. The tool and its rules name their pages below the address `documentation`; without one they name
    none, since SARIF takes absolute addresses only (3.19.17, 3.49.12)."""
    used = list(dict.fromkeys(each.code for each in run.hazards))
    rules = [_rule(name) for name in used]
    tool: dict[str, Any] = {"name": "dmasan", "version": version, "rules": rules}
    if documentation:
        tool["informationUri"] = documentation
        for rule in rules:
            rule["helpUri"] = f"{documentation}/hazards.html#{rule['id'].lower()}"
    results = [_result(each, used.index(each.code)) for each in run.hazards]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": tool}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _rule(code: str) -> dict[str, Any]:
    """What a code means; code hosts ask for the full description and the help text, too."""
    text = _sentence(Code[code].value)
    return {
        "id": code,
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": f"{text} {_HELP}", "markdown": f"**{code}**: {text}\n\n{_HELP}"},
        "defaultConfiguration": {"level": "error"},
    }


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    text = _sentence(headline(finding))
    if finding.repair:
        text += f" Repair: {_sentence(finding.repair)}"
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.state],
        "message": {"text": text},
        "locations": [_location(finding.file, finding.line)],
        # Lines move when a file is edited: what a code host recognises a finding by leaves them out.
        "partialFingerprints": {
            "dmasan/v1": "/".join((finding.code, finding.effect, PurePath(finding.file).name, finding.buffer))
        },
        "properties": {"state": finding.state, "buffer": finding.buffer, "time_ns": finding.time_ns},
    }
    file, _, line = finding.writer.rpartition(":")
    if file and line.isdigit():
        related = _location(file, int(line))
        result["relatedLocations"] = [
            {**related, "message": {"text": "what should be read was written here"}}
        ]
    return result


def _location(file: str, line: int) -> dict[str, Any]:
    path = PurePath(file)
    artifact = (
        {"uri": path.as_uri()} if path.is_absolute() else {"uri": path.as_posix(), "uriBaseId": "SRCROOT"}
    )
    return {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": max(line, 1)}}}


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
