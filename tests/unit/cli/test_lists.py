# SPDX-License-Identifier: Apache-2.0
"""`dmasan list`, `--version`, `--help`, and how settings are merged."""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from cocotbext.dmasan.commands import compare
from cocotbext.dmasan.commands.listing import LISTS
from cocotbext.dmasan.commands.options import add_cell, add_run, settle
from cocotbext.dmasan.commands.settings import Settings
from dmasan import __version__
from dmasan.arch.profile import PROFILES
from dmasan.config import ERAS, Knobs
from dmasan.sanitizer import Code


@pytest.mark.parametrize("what", sorted(LISTS))
def test_every_list_has_a_name_and_a_text_in_each_line(dmasan, what: str) -> None:  # type: ignore[no-untyped-def]
    result = dmasan("list", what)
    assert result.status == 0
    assert result.err == ""
    assert result.out
    for line in result.out.splitlines():
        name, text = line.split(maxsplit=1)
        assert name and text


def test_lists_are_complete(dmasan) -> None:  # type: ignore[no-untyped-def]
    def names(what: str) -> list[str]:
        return [line.split()[0] for line in dmasan("list", what).out.splitlines()]

    assert names("knobs") == [knob.name for knob in fields(Knobs)]
    assert names("eras") == list(ERAS)
    assert "frame" in names("scenarios")
    assert set(compare.DEFAULTS.policy) < set(names("policies"))
    assert names("hazards") == [code.name for code in Code]


def test_version_and_help(dmasan) -> None:  # type: ignore[no-untyped-def]
    assert dmasan("--version").out == f"dmasan {__version__}\n"
    assert "compare" in dmasan("--help").out
    for command in ("compare", "run", "bench", "list"):
        assert dmasan(command, "--help").status == 0


def parsed(*arguments: str) -> Settings:
    parser = argparse.ArgumentParser()
    add_cell(parser, several=True)
    add_run(parser, "benign")
    return settle(compare.DEFAULTS, parser.parse_args(arguments))


def test_the_command_line_wins_over_the_file_and_the_file_over_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text('seed = 5\nera = ["v3.5", "v6.0"]\ntimeout = 9\n[set]\ncpus = 1\nlatency = 3\n')
    settings = parsed("--config", str(file), "--seed", "7", "--set", "cpus=4")
    assert (settings.seed, settings.era, settings.timeout) == (7, ("v3.5", "v6.0"), 9.0)
    assert (settings.knobs.cpus, settings.knobs.latency) == (4, 3)
    assert settings.schedule == "adversarial"


def test_all_names_every_policy_once(tmp_path: Path) -> None:
    names = parsed("--policy", "strict", "--policy", "all").policy
    assert names[0] == "strict"
    assert len(names) == len(set(names)) >= 6
    assert "auto" not in names
    assert parsed("--era", "all").era == ERAS


def test_rows_run_both_overrides_unless_one_is_chosen() -> None:
    def overrides(*arguments: str) -> list[bool | None]:
        return [place.override for place in compare.rows_of(parsed("--policy", "strict", *arguments))]

    assert overrides() == [False, True]
    assert overrides("--set", "shared_override=on") == [True]
    assert overrides("--set", "shared_override=off") == [False]
    assert overrides("--profile", "one-level") == [None]
    assert len(compare.rows_of(parsed())) == 12


def test_a_profile_may_be_a_file_of_ones_own(dmasan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "board.toml"
    file.write_text('base = "cortex-a9-pl310"\nmax_cpus = 1\n')
    settings = parsed("--profile", "all", "--profile", str(file), "--policy", "strict")
    assert settings.profile == (*PROFILES, str(file))
    board = [place for place in compare.rows_of(settings) if place.profile == str(file)]
    assert [str(place) for place in board] == [
        f"strict-board-v6.19-override-{way}" for way in ("off", "on")
    ]
    assert settings.knobs_on(str(file)).cpus == 1
    assert settings.knobs_on("cortex-a15").cpus == 2
    file.write_text("ways = 3\n")
    result = dmasan("run", "frame", "--profile", "board.toml")
    assert result.status == 2
    assert "board.toml: key ways: unknown key 'ways': allowed are base, name, family" in result.refusal()


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    program = "from cocotbext.dmasan.cli import main; import sys; sys.exit(main(['list', 'knobs']))"
    command = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()
    )
    assert command.stdout is not None and command.stderr is not None
    command.stdout.close()
    assert command.stderr.read() == b""
    assert command.wait(60) == 141


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
