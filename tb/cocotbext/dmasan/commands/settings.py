# SPDX-License-Identifier: Apache-2.0
"""What a command runs with: built-in defaults, then the configuration file, then the command line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from dmasan.config import DEFAULT_ERA, DEFAULT_PROFILE, ERAS, Knobs, UsageError, choose
from dmasan.report.known import FAIL_ON
from dmasan.schedule import SCHEDULES

BACKENDS = ("rtl", "model")
SIGNALS = ("all", "bus")  # keys of build.DETAILS
COMPARED = ("double_map", "unmap_linear", "strict", "highmem_only", "remap_in_place", "keep_alias")


@dataclass(frozen=True)
class Settings:
    """Checked settings of a command.

    `policy`, `profile` and `era` are lists, in the order given, with "all" spelled out. `schedule` is a schedule's
    name, or "replay:FILE". `fail_on`, `suppress` and `baseline` say which hazards
    count (`report.known`). `signals` is what a trace has. `settings` are the knobs that were set by name, `timeout` counts seconds per simulation.
    """

    policy: tuple[str, ...] = ("auto",)
    profile: tuple[str, ...] = (DEFAULT_PROFILE,)
    era: tuple[str, ...] = (DEFAULT_ERA,)
    schedule: str = "benign"
    seed: int = 1
    backend: str = "rtl"
    signals: str = "all"
    input: str | None = None
    out: str = ""
    json: str | None = None
    timeout: float = 300.0
    jobs: int = 2
    quiet: bool = False
    fail_on: str = "latent"
    suppress: str | None = None
    baseline: str | None = None
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def knobs(self) -> Knobs:
        """The knobs on the profile, if there is one only."""
        return self.knobs_on(self.profile[0]) if len(self.profile) == 1 else Knobs().with_settings(self.settings)

    def knobs_on(self, profile: str) -> Knobs:
        """The knobs on `profile`: no more CPUs than that has, unless they were set."""
        from dmasan.arch.profile import find_profile

        return Knobs().with_settings(find_profile(profile).fitted(self.settings))

    @property
    def folder(self) -> Path:
        return Path(self.out)


def policies() -> tuple[str, ...]:
    """Every policy's name; "auto" stands for the kernel's own choice."""
    from dmasan.linux.policies import POLICIES

    return ("auto", *POLICIES)


def profiles() -> tuple[str, ...]:
    from dmasan.arch.profile import PROFILES

    return tuple(PROFILES)


def apply(base: Settings, values: Mapping[str, Any]) -> Settings:
    """`base` with `values` (by field name; None means not given) checked and put in.

    Raises UsageError naming the culprit and what is allowed.
    """
    known = {item.name for item in fields(Settings)}
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name in known and value is not None:
            checked[name] = check(name, value)
    if "settings" in checked:
        checked["settings"] = {**base.settings, **checked["settings"]}
    return replace(base, **checked)


def check(name: str, value: Any) -> Any:
    """`value` as the setting `name` wants it. Raises UsageError."""
    match name:
        case "policy":
            return _several("policy", value, policies(), "auto")
        case "profile":
            return _profiles(value)
        case "era":
            return _several("era", value, ERAS)
        case "schedule":
            return check_schedule(_text(name, value))
        case "backend":
            return choose("backend", _text(name, value), BACKENDS)
        case "signals":
            return choose("signals", _text(name, value), SIGNALS)
        case "fail_on":
            return choose("state", _text(name, value), FAIL_ON)
        case "seed":
            return _whole(name, value, 0, (1 << 63) - 1)
        case "jobs":
            return _whole(name, value, 1, 64)
        case "timeout":
            return _seconds(value)
        case "quiet":
            return _flag(name, value)
        case "settings":
            return _knobs(value)
        case _:
            return _text(name, value)


def check_schedule(name: str) -> str:
    """A schedule's name, or "replay:FILE" with a file that can be replayed."""
    kind, colon, file = name.partition(":")
    if kind == "replay":
        if not file:
            raise UsageError("the schedule replay needs a file: write replay:FILE")
        from dmasan.schedule import Replay

        Replay.read(Path(file))
        return f"replay:{Path(file).absolute()}"
    if colon:
        raise UsageError(f"the schedule {kind!r} takes no file: only replay:FILE does")
    return choose("schedule", name, SCHEDULES)


def _several(what: str, value: Any, allowed: tuple[str, ...], left_out_of_all: str = "") -> tuple[str, ...]:
    names: list[str] = []
    for name in _texts(what, value):
        if name == "all":
            names += (each for each in allowed if each != left_out_of_all)
        else:
            names.append(choose(what, name, (*allowed, "all")))
    if not names:
        raise UsageError(
            f"{what}: the list is empty, at least one is needed: allowed are {', '.join(allowed)}"
        )
    return tuple(dict.fromkeys(names))


def _profiles(value: Any) -> tuple[str, ...]:
    """Names of profiles; a profile of the user's own is the path of a TOML file, read here and made absolute."""
    from dmasan.arch.profile import find_profile

    files = {}
    for name in _texts("profile", value):
        if name.endswith(".toml"):
            find_profile(name)
            files[name] = str(Path(name).absolute())
    return tuple(files.get(name, name) for name in _several("profile", value, (*profiles(), *files)))


def _texts(what: str, value: Any) -> Iterable[str]:
    return [_text(what, each) for each in value] if isinstance(value, list | tuple) else [_text(what, value)]


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise UsageError(f"{name}: {value!r} is not a text of at least one character")
    return value


def _whole(name: str, value: Any, low: int, high: int) -> int:
    try:
        if isinstance(value, bool | float):
            raise ValueError
        number = int(value)
    except (TypeError, ValueError):
        raise UsageError(f"{name}: {value!r} is not a whole number") from None
    if not low <= number <= high:
        raise UsageError(f"{name}: {value} is out of range, allowed is {low} to {high}")
    return number


def _seconds(value: Any) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 < number <= 86400:
        raise UsageError(f"timeout: {value!r} is not a number of seconds above 0 and at most 86400")
    return number


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"{name}: {value!r} is neither true nor false")
    return value


def _knobs(value: Any) -> dict[str, object]:
    """Knobs by name, from a table or from "knob=value" texts; a value that no knob takes is refused here."""
    if isinstance(value, Mapping):
        settings = dict(value)
    else:
        settings = {}
        for text in value:
            name, equals, setting = text.partition("=")
            if not equals:
                raise UsageError(f"--set {text!r} has no value: write knob=value")
            settings[name.strip()] = setting.strip()
    Knobs().with_settings(settings)
    return settings
