# SPDX-License-Identifier: Apache-2.0
"""A user's own profile, in TOML: a table of the fields of `Profile` that differ from those of its `base`.

    base = "cortex-a9-pl310"       # any profile of `dmasan list profiles`
    name = "my-board"              # by default the file's name
    l2 = {size = 262144, ways = 16, line = 32, granule = 16}   # granule: bytes that share a dirty bit; by default the line
    forbidden = [{base = 0x82000000, size = 0x100000}]
    costs = {memory = 90}
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from dmasan.arch.costs import Costs
from dmasan.arch.family import FAMILIES
from dmasan.arch.geometry import REPLACEMENTS, CacheGeometry, Region
from dmasan.arch.processor import (
    CONTENTS,
    EVICTION_ORDERS,
    INDEXINGS,
    PREFETCH_LEVELS,
    TRANSLATIONS,
    Profile,
)
from dmasan.config import UsageError, choose

Built = TypeVar("Built")

_CHOICES: dict[str, tuple[str, ...]] = {
    "family": tuple(FAMILIES),
    "replacement": REPLACEMENTS,
    "l2_replacement": REPLACEMENTS,
    "l2_content": CONTENTS,
    "indexing": INDEXINGS,
    "translation": TRANSLATIONS,
    "prefetch_into": tuple(PREFETCH_LEVELS),
    "eviction_order": EVICTION_ORDERS,
}
_KEYS = ("base", *(item.name for item in fields(Profile) if item.name != "sources"))


def load_profile(path: Path) -> Profile:
    """The profile that the file at `path` describes. Raises UsageError that names file, key and what is allowed."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read the profile {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: the profile is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        reason = str(error)
        raise UsageError(f"{path}: not valid TOML: {reason[:1].lower()}{reason[1:]}") from None
    for key in content:
        _named(path, key, choose, "key", key, _KEYS)
    base = _base(path, content.pop("base", "one-level"))
    values: dict[str, Any] = {key: _named(path, key, _value, key, value, base) for key, value in content.items()}
    values.setdefault("name", path.stem)
    values["sources"] = {**base.sources, **dict.fromkeys(content, str(path))}
    try:
        return replace(base, **values)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def _named(path: Path, key: str, make: Callable[..., Built], *arguments: Any) -> Built:
    try:
        return make(*arguments)
    except UsageError as error:
        raise UsageError(f"{path}: key {key}: {error}") from None


def _base(path: Path, name: object) -> Profile:
    from dmasan.arch.profile import PROFILES

    return PROFILES[_named(path, "base", _chosen, "profile", name, PROFILES)]


def _value(key: str, value: object, base: Profile) -> object:
    """`value` as the field `key` of a profile wants it."""
    if key in _CHOICES:
        return _chosen("value", value, _CHOICES[key])
    if key in ("l1", "l2"):
        return _geometry(value)
    if key == "costs":
        return _costs(value, base.costs)
    if key == "forbidden":
        if not isinstance(value, list):
            raise UsageError(f"{value!r} is not a list of tables with the keys base and size")
        return tuple(_table(each, Region) for each in value)
    kind = type(getattr(base, key))
    if type(value) is not kind:
        allowed = {bool: "true or false", int: "a whole number", str: "a text"}[kind]
        raise UsageError(f"{value!r} is not {allowed}")
    return value


def _chosen(what: str, value: object, allowed: Iterable[str]) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{value!r} is not a text: allowed are {', '.join(allowed)}")
    return choose(what, value, allowed)


def _geometry(value: object) -> CacheGeometry | None:
    if value == "none":
        return None
    return _table(value, CacheGeometry)


def _costs(value: object, base: Costs) -> Costs:
    known = {item.name for item in fields(Costs)}
    return replace(base, **_whole_numbers(value, known))


def _table(value: object, kind: Callable[..., Built]) -> Built:
    """`kind` made of a table that has all of its fields but those with a default."""
    known = {item.name: item.default is MISSING for item in fields(kind)}  # type: ignore[arg-type]
    numbers = _whole_numbers(value, set(known))
    needed = sorted(name for name, must in known.items() if must)
    missing = [name for name in needed if name not in numbers]
    if missing:
        raise UsageError(f"the key {missing[0]} is missing, needed are {', '.join(needed)}")
    return kind(**numbers)


def _whole_numbers(value: object, known: set[str]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{value!r} is not a table with the keys {', '.join(sorted(known))}")
    for name, number in value.items():
        choose("key", name, sorted(known))
        if type(number) is not int:
            raise UsageError(f"{name} = {number!r} is not a whole number")
    return dict(value)
