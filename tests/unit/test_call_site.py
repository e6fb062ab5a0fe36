# SPDX-License-Identifier: Apache-2.0
"""Whose code a line belongs to: a driver program's, or dmasan's own."""

from __future__ import annotations

from pathlib import Path

import pytest

import dmasan
from dmasan.events import Site, call_site
from dmasan.site import source_line

PACKAGE = Path(dmasan.__file__).parent


def site_of(file: str) -> Site:
    """What `call_site` says when it is called from line 2 of a file of this name."""
    names: dict[str, object] = {"call_site": call_site}
    exec(compile("def place():\n    return call_site()", file, "exec"), names)
    return names["place"]()  # type: ignore[operator, no-any-return]


@pytest.mark.parametrize(
    "file",
    [
        "/home/user/driver.py",
        "/home/user/dmasan/examples/own_program.py",  # a checkout of that name
        "/home/user/dmasan/tests/unit/test_driver.py",
        str(PACKAGE / "scenarios" / "frame.py"),
        str(PACKAGE / "corpus" / "cases" / "o_no_rmb.py"),
    ],
)
def test_a_program_is_named(file: str) -> None:
    assert site_of(file) == Site(file, 2)


@pytest.mark.parametrize(
    "file",
    [
        str(PACKAGE / "linux" / "dma.py"),
        str(PACKAGE / "soc" / "soc.py"),
        "/usr/lib/python3/site-packages/cocotbext/dmasan/backend.py",
    ],
)
def test_dmasan_itself_is_not(file: str) -> None:
    assert site_of(file) == Site(__file__, site_of(file).line)


def test_a_line_is_that_of_the_file_as_it_is_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two programs of one name in two folders, and one that is edited, in one process."""
    for folder, text in (("a", "first"), ("b", "another one")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "own.py").write_text(f"{text}\n")
        monkeypatch.chdir(tmp_path / folder)
        assert source_line("own.py", 1) == text
    Path("own.py").write_text("edited since then\n")
    assert source_line("own.py", 1) == "edited since then"
    assert source_line("own.py", 2) == source_line("nothing.py", 1) == ""
