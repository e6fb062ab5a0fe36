# SPDX-License-Identifier: Apache-2.0
"""The options that commands share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

from cocotbext.dmasan.commands import configfile
from cocotbext.dmasan.commands.settings import Settings, apply
from dmasan.config import UsageError


class Parser(argparse.ArgumentParser):
    """Reports wrong usage as a UsageError instead of printing the whole usage."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {self.prog} --help)")


def add_cell(parser: argparse.ArgumentParser, *, several: bool) -> None:
    """Adds the options that name a cell; with `several` they may be repeated, and "all" is allowed."""
    more = ", repeatable, or all" if several else ""
    parser.add_argument("--policy", action="append", metavar="NAME", help=f"alias policy{more}")
    parser.add_argument("--profile", action="append", metavar="NAME", help=f"CPU and caches, or a TOML file of your own{more}")
    parser.add_argument("--era", action="append", metavar="NAME", help=f"kernel version{more}")
    parser.add_argument(
        "--set", dest="settings", action="append", metavar="KNOB=VALUE", help="a knob, repeatable"
    )
    parser.add_argument(
        "--config", metavar="FILE", help="TOML file of options and knobs; the command line wins"
    )


def add_run(parser: argparse.ArgumentParser, default_schedule: str) -> None:
    """Adds the options that say how to simulate, and where the results go."""
    schedules = f"benign, random, adversarial or replay:FILE (default {default_schedule})"
    parser.add_argument("--schedule", metavar="NAME", help=schedules)
    parser.add_argument("--seed", metavar="N", help="seed of every random choice (default 1)")
    parser.add_argument("--backend", metavar="NAME", help="rtl, or model: no compiler needed (default rtl)")
    parser.add_argument("--input", metavar="FILE", help="picture (PNG, JPEG) or raw bytes to send")
    parser.add_argument("--out", metavar="DIR", help="folder of the results")
    parser.add_argument("--json", metavar="FILE", help="also write the result as JSON, - for standard output")
    parser.add_argument("--timeout", metavar="S", help="seconds that one simulation may take (default 300)")
    parser.add_argument("--quiet", action="store_true", default=None, help="no progress")


def settle(defaults: Settings, arguments: argparse.Namespace) -> Settings:
    """Defaults, configuration file and command line as checked settings. Raises UsageError."""
    settings = defaults
    if arguments.config:
        settings = apply(settings, configfile.read(Path(arguments.config)))
    return apply(settings, vars(arguments))


def only(what: str, names: tuple[str, ...]) -> str:
    """The one name where a command takes only one."""
    if len(names) != 1:
        raise UsageError(
            f"{what}: {len(names)} are given ({', '.join(names)}), but this command runs exactly one"
        )
    return names[0]
