# SPDX-License-Identifier: Apache-2.0
"""What can be named: scenarios, policies, profiles, eras, schedules, hazards, knobs."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import fields

from cocotbext.dmasan.commands.settings import policies, profiles
from dmasan.config import ERAS, Knobs, choose

Pairs = Iterator[tuple[str, str]]


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="WHAT", help=", ".join(LISTS))


def execute(arguments: argparse.Namespace) -> int:
    rows = list(LISTS[choose("list", arguments.what, LISTS)]())
    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        print(f"{name:<{width}}  {text}".rstrip())
    return 0


def _scenarios() -> Pairs:
    from dmasan.scenarios import SCENARIOS

    for scenario in SCENARIOS.values():
        yield scenario.name, scenario.summary


def _policies() -> Pairs:
    from dmasan.linux.policies import POLICIES

    for name in policies():
        yield (
            name,
            POLICIES[name].summary if name in POLICIES else "what the kernel of the era would choose",
        )


def _profiles() -> Pairs:
    from dmasan.arch.profile import PROFILES

    for name in profiles():
        profile = PROFILES[name]
        levels = [f"L1 {profile.l1.size >> 10} KiB"]
        if profile.l2:
            levels.append(f"{'PL310' if profile.outer else 'L2'} {profile.l2.size >> 10} KiB")
        cpus = f"up to {profile.max_cpus} CPUs" if profile.max_cpus > 1 else "one CPU"
        yield name, f"{profile.architecture}, {', '.join(levels)}, lines of {profile.l1.line} bytes, {cpus}"


def _eras() -> Pairs:
    for era in ERAS:
        yield era, f"the order of steps of Linux {era}"


def _schedules() -> Pairs:
    yield "benign", "no hidden move: the hardware does only what it is told"
    yield "random", "seeded hidden moves near the program's own accesses"
    yield "adversarial", "the hidden moves that make a latent hazard manifest"
    yield "replay:FILE", "the moves of a schedule that an earlier run wrote"


def _hazards() -> Pairs:
    from dmasan.sanitizer.codes import Code

    for code in Code:
        yield code.name, code.value


def _knobs() -> Pairs:
    for knob in fields(Knobs):
        limits = knob.metadata
        allowed = "on or off" if isinstance(knob.default, bool) else f"{limits['low']} to {limits['high']}"
        if isinstance(knob.default, str):
            yield knob.name, limits["text"]
            continue
        default = {True: "on", False: "off"}[knob.default] if isinstance(knob.default, bool) else knob.default
        yield knob.name, f"{limits['text']} (default {default}, allowed {allowed})"


LISTS: dict[str, Callable[[], Pairs]] = {
    "scenarios": _scenarios,
    "policies": _policies,
    "profiles": _profiles,
    "eras": _eras,
    "schedules": _schedules,
    "hazards": _hazards,
    "knobs": _knobs,
}
