# SPDX-License-Identifier: Apache-2.0
"""Findings that a team knows and lives with: suppressed ones, and those of an earlier run."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from dmasan.config import UsageError, choose
from dmasan.report.jsonfile import read_json
from dmasan.report.results import Finding, Run
from dmasan.sanitizer.codes import Code

FAIL_ON = ("manifest", "latent", "note")  # from the strictest reading of "wrong" to the widest
_KEYS = ("code", "place", "reason", "expires")


@dataclass(frozen=True)
class Suppression:
    """Findings of `code` at `place` ("file", "file:line" or a glob of them) are known, for a `reason`.

    `place` is compared with the access, with the write whose value is missed, and with the culprit. From `expires` on
    the entry no longer counts.
    """

    code: str
    place: str
    reason: str
    expires: date | None = None
    source: str = ""  # file:line of the entry

    def covers(self, finding: Finding, today: date) -> bool:
        if finding.code != self.code or (self.expires is not None and today >= self.expires):
            return False
        places = (f"{finding.file}:{finding.line}", finding.writer, finding.culprit)
        return any(
            fnmatchcase(each, self.place) or fnmatchcase(each.rpartition(":")[0], self.place)
            for each in places
            if each
        )


@dataclass(frozen=True)
class Sorted:
    """Findings apart by what is known of them; `unused` are the suppressions that covered none."""

    new: tuple[Finding, ...]
    suppressed: tuple[tuple[Finding, Suppression], ...] = ()
    earlier: tuple[Finding, ...] = ()
    unused: tuple[Suppression, ...] = ()

    def counted(self, fail_on: str) -> tuple[Finding, ...]:
        """The new findings that make a run fail: `fail_on` is one of FAIL_ON."""
        return tuple(each for each in self.new if fail_on != "manifest" or each.state == "manifest")

    def sentences(self) -> list[str]:
        """What was not counted and why, for a reader."""
        told = [
            f"suppressed: hazard {finding.id}, {finding.code} at {finding.file}:{finding.line}: {entry.reason} ({entry.source})"
            for finding, entry in self.suppressed
        ]
        told += [
            f"known: hazard {each.id}, {each.code} at {each.file}:{each.line} is in the baseline"
            for each in self.earlier
        ]
        return told + [
            f"unused suppression: {each.code} at {each.place} ({each.source}) covers no hazard of this run"
            + (f"; it expired on {each.expires}" if each.expires and each.expires <= date.today() else "")
            for each in self.unused
        ]


def sort(
    findings: Iterable[Finding],
    suppressions: Sequence[Suppression],
    baseline: Counter[tuple[str, ...]],
    today: date,
) -> Sorted:
    """Takes out what a suppression covers, then what the baseline has; as many of one kind as it has, no more."""
    left = Counter(baseline)
    new: list[Finding] = []
    earlier: list[Finding] = []
    suppressed: list[tuple[Finding, Suppression]] = []
    for finding in findings:
        entry = next((each for each in suppressions if each.covers(finding, today)), None)
        if entry is not None:
            suppressed.append((finding, entry))
        elif left[_kind(finding)] > 0:
            left[_kind(finding)] -= 1
            earlier.append(finding)
        else:
            new.append(finding)
    used = {id(entry) for _, entry in suppressed}
    unused = tuple(each for each in suppressions if id(each) not in used)
    return Sorted(tuple(new), tuple(suppressed), tuple(earlier), unused)


def _kind(finding: Finding) -> tuple[str, ...]:
    """What makes a finding of two runs the same one. Lines are left out: they move when a file is edited."""
    return finding.code, finding.effect, finding.file, finding.buffer


def read_baseline(path: Path) -> Counter[tuple[str, ...]]:
    """How many findings of each kind a `dmasan/run/1` file has. Raises UsageError if it is none."""
    document = read_json(path, "dmasan/run/1")
    try:
        return Counter(_kind(each) for each in Run.from_json(document).hazards)
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path} is not a whole dmasan/run/1 document: {error!r}") from None


def read_suppressions(path: Path) -> tuple[Suppression, ...]:
    """The `[[suppress]]` entries of a TOML file. Raises UsageError naming file, line and key."""
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"cannot read the suppressions {path}: {getattr(error, 'strerror', None) or error}"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from None
    for key in content:
        if key != "suppress":
            raise UsageError(f"{path}: unknown key {key!r}: allowed are tables [[suppress]]")
    entries = content.get("suppress", [])
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise UsageError(f"{path}: suppress is to be an array of tables: write [[suppress]]")
    lines = [n for n, line in enumerate(text.splitlines(), 1) if re.match(r"\s*\[\[\s*suppress\s*\]\]", line)]
    places = [f"{path}:{n}" for n in lines] if len(lines) == len(entries) else [str(path)] * len(entries)
    return tuple(_entry(entry, place) for entry, place in zip(entries, places, strict=True))


def _entry(entry: Mapping[str, Any], source: str) -> Suppression:
    try:
        for key in entry:
            choose("key", key, _KEYS)
        for key in ("code", "place", "reason"):
            if not isinstance(entry.get(key), str) or not entry[key].strip():
                raise UsageError(f"key {key}: a text of at least one character is needed")
        expires = entry.get("expires")
        if expires is not None and type(expires) is not date:
            raise UsageError(f"key expires: {expires!r} is not a date such as 2027-01-31, without quotes")
        return Suppression(
            choose("hazard", entry["code"], Code.__members__),
            entry["place"],
            entry["reason"],
            expires,
            source,
        )
    except UsageError as error:
        raise UsageError(f"{source}: {error}") from None
