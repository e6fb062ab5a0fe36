# SPDX-License-Identifier: Apache-2.0
"""The TOML file of `--config`: the names of the options without their dashes, and a table `[set]` of knobs."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

from cocotbext.dmasan.commands.settings import Settings, check
from dmasan.config import UsageError, choose

_KEYS = tuple(sorted({item.name for item in fields(Settings)} - {"settings"} | {"set"}))


def read(path: Path) -> dict[str, Any]:
    """The settings of a file by field name. Raises UsageError naming file, line and key."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UsageError(f"{path}:{line}: the configuration is not UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"cannot read the configuration {path}: {error.strerror or error}") from None
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(syntax_error(path, text, str(error))) from None
    return {_field(key): _checked(path, text, key, value) for key, value in content.items()}


def _field(key: str) -> str:
    return "settings" if key == "set" else key


def _checked(path: Path, text: str, key: str, value: Any) -> Any:
    try:
        choose("key", key, _KEYS)
        if key != "set":
            return check(key, value)
        if not isinstance(value, dict):
            raise UsageError(f"{value!r} is not a table of knobs")
    except UsageError as error:
        reason = str(error).removeprefix(f"{key}: ")
        raise UsageError(f"{path}:{find_line(text, key)}: key {key}: {reason}") from None
    for knob, setting in value.items():
        try:
            check("settings", {knob: setting})
        except UsageError as error:
            line = find_line(text, knob, "set")
            raise UsageError(f"{path}:{line}: key set.{knob}: {error}") from None
    return value


def find_line(text: str, key: str, table: str = "") -> int:
    """Line (from 1) of `key` in `table` ("" is the top level): as `key =`, as `table.key =`, or in an inline table."""
    name, current = rf"""["']?{re.escape(key)}["']?""", ""
    fallback = 1
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"""\s*\[+\s*["']?([^]"']*?)["']?\s*\]+""", line)
        if header:
            current = header[1]
            if not table and current.split(".")[0] == key:
                return number
        elif current == table and re.match(rf"\s*{name}\s*[.=]", line):
            return number
        elif table and not current and re.match(rf"""\s*["']?{table}["']?\s*[.=].*{name}""", line):
            return number
        elif re.search(name, line.partition("#")[0]):
            fallback = number
    return fallback


def syntax_error(path: Path, text: str, message: str) -> str:
    """tomllib's message with the place moved to the front, and the key on that line if there is one."""
    lines = text.splitlines()
    place = re.search(r"at line (\d+)", message)
    number = min(int(place[1]), len(lines)) if place else max(len(lines), 1)
    line = lines[number - 1] if lines else ""
    key = re.match(r"""\s*["']?([\w.-]+)["']?\s*=""", line)
    subject = f"key {key[1]}: " if key else ""
    reason = re.sub(r"\s*\(at [^)]*\)", "", message)
    return f"{path}:{number}: {subject}not valid TOML: {reason[:1].lower()}{reason[1:]}"
