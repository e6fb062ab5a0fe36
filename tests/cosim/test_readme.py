# SPDX-License-Identifier: Apache-2.0
"""What the README prints is what its commands print: each excerpt's lines, in order, on the RTL; lines may be left out."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from cocotbext.dmasan import cli

ROOT = Path(__file__).parents[2]
EXCERPT = re.compile(r"((?:^ {4}dmasan [^\n]*\n)+)\n```text\n(.*?)```", re.M | re.S)

pytestmark = [pytest.mark.cosim, pytest.mark.deep, pytest.mark.timeout(900)]


def excerpts() -> Iterator[tuple[str, list[str]]]:
    """The first command above each excerpt, and the excerpt's lines."""
    for commands, text in EXCERPT.findall((ROOT / "README.md").read_text(encoding="utf-8")):
        yield commands.splitlines()[0].split("  #")[0].strip(), text.splitlines()


def words(line: str) -> str:
    """A line without its spaces; what ships is told from its package on when one is elsewhere."""
    return " ".join(line.replace("model/dmasan/", "dmasan/").split())


def test_excerpts_are_what_the_commands_print(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = list(excerpts())
    assert [command.split()[1] for command, _ in told] == ["run", "run", "explain"]
    with contextlib.chdir(tmp_path):
        for command, shown in told:
            assert cli.main(shlex.split(command)[1:]) in (0, 1), command
            printed = iter([words(line) for line in capsys.readouterr().out.splitlines()])
            missing = [line for line in map(words, shown) if line and line not in printed]  # eats `printed`: in this order
            assert missing == [], command
