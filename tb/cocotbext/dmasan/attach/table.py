# SPDX-License-Identifier: Apache-2.0
"""One table of a TOML file, read key by key; every mistake names file, line and key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cocotbext.dmasan.commands.configfile import find_line
from dmasan.config import UsageError, choose

_NEEDED: Any = object()


@dataclass
class Table:
    """`name` is the table's own, "" at the top; `used` are the keys that were asked for."""

    path: Path
    source: str
    name: str
    content: Mapping[str, Any]
    used: set[str] = field(default_factory=set)

    def error(self, key: str, reason: str) -> UsageError:
        full = f"{self.name}.{key}" if self.name else key
        line = find_line(self.source, key, self.name)
        if key not in self.content and self.name:  # where the table begins
            line = find_line(self.source, self.name)
        return UsageError(f"{self.path}:{line}: key {full}: {reason}")

    def close(self) -> None:
        """Refuses keys that nobody asked for."""
        for key in self.content:
            if key not in self.used:
                try:
                    choose("key", key, sorted(self.used))
                except UsageError as error:
                    raise self.error(key, str(error)) from None

    def _take(self, key: str, default: Any) -> Any:
        self.used.add(key)
        if key in self.content:
            return self.content[key]
        if default is _NEEDED:
            raise self.error(key, "it is missing")
        return default

    def _typed(self, key: str, default: Any, kind: type | tuple[type, ...], noun: str) -> Any:
        value = self._take(key, default)
        if key in self.content and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
            raise self.error(key, f"{value!r} is not {noun}")
        return value

    def text(self, key: str, default: str = _NEEDED) -> str:
        value = self._typed(key, default, str, "a text")
        if default is _NEEDED and not value:
            raise self.error(key, "the text is empty")
        return str(value)

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._typed(key, _NEEDED, list, "a list of names")
        if not values or not all(isinstance(each, str) and each for each in values):
            raise self.error(key, f"{values!r} is not a list of names, at least one")
        return tuple(values)

    def number(self, key: str, default: int | None, low: int, high: int) -> Any:
        value = self._typed(key, default, int, "a whole number")
        if key in self.content and not low <= value <= high:
            raise self.error(key, f"{value} is out of range, allowed is {low} to {high}")
        return value

    def decimal(self, key: str, default: float, low: float, high: float) -> float:
        value = self._typed(key, default, (int, float), "a number")
        if not low <= value <= high:
            raise self.error(key, f"{value} is out of range, allowed is {low:g} to {high:g}")
        return float(value)

    def flag(self, key: str, default: bool) -> bool:
        return bool(self._typed(key, default, bool, "true or false"))

    def choice(self, key: str, allowed: Sequence[str], default: str) -> str:
        value = self.text(key, default)
        if value not in allowed:
            raise self.error(key, f"{value!r} is not supported: allowed are {', '.join(allowed)}")
        return value

    def mapping(self, key: str) -> dict[str, Any]:
        return dict(self._typed(key, {}, dict, "a table"))

    def numbers(self, key: str) -> dict[str, int]:
        values = self.mapping(key)
        for name, value in values.items():
            if not isinstance(value, int):
                raise self.error(key, f"{name} is {value!r}, not a whole number")
        return {name: int(value) for name, value in values.items()}

    def table(self, key: str) -> Table:
        return Table(self.path, self.source, key, self._typed(key, _NEEDED, dict, "a table"))

    def optional(self, key: str) -> Table | None:
        return self.table(key) if self._take(key, None) is not None else None

    def tables(self, key: str) -> list[Table]:
        values = self._typed(key, _NEEDED, list, f"a list of tables: write [[{key}]]")
        if not all(isinstance(each, dict) for each in values):
            raise self.error(key, f"write [[{key}]]")
        return [Table(self.path, self.source, key, each) for each in values]

    def files(self, key: str, kinds: tuple[str, ...]) -> tuple[Path, ...]:
        """Files by pattern, relative to the description, each pattern's in order of their names."""
        found: list[Path] = []
        for pattern in self.texts(key):
            if not pattern.endswith(kinds):
                raise self.error(key, f"{pattern!r} is not supported: allowed are files {', '.join(kinds)}")
            base = Path("/") if Path(pattern).is_absolute() else self.path.parent
            matches = sorted(base.glob(pattern.lstrip("/")))
            if not matches:
                raise self.error(key, f"there is no file {pattern!r} (looked in {base})")
            found += (each for each in matches if each not in found)
        return tuple(each.absolute() for each in found)

    def folders(self, key: str) -> tuple[Path, ...]:
        if self._take(key, None) is None:
            return ()
        folders = tuple((self.path.parent / each).absolute() for each in self.texts(key))
        for each in folders:
            if not each.is_dir():
                raise self.error(key, f"there is no folder {each}")
        return folders
