# SPDX-License-Identifier: Apache-2.0
"""Every `dmasan` command in the README and in docs/ runs, with the exit status that the page promises or 0 or 1.

An indented or fenced line that begins with `dmasan` is a command. All run in order of the page in one folder, on the behavioural
device; a seeded sample of pages in each test run, all of them in the deep one.
"""

from __future__ import annotations

import contextlib
import random
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from cocotbext.dmasan import cli

ROOT = Path(__file__).parents[3]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
COMMAND = re.compile(r"^ {4}(dmasan .*)$")
INLINE = re.compile(r"`(dmasan [^`]+)`")
PATTERN = re.compile(r"(?<![\w=])[A-Z]+(?!\w)")
MENTIONS = ("dmasan run", "dmasan explain", "dmasan run --waves", "dmasan compare", "dmasan corpus")  # not to be run
BACKENDS = ("run", "compare")  # commands that would take the simulator
LONG = ("bench", "corpus")  # in the deep tests elsewhere; here only their arguments are parsed
SAMPLE = 3  # commands in each test run
SEED = 20110705


def commands(page: Path) -> Iterator[str]:
    """The commands of a page: indented lines without what follows a `#`, and those in prose. A word in capitals stands for
    something that the reader fills in: such a line is a pattern, no command."""
    for line in page.read_text(encoding="utf-8").splitlines():
        found = match_of(line)
        for command in found or INLINE.findall(line):
            if not PATTERN.search(command) and (match_of(line) or command not in MENTIONS):
                yield command


def match_of(line: str) -> list[str]:
    """The command that a line is, if it is one."""
    match = COMMAND.match(line)
    return [match[1].split("  #")[0].strip()] if match else []


def told(page: Path) -> list[tuple[str, str]]:
    return [(page.name, command) for command in commands(page)]


ALL = [each for page in PAGES for each in told(page)]


def prepared(folder: Path) -> None:
    """What the commands of the pages mention: the examples, a driver of one's own, a photograph, earlier results."""
    for each in ("examples", "rtl"):  # an example attaches to the engine that ships
        shutil.copytree(ROOT / each, folder / each)
    shutil.copy(ROOT / "examples" / "own_program.py", folder / "my_driver.py")
    with (folder / "my_driver.py").open("a") as file:
        file.write("\n\nanother_function = repaired\n")
    profile = (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    (folder / "board.toml").write_text(profile)
    Image.new("RGB", (64, 32), (200, 90, 30)).save(folder / "photo.jpg")


def perform(command: str) -> int:
    """Its exit status. Names in capitals stand for something that the reader fills in."""
    arguments = shlex.split(command)[1:]
    if arguments[0] in LONG:
        cli.parser().parse_args(arguments)
        return 0
    if "--waves" in arguments:  # needs the simulator, and runs in tests/cosim/test_waves.py: here its arguments are parsed
        cli.parser().parse_args(arguments)
        return 0
    if arguments[0] in BACKENDS and "--backend" not in arguments and "--sweep" not in arguments:
        arguments += ["--backend", "model"]
    if arguments[0] in BACKENDS:
        arguments += ["--quiet"]
    return cli.main(arguments)


def needs_results(command: str) -> bool:
    return command.startswith("dmasan explain") or "replay:" in command


def test_the_pages_have_commands() -> None:
    assert len(ALL) >= 15
    assert {"README.md", "getting-started.md"} <= {name for name, _ in ALL}


QUICK = [each for each in ALL if each[1].split()[1] in ("run", "list", "doctor") and "frame" not in each[1]]


@pytest.mark.thorough
@pytest.mark.parametrize(("page", "command"), random.Random(SEED).sample(QUICK, SAMPLE))
def test_a_sample_of_commands_runs(page: str, command: str, tmp_path: Path) -> None:
    prepared(tmp_path)
    with contextlib.chdir(tmp_path):
        if needs_results(command):
            first = "dmasan run frame --policy unmap_linear --backend model"
            assert perform(first) == 1
        assert perform(command) in (0, 1), f"{page}: {command}"


@pytest.mark.deep
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("page", [page for page in PAGES if told(page)], ids=lambda page: page.name)
def test_every_command_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    prepared(tmp_path)
    with contextlib.chdir(tmp_path):
        for command in commands(page):
            if "explain build/run" in command and not Path("build/run/run.json").exists():
                assert perform("dmasan run frame --policy unmap_linear --backend model") == 1
            assert perform(command) in (0, 1), command


LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in LINK.findall(text):
        if not target.startswith(("http:", "https:")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
