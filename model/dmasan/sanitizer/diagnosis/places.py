# SPDX-License-Identifier: Apache-2.0
"""The places that hold a copy of a byte, told from the names of the relation's own codes."""

from __future__ import annotations

from collections.abc import Iterator

from dmasan.arch.configuration import Config
from dmasan.arch.family import Family
from dmasan.arch.fields import FIELDS
from dmasan.arch.semantics import OPERATIONS

_CODES = {field.name: field.codes for field in FIELDS if any("latest" in code for code in field.codes)}
PLACES = tuple(_CODES)
CACHES = tuple(name for name in PLACES if any(code.startswith("dirty") for code in _CODES[name]))
BUFFERS = tuple(name for name in PLACES if name not in CACHES and name != "memory")


def code_name(config: Config, place: str) -> str:
    code: int = getattr(config, place)
    return _CODES[place][code]


def holds_latest(config: Config, place: str) -> bool:
    return code_name(config, place).endswith("latest")


def holds_stale(config: Config, place: str) -> bool:
    return code_name(config, place).endswith("stale")


def is_dirty(config: Config, place: str) -> bool:
    return code_name(config, place).startswith("dirty")


def present(config: Config, place: str) -> bool:
    return holds_latest(config, place) or holds_stale(config, place)


def latest_places(config: Config) -> list[str]:
    return [place for place in PLACES if holds_latest(config, place)]


def read_from(family: Family, name: str, config: Config) -> str | None:
    """The place whose stale value a read by `name` returns: the one that, were it the latest, would make it right."""
    for place in PLACES:
        if not holds_stale(config, place):
            continue
        renewed = _CODES[place].index(code_name(config, place).replace("stale", "latest"))
        values = {value for _, value in OPERATIONS[name].apply(family, config._replace(**{place: renewed}))}
        if 1 in values:
            return place
    return None


def changed(before: Config, after: Config) -> Iterator[str]:
    """The places whose content changed."""
    return (place for place in PLACES if getattr(before, place) != getattr(after, place))
