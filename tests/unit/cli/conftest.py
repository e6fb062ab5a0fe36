# SPDX-License-Identifier: Apache-2.0
"""Runs the command line in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cocotbext.dmasan import cli


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str

    def refusal(self) -> str:
        """The one sentence on standard error; nothing may be on standard output."""
        assert self.out == ""
        assert "Traceback" not in self.err
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("dmasan: ")
        assert lines[0].endswith(".")
        return lines[0]


Dmasan = Callable[..., Result]


@pytest.fixture
def dmasan(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Dmasan:
    """Runs `dmasan ARGUMENTS` in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")

    def run(*arguments: str) -> Result:
        capfd.readouterr()
        try:
            status = cli.main([str(each) for each in arguments])
        except SystemExit as leave:  # --help, --version
            status = int(leave.code or 0)
        captured = capfd.readouterr()
        return Result(status, captured.out, captured.err)

    return run
