# SPDX-License-Identifier: Apache-2.0
"""The ports of a design, as Verilator elaborates it."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cocotbext.dmasan import toolchain
from cocotbext.dmasan.attach.description import LANGUAGES, Description
from dmasan.config import UsageError

ELABORATION_LIMIT = 120  # seconds


@dataclass(frozen=True)
class Port:
    """`width` in bits; 0 for a port that is no plain vector (a struct, an array, an interface)."""

    name: str
    output: bool
    width: int


def read_ports(description: Description) -> dict[str, Port]:
    """The ports of the top module by name. Raises UsageError if the design does not elaborate."""
    with tempfile.TemporaryDirectory() as folder:
        log = _elaborate(description, Path(folder))
        tree = Path(folder) / "design.json"
        if not tree.is_file():
            raise UsageError(f"{description.path}: the design does not elaborate: {_reason(log)}")
        document = json.loads(tree.read_text(encoding="utf-8"))
    return _ports(document, description)


def options(description: Description) -> list[str]:
    """Verilator's options for the sources of a design."""
    language = LANGUAGES[description.language]
    return [
        *([language] if language else []),
        *(f"-I{folder}" for folder in description.include),
        *(f"-D{name}={value}" if value else f"-D{name}" for name, value in description.defines.items()),
        *map(str, description.sources),
    ]


def _elaborate(description: Description, folder: Path) -> str:
    tools = toolchain.find()
    command = [
        str(tools.verilator),
        *("--json-only", "--json-only-output", str(folder / "design.json"), "-Mdir", str(folder)),
        *("-Wno-fatal", "-Wno-lint", "-Wno-style", "--timing", "--top-module", description.top),
        *(f"-G{name}={value}" for name, value in description.parameters.items()),
        *options(description),
    ]
    try:
        done = subprocess.run(
            command,
            env=tools.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ELABORATION_LIMIT,
        )
    except subprocess.TimeoutExpired:
        raise UsageError(
            f"{description.path}: the design does not elaborate within {ELABORATION_LIMIT} s"
        ) from None
    return done.stderr + done.stdout


def _reason(log: str) -> str:
    """The first error of Verilator's."""
    lines = [line.strip() for line in log.splitlines() if line.startswith("%Error")]
    return re.sub(r"^%Error(-\w+)?: ", "", lines[0]) if lines else "Verilator gave no reason"


def _ports(document: Mapping[str, Any], description: Description) -> dict[str, Port]:
    top = next((m for m in document["modulesp"] if m.get("origName", m["name"]) == description.top), None)
    top = top or document["modulesp"][0]
    types = {each["addr"]: each for each in document["miscsp"][0]["typesp"]}
    found = {}
    for item in top["stmtsp"]:
        if item["type"] == "VAR" and item.get("direction", "NONE") != "NONE":
            name = item.get("origName", item["name"])
            found[name] = Port(name, item["direction"] == "OUTPUT", _width(types.get(item["dtypep"])))
    return found


def _width(kind: Mapping[str, Any] | None) -> int:
    if kind is None or kind["type"] != "BASICDTYPE":
        return 0
    bounds = kind.get("range")
    if bounds is None:
        return 1
    left, right = (int(each) for each in bounds.split(":"))
    return abs(left - right) + 1
